// What a gateway knows of the arms of a rollout, as it is kept beside the ledger and read again, by the next one or by a command.
import { isObject } from '../call/json.ts';
import type { Evidence } from '../watch/rollout/evidence.ts';

export interface KeptEvidence {
  rollout: string;
  /** The step that it was gathered in, by its place. */
  step: number;
  /** The rules as JSON: what was gathered under others does not count under these. */
  rules: string;
  evidence: Evidence;
}

/** Whether a value of the state file is one that was kept. */
export function isKept(value: unknown): value is KeptEvidence {
  if (!isObject(value)) return false;
  const { rollout, step, rules, evidence } = value;
  return (
    typeof step === 'number' &&
    typeof rollout === 'string' &&
    typeof rules === 'string' &&
    isObject(evidence) &&
    'gaps' in evidence
  );
}

/** Whether a value can be gone on with; events are written by people, too. */
export function isEvidence(value: unknown): value is Evidence {
  return isObject(value) && ['calls', 'canaries', 'gated', 'gaps'].every((part) => isObject(value[part]));
}
