// The simulated provider: a real HTTP server with three made-up models, in the dialects of OpenAI and Anthropic.
// It must never call anybody, and its answers must depend on seed, model and prompt alone.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, type JsonObject } from '../../call/json.ts';
import { http } from '../../wire/node-http.ts';
import { answerTo, promptIdentity } from './answer.ts';
import { type SimulatedClock, WALL_CLOCK } from './clock.ts';
import { hexOf } from './draw.ts';
import { EMBEDDING_MODEL, embed } from './embeddings.ts';
import {
  createRateLimiter,
  cutOrder,
  type ErrorRates,
  isOverloaded,
  obeyFailOrder,
  type RateLimit,
} from './failures.ts';
import { latencyOf } from './latency.ts';
import { findSimulatedModel, type SimulatedModel } from './models.ts';
import { createPromptCache } from './prompt-cache.ts';
import { readAnthropicPrompt } from './read-anthropic.ts';
import { Refusal } from './refusal.ts';
import { type Exchange, totalPromptTokens } from './reply.ts';
import { type SimulatedRequest, userTextOf } from './request.ts';
import { sendBody, sendEvents, sendJson } from './send.ts';
import { countTokens } from './tokens.ts';
import { ANTHROPIC_WIRE, OPENAI_WIRE, type WireDialect } from './wire-dialect.ts';

export interface SimulatedProviderOptions {
  /** Port on the loopback interface; a free one when not said. */
  port?: number;
  /** Chooses which answers are right; 1 when not said. */
  seed?: number;
  /** 1 (realistic) when not said, 10 for ten times as fast, 0 for no delay at all. */
  speed?: number;
  /** Keys that are let in; anybody when not said. */
  apiKeys?: readonly string[];
  rateLimit?: RateLimit;
  errorRates?: ErrorRates;
  clock?: SimulatedClock;
}

export interface SimulatedStats {
  /** POST requests received. */
  requests: number;
  /** Requests that got an error status. */
  refused: number;
  /** Per model name, answers given and their tokens. */
  models: Record<string, { answers: number; inputTokens: number; cachedTokens: number; outputTokens: number }>;
}

export interface SimulatedProvider {
  /** `http://127.0.0.1:<port>`, without `/v1`. */
  url: string;
  port: number;
  /** Breaks open connections and resolves when the port is free. */
  close: () => Promise<void>;
  stats: () => SimulatedStats;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The body as JSON, and its digest. Throws Refusal (400, 413). */
async function readBody(incoming: IncomingMessage): Promise<{ body: JsonObject; digest: string }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) throw new Refusal(413, 'Request exceeds the maximum size');
  const text = Buffer.concat(chunks).toString('utf8');
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal(400, 'We could not parse the JSON body of your request.');
  }
  if (!isObject(body)) throw new Refusal(400, 'The body must be a JSON object.');
  return { body, digest: hexOf(text, 24) };
}

function headerOf(incoming: IncomingMessage, name: string): string {
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : '';
}

function keyOf(incoming: IncomingMessage): string {
  return headerOf(incoming, 'authorization').replace(/^Bearer\s+/i, '') || headerOf(incoming, 'x-api-key');
}

/** What one server keeps between requests. */
function createState(options: SimulatedProviderOptions) {
  const clock = options.clock ?? WALL_CLOCK;
  const stats: SimulatedStats = { requests: 0, refused: 0, models: {} };
  return {
    clock,
    seed: options.seed ?? 1,
    speed: options.speed ?? 1,
    keys: options.apiKeys === undefined ? null : new Set(options.apiKeys),
    errorRates: options.errorRates ?? {},
    cache: createPromptCache(clock),
    limiter: createRateLimiter(options.rateLimit, clock),
    stats,
  };
}

type State = ReturnType<typeof createState>;

/** One request on its way: the HTTP pair and the dialect it speaks. */
interface Visit {
  incoming: IncomingMessage;
  response: ServerResponse;
  wire: WireDialect;
}

function promptTokens(request: SimulatedRequest): number {
  return request.blocks.reduce((sum, { text }) => sum + countTokens(text), 0);
}

/** The model asked for, if this request may have it now. Throws Refusal (400, 404, 429, 503, 529). */
function admit(state: State, { incoming, wire }: Visit, request: SimulatedRequest): SimulatedModel {
  const model = findSimulatedModel(request.model);
  if (model === undefined) throw wire.unknownModel(request.model);
  state.limiter.admit(`${keyOf(incoming)}|${model.name}`);
  obeyFailOrder(headerOf(incoming, 'x-sim-fail'), userTextOf(request));
  const identity = promptIdentity(request);
  if (isOverloaded(state.errorRates[model.name] ?? 0, { seed: state.seed, model: model.name, identity })) {
    throw new Refusal(wire.overloaded, 'Overloaded');
  }
  const tokens = promptTokens(request);
  if (tokens > model.contextWindow) throw wire.tooLong(tokens, model.contextWindow);
  return model;
}

function record(stats: SimulatedStats, { request, answers, prompt }: Exchange): void {
  const model = (stats.models[request.model] ??= { answers: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 });
  model.answers += 1;
  model.inputTokens += totalPromptTokens(prompt);
  model.cachedTokens += prompt.read;
  model.outputTokens += answers.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
}

async function complete(state: State, visit: Visit): Promise<void> {
  const { incoming, response, wire } = visit;
  const { body, digest } = await readBody(incoming);
  const request = wire.read(body, headerOf(incoming, 'anthropic-version'));
  const model = admit(state, visit, request);
  const { seed, clock, speed } = state;
  request.maxTokens = Math.min(request.maxTokens ?? model.maxOutputTokens, model.maxOutputTokens);
  const exchange: Exchange = {
    request,
    answers: Array.from({ length: request.choices }, (_, choice) => answerTo(request, { seed, choice })),
    // Requests with different keys are routed to different machines, each of which has a cache of its own.
    prompt: state.cache[wire.cacheUse](`${keyOf(incoming)}|${model.name}|${request.cacheKey}`, request.blocks),
    digest,
    createdAtSeconds: Math.floor(clock.now() / 1000),
  };
  record(state.stats, exchange);
  const pace = { clock, speed, latency: latencyOf(seed, model, promptIdentity(request)) };
  const tokens = Math.max(...exchange.answers.map(({ outputTokens }) => outputTokens));
  if (!request.stream) await sendBody(response, pace, { body: wire.reply(exchange), tokens });
  else await sendEvents(response, pace, { events: wire.events(exchange), cutAfter: cutOrder(userTextOf(request)) });
}

async function count(state: State, { incoming, response, wire }: Visit): Promise<void> {
  const request = readAnthropicPrompt((await readBody(incoming)).body);
  if (findSimulatedModel(request.model) === undefined) throw wire.unknownModel(request.model);
  sendJson(response, 200, { input_tokens: promptTokens(request) });
}

async function makeVectors(state: State, { incoming, response }: Visit): Promise<void> {
  const { reply, tokens } = embed((await readBody(incoming)).body);
  state.limiter.admit(`${keyOf(incoming)}|${EMBEDDING_MODEL.name}`);
  const model = (state.stats.models[EMBEDDING_MODEL.name] ??= {
    answers: 0,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
  });
  model.answers += 1;
  model.inputTokens += tokens;
  sendJson(response, 200, reply);
}

async function route(state: State, path: string, visit: Visit): Promise<void> {
  const { incoming, response, wire } = visit;
  if (state.keys !== null && !state.keys.has(keyOf(incoming))) {
    throw new Refusal(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
  }
  switch (`${incoming.method} ${path}`) {
    case 'GET /v1/models':
      sendJson(response, 200, wire.models());
      return;
    case 'POST /v1/chat/completions':
    case 'POST /v1/messages':
      await complete(state, visit);
      return;
    case 'POST /v1/embeddings':
      await makeVectors(state, visit);
      return;
    case 'POST /v1/messages/count_tokens':
      await count(state, visit);
      return;
    default:
      throw new Refusal(404, `Unknown route ${incoming.method} ${path}`);
  }
}

async function answerHttp(state: State, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/'] = (incoming.url ?? '/').split('?');
  const speaksAnthropic = path.startsWith('/v1/messages') || headerOf(incoming, 'anthropic-version') !== '';
  const wire = speaksAnthropic ? ANTHROPIC_WIRE : OPENAI_WIRE;
  if (incoming.method === 'POST') state.stats.requests += 1;
  const requestId = `req_sim_${String(state.stats.requests).padStart(8, '0')}`;
  response.setHeader(wire.requestIdHeader, requestId);
  try {
    await route(state, path, { incoming, response, wire });
  } catch (error) {
    state.stats.refused += 1;
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, `The simulated provider failed: ${String(error)}`);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const { retryAfterSeconds, retryAfterMs } = refusal.details;
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
    if (retryAfterMs !== undefined && wire === OPENAI_WIRE) response.setHeader('retry-after-ms', String(retryAfterMs));
    sendJson(response, refusal.status, wire.error(refusal, requestId));
  }
}

/** Starts the simulated provider; rejects when the port is taken. */
export async function startSimulatedProvider(options: SimulatedProviderOptions = {}): Promise<SimulatedProvider> {
  const state = createState(options);
  const server = http.createServer({ keepAliveTimeout: 65_000 }, (incoming, response) => {
    void answerHttp(state, incoming, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
    stats: () => structuredClone(state.stats),
  };
}
