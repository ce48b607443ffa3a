// The neutral form as a dialect of its own, for upstreams that are no HTTP servers and for callers of the same process:
// requests, replies and events are the neutral objects as JSON. Nobody outside speaks it.
import { TierlineError, type UpstreamError } from '../call/errors.ts';
import { isObject } from '../call/json.ts';
import type { Dialect, SseEvent } from './dialect.ts';
import type { DialectName, NeutralEvent, NeutralReply, NeutralRequest } from './neutral.ts';
import { refuseStored } from './openai-responses-unknown.ts';

/** The event as it goes over the wire between such an upstream and its translation. */
export function toWire(event: NeutralEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** The reverse of `encodeRequest`: the request, and the model it is for. */
export function fromWire(body: string): { model: string; request: NeutralRequest } {
  return JSON.parse(body) as { model: string; request: NeutralRequest };
}

export const neutralWire: Dialect = {
  name: 'neutral',
  decodeRequest: (source) => fromWire(source.toString('utf8')).request,
  encodeRequest: (request, { model, defaultMaxTokens }) => {
    refuseStored(request);
    const body = JSON.stringify({ model, request: { ...request, maxTokens: request.maxTokens ?? defaultMaxTokens } });
    return { body, losses: [] };
  },
  decodeReply: (source) => parse(source.toString('utf8')) as NeutralReply,
  encodeReply: (reply) => JSON.stringify(reply),
  createDecoder: () => ({ push: (event: SseEvent) => [parse(event.data) as NeutralEvent] }),
  createEncoder: ({ origin }) => ({ push: (event) => toWire(withOrigin(event, origin)) }),
  decodeError: (status, body) => readError(status, body),
  encodeError: (error) => JSON.stringify({ status: error.status, message: error.message } satisfies UpstreamError),
  encodeStreamError: (error) => toWire({ type: 'error', error: { status: error.status, message: error.message } }),
};

/** An event as a caller of the same process gets it. */
export type ToldEvent = NeutralEvent & {
  /** Of a signature and of redacted thinking: who made it, and may have it back. */
  origin?: DialectName;
};

function withOrigin(event: NeutralEvent, origin: DialectName | undefined): ToldEvent {
  const isSigned = event.type === 'thinking_signature' || event.type === 'redacted_thinking';
  return isSigned && origin !== undefined ? { ...event, origin } : event;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TierlineError('upstream_malformed', undefined, { cause });
  }
}

function readError(status: number, body: string): UpstreamError {
  const value = body === '' ? null : parse(body);
  return isObject(value) && typeof value.message === 'string'
    ? (value as unknown as UpstreamError)
    : { status, message: 'The provider gave no explanation.' };
}
