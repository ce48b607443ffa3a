// Runs gates over an answer, the cheap ones first. It never throws: a gate that does has failed the answer.
import { type Answer, broken, type Gate, type GateContext, type Question, type Verdict } from './gate.ts';
import { shorten } from './shorten.ts';

export interface Judged {
  answer: Answer;
  question: Question;
  context: GateContext;
}

/**
 * Verdicts in the order in which the gates ran: the cheap ones as written, then the costly ones. The first failure is the
 * last verdict, so nothing is spent on an answer that is refused already. No promise unless a gate gives one.
 */
export function runGates(gates: readonly Gate[], judged: Judged): Verdict[] | Promise<Verdict[]> {
  return runFrom(inOrder(gates), judged, []);
}

/** Whether all gates are content. */
export function areAllPassed(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ pass }) => pass);
}

/** The first gate that rejects an answer under way; null when none can tell. Never throws. */
export function rejectEarly(gates: readonly Gate[], answer: Answer, question: Question): Verdict | null {
  for (const gate of gates) {
    try {
      const verdict = gate.early?.(answer, question) ?? null;
      if (verdict !== null) return verdict;
    } catch {
      // It could not tell; its check will have the last word.
    }
  }
  return null;
}

function inOrder(gates: readonly Gate[]): readonly Gate[] {
  const firstCostly = gates.findIndex((gate) => gate.isCostly);
  const isOrdered = firstCostly === -1 || gates.slice(firstCostly).every((gate) => gate.isCostly);
  return isOrdered ? gates : [...gates.filter((gate) => !gate.isCostly), ...gates.filter((gate) => gate.isCostly)];
}

function runFrom(gates: readonly Gate[], judged: Judged, verdicts: Verdict[]): Verdict[] | Promise<Verdict[]> {
  for (const [index, gate] of gates.entries()) {
    const verdict = runOne(gate, judged);
    if (verdict instanceof Promise) {
      const rest = gates.slice(index + 1);
      return verdict.then((settled) => {
        verdicts.push(settled);
        return settled.pass ? runFrom(rest, judged, verdicts) : verdicts;
      });
    }
    verdicts.push(verdict);
    if (!verdict.pass) break;
  }
  return verdicts;
}

function runOne(gate: Gate, { answer, question, context }: Judged): Verdict | Promise<Verdict> {
  const fail = (error: unknown): Verdict => {
    const reason = error instanceof Error ? error.message : String(error);
    // What a costly gate had spent before it broke is not known.
    return {
      ...broken(gate.name, shorten(`the gate itself failed: ${reason}`)),
      costNanoUsd: gate.isCostly ? null : 0,
    };
  };
  try {
    const verdict = gate.check(answer, question, context);
    return verdict instanceof Promise ? verdict.catch(fail) : verdict;
  } catch (error) {
    return fail(error);
  }
}
