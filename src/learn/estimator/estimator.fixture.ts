// Made-up rows with a known truth: `small` errs where a request is knotty and where its sums do not hold; `large` hardly ever.
import { createRandom } from '../../stats/random.ts';
import { outcomeOf, rowOf } from '../rows/row.fixture.ts';
import type { Row } from '../rows/row.ts';

const PLACES = 'harbour market garden station library bakery museum stadium'.split(' ');
const GOODS = 'eggs lamps books coins bricks ropes kites masks tiles drums'.split(' ');

export const MODELS = ['small', 'large'];

export function workedRows(count: number, seed: number): Row[] {
  const random = createRandom(seed);
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)] as string;
  return Array.from({ length: count }, (_, at) => {
    const isKnotty = random() < 0.5;
    const isSlipped = random() < (isKnotty ? 0.6 : 0.1);
    const [one, other] = [2 + Math.floor(random() * 40), 2 + Math.floor(random() * 40)];
    const result = one * other + (isSlipped ? 3 : 0);
    const prompt = `At the ${pick(PLACES)} ${isKnotty ? 'knotty tangled' : 'plain simple'} ${pick(GOODS)} near the ${pick(PLACES)}: ${one} boxes of ${other} ${pick(GOODS)}. How many?`;
    const response = `There are ${one} * ${other} = ${result} of them.\n#### ${result}`;
    return rowOf(
      prompt,
      {
        small: outcomeOf(Number(random() < (isSlipped ? 0.05 : 0.95)), { response, outputTokens: 20 }),
        large: outcomeOf(Number(random() < 0.95)),
      },
      { id: `row-${at}` },
    );
  });
}
