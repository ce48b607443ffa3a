// Reasoning items and our thinking, both ways. What a model of another provider thought stands in the summary, and its
// signature sealed in `encrypted_content`, which clients send back unread. Every item that is written for a client has a seal
// of its own when OpenAI has not encrypted it: its id means nothing to OpenAI, which refuses such items.
// Source: ResponseReasoningItem in the openai package 7.57, 2026-11-28.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { DialectName, NeutralPart } from './neutral.ts';
import { defined, otherMembers } from './request-fields.ts';
import { seal, unseal } from './sealed-thinking.ts';

type Thinking = Extract<NeutralPart, { type: 'thinking' }>;
export type Thought = Thinking | Extract<NeutralPart, { type: 'redacted_thinking' }>;

const OWN = 'openai-responses';
const READ = new Set(['type', 'encrypted_content', 'id', 'status', 'summary']);
const PARAGRAPH = '\n\n';

/** A reasoning item of OpenAI's. What its text and signature do not say stays in `extra`. */
export function readReasoning(item: JsonObject): Thinking {
  const summary = textsOf(item.summary);
  const encrypted = item.encrypted_content;
  const signature = typeof encrypted === 'string' && encrypted !== '' ? encrypted : undefined;
  // Without the encrypted content only the id tells OpenAI which thoughts they were.
  const id = signature === undefined && typeof item.id === 'string' ? { id: item.id } : {};
  const others = otherMembers(item, READ);
  const isOneText = summary.length < 2 && (summary.length === 0 || others?.content === undefined);
  const extra = { ...others, ...id, ...(isOneText ? {} : { summary: item.summary as Json }) };
  return defined({
    type: 'thinking' as const,
    text: summary.length > 0 ? summary.join(PARAGRAPH) : textsOf(item.content).join(''),
    signature,
    origin: OWN,
    extra: Object.keys(extra).length === 0 ? undefined : extra,
  });
}

/** A reasoning item that a client sends back, with what was sealed in it open. */
export function readSentReasoning(item: JsonObject): Thought {
  const sealed = typeof item.encrypted_content === 'string' ? unseal(item.encrypted_content) : null;
  if (sealed === null) return readReasoning(item);
  const { kind, origin, text: signature } = sealed;
  if (kind === 'redacted_thinking') return { type: 'redacted_thinking', data: signature, origin };
  const text = textsOf(item.summary).join(PARAGRAPH);
  return { type: 'thinking', text, ...(signature === '' ? {} : { signature }), origin };
}

/** OpenAI's own thinking as it was; null for what is not OpenAI's, and for thinking that OpenAI could not recognise. */
export function writeOwnReasoning(part: Thought): JsonObject | null {
  if (part.origin !== OWN || part.type === 'redacted_thinking') return null;
  const { text, signature, extra = {} } = part;
  if (signature === undefined && extra.id === undefined) return null;
  const summary = text === '' || extra.content !== undefined ? [] : summaryOf(text);
  return defined({ type: 'reasoning', summary, ...extra, encrypted_content: signature });
}

/** The item for a client, from whomever the thoughts are. */
export function writeReasoning(part: Thought, id: string): JsonObject {
  const own = writeOwnReasoning(part);
  if (own !== null) return { id, ...own };
  const encrypted =
    part.type === 'thinking'
      ? encryptedContent({ kind: 'thinking', origin: part.origin, text: part.signature ?? '' })
      : encryptedContent({ kind: 'redacted_thinking', origin: part.origin, text: part.data });
  const text = part.type === 'thinking' ? part.text : '';
  return { id, type: 'reasoning', summary: text === '' ? [] : summaryOf(text), encrypted_content: encrypted };
}

/** `encrypted_content` for a client: OpenAI's own as it is, what others signed, or nobody, under a seal. */
export function encryptedContent(told: { kind: Thought['type']; origin: DialectName; text: string }): string {
  return told.origin === OWN && told.kind === 'thinking' && told.text !== '' ? told.text : seal(told);
}

function summaryOf(text: string): JsonObject[] {
  return [{ type: 'summary_text', text }];
}

/** The texts of a summary, or of a content. */
function textsOf(list: Json | undefined): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((part) =>
    isObject(part) && typeof part.text === 'string' && part.text !== '' ? [part.text] : [],
  );
}
