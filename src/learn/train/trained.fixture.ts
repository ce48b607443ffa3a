// A trained router for tests: a small model that sorts tickets and cannot prove, whose answers betray when it gave up, and a large one.
import { createRandom } from '../../stats/random.ts';
import { outcomeOf, rowOf } from '../rows/row.fixture.ts';
import type { Row } from '../rows/row.ts';
import { type Trained, type TrainOptions, train } from './train.ts';

export const PRICES = new Map([
  ['small', { inputPerM: 0.1, outputPerM: 0.4 }],
  ['large', { inputPerM: 3, outputPerM: 15 }],
]);

export function ticketRows(count: number, seed = 1): Row[] {
  const random = createRandom(seed);
  const number = (): number => 10 + Math.floor(random() * 90);
  return Array.from({ length: count }, (_, at) => {
    const isHard = random() < 0.4;
    const prompt = isHard
      ? `Prove theorem ${number()} about rings of order ${number()} and explain why ideal ${number()} is principal ${at}.`
      : `Classify the ticket: invoice ${number()} of month ${number()} and year ${number()} is wrong, help with billing ${at}.`;
    const isRight = random() < (isHard ? 0.2 : 0.96);
    const response = isRight ? 'Label: billing' : 'I am not sure; perhaps it cannot be done, I would have to guess';
    const tokens = { inputTokens: 30, outputTokens: 12 };
    return rowOf(prompt, {
      small: outcomeOf(isRight ? 1 : 0, { ...tokens, response }),
      large: outcomeOf(random() < 0.97 ? 1 : 0, { ...tokens, response: 'Label: billing' }),
    });
  });
}

export function trainOn(rows: readonly Row[], more: Partial<TrainOptions> = {}): Trained {
  return train(rows, {
    models: ['large', 'small'],
    reference: null,
    isGated: true,
    prices: PRICES,
    snapshots: { small: 'small-2026' },
    embedded: null,
    source: { digest: 'd'.repeat(24), label: 'correct', without: [] },
    seed: 1,
    made: '2026-11-28T00:00:00.000Z',
    ...more,
  });
}
