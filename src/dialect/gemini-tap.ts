// Watches a stream that goes to a Gemini client from a Gemini upstream, byte for byte.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { decodeGeminiStreamError } from './gemini-error.ts';
import { blockWord, finishWord } from './gemini-finish.ts';
import { readGeminiUsage } from './gemini-usage.ts';
import type { StreamFacts, StreamPipe } from './pipe.ts';
import { isErrorReport } from './stream-event.ts';
import { type CostOf, createTap, type TapDialect, type Verdict } from './tap.ts';

/** Google repeats the usage so far in nearly every chunk, so nearly every chunk is looked at. */
const MARKS = ['okenCount"', 'inishReason"', 'lockReason"', 'ndex"', 'rror"'];

export function createGeminiTap(costOf: CostOf): StreamPipe {
  return createTap(new GeminiTap(), costOf);
}

class GeminiTap implements TapDialect {
  readonly marks = MARKS;
  readonly usagePath = ['usageMetadata'];
  readonly hasBareErrors = true;
  /** Candidates that have begun and not finished. */
  private readonly open = new Set<number>();
  private hasFinish = false;

  read(data: JsonObject | null, _text: string, facts: StreamFacts): Verdict {
    if (data === null) return 'pass';
    if (isErrorReport(data.error)) {
      facts.error = decodeGeminiStreamError(data);
      return 'error';
    }
    if (typeof data.modelVersion === 'string' && data.modelVersion !== '') facts.responseModel = data.modelVersion;
    const candidates = Array.isArray(data.candidates) ? data.candidates : [];
    for (const [position, candidate] of candidates.entries()) this.readCandidate(candidate, position, facts);
    const blocked = blockWord(data);
    if (blocked !== null && candidates.length === 0) this.finish(blocked, facts);
    if (!isObject(data.usageMetadata)) return 'pass';
    facts.usage = readGeminiUsage(data.usageMetadata);
    // What came before the finish is not the whole of it.
    return this.hasFinish ? 'priced' : 'pass';
  }

  /** Gemini has no end mark: a stream is complete when every candidate that began has finished. */
  isComplete(): boolean {
    return this.hasFinish && this.open.size === 0;
  }

  private readCandidate(candidate: Json, position: number, facts: StreamFacts): void {
    if (!isObject(candidate)) return;
    const index = typeof candidate.index === 'number' ? candidate.index : position;
    const { content } = candidate;
    if (isObject(content) && Array.isArray(content.parts) && content.parts.some(isToken)) facts.sawToken = true;
    const finish = finishWord(candidate.finishReason);
    if (finish === null) this.open.add(index);
    else {
      this.open.delete(index);
      this.finish(finish, facts);
    }
  }

  private finish(word: string, facts: StreamFacts): void {
    this.hasFinish = true;
    facts.finishReason ??= word;
  }
}

/** Anything but an empty text counts as generated. */
function isToken(part: Json): boolean {
  return isObject(part) && Object.entries(part).some(([key, value]) => key !== 'text' || value !== '');
}
