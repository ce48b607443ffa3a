// The body of a request to count tokens. At Google it may hold a whole request in `generateContentRequest`, in the place of a
// conversation.
import { TierlineError } from '../call/errors.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { Inbound, type NamedOutside } from '../dialect/inbound.ts';
import { refuseAmbiguity, type Span, scanJson } from '../wire/json-scan.ts';
import type { Around } from './count-tokens.ts';

const WHOLE = ['generateContentRequest', 'generate_content_request'];

/** What is to be counted, and what stands around it. Throws TierlineError as `Inbound.read` does. */
export function readCounted(
  body: Buffer,
  maxDepth: number,
  { dialect, named }: { dialect: Dialect; named: NamedOutside | null },
): { inbound: Inbound; around?: Around } {
  const span = dialect.name === 'gemini' ? wholeRequest(body, maxDepth) : null;
  if (span === null) return { inbound: Inbound.read(dialect, body, maxDepth, named) };
  const inbound = Inbound.read(dialect, body.subarray(span.start, span.end), maxDepth, named);
  return { inbound, around: { before: body.subarray(0, span.start), after: body.subarray(span.end) } };
}

function wholeRequest(body: Buffer, maxDepth: number): Span | null {
  const top = scanJson(body, maxDepth);
  refuseAmbiguity(top);
  const [span = null, second] = WHOLE.flatMap((key) => top.span(key) ?? []);
  if (second === undefined) return span;
  throw new TierlineError('ambiguous_body', `The top-level key "${WHOLE[0]}" appears in two spellings.`);
}
