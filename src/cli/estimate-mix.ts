// `tierline estimate mix`: a predictor that sends a share of the calls to a cheap model and the rest to a strong one.
import { type Answer, calculate, type Question } from '../lifecycle/estimate/calculator.ts';
import { findModel } from '../lifecycle/estimate/model.ts';
import { Fraction } from '../stats/fraction.ts';
import type { CommandIo } from './command-io.ts';
import { countingNote } from './estimate-call.ts';
import {
  difference,
  listed,
  savedShare,
  sensitivityNotes,
  showAmount,
  showChange,
  showPercent,
  showWhole,
  toPage,
  toSensitivityRecords,
  toSensitivityTable,
  toShareNumber,
  toTable,
  toUsdNumber,
} from './estimate-figures.ts';
import { namesFor, refuseTooLong, toTraffic, type UsageOptions } from './estimate-input.ts';

export interface MixOptions extends UsageOptions {
  cheap: string;
  strong: string;
  /** Of the calls, to the cheap model. */
  share: Fraction;
  /** Dollars: per call, a month. */
  overhead: Fraction;
  fixed?: Fraction;
  /** A month. */
  calls?: Fraction;
  sensitivity: boolean;
}

const NANO = Fraction.of(1e9);
const WAY_NAMES = { baseline: 'strong alone', predicted: 'mix' };

/** Prints the estimate; false when a price is not known. */
export function mixCommand(options: MixOptions, nowMs: number, { print, warn }: CommandIo): boolean {
  const names = namesFor(options.config, warn);
  const [cheap, strong] = [findModel(options.cheap, names), findModel(options.strong, names)];
  refuseTooLong([cheap, strong], options);
  const question: Question = {
    strong,
    cheap: [{ model: cheap, passRate: null }],
    traffic: toTraffic(options, Fraction.ONE),
    share: options.share,
    overhead: options.overhead.times(NANO),
    fixed: null,
    judge: Fraction.ZERO,
    isMix: true,
    time: { atMs: options.at ?? nowMs, isSpread: options.at === undefined, isBatch: options.batch === true },
  };
  const answer = calculate(question);
  const fixedNote = options.fixed === undefined ? [] : ['Amounts per call leave the fixed cost out.'];
  const mix: Mix = {
    options,
    answer,
    month: monthOf(options, answer),
    notes: [...answer.notes, ...fixedNote, ...countingNote([cheap, strong])],
  };
  print(options.json === true ? toJson(mix) : toText(mix));
  return answer.costs.predicted !== null;
}

interface Mix {
  options: MixOptions;
  answer: Answer;
  month: Month;
  notes: readonly string[];
}

/** Nano-dollars a month, the fixed cost included; null without a number of calls. */
interface Month {
  baseline: Fraction | null;
  predicted: Fraction | null;
  /** Calls from which on the fixed cost is earned back; null without one, or when no volume is enough. */
  callsToPay: bigint | null;
}

function monthOf({ calls, fixed, overhead }: MixOptions, { costs, predictor }: Answer): Month {
  const fixedCost = (fixed ?? Fraction.ZERO).times(NANO);
  const saved = predictor?.mayCost.minus(overhead.times(NANO)) ?? null;
  const pays = fixed !== undefined && saved?.isAbove(Fraction.ZERO) === true;
  return {
    baseline: calls === undefined ? null : (costs.baseline?.times(calls) ?? null),
    predicted: calls === undefined ? null : (costs.predicted?.times(calls).plus(fixedCost) ?? null),
    callsToPay: pays && saved !== null ? fixedCost.over(saved).ceil() : null,
  };
}

/** One sentence: whether the predictor pays, with the figures that say so. */
function toVerdict({ options, answer, month }: Mix): string {
  const { costs, predictor, steps } = answer;
  const [mixed, alone] = [costs.predicted, costs.baseline];
  if (mixed === null || alone === null || predictor === null)
    return `It cannot be told: the price of ${listed(steps.filter(({ cost }) => cost === null).map(({ name }) => name))} is not known.`;
  if (!predictor.mayCost.isAbove(Fraction.ZERO) && !options.share.isZero)
    return `The predictor cannot pay: ${options.cheap} is not cheaper than ${options.strong} (${showAmount(mixed)} against ${showAmount(alone)} a call).`;
  const order = (month.baseline ?? alone).compare(month.predicted ?? mixed);
  const verdict =
    order > 0
      ? 'The predictor pays'
      : order < 0
        ? 'The predictor does not pay'
        : 'The predictor neither pays nor costs';
  const ofMonth = month.baseline !== null && month.predicted !== null && options.fixed !== undefined;
  const [after, before] = ofMonth ? [month.predicted, month.baseline] : [mixed, alone];
  const unit = ofMonth ? 'a month' : 'a call';
  const sums = `${showAmount(after)} instead of ${showAmount(before)} ${unit} (${showChange(before, after)})`;
  const spared = `it spares ${showAmount(predictor.mayCost)} a call and costs ${showAmount(options.overhead.times(NANO))}`;
  const { callsToPay } = month;
  const volume =
    callsToPay === null ? '' : ` With its fixed cost it pays from ${showWhole(callsToPay)} calls a month on.`;
  return `${verdict}: ${sums}; ${spared}.${volume}`;
}

/** With a number of calls, the month's fixed cost counts. */
function pays({ answer: { costs }, month }: Mix): boolean | null {
  const [baseline, mixed] = [month.baseline ?? costs.baseline, month.predicted ?? costs.predicted];
  return baseline === null || mixed === null ? null : baseline.isAbove(mixed);
}

function toText(mix: Mix): string {
  const { options, answer, month, notes } = mix;
  const { costs, steps, predictor, comparison } = answer;
  const rows: [string, Fraction | null, Fraction | null][] = [
    [`all to ${options.strong}`, costs.baseline, month.baseline],
    [`${showPercent(options.share)} to ${options.cheap}, else ${options.strong}`, costs.predicted, month.predicted],
  ];
  const table = rows.map(([what, cost, sum]) => [
    what,
    showAmount(cost),
    cost === costs.baseline ? '' : showChange(costs.baseline, cost),
    ...(options.calls === undefined ? [] : [showAmount(sum)]),
  ]);
  const lines = [
    toVerdict(mix),
    toTable(['calls', 'a call', 'change', ...(options.calls === undefined ? [] : ['a month'])], table),
  ];
  const [cheap] = steps;
  if (cheap?.cost != null) lines.push(`Alone, ${cheap.name} costs ${showAmount(cheap.cost)} a call.`);
  if (predictor !== null && predictor.mayCost.isAbove(Fraction.ZERO)) {
    const share = predictor.breakEvenShare;
    const reach = share?.isAbove(Fraction.ONE) === true ? 'no share is enough' : `a share of ${showPercent(share)}`;
    lines.push(`Break-even: ${reach}, or an overhead of ${showAmount(predictor.mayCost)} a call.`);
  }
  if (options.sensitivity && costs.baseline?.isZero === false) {
    const usual = { say: 'as given', costs, cheapest: answer.cheapest, isOther: false };
    lines.push(
      '',
      toSensitivityTable(usual, answer.sensitivity, WAY_NAMES),
      ...sensitivityNotes(answer.sensitivity, [comparison]),
    );
  }
  return toPage([...lines, ...notes]);
}

function toJson(mix: Mix): string {
  const { options, answer, month, notes } = mix;
  const { costs, steps, predictor, comparison } = answer;
  return JSON.stringify({
    verdict: toVerdict(mix),
    pays: pays(mix),
    usd: toUsdNumber(costs.predicted),
    cheap: options.cheap,
    cheap_usd: toUsdNumber(steps[0]?.cost ?? null),
    strong: options.strong,
    strong_usd: toUsdNumber(costs.baseline),
    share: toShareNumber(options.share),
    overhead_usd: options.overhead.toNumber(9),
    savings_usd: toUsdNumber(difference(costs.baseline, costs.predicted)),
    savings_share: toShareNumber(savedShare(costs.baseline, costs.predicted)),
    break_even_share: toShareNumber(predictor?.breakEvenShare ?? null),
    break_even_overhead_usd: toUsdNumber(predictor?.mayCost ?? null),
    break_even_calls: month.callsToPay === null ? null : Number(month.callsToPay),
    calls: options.calls?.toNumber() ?? null,
    fixed_usd: options.fixed?.toNumber(9) ?? null,
    month_usd: toUsdNumber(month.predicted),
    month_strong_usd: toUsdNumber(month.baseline),
    batch: comparison.time.isBatch,
    at: new Date(comparison.time.atMs).toISOString(),
    sensitivity: toSensitivityRecords(answer.sensitivity, WAY_NAMES),
    notes,
  });
}
