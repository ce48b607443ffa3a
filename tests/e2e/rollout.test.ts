// A rollout through the built gateway: callers keep their side, a killed gateway goes on in the same step with the same sides and what it knew,
// and every step takes more callers over until a worse candidate is stopped, or an equal one has everybody.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallRow } from '../../src/call/row.ts';
import { readEvents } from '../../src/watch/rollout/events.ts';
import { reply, type ScriptedUpstream, startScriptedUpstream, type Visit } from './scripted-upstream.ts';
import { eventually, type GatewayProcess, type Scope, startGateway, temporaryFolder, writeConfig } from './support.ts';
import { ask } from './wire-client.ts';

const PRICE = { price: { input: 1, output: 2 } };

interface Rolling {
  folder: string;
  upstream: ScriptedUpstream;
  events: () => string[];
}

/** What a model says; of several words one after the other. */
type Words = Record<string, string | readonly string[]>;

async function prepare(scope: Scope, rollout: object, words: Words): Promise<Rolling> {
  const upstream = await startScriptedUpstream();
  scope.after(() => upstream.close());
  const folder = temporaryFolder(scope);
  let at = 0;
  for (const model of ['old', 'new', 'newer', 'strong'])
    upstream.on(model, (visit: Visit) => {
      const said = [words[model] ?? ''].flat();
      const word = said[at++ % said.length];
      const body = JSON.stringify(reply(visit.wire)).replace('"Hello there"', JSON.stringify(word));
      visit.response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
  const provider = { dialect: 'openai', base_url: `${upstream.url}/v1`, api_key: 'k-0123456789' };
  writeConfig(folder, {
    providers: { up: provider },
    models: {
      old: { use: 'up/old', tier: 'small', ...PRICE },
      new: { use: 'up/new', tier: 'small', ...PRICE },
      newer: { use: 'up/newer', tier: 'small', ...PRICE },
      strong: { use: 'up/strong', tier: 'frontier', price: { input: 10, output: 20 } },
    },
    baseline: 'strong',
    tasks: { t: { route: 'old', accept: [{ one_of: ['bug', 'sales'] }] } },
    canary: { share: '1%', budget_usd: 100 },
    rollouts: { t: { candidate: 'new', min_calls: 5, min_canaries: 5, max_loss: 50, ...rollout } },
  });
  const path = `${folder}/ledger.db.rollouts.jsonl`;
  return { folder, upstream, events: () => readEvents(path).map(({ event, percent }) => `${event} ${percent}`) };
}

/** One call of each session, in turns; by the session, the row of its newest call. */
async function callAll(gateway: GatewayProcess, sessions: readonly string[]): Promise<Map<string, CallRow>> {
  const rows = new Map<string, CallRow>();
  for (const session of sessions) {
    const headers = { 'x-session-id': session };
    const answer = await ask(gateway.url, {
      wire: 'openai',
      model: 'auto/t',
      text: `Which? ${session}`,
      stream: false,
      headers,
    });
    rows.set(session, await gateway.row(String(answer.headers['x-tierline-request-id'])));
  }
  return rows;
}

const SESSIONS = Array.from({ length: 30 }, (_, at) => `session-${at}`);
const sidesOf = (rows: Map<string, CallRow>): [string, string | undefined][] =>
  [...rows].map(([session, { arm }]) => [session, arm?.arm]);

const percentsOf = (rows: Map<string, CallRow>): Set<number | undefined> =>
  new Set([...rows.values()].map(({ arm }) => arm?.percent));

test('a gateway that is killed in any step goes on in it, with the same sides, and in the end everybody is on an equal candidate', {
  timeout: 120_000,
}, async (t) => {
  const rolling = await prepare(t, { steps: [30, 60, 100] }, { old: 'bug', new: 'bug', strong: 'bug' });
  let gateway = await startGateway(t, { folder: rolling.folder });
  let before = new Map<string, CallRow>();
  const steps = new Set<number>();
  for (let round = 0; round < 60 && !rolling.events().includes('finished 100'); round++) {
    const rows = await callAll(gateway, SESSIONS);
    for (const { arm, model } of rows.values()) {
      assert.equal(model, arm?.arm === 'candidate' ? 'new' : 'old');
      steps.add(arm?.percent ?? 0);
    }
    // Whoever has been on the candidate stays there.
    for (const [session, { arm }] of before)
      if (arm?.arm === 'candidate') assert.equal(rows.get(session)?.arm?.arm, 'candidate', session);
    if (round % 3 === 1) {
      const standing = rolling.events();
      gateway.child.kill('SIGKILL');
      await gateway.ended;
      assert.deepEqual(rolling.events(), standing, 'nothing has happened meanwhile');
      gateway = await startGateway(t, { folder: rolling.folder });
      const again = await callAll(gateway, SESSIONS.slice(0, 6));
      // Canaries may have moved it on since its rows were written.
      const seen = new Set([...percentsOf(again), ...percentsOf(rows)]);
      if (seen.size === 1) assert.deepEqual(sidesOf(again), sidesOf(rows).slice(0, 6), `after ${standing.at(-1)}`);
    }
    before = rows;
  }
  assert.deepEqual(rolling.events(), ['started 30', 'step 60', 'finished 100']);
  assert.deepEqual(new Set([30, 60, 100]), new Set([...steps, 100]));
  const last = await callAll(gateway, SESSIONS.slice(0, 5));
  assert.deepEqual(new Set([...last.values()].map(({ model }) => model)), new Set(['new']));
});

test('a candidate that is worse is rolled back, and everybody is on the old route again', {
  timeout: 60_000,
}, async (t) => {
  const rolling = await prepare(t, { steps: [50, 100] }, { old: 'bug', new: 'sales', strong: 'bug' });
  const gateway = await startGateway(t, { folder: rolling.folder });
  for (let round = 0; round < 40 && rolling.events().length < 2; round++) await callAll(gateway, SESSIONS);
  assert.deepEqual(rolling.events(), ['started 50', 'rolled_back 0']);
  await eventually(() => /t: rollout was rolled back\. Back from 50 %/.test(gateway.stderr));
  const rows = await callAll(gateway, SESSIONS.slice(0, 8));
  assert.deepEqual(
    new Set([...rows.values()].map(({ model, arm }) => `${model} ${arm?.arm}`)),
    new Set(['old undefined']),
  );
  await gateway.stop();
  const again = await startGateway(t, { folder: rolling.folder });
  await callAll(again, SESSIONS.slice(0, 3));
  assert.deepEqual(rolling.events(), ['started 50', 'rolled_back 0'], 'what was rolled back is not tried again');
});

test('where promotions wait for approval, nothing moves until somebody says so', { timeout: 60_000 }, async (t) => {
  const rolling = await prepare(t, { steps: [50, 100], approval: 'ask' }, { old: 'bug', new: 'bug', strong: 'bug' });
  const gateway = await startGateway(t, { folder: rolling.folder });
  for (let round = 0; round < 40 && rolling.events().length < 2; round++) await callAll(gateway, SESSIONS);
  await callAll(gateway, SESSIONS);
  assert.deepEqual(rolling.events(), ['started 50', 'held 50']);
});

test('a candidate whose answers are refused, and given all the same, is not judged by the others alone', {
  timeout: 60_000,
}, async (t) => {
  const often = ['bug', 'What?', 'What?'];
  const rolling = await prepare(
    t,
    { candidate: { cascade: ['new', 'newer'] }, steps: [50, 100], max_loss: 20, max_cost_ratio: 10 },
    { old: 'bug', new: often, newer: often, strong: 'bug' },
  );
  const gateway = await startGateway(t, { folder: rolling.folder });
  for (let round = 0; round < 40 && rolling.events().length < 2; round++) await callAll(gateway, SESSIONS);
  assert.deepEqual(rolling.events(), ['started 50', 'rolled_back 0']);
});
