// What a gateway keeps of the calls it answers, and that keeping it is nobody's concern but the keeper's.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CapturedCall } from '../../src/capture/captured-call.ts';
import { readCaptured } from '../../src/capture/read-captured.ts';
import { createRouter } from '../../src/library/create-router.ts';
import type { RouterConfig } from '../../src/library/router.ts';
import { eventually, type GatewayProcess, run, startGateway, temporaryFolder, writeConfig } from './support.ts';

const MODELS: RouterConfig = {
  providers: { simulated: { dialect: 'openai', speed: 1000 } },
  models: { small: { use: 'simulated/sim-small', tier: 'small', price: { input: 1, output: 2 } } },
  tasks: {
    triage: { match: { header: { 'x-app': ['desk'] } }, route: 'small' },
    notes: { private: true, route: 'small' },
  },
  default: 'small',
};

async function send(gateway: GatewayProcess, content: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer none', ...headers },
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }] }),
  });
  await response.text();
  return response.status;
}

async function captured(folder: string): Promise<CapturedCall[]> {
  const calls: CapturedCall[] = [];
  for await (const call of readCaptured(join(folder, 'ledger.db.captured'))) calls.push(call);
  return calls;
}

test('a gateway without capture writes nothing of what it is asked', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await startGateway(t, { folder, config: MODELS });
  assert.equal(await send(gateway, 'a secret thing to say'), 200);
  await gateway.stop();
  assert.ok(existsSync(join(folder, 'ledger.db')));
  assert.ok(!existsSync(join(folder, 'ledger.db.captured')));
});

test('a gateway with capture keeps what it answers, masked, and nothing of private tasks; samples are drawn from it', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await startGateway(t, { folder, config: { ...MODELS, capture: { share: '100%' } } });
  for (let n = 0; n < 8; n++)
    assert.equal(await send(gateway, `Ticket ${n}: bob${n}@example.com cannot log in`, { 'x-app': 'desk' }), 200);
  assert.equal(await send(gateway, 'private words', { 'x-tierline-task': 'notes' }), 200);
  await gateway.stop();
  const calls = await captured(folder);
  assert.equal(calls.length, 8);
  assert.deepEqual(
    new Set(calls.map(({ task, headers, path }) => JSON.stringify([task, headers, path]))),
    new Set([JSON.stringify(['triage', { 'x-app': 'desk' }, '/v1/chat/completions'])]),
  );
  const text = JSON.stringify(calls);
  assert.ok(text.includes('<email-1> cannot log in') && !/bob\d|private words|Bearer/.test(text));
  const drawn = await run(['sample', 'triage', '-n', '5', '--json'], { cwd: folder });
  assert.equal(drawn.code, 0, drawn.stderr);
  assert.equal((JSON.parse(drawn.stdout) as { drawn: number }).drawn, 5);
  const refused = await run(['sample', 'notes'], { cwd: folder });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /No calls of notes have been captured in .*tasks: \[notes\]/);
});

test('a folder that cannot be written costs nobody an answer', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'ledger.db.captured'), 'in the way');
  const gateway = await startGateway(t, { folder, config: { ...MODELS, capture: { share: '100%' } } });
  for (let n = 0; n < 5; n++) assert.equal(await send(gateway, `Ticket ${n}`), 200);
  await eventually(() => gateway.stderr.includes('captured calls cannot be written'));
  await eventually(() => gateway.rows().length === 5);
});

test('a reload turns capturing on and off', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await startGateway(t, { folder, config: MODELS });
  await send(gateway, 'before');
  const change = async (config: object, count: number): Promise<void> => {
    writeConfig(folder, config);
    gateway.child.kill('SIGHUP');
    await eventually(() => gateway.stdout.split('configuration reloaded').length > count);
  };
  await change({ ...MODELS, capture: { share: 1 } }, 1);
  await send(gateway, 'during');
  await change(MODELS, 2);
  await send(gateway, 'after');
  await gateway.stop();
  const said = (await captured(folder)).map(({ body }) => JSON.stringify(body['messages']));
  assert.deepEqual(said, ['[{"role":"user","content":"during"}]']);
});

test('after a kill -9 in the middle of writing, what is there can be read, and the next gateway goes on', async (t) => {
  const folder = temporaryFolder(t);
  const config = { ...MODELS, capture: { share: 1 } };
  const first = await startGateway(t, { folder, config });
  const sending = Array.from({ length: 40 }, (_, n) =>
    send(first, `Ticket ${n} ${'word '.repeat(2000)}`).catch(() => 0),
  );
  await Promise.any(sending);
  await first.stop('SIGKILL');
  await Promise.all(sending);
  const before = (await captured(folder)).length;
  const second = await startGateway(t, { folder, config });
  await send(second, 'the next');
  await second.stop();
  const calls = await captured(folder);
  assert.equal(calls.length, before + 1);
  assert.ok(JSON.stringify(calls.at(-1)?.body).includes('the next'));
});

test('a router in process captures as well, and a router without a ledger does not', async (t) => {
  const folder = temporaryFolder(t);
  const config = { ...MODELS, ledger: { path: join(folder, 'ledger.db') }, capture: { share: 1 } };
  for (const ledger of [false, true]) {
    const router = await createRouter(config, { ledger });
    await router.chat(
      { model: 'auto', messages: [{ role: 'user', content: 'Hello from within' }] },
      { task: 'triage' },
    );
    await router.close();
  }
  const calls = await captured(folder);
  assert.deepEqual(
    calls.map(({ task, headers, path }) => ({ task, headers, path })),
    [{ task: 'triage', headers: { 'x-tierline-task': 'triage' }, path: '/v1/chat/completions' }],
  );
});
