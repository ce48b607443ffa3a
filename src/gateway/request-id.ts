// Request ids: sortable by time, so that the ledger's primary key only ever appends.
import { randomBytes } from 'node:crypto';

/** A source of ids like `req_0199a3f2c4d1-7f3a-00001k2`: milliseconds, a random process mark, a counter. */
export function createRequestIds(now: () => number = Date.now, mark: string = randomBytes(4).toString('hex')): () => string {
  let counter = 0;
  return () => {
    counter = (counter + 1) % 0x7fffffff;
    return `req_${now().toString(16).padStart(12, '0')}${counter.toString(36).padStart(6, '0')}${mark}`;
  };
}
