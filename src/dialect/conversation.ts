// What a decoded request tells about its conversation: its texts, its turns, what is left open in it. Pure readers.
import { isMadeUpId } from './gemini-call-ids.ts';
import type { DialectName, NeutralPart, NeutralRequest } from './neutral.ts';

/** All text of system prompt, messages and tool definitions, joined by newlines. */
export function gatherText(request: NeutralRequest): string {
  const lines: string[] = [];
  addText(lines, request.system);
  for (const message of request.messages) addText(lines, message.parts);
  for (const tool of request.tools)
    lines.push(JSON.stringify(tool.type === 'function' ? [tool.name, tool.description, tool.schema] : tool.json));
  return lines.join('\n');
}

function addText(lines: string[], parts: readonly NeutralPart[]): void {
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'thinking' || part.type === 'refusal') lines.push(part.text);
    else if (part.type === 'tool_call') lines.push(part.name, part.arguments);
    else if (part.type === 'tool_result') addText(lines, part.content);
    else if (part.type === 'document' && part.source.kind === 'text') lines.push(part.source.text);
    else if (part.type === 'unknown') lines.push(JSON.stringify(part.json));
  }
}

/** How many parts of a type the messages hold, those inside of tool results included. */
export function countParts(request: NeutralRequest, type: NeutralPart['type']): number {
  const count = (parts: readonly NeutralPart[]): number =>
    parts.reduce(
      (sum, part) => sum + (part.type === type ? 1 : part.type === 'tool_result' ? count(part.content) : 0),
      0,
    );
  return request.messages.reduce((sum, message) => sum + count(message.parts), 0);
}

/** The text of the last message in which the user speaks; tool results are not the user. */
export function lastAsk(request: NeutralRequest): string {
  for (let index = request.messages.length - 1; index >= 0; index--) {
    const message = request.messages[index];
    if (message?.role !== 'user') continue;
    const texts = message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    if (texts.length > 0) return texts.join('\n');
  }
  return '';
}

/**
 * The text of everything up to the first user message. What changes of itself from turn to turn is not in it: the cache marks
 * that clients move along, and in instructions the date, the time and ids.
 */
export function openingOf(request: NeutralRequest): string {
  const lines: string[] = [];
  addText(
    lines,
    request.system.filter((part) => !isAttribution(part)),
  );
  for (const message of request.messages) {
    if (message.role === 'user') return [...lines.map(steady), ...askedIn(message.parts)].join('\n');
    lines.push(message.role);
    addText(lines, message.parts);
  }
  return lines.map(steady).join('\n');
}

/**
 * First user message and first answer: the ids of its calls, which nobody else was given, or its words. Null without one. Where
 * calls have no ids (Gemini before 3) their arguments stand in for them.
 */
export function firstExchangeOf({ messages }: NeutralRequest): string | null {
  const answer = messages.find((message) => message.role === 'assistant');
  if (answer === undefined) return null;
  const asked = messages.find((message) => message.role === 'user')?.parts ?? [];
  // Clients spell arguments anew, trim texts and leave thinking out: what is left is the same in every turn.
  const answered = answer.parts.flatMap((part) => {
    if (part.type === 'tool_call') return [isMadeUpId(part.id) ? plain(part.arguments) : part.id, part.name];
    return part.type === 'text' || part.type === 'refusal' ? [part.text.trim()] : [];
  });
  return [...askedIn(asked), 'assistant', ...answered].join('\n');
}

/** Arguments as every client spells them that has parsed them. */
function plain(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

function askedIn(parts: readonly NeutralPart[]): string[] {
  const lines = ['user'];
  addText(lines, parts);
  // Pictures alone tell conversations apart by their data.
  for (const part of parts) if (part.type === 'image') lines.push(JSON.stringify(part.source));
  return lines;
}

/** Claude Code's first block of instructions, with a hash of each request in it. */
function isAttribution(part: NeutralPart): boolean {
  return part.type === 'text' && part.text.startsWith('x-anthropic-billing-header:');
}

const CALENDAR =
  /\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|am|pm)\b/gi;

/** The text with every word that has a digit, and the words of a calendar, made one. */
function steady(text: string): string {
  const words = text.replace(CALENDAR, '#').split(/\s+/);
  return words.map((word) => (/\d/.test(word) ? '#' : word)).join(' ');
}

export function hasAnswer(request: NeutralRequest): boolean {
  return request.messages.some((message) => message.role === 'assistant');
}

/** Whether the last message brings tool results, or the last answer has calls without one. */
export function isInToolLoop({ messages }: NeutralRequest): boolean {
  if (messages.at(-1)?.parts.some((part) => part.type === 'tool_result') === true) return true;
  const at = messages.findLastIndex((message) => message.role === 'assistant');
  const calls = messages[at]?.parts.flatMap((part) => (part.type === 'tool_call' ? [part.id] : [])) ?? [];
  if (calls.length === 0) return false;
  const results = messages.slice(at + 1).flatMap((message) => message.parts);
  return calls.some((id) => !results.some((part) => part.type === 'tool_result' && part.callId === id));
}

/** The dialect of the latest signed block; a signature on a tool call is in the request's own dialect. */
export function signedBy(request: NeutralRequest): DialectName | null {
  for (let index = request.messages.length - 1; index >= 0; index--) {
    for (const part of request.messages[index]?.parts ?? []) {
      if (part.type === 'redacted_thinking') return part.origin;
      if (part.type === 'thinking' && part.signature !== undefined) return part.origin;
      if (part.type === 'tool_call' && part.signature !== undefined) return request.origin;
      if (part.type === 'text' && part.extra?.thoughtSignature !== undefined) return request.origin;
    }
  }
  return null;
}
