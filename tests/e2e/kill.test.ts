// A gateway that is killed under load: whoever read an answer to its end finds its row, and no row is there twice. And
// the count: as many rows as requests were admitted, however clients and providers behave.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScriptedGateway } from './scripted-gateway.ts';
import {
  answer,
  beginStream,
  errorBody,
  opening,
  reset,
  type Script,
  sendJson,
  token,
  type WireName,
} from './scripted-upstream.ts';
import { eventually, readRows, startGateway, temporaryFolder, writeConfig } from './support.ts';
import { type Answer, ask, hasFinish, type Sent, send } from './wire-client.ts';

const ROUNDS = 20;
const WORKERS = 8;

/** Whether the client has the whole of an answer, errors included. */
function isRead({ isComplete, status, text }: Answer, { wire, stream }: Sent): boolean {
  return isComplete && (status !== 200 || stream !== true || hasFinish(wire, text));
}

/** Sends request after request until the gateway is gone; the ids of those whose answer was read to its end. */
async function load(url: string, worker: number, isOver: () => boolean): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; !isOver(); i++) {
    const wire: WireName = (worker + i) % 2 === 0 ? 'openai' : 'anthropic';
    const model = i % 3 === 0 ? 'sim-openai' : 'sim-anthropic';
    // Some answers are errors of the provider: they have rows as well.
    const text = i % 5 === 4 ? '[[sim:fail=400]]' : `Tell me about number ${i}.`;
    const sent: Sent = { wire, model, text, stream: i % 2 === 0 };
    const answer = await ask(url, sent);
    const id = answer.headers['x-tierline-request-id'];
    if (isRead(answer, sent) && typeof id === 'string') ids.push(id);
  }
  return ids;
}

test('no answer that was read to its end is without its row when the gateway is killed', {
  timeout: 60_000,
}, async (t) => {
  const folder = temporaryFolder(t);
  writeConfig(folder, {
    providers: {
      'simulated-openai': { dialect: 'openai', speed: 20 },
      'simulated-anthropic': { dialect: 'anthropic', speed: 20 },
    },
    models: { 'sim-openai': 'simulated-openai/sim-small', 'sim-anthropic': 'simulated-anthropic/sim-small' },
  });
  const read: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const gateway = await startGateway(t, { folder });
    let isOver = false;
    const loads = Array.from({ length: WORKERS }, (_, worker) => load(gateway.url, worker, () => isOver));
    await sleep(100 + Math.random() * 500);
    isOver = true;
    gateway.child.kill('SIGKILL');
    const ended = await gateway.ended;
    assert.equal(ended.signal, 'SIGKILL');
    read.push(...(await Promise.all(loads)).flat());
  }
  // The last one finds what the others left behind.
  const last = await startGateway(t, { folder });
  assert.deepEqual(await last.stop(), { code: 0, signal: null });
  const rows = readRows(last.ledgerPath).map(({ id }) => id);
  const known = new Set(rows);
  t.diagnostic(`${read.length} answers read, ${rows.length} rows`);
  assert.ok(read.length > ROUNDS * WORKERS, `enough answers to mean something: ${read.length}`);
  assert.equal(new Set(read).size, read.length, 'no request id was given twice');
  assert.equal(known.size, rows.length, 'no row twice');
  assert.deepEqual(
    read.filter((id) => !known.has(id)),
    [],
    'every answer has its row',
  );
});

/** What the provider does to a request, by the first word of its text. */
const BEHAVIOURS: Record<string, Script> = {
  fine: answer,
  error: (visit) => sendJson(visit, 500, errorBody(visit.wire, 'oops')),
  refused: (visit) => sendJson(visit, 400, errorBody(visit.wire, 'no')),
  reset,
  truncated: (visit) => {
    beginStream(visit);
    visit.response.end(opening(visit.wire) + token(visit.wire, 'Hello'));
  },
  hang: () => {},
  drip: async (visit) => {
    beginStream(visit);
    while (visit.leftAt === null) {
      visit.response.write(opening(visit.wire) + token(visit.wire, 'Hello'));
      await sleep(20);
    }
  },
};

/** Requests the gateway must turn away without a row. */
const TURNED_AWAY: Partial<Sent>[] = [
  { headers: { 'x-api-key': 'wrong' } },
  { more: { messages: 'none' } },
  { more: { stream: 7 } },
];

test('there are as many rows as admitted requests when clients leave and providers fail', {
  timeout: 30_000,
}, async (t) => {
  const { gateway, upstream } = await startScriptedGateway(t, {
    keys: ['parity-key'],
    retries: { max_attempts: 2, base_delay: '1ms', max_delay: '2ms', budget: 1 },
  });
  const headers = { 'x-api-key': 'parity-key' };
  const names = Object.keys(BEHAVIOURS);
  let admitted = 0;

  const one = async (i: number): Promise<void> => {
    const name = names[i % names.length] as string;
    const wire: WireName = i % 2 === 0 ? 'openai' : 'anthropic';
    const model = ['openai', 'anthropic', 'pair', 'auto', 'nobody'][i % 5] as string;
    const text = `${name} ${i}`;
    upstream.on(text, BEHAVIOURS[name] as Script);
    const stream = name === 'drip' || name === 'truncated' || i % 3 === 0;
    if (i % 10 === 9) {
      const turnedAway = await ask(gateway.url, {
        wire,
        model,
        text,
        stream,
        headers,
        ...TURNED_AWAY[i % TURNED_AWAY.length],
      });
      assert.ok(turnedAway.status === 400 || turnedAway.status === 401, turnedAway.text);
      return;
    }
    admitted += 1;
    const running = send(gateway.url, { wire, model, text, stream, headers });
    if (model !== 'nobody' && (name === 'hang' || name === 'drip')) {
      // Leaves only when the provider has the request: before that nobody can tell whether it was admitted.
      await eventually(() => upstream.visitsOf(text).length > 0);
      if (name === 'drip') await running.begun;
      running.leave();
    }
    await running.answer;
  };

  const total = 420;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < total) await one(next++);
  };
  await Promise.all(Array.from({ length: 24 }, worker));
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
  const rows = readRows(gateway.ledgerPath);
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length, 'no row twice');
  assert.equal(rows.length, admitted);
  const statuses = new Set(rows.map(({ status }) => status));
  assert.deepEqual([...statuses].sort(), ['client_gone', 'error', 'ok', 'partial']);
});
