// What is made of calls after their replies: canaries, and what is learned from them. It outlives configurations, and whatever goes wrong in
// it is told and touches no call.
import type { Note } from '../call/note.ts';
import type { Config } from '../config/config.ts';
import type { NotesQuery, PlacedNote } from '../ledger/notes.ts';
import { detectLanguage } from '../policy/language.ts';
import type { Afterwards, Call, Engine } from '../router.ts';
import { segmentsOf } from '../watch/segments.ts';
import { Canaries, type CanaryRules } from './canaries.ts';

export interface WatchingParts {
  warn: (sentence: string) => void;
  /** The ledger's `note`. */
  note: (note: Note) => unknown;
  nowMs?: () => number;
}

const DAY_MS = 86_400_000;

export class Watching {
  readonly canaries: Canaries;
  private readonly parts: WatchingParts;
  private readonly nowMs: () => number;

  constructor(parts: WatchingParts) {
    this.parts = parts;
    this.nowMs = parts.nowMs ?? Date.now;
    this.canaries = new Canaries({
      ...parts,
      segmentsOf: segmentsOfCall,
      onGraded: () => undefined,
    });
  }

  /** Takes in what earlier processes have found out. */
  seed(notesOf: (query: NotesQuery) => Iterable<PlacedNote>): void {
    const today = Math.floor(this.nowMs() / DAY_MS) * DAY_MS;
    for (const { note } of notesOf({ kind: 'canary', sinceMs: today })) this.canaries.remember(note);
  }

  /** Puts the limits of a configuration in force. */
  limit({ canary }: Pick<Config, 'canary'>): void {
    this.canaries.limit(canary?.budgetNanoUsd ?? 0);
  }

  /** What a configuration has watched; null for nothing. */
  under({ canary, tasks }: Pick<Config, 'canary' | 'tasks'>, engine: () => Engine): Afterwards | null {
    if (canary === null) return null;
    const rules: CanaryRules = { canary, tasks, engine, shareFor: () => null };
    return {
      wantsAnswer: (call, plan) => this.canaries.isWanted(rules, call, plan),
      ended: (ended) => {
        if (this.canaries.isWanted(rules, ended.call, ended.plan)) this.later(() => this.canaries.take(rules, ended));
      },
    };
  }

  async close(): Promise<void> {
    await this.canaries.close();
  }

  /** When the turn is over in which the client got its answer. */
  private later(work: () => void): void {
    setImmediate(() => {
      try {
        work();
      } catch (error) {
        this.parts.warn(`watching a call failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }
}

function segmentsOfCall({ inbound, tenant, atMs }: Call): string[] {
  return segmentsOf(inbound, { tenant, atMs, language: detectLanguage(inbound.ask) });
}
