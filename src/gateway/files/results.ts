// Prices the results of a batch while they go by: a row for each line, once, however often and however partly they are fetched.
// The row's id sees to that; that everything has been priced is remembered only to save the work.
import { type KnownBatch, toBatchRow } from '../../batch-row.ts';
import { readBatchLine } from '../../dialect/batch-line.ts';
import type { BoundObject, ObjectStore } from '../../objects/object-store.ts';
import type { Engine, Recorder } from '../../router.ts';
import { createLineCutter } from '../../wire/line-cutter.ts';
import { addKnown, readKnown } from './known.ts';
import type { Watch } from './reply.ts';

/** Longer lines are no answers of language models. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

export interface ResultsParts {
  objects: ObjectStore;
  recorder: Recorder;
  engine: Pick<Engine, 'priceBatched'>;
}

/** What watches these contents; null when they are no results, or priced already. */
export function watchResults(held: BoundObject, parts: ResultsParts): Watch | null {
  const batch = batchOf(held, parts.objects);
  return batch === null || readKnown(held).isPriced === true ? null : new PricedResults(held, batch, parts);
}

/** The batch whose results an object holds: it is one itself (Anthropic), or a file of one (OpenAI). */
function batchOf(held: BoundObject, objects: ObjectStore): KnownBatch | null {
  const id = held.kind === 'batch' ? held.id : readKnown(held).batch;
  if (id === undefined) return null;
  const { tenant, provider } = held;
  const bound = held.kind === 'batch' ? held : objects.find('batch', id, tenant);
  const known = bound === null ? {} : readKnown(bound);
  const createdMs = known.createdMs ?? bound?.createdMs ?? held.createdMs;
  return { id, tenant, provider, task: known.task ?? null, createdMs };
}

class PricedResults implements Watch {
  private readonly held: BoundObject;
  private readonly batch: KnownBatch;
  private readonly parts: ResultsParts;
  private readonly cutter = createLineCutter(MAX_LINE_BYTES);
  /** The row written last; those before it are down when it is. Never rejects: it may be that nobody waits for it. */
  private written: Promise<void> = Promise.resolve();
  /** Why a row was not kept. */
  private readonly failures: unknown[] = [];

  constructor(held: BoundObject, batch: KnownBatch, parts: ResultsParts) {
    this.held = held;
    this.batch = batch;
    this.parts = parts;
  }

  push(chunk: Buffer): void {
    for (const line of this.cutter.push(chunk)) this.price(line);
  }

  /** Rows come before the answer's last byte. */
  async end(): Promise<void> {
    const last = this.cutter.end();
    if (last !== null) this.price(last);
    await this.written;
    if (this.failures.length > 0) throw this.failures[0];
    if (this.cutter.skipped === 0) this.remember();
  }

  private remember(): void {
    try {
      addKnown(this.parts.objects, this.held, { isPriced: true });
    } catch {
      // The next one who fetches them prices them again, to the same rows.
    }
  }

  private price(bytes: Buffer): void {
    const line = readBatchLine(bytes);
    if (line === null) return;
    const { recorder, engine } = this.parts;
    const row = toBatchRow(line, this.batch, { price: engine.priceBatched, nowMs: Date.now() });
    this.written = Promise.resolve(recorder.record(row)).catch((error: unknown) => void this.failures.push(error));
  }
}
