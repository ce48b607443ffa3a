// The gate `refusal`: the model answered instead of declining. It looks at how an answer begins, for that is where models
// decline; what comes later may be a quotation, an example or a caveat.
import { plainly, settled, textOf } from './answer-text.ts';
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import { REFUSAL_OPENING } from './refusal-phrases.ts';

const NAME = 'refusal';
/** Longest beginning that is looked at, in characters. */
const HEAD = 240;
/** The end of the second sentence: "I'm sorry. I can't help with that. ..." */
const TWO_SENTENCES = /^[^.!?]*[.!?]+\s[^.!?]*[.!?]+\s/u;

export function createRefusalGate(): Gate {
  const early = (answer: Answer): Verdict | null => {
    const part = byPart(answer);
    // Twice the head leaves room for white space before it; a longer text has been asked about before.
    if (part !== null || answer.text.length > 2 * HEAD) return part;
    const text = settled(answer.text);
    // Until its last sentence has ended, what comes next may change what the beginning means.
    const isHeadComplete = text.length >= HEAD || TWO_SENTENCES.test(answer.text.trimStart());
    return isHeadComplete && isRefusal(text) ? failed(NAME, 'declines to answer', 0) : null;
  };
  const check = (answer: Answer): Verdict =>
    byPart(answer) ??
    (isRefusal(textOf(answer)) ? failed(NAME, 'declines to answer', 0) : passed(NAME, 'does not decline', 1));
  return { name: NAME, isCostly: false, early, check };
}

/** What the provider itself calls a refusal. */
function byPart({ refusal, finish }: Answer): Verdict | null {
  if (refusal !== null && refusal !== '') return failed(NAME, 'is a refusal', 0);
  return finish.reason === 'refusal' ? failed(NAME, 'was stopped as a refusal', 0) : null;
}

function isRefusal(text: string): boolean {
  return REFUSAL_OPENING.test(headOf(text));
}

/** The first two sentences at most, in lower case, with plain apostrophes and single spaces. */
function headOf(text: string): string {
  const start = text.slice(0, HEAD + 1);
  const [sentences = start] = TWO_SENTENCES.exec(`${start} `) ?? [];
  return plainly(sentences.slice(0, HEAD));
}
