// Files and batches through the real process with the clients people use: what is sent on, who sees what, and that results are
// priced once, however they are fetched.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { before, beforeEach, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { toFile } from 'openai';
import type { CallRow } from '../../src/call/row.ts';
import { FilesUpstream } from './files-upstream.ts';
import { eventually, fileScope, type GatewayProcess, run, startGateway, temporaryFolder } from './support.ts';

const OPENAI_KEY = 'tl-provider-credential-openai-1';
const ANTHROPIC_KEY = 'tl-provider-credential-anthropic-1';
const scope = fileScope();
let folder: string;
let gateway: GatewayProcess;
let upstream: FilesUpstream;
let elsewhere: FilesUpstream;

before(async () => {
  upstream = await new FilesUpstream().listen(scope);
  elsewhere = await new FilesUpstream().listen(scope);
  folder = temporaryFolder(scope);
  gateway = await startGateway(scope, {
    folder,
    config: {
      providers: {
        openai: { api_key: OPENAI_KEY, base_url: `${upstream.url}/v1` },
        anthropic: { api_key: ANTHROPIC_KEY, base_url: upstream.url },
        own: { dialect: 'openai', base_url: `${elsewhere.url}/v1`, private: true, api_key: OPENAI_KEY },
      },
      models: {
        mini: 'openai/gpt-5.4-mini',
        haiku: { use: 'anthropic/claude-haiku-4-5', tier: 'small' },
        sonnet: 'anthropic/claude-sonnet-4-6',
        vectors: 'openai/text-embedding-3-small',
      },
      baseline: 'mini',
      tasks: { nightly: { route: 'mini' } },
      tenants: { careful: { private: true }, poor: { deny: ['sonnet'] } },
      timeouts: { first_byte: '5s', idle: '5s' },
      keys: ['acme', 'globex', 'careful', 'poor'].map((tenant) => ({ key: `${tenant}-key`, tenant })),
    },
  });
});

beforeEach(() => {
  upstream.seen.length = 0;
  upstream.pace = null;
});

const openai = (tenant = 'acme'): OpenAI =>
  new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: `${tenant}-key`, maxRetries: 0 });
const anthropic = (tenant = 'acme'): Anthropic =>
  new Anthropic({ baseURL: gateway.url, apiKey: `${tenant}-key`, maxRetries: 0 });

const upload = async (client: OpenAI): Promise<string> =>
  (await client.files.create({ purpose: 'batch', file: await toFile(Buffer.from('{"custom_id":"r1"}\n'), 'b.jsonl') }))
    .id;

async function orderBatch(client: OpenAI, more: object = {}): Promise<OpenAI.Batch> {
  return client.batches.create({
    input_file_id: await upload(client),
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    ...more,
  });
}

const answered = (custom_id: string, tokens = 1000): object => ({
  id: `batch_req_${custom_id}`,
  custom_id,
  response: {
    status_code: 200,
    request_id: 'r',
    body: {
      object: 'chat.completion',
      model: 'gpt-5.4-mini-2026-03-17',
      choices: [{ finish_reason: 'stop' }],
      usage: { prompt_tokens: tokens, completion_tokens: 100 },
    },
  },
  error: null,
});

/** Rows of a batch, once there are as many. */
function rowsOf(batchId: string, count: number): Promise<CallRow[]> {
  const own = (): CallRow[] => gateway.rows().filter(({ id }) => id.startsWith(`${batchId}/`));
  return eventually(
    () => (own().length >= count ? own() : null),
    5000,
    () => `${own().length} rows of ${batchId}`,
  );
}

async function statusOf(work: Promise<unknown>): Promise<{ status: number | undefined; body: unknown }> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError || error instanceof Anthropic.APIError, String(error));
    return { status: error.status, body: error.error };
  }
  return assert.fail('it was answered');
}

describe("OpenAI's files and batches", () => {
  test('go to the provider as they are, with our key and without the client’s', async () => {
    const client = openai();
    const file = await client.files.create(
      { purpose: 'batch', file: await toFile(Buffer.from('{"custom_id":"r1"}\n'), 'b.jsonl') },
      { headers: { 'openai-beta': 'x=1' } },
    );
    const [sent] = upstream.seen;
    assert.deepEqual([sent?.method, sent?.url], ['POST', '/v1/files']);
    assert.equal(sent?.headers.authorization, `Bearer ${OPENAI_KEY}`);
    assert.equal(sent?.headers['openai-beta'], 'x=1');
    assert.match(sent?.headers['content-type'] ?? '', /^multipart\/form-data; ?boundary=/);
    assert.doesNotMatch(JSON.stringify(sent?.headers), /acme-key/);
    assert.equal((await client.files.retrieve(file.id)).id, file.id);
    assert.equal((await client.files.delete(file.id)).deleted, true);
    assert.equal((await statusOf(client.files.retrieve(file.id))).status, 404);
  });

  test('are priced when their results are fetched, at the rate of batches, once', async () => {
    const client = openai();
    const batch = await orderBatch(client, { metadata: { task: 'nightly' } });
    const refused = { custom_id: 'r3', response: { status_code: 429, body: { error: {} } }, error: null };
    upstream.finish(batch.id, [answered('r1'), answered('r2', 3000)], [refused]);
    const done = await client.batches.retrieve(batch.id);
    for (let times = 0; times < 2; times++) {
      const text = await (await client.files.content(done.output_file_id ?? '')).text();
      assert.equal(text, upstream.contents.get(done.output_file_id ?? ''));
    }
    await (await client.files.content(done.error_file_id ?? '')).text();
    const rows = await rowsOf(batch.id, 3);
    assert.deepEqual(
      rows.map(({ id }) => id).sort(),
      ['r1', 'r2', 'r3'].map((id) => `${batch.id}/${id}`),
    );
    const [first, second, failed] = ['r1', 'r2', 'r3'].map((id) => rows.find((row) => row.id.endsWith(id)));
    // Half of 0.75 and 4.5 dollars per million.
    assert.deepEqual([first?.costNanoUsd, first?.costBasis], [600_000, 'measured']);
    assert.equal(second?.costNanoUsd, 1_350_000);
    assert.deepEqual(
      [first?.task, first?.tenant, first?.model, first?.provider, first?.dialect],
      ['nightly', 'acme', 'mini', 'openai', 'openai-chat'],
    );
    assert.deepEqual([first?.baselineModel, first?.baselineNanoUsd, first?.latencyMs], ['mini', 600_000, null]);
    assert.deepEqual([failed?.status, failed?.httpStatus, failed?.costNanoUsd], ['error', 429, 0]);
  });

  test('are priced once when the first client leaves in the middle and two others fetch at a time', async () => {
    const client = openai();
    const batch = await orderBatch(client);
    const ids = Array.from({ length: 200 }, (_, n) => `n${n}`);
    upstream.finish(
      batch.id,
      ids.map((id) => answered(id)),
    );
    const { output_file_id: file } = await client.batches.retrieve(batch.id);
    upstream.pace = { pieceBytes: 4000, pauseMs: 10 };
    const { leftEarly } = upstream;
    const response = await client.files.content(file ?? '');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await reader.cancel();
    await eventually(
      () => upstream.leftEarly > leftEarly,
      2000,
      () => 'the provider was never left',
    );
    const some = await rowsOf(batch.id, 1);
    assert.ok(some.length < 200, String(some.length));
    upstream.pace = null;
    await Promise.all([1, 2].map(async () => (await client.files.content(file ?? '')).text()));
    const rows = await rowsOf(batch.id, 200);
    assert.equal(rows.length, 200);
    assert.equal(new Set(rows.map(({ id }) => id)).size, 200);
    const report = await run(['report', '--json', '--ledger', gateway.ledgerPath, '--by', 'model'], { cwd: folder });
    const { rows: models } = JSON.parse(report.stdout) as {
      rows: { key: string; calls: number; costNanoUsd: number }[];
    };
    const sums = gateway.rows().filter(({ model }) => model === 'mini');
    const mini = models.find(({ key }) => key === 'mini');
    assert.equal(mini?.calls, sums.length);
    assert.equal(
      mini?.costNanoUsd,
      sums.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0),
    );
  });

  test('of embeddings are compared with themselves', async () => {
    const client = openai();
    const batch = await orderBatch(client, { endpoint: '/v1/embeddings' });
    const body = {
      object: 'list',
      model: 'text-embedding-3-small',
      usage: { prompt_tokens: 1_000, total_tokens: 1_000 },
    };
    upstream.finish(batch.id, [{ custom_id: 'v', response: { status_code: 200, body }, error: null }]);
    const { output_file_id: file } = await client.batches.retrieve(batch.id);
    await (await client.files.content(file ?? '')).text();
    const [row] = await rowsOf(batch.id, 1);
    assert.deepEqual([row?.dialect, row?.model, row?.costNanoUsd], ['openai-embeddings', 'vectors', 10_000]);
    assert.deepEqual([row?.baselineModel, row?.baselineNanoUsd], ['vectors', 10_000]);
  });

  test('are cancelled, and uploads go in parts', async () => {
    const client = openai();
    const batch = await orderBatch(client);
    assert.equal((await client.batches.cancel(batch.id)).id, batch.id);
    const begun = await client.uploads.create({ purpose: 'batch', filename: 'f', bytes: 4, mime_type: 'text/plain' });
    const part = await client.uploads.parts.create(begun.id, { data: await toFile(Buffer.from('abcd')) });
    assert.equal(part.upload_id, begun.id);
    const done = await client.uploads.complete(begun.id, { part_ids: [part.id] });
    assert.deepEqual(upstream.seen.at(-1)?.json, { part_ids: [part.id] });
    assert.equal((await client.files.retrieve(done.file?.id ?? '')).id, done.file?.id);
    const other = await client.uploads.create({ purpose: 'batch', filename: 'f', bytes: 4, mime_type: 'text/plain' });
    assert.equal((await client.uploads.cancel(other.id)).status, 'cancelled');
  });

  test('errors of the provider keep status and body, without the key', async () => {
    const client = openai();
    const id = await upload(client);
    upstream.failure = { status: 409, body: `{"error":{"message":"busy, ${OPENAI_KEY} said","code":"x"}}` };
    const { status, body } = await statusOf(client.files.retrieve(id));
    assert.equal(status, 409);
    assert.deepEqual(body, { message: 'busy, [redacted] said', code: 'x' });
  });
});

describe('what belongs to a tenant', () => {
  test('does not exist for another one, exactly like what nobody has', async () => {
    const batch = await orderBatch(openai());
    upstream.finish(batch.id, [answered('r1')]);
    const done = await openai().batches.retrieve(batch.id);
    const input = done.input_file_id;
    const begun = await openai().uploads.create({ purpose: 'batch', filename: 'f', bytes: 4, mime_type: 'text/plain' });
    upstream.seen.length = 0;
    const other = openai('globex');
    const tries: ((id: string) => [string, Promise<unknown>])[] = [
      () => [input, other.files.retrieve(input)],
      () => [input, other.files.delete(input)],
      () => [input, other.files.content(input)],
      () => [done.output_file_id ?? '', other.files.content(done.output_file_id ?? '')],
      () => [batch.id, other.batches.retrieve(batch.id)],
      () => [batch.id, other.batches.cancel(batch.id)],
      () => [begun.id, other.uploads.cancel(begun.id)],
      () => [
        input,
        other.batches.create({ input_file_id: input, endpoint: '/v1/chat/completions', completion_window: '24h' }),
      ],
    ];
    for (const attempt of tries) {
      const [id, work] = attempt(input);
      const { status, body } = await statusOf(work);
      assert.equal(status, 404);
      const kind = (body as { message: string }).message.split(' ')[3];
      assert.equal((body as { message: string }).message, `There is no ${kind} "${id}" here.`);
    }
    const unknown = await statusOf(other.files.retrieve('file-nobody-has'));
    const foreign = await statusOf(other.files.retrieve(input));
    const plain = (text: unknown) => JSON.stringify(text).replaceAll(/"?file-[\w-]+\\?"?/g, 'ID');
    assert.equal(plain(foreign.body), plain(unknown.body));
    assert.deepEqual(upstream.seen, []);
  });

  test('is all that its lists show, page by page', async () => {
    const mine: string[] = [];
    for (let n = 0; n < 5; n++) {
      mine.unshift(await upload(openai('globex')));
      await upload(openai('acme'));
    }
    const client = openai('globex');
    const listed: string[] = [];
    for await (const { id } of client.files.list({ limit: 2 })) listed.push(id);
    assert.deepEqual(listed, mine);
    const page = await client.files.list({ limit: 3 });
    assert.deepEqual([page.data.length, page.has_more], [3, true]);
    const last = await client.files.list({ limit: 3, after: page.data.at(-1)?.id ?? '' });
    assert.deepEqual([last.data.length, last.has_more], [2, false]);
    upstream.seen.length = 0;
    assert.deepEqual((await openai('poor').files.list()).data, []);
    assert.deepEqual(upstream.seen, []);
    assert.equal((await statusOf(openai('poor').files.list({ after: mine[0] ?? '' }))).status, 404);
  });

  test('goes to the providers it may use, and to the one that is named', async () => {
    const careful = openai('careful');
    const id = await upload(careful);
    assert.ok(elsewhere.files.some((file) => file.id === id));
    assert.ok(!upstream.files.some((file) => file.id === id));
    const named = (client: OpenAI, provider: string) =>
      client.files.list({}, { headers: { 'x-tierline-provider': provider } });
    assert.equal((await statusOf(named(careful, 'openai'))).status, 403);
    assert.equal((await statusOf(named(careful, 'nowhere'))).status, 400);
    assert.equal((await named(careful, 'own')).data[0]?.id, id);
    const file = await openai().files.create(
      { purpose: 'batch', file: await toFile(Buffer.from('x'), 'x') },
      { headers: { 'x-tierline-provider': 'own' } },
    );
    const batch = await openai().batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    assert.ok(elsewhere.batches.some((one) => one.id === batch.id));
  });

  test('is there though the client did not wait for the answer to its order', async () => {
    const client = openai();
    const input_file_id = await upload(client);
    upstream.orderMs = 200;
    const { length } = upstream.batches;
    const order = { input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' } as const;
    await assert.rejects(client.batches.create(order, { signal: AbortSignal.timeout(80) }));
    upstream.orderMs = 0;
    const made = await eventually(() => (upstream.batches.length > length ? upstream.batches[0] : null));
    const deadline = performance.now() + 2000;
    let found = false;
    while (!found && performance.now() < deadline)
      found = (await client.batches.list()).data.some(({ id }) => id === made.id);
    assert.ok(found);
  });

  test('asks for a key', async () => {
    const { status } = await statusOf(openai('nobody').files.list());
    assert.equal(status, 401);
  });
});

describe("Anthropic's batches and files", () => {
  const requests = (...models: string[]): Anthropic.Messages.BatchCreateParams['requests'] =>
    models.map((model, n) => ({
      custom_id: `r${n + 1}`,
      params: { model, max_tokens: 5, messages: [{ role: 'user' as const, content: 'hi' }] },
    }));

  const succeeded = (custom_id: string, model = 'claude-haiku-4-5-20251001'): object => ({
    custom_id,
    result: {
      type: 'succeeded',
      message: {
        model,
        stop_reason: 'end_turn',
        usage: { input_tokens: 1000, output_tokens: 100, service_tier: 'batch' },
      },
    },
  });

  test('have the provider’s model names, its key and version', async () => {
    const batch = await anthropic().messages.batches.create({
      requests: requests('haiku', 'anthropic/claude-sonnet-4-6'),
    });
    const [sent] = upstream.seen;
    assert.deepEqual([sent?.method, sent?.url], ['POST', '/v1/messages/batches']);
    assert.deepEqual(sent?.json, { requests: requests('claude-haiku-4-5', 'claude-sonnet-4-6') });
    assert.equal(sent?.headers['x-api-key'], ANTHROPIC_KEY);
    assert.match(String(sent?.headers['anthropic-version']), /^\d{4}-\d\d-\d\d$/);
    assert.doesNotMatch(JSON.stringify(sent?.headers), /acme-key/);
    assert.equal((await anthropic().messages.batches.retrieve(batch.id)).id, batch.id);
  });

  test('are refused for models that are not configured, not allowed, or not served there', async () => {
    const create = (tenant: string, model: string) =>
      statusOf(anthropic(tenant).messages.batches.create({ requests: requests('haiku', model) }));
    assert.equal((await create('acme', 'auto')).status, 404);
    assert.equal((await create('acme', 'mini')).status, 400);
    assert.equal((await create('poor', 'sonnet')).status, 403);
    assert.deepEqual(upstream.seen, []);
  });

  test('are fetched through the gateway by the SDK, and priced once', async () => {
    const client = anthropic();
    const batch = await client.messages.batches.create(
      { requests: requests('haiku', 'haiku', 'haiku', 'haiku') },
      { headers: { 'x-tierline-task': 'nightly' } },
    );
    const errored = {
      type: 'errored',
      error: { type: 'error', error: { type: 'invalid_request_error', message: 'x' } },
    };
    upstream.end(batch.id, [
      succeeded('r1'),
      succeeded('r2', 'claude-unheard-of'),
      { custom_id: 'r3', result: errored },
      { custom_id: 'r4', result: { type: 'expired' } },
    ]);
    const shown = await client.messages.batches.retrieve(batch.id);
    assert.equal(shown.results_url, `${gateway.url}/v1/messages/batches/${batch.id}/results`);
    for (let times = 0; times < 2; times++) {
      const lines: string[] = [];
      for await (const { custom_id } of await client.messages.batches.results(batch.id)) lines.push(custom_id);
      assert.deepEqual(lines, ['r1', 'r2', 'r3', 'r4']);
    }
    const rows = await rowsOf(batch.id, 3);
    assert.equal(rows.length, 3);
    const [first, unheard, failed] = ['r1', 'r2', 'r3'].map((id) => rows.find((row) => row.id.endsWith(id)));
    // Half of 1 and 5 dollars per million.
    assert.deepEqual(
      [first?.costNanoUsd, first?.costBasis, first?.model, first?.tier],
      [750_000, 'measured', 'haiku', 'small'],
    );
    assert.equal(first?.task, 'nightly');
    assert.deepEqual(
      [unheard?.costNanoUsd, unheard?.costBasis, unheard?.model],
      [null, 'unknown', 'claude-unheard-of'],
    );
    assert.deepEqual([failed?.status, failed?.httpStatus, failed?.costNanoUsd], ['error', 400, 0]);
  });

  test('are their tenant’s alone, in lists too', async () => {
    const batch = await anthropic().messages.batches.create({ requests: requests('haiku') });
    upstream.end(batch.id, [succeeded('r1')]);
    const own: string[] = [];
    for await (const one of anthropic().messages.batches.list({ limit: 1 })) {
      own.push(one.id);
      if (one.results_url !== null) assert.ok(one.results_url.startsWith(gateway.url), one.results_url);
    }
    assert.ok(own.includes(batch.id));
    const other = anthropic('globex');
    assert.deepEqual((await other.messages.batches.list()).data, []);
    assert.equal((await statusOf(other.messages.batches.retrieve(batch.id))).status, 404);
    assert.equal((await statusOf(other.messages.batches.results(batch.id))).status, 404);
    assert.equal((await statusOf(other.messages.batches.cancel(batch.id))).status, 404);
    assert.equal((await statusOf(other.messages.batches.delete(batch.id))).status, 404);
    assert.equal((await anthropic().messages.batches.cancel(batch.id)).id, batch.id);
    assert.equal((await anthropic().messages.batches.delete(batch.id)).type, 'message_batch_deleted');
    assert.equal((await statusOf(anthropic().messages.batches.retrieve(batch.id))).status, 404);
  });

  test('and files of the beta, told by its header', async () => {
    const { files } = anthropic().beta;
    const file = await files.upload({
      file: await toFile(Buffer.from('hello'), 'a.txt', { type: 'text/plain' }),
      betas: ['files-api-2025-04-14'],
    });
    const [sent] = upstream.seen;
    assert.equal(sent?.headers['x-api-key'], ANTHROPIC_KEY);
    assert.match(String(sent?.headers['anthropic-beta'] ?? ''), /files-api-2025-04-14/);
    assert.equal((await files.retrieveMetadata(file.id)).id, file.id);
    upstream.contents.set(file.id, 'hello');
    assert.equal(await (await files.download(file.id)).text(), 'hello');
    assert.equal((await statusOf(anthropic('globex').beta.files.retrieveMetadata(file.id))).status, 404);
    await files.delete(file.id);
    assert.equal((await statusOf(files.retrieveMetadata(file.id))).status, 404);
  });
});

describe('the gateway', () => {
  test('remembers who has what when it is killed', async () => {
    const batch = await orderBatch(openai());
    await gateway.stop('SIGKILL');
    gateway = await startGateway(scope, { folder });
    assert.equal((await openai().batches.retrieve(batch.id)).id, batch.id);
    assert.equal((await statusOf(openai('globex').batches.retrieve(batch.id))).status, 404);
    upstream.finish(batch.id, [answered('after')]);
    const { output_file_id: file } = await openai().batches.retrieve(batch.id);
    await (await openai().files.content(file ?? '')).text();
    assert.equal((await rowsOf(batch.id, 1)).length, 1);
  });

  test('hands 64 MB on without holding them, and stops when the client leaves', async () => {
    const peakOf = (): number => {
      const status = process.getBuiltinModule('node:fs').readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
    };
    const before = peakOf();
    const bytes = 64 * 1024 * 1024;
    assert.equal((await push(bytes, bytes)).status, 200);
    assert.equal(upstream.seen.at(-1)?.bytes, bytes);
    const grown = peakOf() - before;
    assert.ok(grown < 40, `grew by ${Math.round(grown)} MB`);
    const { length } = upstream.seen;
    await assert.rejects(push(bytes, 1024 * 1024));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(upstream.seen.length, length);
  });

  /** Sends that much of a body; leaves when it is less than announced. */
  function push(announced: number, sent: number): Promise<{ status: number | undefined }> {
    return new Promise((resolve, reject) => {
      const call = request(`${gateway.url}/v1/files`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer acme-key',
          'content-type': 'multipart/form-data; boundary=x',
          'content-length': announced,
        },
      });
      call.on('error', reject);
      call.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode }));
      });
      const piece = Buffer.alloc(256 * 1024, 'x');
      let left = sent;
      const go = (): void => {
        while (left > 0) {
          left -= piece.length;
          if (!call.write(piece)) {
            call.once('drain', go);
            return;
          }
        }
        if (sent === announced) call.end();
        else call.destroy(new Error('left'));
      };
      go();
    });
  }
});
