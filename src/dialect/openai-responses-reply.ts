// Complete replies of the responses API, both ways.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject, parseObject } from '../call/json.ts';
import { makeCallId } from './call-id.ts';
import type { ReplyContext } from './dialect.ts';
import type { NeutralChoice, NeutralPart, NeutralReply, NeutralRequest } from './neutral.ts';
import { readArguments } from './openai-chat-message-reader.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';
import { readResponsesFinish, writeResponsesFinish } from './openai-responses-finish.ts';
import { ownName, readCallName } from './openai-responses-namespaces.ts';
import { itemId, newResponseId, writeResponse } from './openai-responses-shell.ts';
import { readReasoning, writeReasoning } from './openai-responses-thinking.ts';
import { isErrorReport } from './stream-event.ts';
import { malformed, readUpstreamError } from './upstream-error.ts';

/** Of a response that has an end; every other one is still being made, or has failed. */
const ENDED = new Set(['completed', 'incomplete']);

/** Throws TierlineError `upstream_malformed`, or `upstream_error` for a response that has failed. */
export function decodeResponsesReply(source: Buffer): NeutralReply {
  const body = parseObject(source.toString('utf8'));
  if (body === null) throw malformed('it is not a JSON object');
  const status = typeof body.status === 'string' ? body.status : 'completed';
  if (isErrorReport(body.error) || status === 'failed' || status === 'cancelled') throw failure(body, status);
  if (!ENDED.has(status)) throw malformed(`it is ${status}`);
  if (!Array.isArray(body.output)) throw malformed('it has no output');
  const id = typeof body.id === 'string' ? body.id : '';
  const parts = body.output.flatMap((item, index) => readOutputItem(item, makeCallId(id, index)));
  const hasCalls = parts.some((part) => part.type === 'tool_call');
  const reason = isObject(body.incomplete_details) ? body.incomplete_details.reason : undefined;
  const choice: NeutralChoice = { index: 0, parts, finish: readResponsesFinish(status, reason, hasCalls) };
  const logprobs = body.output.flatMap(readLogprobs);
  if (logprobs.length > 0) choice.logprobs = { content: logprobs, refusal: null };
  return {
    id,
    model: typeof body.model === 'string' ? body.model : '',
    choices: [choice],
    usage: isObject(body.usage) ? readOpenaiUsage(body.usage) : null,
  };
}

function failure(body: JsonObject, status: string): TierlineError {
  if (!isErrorReport(body.error))
    return new TierlineError('upstream_error', `The provider gave the answer up: it is ${status}.`);
  const upstream = readUpstreamError(502, JSON.stringify({ error: body.error }));
  return new TierlineError('upstream_error', upstream.message, { upstream });
}

/** The parts in an item of a reply; `callId` is for a call without an id. Throws TierlineError `upstream_malformed`. */
function readOutputItem(item: Json, callId: string): NeutralPart[] {
  if (!isObject(item)) throw malformed('an item of the output is no object');
  switch (item.type) {
    case 'message':
      return Array.isArray(item.content) ? item.content.flatMap(readSaid) : [];
    case 'reasoning': {
      const part = readReasoning(item);
      return part.text === '' && part.signature === undefined ? [] : [part];
    }
    case 'function_call': {
      if (typeof item.name !== 'string') throw malformed('a call has no name');
      const id = typeof item.call_id === 'string' && item.call_id !== '' ? item.call_id : callId;
      const called = readCallName(item.name, item.namespace);
      return [{ type: 'tool_call', id, ...called, arguments: readArguments(item.arguments) }];
    }
    default:
      return [{ type: 'unknown', origin: 'openai-responses', json: item }];
  }
}

function readSaid(part: Json): NeutralPart[] {
  if (!isObject(part)) throw malformed('a part of a message is no object');
  if (part.type === 'output_text' && typeof part.text === 'string')
    return part.text === '' ? [] : [{ type: 'text', text: part.text }];
  if (part.type === 'refusal' && typeof part.refusal === 'string') return [{ type: 'refusal', text: part.refusal }];
  return [{ type: 'unknown', origin: 'openai-responses', json: part }];
}

function readLogprobs(item: Json): Json[] {
  const content = isObject(item) && Array.isArray(item.content) ? item.content : [];
  return content.flatMap((part) => (isObject(part) && Array.isArray(part.logprobs) ? part.logprobs : []));
}

/** A response has room for the first choice only; more than one is refused at the request. */
export function encodeResponsesReply(reply: NeutralReply, context: ReplyContext): string {
  const { parts, finish, logprobs }: Pick<NeutralChoice, 'parts' | 'finish' | 'logprobs'> = reply.choices[0] ?? {
    parts: [],
    finish: { reason: 'unknown', raw: '' },
  };
  const end = writeResponsesFinish(
    finish,
    parts.some((part) => part.type === 'refusal'),
  );
  const id = newResponseId(context);
  const output = writeOutput(parts, id, context.request);
  addLogprobs(output, logprobs);
  const last = output.pop();
  const isCut = end.status === 'incomplete' && last?.status !== undefined;
  if (last !== undefined) output.push(isCut ? { ...last, status: end.status } : last);
  return JSON.stringify(writeResponse({ id, model: reply.model, ...end, output, usage: reply.usage }, context));
}

/** The items of a reply: what is said between two calls or thoughts is one message. */
function writeOutput(
  parts: readonly NeutralPart[],
  responseId: string,
  request: NeutralRequest | undefined,
): JsonObject[] {
  const output: JsonObject[] = [];
  let said: JsonObject[] | null = null;
  for (const part of parts) {
    const words = writeSaid(part);
    if (words === null) {
      const id = (prefix: Parameters<typeof itemId>[0]): string => itemId(prefix, responseId, output.length);
      const item = writeOutputItem(part, id, request);
      if (item === null) continue;
      said = null;
      output.push(item);
    } else if (said !== null) said.push(words);
    else {
      said = [words];
      output.push(writeMessage(itemId('msg', responseId, output.length), 'completed', said));
    }
  }
  return output;
}

export function writeMessage(id: string, status: string, content: JsonObject[]): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content };
}

/** A call as it is written: its name is that of the client's own tool. */
export interface WrittenCall {
  id: string;
  name: string;
  namespace?: string;
  json: string;
}

export function writeCall(id: string, status: string, { id: call_id, json, ...called }: WrittenCall): JsonObject {
  return { id, type: 'function_call', status, arguments: json, call_id, ...called };
}

export function writeOutputText(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function writeSaid(part: NeutralPart): JsonObject | null {
  if (part.type === 'text') return writeOutputText(part.text);
  return part.type === 'refusal' ? { type: 'refusal', refusal: part.text } : null;
}

/** Null for what has no place in a response. */
function writeOutputItem(
  part: NeutralPart,
  idOf: (prefix: Parameters<typeof itemId>[0]) => string,
  request: NeutralRequest | undefined,
): JsonObject | null {
  switch (part.type) {
    case 'thinking':
    case 'redacted_thinking':
      return writeReasoning(part, idOf('rs'));
    case 'tool_call': {
      const { id, name, arguments: json } = part;
      return writeCall(idOf('fc'), 'completed', { id, ...ownName(name, request), json });
    }
    case 'unknown':
      return part.origin === 'openai-responses' && isObject(part.json) ? part.json : null;
    default:
      return null;
  }
}

/** OpenAI's log probabilities lie with the text they belong to; which of several it was is not known any more. */
function addLogprobs(output: readonly JsonObject[], logprobs: Json | undefined): void {
  if (!isObject(logprobs) || !Array.isArray(logprobs.content)) return;
  const said = output.flatMap((item) => (item.type === 'message' ? (item.content as JsonObject[]) : []));
  const text = said.find((part) => part.type === 'output_text');
  if (text !== undefined) text.logprobs = logprobs.content;
}
