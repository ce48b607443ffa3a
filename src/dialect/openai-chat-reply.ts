// Complete replies of a chat completion, both ways.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject, parseObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import { makeCallId } from './call-id.ts';
import type { ReplyContext } from './dialect.ts';
import type { NeutralChoice, NeutralPart, NeutralReply } from './neutral.ts';
import { readOpenaiFinish, writeOpenaiFinish } from './openai-chat-finish.ts';
import { readArguments, readAssistantText } from './openai-chat-message-reader.ts';
import { readOpenaiUsage, writeOpenaiUsage } from './openai-chat-usage.ts';
import { isErrorReport } from './stream-event.ts';
import { malformed, readUpstreamError } from './upstream-error.ts';

/** Throws TierlineError `upstream_malformed`, or `upstream_error` for an error that came with status 200. */
export function decodeOpenaiReply(source: Buffer): NeutralReply {
  const body = parseObject(source.toString('utf8'));
  if (body === null) throw malformed('it is not a JSON object');
  if (isErrorReport(body.error)) {
    const upstream = readUpstreamError(502, JSON.stringify(body));
    throw new TierlineError('upstream_error', upstream.message, { upstream });
  }
  if (!Array.isArray(body.choices) || body.choices.length === 0) throw malformed('it has no choices');
  const id = typeof body.id === 'string' ? body.id : '';
  return {
    id,
    model: typeof body.model === 'string' ? body.model : '',
    choices: body.choices.map((choice, index) => readChoice(choice, index, id)),
    usage: isObject(body.usage) ? readOpenaiUsage(body.usage) : null,
  };
}

function readChoice(choice: Json, position: number, replyId: string): NeutralChoice {
  if (!isObject(choice) || !isObject(choice.message)) throw malformed(`choice ${position} has no message`);
  const parts = readMessage(choice.message, replyId);
  const raw = typeof choice.finish_reason === 'string' ? choice.finish_reason : '';
  if (raw === 'error') throw new TierlineError('upstream_error', 'The provider finished the answer with an error.');
  const read: NeutralChoice = {
    index: typeof choice.index === 'number' ? choice.index : position,
    parts,
    finish: readOpenaiFinish(
      raw,
      parts.some((part) => part.type === 'tool_call'),
    ),
  };
  if (choice.logprobs !== undefined && choice.logprobs !== null) read.logprobs = choice.logprobs;
  return read;
}

function readMessage(message: JsonObject, replyId: string): NeutralPart[] {
  let parts: NeutralPart[];
  try {
    parts = readAssistantText(message, 'message');
  } catch (cause) {
    throw new TierlineError('upstream_malformed', undefined, { cause });
  }
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  if (isObject(message.function_call)) calls.push({ function: message.function_call });
  for (const [index, call] of calls.entries()) {
    if (!isObject(call)) throw malformed('a tool call is no object');
    const called = call.function;
    if (!isObject(called) || typeof called.name !== 'string') {
      parts.push({ type: 'unknown', origin: 'openai-chat', json: call });
      continue;
    }
    const id = typeof call.id === 'string' && call.id !== '' ? call.id : makeCallId(replyId, index);
    parts.push({ type: 'tool_call', id, name: called.name, arguments: readArguments(called.arguments) });
  }
  return parts;
}

export function encodeOpenaiReply(reply: NeutralReply, context: ReplyContext): string {
  return JSON.stringify({
    id: reply.id || `chatcmpl-${context.createdAtSeconds}`,
    object: 'chat.completion',
    created: context.createdAtSeconds,
    model: reply.model,
    choices: reply.choices.map(writeChoice),
    ...(reply.usage === null ? {} : { usage: pricedUsage(reply.usage, context) }),
  });
}

/** The usage object with what it costs, when that is known. */
export function pricedUsage(usage: Usage, context: ReplyContext): JsonObject {
  const cost = context.costUsd(usage);
  return cost === null ? writeOpenaiUsage(usage) : { ...writeOpenaiUsage(usage), cost };
}

function writeChoice({ index, parts, finish, logprobs }: NeutralChoice): JsonObject {
  const join = (type: 'text' | 'thinking' | 'refusal'): string =>
    parts.map((part) => (part.type === type ? part.text : '')).join('');
  const refusal = join('refusal');
  const thinking = join('thinking');
  const calls = parts.map(writeCall).filter((call) => call !== null);
  const text = join('text');
  return {
    index,
    message: {
      role: 'assistant',
      content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
      refusal: refusal === '' ? null : refusal,
      ...(thinking === '' ? {} : { reasoning_content: thinking }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
    logprobs: logprobs ?? null,
    finish_reason: writeOpenaiFinish(finish, refusal !== ''),
  };
}

function writeCall(part: NeutralPart): JsonObject | null {
  if (part.type === 'unknown' && part.origin === 'openai-chat' && isObject(part.json) && isObject(part.json.custom)) {
    return part.json;
  }
  if (part.type !== 'tool_call') return null;
  return { id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } };
}
