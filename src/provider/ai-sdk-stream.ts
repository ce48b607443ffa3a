// Turns the stream parts of an AI SDK model (specification versions v2, v3 and v4) into neutral events. Packages may mix the
// inputs of several calls, which follow one another here; a finish is never invented.
import type { JsonObject } from '../call/json.ts';
import type { NeutralEvent } from '../dialect/neutral.ts';
import { toUpstreamError } from './ai-sdk-error.ts';
import { readSdkFinish, readSdkInput, readSdkUsage } from './ai-sdk-reply.ts';
import { textOf } from './ai-sdk-value.ts';

interface Call {
  id: string;
  name: string;
  /** Input that waits for the calls before it to be said. */
  held: string;
  hasInput: boolean;
  /** The package has said the whole call. */
  isWhole: boolean;
  isClosed: boolean;
}

export class SdkStreamReader {
  /** Whether the model has said that its answer is complete. */
  isFinished = false;
  private isBroken = false;
  private hasStarted = false;
  private readonly name: string;
  private readonly calls = new Map<string, Call>();
  private readonly waiting: Call[] = [];
  private begun = 0;
  private open: 'text' | 'thinking' | Call | null = null;
  private out: NeutralEvent[] = [];

  /** `name` is the model that was asked, for packages that do not say which one answered. */
  constructor(name: string) {
    this.name = name;
  }

  /** Calls that the provider runs by itself are no business of the client. */
  read(part: JsonObject): NeutralEvent[] {
    this.out = [];
    if (!this.isBroken && !this.isFinished && part.providerExecuted !== true) this.step(part);
    return this.out;
  }

  private step(part: JsonObject): void {
    switch (part.type) {
      case 'response-metadata':
        return this.start(part);
      case 'text-delta':
        return this.say('text', textOf(part.delta) ?? '');
      case 'reasoning-delta':
        return this.say('thinking', textOf(part.delta) ?? '');
      case 'text-end':
      case 'reasoning-end':
        if (typeof this.open === 'string') this.turnTo(null);
        return;
      case 'tool-input-start':
        this.call(textOf(part.id) ?? '', textOf(part.toolName) ?? '');
        return;
      case 'tool-input-delta':
        return this.input(this.calls.get(textOf(part.id) ?? ''), textOf(part.delta) ?? '');
      case 'tool-call':
        return this.wholeCall(part);
      case 'ping':
        this.out.push({ type: 'ping' });
        return;
      case 'error':
        return this.fail(part.error);
      case 'finish':
        return this.finish(part);
    }
  }

  private start(part: JsonObject): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.out.push({ type: 'start', id: textOf(part.id) ?? '', model: textOf(part.modelId) ?? this.name });
  }

  private say(type: 'text' | 'thinking', text: string): void {
    if (text === '') return;
    this.turnTo(type);
    this.out.push({ type, choice: 0, text });
  }

  private call(id: string, name: string): Call {
    const call: Call = { id, name, held: '', hasInput: false, isWhole: false, isClosed: false };
    this.calls.set(id, call);
    this.waiting.push(call);
    if (this.open === null || typeof this.open === 'string') this.nextCalls();
    return call;
  }

  private input(call: Call | undefined, json: string): void {
    if (call === undefined || json === '') return;
    if (call.isClosed) return this.fail('The model went on with a tool call that was over.');
    call.hasInput = true;
    if (this.open === call) this.out.push({ type: 'tool_arguments', choice: 0, tool: this.begun - 1, json });
    else call.held += json;
  }

  /** Models that stream the input have said all of it by now; the others say it here. */
  private wholeCall(part: JsonObject): void {
    const id = textOf(part.toolCallId) ?? '';
    const call = this.calls.get(id) ?? this.call(id, textOf(part.toolName) ?? '');
    if (call.isWhole) return;
    if (!call.hasInput) this.input(call, readSdkInput(part.input));
    call.isWhole = true;
    if (this.open === call) this.nextCalls();
  }

  /** Says the calls that waited, up to the first that is not whole yet. */
  private nextCalls(): void {
    for (;;) {
      const call = this.waiting.shift();
      this.turnTo(call ?? null);
      if (call === undefined) return;
      this.out.push({ type: 'tool_start', choice: 0, tool: this.begun++, id: call.id, name: call.name });
      this.input(call, call.held);
      if (!call.isWhole) return;
    }
  }

  private fail(error: unknown): void {
    this.isBroken = true;
    this.out.push({ type: 'error', error: toUpstreamError(error) });
  }

  private finish(part: JsonObject): void {
    const usage = readSdkUsage(part.usage);
    const finish = readSdkFinish(part.finishReason);
    while (this.waiting.length > 0) this.nextCalls();
    this.turnTo(null);
    if (usage !== null) this.out.push({ type: 'usage', usage });
    if (finish === null) return this.fail('The answer of the model broke off.');
    if (finish.raw === 'error') return this.fail('The model ended its answer with an error.');
    this.start({});
    this.isFinished = true;
    this.out.push({ type: 'finish', choice: 0, finish });
  }

  private turnTo(next: SdkStreamReader['open']): void {
    if (this.open !== null && this.open !== next) {
      this.out.push({ type: 'part_end', choice: 0 });
      if (typeof this.open === 'object') this.open.isClosed = true;
    }
    if (next !== null) this.start({});
    this.open = next;
  }
}
