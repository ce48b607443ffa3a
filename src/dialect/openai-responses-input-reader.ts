// Reads the input of a request to the responses API: a text, or a list of items. What a model said is spread over several
// items (reasoning, messages, calls) and becomes one turn; a run of outputs of calls becomes one user turn of tool results.
// Words of the system before the conversation become instructions, later ones keep their place. Ids and states of items are
// left behind: they tell nothing that the items do not hold themselves.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { NeutralMessage, NeutralPart } from './neutral.ts';
import { readArguments } from './openai-chat-message-reader.ts';
import { readCallName } from './openai-responses-namespaces.ts';
import { readResponsesContent } from './openai-responses-parts.ts';
import { readSentReasoning } from './openai-responses-thinking.ts';
import { defined, invalidField, otherMembers } from './request-fields.ts';

export interface ResponsesConversation {
  system: NeutralPart[];
  messages: NeutralMessage[];
}

const ORIGIN = 'openai-responses';
const MESSAGE = new Set(['type', 'role', 'content', 'id', 'status', 'phase']);
const CALL = new Set([
  'type',
  'id',
  'call_id',
  'name',
  'namespace',
  'arguments',
  'status',
  'created_by',
  'parsed_arguments',
]);
const OUTPUT = new Set(['type', 'id', 'call_id', 'name', 'output', 'status', 'created_by']);
/** Items of other kinds that are the client's: what a tool gave back, and what a user answered. */
const FROM_CLIENT = /_(?:output|response)$|^compaction_trigger$/;
/** Items that change what the model is told or has. */
const FROM_SYSTEM = new Set(['additional_tools', 'configuration_update']);

/** Throws TierlineError `invalid_request` naming the field. */
export function readResponsesInput(input: Json | undefined): ResponsesConversation {
  if (input === undefined || input === null) return { system: [], messages: [] };
  if (typeof input === 'string') {
    return { system: [], messages: [{ role: 'user', parts: readResponsesContent(input, 'input') }] };
  }
  if (!Array.isArray(input)) throw invalidField('input', 'must be a string or an array of items');
  return new InputReader().read(input);
}

class InputReader {
  private readonly system: NeutralPart[] = [];
  private readonly messages: NeutralMessage[] = [];
  private readonly callNames = new Map<string, string>();
  /** The turn that gathers a run of items of the model, or of outputs. */
  private turn: NeutralMessage | null = null;
  /** Whether the item before was a message of the model. */
  private isAfterWords = false;

  read(items: Json[]): ResponsesConversation {
    for (const [index, item] of items.entries()) {
      if (!isObject(item)) throw invalidField(`input[${index}]`, 'must be an object');
      this.item(item, index);
      this.isAfterWords = item.role === 'assistant';
    }
    return { system: this.system, messages: this.messages };
  }

  private item(item: JsonObject, index: number): void {
    const where = `input[${index}]`;
    switch (item.type ?? (item.role === undefined ? 'item_reference' : 'message')) {
      case 'message':
        return this.message(item, index);
      case 'function_call':
        return this.gather('assistant', this.call(item, where));
      case 'function_call_output':
        return this.gather('user', this.output(item, where));
      case 'reasoning':
        return this.gather('assistant', readSentReasoning(item));
      default:
        return this.other(item, where);
    }
  }

  /** Adds to the turn that is open, when it is that of the same speaker. */
  private gather(role: 'user' | 'assistant', ...parts: NeutralPart[]): void {
    if (this.turn?.role !== role) {
      this.turn = { role, parts: [] };
      this.messages.push(this.turn);
    }
    this.turn.parts.push(...parts);
  }

  private message(item: JsonObject, index: number): void {
    const where = `input[${index}]`;
    const parts = readResponsesContent(item.content, `${where}.content`);
    const extra = otherMembers(item, MESSAGE) ?? {};
    switch (item.role) {
      case 'assistant':
        return this.gather('assistant', ...this.words(item, index, parts));
      case 'user':
        return this.add({ role: 'user', parts, ...kept(extra) });
      case 'system':
      case 'developer': {
        const isHead = this.messages.length === 0 && Object.keys(extra).length === 0;
        const { role } = item;
        if (isHead && parts.every((part) => part.type === 'text'))
          this.system.push(...marked(parts, { role, item: index }));
        else this.add({ role: 'system', parts, ...kept({ role, ...extra }) });
        return;
      }
      default:
        throw invalidField(`${where}.role`, 'must be user, assistant, system or developer');
    }
  }

  private add(message: NeutralMessage): void {
    this.turn = null;
    this.messages.push(message);
  }

  /** Two messages on end stay two, and one keeps its phase. */
  private words(item: JsonObject, index: number, parts: NeutralPart[]): NeutralPart[] {
    const phase = typeof item.phase === 'string' ? { phase: item.phase } : {};
    return marked(parts, { ...phase, ...(this.isAfterWords ? { item: index } : {}) });
  }

  private call(item: JsonObject, where: string): NeutralPart {
    const { call_id: id, name } = item;
    if (typeof id !== 'string') throw invalidField(`${where}.call_id`, 'must be a string');
    if (typeof name !== 'string') throw invalidField(`${where}.name`, 'must be a string');
    const called = readCallName(name, item.namespace);
    this.callNames.set(id, called.name);
    const extra = extraOf(item, CALL);
    return defined({ type: 'tool_call' as const, id, ...called, arguments: readArguments(item.arguments), extra });
  }

  private output(item: JsonObject, where: string): NeutralPart {
    const callId = item.call_id;
    // Without an id it belongs to a call of OpenAI's own.
    if (typeof callId !== 'string') return { type: 'unknown', origin: ORIGIN, json: item };
    const name = this.callNames.get(callId) ?? (typeof item.name === 'string' ? item.name : undefined);
    const content = readResponsesContent(item.output ?? '', `${where}.output`);
    const extra = extraOf(item, OUTPUT);
    return defined({ type: 'tool_result' as const, callId, name, content, isError: false, extra });
  }

  private other(item: JsonObject, where: string): void {
    const type = item.type ?? 'item_reference';
    if (typeof type !== 'string') throw invalidField(`${where}.type`, 'must be a string');
    const part: NeutralPart = { type: 'unknown', origin: ORIGIN, json: item };
    if (FROM_SYSTEM.has(type)) this.add({ role: 'system', parts: [part] });
    else this.gather(FROM_CLIENT.test(type) ? 'user' : 'assistant', part);
  }
}

/** The parts with a note of the item they were in; only texts can bear one. */
function marked(parts: NeutralPart[], note: JsonObject): NeutralPart[] {
  if (Object.keys(note).length === 0) return parts;
  return parts.map((part) => (part.type === 'text' ? { ...part, extra: { ...part.extra, ...note } } : part));
}

function kept(extra: JsonObject): Pick<NeutralMessage, 'extra'> {
  return Object.keys(extra).length === 0 ? {} : { extra };
}

/** What the neutral form has no word for. To be called directly is what an item has anyway. */
function extraOf(item: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const extra = otherMembers(item, known);
  if (extra === null) return undefined;
  if (isObject(extra.caller) && extra.caller.type === 'direct') delete extra.caller;
  return Object.keys(extra).length === 0 ? undefined : extra;
}
