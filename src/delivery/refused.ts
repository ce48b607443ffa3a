// Complete answers that their gates refused, with what still holds them: the client may get one after all, because nobody passed, or because
// a gate that has seen a later one too likes it better.
import { preferredAmong, type RefusedBefore } from '../gate/preferred.ts';
import type { Delivered } from './deliver.ts';
import type { Hold } from './hold.ts';

interface RefusedAnswer extends RefusedBefore {
  exchange: Delivered;
  /** Null for an answer that nothing holds back. */
  hold: Hold | null;
}

export class RefusedAnswers {
  private readonly answers: RefusedAnswer[] = [];

  add(exchange: Delivered, hold: Hold | null): void {
    this.answers.push({ model: exchange.attempt.model, verdicts: exchange.verdicts ?? [], exchange, hold });
  }

  get last(): RefusedAnswer | null {
    return this.answers.at(-1) ?? null;
  }

  /** The one that a gate of this answer would rather give; null for none, or one that is not there any more. */
  preferredTo({ verdicts }: Delivered): RefusedAnswer | null {
    const found = preferredAmong(verdicts ?? [], this.answers);
    return found === null || (found.hold !== null && found.hold.stopped !== null) ? null : found;
  }
}
