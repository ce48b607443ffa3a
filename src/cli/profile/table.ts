// Profiles as text: per task a table of models, cheapest first, and what it comes to in a sentence.
import Table from 'cli-table3';
import { showCount, showDuration, showUsd, UNKNOWN } from '../../ledger/display.ts';
import type { ModelProfile, Profile } from '../../lifecycle/profile/profile.ts';
import { percent } from '../../lifecycle/profile/verdict.ts';

export function writeProfiles(profiles: readonly Profile[]): string {
  return `${profiles.map(writeProfile).join('\n\n')}\n`;
}

function writeProfile(profile: Profile): string {
  const { task, samples, models, gates, recommendation, warnings } = profile;
  const references = samples.withReference === 0 ? '' : `, ${showCount(samples.withReference)} with a reference`;
  const head = `${task}: ${showCount(samples.count)} samples${references}; ${gates.join(', ')}`;
  return [
    head,
    modelTable(models),
    ...models.map((model) => `  ${model.model}: ${model.say}.${failuresOf(model)}`),
    `=> ${recommendation.say}`,
    ...warnings.map((warning) => `!! ${warning}`),
  ].join('\n');
}

function modelTable(models: readonly ModelProfile[]): string {
  const table = new Table({
    head: ['model', 'tier', 'pass', '95 % sure', 'per call', 'per pass', 'out', 'p50', 'p95', 'verdict', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const model of models) table.push(toCells(model));
  return table.toString();
}

function toCells(model: ModelProfile): string[] {
  const { passRate, cost, outputTokens, latencyMs, verdict, judged, missing, isOnFrontier } = model;
  const { share, low, high } = passRate;
  return [
    model.model,
    model.tier ?? UNKNOWN,
    share === null ? UNKNOWN : percent(share),
    share === null ? UNKNOWN : `${figure(low)} - ${figure(high)}`,
    showUsd(cost.perCallNanoUsd),
    showUsd(cost.perPassNanoUsd),
    outputTokens === null ? UNKNOWN : showCount(Math.round(outputTokens.mean)),
    showDuration(latencyMs?.p50 ?? null),
    showDuration(latencyMs?.p95 ?? null),
    verdict,
    [missing > 0 && `${missing} of ${judged + missing} missing`, !isOnFrontier && share !== null && 'off the hull']
      .filter((word) => word !== false)
      .join(', '),
  ];
}

/** What the answers that did not pass failed at, the worst gate first. */
function failuresOf({ byGate, refused }: ModelProfile): string {
  const failing = byGate
    .filter(({ judged, passed, broken }) => judged > passed || broken > 0)
    .toSorted((one, other) => other.judged - other.passed - (one.judged - one.passed))
    .map(({ gate, judged, passed, broken }) => {
      const failed = judged > passed ? `${gate} refused ${showCount(judged - passed)}` : '';
      return broken > 0 ? `${failed}${failed === '' ? gate : ''}, ${broken} without a verdict` : failed;
    });
  if (refused > 0) failing.push(`${refused} refused by the provider`);
  return failing.length === 0 ? '' : ` ${failing.join('; ')}.`;
}

/** A percentage without its sign. */
function figure(share: number): string {
  return String(Math.round(share * 1000) / 10);
}
