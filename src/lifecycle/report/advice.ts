// What a profile advises for its task in money: what a call costs at the baseline, what it would cost as recommended, and what that comes
// to in a month. What is not known stays null; nothing is guessed.
import type { ModelProfile, Profile } from '../profile/profile.ts';

/** A task with what its configuration says of it. */
export interface ReportTask {
  profile: Profile;
  /** Calls a month; null when nobody said. */
  volume: number | null;
  latencyBudgetMs: number | null;
  owner: string | null;
}

export interface Advice {
  task: ReportTask;
  /** Null as long as no model is known to do. */
  recommended: ModelProfile | null;
  /** What answers where the gates refuse the recommended model; null when it needs none, or there is none. */
  behind: ModelProfile | null;
  /** Null when none is configured, or it was not measured. */
  baseline: ModelProfile | null;
  /** Nano-dollars per call, with a fraction: at the baseline, and as recommended. */
  nowNanoUsd: number | null;
  thenNanoUsd: number | null;
  /** Negative where the recommended model costs more than the baseline. */
  savedNanoUsd: number | null;
  savedShare: number | null;
  /** Nano-dollars. */
  savedPerMonth: number | null;
  nowPerMonth: number | null;
}

/** `baseline`: name of the model that savings are counted against; null for none. */
export function adviceFor(task: ReportTask, baseline: string | null): Advice {
  const { models, recommendation } = task.profile;
  const find = (name: string | null): ModelProfile | null => models.find(({ model }) => model === name) ?? null;
  const recommended = find(recommendation.model);
  const behind = recommended?.verdict === 'gated' ? behindOf(recommended, models) : null;
  const counted = find(baseline);
  const nowNanoUsd = counted?.cost.perCallNanoUsd ?? null;
  const thenNanoUsd = recommended === null ? null : costBehind(recommended, behind);
  const savedNanoUsd = nowNanoUsd === null || thenNanoUsd === null ? null : nowNanoUsd - thenNanoUsd;
  const { volume } = task;
  return {
    task,
    recommended,
    behind,
    baseline: counted,
    nowNanoUsd,
    thenNanoUsd,
    savedNanoUsd,
    savedShare: savedNanoUsd === null || nowNanoUsd === null || nowNanoUsd === 0 ? null : savedNanoUsd / nowNanoUsd,
    savedPerMonth: savedNanoUsd === null || volume === null ? null : savedNanoUsd * volume,
    nowPerMonth: nowNanoUsd === null || volume === null ? null : nowNanoUsd * volume,
  };
}

/** The cheapest model whose answers can be taken as they come. */
function behindOf(recommended: ModelProfile, models: readonly ModelProfile[]): ModelProfile | null {
  return (
    models.find(
      ({ model, verdict, cost }) =>
        verdict === 'default' && model !== recommended.model && cost.perCallNanoUsd !== null,
    ) ?? null
  );
}

/** Its own call, and that of the stronger model for every answer that did not pass. */
function costBehind({ cost, passRate }: ModelProfile, behind: ModelProfile | null): number | null {
  if (cost.perCallNanoUsd === null || behind === null) return cost.perCallNanoUsd;
  return cost.perCallNanoUsd + (1 - (passRate.share ?? 0)) * (behind.cost.perCallNanoUsd ?? 0);
}

export interface Saving {
  /** Tasks whose saving in a month is known. */
  tasks: number;
  savedPerMonth: number;
  nowPerMonth: number;
}

/** Over the tasks of which everything is known; null when there is none. */
export function savingOf(advices: readonly Advice[]): Saving | null {
  const saving: Saving = { tasks: 0, savedPerMonth: 0, nowPerMonth: 0 };
  for (const { savedPerMonth, nowPerMonth } of advices) {
    if (savedPerMonth === null || nowPerMonth === null) continue;
    saving.tasks++;
    saving.savedPerMonth += savedPerMonth;
    saving.nowPerMonth += nowPerMonth;
  }
  return saving.tasks === 0 ? null : saving;
}
