// Which side of a rollout a call is on.

export type ArmName = 'base' | 'candidate';

/** A call's place in a rollout. */
export interface Arm {
  /** Of this run of the rollout: a route that is tried a second time has another. */
  rollout: string;
  arm: ArmName;
  /** Share of the task's callers that were on the candidate at that time, 0 to 100. */
  percent: number;
}

/** Whether a candidate is still being tried: what it does is left to its rollout, and says nothing of what is usual for the task. */
export function isOnTrial(arm: Arm | null): boolean {
  return arm !== null && arm.arm === 'candidate' && arm.percent < 100;
}
