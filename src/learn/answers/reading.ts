// An answer beside its request as it is read once for all facts: its numbers, its sums, its words.
import { type FinalAnswer, finalAnswer } from '../../gate/final-answer.ts';
import { numbersIn } from './numbers.ts';
import { type Marks, marksIn, type Sum, sumsIn } from './sums.ts';

/** An answer as facts are made of it. */
export interface FactualAnswer {
  prompt: string;
  text: string;
  /** What it comes down to, where that is known already; else it is looked for. */
  final: string | null;
  /** Mean natural logarithm of the probability of its tokens; null when not told. */
  meanLogprob: number | null;
}

export interface Reading {
  /** As much of the request as is read word by word, and the same in lower case. */
  prompt: string;
  asked: string;
  /** The whole answer, as much of it as is read word by word, and that in lower case. */
  text: string;
  said: string;
  low: string;
  /** What it says in the end; empty when it says nothing. */
  final: string;
  /** How that was found; null when there is nothing to find. */
  found: FinalAnswer | null;
  /** The first number of what it says in the end. */
  value: number | undefined;
  /** The numbers of the request, of the answer without what is written for calculators, and its sums. */
  given: readonly number[];
  numbers: readonly number[];
  sums: readonly Sum[];
  marks: Marks;
  /** The words of four letters and more. */
  askedWords: ReadonlySet<string>;
  saidWords: ReadonlySet<string>;
}

/** Characters of a request and of an answer that are read word by word: half from the beginning, half from the end. */
const LONGEST = 6000;

export function readAnswer({ prompt: whole, text, final: told }: FactualAnswer): Reading {
  const prompt = endsOf(whole);
  const said = endsOf(text);
  const [asked, low] = [prompt.toLowerCase(), said.toLowerCase()];
  const found = finalAnswer(text);
  const final = told ?? found?.text ?? '';
  return {
    prompt,
    asked,
    text,
    said,
    low,
    final,
    found,
    value: numbersIn(final)[0],
    given: numbersIn(prompt),
    numbers: numbersIn(withoutMarks(said)),
    sums: sumsIn(said),
    marks: marksIn(said),
    askedWords: new Set(asked.match(/[a-z]{4,}/g)),
    saidWords: new Set(low.match(/[a-z]{4,}/g)),
  };
}

/** Without what stands between `<<` and `>>`, which some models write for a calculator. */
export function withoutMarks(text: string): string {
  return text.includes('<<') ? text.replaceAll(/<<[^<>]*>>/g, ' ') : text;
}

function endsOf(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}\n${text.slice(-LONGEST / 2)}`;
}
