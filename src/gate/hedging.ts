// The gate `hedging`: no sentence of the answer begins by saying that it may be wrong. Code and quoted lines do not count.
import { plainly, textOf } from './answer-text.ts';
import { splitFences } from './fences.ts';
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import { HEDGE_OPENING } from './refusal-phrases.ts';

const NAME = 'hedging';
/** Longest beginning of a sentence that a phrase can take up. */
const PHRASE = 160;

export function createHedgingGate(): Gate {
  const check = (answer: Answer): Verdict => {
    const sentences = sentencesOf(textOf(answer));
    if (sentences.length === 0) return passed(NAME, 'says nothing');
    const hedged = sentences.filter((sentence) => HEDGE_OPENING.test(plainly(sentence.slice(0, PHRASE)))).length;
    const score = 1 - hedged / sentences.length;
    return hedged === 0
      ? passed(NAME, 'does not hedge', 1)
      : failed(NAME, `hedges in ${hedged} of ${sentences.length} sentences`, score);
  };
  return { name: NAME, isCostly: false, check };
}

function sentencesOf(text: string): string[] {
  const lines = splitFences(text).prose.split('\n');
  return lines
    .filter((line) => !/^\s*>/.test(line))
    .flatMap((line) => line.replace(/^\s*(?:[-*+]|\d+[.)]|#+)\s+/, '').split(/(?<=[.!?…])\s+/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}
