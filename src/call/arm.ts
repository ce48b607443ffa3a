// Which side of a rollout a call is on. Data only.

export type ArmName = 'base' | 'candidate';

/** A call's place in a rollout. */
export interface Arm {
  /** Of this run of the rollout: a route that is tried a second time has another. */
  rollout: string;
  arm: ArmName;
  /** Share of the task's callers that were on the candidate at that time, 0 to 100. */
  percent: number;
}

/** Whether a call went by a candidate that not everybody is on yet: it tells of the candidate, and nothing of how the task usually goes. */
export function isOnTrial(arm: Arm | null): boolean {
  return arm?.arm === 'candidate' && arm.percent < 100;
}
