// A conversation of somebody's data as a request and its answer: what a router would have seen of it, and what the model said then.
import { isObject } from '../../../call/json.ts';

export interface Said {
  role: string;
  text: string;
  hasImage: boolean;
}

export interface Asked {
  prompt: string;
  request: { characters: number; turns: number; images: boolean };
  /** Null when nothing follows the user's last turn. */
  answer: string | null;
}

/** Messages with a role and text, or parts of text, as OpenAI's chat completions have them; null for anything else. */
export function readMessages(value: unknown): Said[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const said = value.map((message: unknown) => (isObject(message) ? readMessage(message) : null));
  return said.includes(null) ? null : (said as Said[]);
}

function readMessage({ role, content }: Record<string, unknown>): Said | null {
  if (typeof role !== 'string') return null;
  if (typeof content === 'string') return { role, text: content, hasImage: false };
  if (!Array.isArray(content)) return null;
  const parts = content.filter(isObject);
  const texts = parts.flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
  return { role, text: texts.join('\n'), hasImage: parts.some(isImage) };
}

function isImage({ type }: Record<string, unknown>): boolean {
  return typeof type === 'string' && type.includes('image');
}

/** Turns of the user, and the answers to them. */
export function toMessages(prompts: readonly string[], answers: readonly string[]): Said[] {
  return prompts.flatMap((text, index) => {
    const user = { role: 'user', text, hasImage: false };
    const answer = answers[index];
    return answer === undefined ? [user] : [user, { role: 'assistant', text: answer, hasImage: false }];
  });
}

/** Null when the user says nothing. */
export function toAsked(messages: readonly Said[]): Asked | null {
  const at = messages.findLastIndex(({ role, text }) => role === 'user' && text !== '');
  const last = messages[at];
  if (last === undefined) return null;
  const before = messages.slice(0, at + 1);
  const answer = messages.slice(at + 1).find(({ role }) => role === 'assistant');
  return {
    prompt: last.text,
    request: {
      characters: before.map(({ text }) => text).join('\n').length,
      turns: before.filter(({ role }) => role !== 'system' && role !== 'developer').length,
      images: before.some(({ hasImage }) => hasImage),
    },
    answer: answer?.text ?? null,
  };
}
