import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { toUsage } from '../call/usage.ts';
import type { NeutralEvent, NeutralReply, NeutralRequest } from '../dialect/neutral.ts';
import { neutralWire } from '../dialect/neutral-wire.ts';
import { type AiSdkUpstream, createAiSdkConnection } from './ai-sdk-connection.ts';

const REQUEST: NeutralRequest = {
  origin: 'openai-chat',
  system: [],
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  n: 1,
  stream: false,
  includeUsage: true,
  unknown: {},
};
const REPLY: NeutralReply = {
  id: 'r1',
  model: 'm-1',
  usage: toUsage({ inputTokens: 3, outputTokens: 2 }),
  choices: [{ index: 0, parts: [{ type: 'text', text: 'hello' }], finish: { reason: 'stop', raw: 'stop' } }],
};
const EVENTS: NeutralEvent[] = [
  { type: 'start', id: 'r1', model: 'm-1' },
  { type: 'text', choice: 0, text: 'hel' },
  { type: 'text', choice: 0, text: 'lo' },
  { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'stop' } },
  { type: 'end' },
];

interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  error: TierlineError | null;
  isEnded: boolean;
}

/** Sends one request through a connection over `upstream` and gathers what the sink is told until it is over. */
function send(
  upstream: Partial<AiSdkUpstream>,
  options: { stream?: boolean; firstByteMs?: number; idleMs?: number } = {},
) {
  const full: AiSdkUpstream = { generate: () => assert.fail(), stream: () => assert.fail(), ...upstream };
  const connection = createAiSdkConnection({
    name: 'mistral',
    vendor: 'mistral',
    isPrivate: false,
    secrets: ['sk-1'],
    upstream: full,
  });
  const { body } = neutralWire.encodeRequest(REQUEST, { model: 'm-1', defaultMaxTokens: 500 });
  const got: Got = { status: 0, headers: {}, text: '', error: null, isEnded: false };
  const { dialect } = connection;
  const endpoint = {
    dialect,
    model: 'm-1',
    stream: options.stream === true,
    headers: {},
    query: '',
    isSameDialect: false,
  };
  let exchange: ReturnType<typeof connection.send> | undefined;
  const over = new Promise<Got>((resolve) => {
    exchange = connection.send(
      endpoint,
      body,
      { firstByteMs: options.firstByteMs ?? 1000, idleMs: options.idleMs ?? 1000 },
      {
        onHead: (status, headers) => {
          got.status = status;
          got.headers = headers;
        },
        onData: (chunk) => {
          got.text += chunk.toString();
        },
        onEnd: () => {
          got.isEnded = true;
          resolve(got);
        },
        onError: (error) => {
          got.error = error;
          resolve(got);
        },
      },
    );
  });
  return { over, got, exchange: exchange as NonNullable<typeof exchange> };
}

async function* play(events: readonly NeutralEvent[]): AsyncIterable<NeutralEvent> {
  for (const event of events) yield event;
}

test('a reply of the model is a reply of the connection, its warnings told in a header', async () => {
  const seen: unknown[] = [];
  const { over } = send({
    generate: async (request, model) => {
      seen.push(model, request.maxTokens, request.messages);
      return { reply: REPLY, losses: ['seed: not supported', 'é'], headers: { 'x-request-id': 'u1' } };
    },
  });
  const got = await over;
  assert.equal(got.status, 200);
  assert.equal(got.headers['x-provider-warnings'], 'seed: not supported; ?');
  assert.equal(got.headers['x-request-id'], 'u1');
  assert.deepEqual(neutralWire.decodeReply(Buffer.from(got.text)), REPLY);
  assert.deepEqual(seen, ['m-1', 500, REQUEST.messages]);
});

test('a stream arrives event by event and decodes to what the model said', async () => {
  const got = await send({ stream: () => play(EVENTS) }, { stream: true }).over;
  assert.equal(got.headers['content-type'], 'text/event-stream');
  const decoder = neutralWire.createDecoder();
  const events = got.text
    .split('\n\n')
    .filter(Boolean)
    .flatMap((line) => decoder.push({ event: '', data: line.replace('data: ', '') }));
  assert.deepEqual(events, EVENTS);
  assert.equal(got.isEnded, true);
});

test('an error status of the provider becomes a failed reply with its retry-after', async () => {
  const upstream = { status: 429, message: 'slow down', type: 'rate_limit' };
  const failing = async (): Promise<never> => {
    throw new TierlineError('upstream_error', 'slow down', { upstream, retryAfterSeconds: 3 });
  };
  const got = await send({ generate: failing }).over;
  assert.equal(got.status, 429);
  assert.equal(got.headers['retry-after'], '3');
  assert.deepEqual(neutralWire.decodeError(429, got.text), upstream);
});

test('an error in the place of a stream is a status too, one in the middle stays an event', async () => {
  const error: NeutralEvent = { type: 'error', error: { status: 529, message: 'overloaded' } };
  const first = await send({ stream: () => play([error]) }, { stream: true }).over;
  assert.equal(first.status, 529);
  const middle = await send({ stream: () => play([...EVENTS.slice(0, 2), error]) }, { stream: true }).over;
  assert.equal(middle.status, 200);
  assert.match(middle.text, /"type":"error"/);
});

test('a throw without a status means that nobody was reached, one in the middle that the stream broke', async () => {
  const failing = async (): Promise<never> => {
    throw new Error('fetch failed');
  };
  assert.equal((await send({ generate: failing }).over).error?.code, 'upstream_unreachable');
  async function* breaking(): AsyncIterable<NeutralEvent> {
    yield EVENTS[0] as NeutralEvent;
    throw new Error('socket hang up');
  }
  assert.equal((await send({ stream: breaking }, { stream: true }).over).error?.code, 'upstream_truncated');
});

test('time-outs before the first event and between two of them end the exchange and abort the model', async () => {
  let aborted = 0;
  const never = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted++;
        reject(new Error('aborted'));
      });
    });
  const silent = await send({ generate: (_request, _model, signal) => never(signal) }, { firstByteMs: 20 }).over;
  assert.equal(silent.error?.code, 'upstream_timeout');
  async function* stalling(_request: NeutralRequest, _model: string, signal: AbortSignal): AsyncIterable<NeutralEvent> {
    yield EVENTS[0] as NeutralEvent;
    await never(signal);
  }
  const stalled = await send({ stream: stalling }, { stream: true, idleMs: 20 }).over;
  assert.equal(stalled.error?.code, 'upstream_timeout');
  assert.equal(aborted, 2);
});

test('an abort reaches the model and silences the sink', async () => {
  let signal: AbortSignal | undefined;
  const { exchange, got } = send({
    generate: (_request, _model, given) => {
      signal = given;
      return Promise.resolve({ reply: REPLY, losses: [], headers: {} });
    },
  });
  exchange.abort();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(signal?.aborted, true);
  assert.deepEqual([got.status, got.text, got.error], [0, '', null]);
});

test('a paused stream waits until it is resumed', async () => {
  const { exchange, got, over } = send({ stream: () => play(EVENTS) }, { stream: true });
  exchange.pause();
  await new Promise((resolve) => setTimeout(resolve, 10));
  const before = got.text.length;
  assert.equal(got.isEnded, false);
  exchange.resume();
  await over;
  assert.ok(got.text.length > before);
});

test('what the model will not get is told before the request is sent, and warnings of a stream in a header', async () => {
  const stream = Object.assign(play(EVENTS), { losses: ['seed'], headers: { 'x-request-id': 'q1' } });
  const upstream: AiSdkUpstream = {
    generate: () => assert.fail(),
    stream: () => stream,
    lossesOf: (request, model) => [`${model}: ${request.messages.length}`],
  };
  const connection = createAiSdkConnection({ name: 'a', vendor: 'a', isPrivate: false, secrets: [], upstream });
  const { losses } = connection.dialect.encodeRequest(REQUEST, { model: 'm-1', defaultMaxTokens: 500 });
  assert.deepEqual(losses, ['m-1: 1']);
  const got = await send(upstream, { stream: true }).over;
  assert.equal(got.headers['x-provider-warnings'], 'seed');
  assert.equal(got.headers['x-request-id'], 'q1');
});
