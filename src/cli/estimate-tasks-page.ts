// What both forms of the tasks' bills begin with: the page's data, the names of the ways, and the verdict as one sentence.
import type { Comparison } from '../lifecycle/estimate/comparison.ts';
import type { Amount } from '../lifecycle/estimate/route-bill.ts';
import type { Outcome } from '../lifecycle/estimate/sensitivity.ts';
import { isWhole, type Setting, type TaskBill } from '../lifecycle/estimate/task-bill.ts';
import { totalsOf } from '../lifecycle/estimate/total.ts';
import { listed, showAmount, showChange, type WayNames } from './estimate-figures.ts';

/** What a sentence holds; the lines of the tasks have all. */
const MOST_CLAUSES = 3;

/** What is printed: the bills, what they rest on, and how far they hang on it. */
export interface TasksPage {
  setting: Setting;
  bills: readonly TaskBill[];
  /** Over the tasks of which everything is known. */
  sensitivity: readonly Outcome[];
  notes: readonly string[];
  pricesAsOf: string;
}

/** A predictor that costs nothing would win always, and tell nothing: it takes part when its cost was said. */
export function routedWays({ overhead }: Setting): WayNames {
  return { baseline: 'baseline', cascade: 'as routed', ...(overhead === null ? {} : { predicted: 'predicted' }) };
}

/** The comparisons that are looked at closely: of the tasks of which everything is known. */
export function wholeComparisons(bills: readonly TaskBill[], { overhead }: Setting): Comparison[] {
  const comparisons = bills.filter(isWhole).flatMap(({ comparison }) => comparison ?? []);
  return overhead === null ? comparisons.map((one) => ({ ...one, predictor: null })) : comparisons;
}

/** One sentence: what the routes cost beside the baseline, for as many tasks as it is known of. */
export function tasksVerdict({ bills, setting }: Pick<TasksPage, 'bills' | 'setting'>): string {
  const whole = bills.filter(isWhole);
  if (whole.length === 0) return `What a month costs cannot be told yet${missingIn(bills)}.`;
  const { baseline, routed } = totalsOf(whole);
  const [before, after] = [baseline.amount?.cost ?? null, routed.amount?.cost ?? null];
  const of = whole.length === bills.length ? '' : `Known of ${whole.length} of ${bills.length} tasks. `;
  if (before?.isZero === true && after?.isZero === true)
    return `${of}Without traffic nothing costs anything, and nothing can be saved.`;
  const than = whole.length === 1 ? whole[0]?.baseline?.name : (setting.baseline ?? 'the baseline');
  const order = before === null || after === null ? 0 : before.compare(after);
  const word = order > 0 ? 'Routing pays' : order < 0 ? 'Routing does not pay' : 'Routing saves nothing';
  return `${of}${word}: as routed, a month costs ${showAmount(after)}${showEnds(routed.amount)} instead of ${showAmount(before)} on ${than} (${showChange(before, after)})${order > 0 ? sayDoubts(whole) : ''}.`;
}

/** A saving that is not proven says so in the same breath. */
function sayDoubts(bills: readonly TaskBill[]): string {
  const conditions = bills.flatMap(({ doubts }) => doubts.conditions);
  const losses = bills.flatMap(({ doubts }) => doubts.losses);
  return `${said(', if', conditions)}${said(', but', losses)}`;
}

function said(word: string, clauses: readonly string[]): string {
  const rest = clauses.length - MOST_CLAUSES;
  if (clauses.length === 0) return '';
  return `${word} ${clauses.slice(0, MOST_CLAUSES).join(', and ')}${rest > 0 ? `, and so on for ${rest} more` : ''}`;
}

function missingIn(bills: readonly TaskBill[]): string {
  const [first] = bills;
  return first === undefined || first.unknown.length === 0
    ? ''
    : `: of ${first.task}, ${listed(first.unknown)} is not known`;
}

/** The ends of an interval, where it has any: ` (312 to 380)`. */
export function showEnds(amount: Amount | null): string {
  if (amount === null || amount.low === null || amount.high === null || amount.low.compare(amount.high) === 0)
    return '';
  return ` (${showAmount(amount.low)} to ${showAmount(amount.high)})`;
}
