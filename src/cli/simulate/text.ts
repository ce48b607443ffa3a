// A simulation as text: the verdict first, then both policies side by side, by task, who is affected, and what cannot be told.

import Table from 'cli-table3';
import { showCount, showDuration, showText, showUsd, UNKNOWN } from '../../ledger/display.ts';
import { bareRange, percent } from '../../lifecycle/profile/verdict.ts';
import type {
  AffectedGroup,
  Comparison,
  SideResult,
  SimulationReport,
  TaskComparison,
  Untold,
} from '../../lifecycle/simulate/report.ts';

const MOST_LINES = 8;
const WIDTH = 110;

/** Of a report with calls. */
export function writeSimulation(report: SimulationReport): string {
  const parts = [
    wrapped(sayVerdict(report)),
    wrapped(sayGround(report)),
    sidesTable(report),
    report.tasks.length > 1 ? tasksTable(report.tasks) : null,
    wrapped(sayAffected(report)),
    wrapped(sayUntold(report)),
    ...report.notes.map(wrapped),
  ];
  return `${parts.filter((part) => part !== null && part !== '').join('\n')}\n`;
}

/** What does not fit on a line goes on below it, further in. */
function wrapped(text: string): string {
  return text.split('\n').map(wrapLine).join('\n');
}

function wrapLine(line: string): string {
  const indent = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > WIDTH) {
    const at = rest.lastIndexOf(' ', WIDTH);
    if (at <= indent.length) break;
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at + 1);
  }
  return [...lines, rest].join('\n');
}

/** One sentence: what it would cost, and how good it would be. */
function sayVerdict({ calls, told, current, candidate, difference }: Comparison): string {
  const { costNanoUsd: before } = current;
  const { costNanoUsd: after } = candidate;
  const rise = difference.costNanoUsd;
  const cost =
    before === null || after === null || rise === null
      ? `What ${candidateName} would cost cannot be told`
      : rise === 0
        ? `${candidateName} would cost the same, ${showUsd(after)}`
        : `${candidateName} would cost ${sayShare(difference.costShare, rise)}, ${showUsd(after)} instead of ${showUsd(before)}`;
  const whole =
    told.cost === calls
      ? `${showCount(calls)} calls`
      : `the ${showCount(told.cost)} of ${showCount(calls)} calls that can be told`;
  return `${cost[0]?.toUpperCase()}${cost.slice(1)} for ${whole}; ${sayQuality(current, candidate, difference.quality)}.`;
}

const candidateName = 'the candidate';

function sayShare(share: number | null, rise: number): string {
  const word = rise < 0 ? 'less' : 'more';
  return share === null ? word : `${figure(Math.abs(share))} % ${word}`;
}

function sayQuality(
  current: SideResult,
  candidate: SideResult,
  difference: Comparison['difference']['quality'],
): string {
  if (current.quality === null || candidate.quality === null || difference === null)
    return 'how good its answers would be cannot be told';
  const { mean, low, high } = difference;
  const after = `${percent(candidate.quality.share)} of its answers would be good`;
  if (mean === 0 && low === 0 && high === 0) return `${after}, as many as now`;
  const size = `${figure(Math.abs(mean))} points ${mean < 0 ? 'fewer' : 'more'} than now`;
  return `${after}, ${size} (${signed(low)} to ${signed(high)})`;
}

function sayGround({ from, policies, period, calls, told, recorded }: SimulationReport): string {
  const source =
    from === 'profile'
      ? `${showCount(calls)} samples with kept answers`
      : `${showCount(calls)} calls of the ledger${period === null ? '' : `, ${period.since.slice(0, 16)} to ${period.until.slice(0, 16)}`}`;
  const real =
    recorded === null
      ? ''
      : `; by the ledger ${showCount(recorded.calls)} of them really cost ${showUsd(recorded.costNanoUsd)}`;
  const plan = told.plan === calls ? '' : `; where ${showCount(calls - told.plan)} would go cannot be told`;
  return `${policies.candidate} against ${policies.current}, ${source}${real}${plan}.`;
}

function sidesTable({ current, candidate, difference, told, calls }: Comparison): string {
  const table = new Table({
    head: ['', 'in force', 'candidate', 'change', 'told'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const share = (count: number): string => percent(calls === 0 ? 0 : count / calls);
  const { perCall, quality } = difference;
  const money = (amount: number | null): string =>
    amount === null ? UNKNOWN : `${amount > 0 ? '+' : ''}${showUsd(amount)}`;
  const change = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? null : other - one;
  const rows: (string[] | null)[] = [
    [
      'cost',
      showUsd(current.costNanoUsd),
      showUsd(candidate.costNanoUsd),
      money(difference.costNanoUsd),
      share(told.cost),
    ],
    told.cost === told.plan
      ? null
      : [
          'cost of all, at least',
          showUsd(current.costBounds.low),
          showUsd(candidate.costBounds.low),
          '',
          share(told.plan),
        ],
    told.cost === told.plan
      ? null
      : [
          'cost of all, at most',
          showUsd(current.costBounds.high),
          showUsd(candidate.costBounds.high),
          '',
          share(told.plan),
        ],
    [
      'per call',
      showUsd(current.perCallNanoUsd),
      showUsd(candidate.perCallNanoUsd),
      perCall === null ? UNKNOWN : `${money(perCall.mean)} (${money(perCall.low)} to ${money(perCall.high)})`,
      '',
    ],
    current.perMonthNanoUsd === null && candidate.perMonthNanoUsd === null
      ? null
      : [
          'per month',
          showUsd(current.perMonthNanoUsd),
          showUsd(candidate.perMonthNanoUsd),
          money(change(current.perMonthNanoUsd, candidate.perMonthNanoUsd)),
          '',
        ],
    [
      'good answers',
      showQuality(current),
      showQuality(candidate),
      quality === null ? UNKNOWN : `${signed(quality.mean)} (${signed(quality.low)} to ${signed(quality.high)})`,
      share(told.quality),
    ],
    [
      'escalated',
      showShareOf(current.escalation),
      showShareOf(candidate.escalation),
      showPoints(change(current.escalation, candidate.escalation)),
      share(told.escalation),
    ],
    [
      'latency p50',
      showDuration(current.latencyMs?.p50 ?? null),
      showDuration(candidate.latencyMs?.p50 ?? null),
      '',
      share(told.latency),
    ],
    [
      'latency p95',
      showDuration(current.latencyMs?.p95 ?? null),
      showDuration(candidate.latencyMs?.p95 ?? null),
      '',
      '',
    ],
    current.refused.length + candidate.refused.length === 0
      ? null
      : ['refused', showRefused(current), showRefused(candidate), '', ''],
  ];
  for (const row of rows) if (row !== null) table.push(row);
  return table.toString();
}

function tasksTable(tasks: readonly TaskComparison[]): string {
  const table = new Table({
    head: ['task', 'calls', 'cost in force', 'candidate', 'change', 'good in force', 'candidate', 'told'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { task, calls, told, current, candidate, difference } of tasks)
    table.push([
      showText(task),
      showCount(calls),
      showUsd(current.costNanoUsd),
      showUsd(candidate.costNanoUsd),
      difference.costShare === null ? UNKNOWN : `${signed(difference.costShare)} %`,
      showShareOf(current.quality?.share ?? null),
      showShareOf(candidate.quality?.share ?? null),
      percent(calls === 0 ? 0 : told.cost / calls),
    ]);
  return table.toString();
}

function sayAffected({ affected, from }: SimulationReport): string {
  const { calls, share, tasks, tenants, sessions, moves, newlyRefused, largest } = affected;
  if (share === null) return '';
  if (calls === 0 && newlyRefused.length === 0) return 'No call would be answered by another model.';
  const lines = [`Another model would answer ${percent(share)} of the calls.`];
  const named = (title: string, groups: readonly AffectedGroup[]): void => {
    if (groups.length > 0) lines.push(`  ${title}: ${listed(groups.map(sayGroup))}`);
  };
  named('tasks', tasks);
  named('tenants', tenants);
  if (sessions.of > 0) lines.push(`  sessions: ${showCount(sessions.count)} of ${showCount(sessions.of)}`);
  if (moves.length > 0)
    lines.push(
      `  first model: ${listed(moves.map((move) => `${showText(move.from)} -> ${showText(move.to)} (${showCount(move.calls)})`))}`,
    );
  if (newlyRefused.length > 0)
    lines.push(`  refused now: ${listed(newlyRefused.map(({ code, calls: own }) => `${code} (${showCount(own)})`))}`);
  if (largest.length > 0) {
    const told = largest
      .slice(0, 3)
      .map(({ id, from: before, to, costNanoUsd }) => `${id} (${before} -> ${to}, ${signedUsd(costNanoUsd)})`);
    lines.push(
      `  largest changes: ${told.join(', ')}${from === 'ledger' ? '; `tierline explain <id>` tells more' : ''}`,
    );
  }
  return lines.join('\n');
}

function sayGroup({ name, calls, of, costNanoUsd }: AffectedGroup): string {
  return `${showText(name)} ${showCount(Math.round(calls))} of ${showCount(of)}, ${signedUsd(costNanoUsd)}`;
}

function listed(words: readonly string[]): string {
  const rest = words.length - MOST_LINES;
  return `${words.slice(0, MOST_LINES).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}

const WHAT: Readonly<Record<Untold['of'], string>> = {
  plan: 'where they would go',
  route: 'where they would end',
  cost: 'their cost',
  quality: 'how good',
  latency: 'how fast',
};

function sayUntold({ untold }: SimulationReport): string {
  if (untold.length === 0) return '';
  const lines = untold
    .slice(0, MOST_LINES)
    .map(
      ({ of, policy, reason, calls }) =>
        `  ${showCount(calls)}: ${reason} (${WHAT[of]}${policy === 'both' ? '' : `, ${policy === 'current' ? 'in force' : policy}`})`,
    );
  const rest = untold.length - lines.length;
  return ['What cannot be told, in calls:', ...lines, ...(rest > 0 ? [`  and ${rest} more reasons`] : [])].join('\n');
}

function showQuality({ quality }: SideResult): string {
  if (quality === null) return UNKNOWN;
  return `${percent(quality.share)} (${bareRange(quality)})`;
}

function showRefused({ refused }: SideResult): string {
  return refused.map(({ code, calls }) => `${code} ${showCount(calls)}`).join(', ') || '0';
}

function showShareOf(share: number | null): string {
  return share === null ? UNKNOWN : percent(share);
}

function showPoints(share: number | null): string {
  return share === null ? UNKNOWN : signed(share);
}

/** A percentage without its sign. */
function figure(share: number): string {
  return String(Math.round(share * 1000) / 10);
}

function signed(share: number): string {
  return `${share > 0 ? '+' : ''}${figure(share)}`;
}

function signedUsd(amount: number): string {
  return `${amount > 0 ? '+' : ''}${showUsd(amount)}`;
}
