// Request ids: sortable by time, so that the ledger's primary key only ever appends.
import { randomBytes } from 'node:crypto';

/** A source of ids like `req_0199a3f2c4d1000001a1b2c3d4`: milliseconds in hex, a counter in base 36, a mark of the process. */
export function createRequestIds(
  now: () => number = Date.now,
  mark: string = randomBytes(4).toString('hex'),
): () => string {
  let counter = 0;
  let lastMs = 0;
  let prefix = '';
  return () => {
    const ms = now();
    if (ms !== lastMs) {
      lastMs = ms;
      prefix = `req_${ms.toString(16).padStart(12, '0')}`;
    }
    counter = (counter + 1) % MOST;
    return prefix + (FIRST + counter).toString(36) + mark;
  };
}

/** Counters from `FIRST` on have the same number of digits. */
const FIRST = 36 ** 5;
const MOST = 35 * FIRST;
