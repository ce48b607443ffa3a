// The bills of tasks for people: one sentence, one table, and under it what is not known and what the result hangs on.
import { showDuration, showText, UNKNOWN } from '../ledger/display.ts';
import { cheapestWay } from '../lifecycle/estimate/comparison.ts';
import type { Rate } from '../lifecycle/estimate/evidence.ts';
import { addedUp } from '../lifecycle/estimate/sensitivity.ts';
import { isWhole, type TaskBill } from '../lifecycle/estimate/task-bill.ts';
import type { ModelBill } from '../lifecycle/estimate/task-facts.ts';
import { totalsOf } from '../lifecycle/estimate/total.ts';
import { percent, percentRange } from '../lifecycle/profile/verdict.ts';
import { Fraction } from '../stats/fraction.ts';
import {
  listed,
  sensitivityNotes,
  showAmount,
  showChange,
  showPercent,
  showWhole,
  toPage,
  toSensitivityTable,
  toTable,
} from './estimate-figures.ts';
import { routedWays, showEnds, type TasksPage, tasksVerdict, wholeComparisons } from './estimate-tasks-page.ts';

export function tasksText(page: TasksPage): string {
  const { bills, notes } = page;
  const lines = [tasksVerdict(page), toOverview(bills)];
  for (const bill of bills) {
    if (bills.length === 1) lines.push(toModelTable(bill));
    lines.push(...aboutRoute(bill), ...aboutPredictor(bill, page));
    if (bill.unknown.length > 0) lines.push(`${bill.task}: not known: ${bill.unknown.join('; ')}.`);
    lines.push(...bill.notes.map((note) => `${bill.task}: ${note}.`));
  }
  lines.push(...sensitivityLines(page), ...remarks(page), ...notes);
  return toPage(lines);
}

function toOverview(bills: readonly TaskBill[]): string {
  const whole = bills.filter(isWhole);
  const rows = bills.map(({ task, calls, baseline, routed, recommended, predictor }) => [
    showText(task),
    calls === null ? UNKNOWN : showWhole(calls),
    showAmount(baseline?.month ?? null),
    showAmount(routed.amount?.cost ?? null) + showEnds(routed.amount),
    showChange(baseline?.month ?? null, routed.amount?.cost ?? null),
    recommended === null ? UNKNOWN : showAmount(recommended.month),
    showAmount(predictor?.amount?.cost ?? null),
  ]);
  // One sum for all columns: a task that one of them lacks would make the others look dear.
  if (bills.length > 1 && whole.length > 0) {
    const { calls, baseline, routed, recommended, predicted } = totalsOf(whole);
    rows.push([
      whole.length === bills.length ? 'total' : `total of ${whole.length}`,
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

/** As the profile writes it, so that the same interval reads the same. */
function showRate(rate: Rate | null): string {
  if (rate === null) return UNKNOWN;
  const { share, interval } = rate;
  if (interval === null) return `${showPercent(share)} expected`;
  const range = percentRange({ low: interval.low.toNumber(), high: interval.high.toNumber() });
  return `${percent(share.toNumber())} (${range})`;
}

function aboutRoute({ task, routed }: TaskBill): string[] {
  const { models, reaches, stepBreakEvens, breakEven, latencyMs } = routed;
  if (!routed.isCascade) return [];
  const say = [`${task}: ${models.join(' > ')}`];
  const steps = models.length === 2 ? [breakEven] : stepBreakEvens;
  const needs = steps.flatMap((rate, index) =>
    rate === null ? [] : [`${models[index]} pays from a pass rate of ${showPercent(rate)} on`],
  );
  say.push(...needs);
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
  const { models, shares, mayCost } = predictor;
  const parts = models.map((name, index) => `${showPercent(shares[index] ?? null)} to ${name}`);
  const own = setting.overhead === null ? '' : `; it costs ${showAmount(setting.overhead)}`;
  const pays = mayCost.isAbove(Fraction.ZERO) ? `pays below ${showAmount(mayCost)} a call` : 'cannot pay';
  return [`${task}: a perfect predictor sends ${listed(parts)} and ${pays}${own}.`];
}

function sensitivityLines({ bills, sensitivity, setting }: TasksPage): string[] {
  const whole = bills.filter(isWhole);
  const comparisons = wholeComparisons(bills, setting);
  if (comparisons.length === 0 || sensitivity.length === 0) return [];
  const costs = addedUp(comparisons);
  if (costs.baseline?.isZero === true) return [];
  const usual = { say: 'as it is', costs, cheapest: cheapestWay(costs), isOther: false };
  const over = whole.length === bills.length ? [] : [`Over ${listed(whole.map(({ task }) => task))}.`];
  return [
    '',
    toSensitivityTable(usual, sensitivity, routedWays(setting)),
    ...over,
    ...sensitivityNotes(sensitivity, comparisons),
  ];
}

/** What the columns mean, as far as they are filled. */
function remarks({ bills, setting }: TasksPage): string[] {
  const models = bills.flatMap((bill) => bill.models);
  const remark: string[] = [];
  if (bills.some(({ predictor }) => predictor !== null)) {
    const cost = setting.overhead === null ? ', and costs nothing itself (--overhead)' : '';
    remark.push(
      `predicted: the least that a router could cost at full quality. It keeps every answer right that a model of the task's line above can give, because it always knows which one passes${cost}; a route that keeps wrong answers may cost less.`,
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
