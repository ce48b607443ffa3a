// Where the marks for Anthropic's prompt cache go, in the neutral form. A mark ends a prefix that is written to the cache
// or looked up in it (platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-09-26): at most four, never on
// thinking, blank text or a deferred tool. It must never touch a prompt whose client has placed marks of its own.
import type { CacheMark, NeutralMessage, NeutralPart, NeutralRequest, NeutralTool } from './neutral.ts';

/** Five minutes, renewed by every read: the time within which the next turn is expected. */
const MARK: CacheMark = Object.freeze({ ttl: '5m' });

/** What the two ways of marking, neutral and on the wire, have to know of a message. */
export interface MarkableMessage {
  role: string;
  /** Whether each of its parts may bear a mark. */
  parts: readonly boolean[];
}

export interface PartPlace {
  message: number;
  part: number;
}

/**
 * Places in the conversation, in their order: the end of what came before the newest turn, which stays as it is whatever a
 * client does to its last message, and the end of the newest turn, which the next request repeats. An answer that the client
 * has begun for the model is no turn: it grows.
 */
export function conversationPlaces(messages: readonly MarkableMessage[]): PartPlace[] {
  const end = messages.findLastIndex(({ role }) => role !== 'assistant') + 1;
  const start = messages.slice(0, end).findLastIndex(({ role }) => role === 'assistant') + 1;
  const places = [lastMarkable(messages, 0, start), lastMarkable(messages, start, end)];
  return places.filter((place) => place !== null);
}

function lastMarkable(messages: readonly MarkableMessage[], from: number, to: number): PartPlace | null {
  for (let message = to - 1; message >= from; message--) {
    const part = messages[message]?.parts.lastIndexOf(true) ?? -1;
    if (part >= 0) return { message, part };
  }
  return null;
}

/** The request with marks on it: the same one when its client has set any, or when nothing can bear one. */
export function markPrompt(request: NeutralRequest): NeutralRequest {
  if (hasMarks(request)) return request;
  const { tools, system, messages } = request;
  const marked = messages.slice();
  const shapes = messages.map(({ role, parts }) => ({ role, parts: parts.map(isMarkable) }));
  for (const { message, part } of conversationPlaces(shapes)) {
    const { parts, ...rest } = messages[message] as NeutralMessage;
    marked[message] = { ...rest, parts: marking(parts, part) };
  }
  return {
    ...request,
    tools: marking(tools, tools.findLastIndex(canBearMark)),
    system: marking(system, system.findLastIndex(isMarkable)),
    messages: marked,
  };
}

/** A copy with a mark on the item at `at`; the list itself when that is -1. */
function marking<Item extends NeutralPart | NeutralTool>(items: Item[], at: number): Item[] {
  return at < 0 ? items : items.map((item, index) => (index === at ? { ...item, cache: MARK } : item));
}

/** Anthropic refuses a mark on a tool whose definition is not in the prompt yet. */
function canBearMark(tool: NeutralTool): boolean {
  return tool.type === 'function' && tool.extra?.defer_loading !== true;
}

function isMarkable(part: NeutralPart): boolean {
  switch (part.type) {
    case 'text':
      return part.text.trim() !== '';
    case 'image':
    case 'document':
    case 'tool_call':
    case 'tool_result':
      return true;
    default:
      return false;
  }
}

/** Whether the client has placed marks itself: on a part, a tool, or at the top for Anthropic's automatic caching. */
export function hasMarks({ system, messages, tools, unknown }: NeutralRequest): boolean {
  if (unknown.cache_control !== undefined) return true;
  if (tools.some((tool) => (tool.type === 'function' ? tool.cache !== undefined : holdsMark(tool.json)))) return true;
  return [system, ...messages.map(({ parts }) => parts)].some((parts) => parts.some(isMarked));
}

function isMarked(part: NeutralPart): boolean {
  if (part.type === 'unknown') return holdsMark(part.json);
  if ('cache' in part && part.cache !== undefined) return true;
  return part.type === 'tool_result' && part.content.some(isMarked);
}

function holdsMark(json: unknown): boolean {
  return JSON.stringify(json).includes('"cache_control"');
}
