// Turns the chunks of a chat completion stream into neutral events. Tolerates what compatible providers do: usage in odd
// places, tool calls without index or in one piece, reasoning under two names. Must never invent a finish.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { makeCallId } from './call-id.ts';
import type { SseEvent, StreamDecoder } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { readOpenaiFinish } from './openai-chat-finish.ts';
import { readReasoning } from './openai-chat-message-reader.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';
import { interleaved, isErrorReport, parseEvent, readStreamError } from './stream-event.ts';

export function createOpenaiDecoder(): StreamDecoder {
  return new OpenaiDecoder();
}

/** A call that is being streamed. It starts for the outside when its name is known. */
interface OpenCall {
  tool: number;
  id: string;
  name: string;
  /** Arguments that came before the name. */
  early: string;
  state: 'waiting' | 'open' | 'closed';
}

class OpenaiDecoder implements StreamDecoder {
  private readonly choices = new Map<number, ChoiceDecoder>();
  private id = '';
  private hasStarted = false;
  private hasEnded = false;

  push({ data }: SseEvent): NeutralEvent[] {
    if (data.trim() === '[DONE]') {
      if (this.hasEnded) return [];
      this.hasEnded = true;
      return [{ type: 'end' }];
    }
    const chunk = parseEvent(data);
    if (chunk === null) return [];
    if ('type' in chunk) return [chunk];
    return this.chunk(chunk.json);
  }

  private chunk(chunk: JsonObject): NeutralEvent[] {
    // OpenRouter sends the error beside a choice that finishes with it.
    if (isErrorReport(chunk.error)) {
      return [{ type: 'error', error: readStreamError(chunk) }];
    }
    const out: NeutralEvent[] = [];
    const choices = Array.isArray(chunk.choices) ? chunk.choices : [];
    this.start(chunk, choices.length > 0, out);
    for (const [position, choice] of choices.entries()) {
      if (isObject(choice)) this.choice(choice, position).push(choice, out);
    }
    // Groq tells usage beside the chunk.
    const usage = chunk.usage ?? (isObject(chunk.x_groq) ? chunk.x_groq.usage : undefined);
    if (isObject(usage)) out.push({ type: 'usage', usage: readOpenaiUsage(usage) });
    return out;
  }

  /** Azure sends a chunk without id and model before the answer: that one starts nothing. */
  private start(chunk: JsonObject, hasChoices: boolean, out: NeutralEvent[]): void {
    const id = typeof chunk.id === 'string' ? chunk.id : '';
    const model = typeof chunk.model === 'string' ? chunk.model : '';
    if (this.hasStarted || (model === '' && !hasChoices)) return;
    this.hasStarted = true;
    this.id = id;
    out.push({ type: 'start', id, model });
  }

  private choice(choice: JsonObject, position: number): ChoiceDecoder {
    const index = typeof choice.index === 'number' ? choice.index : position;
    const known = this.choices.get(index);
    if (known !== undefined) return known;
    const fresh = new ChoiceDecoder(index, this.id);
    this.choices.set(index, fresh);
    return fresh;
  }
}

class ChoiceDecoder {
  private readonly choice: number;
  private readonly replyId: string;
  private readonly calls: OpenCall[] = [];
  private readonly callAt = new Map<Json, OpenCall>();
  private open: 'text' | 'thinking' | 'refusal' | OpenCall | null = null;
  private isFinished = false;

  constructor(choice: number, replyId: string) {
    this.choice = choice;
    this.replyId = replyId;
  }

  push(choice: JsonObject, out: NeutralEvent[]): void {
    const delta = isObject(choice.delta) ? choice.delta : isObject(choice.message) ? choice.message : {};
    this.say('thinking', readReasoning(delta), out);
    this.content(delta.content, out);
    if (typeof delta.refusal === 'string') this.say('refusal', delta.refusal, out);
    for (const call of Array.isArray(delta.tool_calls) ? delta.tool_calls : [])
      if (isObject(call)) this.call(call, out);
    if (isObject(delta.function_call)) this.call({ index: 'function_call', function: delta.function_call }, out);
    if (choice.logprobs !== undefined && choice.logprobs !== null) {
      out.push({ type: 'logprobs', choice: this.choice, json: choice.logprobs });
    }
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') this.finish(choice.finish_reason, out);
  }

  /** Mistral streams lists of parts where OpenAI has a string. */
  private content(content: Json | undefined, out: NeutralEvent[]): void {
    if (typeof content === 'string') return this.say('text', content, out);
    if (!Array.isArray(content)) return;
    for (const part of content) {
      if (!isObject(part)) continue;
      if (typeof part.text === 'string') this.say('text', part.text, out);
      for (const thought of Array.isArray(part.thinking) ? part.thinking : []) {
        if (isObject(thought) && typeof thought.text === 'string') this.say('thinking', thought.text, out);
      }
    }
  }

  private say(type: 'text' | 'thinking' | 'refusal', text: string, out: NeutralEvent[]): void {
    if (text === '') return;
    this.turnTo(type, out);
    out.push({ type, choice: this.choice, text });
  }

  private call(delta: JsonObject, out: NeutralEvent[]): void {
    const called = isObject(delta.function) ? delta.function : {};
    const call = this.findCall(delta);
    if (typeof called.name === 'string' && call.name === '') call.name = called.name;
    const fragment = isObject(called.arguments) ? JSON.stringify(called.arguments) : called.arguments;
    if (typeof fragment === 'string') call.early += fragment;
    if (call.state === 'closed') {
      if (call.early !== '') out.push(interleaved());
      return;
    }
    if (call.state === 'waiting') {
      if (call.name === '') return;
      this.turnTo(call, out);
      call.state = 'open';
      out.push({ type: 'tool_start', choice: this.choice, tool: call.tool, id: call.id, name: call.name });
    }
    if (call.early === '') return;
    out.push({ type: 'tool_arguments', choice: this.choice, tool: call.tool, json: call.early });
    call.early = '';
  }

  /** By index; by id where there is none, or where a provider gives the same index to every call. */
  private findCall(delta: JsonObject): OpenCall {
    const id = typeof delta.id === 'string' ? delta.id : '';
    const key = delta.index ?? (id === '' ? null : id);
    const known = key === null ? this.calls.at(-1) : this.callAt.get(key);
    const isOther = known !== undefined && id !== '' && known.id !== id && known.state !== 'waiting';
    if (known !== undefined && !isOther) return known;
    const tool = this.calls.length;
    const call: OpenCall = { tool, id: id || makeCallId(this.replyId, tool), name: '', early: '', state: 'waiting' };
    this.calls.push(call);
    if (key !== null) this.callAt.set(key, call);
    return call;
  }

  private turnTo(next: ChoiceDecoder['open'], out: NeutralEvent[]): void {
    if (this.open === next) return;
    if (this.open !== null) out.push({ type: 'part_end', choice: this.choice });
    if (this.open !== null && typeof this.open === 'object') this.open.state = 'closed';
    this.open = next;
  }

  private finish(raw: string, out: NeutralEvent[]): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.turnTo(null, out);
    if (raw === 'error') {
      out.push({ type: 'error', error: { status: 502, message: 'The provider finished the answer with an error.' } });
      return;
    }
    const finish = readOpenaiFinish(raw, this.calls.length > 0);
    out.push({ type: 'finish', choice: this.choice, finish });
  }
}
