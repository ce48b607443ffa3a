// `tierline estimate month`: a month's tokens on one model, behind a cascade, and with a predictor in front.
import { type Answer, calculate, type Question } from '../lifecycle/estimate/calculator.ts';
import { type EstimatedModel, findModel } from '../lifecycle/estimate/model.ts';
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
  type WayNames,
} from './estimate-figures.ts';
import { namesFor, toTraffic, type UsageOptions } from './estimate-input.ts';

export interface MonthOptions extends UsageOptions {
  baseline: string;
  cheap: string[];
  passRate?: Fraction[];
  calls?: Fraction;
  /** Dollars: per call, a month, per answer. */
  overhead?: Fraction;
  fixed?: Fraction;
  judge?: Fraction;
  /** Of calls, that a predictor sends to the first cheap model. */
  share?: Fraction;
  sensitivity: boolean;
}

const NANO = Fraction.of(1e9);

/** Prints the estimate; false when a price is not known. */
export function monthCommand(options: MonthOptions, nowMs: number, { print, warn }: CommandIo): boolean {
  const question = toQuestion(options, nowMs, warn);
  const answer = calculate(question);
  const { calls } = question.traffic;
  const notes = [...answer.notes, ...notesOn(question, answer)];
  print(options.json === true ? toJson(question, answer, notes) : toText(answer, { calls, notes, options }));
  return answer.steps.every(({ cost }) => cost !== null);
}

function toQuestion(options: MonthOptions, nowMs: number, warn: (text: string) => void): Question {
  const { baseline, cheap, passRate: passRates = [], calls = null, overhead, fixed, judge } = options;
  if (passRates.length !== 0 && passRates.length !== cheap.length)
    throw new Error(
      `Every --cheap has a --pass-rate of its own, in the same order: ${cheap.length} and ${passRates.length} are given.`,
    );
  if (calls === null) {
    const perCall = [
      ...(overhead?.isZero === false ? ['--overhead'] : []),
      ...(judge?.isZero === false ? ['--judge'] : []),
    ];
    if (perCall.length > 0)
      throw new Error(`${listed(perCall)} counts for each call: say how many there are with --calls.`);
  }
  const names = namesFor(options.config, warn);
  return {
    strong: findModel(baseline, names),
    cheap: cheap.map((name, index) => ({ model: findModel(name, names), passRate: passRates[index] ?? null })),
    traffic: toTraffic(options, calls),
    share: options.share ?? null,
    overhead: overhead?.times(NANO) ?? null,
    fixed: fixed?.times(NANO) ?? null,
    isMix: false,
    judge: (judge ?? Fraction.ZERO).times(NANO),
    time: { atMs: options.at ?? nowMs, isSpread: options.at === undefined, isBatch: options.batch === true },
  };
}

function modelsOf({ strong, cheap }: Question): EstimatedModel[] {
  return [...cheap.map(({ model }) => model), strong];
}

function notesOn(question: Question, { predictor, betterOrder, steps }: Answer): string[] {
  const notes = countingNote(modelsOf(question));
  if (betterOrder !== null)
    notes.push(`The cascade would cost less as ${betterOrder.map((at) => steps[at]?.name).join(' > ')}.`);
  if (question.cheap.length > 1)
    notes.push('A pass rate is taken to be the same for answers that reach a model after others have failed.');
  if (predictor !== null && question.share === null)
    notes.push(
      'The predictor is taken to find every call that the cheap model passes, which is the most that one can do.',
    );
  return notes;
}

/** One sentence: whether it pays, with the figures that say so. */
export function toVerdict({ costs, breakEven, steps, cheapest }: Answer): string {
  const { baseline, cascade, predicted } = costs;
  const unpriced = steps.filter(({ cost }) => cost === null);
  if (baseline === null || unpriced.length > 0)
    return `It cannot be told: the price of ${listed(unpriced.map(({ name }) => name))} is not known.`;
  if (baseline.isZero) return 'Without traffic nothing costs anything, and nothing can be saved.';
  const first = steps[0];
  const need = breakEven === null ? 'no pass rate' : `a pass rate of ${showPercent(breakEven)}`;
  if (breakEven !== null && steps.length === 2 && breakEven.compare(Fraction.ONE) >= 0)
    return `The cascade cannot pay: a call of ${first?.name} with its check is not cheaper than one of ${steps[1]?.name}.`;
  if (cascade === null)
    return `The cascade pays from ${need} of ${first?.name} on: the cheap price as a share of the strong one.`;
  const sums = `${showAmount(cascade)} instead of ${showAmount(baseline)} a month (${showChange(baseline, cascade)})`;
  const rate = `${first?.name} needs ${need} for it and has ${showPercent(first?.passRate ?? null)}`;
  const order = baseline.compare(cascade);
  const verdict =
    order > 0 ? 'The cascade pays' : order < 0 ? 'The cascade does not pay' : 'The cascade neither pays nor costs';
  const other =
    predicted !== null && cheapest === 'predicted' ? ` Cheapest is the predictor at ${showAmount(predicted)}.` : '';
  return `${verdict}: ${sums}; ${rate}.${other}`;
}

interface Page {
  calls: Fraction | null;
  notes: readonly string[];
  options: MonthOptions;
}

function toText(answer: Answer, { calls, notes, options }: Page): string {
  const { costs, steps, comparison } = answer;
  const { baseline } = costs;
  const names = steps.map(({ name }) => name);
  const share = comparison.predictor?.choices[0].share ?? null;
  const ways: [string, string, Fraction | null][] = [
    ['baseline', names.at(-1) ?? '', costs.baseline],
    ['cascade', names.join(' > '), costs.cascade],
    ['predicted', share === null ? '' : `${showPercent(share)} ${names[0]}, else ${names.at(-1)}`, costs.predicted],
  ];
  const rows = ways.map(([way, what, cost]) => [
    way,
    what,
    showAmount(cost),
    way === 'baseline' ? '' : showChange(baseline, cost),
  ]);
  const lines = [toVerdict(answer), toTable(['way', 'models', 'a month', 'change'], rows, 2)];
  lines.push(...breakEvenLines(answer, calls));
  const wayNames = shownWays(answer);
  if (options.sensitivity && baseline?.isZero === false && costs.cascade !== null) {
    const usual = { say: 'as given', costs, cheapest: answer.cheapest, isOther: false };
    lines.push(
      '',
      toSensitivityTable(usual, answer.sensitivity, wayNames),
      ...sensitivityNotes(answer.sensitivity, [comparison]),
    );
  }
  return toPage([...lines, ...notes]);
}

function shownWays({ costs }: Answer): WayNames {
  return {
    baseline: 'baseline',
    ...(costs.cascade === null ? {} : { cascade: 'cascade' }),
    ...(costs.predicted === null ? {} : { predicted: 'predicted' }),
  };
}

function breakEvenLines({ steps, predictor, costs, breakEven }: Answer, calls: Fraction | null): string[] {
  const lines: string[] = [];
  if (steps.length > 2) {
    for (const { name, breakEven: own, passRate } of steps.slice(0, -1))
      lines.push(`Trying ${name} pays from a pass rate of ${showPercent(own)} on; it has ${showPercent(passRate)}.`);
  } else if (breakEven !== null) lines.push(`Break-even of the cascade: a pass rate of ${showPercent(breakEven)}.`);
  if (predictor === null) return lines;
  const { mayCost, mayCostBesideCascade: beside, free } = predictor;
  const perCall = (cost: Fraction): string =>
    calls === null || calls.isZero ? `${showAmount(cost)} a month` : `${showAmount(cost.over(calls))} a call`;
  if (!mayCost.isAbove(Fraction.ZERO)) return [...lines, 'No predictor pays: the cheap model is not cheaper.'];
  const than = beside === null ? '' : `, and beside the cascade less than ${perCall(beside)}`;
  lines.push(`Break-even of a predictor: it pays while it costs less than ${perCall(mayCost)}${than}.`);
  if (costs.predicted === null)
    lines.push(
      `One that cost nothing would leave ${showAmount(free)} a month; say what it costs with --overhead and --calls.`,
    );
  if (predictor.callsToPay !== null)
    lines.push(`Its fixed cost is earned back from ${showWhole(predictor.callsToPay)} calls a month on.`);
  return lines;
}

function toJson(question: Question, answer: Answer, notes: readonly string[]): string {
  const { costs, steps, cheapest, predictor, breakEven, betterOrder } = answer;
  const { traffic, time } = question;
  return JSON.stringify({
    verdict: toVerdict(answer),
    cascade_pays: costs.cascade === null || costs.baseline === null ? null : costs.baseline.isAbove(costs.cascade),
    cheapest,
    baseline_usd: toUsdNumber(costs.baseline),
    cascade_usd: toUsdNumber(costs.cascade),
    predicted_usd: toUsdNumber(costs.predicted),
    savings_usd: toUsdNumber(difference(costs.baseline, costs.cascade)),
    savings_share: toShareNumber(savedShare(costs.baseline, costs.cascade)),
    predicted_savings_usd: toUsdNumber(difference(costs.baseline, costs.predicted)),
    predicted_savings_share: toShareNumber(savedShare(costs.baseline, costs.predicted)),
    break_even_pass_rate: toShareNumber(breakEven),
    steps: steps.map(({ name, cost, passRate, breakEven: own }) => ({
      model: name,
      alone_usd: toUsdNumber(cost),
      pass_rate: toShareNumber(passRate),
      break_even_pass_rate: toShareNumber(own),
    })),
    cheapest_order: betterOrder?.map((at) => steps[at]?.name) ?? null,
    predictor: predictor && {
      share: toShareNumber(predictor.share),
      without_overhead_usd: toUsdNumber(predictor.free),
      break_even_share: toShareNumber(predictor.breakEvenShare),
      break_even_overhead_usd: toUsdNumber(predictor.mayCost),
      break_even_overhead_beside_cascade_usd: toUsdNumber(predictor.mayCostBesideCascade),
      break_even_calls: predictor.callsToPay === null ? null : Number(predictor.callsToPay),
    },
    input_tokens: traffic.input.toNumber(),
    cached_tokens: traffic.cached.toNumber(),
    cache_write_tokens: traffic.written.toNumber(),
    output_tokens: traffic.output.toNumber(),
    calls: traffic.calls?.toNumber() ?? null,
    batch: time.isBatch,
    at: new Date(time.atMs).toISOString(),
    sensitivity: toSensitivityRecords(answer.sensitivity, shownWays(answer)),
    notes,
  });
}
