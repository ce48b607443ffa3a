// The text that an answer comes down to. The one place that says it: an answer that comes in has to be looked at as those were that were
// learned from.
import type { Answer } from '../../gate/gate.ts';

/** What it says; calls of tools as a line of JSON behind it. A refusal in a member of its own is what it says. */
export function responseOf({ text, toolCalls, refusal }: Pick<Answer, 'text' | 'toolCalls' | 'refusal'>): string {
  const said = text === '' ? (refusal ?? '') : text;
  if (toolCalls.length === 0) return said;
  const calls = JSON.stringify(toolCalls.map(({ name, arguments: given }) => ({ name, arguments: given })));
  return said.trim() === '' ? calls : `${said}\n${calls}`;
}

/** Mean natural logarithm of the probability of an answer's tokens; null where the provider sent none. One that is rounded up is 1 at most. */
export function meanLogprobOf(logprobs: readonly number[] | null): number | null {
  if (logprobs === null || logprobs.length === 0) return null;
  return Math.min(0, logprobs.reduce((sum, one) => sum + one, 0) / logprobs.length);
}
