// Embeddings through the real process, asked for by the OpenAI and AI SDK clients: on the simulated provider for what the vectors
// are, and on an upstream of the test's own for what goes over the wire.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { embedMany } from 'ai';
import OpenAI from 'openai';
import { fileScope, type GatewayProcess, startGateway } from './support.ts';

const PROVIDER_KEY = 'tl-embeddings-provider-key-1';
const scope = fileScope();
let gateway: GatewayProcess;
let client: OpenAI;

interface Seen {
  key: string | undefined;
  body: Record<string, unknown>;
}
const seen: Seen[] = [];
/** What the upstream answers with at the moment. */
let failures = 0;

before(async () => {
  const upstream = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Seen['body'];
      seen.push({ key: request.headers.authorization, body });
      response.setHeader('content-type', 'application/json');
      if (failures-- > 0) {
        response.statusCode = 500;
        response.end('{"error":{"message":"out of order"}}');
        return;
      }
      response.end(
        '{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAAA="}],"model":"real","usage":{"prompt_tokens":50,"total_tokens":50}}',
      );
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  scope.after(() => void upstream.close());
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  gateway = await startGateway(scope, {
    config: {
      providers: {
        simulated: {},
        openai: { api_key: PROVIDER_KEY, base_url: url },
        anthropic: { api_key: PROVIDER_KEY, base_url: 'http://127.0.0.1:1' },
        gemini: { api_key: PROVIDER_KEY, base_url: 'http://127.0.0.1:1' },
      },
      models: {
        vectors: { use: 'simulated/sim-embed', kind: 'embedding', price: { input: 0.02 } },
        'text-embedding-3-small': 'openai/text-embedding-3-small',
        talk: { use: 'simulated/sim-small', tier: 'small', price: { input: 0.25, output: 1.25 } },
        claude: 'anthropic/claude-haiku-4-5',
        'gemini-embedding': 'gemini/gemini-embedding-001',
      },
      baseline: 'talk',
      tasks: { search: { route: 'vectors' }, chat: { route: 'talk' } },
      retries: { max_attempts: 2, base_delay: '5ms', budget: 1 },
      tenants: { careful: { private: true } },
      keys: [
        { key: 'open-key', tenant: 'open' },
        { key: 'careful-key', tenant: 'careful' },
      ],
    },
  });
  client = clientOf('open-key');
});

function clientOf(apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
}

async function refused(work: Promise<unknown>): Promise<{ status: number | undefined; message: string }> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError);
    return { status: error.status, message: error.message };
  }
  return assert.fail('it was answered');
}

test("the SDK's own base64 and explicit floats agree, and near texts are near", async () => {
  const input = ['my printer is broken', 'the printer is broken', 'where is my parcel'];
  const packed = await client.embeddings.create({ model: 'vectors', input });
  const plain = await client.embeddings.create({ model: 'vectors', input, encoding_format: 'float' });
  assert.equal(packed.data.length, 3);
  for (const [at, { embedding }] of packed.data.entries()) {
    assert.equal(embedding.length, 256);
    assert.deepEqual(
      embedding.map((value) => value.toFixed(6)),
      plain.data[at]?.embedding.map((value) => value.toFixed(6)),
    );
  }
  const [a, b, c] = plain.data.map(({ embedding }) => embedding) as [number[], number[], number[]];
  const dot = (x: number[], y: number[]): number => x.reduce((sum, value, at) => sum + value * (y[at] as number), 0);
  assert.ok(dot(a, b) > dot(a, c));
});

test('tokens, dimensions and a task go through, and the row says what it cost and that nothing was saved', async () => {
  const { data, response } = await client.embeddings
    .create({ model: 'auto/search', input: [[1, 2, 3], [4]], dimensions: 8 }, { headers: { 'x-session-id': 's1' } })
    .withResponse();
  assert.equal(data.data[1]?.embedding.length, 8);
  assert.equal(data.usage.prompt_tokens, 4);
  assert.equal((data.usage as unknown as { cost: number }).cost, 0.00000008);
  assert.equal(response.headers.get('x-tierline-cost-usd'), '0.00000008');
  const row = await gateway.row(String(response.headers.get('x-tierline-request-id')));
  assert.equal(row.dialect, 'openai-embeddings');
  assert.deepEqual([row.task, row.tenant, row.model, row.provider], ['search', 'open', 'vectors', 'simulated']);
  assert.deepEqual([row.usage?.inputTokens, row.usage?.outputTokens, row.stream], [4, 0, false]);
  assert.deepEqual([row.costNanoUsd, row.costBasis], [80, 'measured']);
  assert.deepEqual([row.baselineModel, row.baselineNanoUsd, row.baselineBasis], ['vectors', 80, 'measured']);
});

test('the bytes stay as they are but for the model, with our key, priced from the catalog', async () => {
  seen.length = 0;
  const { data, response } = await client.embeddings
    .create({ model: 'openai/text-embedding-3-small', input: 'x', user: 'u', dimensions: 2 })
    .withResponse();
  assert.deepEqual(data.data[0]?.embedding, [1, 0]);
  assert.deepEqual(seen, [
    {
      key: `Bearer ${PROVIDER_KEY}`,
      body: { model: 'text-embedding-3-small', input: 'x', user: 'u', dimensions: 2, encoding_format: 'base64' },
    },
  ]);
  const row = await gateway.row(String(response.headers.get('x-tierline-request-id')));
  assert.deepEqual([row.costNanoUsd, row.baselineNanoUsd], [1000, 1000]);
});

test('a failing provider is asked again, and no other model is', async () => {
  seen.length = 0;
  failures = 1;
  const model = 'text-embedding-3-small';
  await client.embeddings.create({ model, input: 'x' });
  assert.equal(seen.length, 2);
  failures = 2;
  assert.equal((await refused(client.embeddings.create({ model, input: 'x' }))).status, 500);
  assert.equal(seen.length, 4);
});

test('what makes no embeddings is refused with 400 and a sentence, in the dialect of the caller', async () => {
  const refusal = (model: string) => refused(client.embeddings.create({ model, input: 'x' }));
  for (const [model, says] of [
    ['talk', /chat model and makes no embeddings/],
    [
      'auto',
      /Embeddings need an embedding model by its name: .*Here: vectors, text-embedding-3-small, gemini-embedding/,
    ],
    ['auto/chat', /the route \(talk\) leads to models that talk/],
    ['claude', /chat model and makes no embeddings/],
    [
      'gemini-embedding',
      /gemini takes no embeddings in OpenAI's form; ask for a model of a provider with dialect openai/,
    ],
  ] as const) {
    const { status, message } = await refusal(model);
    assert.equal(status, 400, model);
    assert.match(message, says);
  }
});

test('an embedding model that is asked to talk is refused in either dialect', async () => {
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const { status, message } = await refused(client.chat.completions.create({ model: 'vectors', messages }));
  assert.equal(status, 400);
  assert.match(message, /makes embeddings and cannot talk/);
  const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'open-key', maxRetries: 0 });
  await assert.rejects(
    anthropic.messages.create({ model: 'vectors', max_tokens: 5, messages }),
    (error) => error instanceof Anthropic.BadRequestError && error.message.includes('cannot talk'),
  );
});

test('a tenant who may only use private providers gets vectors from those alone', async () => {
  const careful = clientOf('careful-key');
  assert.equal((await careful.embeddings.create({ model: 'vectors', input: 'x' })).data.length, 1);
  seen.length = 0;
  assert.equal((await refused(careful.embeddings.create({ model: 'text-embedding-3-small', input: 'x' }))).status, 403);
  assert.deepEqual(seen, []);
});

test('embedding models are on the list, and the AI SDK finds them', async () => {
  const names: string[] = [];
  for await (const { id } of client.models.list()) names.push(id);
  assert.ok(names.includes('vectors') && names.includes('text-embedding-3-small'));
  const provider = createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'open-key' });
  const { embeddings, usage } = await embedMany({
    model: provider.embedding('vectors'),
    values: ['a', 'b', 'c'],
    maxRetries: 0,
  });
  assert.deepEqual([embeddings.length, embeddings[0]?.length, usage.tokens], [3, 256, 3]);
});
