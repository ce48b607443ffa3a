// The bills of tasks for people: one sentence, one table, and under it what is not known and what the result hangs on.
import { showDuration, showText, UNKNOWN } from '../ledger/display.ts';
import { cheapestWay } from '../lifecycle/estimate/comparison.ts';
import type { Rate } from '../lifecycle/estimate/evidence.ts';
import type { Amount } from '../lifecycle/estimate/route-bill.ts';
import { addedUp } from '../lifecycle/estimate/sensitivity.ts';
import type { TaskBill } from '../lifecycle/estimate/task-bill.ts';
import type { ModelBill } from '../lifecycle/estimate/task-facts.ts';
import { totalsOf } from '../lifecycle/estimate/total.ts';
import {
  listed,
  sensitivityNotes,
  showAmount,
  showChange,
  showPercent,
  showWhole,
  toSensitivityTable,
  toTable,
} from './estimate-figures.ts';
import { isWhole, type TasksPage } from './estimate-tasks.ts';

export const ROUTED_WAYS = { baseline: 'baseline', cascade: 'as routed', predicted: 'predicted' };

/** One sentence: what the routes cost beside the baseline, for as many tasks as it is known of. */
export function tasksVerdict({ bills, setting }: Pick<TasksPage, 'bills' | 'setting'>): string {
  const whole = bills.filter(isWhole);
  if (whole.length === 0) return `What a month costs cannot be told yet${missingIn(bills)}.`;
  const { baseline, routed } = totalsOf(whole);
  const [before, after] = [baseline.amount?.cost ?? null, routed.amount?.cost ?? null];
  const of = whole.length === bills.length ? '' : `Of ${whole.length} of ${bills.length} tasks: `;
  if (before?.isZero === true && after?.isZero === true)
    return `${of}Without traffic nothing costs anything, and nothing can be saved.`;
  const than = whole.length === 1 ? whole[0]?.baseline?.name : (setting.baseline ?? 'the baseline');
  const order = before === null || after === null ? 0 : before.compare(after);
  const word = order > 0 ? 'Routing pays' : order < 0 ? 'Routing does not pay' : 'Routing saves nothing';
  return `${of}${word}: as routed, a month costs ${showAmount(after)}${showEnds(routed.amount)} instead of ${showAmount(before)} on ${than} (${showChange(before, after)}).`;
}

function missingIn(bills: readonly TaskBill[]): string {
  const [first] = bills;
  return first === undefined || first.unknown.length === 0
    ? ''
    : `: of ${first.task}, ${listed(first.unknown)} is not known`;
}

export function tasksText(page: TasksPage): string {
  const { bills, sensitivity, notes } = page;
  const lines = [tasksVerdict(page), toOverview(bills)];
  for (const bill of bills) {
    if (bills.length === 1) lines.push(toModelTable(bill));
    lines.push(...aboutRoute(bill), ...aboutPredictor(bill, page));
    if (bill.unknown.length > 0) lines.push(`${bill.task}: not known: ${bill.unknown.join('; ')}.`);
    lines.push(...bill.notes.map((note) => `${bill.task}: ${note}.`));
  }
  lines.push(...sensitivityLines(page), ...remarks(page), ...notes);
  return (sensitivity.length === 0 ? lines.filter((line) => line !== '') : lines).join('\n');
}

function toOverview(bills: readonly TaskBill[]): string {
  const totals = totalsOf(bills);
  const rows = bills.map(({ task, calls, baseline, routed, recommended, predictor }) => [
    showText(task),
    calls === null ? UNKNOWN : showWhole(calls),
    showAmount(baseline?.month ?? null),
    showAmount(routed.amount?.cost ?? null) + showEnds(routed.amount),
    showChange(baseline?.month ?? null, routed.amount?.cost ?? null),
    recommended === null ? UNKNOWN : showAmount(recommended.month),
    showAmount(predictor?.amount?.cost ?? null),
  ]);
  const { calls, baseline, routed, recommended, predicted } = totals;
  if (bills.length > 1) {
    rows.push([
      'total',
      calls.amount === null ? UNKNOWN : showWhole(calls.amount.cost),
      showAmount(baseline.amount?.cost ?? null),
      showAmount(routed.amount?.cost ?? null) + showEnds(routed.amount),
      showChange(baseline.amount?.cost ?? null, routed.amount?.cost ?? null),
      showAmount(recommended.amount?.cost ?? null),
      showAmount(predicted.amount?.cost ?? null),
    ]);
  }
  return toTable(['task', 'calls', 'baseline', 'as routed', 'change', 'recommended', 'predicted'], rows);
}

/** The ends of an interval, where it has any: ` (312 to 380)`. */
function showEnds(amount: Amount | null): string {
  if (amount === null || amount.low === null || amount.high === null || amount.low.compare(amount.high) === 0)
    return '';
  return ` (${showAmount(amount.low)} to ${showAmount(amount.high)})`;
}

function toModelTable({ models, recommended, baseline }: TaskBill): string {
  const mark = ({ name }: ModelBill): string =>
    [...(name === recommended?.name ? ['recommended'] : []), ...(name === baseline?.name ? ['baseline'] : [])].join(
      ', ',
    );
  const rows = models.map((model) => [
    model.name,
    mark(model),
    showAmount(model.perCall),
    showAmount(model.month),
    model.tokens === null
      ? UNKNOWN
      : `${showWhole(model.tokens.input)} / ${showWhole(model.tokens.output)}${model.tokensFrom === 'scaled' ? ' ~' : ''}`,
    showRate(model.passRate),
    showDuration(model.latencyMs),
  ]);
  return toTable(['model', '', 'a call', 'a month', 'tokens in / out', 'pass rate', 'time'], rows, 2);
}

function showRate(rate: Rate | null): string {
  if (rate === null) return UNKNOWN;
  if (rate.interval === null) return `${showPercent(rate.share)} expected`;
  return `${showPercent(rate.share)} (${showPercent(rate.interval.low)} to ${showPercent(rate.interval.high)})`;
}

function aboutRoute({ task, routed }: TaskBill): string[] {
  const { models, reaches, breakEven, latencyMs } = routed;
  if (!routed.isCascade) return [];
  const say = [`${task}: ${models.join(' > ')}`];
  if (breakEven !== null) say.push(`pays from a pass rate of ${showPercent(breakEven)} of ${models[0]} on`);
  if (reaches !== null) {
    const shares = models
      .slice(1)
      .map((name, index) => `${showPercent(reaches[index + 1] ?? null)} of the calls go on to ${name}`);
    say.push(...shares);
  }
  if (latencyMs !== null) say.push(`${showDuration(latencyMs)} on average`);
  const better = routed.betterOrder === null ? [] : [`${task}: ${routed.betterOrder.join(' > ')} would cost less.`];
  return [`${say.join('; ')}.`, ...better];
}

function aboutPredictor({ task, predictor }: TaskBill, { setting }: TasksPage): string[] {
  if (predictor === null) return [];
  const { cheap, strong, share, mayCost } = predictor;
  const own = setting.overhead === null ? '' : `; it costs ${showAmount(setting.overhead)}`;
  return [
    `${task}: a perfect predictor leaves ${showPercent(share)} to ${cheap}, the rest to ${strong}, and pays below ${showAmount(mayCost)} a call${own}.`,
  ];
}

function sensitivityLines({ bills, sensitivity }: TasksPage): string[] {
  const whole = bills.filter(isWhole);
  const comparisons = whole.flatMap(({ comparison }) => comparison ?? []);
  const [first] = comparisons;
  if (first === undefined || sensitivity.length === 0) return [];
  const costs = addedUp(comparisons);
  if (costs.baseline?.isZero === true) return [];
  const usual = { say: 'as it is', costs, cheapest: cheapestWay(costs), isOther: false };
  const over = whole.length === bills.length ? [] : [`Over ${listed(whole.map(({ task }) => task))}.`];
  return ['', toSensitivityTable(usual, sensitivity, ROUTED_WAYS), ...over, ...sensitivityNotes(sensitivity, first)];
}

/** What the columns mean, as far as they are filled. */
function remarks({ bills, setting }: TasksPage): string[] {
  const models = bills.flatMap((bill) => bill.models);
  const remark: string[] = [];
  if (bills.some(({ predictor }) => predictor !== null)) {
    const cost = setting.overhead === null ? ' and costs nothing itself (--overhead)' : '';
    remark.push(
      `predicted: the least that a router could cost which always knows whether the cheap model passes${cost}.`,
    );
  }
  if (bills.some(({ routed: { amount } }) => showEnds(amount) !== ''))
    remark.push(
      'In brackets: from the intervals of the pass rates; those of a total as if all tasks were at the same end at once.',
    );
  if (models.some(({ tokensFrom }) => tokensFrom === 'scaled'))
    remark.push(
      "Tokens of models that were not measured are the task's typical ones, taken as the baseline counts them and scaled to each vocabulary (~).",
    );
  return remark;
}
