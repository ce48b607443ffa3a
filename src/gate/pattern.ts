// The gate `pattern`: a regular expression is found in the answer.
import { ONLY_CALLS, onlyCalls, openingOf, textOf } from './answer-text.ts';
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';
import { prefixPattern } from './prefix-pattern.ts';

const NAME = 'pattern';

export function createPatternGate({ pattern }: GateConfigOf<'pattern'>): Gate {
  const whole = new RegExp(pattern.source, 'u');
  const prefix = prefixPattern(pattern.source);
  const wrong = failed(NAME, `does not match ${pattern.source}`, 0);
  const early = (answer: Answer): Verdict | null => {
    const opening = openingOf(answer);
    return opening === null || prefix === null || prefix.test(opening) ? null : wrong;
  };
  const check = (answer: Answer): Verdict => {
    if (onlyCalls(answer)) return passed(NAME, ONLY_CALLS);
    return whole.test(textOf(answer)) ? passed(NAME, 'matches', 1) : wrong;
  };
  return { name: NAME, isCostly: false, check, ...(prefix === null ? {} : { early }) };
}
