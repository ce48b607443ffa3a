// Streams of the responses API through the real process, read by OpenAI's own SDK: in front of a provider that speaks it, whose
// bytes go through, and of providers that do not, whose answers are written as one.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import OpenAI from 'openai';
import type { CallRow } from '../../src/call/row.ts';
import {
  BEGIN,
  ERROR,
  FAILED,
  INCOMPLETE,
  ITEMS,
  numbered,
  WHOLE,
} from '../../src/dialect/openai-responses-stream.fixture.ts';
import { fileScope, type GatewayProcess, startGateway } from './support.ts';

const PRICE = { input: 1, output: 2 };
const KEY = 'key-of-the-client';

const scope = fileScope();
/** What the provider of the model `native` sends; the model's name at the provider is that of the script. */
let script: (response: ServerResponse) => void = () => undefined;
let gateway: GatewayProcess;
let client: OpenAI;

before(async () => {
  const upstream = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      script(response);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  scope.after(() => {
    upstream.close();
    upstream.closeAllConnections();
  });
  const { port } = upstream.address() as AddressInfo;
  gateway = await startGateway(scope, {
    config: {
      providers: {
        provider: { dialect: 'openai', responses: 'only', base_url: `http://127.0.0.1:${port}/v1`, api_key: 'k' },
        'simulated-openai': { dialect: 'openai', speed: 50 },
        'simulated-anthropic': { dialect: 'anthropic', speed: 50 },
      },
      models: {
        native: { use: 'provider/real', price: PRICE },
        openai: { use: 'simulated-openai/sim-small', price: PRICE },
        anthropic: { use: 'simulated-anthropic/sim-small', price: PRICE },
      },
      keys: { one: { key: KEY, tenant: 'one' } },
      default: 'native',
      retries: { max_attempts: 1 },
    },
  });
  client = new OpenAI({ apiKey: KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
});

type Events = AsyncIterable<OpenAI.Responses.ResponseStreamEvent>;

interface Heard {
  events: OpenAI.Responses.ResponseStreamEvent[];
  error: unknown;
  row: CallRow;
}

async function ask(model: string): Promise<Heard> {
  const { data, response } = await client.responses.create({ model, input: 'Hi', stream: true }).withResponse();
  const events: Heard['events'] = [];
  let error: unknown = null;
  try {
    for await (const event of data as Events) events.push(event);
  } catch (cause) {
    error = cause;
  }
  return { events, error, row: await gateway.row(String(response.headers.get('x-tierline-request-id'))) };
}

describe('a provider that speaks the responses API', () => {
  test('is heard as it speaks, with the cost inside of the usage at the end', async () => {
    script = (response) => response.end(numbered(WHOLE));
    const { events, error, row } = await ask('native');
    assert.equal(error, null);
    const expected = numbered(WHOLE).replaceAll(/"total_tokens":117/g, '"total_tokens":117,"cost":0.000134');
    assert.deepEqual(events, eventsOf(expected));
    const { dialect, model, status, finishReason, usage, costNanoUsd } = row;
    assert.deepEqual([dialect, model, status, finishReason], ['openai-responses', 'native', 'ok', 'completed']);
    assert.deepEqual([usage?.cacheReadTokens, usage?.outputTokens, costNanoUsd], [80, 17, 134_000]);
  });

  test('may leave its answer incomplete', async () => {
    script = (response) => response.end(numbered([...BEGIN, INCOMPLETE]));
    const { row } = await ask('native');
    assert.deepEqual([row.status, row.finishReason], ['ok', 'max_output_tokens']);
  });

  test('that breaks off is an error for the client, and part of an answer in the ledger', async () => {
    for (const rest of [[], [ERROR, FAILED], [FAILED]]) {
      script = (response) => {
        response.write(numbered([...BEGIN, ...ITEMS]));
        setTimeout(() => response.end(numbered(rest)), 50);
      };
      const { events, error, row } = await ask('native');
      assert.ok(error instanceof OpenAI.APIError, String(error));
      assert.equal(events.length, BEGIN.length + ITEMS.length);
      assert.equal(row.status, 'partial');
    }
  });

  test('that fails before its answer has the status of its error', async () => {
    script = (response) => response.end(numbered([...BEGIN, ERROR, FAILED]));
    await assert.rejects(ask('native'), (error: unknown) => error instanceof OpenAI.APIError && error.status === 429);
  });
});

for (const model of ['openai', 'anthropic']) {
  describe(`a provider that speaks ${model}`, () => {
    test('is heard in the responses API, whole and priced', async () => {
      const stream = client.responses.stream({ model, input: 'Say hello.', instructions: 'Be brief.' });
      const final = await stream.finalResponse();
      assert.equal(final.status, 'completed');
      assert.ok(final.output_text.length > 0);
      assert.equal(final.instructions, 'Be brief.');
      const { cost, total_tokens } = final.usage as OpenAI.Responses.ResponseUsage & { cost: number };
      assert.ok(cost > 0 && total_tokens > 0);
    });

    test('has one row, with what it has used', async () => {
      const { events, error, row } = await ask(model);
      assert.equal(error, null);
      assert.equal(events.at(-1)?.type, 'response.completed');
      assert.deepEqual(
        events.map(({ sequence_number }) => sequence_number),
        events.map((_, at) => at),
      );
      assert.deepEqual([row.dialect, row.model, row.status], ['openai-responses', model, 'ok']);
      assert.ok(row.usage !== null && row.usage.outputTokens > 0 && row.costNanoUsd !== null && row.costNanoUsd > 0);
    });
  });
}

function eventsOf(sse: string): unknown[] {
  return [...sse.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json as string));
}
