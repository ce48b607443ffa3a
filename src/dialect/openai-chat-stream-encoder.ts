// Writes neutral events as the chunks of a chat completion stream. One id, model and time for all chunks, the role in a
// choice's first delta, one finish per choice, usage in its own chunk when asked for, and [DONE] after a finish only.
import type { JsonObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import type { ReplyContext, StreamEncoder } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { writeOpenaiFinish } from './openai-chat-finish.ts';
import { pricedUsage } from './openai-chat-reply.ts';

export function createOpenaiEncoder(context: ReplyContext): StreamEncoder {
  return new OpenaiEncoder(context);
}

interface Choice {
  hasRole: boolean;
  hasRefusal: boolean;
  isFinished: boolean;
  /** The tool call being written, and whether it has arguments yet. */
  tool: number | null;
  hasArguments: boolean;
}

class OpenaiEncoder implements StreamEncoder {
  private readonly context: ReplyContext;
  private readonly choices = new Map<number, Choice>();
  private head = '';
  private usage: Usage | null = null;

  constructor(context: ReplyContext) {
    this.context = context;
    this.start('', '');
  }

  push(event: NeutralEvent): string {
    switch (event.type) {
      case 'start':
        this.start(event.id, event.model);
        return '';
      case 'usage':
        this.usage = event.usage;
        return '';
      case 'ping':
        return ': ping\n\n';
      case 'end':
        return this.end();
      case 'error':
        return '';
      default:
        return this.step(event.choice, event);
    }
  }

  private start(id: string, model: string): void {
    const created = this.context.createdAtSeconds;
    const head = { id: id || `chatcmpl-${created}`, object: 'chat.completion.chunk', created, model };
    this.head = `data: ${JSON.stringify(head).slice(0, -1)},"choices":`;
  }

  private step(index: number, event: Extract<NeutralEvent, { choice: number }>): string {
    const choice = this.choice(index);
    if (choice.isFinished) return '';
    switch (event.type) {
      case 'text':
        return this.delta(index, choice, { content: event.text });
      case 'thinking':
        return this.delta(index, choice, { reasoning_content: event.text });
      case 'refusal':
        choice.hasRefusal = true;
        return this.delta(index, choice, { refusal: event.text });
      case 'tool_start': {
        const before = this.closeTool(index, choice);
        choice.tool = event.tool;
        choice.hasArguments = false;
        const called = { name: event.name, arguments: '' };
        const call = { index: event.tool, id: event.id, type: 'function', function: called };
        return before + this.delta(index, choice, { tool_calls: [call] });
      }
      case 'tool_arguments':
        if (event.json === '') return '';
        choice.hasArguments = true;
        return this.toolArguments(index, event.tool, event.json);
      case 'part_end':
        return this.closeTool(index, choice);
      case 'logprobs':
        return this.delta(index, choice, {}, event.json);
      case 'finish':
        return this.finish(index, choice, event);
      default:
        return '';
    }
  }

  private choice(index: number): Choice {
    let choice = this.choices.get(index);
    if (choice === undefined) {
      choice = { hasRole: false, hasRefusal: false, isFinished: false, tool: null, hasArguments: false };
      this.choices.set(index, choice);
    }
    return choice;
  }

  private finish(index: number, choice: Choice, { finish }: Extract<NeutralEvent, { type: 'finish' }>): string {
    const before = this.closeTool(index, choice);
    const role = choice.hasRole ? '' : this.delta(index, choice, { content: '' });
    choice.isFinished = true;
    const reason = writeOpenaiFinish(finish, choice.hasRefusal);
    return before + role + this.chunk({ index, delta: {}, logprobs: null, finish_reason: reason });
  }

  /** An empty call is `{}`, which only its end can tell. */
  private closeTool(index: number, choice: Choice): string {
    const tool = choice.tool;
    choice.tool = null;
    return tool === null || choice.hasArguments ? '' : this.toolArguments(index, tool, '{}');
  }

  private toolArguments(index: number, tool: number, json: string): string {
    const call = { index: tool, function: { arguments: json } };
    return this.chunk({ index, delta: { tool_calls: [call] }, logprobs: null, finish_reason: null });
  }

  private delta(index: number, choice: Choice, delta: JsonObject, logprobs: JsonObject[string] = null): string {
    let full = delta;
    if (!choice.hasRole) {
      choice.hasRole = true;
      full = { role: 'assistant', content: null, ...delta };
    }
    return this.chunk({ index, delta: full, logprobs, finish_reason: null });
  }

  private chunk(choice: JsonObject): string {
    return `${this.head}[${JSON.stringify(choice)}]${this.context.includeUsage ? ',"usage":null' : ''}}\n\n`;
  }

  private end(): string {
    const isFinished = [...this.choices.values()].some((choice) => choice.isFinished);
    if (!isFinished) return '';
    const usage =
      this.context.includeUsage && this.usage !== null
        ? `${this.head}[],"usage":${JSON.stringify(pricedUsage(this.usage, this.context))}}\n\n`
        : '';
    return `${usage}data: [DONE]\n\n`;
  }
}
