// The status of a response, and why it is incomplete, between OpenAI's words and ours.
import type { NeutralFinish } from './neutral.ts';

export interface ResponseEnd {
  status: 'completed' | 'incomplete';
  /** Why it is incomplete; null when it is not. */
  reason: 'max_output_tokens' | 'content_filter' | null;
}

const INCOMPLETE: Record<string, NeutralFinish['reason']> = { max_output_tokens: 'length', content_filter: 'refusal' };

/**
 * `reason` is that of `incomplete_details`, when there is one. The raw word is the reason of an incomplete response, else
 * its status; a finish after tool calls is one for the sake of them.
 */
export function readResponsesFinish(status: string, reason: unknown, hasCalls: boolean): NeutralFinish {
  if (status === 'completed') return { reason: hasCalls ? 'tool_calls' : 'stop', raw: status };
  const raw = status === 'incomplete' && typeof reason === 'string' ? reason : status;
  return { reason: Object.hasOwn(INCOMPLETE, raw) ? (INCOMPLETE[raw] as NeutralFinish['reason']) : 'unknown', raw };
}

/** `hasRefusal`: the refusal has been said in words, which completes a response. */
export function writeResponsesFinish(finish: NeutralFinish, hasRefusal: boolean): ResponseEnd {
  if (finish.reason === 'length') return { status: 'incomplete', reason: 'max_output_tokens' };
  if (finish.reason === 'refusal' && !hasRefusal) return { status: 'incomplete', reason: 'content_filter' };
  return { status: 'completed', reason: null };
}
