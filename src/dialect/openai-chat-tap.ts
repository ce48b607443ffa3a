// Watches a chat completion stream that goes to an OpenAI client from an OpenAI upstream, byte for byte.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';
import type { StreamFacts, StreamPipe } from './pipe.ts';
import { isErrorReport, readStreamError } from './stream-event.ts';
import { type CostOf, createTap, type TapDialect, type Verdict } from './tap.ts';

export interface OpenaiTapOptions {
  /** Whether the client asked for the usage chunk; if not, it is taken out again. */
  includeUsage: boolean;
  /** How many choices the request asked for. */
  choices: number;
  costOf: CostOf;
}

/**
 * A raw quote cannot stand inside a JSON string, so these bytes can only be what they look like. They begin in the middle
 * of a word: a search stops at each of its first byte, and quotes are everywhere.
 */
const MARKS = ['_tokens"', '_reason":"', '_reason": "', 'rror"', '[DONE]'];

export function createOpenaiTap(options: OpenaiTapOptions): StreamPipe {
  return createTap(new OpenaiTap(options), options.costOf);
}

class OpenaiTap implements TapDialect {
  readonly marks = MARKS;
  private readonly includeUsage: boolean;
  private readonly choices: number;
  private readonly finished = new Set<number>();

  constructor(options: OpenaiTapOptions) {
    this.includeUsage = options.includeUsage;
    this.choices = options.choices;
  }

  read(data: JsonObject | null, text: string, facts: StreamFacts): Verdict {
    if (data === null) return text.trim() === '[DONE]' ? 'end' : 'pass';
    if (isErrorReport(data.error)) {
      facts.error = readStreamError(data);
      return 'error';
    }
    if (facts.responseModel === null && typeof data.model === 'string' && data.model !== '')
      facts.responseModel = data.model;
    if (typeof data.system_fingerprint === 'string') facts.fingerprint = data.system_fingerprint;
    if (typeof data.service_tier === 'string') facts.serviceTier = data.service_tier;
    const choices = Array.isArray(data.choices) ? data.choices : [];
    for (const choice of choices) this.readChoice(choice, facts);
    if (!isObject(data.usage)) return 'pass';
    facts.usage = readOpenaiUsage(data.usage);
    if (choices.length === 0 && !this.includeUsage) return 'drop';
    return 'priced';
  }

  isComplete(endMark: boolean): boolean {
    return this.finished.size >= (endMark ? 1 : this.choices);
  }

  private readChoice(choice: Json, facts: StreamFacts): void {
    if (!isObject(choice)) return;
    if (isObject(choice.delta) && hasContent(choice.delta)) facts.sawToken = true;
    if (typeof choice.finish_reason !== 'string') return;
    this.finished.add(typeof choice.index === 'number' ? choice.index : 0);
    facts.finishReason ??= choice.finish_reason;
  }
}

/** Anything but the role counts as generated: text, reasoning under any name, a refusal, a tool call. */
function hasContent(delta: JsonObject): boolean {
  return Object.entries(delta).some(([key, value]) => key !== 'role' && value !== null && value !== '');
}
