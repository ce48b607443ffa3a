// Turns the chunks of `streamGenerateContent?alt=sse` into neutral events. Every chunk is a whole reply of its own with
// the next parts; calls come in one piece. There is no end mark, and a finish is never invented.
//
// Signatures of thoughts stay behind: a streamed event does not say whose they are, and no other provider may get them.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { SseEvent, StreamDecoder } from './dialect.ts';
import { decodeGeminiStreamError } from './gemini-error.ts';
import { finishWord, readGeminiFinish } from './gemini-finish.ts';
import { readGeminiLogprobs } from './gemini-logprobs.ts';
import type { CallNaming } from './gemini-part-reader.ts';
import { nameReplyCalls, parseGeminiReply, readBlocked, readReplyParts } from './gemini-reply.ts';
import { readGeminiUsage } from './gemini-usage.ts';
import type { NeutralEvent, NeutralFinish, NeutralPart } from './neutral.ts';
import { isErrorReport, parseEvent } from './stream-event.ts';

export function createGeminiDecoder(): StreamDecoder {
  return new GeminiDecoder();
}

class GeminiDecoder implements StreamDecoder {
  private readonly choices = new Map<number, ChoiceDecoder>();
  private naming: CallNaming | null = null;

  push({ data }: SseEvent): NeutralEvent[] {
    let chunk: JsonObject;
    try {
      chunk = parseGeminiReply(data);
    } catch {
      const told = parseEvent(data);
      return told !== null && 'type' in told ? [told] : [];
    }
    if (isErrorReport(chunk.error)) return [{ type: 'error', error: decodeGeminiStreamError(chunk) }];
    const out: NeutralEvent[] = [];
    const naming = this.start(chunk, out);
    const candidates = Array.isArray(chunk.candidates) ? chunk.candidates : [];
    try {
      for (const [position, candidate] of candidates.entries()) {
        if (isObject(candidate)) this.choice(candidate, position).push(candidate, naming, out);
      }
    } catch {
      return [{ type: 'error', error: { status: 502, message: 'The provider sent a part that could not be read.' } }];
    }
    if (candidates.length === 0) this.block(chunk, out);
    if (isObject(chunk.usageMetadata)) out.push({ type: 'usage', usage: readGeminiUsage(chunk.usageMetadata) });
    return out;
  }

  private start(chunk: JsonObject, out: NeutralEvent[]): CallNaming {
    if (this.naming !== null) return this.naming;
    const id = typeof chunk.responseId === 'string' ? chunk.responseId : '';
    const model = typeof chunk.modelVersion === 'string' ? chunk.modelVersion : '';
    this.naming = nameReplyCalls(id);
    out.push({ type: 'start', id, model });
    return this.naming;
  }

  /** A prompt that Gemini refuses to answer is the whole reply. */
  private block(chunk: JsonObject, out: NeutralEvent[]): void {
    const blocked = readBlocked(chunk);
    if (blocked === null || this.choices.size > 0) return;
    const choice = this.choice({}, 0);
    for (const part of blocked.parts) choice.part(part, out);
    choice.finish(blocked.finish, out);
  }

  private choice(candidate: JsonObject, position: number): ChoiceDecoder {
    const index = typeof candidate.index === 'number' ? candidate.index : position;
    const known = this.choices.get(index);
    if (known !== undefined) return known;
    const fresh = new ChoiceDecoder(index);
    this.choices.set(index, fresh);
    return fresh;
  }
}

class ChoiceDecoder {
  private readonly choice: number;
  private open: 'text' | 'thinking' | 'refusal' | null = null;
  private calls = 0;
  private isFinished = false;

  constructor(choice: number) {
    this.choice = choice;
  }

  push(candidate: JsonObject, naming: CallNaming, out: NeutralEvent[]): void {
    for (const part of readReplyParts(candidate, naming)) this.part(part, out);
    this.logprobs(candidate.logprobsResult, out);
    const raw = finishWord(candidate.finishReason);
    if (raw !== null) this.finish(readGeminiFinish(raw, this.calls > 0), out);
  }

  part(part: NeutralPart, out: NeutralEvent[]): void {
    if (part.type === 'text' || part.type === 'thinking' || part.type === 'refusal') {
      const signature = part.type === 'thinking' ? part.signature : undefined;
      if (part.text === '' && signature === undefined) return;
      this.turnTo(part.type, out);
      if (part.text !== '') out.push({ type: part.type, choice: this.choice, text: part.text });
      if (signature !== undefined) out.push({ type: 'thinking_signature', choice: this.choice, signature });
    } else if (part.type === 'tool_call') {
      this.turnTo(null, out);
      const at = { choice: this.choice, tool: this.calls++ };
      out.push({ type: 'tool_start', ...at, id: part.id, name: part.name });
      out.push({ type: 'tool_arguments', ...at, json: part.arguments });
      out.push({ type: 'part_end', choice: this.choice });
    }
  }

  finish(finish: NeutralFinish, out: NeutralEvent[]): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.turnTo(null, out);
    out.push({ type: 'finish', choice: this.choice, finish });
  }

  private logprobs(result: Json | undefined, out: NeutralEvent[]): void {
    const json = readGeminiLogprobs(result);
    if (json !== null) out.push({ type: 'logprobs', choice: this.choice, json });
  }

  private turnTo(next: ChoiceDecoder['open'], out: NeutralEvent[]): void {
    if (this.open !== null && this.open !== next) out.push({ type: 'part_end', choice: this.choice });
    this.open = next;
  }
}
