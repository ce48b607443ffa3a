// Ids of another tenant in every place where a request may name one: nothing of such a request reaches a provider, and the answer
// is the one for an id that nobody has.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import OpenAI, { toFile } from 'openai';
import { FilesUpstream } from './files-upstream.ts';
import { fileScope, type GatewayProcess, startGateway } from './support.ts';

const scope = fileScope();
let gateway: GatewayProcess;
let upstream: FilesUpstream;
/** A file of acme's at OpenAI, and one at Anthropic. */
let openaiFile: string;
let anthropicFile: string;

const ANTHROPIC = { 'anthropic-version': '2023-06-01' };

before(async () => {
  upstream = await new FilesUpstream().listen(scope);
  gateway = await startGateway(scope, {
    config: {
      providers: {
        openai: { api_key: 'k', base_url: `${upstream.url}/v1` },
        anthropic: { api_key: 'k', base_url: upstream.url },
      },
      models: { mini: 'openai/gpt-5.4-mini', haiku: 'anthropic/claude-haiku-4-5' },
      retries: { max_attempts: 1 },
      breaker: { min_requests: 10_000 },
      keys: ['acme', 'globex'].map((tenant) => ({ key: `${tenant}-key`, tenant })),
    },
  });
  openaiFile = await upload({});
  anthropicFile = await upload(ANTHROPIC);
});

beforeEach(() => {
  upstream.seen.length = 0;
});

async function upload(defaultHeaders: Record<string, string>, tenant = 'acme'): Promise<string> {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: `${tenant}-key`, maxRetries: 0, defaultHeaders });
  const file = await toFile(Buffer.from('{"custom_id":"r1"}\n'), 'b.jsonl');
  return (await client.files.create({ purpose: 'batch', file })).id;
}

interface Told {
  status: number;
  text: string;
}

async function post(
  path: string,
  body: unknown,
  { tenant = 'globex', headers = {} }: { tenant?: string; headers?: Record<string, string> } = {},
): Promise<Told> {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant}-key`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** Refused for another tenant without a word to the provider, and sent for the one whose file it is. */
async function expectOwnOnly(path: string, bodyOf: (file: string) => unknown, isAnthropic = false): Promise<void> {
  const headers: Record<string, string> = isAnthropic ? ANTHROPIC : {};
  const file = isAnthropic ? anthropicFile : openaiFile;
  const foreign = await post(path, bodyOf(file), { headers });
  assert.equal(foreign.status, 404, foreign.text);
  assert.match(foreign.text, new RegExp(`There is no file \\\\?"${file}`));
  assert.equal(upstream.seen.length, 0, 'the provider was asked');
  await post(path, bodyOf(file), { headers, tenant: 'acme' });
  assert.equal(upstream.seen.length, 1, 'the owner was refused');
}

const document = (file: string): object => ({ type: 'document', source: { type: 'file', file_id: file } });
const message = (file: string): object => ({
  model: 'haiku',
  max_tokens: 9,
  messages: [{ role: 'user', content: [document(file)] }],
});

describe("a file of another tenant's does not exist", () => {
  test('in a message', () => expectOwnOnly('/v1/messages', message, true));

  test('in a message whose tokens are counted', () => expectOwnOnly('/v1/messages/count_tokens', message, true));

  test('in a request of a batch', () =>
    expectOwnOnly('/v1/messages/batches', (file) => ({ requests: [{ custom_id: 'a', params: message(file) }] }), true));

  test('behind escapes in a request of a batch', () =>
    expectOwnOnly(
      '/v1/messages/batches',
      (file) =>
        JSON.stringify({ requests: [{ custom_id: 'a', params: message(file) }] }).replace('file_id', 'file\\u005fid'),
      true,
    ));

  test('in what a message uploads to a container', () =>
    expectOwnOnly(
      '/v1/messages',
      (file) => ({
        model: 'haiku',
        max_tokens: 9,
        messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: file }] }],
      }),
      true,
    ));

  test('in an input of a response', () =>
    expectOwnOnly('/v1/responses', (file) => ({
      model: 'mini',
      input: [{ role: 'user', content: [{ type: 'input_file', file_id: file }] }],
    })));

  test('in instructions of a response', () =>
    expectOwnOnly('/v1/responses', (file) => ({
      model: 'mini',
      input: [
        { role: 'developer', content: [{ type: 'input_file', file_id: file }] },
        { role: 'user', content: 'hi' },
      ],
    })));

  test('in the container of an interpreter', () =>
    expectOwnOnly('/v1/responses', (file) => ({
      model: 'mini',
      input: 'hi',
      tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: [file] } }],
    })));

  test('in a part of a chat', () =>
    expectOwnOnly('/v1/chat/completions', (file) => ({
      model: 'mini',
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: file } }] }],
    })));

  test('as the input of a batch, in whatever order it is named beside an own one', async () => {
    const own = await upload({}, 'globex');
    upstream.seen.length = 0;
    const rest = '"endpoint":"/v1/responses","completion_window":"24h"';
    for (const [first, second] of [
      [own, openaiFile],
      [openaiFile, own],
    ]) {
      const told = await post('/v1/batches', `{"input_file_id":"${first}","input_file_id":"${second}",${rest}}`);
      assert.equal(told.status, 400, told.text);
      assert.match(told.text, /ambiguous_body/);
    }
    const escaped = `{"input_file_id":"${openaiFile}","input\\u005ffile_id":"${own}",${rest}}`;
    assert.match((await post('/v1/batches', escaped)).text, /ambiguous_body/);
    assert.equal(upstream.seen.length, 0);
  });
});

test('what is written into a tool call is no file', async () => {
  await post(
    '/v1/messages',
    {
      model: 'haiku',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: { file_id: anthropicFile } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] },
      ],
      tools: [{ name: 'f', input_schema: { type: 'object', properties: { file_id: { type: 'string' } } } }],
    },
    { headers: ANTHROPIC },
  );
  assert.equal(upstream.seen.length, 1);
});

test("a request in OpenAI's form is one, whatever its headers say of Anthropic", async () => {
  for (const [path, body] of [
    ['/v1/responses', { model: 'mini', input: 'hi' }],
    ['/v1/embeddings', { model: 'mini', input: 'hi' }],
    ['/v1/chat/completions', { model: 'mini', messages: [{ role: 'user', content: 'hi' }] }],
  ] as const) {
    const told = await post(path, body, { headers: ANTHROPIC });
    assert.doesNotMatch(told.text, /max_tokens|messages is missing/, path);
  }
});
