// One outbox for each sink of the configuration, which may change while they work. A sink that goes gets what is queued for it, as
// far as that takes no longer than closing.
import type { SinkConfig } from '../../config/alerts-config.ts';
import type { Notice } from './active-alert.ts';
import { Outbox, type OutboxParts } from './outbox.ts';
import type { Sink } from './sink.ts';

export interface OutboxesParts extends OutboxParts {
  open: (config: SinkConfig) => Sink;
  /** How long an outbox that is closed may take. */
  graceMs: number;
}

export class Outboxes {
  private readonly parts: OutboxesParts;
  private readonly leaving = new Set<Promise<void>>();
  private current = new Map<string, Outbox>();

  constructor(parts: OutboxesParts) {
    this.parts = parts;
  }

  /** From now on these are told; those that were told before keep their queue. */
  use(sinks: readonly SinkConfig[]): void {
    const before = this.current;
    this.current = new Map(
      sinks.map((sink) => {
        const name = JSON.stringify(sink);
        return [name, before.get(name) ?? new Outbox(this.parts.open(sink), this.parts)];
      }),
    );
    for (const [name, outbox] of before) if (!this.current.has(name)) this.leave(outbox);
  }

  /** Returns at once. */
  offer(notice: Notice): void {
    for (const outbox of this.current.values()) outbox.offer(notice);
  }

  /** Resolves when everything is sent, or the time is over. */
  async close(): Promise<void> {
    for (const outbox of this.current.values()) this.leave(outbox);
    await Promise.all(this.leaving);
  }

  private leave(outbox: Outbox): void {
    const left = outbox.close(this.parts.graceMs).finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }
}
