// Reads the message list of an OpenAI chat request. Leading system and developer messages become the instructions before
// the conversation, later ones keep their place; a run of tool messages becomes one user turn of tool results.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { NeutralMessage, NeutralPart } from './neutral.ts';
import { readContent } from './openai-chat-parts.ts';
import { defined, invalidField, otherMembers } from './request-fields.ts';

export interface OpenaiConversation {
  system: NeutralPart[];
  messages: NeutralMessage[];
}

const PLAIN = new Set(['role', 'content', 'name']);
/** The last two are what clients echo from a reply and no provider reads. */
const ASSISTANT = new Set(
  `role content name refusal tool_calls function_call reasoning_content reasoning annotations parsed`.split(/\s+/),
);
const TOOL = new Set(['role', 'content', 'name', 'tool_call_id']);

/** Throws TierlineError `invalid_request` naming the field. */
export function readOpenaiMessages(value: Json | undefined): OpenaiConversation {
  if (!Array.isArray(value)) throw invalidField('messages', 'must be an array');
  if (value.length === 0) throw invalidField('messages', 'must not be empty');
  return new MessageReader().read(value);
}

class MessageReader {
  private readonly system: NeutralPart[] = [];
  private readonly messages: NeutralMessage[] = [];
  private readonly callNames = new Map<string, string>();
  /** The turn that gathers a run of tool messages. */
  private results: NeutralMessage | null = null;
  private legacyCalls = 0;

  read(list: Json[]): OpenaiConversation {
    for (const [index, message] of list.entries()) {
      const where = `messages[${index}]`;
      if (!isObject(message)) throw invalidField(where, 'must be an object');
      if (message.role !== 'tool' && message.role !== 'function') this.results = null;
      this.message(message, where);
    }
    return { system: this.system, messages: this.messages };
  }

  private message(message: JsonObject, where: string): void {
    switch (message.role) {
      case 'system':
      case 'developer':
        return this.instruction(message, where);
      case 'user':
        this.messages.push({ role: 'user', parts: requireContent(message, where), ...outline(message, PLAIN) });
        return;
      case 'assistant':
        this.messages.push({
          role: 'assistant',
          parts: this.assistant(message, where),
          ...outline(message, ASSISTANT),
        });
        return;
      case 'tool':
        if (typeof message.tool_call_id !== 'string') throw invalidField(`${where}.tool_call_id`, 'must be a string');
        return this.result(message, message.tool_call_id, where);
      case 'function':
        return this.result(message, `call_function_${this.legacyCalls}`, where);
      default:
        throw invalidField(`${where}.role`, 'must be system, developer, user, assistant or tool');
    }
  }

  private instruction(message: JsonObject, where: string): void {
    const parts = requireContent(message, where);
    if (this.messages.length === 0) this.system.push(...parts);
    else this.messages.push({ role: 'system', parts, ...outline(message, PLAIN) });
  }

  private assistant(message: JsonObject, where: string): NeutralPart[] {
    const parts = readAssistantText(message, where);
    const calls = message.tool_calls ?? undefined;
    if (calls !== undefined && !Array.isArray(calls)) throw invalidField(`${where}.tool_calls`, 'must be an array');
    for (const [index, call] of (calls ?? []).entries()) parts.push(this.call(call, `${where}.tool_calls[${index}]`));
    if (isObject(message.function_call)) {
      const id = `call_function_${++this.legacyCalls}`;
      parts.push(this.call({ id, function: message.function_call }, `${where}.function_call`));
    }
    return parts;
  }

  private call(call: Json, where: string): NeutralPart {
    if (!isObject(call)) throw invalidField(where, 'must be an object');
    const called = call.function;
    if (!isObject(called)) {
      if (typeof call.type === 'string' && call.type !== 'function') {
        return { type: 'unknown', origin: 'openai-chat', json: call };
      }
      throw invalidField(`${where}.function`, 'must be an object');
    }
    if (typeof call.id !== 'string') throw invalidField(`${where}.id`, 'must be a string');
    if (typeof called.name !== 'string') throw invalidField(`${where}.function.name`, 'must be a string');
    this.callNames.set(call.id, called.name);
    return { type: 'tool_call', id: call.id, name: called.name, arguments: readArguments(called.arguments) };
  }

  private result(message: JsonObject, callId: string, where: string): void {
    const name = this.callNames.get(callId) ?? (typeof message.name === 'string' ? message.name : undefined);
    const content = readContent(message.content, `${where}.content`);
    const extra = otherMembers(message, TOOL) ?? undefined;
    const part = defined({ type: 'tool_result' as const, callId, name, content, isError: false, extra });
    if (this.results === null) {
      this.results = { role: 'user', parts: [] };
      this.messages.push(this.results);
    }
    this.results.parts.push(part);
  }
}

/** Reasoning, text and refusal of an assistant message or of a reply's message, in this order. */
export function readAssistantText(message: JsonObject, where: string): NeutralPart[] {
  const parts: NeutralPart[] = [];
  const reasoning = readReasoning(message);
  if (reasoning !== '') parts.push({ type: 'thinking', text: reasoning, origin: 'openai-chat' });
  parts.push(...readContent(message.content, `${where}.content`));
  if (typeof message.refusal === 'string' && message.refusal !== '') {
    parts.push({ type: 'refusal', text: message.refusal });
  }
  return parts;
}

/** The reasoning text under the names that compatible providers give it; some write both names. */
export function readReasoning(message: JsonObject): string {
  if (typeof message.reasoning_content === 'string' && message.reasoning_content !== '')
    return message.reasoning_content;
  return typeof message.reasoning === 'string' ? message.reasoning : '';
}

/** The arguments as text; some servers write an object instead. An empty call is `{}`. */
export function readArguments(value: Json | undefined): string {
  if (isObject(value)) return JSON.stringify(value);
  return typeof value === 'string' && value.trim() !== '' ? value : '{}';
}

function requireContent(message: JsonObject, where: string): NeutralPart[] {
  if (message.content === undefined || message.content === null) {
    throw invalidField(`${where}.content`, 'must be a string or an array of parts');
  }
  return readContent(message.content, `${where}.content`);
}

/** Name and unknown members of a message. */
function outline(message: JsonObject, known: ReadonlySet<string>): Pick<NeutralMessage, 'name' | 'extra'> {
  const name = typeof message.name === 'string' ? message.name : undefined;
  return defined({ name, extra: otherMembers(message, known) ?? undefined });
}
