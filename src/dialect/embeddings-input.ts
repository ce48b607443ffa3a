// What a request for embeddings holds: texts, or tokens that the client has made of them itself. There is no conversation in
// it. Source: OpenAI's reference of POST /v1/embeddings (`input`: string, array of strings, of tokens, or of token arrays).
import type { Json } from '../call/json.ts';
import type { ScannedObject } from '../wire/json-scan.ts';
import type { NeutralRequest } from './neutral.ts';

/** What whoever asks for the conversation of such a request gets. */
export const NO_CONVERSATION: Readonly<NeutralRequest> = Object.freeze({
  origin: 'openai-embeddings',
  system: [],
  messages: [],
  tools: [],
  n: 1,
  stream: false,
  includeUsage: true,
  unknown: {},
});

/** The texts, joined by newlines; empty when there are only tokens. */
export function inputText(top: ScannedObject): string {
  return itemsOf(top)
    .filter((item) => typeof item === 'string')
    .join('\n');
}

/** How many tokens the client brings, in its arrays of tokens. */
export function givenTokens(top: ScannedObject): number {
  let tokens = 0;
  for (const item of itemsOf(top)) {
    if (typeof item === 'number') tokens++;
    else if (Array.isArray(item)) tokens += item.length;
  }
  return tokens;
}

function itemsOf(top: ScannedObject): readonly Json[] {
  const input = top.value('input') as Json;
  return Array.isArray(input) ? input : [input];
}
