// Whether a call has given an answer that nobody refused.
import type { CallRow } from '../call/row.ts';

/** Whether a complete answer was given that no gate has refused. */
export function isAccepted({ status, model, attempts }: Pick<CallRow, 'status' | 'model' | 'attempts'>): boolean {
  if (status !== 'ok' || model === null) return false;
  const answering = attempts.findLast((attempt) => attempt.model === model && attempt.status === 'ok');
  return answering !== undefined && (answering.verdicts ?? []).every(({ pass }) => pass);
}
