// Tool call ids as each provider accepts them. The mapping is a pure function of the id, so that a call and its result
// still meet after it, in this request and in the next one.
import { createHash } from 'node:crypto';

/** OpenAI refuses longer ids. */
const OPENAI_LENGTH = 40;

/** Anthropic accepts letters, digits, `_` and `-` only; other characters become their code. */
export function toAnthropicCallId(id: string): string {
  if (id === '') return 'call_0';
  return id.replace(/[^a-zA-Z0-9_-]/g, (char) => `_${char.charCodeAt(0).toString(16)}`);
}

export function toOpenaiCallId(id: string): string {
  if (id.length <= OPENAI_LENGTH) return id === '' ? 'call_0' : id;
  return `call_${createHash('sha256')
    .update(id)
    .digest('hex')
    .slice(0, OPENAI_LENGTH - 5)}`;
}

/** An id for a call whose provider gave it none: the same for the same reply and position. */
export function makeCallId(replyId: string, position: number): string {
  const tail = replyId.replace(/[^a-zA-Z0-9]/g, '').slice(-24);
  return `call_${tail}_${position}`;
}
