// Facts of an answer beside its request, as numbers in a fixed order: does it come to an end, do its sums hold, does its last word follow
// from what it says before. The reference is never among them. Their order is part of every artifact with a learned gate.
// After the scorer of Chen, Zaharia, Zou (2023), FrugalGPT, which reads request and answer.
import { choiceFacts } from './choice-facts.ts';
import { finalFacts } from './final-facts.ts';
import { formFacts } from './form-facts.ts';
import { numberFacts } from './number-facts.ts';
import { type FactualAnswer, readAnswer } from './reading.ts';
import { relationFacts } from './relation-facts.ts';
import { sumFacts } from './sum-facts.ts';

/** Version of the lists of facts. An artifact made with another one is refused. */
export const ANSWER_FACTS_VERSION = 2;

const KINDS = [formFacts, finalFacts, numberFacts, sumFacts, relationFacts, choiceFacts];

/** Names of the facts in their order. */
export const ANSWER_FACT_NAMES: readonly string[] = [...KINDS.flatMap(({ names }) => names), 'logprob', 'hasLogprob'];

const AT = new Map(ANSWER_FACT_NAMES.map((name, at) => [name, at]));

/** The facts of one answer, into `out`. Takes time in proportion to what is read. */
export function answerFacts(answer: FactualAnswer, out: Float64Array): void {
  out.fill(0);
  const put = (name: string, value: number): void => void (out[AT.get(name) as number] = value);
  const reading = readAnswer(answer);
  for (const { find } of KINDS) find(reading, put);
  put('logprob', answer.meanLogprob ?? 0);
  put('hasLogprob', answer.meanLogprob === null ? 0 : 1);
}
