import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import type { JsonObject } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import type { CallRow } from '../call/row.ts';
import { openLedgerReader } from '../ledger/reader.ts';
import { ChatError } from './chat-error.ts';
import { createRouter } from './create-router.ts';
import type { ChatRequest, Router, RouterConfig } from './router.ts';

const PRICE = { input: 1, output: 2 };
const CONFIG: RouterConfig = {
  providers: {
    'simulated-openai': { dialect: 'openai', speed: 100 },
    'simulated-anthropic': { dialect: 'anthropic', speed: 100 },
    'simulated-slow': { dialect: 'openai', speed: 1 },
  },
  models: {
    small: { use: 'simulated-openai/sim-small', tier: 'small', price: PRICE },
    mid: { use: 'simulated-anthropic/sim-mid', tier: 'mid', price: PRICE },
    slow: { use: 'simulated-slow/sim-small', price: PRICE },
  },
  baseline: 'mid',
  retries: { max_attempts: 1 },
  tasks: {
    triage: { route: 'small' },
    gated: { accept: [{ pattern: 'never so' }], route: { cascade: ['small', 'mid'] }, consequence: 'irreversible' },
  },
};
const say = (content: string, more: object = {}): { model: string; messages: unknown[] } => ({
  model: 'auto',
  messages: [{ role: 'user', content }],
  ...more,
});

let router: Router;

before(async () => {
  router = await createRouter(CONFIG, { ledger: false });
});
after(() => router.close());

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-router-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

function notesOf(path: string): Note[] {
  const reader = openLedgerReader(path);
  try {
    return [...reader.notes()].map(({ note }) => note);
  } finally {
    reader.close();
  }
}

function rowsOf(path: string): CallRow[] {
  const reader = openLedgerReader(path);
  try {
    return reader.calls({ limit: 100 }).map(({ row }) => row);
  } finally {
    reader.close();
  }
}

async function gather(stream: AsyncIterable<JsonObject>): Promise<JsonObject[]> {
  const events: JsonObject[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('a chat', () => {
  test("in OpenAI's dialect has a reply in it, and the row of the call", async () => {
    const { reply, facts } = await router.chat(say('Hello'), { task: 'triage', session: 's1', tenant: 'acme' });
    assert.equal(reply.object, 'chat.completion');
    assert.deepEqual(
      [facts.status, facts.dialect, facts.task, facts.session, facts.tenant, facts.model],
      ['ok', 'openai-chat', 'triage', 's1', 'acme', 'small'],
    );
    assert.ok((facts.costNanoUsd ?? 0) > 0 && (facts.baselineNanoUsd ?? 0) > 0);
  });

  test("in Anthropic's dialect is told by its shape, or named", async () => {
    const shaped = await router.chat(say('Hello', { system: 'Be short.', max_tokens: 50 }));
    const named = await router.chat(say('Hello', { max_tokens: 50 }), { dialect: 'anthropic' });
    for (const { reply, facts } of [shaped, named]) {
      assert.equal(reply.type, 'message');
      assert.equal(facts.dialect, 'anthropic-messages');
    }
  });

  test('is streamed as the events of its dialect, without the end mark that is none', async () => {
    const openai = await router.chat({ ...say('Hello'), stream: true });
    const chunks = await gather(openai);
    assert.ok(chunks.length > 3 && chunks.every(({ object }) => object === 'chat.completion.chunk'));
    const anthropic = await router.chat(
      { ...say('Hello', { max_tokens: 50 }), stream: true },
      { dialect: 'anthropic' },
    );
    const events = await gather(anthropic);
    assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['message_start', 'message_stop']);
    for (const stream of [openai, anthropic]) {
      const facts = await stream.facts;
      assert.deepEqual([facts.id, facts.status, facts.stream], [stream.requestId, 'ok', true]);
    }
  });

  test('goes where its headers say, whatever their case', async () => {
    const { facts } = await router.chat(say('Hello'), { headers: { 'X-Tierline-Task': 'triage', absent: undefined } });
    assert.equal(facts.task, 'triage');
  });
});

describe('a chat fails', () => {
  test('with what is wrong in the request, and then has no row', async () => {
    await assert.rejects(router.chat({ model: 'auto', messages: [] }), { code: 'invalid_request', param: 'messages' });
    await assert.rejects(router.chat(undefined as unknown as ChatRequest), { code: 'invalid_request' });
    const nested = JSON.parse(`${'['.repeat(600)}${']'.repeat(600)}`) as unknown;
    await assert.rejects(router.chat({ model: 'auto', messages: [nested] }), { code: 'too_deep' });
    await assert.rejects(
      router.chat(say('a'), { dialect: 'gemini' as 'openai' }),
      /"gemini".*openai, responses and anthropic/,
    );
  });

  test("with the provider's own error, its row and its body", async () => {
    await assert.rejects(router.chat(say('[[sim:fail=429 retry-after=7]]', { model: 'small' })), (error) => {
      assert.ok(error instanceof ChatError);
      assert.deepEqual([error.status, error.retryAfterSeconds ?? error.headers['retry-after']], [429, '7']);
      assert.equal(error.facts?.status, 'error');
      assert.ok(JSON.parse(error.body ?? '').error);
      return true;
    });
  });

  test('when no answer passes the gates and the task rather has an error', async () => {
    await assert.rejects(router.chat(say('Hello', { model: 'auto/gated' })), (error) => {
      assert.ok(error instanceof ChatError);
      assert.equal(error.code, 'answer_refused');
      assert.deepEqual(
        error.facts?.attempts.map(({ model }) => model),
        ['small', 'mid'],
      );
      return true;
    });
  });

  test('in the middle of a stream, after the events that came, as partial', async () => {
    const stream = await router.chat({
      ...say('[[sim:cut=3]] Hello there, how are you', { model: 'small' }),
      stream: true,
    });
    const events: JsonObject[] = [];
    await assert.rejects(
      (async () => {
        for await (const event of stream) events.push(event);
      })(),
      { code: 'upstream_truncated' },
    );
    assert.ok(events.length > 0);
    assert.equal((await stream.facts).status, 'partial');
  });

  test('before the first event of a stream as it does without one', async () => {
    const request = { ...say('[[sim:fail=503]]', { model: 'small' }), stream: true as const };
    await assert.rejects(router.chat(request), { status: 503 });
  });
});

describe('a caller leaves', () => {
  test('before the call: nothing happens', async () => {
    await assert.rejects(router.chat(say('Hello'), { signal: AbortSignal.abort(new Error('no')) }), /no/);
  });

  test('a stream by reading no further: its row says so', async () => {
    const stream = await router.chat({
      ...say('Tell me a long story about a bridge', { model: 'slow' }),
      stream: true,
    });
    for await (const _ of stream) break;
    assert.equal((await stream.facts).status, 'client_gone');
  });

  test('a stream by its signal: reading ends with the reason', async () => {
    const stop = new AbortController();
    const request = { ...say('Tell me a long story about a bridge', { model: 'slow' }), stream: true as const };
    const stream = await router.chat(request, { signal: stop.signal });
    await assert.rejects(async () => {
      for await (const _ of stream) stop.abort(new Error('enough'));
    }, /enough/);
    assert.equal((await stream.facts).status, 'client_gone');
  });
});

describe('explain', () => {
  test('tells the plan and calls nobody', () => {
    const { plan, candidates } = router.explain(say('Hello', { model: 'auto/gated' }));
    assert.deepEqual(
      plan?.attempts.map(({ model }) => model),
      ['small', 'mid'],
    );
    assert.equal(candidates.length, 2);
  });

  test('tells why a request is refused, and throws for one that is not valid', () => {
    assert.equal(router.explain(say('Hello', { model: 'auto/nope' })).refusal?.code, 'model_not_found');
    assert.throws(() => router.explain({ model: '', messages: [] }), { code: 'invalid_request' });
  });
});

describe('feedback', () => {
  test('to a call that has just been answered is in the ledger, masked, with the model of the answer', async (t) => {
    const path = join(temporaryFolder(t), 'ledger.db');
    const own = await createRouter({ ...CONFIG, ledger: { path } });
    t.after(() => own.close());
    const { facts } = await own.chat(say('Hello'), { task: 'triage', tenant: 'acme' });
    const reference = { label: 'bug', seen: new Date(0) };
    const given = await own.feedback(
      { requestId: facts.id, label: 'thumbs_down', comment: 'ann@example.com', reference },
      { tenant: 'acme' },
    );
    await own.close();
    const [note] = notesOf(path);
    assert.match(given.id, /^fb_[0-9a-z]+$/);
    assert.deepEqual([note?.id, note?.about, note?.tenant, note?.task], [given.id, facts.id, 'acme', 'triage']);
    assert.deepEqual(note?.body, {
      source: 'client',
      score: 0,
      label: 'thumbs_down',
      comment: '<email-1>',
      reference: { label: 'bug', seen: '1970-01-01T00:00:00.000Z' },
      model: 'small',
    });
  });

  test('is refused for what is no call of the tenant, for what is wrong, and without a ledger', async (t) => {
    const path = join(temporaryFolder(t), 'ledger.db');
    const own = await createRouter({ ...CONFIG, ledger: { path } });
    t.after(() => own.close());
    const { facts } = await own.chat(say('Hello'), { tenant: 'acme' });
    const requestId = facts.id;
    await assert.rejects(own.feedback({ requestId, score: 1 }), { code: 'not_found' });
    await assert.rejects(own.feedback({ requestId: 'req_none', score: 1 }, { tenant: 'acme' }), { code: 'not_found' });
    await assert.rejects(own.feedback({ requestId, score: 2 }), { code: 'invalid_request', param: 'score' });
    await assert.rejects(own.feedback({ requestId, score: Number.NaN, label: 'good' }), { code: 'invalid_request' });
    await assert.rejects(own.feedback({ requestId, scores: 1 } as never), /Did you mean "score"/);
    await assert.rejects(own.feedback({ request_id: requestId, score: 1 } as never), /Did you mean "requestId"/);
    await assert.rejects(router.feedback({ requestId, score: 1 }), { code: 'unsupported', message: /keeps no ledger/ });
    assert.deepEqual(notesOf(path), []);
  });

  test('on its way is kept by a router that closes, which takes no more', async (t) => {
    const path = join(temporaryFolder(t), 'ledger.db');
    const own = await createRouter({ ...CONFIG, ledger: { path } });
    const { facts } = await own.chat(say('Hello'));
    const given = own.feedback({ requestId: facts.id, score: 1 });
    const closed = own.close();
    await assert.rejects(own.feedback({ requestId: facts.id, score: 0 }), { code: 'shutting_down' });
    const { id } = await given;
    await closed;
    assert.deepEqual(
      notesOf(path).map((note) => note.id),
      [id],
    );
  });
});

describe('a router is opened', () => {
  test('from a file, with the ledger beside it: one row per call, there once it is closed', async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'tierline.yaml');
    writeFileSync(path, stringify({ ...CONFIG, ledger: { path: 'calls.db' } }));
    const own = await createRouter(path);
    await own.chat(say('Hello'));
    await own.chat(say('[[sim:fail=400]]', { model: 'small' })).catch(() => {});
    await own.close();
    assert.deepEqual(
      rowsOf(join(folder, 'calls.db'))
        .map(({ status }) => status)
        .sort(),
      ['error', 'ok'],
    );
  });

  test('from nothing: without keys in the environment the simulated provider answers', async () => {
    await using own = await createRouter(undefined, { ledger: false, env: {} });
    const { plan } = own.explain(say('Hello'));
    assert.deepEqual(
      plan?.attempts.map(({ model }) => model),
      ['mid'],
    );
  });

  test('not from a configuration that is wrong, which is told as for a file', async () => {
    const wrong = { ...CONFIG, baseline: 'smal' };
    await assert.rejects(createRouter(wrong, { ledger: false }), /the configuration {2}baseline: .*smal[^]*small/);
    await assert.rejects(createRouter('/nowhere/tierline.yaml'), /there is no such file/);
  });
});

describe('a router that closes', () => {
  test('lets running calls end, refuses new ones, and may be closed twice', async (t) => {
    const folder = temporaryFolder(t);
    const ledger = { path: join(folder, 'ledger.db') };
    const own = await createRouter({ ...CONFIG, ledger });
    const running = own.chat(say('Hello'));
    const closed = own.close();
    await assert.rejects(own.chat(say('Hello')), { code: 'shutting_down' });
    assert.equal((await running).facts.status, 'ok');
    await Promise.all([closed, own.close()]);
    assert.equal(rowsOf(ledger.path).length, 1);
  });

  test('leaves calls that take longer than the grace', async (t) => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    t.after(() => silent.closeAllConnections());
    t.after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const own = await createRouter(
      {
        providers: { local: { dialect: 'openai', base_url: `http://127.0.0.1:${port}/v1` } },
        models: { a: 'local/a' },
        baseline: 'a',
        server: { shutdown_grace: '20ms' },
      },
      { ledger: false },
    );
    const chat = assert.rejects(own.chat(say('Hello')), { code: 'shutting_down' });
    await own.close();
    await chat;
  });
});
