// One call by its id, for whoever answers requests in the process that writes the ledger: a call that has just been answered is found as
// well. The reader is opened when the first call is asked for.
import { setTimeout as sleep } from 'node:timers/promises';
import { TierlineError } from '../call/errors.ts';
import type { CallRow } from '../call/row.ts';
import type { Ledger } from './ledger.ts';
import { type LedgerReader, openOwnLedger } from './reader.ts';

export interface CallLookup {
  /**
   * The call of a tenant; null when the tenant has none of this id, which takes as long for a call of another tenant as for none. Rejects with
   * TierlineError `internal` when the tables are too far behind to tell, and with what SQLite says.
   */
  find: (id: string, tenant: string) => Promise<CallRow | null>;
  close: () => void;
}

/** How long somebody waits for the tables when the disk does not keep up. */
const WAIT_MS = 3000;

export function createCallLookup(ledger: Pick<Ledger, 'path' | 'flush'>, waitMs: number = WAIT_MS): CallLookup {
  let reader: LedgerReader | null = null;
  let isClosed = false;
  const look = (id: string, tenant: string): CallRow | null => {
    if (isClosed) throw new TierlineError('shutting_down');
    reader ??= openOwnLedger(ledger.path);
    const row = reader.call(id);
    return row?.tenant === tenant ? row : null;
  };
  return {
    find: async (id, tenant) => {
      const known = look(id, tenant);
      if (known !== null) return known;
      await reached(ledger, waitMs);
      return look(id, tenant);
    },
    close: () => {
      isClosed = true;
      reader?.close();
      reader = null;
    },
  };
}

async function reached(ledger: Pick<Ledger, 'flush'>, waitMs: number): Promise<void> {
  const over = new AbortController();
  const late = sleep(waitMs, true, { signal: over.signal }).catch(() => false);
  try {
    const isLate = await Promise.race([ledger.flush().then(() => false), late]);
    if (isLate) throw new TierlineError('internal', 'The ledger is behind at the moment; send it again later.');
  } finally {
    over.abort();
  }
}
