// What changes would do, as text: cost and escalations over the calls of the ledger, quality by canaries, and what cannot be told.
import Table from 'cli-table3';
import { showCount, showDuration, showText, showUsd, UNKNOWN } from '../../ledger/display.ts';
import { bareRange, percent } from '../../lifecycle/profile/verdict.ts';
import type { CanaryEffect, Change, Effect } from '../../lifecycle/recalibrate/recalibration.ts';
import type { SimulationReport } from '../../lifecycle/simulate/report.ts';
import { wrap } from '../profile/lines.ts';

const WIDTH = 110;
const MOST_LINES = 5;

export function writeEffect(effect: Effect | null, changes: readonly Change[]): string {
  if (effect === null)
    return lines('No call would go elsewhere: these numbers are what checks and estimates reckon with.');
  const { simulation, canaries } = effect;
  const languages = changes.flatMap((change) =>
    change.kind === 'rule' && change.when.by === 'language' ? [change.when.name] : [],
  );
  return [
    lines(sayCost(simulation)),
    tableOf(simulation, canaries),
    ...(canaries === null ? [lines('How good the answers would be no canary tells.')] : [lines(sayCanaries(canaries))]),
    ...(languages.length === 0 ? [] : [lines(sayLanguages(languages, canaries))]),
    ...sayUntold(simulation),
    ...simulation.notes.map(lines),
  ].join('\n');
}

function lines(text: string): string {
  return wrap(text, WIDTH, 2).join('\n');
}

function sayCost({ calls, told, current, candidate, difference, period }: SimulationReport): string {
  const { costNanoUsd: rise, costShare } = difference;
  const which =
    told.cost === calls
      ? `${showCount(calls)} calls`
      : `the ${showCount(told.cost)} of ${showCount(calls)} calls that can be told`;
  const span = period === null ? '' : `, ${period.since.slice(0, 10)} to ${period.until.slice(0, 10)}`;
  if (rise === null) return `What the ${which} would cost cannot be told${span}.`;
  const amount =
    rise === 0
      ? 'the same'
      : `${costShare === null ? '' : `${tenths(Math.abs(costShare))} % `}${rise < 0 ? 'less' : 'more'}`;
  const sums =
    rise === 0
      ? showUsd(candidate.costNanoUsd)
      : `${showUsd(candidate.costNanoUsd)} instead of ${showUsd(current.costNanoUsd)}`;
  return `With the changes ${which} would cost ${amount}, ${sums}${span}.`;
}

function tableOf(
  { current, candidate, difference, told, calls }: SimulationReport,
  canaries: CanaryEffect | null,
): string {
  const table = new Table({
    head: ['', 'in force', 'changed', 'change', 'calls'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const by = (count: number): string =>
    count === calls ? showCount(calls) : `${showCount(count)} of ${showCount(calls)}`;
  const { perCall } = difference;
  const change =
    perCall === null ? UNKNOWN : `${money(perCall.mean)} (${money(perCall.low)} to ${money(perCall.high)})`;
  table.push(['per call', showUsd(current.perCallNanoUsd), showUsd(candidate.perCallNanoUsd), change, by(told.cost)]);
  if (current.perMonthNanoUsd !== null && candidate.perMonthNanoUsd !== null)
    table.push([
      'per month',
      showUsd(current.perMonthNanoUsd),
      showUsd(candidate.perMonthNanoUsd),
      money(candidate.perMonthNanoUsd - current.perMonthNanoUsd),
      '',
    ]);
  const [before, after] = [current.escalation, candidate.escalation];
  table.push([
    'escalated',
    share(before),
    share(after),
    before === null || after === null ? UNKNOWN : signed(after - before),
    by(told.escalation),
  ]);
  if (current.latencyMs !== null && candidate.latencyMs !== null)
    table.push([
      'latency p95',
      showDuration(current.latencyMs.p95),
      showDuration(candidate.latencyMs.p95),
      '',
      by(told.latency),
    ]);
  if (canaries !== null) {
    const { inForce, candidate: next, difference: gained } = canaries;
    const show = (one: CanaryEffect['inForce']): string => `${percent(one.share)} (${bareRange(one)})`;
    const range = `${signed(gained.mean)} (${signed(gained.low)} to ${signed(gained.high)})`;
    table.push(['as good', show(inForce), show(next), range, showCount(canaries.calls)]);
  }
  return table.toString();
}

function sayCanaries({ calls, untold, isHalf }: CanaryEffect): string {
  const which = isHalf ? ', and where thresholds change only those that they were not chosen by' : '';
  const rest = untold === 0 ? '' : ` ${showCount(untold)} more would be answered by a model that nobody has compared.`;
  return `As good: at least as good as the reference's, of the ${showCount(calls)} accepted answers that canaries have looked at${which}.${rest}`;
}

/** No row knows the language of its request, so their cost is told by canaries as well. */
function sayLanguages(languages: readonly string[], canaries: CanaryEffect | null): string {
  const perCall = canaries?.perCall ?? null;
  const rules = `The rule for ${languages.map(showText).join(', ')} is not in the cost, for the ledger does not keep the language`;
  if (perCall === null) return `${rules}.`;
  return `${rules}; by the canaries all changes together cost ${money(perCall.mean)} (${money(perCall.low)} to ${money(perCall.high)}) a call.`;
}

function sayUntold({ untold }: SimulationReport): string[] {
  const told = untold.filter(({ of }) => of !== 'quality');
  if (told.length === 0) return [];
  return [
    'What cannot be told, in calls:',
    ...told
      .slice(0, MOST_LINES)
      .map(({ calls, reason }) => wrap(`  ${showCount(calls)}: ${reason}`, WIDTH, 4).join('\n')),
  ];
}

function share(value: number | null): string {
  return value === null ? UNKNOWN : percent(value);
}

function tenths(value: number): string {
  return String(Math.round(value * 1000) / 10);
}

/** Points. */
function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${tenths(value)}`;
}

function money(amount: number): string {
  return `${amount > 0 ? '+' : ''}${showUsd(amount)}`;
}
