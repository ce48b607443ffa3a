// The end of a report: how sure each figure is, where all of them come from, and how they were made.
import { showCount, showDuration, UNKNOWN } from '../../ledger/display.ts';
import type { ModelProfile, Profile } from '../profile/profile.ts';
import { percent } from '../profile/verdict.ts';
import type { ReportTask } from './advice.ts';
import { dataTable } from './data-table.ts';
import { type Markup, markup } from './markup.ts';
import { moment, named, rangeOf, shareOf, verdictChip } from './parts.ts';
import { counted, listed, showNano, waitsFor } from './words.ts';

interface TaskModel {
  profile: Profile;
  model: ModelProfile;
}

export function sureness(tasks: readonly ReportTask[]): Markup {
  const rows = tasks.flatMap(({ profile }) => profile.models.map((model): TaskModel => ({ profile, model })));
  const table = dataTable<TaskModel>(
    'Pass rates and what they rest on',
    [
      { name: 'Task', cell: ({ profile }) => named(profile.task) },
      { name: 'Model', cell: ({ model }) => named(model.model) },
      { name: 'Judged', isFigure: true, cell: ({ model }) => showCount(model.judged) },
      { name: 'Counts as', isFigure: true, cell: ({ model }) => showCount(Math.round(model.passRate.trials)) },
      { name: 'Missing', isFigure: true, cell: ({ model }) => showCount(model.missing) },
      { name: 'Pass', isFigure: true, cell: ({ model }) => shareOf(model.passRate) },
      { name: 'Interval', isFigure: true, cell: ({ model }) => rangeOf(model.passRate) },
      { name: 'Width', isFigure: true, cell: ({ model }) => widthOf(model) },
      { name: 'Verdict', cell: ({ model }) => verdictChip(model.verdict) },
      {
        name: 'Waits for',
        cell: ({ profile, model }) => waitsFor(model, profile.thresholds) ?? UNKNOWN,
      },
    ],
    rows,
  );
  return markup`<section class="sure"><h2>How sure is this?</h2><p>The narrower the interval, the surer the pass rate. “Counts as” is less than “judged” where some samples stand for more traffic than others; “waits for” is what a verdict would take if the pass rate stays what it is.</p>
${table}</section>
`;
}

function widthOf({ passRate: { share, low, high } }: ModelProfile): string {
  return share === null ? UNKNOWN : `${Math.round((high - low) * 1000) / 10} points`;
}

export function method(tasks: readonly ReportTask[], baseline: string | null): Markup {
  return markup`<section class="method"><h2>How it was measured</h2>
<dl>${notes(tasks, baseline).map(([term, say]) => markup`<dt>${term}</dt><dd>${say}</dd>`)}</dl>
${sourceTable(tasks)}${snapshotTable(tasks)}</section>
`;
}

function notes(tasks: readonly ReportTask[], baseline: string | null): [string, string][] {
  const levels = [...new Set(tasks.map(({ profile }) => percent(profile.thresholds.confidence)))];
  return [
    [
      'Pass rate',
      'The share of samples whose answer passes the gates of the task and, where a sample has one, equals its reference. A request that the provider refused has not passed; one without an answer counts as nothing.',
    ],
    [
      'Interval',
      `Wilson score interval at ${listed(levels)} confidence. Its ends are cut off after a decimal, never rounded up to a threshold.`,
    ],
    [
      'Verdicts',
      'default: the whole interval lies at or above default_from, and answers can be taken as they come. gated: between gated_from and default_from, with gates and a canary. next: below. undecided: the interval crosses a threshold.',
    ],
    [
      'Cost',
      'The mean of all answers whose cost is known, at the prices of the day they were given, without judges: what a verdict costs is counted only where a model stays behind gates. What did not pass was paid as well, so 1,000 answers that pass cost more than 1,000 calls.',
    ],
    [
      'Now and then',
      `${baseline === null ? 'No baseline is configured. ' : `Now: every call to ${baseline}. `}Then: every call to the recommended model; where it is gated, with its verdicts, and the stronger model for every answer that the gates refuse.`,
    ],
    [
      'Frontier',
      'The upper hull of pass rate over cost. Two models on it can be mixed, by sending a share of the calls to each, at every point of the line between them; whatever lies under it is worse than some mixture that costs no more. It is drawn through measured rates: where intervals overlap, the order of two models is not certain.',
    ],
    ['Time', 'From sending a request to its complete answer, with many requests under way at once.'],
  ];
}

function sourceTable(tasks: readonly ReportTask[]): Markup {
  return dataTable<ReportTask>(
    'Where the figures come from',
    [
      { name: 'Task', cell: ({ profile }) => named(profile.task) },
      { name: 'Samples', isFigure: true, cell: ({ profile }) => showCount(profile.samples.count) },
      { name: 'With reference', isFigure: true, cell: ({ profile }) => showCount(profile.samples.withReference) },
      { name: 'Digest', cell: ({ profile }) => markup`<code>${profile.samples.digest}</code>` },
      { name: 'Gated from', isFigure: true, cell: ({ profile }) => percent(profile.thresholds.gatedFrom) },
      { name: 'Default from', isFigure: true, cell: ({ profile }) => percent(profile.thresholds.defaultFrom) },
      { name: 'Confidence', isFigure: true, cell: ({ profile }) => percent(profile.thresholds.confidence) },
      { name: 'Calls a month', isFigure: true, cell: ({ volume }) => (volume === null ? UNKNOWN : showCount(volume)) },
      { name: 'Latency budget', isFigure: true, cell: ({ latencyBudgetMs }) => showDuration(latencyBudgetMs) },
      { name: 'Spent on measuring', isFigure: true, cell: ({ profile }) => saySpent(profile.spent) },
      { name: 'Profile of', cell: ({ profile }) => moment(profile.madeAt) },
    ],
    tasks,
  );
}

function saySpent({ nanoUsd, unknown }: Profile['spent']): string {
  return unknown === 0 ? showNano(nanoUsd) : `${showNano(nanoUsd)} and ${counted(unknown, 'unknown sum')}`;
}

function snapshotTable(tasks: readonly ReportTask[]): Markup {
  return dataTable<TaskModel>(
    'What answered, and when',
    [
      { name: 'Task', cell: ({ profile }) => named(profile.task) },
      { name: 'Model', cell: ({ model }) => named(model.model) },
      { name: 'Asked for', cell: ({ model }) => named(model.upstream.join(', ')) },
      { name: 'Answered as', cell: ({ model }) => named(model.snapshots.join(', ') || UNKNOWN) },
      { name: 'First answer', cell: ({ model }) => moment(model.firstAt) },
      { name: 'Last answer', cell: ({ model }) => moment(model.lastAt) },
    ],
    tasks.flatMap(({ profile }) => profile.models.map((model): TaskModel => ({ profile, model }))),
  );
}
