// Which headers of a provider reach the client, and the ones an answer carries about itself.
import type { IncomingHttpHeaders } from 'node:http';
import { formatUsd } from '../call/money.ts';
import type { AnswerFacts } from '../call-client.ts';

/** Headers that belong to one connection, to the provider's edge, or that we write ourselves. */
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-encoding',
  'content-type',
  'cache-control',
  'date',
  'server',
  'set-cookie',
  'via',
  'alt-svc',
  'vary',
  'strict-transport-security',
  'x-content-type-options',
  'x-powered-by',
  'www-authenticate',
  // Of a gateway behind us: what the answer cost is ours to say.
  'x-litellm-response-cost',
]);

/** Bytes that cannot end a line. A provider package may have made its headers up, with any text in them. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The provider's headers as name, value, name, value ...: request ids, rate limits, `retry-after` and what else it says. */
export function providerHeaders(upstream: IncomingHttpHeaders): string[] {
  const out: string[] = [];
  for (const name in upstream) {
    const value = upstream[name];
    if (
      value === undefined ||
      DROPPED.has(name) ||
      name.startsWith('access-control-') ||
      name.startsWith('x-tierline-')
    )
      continue;
    const text = Array.isArray(value) ? value.join(', ') : value;
    if (SENDABLE.test(text)) out.push(name, text);
  }
  return out;
}

export interface AnswerHeaderOptions {
  /** Whether answers carry the `x-tierline-*` headers besides the request id. */
  hasHeaders: boolean;
  /** Whether answers also carry the headers LiteLLM's clients read. */
  isLitellmCompatible: boolean;
}

const MAX_PLAN_LENGTH = 1000;

/** Adds what the answer says about itself to `headers`. */
export function answerHeaders(
  headers: string[],
  requestId: string,
  answer: AnswerFacts | null,
  options: AnswerHeaderOptions,
): void {
  headers.push('x-tierline-request-id', requestId);
  if (answer === null) return;
  if (options.hasHeaders) {
    if (answer.model !== null) headers.push('x-tierline-model', toHeader(answer.model));
    if (answer.plan.task !== null) headers.push('x-tierline-task', toHeader(answer.plan.task));
    if (answer.plan.reasons.length > 0) headers.push('x-tierline-plan', planText(answer));
    if (answer.attempts > 0) headers.push('x-tierline-attempts', String(answer.attempts));
    if (answer.losses.length > 0)
      headers.push('x-tierline-losses', toHeader(answer.losses.join('; ')).slice(0, MAX_PLAN_LENGTH));
    if (answer.cost !== null) headers.push('x-tierline-cost-usd', formatUsd(answer.cost));
    if (answer.baseline !== null) headers.push('x-tierline-baseline-usd', formatUsd(answer.baseline));
  }
  if (options.isLitellmCompatible && answer.cost !== null)
    headers.push('x-litellm-response-cost', formatUsd(answer.cost));
}

function planText(answer: AnswerFacts): string {
  return toHeader(answer.plan.reasons.map((reason) => reason.say).join('; ')).slice(0, MAX_PLAN_LENGTH);
}

/** Header values are printable ASCII; everything else becomes a question mark. */
function toHeader(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.replaceAll(/[^\x20-\x7e]/g, '?');
}
