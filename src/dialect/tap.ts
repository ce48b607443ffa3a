// The part that taps of all dialects share: cut at event boundaries, let uninteresting events through as they are, and
// hand the interesting ones, parsed, to the dialect.
import { type JsonObject, parseObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import { type Span, scanJson } from '../wire/json-scan.ts';
import { splice } from '../wire/splice.ts';
import { dataSpan, EventCutter, lastBoundary, nextBoundary } from '../wire/sse.ts';
import { createFacts, type StreamFacts, type StreamPipe } from './pipe.ts';
import { costEdit } from './usage-cost.ts';

/** Cost of a usage in nano-dollars; null when it is not known or not wanted in the answer. */
export type CostOf = (usage: Usage, serviceTier: string | null) => number | null;

/** What the dialect says about one parsed event. `priced-end`: the last one, which carries the usage as well. */
export type Verdict = 'pass' | 'drop' | 'priced' | 'end' | 'priced-end' | 'error';

export interface TapDialect {
  /** Byte strings that every event has which must be looked at after the first token; other events pass unread. */
  marks: readonly string[];
  /** The members that lead to the usage object, from the outside in. Default: `usage` at the top. */
  usagePath?: readonly string[];
  /** Whether an error may stand in the stream as it is, without being an event's data. */
  hasBareErrors?: boolean;
  /** Reads one event into `facts`; `null` data is one that is no JSON (`[DONE]`). */
  read: (data: JsonObject | null, text: string, facts: StreamFacts) => Verdict;
  /** Whether the answer counts as complete now that the end mark, or the end of the stream, is here. */
  isComplete: (endMark: boolean) => boolean;
}

/** As deep as a complete reply may be: the last event can hold one. */
const MAX_EVENT_DEPTH = 2048;
const OPEN_BRACE = 0x7b;

export function createTap(dialect: TapDialect, costOf: CostOf): StreamPipe {
  return new Tap(dialect, costOf);
}

class Tap implements StreamPipe {
  readonly facts = createFacts();
  state: StreamPipe['state'] = 'open';
  closing: Buffer | null = null;
  private readonly cutter = new EventCutter();
  private readonly dialect: TapDialect;
  private readonly costOf: CostOf;

  constructor(dialect: TapDialect, costOf: CostOf) {
    this.dialect = dialect;
    this.costOf = costOf;
  }

  push(chunk: Buffer): Buffer | null {
    if (this.state !== 'open') return null;
    const events = this.cutter.push(chunk);
    if (events === null) return null;
    return this.readAll(events);
  }

  end(): void {
    if (this.state !== 'open') return;
    const rest = this.cutter.remainder();
    // Some servers leave out the blank line after their last event. One that was cut in two is nothing a client can read.
    const kept = this.isWhole(rest) ? this.readAll(rest) : null;
    if (this.state === 'open') this.state = this.dialect.isComplete(false) ? 'finished' : 'failed';
    if (kept !== null) this.closing = this.closing === null ? kept : Buffer.concat([kept, this.closing]);
  }

  private readAll(events: Buffer): Buffer | null {
    const out: Buffer[] = [];
    let from = 0;
    while (from < events.length && this.state === 'open') {
      const plain = this.facts.sawToken ? this.plainUntil(events, from) : from;
      if (plain > from) out.push(events.subarray(from, plain));
      if (plain === events.length) break;
      from = nextBoundary(events, plain) || events.length;
      const kept = this.read(events.subarray(plain, from));
      if (kept !== null) out.push(kept);
    }
    if (out.length === 0) return null;
    return out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out);
  }

  /** Where the next event begins that has to be looked at. A search for each mark costs less than splitting every event. */
  private plainUntil(events: Buffer, from: number): number {
    let first = events.length;
    for (const mark of this.dialect.marks) {
      const at = events.indexOf(mark, from, 'latin1');
      if (at >= 0 && at < first) first = at;
    }
    return first === events.length ? first : from + lastBoundary(events.subarray(from, first));
  }

  private dataOf(event: Buffer): { start: number; end: number } | null {
    return dataSpan(event) ?? (this.dialect.hasBareErrors === true ? { start: 0, end: event.length } : null);
  }

  /** Whether the last bytes of a stream are an event that came to its end. */
  private isWhole(rest: Buffer): boolean {
    const span = this.dataOf(rest);
    if (span === null) return false;
    const text = rest.toString('utf8', span.start, span.end);
    return parse(text) !== null || text.trim() === '[DONE]';
  }

  private read(event: Buffer): Buffer | null {
    const span = this.dataOf(event);
    if (span === null) return event;
    const text = event.toString('utf8', span.start, span.end);
    switch (this.dialect.read(parse(text), text, this.facts)) {
      case 'pass':
        return event;
      case 'drop':
        return null;
      case 'priced':
        return this.withCost(event, span.start, span.end);
      case 'end':
        this.close(event);
        return null;
      case 'priced-end':
        this.close(this.withCost(event, span.start, span.end));
        return null;
      case 'error':
        this.state = 'failed';
        return null;
    }
  }

  private close(last: Buffer): void {
    this.state = this.dialect.isComplete(true) ? 'finished' : 'failed';
    this.closing = this.state === 'finished' ? last : null;
  }

  private withCost(event: Buffer, start: number, end: number): Buffer {
    const cost = this.facts.usage === null ? null : this.costOf(this.facts.usage, this.facts.serviceTier);
    if (cost === null) return event;
    const priced = insertCost(event.subarray(start, end), cost, this.dialect.usagePath);
    return Buffer.concat([event.subarray(0, start), priced, event.subarray(end)]);
  }
}

const USAGE = ['usage'];

/** Writes the cost into the usage object at the end of the path; the bytes stay as they are when there is none. */
function insertCost(json: Buffer, costNanoUsd: number, path: readonly string[] = USAGE): Buffer {
  const usage = objectAt(json, path);
  return usage === null ? json : splice(json, [costEdit(json, usage, costNanoUsd)]);
}

/** Where the object lies that these members lead to, from the outside in. */
function objectAt(json: Buffer, path: readonly string[]): Span | null {
  let at: Span = { start: 0, end: json.length };
  for (const key of path) {
    const span = scanJson(json.subarray(at.start, at.end), MAX_EVENT_DEPTH).span(key);
    if (span === null || json[at.start + span.start] !== OPEN_BRACE) return null;
    at = { start: at.start + span.start, end: at.start + span.end };
  }
  return at;
}

function parse(text: string): JsonObject | null {
  // `[DONE]` would be an exception, which costs more than the rest of a short stream.
  return /^\s*\{/.test(text) ? parseObject(text) : null;
}
