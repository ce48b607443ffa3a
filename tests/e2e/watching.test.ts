// Watching through the built gateway: a model that is swapped behind its name is told on its first answer, to the log, to a signed webhook and to
// Prometheus; a cheap model whose answers become worse is bypassed for a while where that is allowed; and a person has the last word.
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { reply, startScriptedUpstream, type Visit } from './scripted-upstream.ts';
import {
  eventually,
  type GatewayProcess,
  run,
  type Scope,
  startGateway,
  temporaryFolder,
  writeConfig,
} from './support.ts';
import { Webhook } from './webhook-check.ts';
import { type Answer, ask } from './wire-client.ts';

const SECRET = 'a-secret-of-the-operations-team';
const PRICE = { price: { input: 1, output: 2 } };

interface Told {
  headers: IncomingHttpHeaders;
  body: string;
}

async function startReceiver(scope: Scope): Promise<{ url: string; told: Told[] }> {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      told.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.after(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, told };
}

interface World {
  folder: string;
  gateway: GatewayProcess;
  /** What the models say, by their upstream name, and which model the provider says it was. */
  says: Record<string, string>;
  served: { model: string };
  call: (text?: string) => Promise<Answer>;
}

async function start(scope: Scope, more: object): Promise<World> {
  const upstream = await startScriptedUpstream();
  scope.after(() => upstream.close());
  const says: Record<string, string> = { cheap: 'bug', strong: 'bug' };
  const served = { model: 'cheap-2026-05-01' };
  for (const model of ['cheap', 'strong'])
    upstream.on(model, (visit: Visit) => {
      const body = reply(visit.wire) as { model: string };
      if (model === 'cheap') body.model = served.model;
      const text = JSON.stringify(body).replace('"Hello there"', JSON.stringify(says[model]));
      visit.response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    });
  const folder = temporaryFolder(scope);
  writeConfig(folder, {
    providers: { up: { dialect: 'openai', base_url: `${upstream.url}/v1`, api_key: 'k-0123456789' } },
    models: {
      cheap: { use: 'up/cheap', tier: 'small', ...PRICE },
      strong: { use: 'up/strong', tier: 'frontier', ...PRICE },
    },
    baseline: 'strong',
    tasks: { t: { route: 'cheap' } },
    ...more,
  });
  const gateway = await startGateway(scope, { folder });
  let at = 0;
  const call = (text = `Which is it, number ${at++}?`): Promise<Answer> =>
    ask(gateway.url, { wire: 'openai', model: 'auto/t', text, stream: false });
  return { folder, gateway, says, served, call };
}

test('a model that is swapped behind an unchanged name is told on its first answer, and once', async (t) => {
  const receiver = await startReceiver(t);
  const world = await start(t, {
    alerts: { to: ['log', { webhook: receiver.url, secret: SECRET }], rules: { unknown_cost: false } },
  });
  for (let at = 0; at < 5; at++) await world.call();
  assert.equal(receiver.told.length, 0);
  world.served.model = 'cheap-2026-11-01';
  await world.call();
  const first = await eventually(() => receiver.told[0]);
  const message = new Webhook(SECRET).verify(first) as { alert: { rule: string; task: string }; sentence: string };
  assert.match(first.body, /model_changed/);
  assert.match(first.body, /cheap-2026-05-01.*cheap-2026-11-01/);
  assert.ok(message);
  await eventually(() => /cheap-2026-11-01/.test(world.gateway.stderr));
  for (let at = 0; at < 5; at++) await world.call();
  assert.equal(receiver.told.length, 1);
  const metrics = await (await fetch(`${world.gateway.url}/metrics`)).text();
  assert.match(metrics, /tierline_alert_active\{rule="model_changed",task="",.*\} 1/);
  assert.match(metrics, /tierline_alerts_total\{rule="model_changed"\} 1/);
  // After a restart the name is known, and is no news.
  await world.gateway.stop();
  const again = await startGateway(t, { folder: world.folder });
  await ask(again.url, { wire: 'openai', model: 'auto/t', text: 'And now?', stream: false });
  const said = await run(['watch', '--json'], { cwd: world.folder });
  const { lately } = JSON.parse(said.stdout) as { lately: { sentence: string }[] };
  assert.equal(lately.filter(({ sentence }) => sentence.includes('cheap-2026-11-01')).length, 1);
});

test('a cheap model whose answers are worse than is allowed is bypassed, after a kill too, until a person says otherwise', {
  timeout: 90_000,
}, async (t) => {
  const world = await start(t, {
    canary: { share: '100%', budget_usd: 100 },
    alerts: { to: ['log'], rules: { canary_gap: { points: 5 } } },
    watch: { actions: { bypass: '1h' } },
  });
  const modelOf = ({ headers }: Answer): string => String(headers['x-tierline-model']);
  assert.equal(modelOf(await world.call()), 'cheap');
  world.says['strong'] = 'sales';
  const isBypassed = (): boolean => /t: cheap is bypassed until/.test(world.gateway.stderr);
  for (let at = 0; at < 400 && !isBypassed(); at++) await world.call();
  assert.ok(isBypassed(), world.gateway.stderr);
  const answer = await world.call();
  assert.equal(modelOf(answer), 'strong', 'the reference answers in its place');
  assert.match(String(answer.headers['x-tierline-plan']), /cheap bypassed: t: cheap answers are .* points worse/);
  world.gateway.child.kill('SIGKILL');
  await world.gateway.ended;
  const again = await startGateway(t, { folder: world.folder });
  const ask1 = () => ask(again.url, { wire: 'openai', model: 'auto/t', text: 'And now?', stream: false });
  assert.equal(modelOf(await ask1()), 'strong');
  const standing = await run(['watch'], { cwd: world.folder });
  assert.match(standing.stdout, /Standing:\n +critical since .* t: cheap answers are/);
  assert.match(standing.stdout, /t goes without cheap until/);
  const undone = await run(['watch', 'undo', 't', '--by', 'ann'], { cwd: world.folder });
  assert.equal(undone.code, 0, undone.stderr);
  await eventually(() => /its model is asked again, by ann/.test(again.stderr));
  assert.equal(modelOf(await ask1()), 'cheap');
  const accepted = await run(['watch', 'accept', 't', '--by', 'ann'], { cwd: world.folder });
  assert.equal(accepted.code, 0, accepted.stderr);
  await eventually(() => /the gap of its canaries is accepted/.test(again.stderr));
  assert.match((await run(['watch'], { cwd: world.folder })).stdout, /^Nothing stands\./);
});

test('without leave nothing is done about it', { timeout: 60_000 }, async (t) => {
  const world = await start(t, {
    canary: { share: '100%', budget_usd: 100 },
    alerts: { rules: { canary_gap: { points: 5 } } },
  });
  world.says['strong'] = 'sales';
  const isTold = (): boolean => /cheap answers are .* points worse/.test(world.gateway.stderr);
  for (let at = 0; at < 400 && !isTold(); at++) await world.call();
  assert.ok(isTold());
  assert.equal((await world.call()).headers['x-tierline-model'], 'cheap');
});
