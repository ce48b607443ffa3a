// One request made ready for one connection, and the way its reply is read back for the caller's dialect.
// Same dialect: the caller's bytes with as little replaced as possible. Other dialect: through the neutral form.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError, type UpstreamError } from '../call/errors.ts';
import { isObject } from '../call/json.ts';
import type { CacheOrder } from '../call/plan.ts';
import type { Usage } from '../call/usage.ts';
import { markEdits } from '../dialect/anthropic-messages-marks.ts';
import type { Dialect, ReplyContext } from '../dialect/dialect.ts';
import { Inbound } from '../dialect/inbound.ts';
import type { Incoming } from '../dialect/incoming.ts';
import { markPrompt } from '../dialect/mark-prompt.ts';
import { modelEdits } from '../dialect/model-edit.ts';
import { createFacts, type StreamFacts, type StreamPipe } from '../dialect/pipe.ts';
import { readReply } from '../dialect/reply.ts';
import { sealedEdits } from '../dialect/sealed-edits.ts';
import type { CostOf } from '../dialect/tap.ts';
import { createTapFor } from '../dialect/taps.ts';
import { Translation } from '../dialect/translation.ts';
import { type Edit, splice } from '../wire/splice.ts';
import type { Connection, Endpoint } from './connection.ts';
import type { Exchange, UpstreamSink } from './http-upstream.ts';

export type { StreamFacts, StreamPipe };

export interface Carriage {
  readonly isStream: boolean;
  readonly isSameDialect: boolean;
  /** What the upstream is spoken to in. */
  readonly dialect: Dialect;
  /** What the crossing could not carry over. */
  readonly losses: readonly string[];
  send: (timeouts: { firstByteMs: number; idleMs: number }, sink: UpstreamSink) => Exchange;
  openPipe: () => StreamPipe;
  /** A complete reply for the client. Throws TierlineError `upstream_malformed`. */
  readReply: (body: Buffer) => { body: Buffer | string; facts: StreamFacts };
  readError: (status: number, body: string) => UpstreamError;
  /** The text without the provider's credentials, which some providers repeat in their errors. */
  redact: (text: string) => string;
}

/** What a carriage has to know besides request and connection. */
export interface CarriageContext {
  upstreamModel: string;
  headers: IncomingHttpHeaders;
  query: string;
  /** Losses become an error. */
  isStrict: boolean;
  defaultMaxTokens: number;
  /** Cost of a usage on this deployment in nano-dollars; null when unknown. */
  costOf: CostOf;
  /** What is done for the provider's prompt cache; null: nothing. */
  cache: CacheOrder | null;
  /** Whether the answer's usage carries its cost. */
  hasCostInUsage: boolean;
}

/** Throws TierlineError when the request cannot be expressed for this connection. */
export function createCarriage(inbound: Incoming, connection: Connection, context: CarriageContext): Carriage {
  const own = inbound instanceof Inbound && connection.speaks.includes(inbound.dialect) ? inbound : null;
  const isSameDialect = own !== null;
  const dialect = own === null ? connection.dialect : own.dialect;
  const endpoint: Endpoint = {
    dialect,
    model: context.upstreamModel,
    stream: inbound.stream,
    headers: context.headers,
    query: context.query,
    isSameDialect,
  };
  const request = own === null ? translated(inbound, connection, context) : spliced(own, connection, context);
  const answerCost: CostOf = context.hasCostInUsage ? context.costOf : () => null;
  const reply = own === null ? translatedReply(inbound, connection, answerCost) : sameDialectReply(own, answerCost);
  return {
    isStream: inbound.stream,
    isSameDialect,
    dialect,
    losses: request.losses,
    send: (timeouts, sink) => connection.send(endpoint, request.body, timeouts, sink),
    openPipe: reply.openPipe,
    readReply: reply.readReply,
    readError: (status, body) => dialect.decodeError(status, body),
    redact: (text) => connection.secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text),
  };
}

interface Request {
  body: Buffer | string;
  losses: readonly string[];
}

const NO_LOSSES: readonly string[] = [];

/** What is told when thinking of other providers does not go to this one. */
const FOREIGN_THINKING: readonly string[] = ['thinking of another provider'];

function spliced(
  inbound: Inbound,
  { habits }: Connection,
  { upstreamModel, cache, isStrict }: CarriageContext,
): Request {
  const { top, body } = inbound;
  const edits: Edit[] = modelEdits(inbound, upstreamModel);
  const { name } = inbound.dialect;
  if (name === 'openai-chat' || name === 'openai-responses') {
    if (inbound.stream && !inbound.includeUsage) edits.push(...usageFlag(inbound));
    if (cache !== null && cache.key !== null && habits.takesCacheKey && top.span('prompt_cache_key') === null)
      edits.push(firstMember(body, `"prompt_cache_key":${JSON.stringify(cache.key)}`));
  } else if (name === 'anthropic-messages' && cache?.mark === true && !inbound.hasCacheMarks)
    edits.push(...markEdits(body, top));
  const sealed = sealedEdits(name, body, top);
  edits.push(...sealed);
  edits.sort((a, b) => a.start - b.start);
  const losses = sealed.length === 0 ? NO_LOSSES : FOREIGN_THINKING;
  if (isStrict) refuseLosses(losses);
  return { body: splice(body, edits), losses };
}

function refuseLosses(losses: readonly string[]): void {
  if (losses.length === 0) return;
  throw new TierlineError('lossy_translation', `The model cannot take: ${losses.join('; ')}.`);
}

/**
 * Accounting needs the usage chunk; the tap takes it out again when the client did not ask for it. Options that are no
 * object stay as they are: to refuse them is the provider's business.
 */
function usageFlag({ top, body }: Inbound): Edit[] {
  const span = top.span('stream_options');
  if (span === null) {
    return [firstMember(body, '"stream_options":{"include_usage":true}')];
  }
  const options = top.value('stream_options');
  if (options !== null && !isObject(options)) return [];
  return [{ ...span, text: JSON.stringify({ ...options, include_usage: true }) }];
}

/** The body has other members: without a model it has been refused. */
function firstMember(body: Buffer, member: string): Edit {
  const open = body.indexOf(0x7b) + 1;
  return { start: open, end: open, text: `${member},` };
}

function translated(inbound: Incoming, connection: Connection, context: CarriageContext): Request {
  if (inbound instanceof Inbound && inbound.dialect.name === 'anthropic-messages')
    checkAnthropic(inbound, context.headers);
  if (inbound.dialect.name === 'gemini') checkGemini(inbound);
  const { cache, upstreamModel: model, defaultMaxTokens } = context;
  const target = { model, defaultMaxTokens, cacheKey: cache?.key ?? null, ...connection.habits };
  const isMarked = cache?.mark === true && connection.dialect.name === 'anthropic-messages';
  const encoded = connection.dialect.encodeRequest(isMarked ? markPrompt(inbound.neutral) : inbound.neutral, target);
  if (context.isStrict) refuseLosses(encoded.losses);
  return encoded;
}

/** From this API version on Anthropic refuses the sampling parameters (platform.claude.com, API versions, 2026-10-21). */
const WITHOUT_SAMPLING = '2026-10-21';

/** What Anthropic itself would refuse, refused here when another provider is to answer. */
function checkAnthropic({ top }: Inbound, headers: IncomingHttpHeaders): void {
  const version = headers['anthropic-version'];
  if (typeof version === 'string' && version >= WITHOUT_SAMPLING) {
    const refused = ['temperature', 'top_p', 'top_k'].find((name) => top.span(name) !== null);
    if (refused !== undefined) {
      const sentence = `${refused}: Extra inputs are not permitted in API version ${version}`;
      throw new TierlineError('invalid_request', sentence, { param: refused });
    }
  }
  const thread = top.value('thread');
  // The messages of a thread lie at the provider that began it; this status makes the client send them all.
  if (isObject(thread) && thread.type === 'continue') {
    throw new TierlineError(
      'thread_not_found',
      'This thread is not known to the model that answers; send the whole conversation.',
    );
  }
}

/** What a client has stored at Google is a part of its prompt: without it another provider would answer something else. */
function checkGemini({ neutral }: Incoming): void {
  if (neutral.unknown.cachedContent === undefined) return;
  const sentence = 'cachedContent is kept by Google, and the model that answers is elsewhere; send the whole prompt.';
  throw new TierlineError('unsupported', sentence, { param: 'cachedContent' });
}

type ReplySide = Pick<Carriage, 'openPipe' | 'readReply'>;

function sameDialectReply(inbound: Inbound, costOf: CostOf): ReplySide {
  return {
    openPipe: () => createTapFor(inbound, costOf),
    readReply: (body) => readReply(inbound.dialect.name, body, costOf),
  };
}

function translatedReply(inbound: Incoming, connection: Connection, costOf: CostOf): ReplySide {
  const context: ReplyContext = {
    costUsd: (usage: Usage) => {
      const cost = costOf(usage, null);
      return cost === null ? null : cost / 1e9;
    },
    includeUsage: inbound.includeUsage,
    createdAtSeconds: Math.floor(Date.now() / 1000),
    origin: connection.dialect.name,
    request: inbound.neutral,
  };
  return {
    openPipe: () => new Translation(connection.dialect.createDecoder(), inbound.dialect.createEncoder(context)),
    readReply: (body) => {
      const reply = connection.dialect.decodeReply(body);
      const facts = createFacts();
      facts.usage = reply.usage;
      facts.responseModel = reply.model;
      facts.finishReason = reply.choices[0]?.finish.raw ?? null;
      facts.sawToken = true;
      return { body: inbound.dialect.encodeReply(reply, context), facts };
    },
  };
}
