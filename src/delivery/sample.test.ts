// What the tests of this folder share: a client, upstreams that follow a script, and a delivery over them.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../call/errors.ts';
import { plainAttempt } from '../call/plan.ts';
import type { Dialect } from '../dialect/dialect.ts';
import type { NeutralFinish } from '../dialect/neutral.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { createFacts, type StreamPipe } from '../dialect/pipe.ts';
import type { Carriage } from '../provider/carriage.ts';
import type { Connection } from '../provider/connection.ts';
import type { UpstreamSink } from '../provider/http-upstream.ts';
import { Breaker } from '../state/breaker.ts';
import { RetryBudget } from '../state/retry-budget.ts';
import { type Delivery, type DeliveryOutcome, deliver } from './deliver.ts';
import type { Deployment } from './deployment.ts';
import type { ClientSide } from './exchange.ts';

/** What an upstream does when it is called: one step per exchange. */
export type Step = { /** How long it takes before it does anything. */ ms?: number } & Deed;
type Deed =
  | { reply: string }
  | { status: number; headers?: IncomingHttpHeaders; body?: string }
  | { stream: string[]; after?: 'end' | 'reset' | 'hang' }
  | { fail: 'upstream_unreachable' | 'upstream_timeout' }
  | { hang: true };

export class FakeClient implements ClientSide {
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  written: string[] = [];
  begun = 0;
  alive = 0;
  isCommitted = false;
  begin(): void {
    this.begun++;
    this.isCommitted = true;
  }
  keepAlive(): void {
    this.alive++;
  }
  write(bytes: Buffer | string): boolean {
    this.written.push(String(bytes));
    return true;
  }
  leave(): void {
    this.isGone = true;
    this.onGone?.();
  }
}

const FINISHES: Readonly<Record<string, NeutralFinish>> = {
  END: { reason: 'stop', raw: 'stop' },
  CUT: { reason: 'length', raw: 'length' },
};

/** What the upstreams here speak: one word an event, a whole answer as bare text. */
const words: Dialect = {
  ...openaiChat,
  createDecoder: () => ({
    push: ({ data }) => {
      const finish = FINISHES[data];
      return [finish === undefined ? { type: 'text', choice: 0, text: data } : { type: 'finish', choice: 0, finish }];
    },
  }),
  decodeReply: (source) => ({
    id: 'r',
    model: 'm',
    usage: null,
    choices: [{ index: 0, parts: [{ type: 'text', text: String(source) }], finish: { reason: 'stop', raw: 'stop' } }],
  }),
};

/** Events as an upstream sends them. */
export const events = (...all: string[]): string[] => all.map((word) => `data: ${word}\n\n`);

/** A pipe for streams of words, bare or as events: `END` and `CUT` finish, `ERR` is an error of the provider. */
function wordPipe(): StreamPipe {
  const facts = createFacts();
  const pipe = {
    facts,
    state: 'open' as StreamPipe['state'],
    closing: null as string | null,
    push(chunk: Buffer): string | null {
      const word = chunk.toString().replace(/^data: |\n\n$/g, '');
      if (word === 'ERR') {
        facts.error = { status: 500, message: 'overloaded' };
        pipe.state = 'failed';
        return null;
      }
      if (word in FINISHES) {
        pipe.state = 'finished';
        pipe.closing = word;
        return null;
      }
      facts.sawToken = true;
      return word;
    },
    end(): void {
      if (pipe.state === 'open') pipe.state = 'failed';
    },
  };
  return pipe;
}

export interface Site {
  deployment: Deployment;
  calls: number;
  aborted: number;
}

export function site(name: string, steps: Step[], weight = 1): Site {
  const breaker = new Breaker({ failureShare: 0.5, minExchanges: 20, windowMs: 1000, cooldownMs: 1000 }, () =>
    performance.now(),
  );
  const made: Site = { calls: 0, aborted: 0, deployment: null as unknown as Deployment };
  const connection: Partial<Connection> = { name, secrets: [] };
  made.deployment = { connection: connection as Connection, upstreamModel: name, weight, breaker, restUntil: 0 };
  sites.set(made.deployment, { made, steps });
  return made;
}
const sites = new Map<Deployment, { made: Site; steps: Step[] }>();

function play(step: Step, sink: UpstreamSink): void {
  if ('fail' in step) sink.onError(new TierlineError(step.fail));
  else if ('reply' in step) {
    sink.onHead(200, { 'content-type': 'application/json' });
    sink.onData(Buffer.from(step.reply));
    sink.onEnd();
  } else if ('status' in step) {
    sink.onHead(step.status, step.headers ?? {});
    sink.onData(Buffer.from(step.body ?? ''));
    sink.onEnd();
  } else if ('stream' in step) {
    sink.onHead(200, { 'content-type': 'text/event-stream' });
    for (const word of step.stream) sink.onData(Buffer.from(word));
    if (step.after === 'reset') sink.onError(new TierlineError('upstream_truncated'));
    else if (step.after !== 'hang') sink.onEnd();
  }
}

function abort(made: Site, begun: NodeJS.Immediate | NodeJS.Timeout): void {
  made.aborted++;
  if (!('unref' in begun && 'refresh' in begun)) return;
  clearTimeout(begun);
}

export function carriageFor(deployment: Deployment, isStream: boolean): Carriage {
  const { made, steps } = sites.get(deployment) as { made: Site; steps: Step[] };
  return {
    isStream,
    isSameDialect: true,
    dialect: words,
    losses: [],
    send: (_timeouts, sink) => {
      const step = steps[Math.min(made.calls++, steps.length - 1)] as Step;
      const begun = step.ms === undefined ? setImmediate(play, step, sink) : setTimeout(play, step.ms, step, sink);
      return { abort: () => abort(made, begun), pause: () => {}, resume: () => {} };
    },
    openPipe: wordPipe,
    readReply: (body) => ({ body, facts: createFacts() }),
    readError: (status, body) => ({ status, message: body || `HTTP ${status}` }),
    redact: (text) => text,
  };
}

export function setUp(models: Record<string, Site[]>, options: Partial<Delivery['options']> = {}) {
  const sleeps: number[] = [];
  const delivery: Delivery = {
    options: {
      firstByteMs: 1000,
      idleMs: 1000,
      totalMs: 1000,
      maxReplyBytes: 1000,
      maxAttempts: 3,
      baseDelayMs: 100,
      maxDelayMs: 2000,
      maxRetryAfterMs: 1000,
      keepAliveMs: 1000,
      ...options,
    },
    budget: new RetryBudget(0.2),
    deploymentsOf: (model) => (models[model] ?? []).map((one) => one.deployment),
    random: () => 0.5,
    sleep: async (ms) => void sleeps.push(ms),
  };
  const client = new FakeClient();
  const run = (isStream = false): Promise<DeliveryOutcome> =>
    deliver(
      delivery,
      Object.keys(models).map((model) => plainAttempt(model, 'small')),
      {
        client,
        isStream,
        judging: null,
        carry: (_attempt, deployment) => carriageFor(deployment, isStream),
      },
    );
  return { delivery, client, sleeps, run };
}
