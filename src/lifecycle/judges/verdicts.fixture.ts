// What the tests of gradings share: labelled answers and what a judge says of them, by its character.
import { judgePrompt, readGrade } from '../../gate/judge-prompt.ts';
import { readPreference } from '../../gate/pairwise-prompt.ts';
import { createRandom } from '../../stats/random.ts';
import { fromKept } from '../profile/answer.ts';
import type { Graded } from './agreement.ts';
import type { Labelled } from './labelled.ts';
import { choosePairs, type PairVerdict, pairPrompts } from './pairs.ts';
import { type Character, scriptedReply } from './scripted-judge.fixture.ts';

export function labelledAs(text: string, rest: Partial<Labelled> = {}): Labelled {
  const question = {
    ask: '',
    turns: [{ role: 'user', text: 'Write the code K1 .' }],
    tools: [],
    schema: null,
    failedCalls: [],
  };
  return {
    sample: 's',
    question,
    answer: fromKept({ text, finish: { reason: 'stop', raw: 'stop' } }),
    isRight: text.includes('K1'),
    by: 'reference',
    models: [],
    makers: [],
    ...rest,
  };
}

/** Two answers to each of so many samples, as often right as `right` says, of any length. */
export function labelledPairs(
  samples: number,
  { right = 0.6, seed = 1 }: { right?: number; seed?: number } = {},
): Labelled[] {
  const random = createRandom(seed);
  return Array.from({ length: samples * 2 }, (_, at) => {
    const text = `${'word '.repeat(1 + Math.floor(random() * 30))}${random() < right ? 'K1' : 'nothing'} ${at}`;
    return labelledAs(text, { sample: `s${Math.floor(at / 2)}`, makers: [at % 2 === 0 ? 'acme' : 'other'] });
  });
}

export function gradedBy(character: Character, labelled: readonly Labelled[]): Graded[] {
  return labelled.map((one) => {
    const score = readGrade(scriptedReply(judgePrompt('r', one.answer, one.question), character))?.score ?? null;
    return { labelled: one, score, isPassed: score !== null && score >= 0.5, costNanoUsd: 10 };
  });
}

export function comparedBy(character: Character, labelled: readonly Labelled[], most = 1000): PairVerdict[] {
  return choosePairs(labelled, most).map((pair) => {
    const { asked, turned } = pairPrompts(pair, 'r');
    const said = (prompt: string) => readPreference(scriptedReply(prompt, character))?.better ?? null;
    return { ...pair, asked: said(asked), turned: said(turned) };
  });
}
