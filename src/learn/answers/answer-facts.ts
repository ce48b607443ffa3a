// Facts of an answer beside its request, as numbers in a fixed order: does it come to an end, do its sums hold, does its last word follow
// from what it says before. The reference is never among them. Their order is part of every artifact with a learned gate.
// After the scorer of Chen, Zaharia, Zou (2023), FrugalGPT, which reads request and answer.
import { finalAnswer } from '../../gate/final-answer.ts';
import { choiceFacts } from './choice-facts.ts';
import { finalFacts } from './final-facts.ts';
import { formFacts } from './form-facts.ts';
import { numberFacts } from './number-facts.ts';

/** Version of the lists of facts. An artifact made with another one is refused. */
export const ANSWER_FACTS_VERSION = 1;

/** Names of the facts in their order. */
export const ANSWER_FACT_NAMES: readonly string[] = [
  ...formFacts.names,
  ...finalFacts.names,
  ...numberFacts.names,
  ...choiceFacts.names,
  'logprob',
  'hasLogprob',
];

const AT = new Map(ANSWER_FACT_NAMES.map((name, at) => [name, at]));

/** An answer as facts are made of it. */
export interface FactualAnswer {
  prompt: string;
  text: string;
  /** What it comes down to, where that is known already; else it is looked for. */
  final: string | null;
  /** Mean natural logarithm of the probability of its tokens; null when not told. */
  meanLogprob: number | null;
}

/** Characters of a prompt and of an answer that are read word by word: half from the beginning, half from the end. */
const LONGEST = 6000;

/** The facts of one answer, into `out`. Takes time in proportion to what is read. */
export function answerFacts({ prompt, text, final, meanLogprob }: FactualAnswer, out: Float64Array): void {
  out.fill(0);
  const put = (name: string, value: number): void => void (out[AT.get(name) as number] = value);
  const found = finalAnswer(text);
  const answer = { prompt: endsOf(prompt), text, said: endsOf(text), final: final ?? found?.text ?? '', found };
  formFacts.find(answer, put);
  finalFacts.find(answer, put);
  numberFacts.find(answer, put);
  choiceFacts.find(answer, put);
  put('logprob', meanLogprob ?? 0);
  put('hasLogprob', meanLogprob === null ? 0 : 1);
}

function endsOf(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}\n${text.slice(-LONGEST / 2)}`;
}
