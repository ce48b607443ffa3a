// Writes the conversation as Gemini's contents: user and model in alternation, the results of calls first in the user
// turn after them and in the order of the calls.
import { isObject, type JsonObject, RawJson } from '../call/json.ts';
import { toInput } from './anthropic-messages-block-writer.ts';
import type { Crossing } from './crossing.ts';
import { isMadeUpId } from './gemini-call-ids.ts';
import { geminiTraits } from './gemini-model.ts';
import { saidOnly } from './gemini-part-reader.ts';
import { type GeminiPart, writeGeminiPart } from './gemini-part-writer.ts';
import type { NeutralMessage, NeutralPart } from './neutral.ts';
import { defined } from './request-fields.ts';

export interface GeminiContent {
  role: 'user' | 'model';
  parts: GeminiPart[];
}

export interface GeminiConversation {
  system: GeminiPart[];
  contents: GeminiContent[];
}

type ToolCall = Extract<NeutralPart, { type: 'tool_call' }>;
type ToolResult = Extract<NeutralPart, { type: 'tool_result' }>;

/**
 * Gemini 3 refuses a call in the history that lacks the signature it was made with. This is the word Google gives out
 * for calls that were made elsewhere.
 */
const FOREIGN_SIGNATURE = 'skip_thought_signature_validator';

/** Throws TierlineError `unsupported` when nothing of a user turn, or of the whole conversation, can be sent. */
export function writeGeminiContents(crossing: Crossing): GeminiConversation {
  return new ContentsWriter(crossing).write();
}

class ContentsWriter {
  private readonly crossing: Crossing;
  private readonly contents: GeminiContent[] = [];
  private readonly isThird: boolean;
  /** Name and order of every call so far, by id. */
  private readonly calls = new Map<string, { name: string; order: number }>();

  constructor(crossing: Crossing) {
    this.crossing = crossing;
    this.isThird = geminiTraits(crossing.target.model).isThird;
  }

  write(): GeminiConversation {
    const { request } = this.crossing;
    const system = this.parts(
      request.system.filter((part) => this.isInstruction(part)),
      'system',
    );
    for (const [index, message] of request.messages.entries()) this.message(message, `messages[${index}]`);
    if (this.contents.length > 0) return { system, contents: this.contents };
    if (system.length === 0) this.crossing.refuseEmptyTurn('messages');
    this.crossing.lose('system: sent as a user turn, because there is no other');
    return { system: [], contents: [{ role: 'user', parts: system }] };
  }

  /** Instructions are words only. */
  private isInstruction(part: NeutralPart): boolean {
    const hasWords = part.type === 'text' || (part.type === 'document' && part.source.kind === 'text');
    if (!hasWords && !(part.type === 'unknown' && part.origin === 'gemini')) this.crossing.lose(`system: ${part.type}`);
    return hasWords || part.type === 'unknown';
  }

  private message(message: NeutralMessage, where: string): void {
    this.crossing.extra(message.extra, where);
    if (message.name !== undefined) this.crossing.lose(`${where}: name`);
    if (message.role === 'assistant') return this.add('model', this.assistant(message.parts, where));
    const parts = message.role === 'system' ? this.instruction(message.parts, where) : this.user(message.parts, where);
    if (parts.length === 0 && message.role === 'user' && !message.parts.every(isBlank))
      this.crossing.refuseEmptyTurn(where);
    this.add('user', parts);
  }

  /** Consecutive messages of one role are one turn. */
  private add(role: GeminiContent['role'], parts: GeminiPart[]): void {
    if (parts.length === 0) return;
    const last = this.contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else this.contents.push({ role, parts });
  }

  private parts(parts: readonly NeutralPart[], where: string): GeminiPart[] {
    return parts.map((part) => writeGeminiPart(part, this.crossing, where)).filter((part) => part !== null);
  }

  /** Gemini has no instructions in mid-conversation; moving them up would spoil what came before in the cache. */
  private instruction(parts: readonly NeutralPart[], where: string): GeminiPart[] {
    const written = this.parts(parts, where);
    if (written.length === 0) return [];
    this.crossing.lose(`${where}: instruction in mid-conversation, sent as marked user text`);
    const text = written.map((part) => (typeof part.text === 'string' ? part.text : '')).join('\n\n');
    return [{ text: `<system>\n${text}\n</system>` }];
  }

  private assistant(parts: readonly NeutralPart[], where: string): GeminiPart[] {
    const written: GeminiPart[] = [];
    for (const part of parts) {
      const next = part.type === 'tool_call' ? this.call(part, where) : writeGeminiPart(part, this.crossing, where);
      if (next !== null) written.push(next);
    }
    return written;
  }

  private call(part: ToolCall, where: string): GeminiPart {
    this.calls.set(part.id, { name: part.name, order: this.calls.size });
    const { input, isWhole } = toInput(part.arguments);
    if (!isWhole) this.crossing.lose(`${where}: arguments of ${part.name} are no JSON object, sent wrapped in one`);
    const { functionCall: rest, ...extra } = this.crossing.extra(part.extra, where);
    const functionCall = { ...this.id(part.id), name: part.name, args: input, ...(isObject(rest) ? rest : {}) };
    return defined<GeminiPart>({ functionCall, thoughtSignature: this.signature(part), ...extra });
  }

  private signature(part: ToolCall): string | undefined {
    if (!this.crossing.isForeign) return part.signature;
    if (part.signature !== undefined) this.crossing.lose('signed tool calls');
    return this.isThird ? FOREIGN_SIGNATURE : undefined;
  }

  /** Before Gemini 3 the field is not known everywhere; a made-up id goes nowhere. */
  private id(id: string): { id?: string } {
    if (isMadeUpId(id)) return {};
    return this.crossing.isForeign && !this.isThird ? {} : { id };
  }

  private user(parts: readonly NeutralPart[], where: string): GeminiPart[] {
    const order = (part: ToolResult): number => this.calls.get(part.callId)?.order ?? this.calls.size;
    const results = parts.filter((part) => part.type === 'tool_result');
    if (this.crossing.isForeign) results.sort((a, b) => order(a) - order(b));
    const attached: GeminiPart[] = [];
    const written = results.map((result) => this.result(result, where, attached));
    const others = parts.filter((part) => part.type !== 'tool_result');
    return [...written, ...attached, ...this.parts(others, where)];
  }

  private result(part: ToolResult, where: string, attached: GeminiPart[]): GeminiPart {
    const call = this.calls.get(part.callId);
    if (call === undefined) this.crossing.lose(`${where}: which call a result belongs to`);
    const name = call?.name ?? part.name ?? 'unknown_function';
    const content = this.parts(part.content, where);
    const texts = content.filter((inner) => typeof inner.text === 'string').map((inner) => inner.text as string);
    const media = content.filter((inner) => typeof inner.text !== 'string');
    const takesMedia = this.isThird || !this.crossing.isForeign;
    if (media.length > 0 && !takesMedia) {
      attached.push({ text: `Attached to the result of ${name}:` }, ...media);
      if (texts.length === 0) texts.push('The result is attached to this message.');
    }
    const { functionResponse: rest, ...extra } = this.crossing.extra(part.extra, where);
    const functionResponse = {
      ...(call === undefined ? {} : this.id(part.callId)),
      name,
      response: writeResponse(texts.join('\n\n'), part.isError),
      ...(media.length > 0 && takesMedia ? { parts: media } : {}),
      ...(isObject(rest) ? rest : {}),
    };
    return { functionResponse, ...extra };
  }
}

/** An object goes as it is written, words go under the keys that Gemini gives a meaning. */
function writeResponse(text: string, isError: boolean): RawJson | JsonObject {
  if (isError) return { error: text };
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && saidOnly(value) === null) return new RawJson(text);
  } catch {
    // Words.
  }
  return { output: text };
}

function isBlank(part: NeutralPart): boolean {
  return part.type === 'text' && part.text.trim() === '';
}
