import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { CallClient } from './call-client.ts';
import type { Config } from './config/config.ts';
import { parseConfig } from './config/load.ts';
import type { LoadPredictor } from './config/load-predictors.ts';
import { Inbound } from './dialect/inbound.ts';
import { openaiChat } from './dialect/openai-chat.ts';
import { measuredProfile } from './evidence/profile.fixture.ts';
import { type Instance, openInstance, openUnrecorded } from './instance.ts';
import { openLedgerReader } from './ledger/reader.ts';
import { sampleRow } from './ledger/sample-row.test.ts';
import { decide } from './policy/decide.ts';
import { route } from './router.ts';

const warn = (sentence: string): void => assert.fail(sentence);

const folders: string[] = [];
// Only when every instance has been closed.
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-instance-'));
  folders.push(folder);
  return folder;
}

function configure(folder: string, more = ''): Config {
  const text = `
providers: { simulated: {} }
models: { small: simulated/sim-small }
ledger: { path: ledger.db }
${more}`;
  return parseConfig(text, { file: join(folder, 'tierline.yaml'), env: {} });
}

/** A gate whose module has nothing to check with: it is found, and cannot be loaded. */
function withBrokenGate(folder: string): Config {
  writeFileSync(join(folder, 'broken.mjs'), 'export const nothing = 1;');
  return configure(folder, 'tasks: { t: { route: small, accept: [{ module: ./broken.mjs }] } }');
}

const modelsOf = ({ engine }: Instance): string[] => [...engine.policy.models.keys()];

test('an instance has an engine and a ledger that is written out when it closes', async (t) => {
  const folder = folderOf();
  const instance = await openInstance(configure(folder), warn);
  assert.deepEqual(modelsOf(instance), ['small']);
  await instance.ledger.record(sampleRow({ id: 'r1' }));
  await instance.close();
  const reader = openLedgerReader(join(folder, 'ledger.db'));
  t.after(() => reader.close());
  assert.equal(reader.call('r1')?.id, 'r1');
});

test('who owns what is kept beside the ledger, outlives the instance, and ends with its retention', async (t) => {
  const folder = folderOf();
  const first = await openInstance(configure(folder), warn);
  first.objects.bind({ kind: 'batch', id: 'batch-1', tenant: 'acme', provider: 'simulated' });
  await first.close();
  assert.ok(existsSync(join(folder, 'ledger.db.objects')));
  const second = await openInstance(configure(folder), warn);
  t.after(() => second.close());
  assert.equal(second.objects.find('batch', 'batch-1', 'acme')?.provider, 'simulated');
  await second.reload(configure(folder, 'objects: { retention: 1ms }'), () => {});
  assert.equal(second.objects.find('batch', 'batch-1', 'acme'), null);
});

test('objects that cannot be opened are told with their path, and leave no ledger open', async () => {
  const folder = folderOf();
  writeFileSync(join(folder, 'ledger.db.objects'), 'this is no database');
  await assert.rejects(openInstance(configure(folder), warn), /The objects at .*ledger\.db\.objects cannot be opened/);
});

test('without a ledger nothing is written', async () => {
  const folder = folderOf();
  const instance = await openUnrecorded(configure(folder));
  assert.deepEqual([instance.ledger, instance.objects], [null, null]);
  await instance.close();
  assert.equal(existsSync(join(folder, 'ledger.db')), false);
});

test('a reload switches over while the earlier connections still take calls, and keeps the ledger', async (t) => {
  const folder = folderOf();
  const instance = await openInstance(configure(folder), warn);
  t.after(() => instance.close());
  const { engine: before, ledger } = instance;
  let seen: string[] = [];
  const next = configure(folder, 'tasks: { t: { route: small } }');
  await instance.reload(next, () => {
    seen = instance.engine.policy.tasks.map(({ name }) => name);
  });
  assert.deepEqual(seen, ['t']);
  assert.notEqual(instance.engine, before);
  assert.equal(instance.ledger, ledger);
  assert.equal(instance.config, next);
});

test('a gateway observes where its configuration says so; whoever only asks what routes would do is told what they would', async (t) => {
  const folder = folderOf();
  const observing = configure(folder, 'observe: true\nbaseline: small\ncanary: { budget_usd: 1 }');
  const instance = await openInstance(observing, warn);
  t.after(() => instance.close());
  assert.equal(instance.engine.policy.observing?.baseline, 'small');
  assert.equal(instance.config.canary, null, 'nothing is answered again');
  await instance.reload(configure(folder, 'baseline: small'), () => {});
  assert.equal(instance.engine.policy.observing, null);
  await instance.reload(observing, () => {});
  assert.notEqual(instance.engine.policy.observing, null);
  for (const isAtWork of [false, true]) {
    const asked = await openUnrecorded(observing, { isAtWork });
    t.after(() => asked.close());
    assert.equal(asked.engine.policy.observing !== null, isAtWork);
  }
});

test('a configuration that cannot be opened changes nothing', async (t) => {
  const folder = folderOf();
  const instance = await openInstance(configure(folder), warn);
  t.after(() => instance.close());
  const { engine, config } = instance;
  await assert.rejects(
    instance.reload(withBrokenGate(folder), () => assert.fail('switched over')),
    /broken\.mjs/,
  );
  assert.deepEqual([instance.engine, instance.config], [engine, config]);
});

test('a ledger that cannot be opened is told with its path, and a gate that cannot leaves no ledger behind', async () => {
  const folder = folderOf();
  writeFileSync(join(folder, 'ledger.db'), 'this is no database');
  await assert.rejects(openInstance(configure(folder), warn), /The ledger at .*ledger\.db cannot be opened/);
  const other = folderOf();
  await assert.rejects(openInstance(withBrokenGate(other), warn), /broken\.mjs/);
  assert.equal(existsSync(join(other, 'ledger.db')), false);
});

test('a call is captured after its answer has gone out, and never waited for', async (t) => {
  const folder = folderOf();
  const instance = await openInstance(configure(folder, 'capture: { share: 1 }\ndefault: small'), warn);
  t.after(() => instance.close());
  const events: string[] = [];
  const afterwards = { wantsAnswer: () => false, ended: () => void events.push('captured') };
  const engine = { ...instance.engine, afterwards };
  const inbound = Inbound.read(
    openaiChat,
    Buffer.from('{"model":"auto","messages":[{"role":"user","content":"Hi"}]}'),
    8,
  );
  const client: CallClient = {
    answer: null,
    isCommitted: false,
    isGone: false,
    onGone: null,
    onDrain: null,
    keepAlive: () => {},
    begin: () => {},
    write: () => true,
    reply: () => void events.push('answered'),
    finish: () => void events.push('answered'),
    fail: ({ message }) => assert.fail(message),
  };
  const recorder = { record: () => void events.push('recorded') };
  const call = {
    id: 'r1',
    atMs: 0,
    startedAt: 0,
    tenant: 'default',
    path: '/',
    query: '',
    headers: {},
    inbound,
    client,
  };
  await route(engine, recorder, call);
  assert.deepEqual(events, ['recorded', 'answered', 'captured']);
  assert.equal(typeof instance.engine.afterwards?.ended, 'function');
  await instance.reload(configure(folder, 'default: small'), () => {});
  assert.equal(instance.engine.afterwards, null);
});

test('what profiles have measured is known from the first call, and one that is broken is told and nothing more', async () => {
  const folder = folderOf();
  const config = parseConfig(
    `
providers: { p: { dialect: openai, base_url: "http://127.0.0.1:9/v1", api_key: k } }
models:
  small: { use: p/up-small, tier: small, price: { input: 1, output: 2 } }
  big: { use: p/up-big, tier: frontier, price: { input: 10, output: 20 } }
ledger: { path: ledger.db }
tasks: { label: { accept: [{ one_of: [yes, no] }], route: { best: cost, quality: 80%, among: [small, big] } } }
`,
    { file: join(folder, 'tierline.yaml'), env: {} },
  );
  mkdirSync(join(folder, 'tierline', 'profile'), { recursive: true });
  writeFileSync(join(folder, 'tierline', 'profile', 'broken.json'), '{');
  const first = async () => {
    const warned: string[] = [];
    const instance = await openInstance(config, (sentence) => void warned.push(sentence));
    const { policy, planState } = instance.engine;
    const body = { model: 'auto/label', messages: [{ role: 'user', content: 'hi' }] };
    const inbound = Inbound.read(openaiChat, Buffer.from(JSON.stringify(body)), 64);
    const caller = { tenant: 'acme', path: '/v1/chat/completions', headers: {} };
    const { attempts } = decide(policy, inbound, caller, planState(0));
    await instance.close();
    return { models: attempts.map(({ model }) => model), warned };
  };
  const unknowing = await first();
  assert.deepEqual(unknowing.models, ['big', 'small']);
  assert.match(unknowing.warned.join('\n'), /broken\.json is not JSON; the planner begins without it/);
  writeFileSync(join(folder, 'tierline', 'profile', 'label.json'), JSON.stringify(measuredProfile('label', 'small')));
  const knowing = await first();
  assert.deepEqual(knowing.models, ['small', 'big']);
  assert.equal(knowing.warned.length, 1);
});

test('the encoder that a predictor wants is loaded in the background when it is on this machine; one that is paid is not asked', async () => {
  const folder = folderOf();
  writeFileSync(join(folder, 'artifact.json'), '{}');
  const config = configure(folder, 'tasks: { t: { route: { predict: artifact.json } } }');
  const askedBy = async (sentTo: string | null): Promise<string[]> => {
    const asked: string[] = [];
    const encode = (name: string) => ({
      sentTo,
      encode: () => (asked.push(name), Promise.reject(new Error('not installed'))),
    });
    const loadPredictor: LoadPredictor = () => ({
      id: '0123456789ab',
      models: ['small'],
      reference: 'small',
      isCascade: false,
      encoder: 'wanted',
      forecast: () => ({ chances: {}, order: null, say: '' }),
    });
    const encoders = new Map(['wanted', 'other'].map((name) => [name, encode(name)]));
    const instance = await openUnrecorded(config, { learned: { loadPredictor, encoders } });
    await instance.close();
    return asked;
  };
  assert.deepEqual(await askedBy(null), ['wanted']);
  assert.deepEqual(await askedBy('small'), []);
});
