// Turns neutral events into the stream parts of an AI SDK answer: the reverse of provider/ai-sdk-stream. Every part is begun
// and ended; a finish is never invented.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { DialectName, NeutralFinish } from '../dialect/neutral.ts';
import type { ToldEvent } from '../dialect/neutral-wire.ts';
import { redacted } from './language-model-reply.ts';
import type { SdkStreamPart } from './language-model-spec.ts';

interface OpenPart {
  kind: 'text' | 'reasoning' | 'tool';
  id: string;
  /** Of a call: its name, and its input so far. */
  name: string;
  input: string;
  metadata: JsonObject | null;
}

export class SdkStreamWriter {
  /** How the answer ended; null as long as it has not. */
  finish: NeutralFinish | null = null;
  readonly logprobs: Json[] = [];
  private open: OpenPart | null = null;
  private count = 0;
  private out: SdkStreamPart[] = [];

  write(event: ToldEvent): SdkStreamPart[] {
    this.out = [];
    if (!('choice' in event) || event.choice === 0) this.step(event);
    return this.out;
  }

  /** Ends the part that was open when the stream broke off. A call that is not whole is not told as one. */
  breakOff(): SdkStreamPart[] {
    this.out = [];
    const { open } = this;
    this.open = null;
    if (open !== null) this.out.push(ending(open));
    return this.out;
  }

  private step(event: ToldEvent): void {
    switch (event.type) {
      case 'start':
        this.out.push({
          type: 'response-metadata',
          ...(event.id === '' ? {} : { id: event.id }),
          modelId: event.model,
          timestamp: new Date(),
        });
        return;
      case 'text':
      case 'refusal':
        return this.say('text', event.text);
      case 'thinking':
        return this.say('reasoning', event.text);
      case 'thinking_signature':
        return this.sign(event.origin ?? 'neutral', event.signature);
      case 'redacted_thinking': {
        const { id } = this.begin('reasoning');
        if (this.open !== null) this.open.metadata = redacted(event.origin ?? 'neutral', event.data).tierline;
        this.out.push({ type: 'reasoning-delta', id, delta: '' });
        return this.close();
      }
      case 'tool_start':
        this.close();
        this.open = { kind: 'tool', id: event.id, name: event.name, input: '', metadata: null };
        this.out.push({ type: 'tool-input-start', id: event.id, toolName: event.name });
        return;
      case 'tool_arguments':
        return this.input(event.json);
      case 'logprobs':
        if (isObject(event.json) && Array.isArray(event.json.content)) this.logprobs.push(...event.json.content);
        return;
      case 'part_end':
        return this.close();
      case 'finish':
        this.close();
        this.finish = event.finish;
        return;
      default:
    }
  }

  private say(kind: 'text' | 'reasoning', delta: string): void {
    if (delta === '') return;
    const { id } = this.open?.kind === kind ? this.open : this.begin(kind);
    this.out.push({ type: `${kind}-delta`, id, delta });
  }

  private sign(origin: DialectName, signature: string): void {
    const open = this.open?.kind === 'reasoning' ? this.open : this.begin('reasoning');
    const before = open.metadata?.signature;
    open.metadata = { origin, signature: (typeof before === 'string' ? before : '') + signature };
  }

  private input(json: string): void {
    if (this.open?.kind !== 'tool' || json === '') return;
    this.open.input += json;
    this.out.push({ type: 'tool-input-delta', id: this.open.id, delta: json });
  }

  private begin(kind: 'text' | 'reasoning'): OpenPart {
    this.close();
    const open: OpenPart = { kind, id: String(this.count++), name: '', input: '', metadata: null };
    this.open = open;
    this.out.push({ type: `${kind}-start`, id: open.id });
    return open;
  }

  private close(): void {
    const { open } = this;
    this.open = null;
    if (open === null) return;
    this.out.push(ending(open));
    if (open.kind !== 'tool') return;
    const { id, name, input } = open;
    // A call without arguments is an empty object.
    this.out.push({ type: 'tool-call', toolCallId: id, toolName: name, input: input === '' ? '{}' : input });
  }
}

function ending({ kind, id, metadata }: OpenPart): SdkStreamPart {
  if (kind === 'text') return { type: 'text-end', id };
  if (kind === 'tool') return { type: 'tool-input-end', id };
  return { type: 'reasoning-end', id, ...(metadata === null ? {} : { providerMetadata: { tierline: metadata } }) };
}
