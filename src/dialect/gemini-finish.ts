// Finish reasons between Gemini's words and ours.
import { isObject, type JsonObject } from '../call/json.ts';
import type { NeutralFinish } from './neutral.ts';

/** What is not named here (MALFORMED_FUNCTION_CALL, OTHER, LANGUAGE, words to come) is `unknown`. */
const REASONS: Record<string, NeutralFinish['reason']> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'refusal',
  RECITATION: 'refusal',
  BLOCKLIST: 'refusal',
  PROHIBITED_CONTENT: 'refusal',
  SPII: 'refusal',
  IMAGE_SAFETY: 'refusal',
  IMAGE_PROHIBITED_CONTENT: 'refusal',
  IMAGE_RECITATION: 'refusal',
  CONTINUATION: 'pause',
};
/** A finish as Gemini writes it, in capitals; other providers write theirs in small letters. */
const OWN_WORD = /^[A-Z][A-Z_]+$/;

/** Gemini says STOP after tool calls, too. */
export function readGeminiFinish(raw: string, hasCalls: boolean): NeutralFinish {
  const reason = Object.hasOwn(REASONS, raw) ? (REASONS[raw] as NeutralFinish['reason']) : 'unknown';
  return { reason: hasCalls && reason === 'stop' ? 'tool_calls' : reason, raw };
}

/** The word in a candidate, null while the model has not stopped. */
export function finishWord(word: unknown): string | null {
  return typeof word === 'string' && word !== '' && word !== 'FINISH_REASON_UNSPECIFIED' ? word : null;
}

/** Why a prompt was not answered at all, as a word; null when it was. */
export function blockWord(reply: JsonObject): string | null {
  const { promptFeedback: feedback } = reply;
  const word = isObject(feedback) ? finishWord(feedback.blockReason) : null;
  return word === 'BLOCK_REASON_UNSPECIFIED' ? null : word;
}

export function writeGeminiFinish(finish: NeutralFinish): string {
  if (OWN_WORD.test(finish.raw)) return finish.raw;
  switch (finish.reason) {
    case 'length':
      return 'MAX_TOKENS';
    case 'refusal':
      return 'SAFETY';
    case 'unknown':
      return 'OTHER';
    default:
      return 'STOP';
  }
}
