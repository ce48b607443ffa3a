// What an answer of a task has to pass where the right answer may be known: the gates of production, and the reference of the sample.

import { type Answer, broken, type Gate, type GateContext, type Question, type Verdict } from '../../gate/gate.ts';
import { createReferenceGate } from '../../gate/reference.ts';
import type { ReferenceConfig } from '../../gate/reference-config.ts';
import { areAllPassed } from '../../gate/run-gates.ts';
import type { Sample } from '../samples/sample.ts';

export interface Oracle {
  gates: readonly Gate[];
  reference: ReferenceConfig | null;
}

export interface Judged {
  verdicts: Verdict[];
  /** Null when a gate that mattered could not say: then nothing is known of the answer. */
  pass: boolean | null;
}

/** Names of everything that is asked of an answer, the costly last, as they are asked. */
export function namesOf({ gates }: Oracle, hasReferences: boolean): string[] {
  const reference = hasReferences ? ['reference'] : [];
  return [...reference, ...cheap(gates).map(({ name }) => name), ...costly(gates).map(({ name }) => name)];
}

/**
 * Every cheap gate is asked, so that each has its own figures; the costly ones only about answers that passed the others. Never throws: a
 * gate that does has given no verdict.
 */
export async function judge(
  { gates, reference }: Oracle,
  { sample, answer, question, context }: { sample: Sample; answer: Answer; question: Question; context: GateContext },
): Promise<Judged> {
  const known = sample.reference === undefined ? [] : [createReferenceGate(sample.reference, reference)];
  const verdicts: Verdict[] = [];
  for (const gate of [...known, ...cheap(gates)]) verdicts.push(await ask(gate, answer, question, context));
  for (const gate of costly(gates)) {
    if (!areAllPassed(verdicts)) break;
    verdicts.push(await ask(gate, answer, question, context));
  }
  const hasFailed = verdicts.some(({ pass, isBroken }) => !pass && isBroken !== true);
  return { verdicts, pass: hasFailed ? false : areAllPassed(verdicts) ? true : null };
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
