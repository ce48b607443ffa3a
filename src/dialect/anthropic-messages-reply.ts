// Complete replies of the messages API, both ways.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject, writeJson } from '../call/json.ts';
import { NO_USAGE, type Usage } from '../call/usage.ts';
import { type JsonPath, parseKeepingRaw } from '../wire/raw-json.ts';
import { readBlocks } from './anthropic-messages-block-reader.ts';
import { type Block, toInput } from './anthropic-messages-block-writer.ts';
import { readAnthropicFinish, writeAnthropicFinish } from './anthropic-messages-finish.ts';
import { readAnthropicUsage, writeAnthropicUsage } from './anthropic-messages-usage.ts';
import { toAnthropicCallId } from './call-id.ts';
import type { ReplyContext } from './dialect.ts';
import type { NeutralPart, NeutralReply } from './neutral.ts';
import { sealFor } from './sealed-thinking.ts';
import { malformed, readUpstreamError } from './upstream-error.ts';

const OWN = 'anthropic-messages';

/** Throws TierlineError `upstream_malformed`, or `upstream_error` for an error that came with status 200. */
export function decodeAnthropicReply(source: Buffer): NeutralReply {
  const body = tryParse(source);
  if (body === null) throw malformed('it is not a JSON object');
  if (body.type === 'error') {
    const upstream = readUpstreamError(502, JSON.stringify(body));
    throw new TierlineError('upstream_error', upstream.message, { upstream });
  }
  if (!Array.isArray(body.content)) throw malformed('it has no content');
  const raw = typeof body.stop_reason === 'string' ? body.stop_reason : '';
  return {
    id: typeof body.id === 'string' ? body.id : '',
    model: typeof body.model === 'string' ? body.model : '',
    choices: [{ index: 0, parts: readContent(body.content), finish: readAnthropicFinish(raw, body.stop_sequence) }],
    usage: isObject(body.usage) ? readAnthropicUsage(body.usage) : null,
  };
}

/** Inputs of tool calls are kept as text; a reply without any is left to the faster native parser. */
function tryParse(source: Buffer): JsonObject | null {
  try {
    const hasCalls = source.includes('"tool_use"');
    const value: unknown = hasCalls ? parseKeepingRaw(source, isToolInput) : JSON.parse(source.toString('utf8'));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isToolInput(path: JsonPath): boolean {
  return path.length === 3 && path[2] === 'input' && path[0] === 'content';
}

function readContent(content: Json[]): NeutralPart[] {
  try {
    return readBlocks(content, 'content', new Map());
  } catch (cause) {
    throw new TierlineError('upstream_malformed', undefined, { cause });
  }
}

/** Anthropic's message has room for the first choice only; more than one is refused at the request. */
export function encodeAnthropicReply(reply: NeutralReply, context: ReplyContext): string {
  const choice = reply.choices[0];
  const parts = choice?.parts ?? [];
  const finish = choice?.finish ?? { reason: 'unknown', raw: '' };
  return writeJson({
    id: reply.id || `msg_${context.createdAtSeconds}`,
    type: 'message',
    role: 'assistant',
    model: reply.model,
    content: parts.map(writeReplyBlock).filter((block) => block !== null),
    ...writeAnthropicFinish(
      finish,
      parts.some((part) => part.type === 'refusal'),
    ),
    usage: pricedUsage(reply.usage, context),
  });
}

/** Clients cannot do without the usage object: it is all zeros, and without a cost, when the provider told none. */
export function pricedUsage(usage: Usage | null, context: ReplyContext): JsonObject {
  if (usage === null) return writeAnthropicUsage(NO_USAGE);
  const cost = context.costUsd(usage);
  return cost === null ? writeAnthropicUsage(usage) : { ...writeAnthropicUsage(usage), cost };
}

/** Thinking that nobody has signed is told by its seal too: Anthropic would not take it back. */
function writeSignature({ origin, signature: text = '' }: Extract<NeutralPart, { type: 'thinking' }>): string {
  return sealFor(OWN, { kind: 'thinking', origin, text });
}

function writeReplyBlock(part: NeutralPart): Block | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? null : { type: 'text', text: part.text };
    case 'thinking':
      return { type: 'thinking', thinking: part.text, signature: writeSignature(part) };
    case 'redacted_thinking':
      return {
        type: 'redacted_thinking',
        data: sealFor(OWN, { kind: part.type, origin: part.origin, text: part.data }),
      };
    case 'tool_call':
      return {
        type: 'tool_use',
        id: toAnthropicCallId(part.id),
        name: part.name,
        input: toInput(part.arguments).input,
      };
    default:
      return null;
  }
}
