// What an answer of a task has to pass where the right answer may be known: the gates of production, and the reference of the sample.

import { type Answer, broken, type Gate, type GateContext, type Question, type Verdict } from '../../gate/gate.ts';
import { createReferenceGate } from '../../gate/reference.ts';
import type { ReferenceConfig } from '../../gate/reference-config.ts';
import { areAllPassed } from '../../gate/run-gates.ts';
import type { Sample } from '../samples/sample.ts';

export interface Oracle {
  gates: readonly Gate[];
  reference: ReferenceConfig | null;
  /** Gates of single samples, by their digest; none when left out. */
  own?: ReadonlyMap<string, readonly Gate[]>;
}

export interface Judged {
  verdicts: Verdict[];
  /** Null when a gate that mattered could not say: then nothing is known of the answer. */
  pass: boolean | null;
  /** Whether production, which knows no reference, would have taken it; null likewise. */
  accepted: boolean | null;
}

/** The name of the gate that production does not have. */
export const REFERENCE = 'reference';

/** Names of everything that is asked of an answer, the costly last, as they are asked. */
export function namesOf({ gates, own }: Oracle, hasReferences: boolean): string[] {
  const reference = hasReferences ? [REFERENCE] : [];
  const all = [...gates, ...(own === undefined ? [] : [...own.values()].flat())];
  return [...new Set([...reference, ...cheap(all).map(({ name }) => name), ...costly(all).map(({ name }) => name)])];
}

/**
 * Every cheap gate is asked, so that each has its own figures; the costly ones about answers that passed those, as in production. Never
 * throws: a gate that does has given no verdict.
 */
export async function judge(
  { gates: ofTask, reference, own }: Oracle,
  { sample, answer, question, context }: { sample: Sample; answer: Answer; question: Question; context: GateContext },
): Promise<Judged> {
  const gates = [...ofTask, ...(own?.get(sample.digest) ?? [])];
  const known = sample.reference === undefined ? [] : [createReferenceGate(sample.reference, reference)];
  const right: Verdict[] = [];
  for (const gate of known) right.push(await ask(gate, answer, question, context));
  const said: Verdict[] = [];
  const guessed = new Set<Verdict>();
  const hear = async (gate: Gate): Promise<void> => {
    const verdict = await ask(gate, answer, question, context);
    said.push(verdict);
    if (gate.isGuess === true) guessed.add(verdict);
  };
  for (const gate of cheap(gates)) await hear(gate);
  for (const gate of costly(gates)) {
    if (!areAllPassed(said)) break;
    await hear(gate);
  }
  const verdicts = [...right, ...said];
  // Where the right answer is known, what guesses at it says nothing more.
  const counted = right.length === 0 ? verdicts : verdicts.filter((verdict) => !guessed.has(verdict));
  return { verdicts, pass: conclude(counted), accepted: conclude(said) };
}

/** One refusal is enough, whatever others could not say. */
function conclude(verdicts: readonly Verdict[]): boolean | null {
  if (verdicts.some(({ pass, isBroken }) => !pass && isBroken !== true)) return false;
  return areAllPassed(verdicts) ? true : null;
}

function cheap(gates: readonly Gate[]): Gate[] {
  return gates.filter(({ isCostly }) => !isCostly);
}

function costly(gates: readonly Gate[]): Gate[] {
  return gates.filter(({ isCostly }) => isCostly);
}

async function ask(gate: Gate, answer: Answer, question: Question, context: GateContext): Promise<Verdict> {
  try {
    return await gate.check(answer, question, context);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return broken(gate.name, `the gate itself failed: ${reason}`.slice(0, 200));
  }
}
