// Which of the client dialects a request body is written in, when nobody says it.
import { isObject } from '../call/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';

/** What a request to the responses API has instead of messages. */
const INPUT = ['input', 'previous_response_id', 'conversation'];

/** Anthropic's bodies have a system prompt beside the messages, tools with an `input_schema`, and typed blocks of their own. */
export function guessDialect(body: unknown): Dialect {
  if (!isObject(body)) return openaiChat;
  if (body.messages === undefined && INPUT.some((key) => body[key] !== undefined)) return openaiResponses;
  const tools = Array.isArray(body.tools) ? body.tools : [];
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const parts = messages.flatMap((message) =>
    isObject(message) && Array.isArray(message.content) ? message.content : [],
  );
  const has = (items: readonly unknown[], isTheirs: (item: Record<string, unknown>) => boolean): boolean =>
    items.some((item) => isObject(item) && isTheirs(item));
  const isAnthropic =
    body.system !== undefined ||
    body.stop_sequences !== undefined ||
    body.thinking !== undefined ||
    has(tools, (tool) => tool.input_schema !== undefined) ||
    has(
      parts,
      ({ type, source }) => type === 'tool_use' || type === 'tool_result' || type === 'thinking' || isObject(source),
    );
  return isAnthropic ? anthropicMessages : openaiChat;
}

/** A dialect by the word people use for it: `openai`, `responses`, `anthropic`, or its whole name; null for any other. */
export function namedDialect(name: string): Dialect | null {
  if (/^openai(-chat)?$/.test(name)) return openaiChat;
  if (/^(openai-)?responses$/.test(name)) return openaiResponses;
  if (/^anthropic(-messages)?$/.test(name)) return anthropicMessages;
  return null;
}

/** The path to which clients of a dialect send their requests. */
export function pathOf({ name }: Dialect): string {
  if (name === 'openai-responses') return '/v1/responses';
  return name === 'anthropic-messages' ? '/v1/messages' : '/v1/chat/completions';
}
