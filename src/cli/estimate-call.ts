// `tierline estimate call`: the price of one call, on one model or on several beside each other.
import { familyRatio } from '../catalog/token-count.ts';
import { tokensOf } from '../lifecycle/estimate/calculator.ts';
import { type EstimatedModel, findModel, priceOn, remarksOn, tokenizerOf } from '../lifecycle/estimate/model.ts';
import { type PriceTime, type Tokens, whyUnpriced } from '../lifecycle/estimate/price.ts';
import { Fraction } from '../stats/fraction.ts';
import type { CommandIo } from './command-io.ts';
import { listed, showAmount, showWhole, toPage, toTable, toUsdNumber } from './estimate-figures.ts';
import { namesFor, refuseTooLong, toTraffic, type UsageOptions } from './estimate-input.ts';

export interface CallOptions extends UsageOptions {
  model: string[];
}

interface Priced {
  model: EstimatedModel;
  /** Nano-dollars. */
  cost: Fraction | null;
}

/** Prints the estimate; false when a price is not known. */
export function callCommand(options: CallOptions, nowMs: number, { print, warn }: CommandIo): boolean {
  const names = namesFor(options.config, warn);
  const models = [...new Set(options.model)].map((name) => findModel(name, names));
  refuseTooLong(models, options);
  const tokens = tokensOf(toTraffic(options, Fraction.ONE));
  const time: PriceTime = { atMs: options.at ?? nowMs, isSpread: false, isBatch: options.batch === true };
  const priced = models.map((model): Priced => ({ model, cost: priceOn(model, tokens, time) }));
  const notes = toNotes(models, tokens, time);
  print(options.json === true ? toJson(priced, { tokens, time, notes }) : toText(priced, { tokens, time, notes }));
  return priced.every(({ cost }) => cost !== null);
}

interface Asked {
  tokens: Tokens;
  time: PriceTime;
  notes: string[];
}

function toNotes(models: readonly EstimatedModel[], tokens: Tokens, time: PriceTime): string[] {
  const remarks = models.flatMap((model) => remarksOn(model, tokens, time));
  if (time.isBatch) remarks.push(...unsold(models));
  return [...new Set([...remarks, ...countingNote(models)])];
}

function unsold(models: readonly EstimatedModel[]): string[] {
  const missing = models.filter(({ places }) => places.some(({ spec }) => spec?.serviceTiers.batch === undefined));
  return missing.length === 0
    ? []
    : [`The catalog knows no batch price of ${listed(missing.map(({ name }) => name))}.`];
}

/** Token counts are taken as given; a text has another number of them in another vocabulary. */
export function countingNote(models: readonly EstimatedModel[]): string[] {
  const [first] = models;
  if (first === undefined || models.length < 2) return [];
  const from = tokenizerOf(first);
  const others = models.flatMap((model) => {
    const ratio = familyRatio(from, tokenizerOf(model));
    return Math.abs(ratio - 1) < 0.01 ? [] : [`${model.name} about ${ratio.toFixed(2)} times as many as ${first.name}`];
  });
  const given = 'Tokens are taken as given, for every model the same';
  return [others.length === 0 ? `${given}.` : `${given}; of the same text ${listed(others)} would be counted.`];
}

function toJson(priced: readonly Priced[], { tokens, time, notes }: Asked): string {
  const records = priced.map(({ model, cost }) => ({
    model: model.name,
    usd: toUsdNumber(cost),
    price_as_of: model.places[0]?.spec?.source.asOf ?? null,
  }));
  const [only] = records;
  return JSON.stringify({
    ...(records.length === 1 ? only : {}),
    input_tokens: tokens.input.toNumber(),
    cached_tokens: tokens.cached.toNumber(),
    cache_write_tokens: tokens.written.toNumber(),
    output_tokens: tokens.output.toNumber(),
    batch: time.isBatch,
    at: new Date(time.atMs).toISOString(),
    models: records,
    notes,
  });
}

function toText(priced: readonly Priced[], { tokens, time, notes }: Asked): string {
  const lines = [toVerdict(priced, { tokens, time })];
  const known = cheapestFirst(priced);
  if (priced.length > 1) {
    const least = known[0]?.cost ?? null;
    const rows = [...known, ...priced.filter(({ cost }) => cost === null)].map(({ model, cost }) => [
      model.name,
      showAmount(cost),
      cost === null || least === null || least.isZero ? '-' : `x ${cost.over(least).toNumber(2)}`,
      model.places[0]?.spec?.source.asOf ?? '-',
    ]);
    lines.push(toTable(['model', 'a call', 'of the cheapest', 'price of'], rows));
  }
  return toPage([...lines, ...notes]);
}

function cheapestFirst(priced: readonly Priced[]): (Priced & { cost: Fraction })[] {
  return priced
    .filter((one): one is Priced & { cost: Fraction } => one.cost !== null)
    .toSorted((one, other) => one.cost.compare(other.cost));
}

function toVerdict(priced: readonly Priced[], { tokens, time }: Pick<Asked, 'tokens' | 'time'>): string {
  const what = describe(tokens, time.isBatch);
  const [first, ...others] = cheapestFirst(priced);
  if (first === undefined)
    return `What a call costs is not known: ${listed(priced.map(({ model }) => unpriced(model, { tokens, time })))} (${what}).`;
  const last = others.at(-1);
  if (last === undefined) return `${first.model.name} costs ${showAmount(first.cost)} a call: ${what}.`;
  return `${first.model.name} is cheapest at ${showAmount(first.cost)} a call, ${last.model.name} dearest at ${showAmount(last.cost)}: ${what}.`;
}

/** A model with why the tokens have no price on it. */
function unpriced({ name, places }: EstimatedModel, { tokens, time }: Pick<Asked, 'tokens' | 'time'>): string {
  const reasons = places.flatMap(({ spec }) => whyUnpriced(tokens, spec, time) ?? []);
  return `${name} ${reasons[0] ?? 'has no price'}`;
}

function describe({ input, cached, written, output }: Tokens, isBatch: boolean): string {
  const parts = [
    ...(cached.isZero ? [] : [`${showWhole(cached)} from the cache`]),
    ...(written.isZero ? [] : [`${showWhole(written)} written to it`]),
  ];
  const cache = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${showWhole(input)} tokens in${cache}, ${showWhole(output)} out${isBatch ? ', in a batch' : ''}`;
}
