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
  /** Share of the calls that get an answer that passes, as recommended: with what answers behind the gates. Null when not known. */
  thenShare: number | null;
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
    thenShare: recommended === null ? null : shareBehind(recommended, behind),
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

/** Its own call, the verdict of its gates, and a call to the stronger model for every answer that they refuse. */
function costBehind(recommended: ModelProfile, behind: ModelProfile | null): number | null {
  const { cost, accepted, judgingNanoUsd, verdict } = recommended;
  if (verdict !== 'gated' || cost.perCallNanoUsd === null) return cost.perCallNanoUsd;
  if (judgingNanoUsd === null) return null;
  const own = cost.perCallNanoUsd + judgingNanoUsd;
  if (behind === null) return own;
  if (accepted.share === null || behind.cost.perCallNanoUsd === null) return null;
  return own + (1 - accepted.share) * behind.cost.perCallNanoUsd;
}

/** What passes has been accepted: whatever the gates refuse is answered by the stronger model, as well as it answers all. */
function shareBehind({ passRate, accepted }: ModelProfile, behind: ModelProfile | null): number | null {
  if (behind === null || passRate.share === null) return passRate.share;
  if (accepted.share === null || behind.passRate.share === null) return null;
  return passRate.share + (1 - accepted.share) * behind.passRate.share;
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
