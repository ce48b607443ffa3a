// What a finished call is counted to beside its task. To tell a language takes longer than the rest, so it is told of some calls a second only.
import type { CallRow } from '../call/row.ts';
import { detectLanguage } from '../policy/language.ts';
import type { Call } from '../router.ts';
import { segmentsOf } from '../watch/segments.ts';
import { PerSecond } from './per-second.ts';

const LANGUAGES_PER_SECOND = 20;

export class CallSegments {
  private readonly nowMs: () => number;
  private readonly languages = new PerSecond(LANGUAGES_PER_SECOND);

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  of({ inbound, tenant, atMs }: Pick<Call, 'inbound' | 'tenant' | 'atMs'>): string[] {
    const language = this.languages.isLeft(this.nowMs()) ? detectLanguage(inbound.ask) : null;
    return segmentsOf(inbound, { tenant, atMs, language });
  }
}

/** How long a request was, and in which language, is not in its row. */
export function segmentsOfRow({ tenant, atMs }: Pick<CallRow, 'tenant' | 'atMs'>): string[] {
  return segmentsOf({ bytes: 0 }, { tenant, atMs, language: null }).filter((segment) => !segment.startsWith('input:'));
}
