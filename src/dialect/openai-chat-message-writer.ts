// Writes the conversation as OpenAI chat messages. A user turn with tool results becomes one tool message per result,
// directly after the calls, then a user message with whatever else the turn held. Text-only content is always one
// string, because many compatible servers know no other form for system and tool messages.
import type { JsonObject } from '../call/json.ts';
import { toOpenaiCallId } from './call-id.ts';
import { type Crossing, kindOf } from './crossing.ts';
import type { NeutralMessage, NeutralPart } from './neutral.ts';
import { writePart } from './openai-chat-parts.ts';

type ToolResult = Extract<NeutralPart, { type: 'tool_result' }>;

export function writeOpenaiMessages(crossing: Crossing): JsonObject[] {
  const { system, messages } = crossing.request;
  const written = system.length > 0 ? writeSystem(system, crossing, 'system') : [];
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`;
    const outline = { ...crossing.extra(message.extra, where), ...(message.name ? { name: message.name } : {}) };
    const next =
      message.role === 'system'
        ? writeSystem(message.parts, crossing, where)
        : message.role === 'user'
          ? writeUser(message, crossing, where)
          : writeAssistant(message, crossing, where);
    const last = next.at(-1);
    if (last !== undefined && last.role !== 'tool') Object.assign(last, outline);
    written.push(...next);
  }
  return written;
}

function writeSystem(parts: readonly NeutralPart[], crossing: Crossing, where: string): JsonObject[] {
  const content = contentOf(writeParts(parts, crossing, where), '\n\n');
  return content === null ? [] : [{ role: 'system', content }];
}

function writeUser(message: NeutralMessage, crossing: Crossing, where: string): JsonObject[] {
  const results = message.parts.filter((part) => part.type === 'tool_result');
  const others = message.parts.filter((part) => part.type !== 'tool_result');
  const written: JsonObject[] = [];
  const attached: JsonObject[] = [];
  for (const result of results) written.push(writeResult(result, { crossing, where, attached }));
  const parts = writeParts(others, crossing, where);
  if (parts.length === 0 && results.length === 0 && others.some((part) => !isBlank(part)))
    crossing.refuseEmptyTurn(where);
  const content = contentOf([...attached, ...parts], '\n\n');
  if (content !== null) written.push({ role: 'user', content });
  else if (results.length === 0) written.push({ role: 'user', content: '' });
  return written;
}

interface ResultWriting {
  crossing: Crossing;
  where: string;
  /** Images and files, which a tool message cannot hold, go into the user message behind it. */
  attached: JsonObject[];
}

function writeResult(result: ToolResult, { crossing, where, attached }: ResultWriting): JsonObject {
  const id = toOpenaiCallId(result.callId);
  const parts = writeParts(result.content, crossing, where);
  const texts = parts.filter((part) => part.type === 'text').map((part) => part.text as string);
  const media = parts.filter((part) => part.type !== 'text');
  if (media.length > 0) {
    attached.push({ type: 'text', text: `Attached to the result of tool call ${id}:` }, ...media);
    if (texts.length === 0) texts.push('The result is attached to the next message.');
  }
  const text = texts.join('\n\n');
  const content = result.isError ? `Error${text === '' ? '' : `: ${text}`}` : text;
  return { role: 'tool', tool_call_id: id, content, ...crossing.extra(result.extra, where) };
}

function writeAssistant(message: NeutralMessage, crossing: Crossing, where: string): JsonObject[] {
  const texts: JsonObject[] = [];
  const calls: JsonObject[] = [];
  let refusal = '';
  let reasoning = '';
  for (const part of message.parts) {
    if (part.type === 'tool_call') {
      crossing.extra(part.extra, where);
      const called = { name: part.name, arguments: part.arguments };
      calls.push({ id: toOpenaiCallId(part.id), type: 'function', function: called });
    } else if (part.type === 'unknown' && part.origin === 'openai-chat' && isCall(part)) {
      calls.push(part.json as JsonObject);
    } else if (part.type === 'refusal') refusal += part.text;
    else if (part.type === 'thinking') reasoning += keepReasoning(part, crossing, where);
    else if (part.type === 'redacted_thinking') crossing.lose(`${where}: redacted thinking`);
    else texts.push(...writeParts([part], crossing, where));
  }
  const content = contentOf(texts, '');
  if (content === null && refusal === '' && reasoning === '' && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content,
      ...(refusal === '' ? {} : { refusal }),
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

/** A signed block belongs to its maker; unsigned reasoning goes to upstreams that want it back. */
function keepReasoning(part: Extract<NeutralPart, { type: 'thinking' }>, crossing: Crossing, where: string): string {
  if (part.signature === undefined && crossing.target.takesReasoningHistory === true) return part.text;
  crossing.lose(`${where}: ${part.signature === undefined ? 'thinking' : 'signed thinking'}`);
  return '';
}

function isCall(part: Extract<NeutralPart, { type: 'unknown' }>): boolean {
  return kindOf(part.json) === 'custom';
}

function writeParts(parts: readonly NeutralPart[], crossing: Crossing, where: string): JsonObject[] {
  return parts.map((part) => writePart(part, crossing, where)).filter((part) => part !== null);
}

function isBlank(part: NeutralPart): boolean {
  return part.type === 'text' && part.text.trim() === '';
}

/** One string when there is only plain text, a list when there is more, null when there is nothing. */
function contentOf(parts: JsonObject[], separator: string): string | JsonObject[] | null {
  if (parts.length === 0) return null;
  const isPlain = parts.every((part) => part.type === 'text' && Object.keys(part).length === 2);
  return isPlain ? parts.map((part) => part.text as string).join(separator) : parts;
}
