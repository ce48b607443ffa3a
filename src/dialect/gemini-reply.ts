// Complete replies of `generateContent`, both ways.
import { randomUUID } from 'node:crypto';
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject, writeJson } from '../call/json.ts';
import { parseKeepingRaw } from '../wire/raw-json.ts';
import { toInput } from './anthropic-messages-block-writer.ts';
import { makeCallId } from './call-id.ts';
import type { ReplyContext } from './dialect.ts';
import { decodeGeminiStreamError } from './gemini-error.ts';
import { blockWord, finishWord, readGeminiFinish, writeGeminiFinish } from './gemini-finish.ts';
import { isKeptPath } from './gemini-keys.ts';
import { readGeminiLogprobs, writeGeminiLogprobs } from './gemini-logprobs.ts';
import { type CallNaming, readGeminiParts } from './gemini-part-reader.ts';
import { type GeminiPart, redactedPart, thoughtPart } from './gemini-part-writer.ts';
import { pricedGeminiUsage, readGeminiUsage } from './gemini-usage.ts';
import type { NeutralChoice, NeutralPart, NeutralReply } from './neutral.ts';
import { defined } from './request-fields.ts';
import { malformed } from './upstream-error.ts';

/** The object in a reply or an event, with the arguments of calls kept as text. Throws when it is no JSON object. */
export function parseGeminiReply(source: Buffer | string): JsonObject {
  const text = typeof source === 'string' ? source : source.toString('utf8');
  // The native parser is faster, and all there is to keep is in calls.
  const value: unknown = text.includes('"functionCall"') ? parseKeepingRaw(text, isKeptPath) : JSON.parse(text);
  if (!isObject(value)) throw malformed('it is not a JSON object');
  return value;
}

/** Throws TierlineError `upstream_malformed`, or `upstream_error` for an error that came with status 200. */
export function decodeGeminiReply(source: Buffer): NeutralReply {
  const body = tryParse(source);
  if (isObject(body.error)) {
    const upstream = decodeGeminiStreamError(body);
    throw new TierlineError('upstream_error', upstream.message, { upstream });
  }
  const id = typeof body.responseId === 'string' ? body.responseId : '';
  const blocked = readBlocked(body);
  const candidates = Array.isArray(body.candidates) ? body.candidates : [];
  if (candidates.length === 0 && blocked === null) throw malformed('it has no candidates');
  const naming = nameReplyCalls(id);
  return {
    id,
    model: typeof body.modelVersion === 'string' ? body.modelVersion : '',
    choices:
      candidates.length === 0 && blocked !== null
        ? [blocked]
        : candidates.map((candidate, index) => readCandidate(candidate, index, naming)),
    usage: isObject(body.usageMetadata) ? readGeminiUsage(body.usageMetadata) : null,
  };
}

function tryParse(source: Buffer): JsonObject {
  try {
    return parseGeminiReply(source);
  } catch (cause) {
    throw new TierlineError('upstream_malformed', 'The provider answered with something that is not JSON.', { cause });
  }
}

/** A prompt that Gemini refuses to answer, as the choice it would have been; null when it did not. */
export function readBlocked(body: JsonObject): NeutralChoice | null {
  const raw = blockWord(body);
  if (raw === null) return null;
  const told = isObject(body.promptFeedback) ? body.promptFeedback.blockReasonMessage : undefined;
  const parts: NeutralPart[] = typeof told === 'string' && told !== '' ? [{ type: 'refusal', text: told }] : [];
  return { index: 0, parts, finish: { reason: 'refusal', raw } };
}

/** Ids for the calls of one reply: Gemini's own, else made of the reply's id and the position. */
export function nameReplyCalls(replyId: string): CallNaming {
  const seed = replyId === '' ? randomUUID() : replyId;
  let position = 0;
  const call = (id: unknown): string => {
    const made = makeCallId(seed, position++);
    return typeof id === 'string' && id !== '' ? id : made;
  };
  return { call, result: call };
}

function readCandidate(candidate: Json, position: number, naming: CallNaming): NeutralChoice {
  if (!isObject(candidate)) throw malformed(`candidate ${position} is no object`);
  const raw = finishWord(candidate.finishReason);
  if (raw === null) throw malformed(`candidate ${position} has not finished`);
  const parts = readReplyParts(candidate, naming);
  const hasCalls = parts.some((part) => part.type === 'tool_call');
  const logprobs = readGeminiLogprobs(candidate.logprobsResult);
  return {
    index: typeof candidate.index === 'number' ? candidate.index : position,
    parts,
    finish: readGeminiFinish(raw, hasCalls),
    ...(logprobs === null ? {} : { logprobs }),
  };
}

/**
 * The parts of a candidate; pictures and sound the model made are kept whole, because no other provider's reply has a
 * place for them. Throws TierlineError `upstream_malformed`.
 */
export function readReplyParts(candidate: JsonObject, naming: CallNaming): NeutralPart[] {
  const parts = isObject(candidate.content) ? candidate.content.parts : undefined;
  try {
    return (Array.isArray(parts) ? parts : []).flatMap((part) =>
      isObject(part) && isObject(part.inlineData)
        ? { type: 'unknown' as const, origin: 'gemini' as const, json: part }
        : readGeminiParts([part], naming, 'content.parts'),
    );
  } catch (cause) {
    throw new TierlineError('upstream_malformed', undefined, { cause });
  }
}

export function encodeGeminiReply(reply: NeutralReply, context: ReplyContext): string {
  return writeJson({
    candidates: reply.choices.map(writeCandidate),
    ...(reply.usage === null ? {} : { usageMetadata: pricedGeminiUsage(reply.usage, context) }),
    modelVersion: reply.model,
    responseId: reply.id,
  });
}

function writeCandidate({ index, parts, finish, logprobs }: NeutralChoice): Record<string, unknown> {
  return defined({
    content: { parts: parts.map(writeReplyPart).filter((part) => part !== null), role: 'model' },
    finishReason: writeGeminiFinish(finish),
    index,
    logprobsResult: writeGeminiLogprobs(logprobs) ?? undefined,
  });
}

/** The part of a reply as a Gemini client reads it; null for what has no place there. */
export function writeReplyPart(part: NeutralPart): GeminiPart | null {
  switch (part.type) {
    case 'text':
      return defined<GeminiPart>({ text: part.text, thoughtSignature: part.extra?.thoughtSignature });
    case 'refusal':
      return { text: part.text };
    case 'thinking':
      return thoughtPart(part);
    case 'redacted_thinking':
      return redactedPart(part);
    case 'tool_call':
      return defined<GeminiPart>({
        functionCall: { id: part.id, name: part.name, args: toInput(part.arguments).input },
        thoughtSignature: part.signature,
      });
    case 'unknown':
      return part.origin === 'gemini' && isObject(part.json) ? part.json : null;
    default:
      return null;
  }
}
