// A request as it would have come in had its caller wanted the answer in one piece. Nothing else of it changes.
import { splice } from '../wire/splice.ts';
import { Inbound } from './inbound.ts';
import type { Incoming } from './incoming.ts';
import { NeutralInbound } from './neutral-inbound.ts';

/** It was checked when it came in. */
const ANY_DEPTH = Number.POSITIVE_INFINITY;

/** The request itself when it is not streamed. */
export function toWhole(inbound: Incoming): Incoming {
  if (!inbound.stream) return inbound;
  if (inbound instanceof NeutralInbound) {
    const { model, neutral, metadata } = inbound;
    return new NeutralInbound({ model, request: { ...neutral, stream: false }, metadata });
  }
  if (!(inbound instanceof Inbound)) return inbound;
  const { dialect, body, top, model } = inbound;
  const edits = [
    // OpenAI refuses options of a stream without one; null stands for none (API reference, Create chat completion, 2026-11).
    { span: top.span('stream_options'), text: 'null' },
    { span: top.span('stream'), text: 'false' },
  ].flatMap(({ span, text }) => (span === null ? [] : [{ ...span, text }]));
  edits.sort((one, other) => one.start - other.start);
  const outside = dialect.name === 'gemini' ? { model, stream: false } : null;
  return Inbound.read(dialect, splice(body, edits), ANY_DEPTH, outside);
}
