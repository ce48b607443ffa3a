// Evaluations as text: per task what it comes to in a sentence, its figures, the models that answered, and what has changed since another run.
import Table from 'cli-table3';
import { showCount, showDuration, showShare, showUsd, UNKNOWN } from '../../ledger/display.ts';
import { inPoints, sayPoints, sayRange, signed, signedPoints } from '../../lifecycle/evaluate/bounds.ts';
import type { Change, Comparison } from '../../lifecycle/evaluate/compare-runs.ts';
import type { TaskEvaluation } from '../../lifecycle/evaluate/evaluate.ts';
import type { ModelShare, RunSummary } from '../../lifecycle/evaluate/summarise-run.ts';
import type { PassRate } from '../../lifecycle/profile/profile.ts';
import { percent } from '../../lifecycle/profile/verdict.ts';

/** Samples that are listed; the rest is counted, and in the JSON. */
const MOST_LISTED = 20;

export function writeEvaluations(results: readonly TaskEvaluation[]): string {
  return `${results.map(writeEvaluation).join('\n\n')}\n`;
}

function writeEvaluation({ run, summary, comparison, ruling }: TaskEvaluation): string {
  const { config, samples, id, task } = run;
  return [
    `${task}: ${sayQuality(summary)}`,
    `  run ${id}: ${config.file}, ${config.route}; ${showCount(samples.count)} of ${samples.source}`,
    modelTable(summary.models),
    ...figuresOf(summary).map((line) => `  ${line}`),
    ...(comparison === null ? [] : sayComparison(comparison).map((line) => `  ${line}`)),
    ...ruling.sentences.map((sentence) => `=> ${sentence}`),
  ].join('\n');
}

/** `96.5 % of 200 pass (93 to 98.3 %), $0.0002 per call`. */
export function sayQuality({ passRate, judged, cost }: RunSummary): string {
  const rate = passRate.share === null ? 'nothing has been judged' : `${sayRate(passRate)} of ${showCount(judged)}`;
  return `${rate}; ${showUsd(cost.perCallNanoUsd)} per call, ${showUsd(cost.perPassNanoUsd)} per pass`;
}

function sayRate({ share, low, high }: PassRate): string {
  return share === null ? UNKNOWN : `${percent(share)} pass (${percent(low)} to ${percent(high)})`;
}

/** Everything about a run that its table of models does not say. */
export function figuresOf(summary: RunSummary): string[] {
  const { escalationRate, refused, disturbed, latencyMs, failures, missing, cost, unseenPassRate, seen } = summary;
  const failed = failures.map(({ gate, count }) => `${gate} ${showCount(count)}`).join(', ');
  return [
    `escalated ${showShare(escalationRate)}, refused ${refused}; p50 ${showDuration(latencyMs?.p50 ?? null)}, p95 ${showDuration(latencyMs?.p95 ?? null)}`,
    ...(failed === '' ? [] : [`not passed: ${failed}`]),
    ...(missing === 0 ? [] : [`missing: ${missing} of ${summary.samples}`]),
    ...(disturbed === 0 ? [] : [`in ${disturbed} calls a provider failed and another try answered`]),
    ...(cost.known === summary.samples - missing ? [] : [`the cost of ${cost.known} calls is known`]),
    ...(unseenPassRate === null
      ? []
      : [`of the ${summary.samples - seen} samples not used for choosing: ${sayRate(unseenPassRate)}`]),
  ];
}

function modelTable(models: readonly ModelShare[]): string {
  const table = new Table({
    head: ['answered by', 'tier', 'calls', 'pass', 'per call', 'p50', 'p95', 'as'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { model, tier, calls, passRate, perCallNanoUsd, latencyMs, snapshots } of models) {
    table.push([
      model ?? 'nobody',
      tier ?? UNKNOWN,
      showCount(calls),
      passRate.share === null ? UNKNOWN : percent(passRate.share),
      showUsd(perCallNanoUsd),
      showDuration(latencyMs?.p50 ?? null),
      showDuration(latencyMs?.p95 ?? null),
      snapshots.join(', '),
    ]);
  }
  return table.toString();
}

/** What has changed since the other run, a line each. */
export function sayComparison(comparison: Comparison): string[] {
  const { against, pairs, quality, costRise, cost, regressions, improvements } = comparison;
  const same = against.isSameConfig ? ', the same configuration' : '';
  return [
    `against ${against.id} (${against.file}, ${against.route}${same}), ${showCount(pairs)} samples in both:`,
    quality === null
      ? 'pass rate: not known'
      : `pass rate ${inPoints(quality.mean, signedPoints)} (${sayPoints(quality)})`,
    costRise === null || cost === null
      ? 'cost per call: not known'
      : `cost per call ${signed(costRise.mean)} (${sayRange(costRise)}): ${showUsd(cost.afterNanoUsd)} after ${showUsd(cost.beforeNanoUsd)}`,
    ...(against.judgedAgain === 0
      ? []
      : [`${against.judgedAgain} earlier answers were judged again: gates or references are others now`]),
    ...list('passed before, fails now', regressions),
    ...list('failed before, passes now', improvements),
  ];
}

function list(title: string, changes: readonly Change[]): string[] {
  if (changes.length === 0) return [`${title}: none`];
  const told = changes.slice(0, MOST_LISTED).map(sayChange);
  const rest = changes.length - told.length;
  return [
    `${title}: ${changes.length}`,
    ...told.map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

/** `t-17  mid, now small: reference`. */
export function sayChange({ sample, before, after, reason }: Change): string {
  const models = before === after ? (after ?? 'nobody') : `${before ?? 'nobody'}, now ${after ?? 'nobody'}`;
  return `${sample}  ${models}: ${reason}`;
}
