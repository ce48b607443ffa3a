// Whether a call says that its user did not like the answer before. Telling that takes time: of very many calls, some are passed over.
import type { Note } from '../call/note.ts';
import type { Ended } from '../router.ts';
import { createWeakSignals, toWeakNote } from '../watch/weak-signals.ts';
import { PerSecond } from './per-second.ts';

const SIGNS_PER_SECOND = 50;

export class Signs {
  private readonly note: (note: Note) => unknown;
  private readonly nowMs: () => number;
  private readonly signals = createWeakSignals();
  private readonly most = new PerSecond(SIGNS_PER_SECOND);

  constructor(note: (note: Note) => unknown, nowMs: () => number) {
    this.note = note;
    this.nowMs = nowMs;
  }

  /** Notes the sign, if the call is one. */
  look({ call, row }: Pick<Ended, 'call' | 'row'>): void {
    const { inbound } = call;
    if (row.status !== 'ok' || inbound.kind !== 'chat' || !this.most.isLeft(this.nowMs())) return;
    const { id, atMs, latencyMs, tenant, session, task } = row;
    const { ask, opening, messageCount: messages, isInToolLoop } = inbound;
    const asked = { id, atMs, latencyMs, tenant, session, task, ask, opening, messages, isInToolLoop };
    const sign = this.signals.observe(asked);
    if (sign !== null) this.note(toWeakNote(sign, asked));
  }
}
