// Reads the prompt of an AI SDK call (specification v3 and v4) into the neutral form: the reverse of provider/ai-sdk-prompt.
// Whatever the form has no place for goes through `lose`.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { DialectName, NeutralMessage, NeutralPart, NeutralRequest } from '../dialect/neutral.ts';
import { textOf } from '../provider/ai-sdk-value.ts';
import { toMediaPart } from './language-model-media.ts';
import { lostOnPart, membersOf, readCache } from './language-model-options.ts';
import type { SdkMessage } from './language-model-spec.ts';

type Lose = (line: string) => void;

const MAKERS: ReadonlySet<string> = new Set(['openai-chat', 'anthropic-messages', 'gemini']);

/** Instructions at the beginning are the system prompt; later ones keep their place. */
export function readPrompt(prompt: readonly SdkMessage[], lose: Lose): Pick<NeutralRequest, 'system' | 'messages'> {
  const system: NeutralPart[] = [];
  const messages: NeutralMessage[] = [];
  for (const [index, message] of prompt.entries()) {
    const read = new MessageReader(`prompt[${index}]`, lose).read(message);
    if (read.role === 'system' && messages.length === 0) system.push(...read.parts);
    else if (read.parts.length > 0) messages.push(read);
  }
  return { system, messages };
}

class MessageReader {
  private readonly where: string;
  private readonly lose: Lose;

  constructor(where: string, lose: Lose) {
    this.where = where;
    this.lose = lose;
  }

  read({ role, content, providerOptions }: SdkMessage): NeutralMessage {
    const items: readonly unknown[] = Array.isArray(content) ? content : [{ type: 'text', text: content }];
    const parts = items.flatMap((item) => (isObject(item) ? this.part(item) : []));
    const mark = readCache(providerOptions);
    const last = parts.at(-1);
    // A mark on a message is one behind its last part.
    if (mark.cache !== undefined && last !== undefined) Object.assign(last, { ...mark, ...last });
    for (const line of lostOnPart(providerOptions, this.where)) this.lose(line);
    return { role: role === 'system' || role === 'assistant' ? role : 'user', parts };
  }

  private part(part: JsonObject): NeutralPart[] {
    for (const line of lostOnPart(part.providerOptions, this.where)) this.lose(line);
    const mark = readCache(part.providerOptions);
    switch (part.type) {
      case 'text': {
        const text = textOf(part.text) ?? '';
        return text === '' ? [] : [{ type: 'text', text, ...mark }];
      }
      case 'file':
        return this.file(part).map((media) => (media.type === 'audio' ? media : { ...media, ...mark }));
      case 'reasoning':
        return [readThought(part)];
      case 'tool-call':
        return this.call(part, mark);
      case 'tool-result':
        return [this.result(part, mark)];
      default:
        this.lose(`${this.where}: ${textOf(part.type) ?? 'a part without a type'}`);
        return [];
    }
  }

  private file(part: JsonObject): NeutralPart[] {
    const media = toMediaPart({ data: part.data, mediaType: part.mediaType, filename: part.filename });
    if (media === null) {
      this.lose(`${this.where}: file (${textOf(part.mediaType) ?? 'of no type'})`);
      return [];
    }
    const detail = textOf(membersOf(part.providerOptions, 'openai').imageDetail);
    return [media.type === 'image' && detail !== null ? { ...media, detail } : media];
  }

  private call(part: JsonObject, mark: object): NeutralPart[] {
    if (part.providerExecuted === true) {
      this.lose(`${this.where}: tool call that its provider ran`);
      return [];
    }
    // An input that could not be read stays what the model wrote.
    const input = typeof part.input === 'string' ? part.input : JSON.stringify(part.input ?? {});
    const id = textOf(part.toolCallId) ?? '';
    return [{ type: 'tool_call', id, name: textOf(part.toolName) ?? '', arguments: input, ...mark }];
  }

  private result(part: JsonObject, mark: object): NeutralPart {
    const output = isObject(part.output) ? part.output : {};
    const name = textOf(part.toolName);
    return {
      type: 'tool_result',
      callId: textOf(part.toolCallId) ?? '',
      ...(name === null ? {} : { name }),
      content: this.output(output),
      isError: /^(error|execution-denied)/.test(textOf(output.type) ?? ''),
      ...mark,
      ...readCache(output.providerOptions),
    };
  }

  private output(output: JsonObject): NeutralPart[] {
    const text = (value: string): NeutralPart[] => [{ type: 'text', text: value }];
    switch (output.type) {
      case 'text':
      case 'error-text':
        return text(textOf(output.value) ?? '');
      case 'json':
      case 'error-json':
        return text(JSON.stringify(output.value ?? null));
      case 'execution-denied':
        return text(textOf(output.reason) ?? 'The tool was not allowed to run.');
      case 'content':
        return (Array.isArray(output.value) ? output.value : []).flatMap((item) => this.outputPart(item));
      default:
        this.lose(`${this.where}: tool result of the kind ${textOf(output.type) ?? 'none'}`);
        return [];
    }
  }

  /** v3 has a kind for each source, v4 one for all. */
  private outputPart(item: Json): NeutralPart[] {
    if (!isObject(item)) return [];
    if (item.type === 'text') return [{ type: 'text', text: textOf(item.text) ?? '' }];
    if (item.type === 'file') return this.file(item);
    if (item.type === 'file-data' || item.type === 'image-data') return this.file(item);
    if (item.type === 'file-url' || item.type === 'image-url') {
      const url = textOf(item.url) ?? '';
      const isImage = item.type === 'image-url' || /\.(png|jpe?g|gif|webp)([?#]|$)/i.test(url);
      const data = URL.canParse(url) ? (new URL(url) as unknown as Json) : null;
      return this.file({ data, mediaType: isImage ? 'image/*' : 'application/pdf' });
    }
    this.lose(`${this.where}: tool result part ${textOf(item.type) ?? 'of no kind'}`);
    return [];
  }
}

/** A signature goes back to the dialect that made it, which our own answers tell and @ai-sdk/anthropic implies. */
function readThought(part: JsonObject): NeutralPart {
  const own = membersOf(part.providerOptions, 'tierline');
  const theirs = membersOf(part.providerOptions, 'anthropic');
  const text = textOf(part.text) ?? '';
  const maker = textOf(own.origin) ?? '';
  const isTheirs = theirs.signature !== undefined || theirs.redactedData !== undefined;
  const origin = (MAKERS.has(maker) ? maker : isTheirs ? 'anthropic-messages' : 'neutral') as DialectName;
  const redacted = textOf(own.redactedData) ?? textOf(theirs.redactedData);
  if (redacted !== null) return { type: 'redacted_thinking', data: redacted, origin };
  const signature = textOf(own.signature) ?? textOf(theirs.signature);
  return { type: 'thinking', text, ...(signature === null ? {} : { signature }), origin };
}
