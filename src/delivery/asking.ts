// Stands in for the client while a gate asks a model: it stays to the end, unless nobody wants the verdict any more.
import type { ClientSide } from './exchange.ts';

export class Asking implements ClientSide {
  isGone = false;
  readonly isCommitted = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  /** When the question has to be answered, in performance.now() time. */
  readonly deadline: number;

  constructor(deadline: number) {
    this.deadline = deadline;
  }

  /** Ends whatever is being asked, and every question after it. */
  leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.onGone?.();
  }

  begin(): void {
    throw new TypeError('an answer that was not asked for as a stream has no events');
  }

  write(): boolean {
    return true;
  }

  keepAlive(): void {
    // It does not wait for signs of life.
  }
}
