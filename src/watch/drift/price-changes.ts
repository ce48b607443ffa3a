// Whether what a model costs has changed since it was last known. Models without a price before or now tell nothing.
import type { Json } from '../../call/json.ts';
import type { Alarm } from '../alarm.ts';
import { readEntries, readObject } from './snapshot.ts';

/** A model's prices by name (`input`, `output`, `cacheRead`), in dollars per million tokens. */
export type ModelPrices = Readonly<Record<string, number>>;

export class PriceChanges {
  private readonly known = new Map<string, ModelPrices>();

  /** Throws RangeError for a price that is no amount. */
  observe(prices: Readonly<Record<string, ModelPrices>>, atMs: number): Alarm[] {
    return Object.entries(prices).flatMap(([model, now]) => {
      for (const [name, price] of Object.entries(now)) {
        if (!(price >= 0 && price < Infinity)) throw new RangeError(`${model}: ${name} is no price: ${price}`);
      }
      const before = this.known.get(model);
      this.known.set(model, { ...now });
      return before === undefined ? [] : toAlarms(model, { before, now, atMs });
    });
  }

  toJson(): Json {
    return [...this.known].map(([model, prices]) => [model, { ...prices }]);
  }

  /** Throws Error for what is no such state. */
  fromJson(json: Json | undefined): void {
    for (const [model, state] of readEntries(json)) {
      const prices = readObject(state);
      if (!Object.values(prices).every((price) => typeof price === 'number')) throw new Error('prices are expected');
      this.known.set(model, prices as Record<string, number>);
    }
  }
}

function toAlarms(
  model: string,
  { before, now, atMs }: { before: ModelPrices; now: ModelPrices; atMs: number },
): Alarm[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = names.filter((name) => before[name] !== now[name]);
  if (changed.length === 0) return [];
  const changes = changed.map((name) => `${name} from ${dollars(before[name])} to ${dollars(now[name])}`);
  const isDearer = changed.some((name) => (now[name] ?? 0) > (before[name] ?? 0));
  return [
    {
      key: `price_changed/${model}`,
      rule: 'price_changed',
      task: null,
      segment: null,
      severity: 'warning',
      atMs,
      sentence: `${model} ${isDearer ? 'costs more' : 'costs less'} than it did: ${changes.join(', ')} per million tokens.`,
      evidence: { model, before: { ...before }, now: { ...now } },
      isEvent: true,
    },
  ];
}

function dollars(price: number | undefined): string {
  return price === undefined ? 'no price' : `$${price}`;
}
