// Chance without a dice: numbers that depend on a text alone, so that every run and every call order gives the same ones.
// It must never touch Math.random or keep state between keys.
import { hash } from 'node:crypto';

/** An endless, repeatable sequence of chances for one key. */
export interface Draw {
  /** Uniform in [0, 1). */
  unit: () => number;
  /** Uniform whole number, both ends included. */
  int: (low: number, high: number) => number;
  /** One member of a list that is not empty. */
  pick: <Item>(items: readonly Item[]) => Item;
  /** The list in a drawn order; the argument stays as it is. */
  shuffle: <Item>(items: readonly Item[]) => Item[];
  /** Standard normal. */
  normal: () => number;
}

const BYTES_PER_UNIT = 6;
const UNITS_PER_BLOCK = 5;

function createUnits(key: string): () => number {
  let block = Buffer.alloc(0);
  let used = UNITS_PER_BLOCK;
  let blocks = 0;
  return () => {
    if (used === UNITS_PER_BLOCK) {
      block = hash('sha256', `${blocks}|${key}`, 'buffer');
      blocks += 1;
      used = 0;
    }
    const value = block.readUIntBE(used * BYTES_PER_UNIT, BYTES_PER_UNIT);
    used += 1;
    return value / 2 ** (8 * BYTES_PER_UNIT);
  };
}

/** The sequence for a key; the parts are joined so that ('a', 1) and ('a1') differ. */
export function createDraw(...parts: readonly (string | number)[]): Draw {
  const unit = createUnits(parts.map((part) => `${typeof part}:${part}`).join('\u0000'));
  const int = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    int,
    pick: <Item>(items: readonly Item[]): Item => items[int(0, items.length - 1)] as Item,
    shuffle: <Item>(items: readonly Item[]): Item[] => {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last -= 1) {
        const other = int(0, last);
        [order[last], order[other]] = [order[other] as Item, order[last] as Item];
      }
      return order;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  };
}

/** Lower-case hex digest of a text, cut to `length` digits; for ids and cache keys. */
export function hexOf(text: string, length: number): string {
  return hash('sha256', text, 'hex').slice(0, length);
}
