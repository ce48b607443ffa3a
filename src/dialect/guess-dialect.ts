// Which of the two client dialects a request body is written in, when nobody says it.
import { isObject } from '../call/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';

/** Anthropic's bodies have a system prompt beside the messages, tools with an `input_schema`, and typed blocks of their own. */
export function guessDialect(body: unknown): Dialect {
  if (!isObject(body)) return openaiChat;
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

/** A dialect by the word people use for it: `openai`, `anthropic`, or its whole name; null for any other. */
export function namedDialect(name: string): Dialect | null {
  if (/^openai(-chat)?$/.test(name)) return openaiChat;
  if (/^anthropic(-messages)?$/.test(name)) return anthropicMessages;
  return null;
}
