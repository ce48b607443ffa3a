import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import type { NeutralEvent, NeutralRequest } from '../dialect/neutral.ts';
import { createAiSdkUpstream } from './ai-sdk.ts';
import type { AiSdkUpstream } from './ai-sdk-connection.ts';
import { toOurError } from './ai-sdk-error.ts';
import { loadAiSdkProvider } from './ai-sdk-load.ts';

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
const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const json = { 'content-type': 'application/json' };
const sse = { 'content-type': 'text/event-stream' };
/** What the server does for a model of that name. */
const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  limited: (response) => {
    response.writeHead(429, { ...json, 'retry-after': '7' });
    response.end('{"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}');
  },
  page: (response) => response.writeHead(200, json).end('<html>'),
  truncated: (response) => {
    response.writeHead(200, sse).write(chunk({ content: 'hel' }));
    setTimeout(() => response.destroy(), 10);
  },
  unfinished: (response) => response.writeHead(200, sse).end(`${chunk({ content: 'hel' })}data: [DONE]\n\n`),
  broken: (response) =>
    response.writeHead(200, sse).end(`${chunk({ content: 'hel' })}data: {"error":{"message":"over","type":"t"}}\n\n`),
  calls: (response) => {
    const call = (index: number, args: string, id?: string): object => ({
      tool_calls: [
        { index, ...(id === undefined ? {} : { id, type: 'function' }), function: { name: id, arguments: args } },
      ],
    });
    response
      .writeHead(200, sse)
      .write(chunk(call(0, '{"n":123456789012', 'f')) + chunk(call(0, '34567890}')) + chunk(call(1, '{}', 'g')));
    response.end(`${chunk({}, 'tool_calls')}data: [DONE]\n\n`);
  },
};

let upstream: AiSdkUpstream;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (data: Buffer) => {
    body += data.toString();
  });
  request.on('end', () => ANSWERS[JSON.parse(body).model as string]?.(response));
});
before(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const resolveFrom = path.join(import.meta.dirname, '../..');
  const options = { name: 'test', apiKey: 'k', baseURL };
  upstream = createAiSdkUpstream(
    await loadAiSdkProvider({ packageName: '@ai-sdk/openai-compatible', options, resolveFrom }),
  );
});
after(() => server.close());

const signal = (): AbortSignal => new AbortController().signal;

async function stream(model: string): Promise<NeutralEvent[]> {
  const events: NeutralEvent[] = [];
  try {
    for await (const event of upstream.stream(REQUEST, model, signal())) events.push(event);
  } catch (error) {
    if (error instanceof TierlineError && events.length > 0) return [...events, { type: 'error', error: told(error) }];
    throw error;
  }
  return events;
}

const told = (error: TierlineError) => error.upstream ?? { status: 0, message: error.code };

describe('a real package against a provider that fails', () => {
  test('a rate limit keeps status, type, code and the time to wait, plain and streamed', async () => {
    const isLimit = (error: unknown): boolean => {
      assert.ok(error instanceof TierlineError);
      assert.equal(error.retryAfterSeconds, 7);
      assert.deepEqual(error.upstream, {
        status: 429,
        message: 'slow down',
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
      });
      return true;
    };
    await assert.rejects(upstream.generate(REQUEST, 'limited', signal()), isLimit);
    await assert.rejects(stream('limited'), isLimit);
  });

  test('an answer that is no JSON is malformed', async () => {
    await assert.rejects(upstream.generate(REQUEST, 'page', signal()), { code: 'upstream_malformed' });
  });

  for (const model of ['truncated', 'unfinished', 'broken']) {
    test(`a stream that is ${model} ends in an error and never in a finish`, async () => {
      const events = await stream(model);
      assert.equal(events.at(-1)?.type, 'error');
      assert.ok(events.some((event) => event.type === 'text'));
      assert.ok(!events.some((event) => event.type === 'finish' || event.type === 'end'));
    });
  }

  test('streamed calls keep their arguments byte for byte', async () => {
    const events = await stream('calls');
    const said = events.flatMap((event) =>
      event.type === 'tool_start' ? [`${event.tool}:`] : event.type === 'tool_arguments' ? [event.json] : [],
    );
    assert.equal(said.join(''), '0:{"n":12345678901234567890}1:{}');
    assert.equal(events.at(-1)?.type, 'end');
  });
});

describe('errors of packages', () => {
  const named: [string, string][] = [
    ['AI_LoadAPIKeyError', 'upstream_auth'],
    ['AI_NoSuchModelError', 'model_not_found'],
    ['AI_UnsupportedFunctionalityError', 'unsupported'],
    ['AI_TypeValidationError', 'upstream_malformed'],
  ];
  for (const [name, code] of named) {
    test(`${name} is ${code}`, () => {
      const error = toOurError(Object.assign(new Error('said'), { name }));
      assert.ok(error instanceof TierlineError);
      assert.deepEqual([error.code, error.message], [code, 'said']);
    });
  }

  test('what has no name and no status is handed on as it is', () => {
    const error = new Error('fetch failed');
    assert.equal(toOurError(error), error);
    const unreached = Object.assign(new Error('Cannot connect'), { name: 'AI_APICallError', statusCode: undefined });
    assert.equal(toOurError(unreached), unreached);
  });

  test('the time to wait may be told in milliseconds or as a date', () => {
    const failed = (responseHeaders: Record<string, string>): number | undefined => {
      const error = toOurError(Object.assign(new Error('x'), { statusCode: 503, responseHeaders }));
      return error instanceof TierlineError ? error.retryAfterSeconds : undefined;
    };
    assert.equal(failed({ 'retry-after-ms': '1500', 'retry-after': '9' }), 1.5);
    const soon = failed({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }) ?? 0;
    assert.ok(soon > 50 && soon <= 60, String(soon));
    assert.equal(failed({ 'retry-after': 'later' }), undefined);
    assert.equal(failed({}), undefined);
  });
});
