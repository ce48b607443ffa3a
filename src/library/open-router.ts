// Opens what a configuration names and answers calls of this process with it: the same router as behind the gateway.
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { TierlineError } from '../call/errors.ts';
import type { JsonObject } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import { createRequestIds } from '../call/request-id.ts';
import type { Caller } from '../call/view.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { guessDialect, namedDialect, pathOf } from '../dialect/guess-dialect.ts';
import { Inbound } from '../dialect/inbound.ts';
import type { Incoming } from '../dialect/incoming.ts';
import { type NeutralCall, NeutralInbound } from '../dialect/neutral-inbound.ts';
import { feedbackRules, giveFeedback, readFeedback } from '../feedback.ts';
import { type Instance, openInstance, openUnrecorded } from '../instance.ts';
import { type Consideration, consider } from '../policy/consider.ts';
import { NO_STATE } from '../policy/state.ts';
import { route } from '../router.ts';
import { toChatStream } from './chat-stream.ts';
import { readConfig } from './config-source.ts';
import { InProcessClient } from './in-process-client.ts';
import {
  type CallerOptions,
  type ChatOptions,
  type ChatReply,
  type ChatRequest,
  type ChatStream,
  type Chatted,
  type Feedback,
  type FeedbackReceipt,
  type Router,
  type RouterConfig,
  type RouterOptions,
  RUN,
} from './router.ts';

const DEFAULT_TENANT = 'default';
/** What path rules see of calls that speak no dialect of the gateway. */
const NEUTRAL_PATH = '/in-process';

export async function openRouter(config: string | RouterConfig | undefined, options: RouterOptions): Promise<Router> {
  const {
    ledger = true,
    env = process.env,
    warn = (sentence) => process.emitWarning(sentence, 'TierlineWarning'),
  } = options;
  const read = readConfig(config, env);
  return new InProcessRouter(
    ledger ? await openInstance(read, warn) : await openUnrecorded(read, { warn, isAtWork: true }),
  );
}

class InProcessRouter implements Router {
  private readonly instance: Instance;
  private readonly nextId = createRequestIds();
  private readonly running = new Map<InProcessClient, Promise<void>>();
  /** Feedback on its way into the ledger. */
  private readonly giving = new Set<Promise<FeedbackReceipt>>();
  private closing: Promise<void> | null = null;

  constructor(instance: Instance) {
    this.instance = instance;
  }

  async chat<Request extends ChatRequest>(request: Request, options: ChatOptions = {}): Promise<Chatted<Request>> {
    const client = this.start(this.read(request, options), options);
    const { body, events } = await client.answered;
    const chatted: ChatReply | ChatStream =
      body === null
        ? toChatStream(client, events)
        : { reply: JSON.parse(body) as JsonObject, facts: await client.facts };
    return chatted as Chatted<Request>;
  }

  explain(request: ChatRequest, options: ChatOptions = {}): Consideration {
    const { inbound, path } = this.read(request, options);
    const { policy, planState } = this.instance.engine;
    return consider(policy, inbound, toCaller(path, options), { ...planState(Date.now()), draw: NO_STATE.draw });
  }

  async feedback(feedback: Feedback, { tenant = DEFAULT_TENANT }: { tenant?: string } = {}): Promise<FeedbackReceipt> {
    this.refuseClosed();
    const { ledger, lookup, config } = this.instance;
    if (ledger === null || lookup === null)
      throw new TierlineError(
        'unsupported',
        'This router keeps no ledger, so it knows of no calls to give feedback to.',
      );
    // JSON would say null, and null is left unsaid.
    if (Number.isNaN(feedback.score)) throw new TierlineError('invalid_request', 'score must be a number from 0 to 1.');
    const read = readFeedback(toBody(feedback), { maxDepth: config.server.maxDepth, idName: 'requestId' });
    const desk = { findCall: lookup.find, keep: (note: Note) => ledger.note(note) };
    const id = this.nextId().replace(/^req_/, 'fb_');
    const given = giveFeedback(desk, read, { tenant, id, atMs: Date.now(), rules: feedbackRules(config) });
    this.giving.add(given);
    return given.finally(() => this.giving.delete(given));
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  [RUN](call: NeutralCall, caller: CallerOptions): InProcessClient {
    return this.start({ inbound: new NeutralInbound(call), path: NEUTRAL_PATH }, caller);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private read(request: ChatRequest, { dialect: named }: ChatOptions): { inbound: Inbound; path: string } {
    const dialect = named === undefined ? guessDialect(request) : dialectNamed(named);
    const inbound = Inbound.read(dialect, toBody(request), this.instance.config.server.maxDepth);
    return { inbound, path: pathOf(dialect) };
  }

  private start({ inbound, path }: { inbound: Incoming; path: string }, options: CallerOptions): InProcessClient {
    this.refuseClosed();
    options.signal?.throwIfAborted();
    const { engine, ledger } = this.instance;
    const id = this.nextId();
    const client = new InProcessClient(id, options.signal);
    const recorder = {
      record: (row: NonNullable<InProcessClient['row']>) => {
        client.row = row;
        return ledger?.record(row);
      },
    };
    const { tenant, headers } = toCaller(path, options);
    const call = {
      id,
      atMs: Date.now(),
      startedAt: performance.now(),
      tenant,
      path,
      query: '',
      headers,
      inbound,
      client,
    };
    const over = route(engine, recorder, call)
      .catch((cause: unknown) => {
        const error = cause instanceof TierlineError ? cause : new TierlineError('internal', undefined, { cause });
        client.fail(error, { body: null, headers: {}, answer: null });
      })
      .finally(() => this.running.delete(client));
    this.running.set(client, over);
    return client;
  }

  private refuseClosed(): void {
    if (this.closing !== null) throw new TierlineError('shutting_down', 'The router has been closed.');
  }

  private async shutDown(): Promise<void> {
    const ended = Promise.all(this.running.values());
    const grace = new AbortController();
    const { shutdownGraceMs } = this.instance.config.server;
    await Promise.race([ended, sleep(shutdownGraceMs, null, { signal: grace.signal }).catch(() => null)]);
    grace.abort();
    for (const client of this.running.keys()) client.leave(new TierlineError('shutting_down'));
    await Promise.allSettled([ended, ...this.giving]);
    await this.instance.close();
  }
}

function dialectNamed(name: string): Dialect {
  const dialect = namedDialect(name);
  if (dialect !== null) return dialect;
  throw new TypeError(
    `dialect ${JSON.stringify(name)} is not one that callers speak; there are openai, responses and anthropic.`,
  );
}

function toBody(request: ChatRequest | Feedback): Buffer {
  const text = JSON.stringify(request) as string | undefined;
  if (text === undefined) throw new TierlineError('invalid_request', 'The request must be an object.');
  return Buffer.from(text);
}

function toCaller(path: string, options: CallerOptions): Caller & { headers: IncomingHttpHeaders } {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (value !== undefined) headers[name.toLowerCase()] = value;
  if (options.task !== undefined) headers['x-tierline-task'] = options.task;
  if (options.session !== undefined) headers['x-session-id'] = options.session;
  return { tenant: options.tenant ?? DEFAULT_TENANT, path, headers };
}
