// Writes the conversation as the input of a request to the responses API, item by item in the order of the parts. A message of
// plain text has it as a string, which every compatible server takes.
import type { JsonObject } from '../call/json.ts';
import { toOpenaiCallId } from './call-id.ts';
import { type Crossing, kindOf } from './crossing.ts';
import type { NeutralMessage, NeutralPart } from './neutral.ts';
import { type PartPlace, writeResponsesPart } from './openai-responses-parts.ts';
import { type Thought, writeOwnReasoning } from './openai-responses-thinking.ts';

export interface ResponsesInput {
  instructions?: string;
  input: JsonObject[];
}

/** Throws TierlineError `unsupported` when nothing of a user turn can be sent. */
export function writeResponsesInput(crossing: Crossing): ResponsesInput {
  return new InputWriter(crossing).write();
}

class InputWriter {
  private readonly crossing: Crossing;
  private readonly items: JsonObject[] = [];
  private where = '';

  constructor(crossing: Crossing) {
    this.crossing = crossing;
  }

  write(): ResponsesInput {
    const { request } = this.crossing;
    const instructions = this.system(request.system);
    for (const [index, message] of request.messages.entries()) {
      this.where = `messages[${index}]`;
      this.message(message);
    }
    return { ...(instructions === null ? {} : { instructions }), input: this.items };
  }

  /** The instructions, when they are mere text; else they are a message. */
  private system(system: readonly NeutralPart[]): string | null {
    this.where = 'system';
    const isOfItem = (part: NeutralPart): boolean => noteOf(part, this.crossing).item !== undefined;
    for (const group of grouped(system.filter(isOfItem))) {
      const { role } = noteOf(group[0], this.crossing);
      this.words(typeof role === 'string' ? role : 'system', group);
    }
    const own = system.filter((part) => !isOfItem(part));
    const texts = own.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    // OpenAI looks for the word JSON among the messages only (json_object is refused without it).
    const isMessage =
      texts.length < own.length || (this.crossing.isForeign && this.crossing.request.format?.type === 'json');
    if (!isMessage) return texts.length === 0 ? null : texts.join('\n\n');
    this.words('system', own);
    return null;
  }

  private message({ role, parts, name, extra }: NeutralMessage): void {
    if (name !== undefined) this.crossing.lose(`${this.where}: name`);
    const { role: spelt, ...members } = this.crossing.extra(extra, this.where);
    const first = this.items.length;
    if (role === 'assistant') this.assistant(parts);
    else if (role === 'user') this.user(parts);
    else this.instruction(typeof spelt === 'string' ? spelt : 'system', parts);
    const message = this.items.slice(first).find((item) => item.type === 'message');
    if (message !== undefined) Object.assign(message, members);
  }

  private instruction(role: string, parts: readonly NeutralPart[]): void {
    this.sequence(parts, 'input', (words) => this.words(role, words));
  }

  private user(parts: readonly NeutralPart[]): void {
    const before = this.items.length;
    this.sequence(parts, 'input', (words) => this.words('user', words));
    if (this.items.length > before) return;
    if (!parts.every(isBlank)) this.crossing.refuseEmptyTurn(this.where);
    this.items.push({ type: 'message', role: 'user', content: '' });
  }

  private assistant(parts: readonly NeutralPart[]): void {
    const first = this.items.length;
    this.sequence(parts, 'output', (words) => this.words('assistant', words));
    // OpenAI refuses reasoning that nothing came of.
    while (this.crossing.isForeign && this.items.length > first && this.items.at(-1)?.type === 'reasoning') {
      this.items.pop();
      this.crossing.lose(`${this.where}: thinking at the end of the turn`);
    }
  }

  /** Items in the order of the parts; what lies between them belongs into messages. */
  private sequence(
    parts: readonly NeutralPart[],
    side: PartPlace['side'],
    say: (words: readonly NeutralPart[]) => void,
  ): void {
    let words: NeutralPart[] = [];
    const flush = (): void => {
      for (const group of grouped(words)) say(group);
      words = [];
    };
    for (const part of parts) {
      const isWords = !isItem(part);
      if (isWords) words.push(part);
      else {
        flush();
        this.item(part, side);
      }
    }
    flush();
  }

  private item(part: NeutralPart, side: PartPlace['side']): void {
    const { crossing, where } = this;
    switch (part.type) {
      case 'tool_call':
        this.items.push({
          type: 'function_call',
          call_id: this.callId(part.id),
          ...(part.namespace === undefined
            ? { name: part.name }
            : { name: part.namespace.member, namespace: part.namespace.name }),
          arguments: part.arguments,
          ...crossing.extra(part.extra, where),
        });
        return;
      case 'tool_result':
        this.items.push({
          type: 'function_call_output',
          call_id: this.callId(part.callId),
          output: this.output(part),
          ...crossing.extra(part.extra, where),
        });
        return;
      case 'thinking':
      case 'redacted_thinking':
        return this.thought(part);
      default: {
        const written = writeResponsesPart(part, { crossing, where, side });
        if (written !== null) this.items.push(written);
      }
    }
  }

  private callId(id: string): string {
    return this.crossing.isForeign ? toOpenaiCallId(id) : id;
  }

  /** Only what OpenAI encrypted goes back; unsigned reasoning goes to upstreams that want it. */
  private thought(part: Thought): void {
    const own = writeOwnReasoning(part);
    if (own !== null) this.items.push(own);
    else if (part.type === 'redacted_thinking') this.crossing.lose(`${this.where}: redacted thinking`);
    else if (part.signature === undefined && this.crossing.target.takesReasoningHistory === true) {
      const content = [{ type: 'reasoning_text', text: part.text }];
      this.items.push({ type: 'reasoning', summary: [], content });
    } else this.crossing.lose(`${this.where}: ${part.signature === undefined ? 'thinking' : 'signed thinking'}`);
  }

  private output({ content, isError }: Extract<NeutralPart, { type: 'tool_result' }>): string | JsonObject[] {
    const { crossing, where } = this;
    const written = content
      .map((part) => writeResponsesPart(part, { crossing, where, side: 'input' }))
      .filter((part) => part !== null);
    const text = plainTextOf(written);
    if (!isError) return text ?? written;
    if (text !== null) return `Error${text === '' ? '' : `: ${text}`}`;
    return [{ type: 'input_text', text: 'Error:' }, ...written];
  }

  private words(role: string, parts: readonly NeutralPart[]): void {
    const { crossing, where } = this;
    const side = role === 'assistant' ? 'output' : 'input';
    const written = parts
      .map((part) => writeResponsesPart(part, { crossing, where, side }))
      .filter((part) => part !== null);
    if (written.length === 0) return;
    const { phase } = noteOf(parts[0], crossing);
    this.items.push({
      type: 'message',
      role,
      content: plainTextOf(written) ?? written,
      ...(phase === undefined ? {} : { phase }),
    });
  }
}

/** The text, when there is one plain one or nothing at all; null when there is more. */
function plainTextOf(written: readonly JsonObject[]): string | null {
  const [first, ...others] = written;
  if (first === undefined) return '';
  const { type, text, annotations: _, ...rest } = first;
  const isPlain =
    others.length === 0 && (type === 'input_text' || type === 'output_text') && Object.keys(rest).length === 0;
  return isPlain ? (text as string) : null;
}

/** Whether the part is an item of its own, not in a message. */
function isItem(part: NeutralPart): boolean {
  switch (part.type) {
    case 'tool_call':
    case 'tool_result':
    case 'thinking':
    case 'redacted_thinking':
      return true;
    case 'unknown':
      return part.origin === 'openai-responses' && !PART_KINDS.has(kindOf(part.json));
    default:
      return false;
  }
}

/** Kinds of content parts that the neutral form has no word for; every other kind is that of an item. */
const PART_KINDS = new Set(['summary_text', 'reasoning_text', 'computer_screenshot', 'encrypted_content']);

/** What the reader has noted of the item a text was in; nothing on parts of other dialects. */
function noteOf(part: NeutralPart | undefined, { isForeign }: Crossing): JsonObject {
  return part?.type === 'text' && !isForeign ? (part.extra ?? {}) : {};
}

/** The parts, cut where a client had cut them into messages; what bears no note goes with what came before. */
function grouped(parts: readonly NeutralPart[]): NeutralPart[][] {
  const groups: NeutralPart[][] = [];
  let note: string | null = null;
  for (const part of parts) {
    const own: string | null = part.type === 'text' ? JSON.stringify([part.extra?.item, part.extra?.phase]) : null;
    const goesOn = own === null || note === null || own === note;
    if (goesOn && groups.length > 0) groups.at(-1)?.push(part);
    else groups.push([part]);
    note = own ?? note;
  }
  return groups;
}

function isBlank(part: NeutralPart): boolean {
  return part.type === 'text' && part.text.trim() === '';
}
