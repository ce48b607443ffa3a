// What clients say of answers, through the real process: whose call it is, what is kept, and the rows that come of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Note } from '../../src/call/note.ts';
import type { RowLine } from '../../src/learn/rows/row.ts';
import { openLedgerReader } from '../../src/ledger/reader.ts';
import { fileScope, type GatewayProcess, run, startGateway, temporaryFolder } from './support.ts';

const scope = fileScope();
const WEB = 'key-of-the-web-team';
const OTHER = 'key-of-the-other-team';
let folder: string;
let gateway: GatewayProcess;

before(async () => {
  folder = temporaryFolder(scope);
  gateway = await startGateway(scope, {
    folder,
    config: {
      providers: { simulated: { speed: 1000 } },
      models: { small: { use: 'simulated/sim-small', tier: 'small', price: { input: 1, output: 2 } } },
      tasks: { triage: { route: 'small' }, notes: { private: true, route: 'small' } },
      default: 'small',
      keys: { web: { key: WEB, tenant: 'web' }, other: { key: OTHER, tenant: 'other' } },
      capture: { share: '100%' },
    },
  });
});

/** The id of a call that has just been answered. */
async function call(content: string, task = 'triage', stream = false): Promise<string> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${WEB}` },
    body: JSON.stringify({ model: `auto/${task}`, stream, messages: [{ role: 'user', content }] }),
  });
  assert.equal(response.status, 200);
  await response.text();
  return response.headers.get('x-tierline-request-id') ?? assert.fail();
}

interface Said {
  status: number;
  body: { id?: string; left_out?: string[]; error?: { message: string; code: string; param: string | null } };
}

async function say(body: unknown, { key = WEB, path = '/v1/feedback', method = 'POST' } = {}): Promise<Said> {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: key === '' ? {} : { authorization: `Bearer ${key}` },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Said['body'] };
}

function notes(about?: string): Note[] {
  const reader = openLedgerReader(gateway.ledgerPath);
  try {
    return [...reader.notes({ kind: 'feedback', about })].map(({ note }) => note);
  } finally {
    reader.close();
  }
}

/** A note is in the tables a moment after its answer. */
async function noted(about: string, count = 1): Promise<Note[]> {
  for (let round = 0; round < 200 && notes(about).length < count; round++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return notes(about);
}

describe('feedback', () => {
  test('to a call that was answered a moment ago is taken, masked, and kept beside it', async () => {
    for (const stream of [false, true]) {
      const id = await call('The invoice is wrong.', 'triage', stream);
      const said = await say({
        request_id: id,
        label: 'wrong',
        comment: 'Ask ann@example.com.',
        reference: { label: 'bug' },
      });
      assert.equal(said.status, 201);
      assert.deepEqual(said.body, { id: said.body.id, object: 'feedback', request_id: id });
      const [note] = await noted(id);
      assert.deepEqual([note?.id, note?.tenant, note?.task, note?.about], [said.body.id, 'web', 'triage', id]);
      assert.deepEqual(note?.body, {
        source: 'client',
        score: 0,
        label: 'wrong',
        comment: 'Ask <email-1>.',
        reference: { label: 'bug' },
        model: 'small',
      });
    }
  });

  test('of a hundred calls at once finds every one of them', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => say({ request_id: await call(`Ticket ${at}`), score: at / 100 })),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 100);
  });

  test('may come several times, without the version in the path, and all of it is kept', async () => {
    const id = await call('Hello');
    assert.equal((await say({ request_id: id, score: 1 }, { path: '/feedback' })).status, 201);
    assert.equal((await say({ request_id: id, score: 0.3 })).status, 201);
    const all = await noted(id, 2);
    assert.deepEqual(
      all.map(({ body }) => body['score']),
      [1, 0.3],
    );
  });

  test("to another tenant's call is told like one to no call", async () => {
    const id = await call('Hello');
    const [foreign, unknown] = [
      await say({ request_id: id, score: 1 }, { key: OTHER }),
      await say({ request_id: 'req_0', score: 1 }, { key: OTHER }),
    ];
    assert.deepEqual([foreign.status, unknown.status], [404, 404]);
    assert.equal(foreign.body.error?.message.replace(id, 'req_0'), unknown.body.error?.message);
    assert.equal(foreign.body.error?.code, 'not_found');
    assert.deepEqual(notes(id), []);
  });

  test("is refused in OpenAI's shape, with the member that is wrong", async () => {
    const id = await call('Hello');
    for (const [body, status, code, param] of [
      ['{', 400, 'invalid_json', null],
      [{ request_id: id, scor: 1 }, 400, 'invalid_request', 'scor'],
      [{ request_id: id }, 400, 'invalid_request', 'score'],
      [{ request_id: id, score: 2 }, 400, 'invalid_request', 'score'],
      [{ request_id: id, comment: 'x'.repeat(33_000) }, 413, 'body_too_large', null],
    ] as const) {
      const said = await say(body);
      assert.deepEqual([said.status, said.body.error?.code, said.body.error?.param], [status, code, param]);
    }
    assert.equal((await say({ request_id: id, score: 1 }, { key: '' })).status, 401);
    assert.equal((await say({ request_id: id, score: 1 }, { key: 'unknown' })).status, 401);
    assert.equal((await say(null, { method: 'GET' })).status, 405);
  });

  test('to a private call keeps no texts, and says which it left out', async () => {
    const id = await call('private words', 'notes');
    const said = await say({ request_id: id, score: 0, comment: 'private thoughts' });
    assert.deepEqual([said.status, said.body.left_out], [201, ['comment']]);
    assert.equal((await noted(id))[0]?.body['comment'], null);
    assert.equal((await say({ request_id: id, comment: 'more thoughts' })).status, 400);
  });
});

test('a connection on which calls come takes feedback between them', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  const send = (path: string, body: object): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${WEB}` };
      const request = http.request(`${gateway.url}${path}`, { method: 'POST', agent, headers }, (response) => {
        ports.add(response.socket.localPort);
        response.resume().once('end', () => resolve(response));
      });
      request.once('error', reject).end(JSON.stringify(body));
    });
  for (let round = 0; round < 3; round++) {
    const body = { model: 'auto/triage', messages: [{ role: 'user', content: `Round ${round}` }] };
    const { headers } = await send('/v1/chat/completions', body);
    const said = await send('/v1/feedback', { request_id: headers['x-tierline-request-id'], score: 1 });
    assert.equal(said.statusCode, 201);
  }
  agent.destroy();
  assert.equal(ports.size, 1);
});

test('what was answered with 201 outlives a kill', async (t) => {
  const own = await startGateway(t, {
    config: { providers: { simulated: {} }, models: { small: 'simulated/sim-small' }, default: 'small' },
  });
  const answer = await fetch(`${own.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await answer.text();
  const id = answer.headers.get('x-tierline-request-id') ?? '';
  const said = await fetch(`${own.url}/v1/feedback`, {
    method: 'POST',
    body: JSON.stringify({ request_id: id, score: 1 }),
  });
  await own.stop('SIGKILL');
  assert.equal(said.status, 201);
  const reader = openLedgerReader(own.ledgerPath);
  t.after(() => reader.close());
  assert.deepEqual(
    [...reader.notes()].map(({ note }) => note.about),
    [id],
  );
});

test('rows are made of it, of requests that were captured', async () => {
  const id = await call('The printer of bob@example.com is broken.');
  await say({ request_id: id, score: 0.25 });
  await say({ request_id: await call('private', 'notes'), score: 1 });
  await gateway.stop();
  const made = await run(['rows', '--from', 'feedback', '--out', 'rows.jsonl'], { cwd: folder });
  assert.equal(made.code, 2, made.stderr);
  assert.match(made.stdout, /notes: 0 rows[^]*left out: 2 answers of small, its request was not captured/);
  const lines = readFileSync(join(folder, 'rows.jsonl'), 'utf8').trimEnd().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as RowLine);
  const row = rows.find((one) => one.id === id) ?? assert.fail();
  assert.deepEqual([row.source, row.task, row.outcomes['small']?.score], ['feedback', 'triage', 0.25]);
  assert.equal(row.prompt, 'The printer of <email-1> is broken.');
  assert.ok((row.outcomes['small']?.cost_usd ?? 0) > 0 && (row.outcomes['small']?.input_tokens ?? 0) > 0);
});
