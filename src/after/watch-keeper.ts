// The clock of watching: looks at levels, listens for what people have noted, and keeps what is known. Its timers keep no process alive, and what
// fails in it is told once until it works again.
import type { LedgerReader } from '../ledger/reader.ts';
import type { Engine } from '../router.ts';
import { type KeptState, readState, writeState } from './kept-state.ts';
import type { Watching } from './watching.ts';

export interface KeeperParts {
  watching: Pick<Watching, 'open' | 'look' | 'heard' | 'state' | 'close'> & {
    rollouts: Pick<Watching['rollouts'], 'refresh'>;
  };
  ledger: { flush: () => Promise<void> };
  reader: Pick<LedgerReader, 'calls' | 'notes' | 'ends' | 'close'>;
  /** The file that the state is kept in; null: it is not. */
  statePath: string | null;
  engine: () => Engine;
  warn: (sentence: string) => void;
}

const LISTEN_MS = 1_000;
const LOOK_MS = 15_000;
const KEEP_MS = 30_000;
/** A ledger that cannot be written never gets there: then what is known is kept with the place that it has reached. */
const FLUSH_MS = 1_000;

export class WatchKeeper {
  private readonly parts: KeeperParts;
  private readonly timers: NodeJS.Timeout[];
  private heardUpTo: number;
  private keeping: Promise<void> | null = null;
  private readonly failing = new Set<string>();

  constructor(parts: KeeperParts) {
    this.parts = parts;
    const { watching, reader, statePath } = parts;
    this.heardUpTo = reader.ends().notes;
    let kept: KeptState | null = null;
    this.attempt('reading what was kept', () => (kept = statePath === null ? null : readState(statePath)));
    this.attempt('taking in what is known', () => watching.open(reader, kept));
    this.timers = [
      setInterval(() => this.attempt('listening', () => this.listen()), LISTEN_MS),
      setInterval(() => this.attempt('looking', () => watching.look(parts.engine())), LOOK_MS),
      setInterval(() => void this.keep(), KEEP_MS),
    ];
    for (const timer of this.timers) timer.unref();
    this.attempt('looking', () => watching.look(parts.engine()));
  }

  /** Puts down what is known; never rejects. */
  keep(): Promise<void> {
    const { statePath } = this.parts;
    if (statePath === null) return Promise.resolve();
    this.keeping ??= this.putDown(statePath).finally(() => {
      this.keeping = null;
    });
    return this.keeping;
  }

  /** While the ledger is still open. */
  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.parts.watching.close();
    await this.keeping;
    await this.keep();
    this.parts.reader.close();
  }

  private async putDown(statePath: string): Promise<void> {
    const { ledger, watching, reader } = this.parts;
    try {
      await within(FLUSH_MS, ledger.flush());
    } catch {
      // The ledger tells what is wrong with it. What is not in it by now is known by its id when it is.
    }
    this.attempt('keeping', () => writeState(statePath, { ...watching.state(), ends: reader.ends() }));
  }

  private listen(): void {
    const { watching, reader } = this.parts;
    watching.rollouts.refresh();
    for (const { seq, note } of reader.notes({ afterSeq: this.heardUpTo })) {
      this.heardUpTo = seq;
      watching.heard(note);
    }
  }

  private attempt(what: string, work: () => void): void {
    try {
      work();
      this.failing.delete(what);
    } catch (error) {
      this.tell(what, error);
    }
  }

  private tell(what: string, error: unknown): void {
    if (this.failing.has(what)) return;
    this.failing.add(what);
    this.parts.warn(`watching: ${what} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Resolves when the work is done, and anyway after so many milliseconds. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
