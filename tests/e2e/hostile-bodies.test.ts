// Requests bent out of shape on every route, and answers bent likewise: what is wrong is the client's or the provider's, never the
// gateway's. Nothing hangs, nothing is an internal error, and the gateway serves on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { fileScope, type GatewayProcess, startGateway } from './support.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const scope = fileScope();
let gateway: GatewayProcess;
/** What the provider answers next. */
let answer: { status: number; type: string; body: string };
const REFUSAL = { status: 400, type: 'application/json', body: '{"error":{"message":"refused upstream"}}' };

before(async () => {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(answer.status, { 'content-type': answer.type });
      response.end(answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = await startGateway(scope, {
    config: {
      server: { max_body: '1MB' },
      providers: {
        openai: { api_key: 'k', base_url: `${url}/v1`, responses: true },
        chat: { dialect: 'openai', api_key: 'k', base_url: `${url}/v1` },
        anthropic: { api_key: 'k', base_url: url },
        google: { dialect: 'gemini', api_key: 'k', base_url: `${url}/v1beta` },
      },
      models: {
        own: 'openai/gpt-5.4-mini',
        chat: 'chat/other',
        haiku: 'anthropic/claude-haiku-4-5',
        flash: 'google/gemini-2.5-flash',
        vectors: 'openai/text-embedding-3-small',
      },
      default: 'chat',
      keys: [{ key: 'key-of-acme', tenant: 'acme' }],
      retries: { max_attempts: 1 },
      breaker: { min_requests: 1_000_000 },
      timeouts: { first_byte: '5s', idle: '5s', total: '8s' },
    },
  });
});

const PARTS: Json[] = [
  { type: 'input_text', text: 'hi' },
  { type: 'input_image', image_url: 'data:image/png;base64,aaaa' },
  { type: 'input_file', file_id: 'file-1' },
];
const INPUT: Json = [
  { type: 'message', role: 'user', content: PARTS },
  { type: 'item_reference', id: 'msg_1' },
  { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 's' }], encrypted_content: 'x' },
  { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' },
  { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'x' }] },
];
const TOOL: Json = { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: true };
const RESPONSE: Json = {
  model: 'chat',
  input: INPUT,
  instructions: 'be',
  tools: [TOOL, { type: 'namespace', name: 'n', tools: [TOOL] }, { type: 'custom', name: 'c' }],
  tool_choice: { type: 'function', name: 'f' },
  reasoning: { effort: 'low', summary: 'auto' },
  text: { format: { type: 'json_schema', name: 's', schema: { type: 'object' } } },
  metadata: { task: 't' },
  previous_response_id: null,
  include: ['reasoning.encrypted_content'],
};
const GEMINI: Json = {
  contents: [
    { role: 'user', parts: [{ text: 'hi' }, { inlineData: { mimeType: 'image/png', data: 'aaaa' } }] },
    { role: 'model', parts: [{ functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'x' }] },
    { role: 'user', parts: [{ functionResponse: { name: 'f', response: { a: 1 } } }] },
  ],
  systemInstruction: { parts: [{ text: 'be' }] },
  tools: [{ functionDeclarations: [{ name: 'f', parameters: { type: 'OBJECT' } }] }, { googleSearch: {} }],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
  generationConfig: { maxOutputTokens: 5, thinkingConfig: { thinkingBudget: 5 }, responseSchema: { type: 'STRING' } },
  labels: { task: 't' },
};
const MESSAGE: Json = {
  model: 'haiku',
  max_tokens: 9,
  messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'f' } }] }],
};
const BATCH: Json = { input_file_id: 'file-1', endpoint: '/v1/responses', metadata: { task: 't' } };

interface Route {
  path: string;
  body: Json;
  headers?: Record<string, string>;
}

const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
const ROUTES: readonly Route[] = [
  ...['own', 'chat', 'haiku', 'flash'].flatMap((model) => [
    { path: '/v1/responses', body: { ...(RESPONSE as object), model } },
    { path: '/v1/responses', body: { ...(RESPONSE as object), model, stream: true } },
    { path: `/v1beta/models/${model}:generateContent`, body: GEMINI },
    { path: `/v1beta/models/${model}:streamGenerateContent`, body: GEMINI },
    { path: `/v1beta/models/${model}:countTokens`, body: { generateContentRequest: GEMINI } },
    { path: '/v1/messages/count_tokens', body: { ...(MESSAGE as object), model }, headers: ANTHROPIC },
  ]),
  { path: '/v1/embeddings', body: { model: 'vectors', input: ['a', 'b'], dimensions: 3, encoding_format: 'float' } },
  { path: '/v1/embeddings', body: { model: 'vectors', input: [[1, 2], [3]] } },
  { path: '/v1/batches', body: BATCH },
  { path: '/v1/messages/batches', body: { requests: [{ custom_id: 'a', params: MESSAGE }] }, headers: ANTHROPIC },
  { path: '/v1/files', body: { purpose: 'batch' } },
  { path: '/v1/uploads', body: { purpose: 'batch' } },
];

const LEAVES = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1e308, '', '\ud800', '__proto__', [], {}, [[]], [null], { type: 7 }),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.constantFrom(40, 600).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Json),
);

/** The value with the place that `at` leads to bent: something else stands there, or nothing, or it twice. */
function bend(value: Json, at: readonly number[], by: Json | undefined): Json | undefined {
  const [first, ...rest] = at;
  if (first === undefined || typeof value !== 'object' || value === null) return by;
  const keys = Object.keys(value);
  const key = keys[first % Math.max(1, keys.length)];
  if (key === undefined) return by;
  const inner = bend((value as Record<string, Json>)[key] as Json, rest, by);
  if (Array.isArray(value))
    return inner === undefined ? value.toSpliced(Number(key), 1) : value.with(Number(key), inner);
  const { [key]: _, ...others } = value;
  return inner === undefined ? others : { ...others, [key]: inner };
}

const BENDS = fc.record({
  at: fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
  by: fc.option(LEAVES, { nil: undefined }),
});
const bent = (value: Json): fc.Arbitrary<string> =>
  fc
    .array(BENDS, { minLength: 0, maxLength: 3 })
    .map((bends) => JSON.stringify(bends.reduce((left, { at, by }) => bend(left, at, by) ?? null, value)));

async function post({ path, headers }: Route, body: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key-of-acme', ...headers },
    body,
    signal: AbortSignal.timeout(9000),
  });
  return { status: response.status, text: await response.text() };
}

function expectSound(text: string): void {
  assert.equal(gateway.stderr, '', 'an internal error');
  assert.equal(gateway.child.exitCode, null, 'the gateway has died');
  assert.doesNotMatch(text, /"code":"internal"|The gateway failed/);
}

const RUNS = Number(process.env['TIERLINE_FUZZ_RUNS'] ?? 300);
const ROUTE = fc.constantFrom(...ROUTES);

test('a request that is bent is refused by us or by the provider, never failed by us', async () => {
  answer = REFUSAL;
  await fc.assert(
    fc.asyncProperty(
      ROUTE.chain((route) => bent(route.body).map((body) => ({ route, body }))),
      async ({ route, body }) => {
        const { status, text } = await post(route, body);
        assert.ok(status >= 200 && status < 500, `${status} ${text}`);
        expectSound(text);
      },
    ),
    { numRuns: RUNS },
  );
});

const ANSWERS: readonly Json[] = [
  { id: 'resp_1', object: 'response', status: 'completed', model: 'm', output: INPUT, usage: { input_tokens: 5 } },
  {
    id: 'c',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } },
  },
  {
    candidates: [{ content: { parts: [{ text: 'x' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
  },
  { id: 'm', type: 'message', model: 'm', content: [{ type: 'text', text: 'x' }], usage: { input_tokens: 1 } },
  { object: 'list', data: [{ embedding: [1] }], model: 'm', usage: { prompt_tokens: 2, total_tokens: 2 } },
  { id: 'batch_1', object: 'batch', output_file_id: 'file-9', results_url: 'http://elsewhere/x' },
  { type: 'response.completed', response: { id: 'r', output: [], usage: {} } },
];

test('an answer that is bent is told as the provider’s fault, or handed on', async () => {
  const answers = fc.constantFrom(...ANSWERS).chain(bent);
  const replies = fc.oneof(
    answers.map((body) => ({ status: 200, type: 'application/json', body })),
    fc.array(answers, { maxLength: 3 }).map((events) => ({
      status: 200,
      type: 'text/event-stream',
      body: events.map((event) => `data: ${event}\n\n`).join(''),
    })),
    answers.map((body) => ({ status: 500, type: 'text/html', body })),
  );
  await fc.assert(
    fc.asyncProperty(ROUTE, replies, async (route, reply) => {
      answer = reply;
      const { text } = await post(route, JSON.stringify(route.body));
      expectSound(text);
    }),
    { numRuns: RUNS },
  );
});

test('paths that are bent lead nowhere', async () => {
  answer = REFUSAL;
  const names = ['v1', 'files', 'batches', 'uploads', 'responses', 'messages', 'models', 'v1beta', 'file-1', 'results'];
  const odd = [
    '..',
    '.',
    '%2e%2e',
    '%2F',
    '%00',
    '%zz',
    '',
    'a:b',
    '__proto__',
    'constructor',
    ':generateContent',
    'ä',
  ];
  const segments = fc.array(fc.constantFrom(...names, ...names, ...odd), { minLength: 1, maxLength: 6 });
  const queries = fc.constantFrom('', '?', '?limit=0', '?limit=a&limit=1', '?after=x&after=y', '?key=a&key=b', '?%zz');
  const methods = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(segments, queries, methods, async (path, query, method) => {
      const headers = { authorization: 'Bearer key-of-acme', ...(path.length % 2 === 0 ? ANTHROPIC : {}) };
      const response = await fetch(`${gateway.url}/${path.join('/')}${query}`, { method, headers });
      const text = await response.text();
      assert.ok(response.status < 500, `${method} /${path.join('/')}${query}: ${response.status} ${text}`);
      expectSound(text);
    }),
    { numRuns: RUNS },
  );
});
