// How a stream of the responses API ends: with a response that is completed or incomplete, which has a finish, or with an
// error, which OpenAI tells twice: as an event `error`, and with the response that failed for it.
import type { TierlineError, UpstreamError } from '../call/errors.ts';
import { isObject, type JsonObject } from '../call/json.ts';
import type { NeutralFinish } from './neutral.ts';
import { encodeOpenaiError } from './openai-chat-error.ts';
import { readResponsesFinish } from './openai-responses-finish.ts';
import { readStreamError } from './stream-event.ts';

/** The finish in an event `response.completed` or `response.incomplete`. The event says which of the two it is. */
export function finishOf({ type, response }: JsonObject, hasCalls = false): NeutralFinish {
  const details = isObject(response) ? response.incomplete_details : null;
  const status = type === 'response.completed' ? 'completed' : 'incomplete';
  return readResponsesFinish(status, isObject(details) ? details.reason : undefined, hasCalls);
}

/** The error of an event `error`, of a response that failed or was cancelled, in whichever of its places it stands. */
export function readResponsesError(event: JsonObject): UpstreamError {
  const { response } = event;
  return readStreamError(isObject(response) ? { error: response.error ?? null } : event);
}

/** Whoever writes an error does not know how far the stream had come: this is further. */
const LATE = 2_000_000_000;

/**
 * The error as OpenAI's clients look for it: its SDKs throw for `error.error`, what is typed after the reference reads the
 * members beside it, and Codex takes its words from `response.failed` alone (wire as of 2026-05; openai-node 7.57,
 * @ai-sdk/openai 4.0, codex-rs/codex-api).
 */
export function encodeResponsesStreamError(error: TierlineError, requestId: string): string {
  const told = (JSON.parse(encodeOpenaiError(error)) as { error: JsonObject }).error;
  const code = told.code ?? told.type;
  const { message, param = null } = told;
  return (
    write('error', { sequence_number: LATE, code, message, param, error: { ...told, code } }) +
    write('response.failed', {
      sequence_number: LATE + 1,
      response: {
        id: `resp_${requestId}`,
        object: 'response',
        created_at: Math.floor(Date.now() / 1000),
        status: 'failed',
        error: { code, message },
        incomplete_details: null,
        instructions: null,
        metadata: {},
        model: '',
        output: [],
        parallel_tool_calls: true,
        temperature: null,
        tool_choice: 'auto',
        tools: [],
        top_p: null,
        usage: null,
      },
    })
  );
}

function write(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
