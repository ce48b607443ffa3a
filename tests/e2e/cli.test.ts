// The command line as people meet it: what each command prints, how it ends, what it says when something is wrong, and
// that an edit of the configuration takes effect, or does not, while calls go on.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import {
  CommandProcess,
  fileScope,
  type GatewayProcess,
  PACKAGE,
  run,
  startGateway,
  temporaryFolder,
  writeConfig,
} from './support.ts';
import { type Answer, ask, expectError } from './wire-client.ts';

const PRICE = { price: { input: 1, output: 2 } };
const CONFIG = {
  providers: { simulated: { speed: 100 } },
  models: { small: { use: 'simulated/sim-small', ...PRICE }, large: { use: 'simulated/sim-frontier', ...PRICE } },
  baseline: 'large',
  default: 'small',
  tasks: { triage: { route: 'small' } },
};

const scope = fileScope();
let folder: string;
let gateway: GatewayProcess;
let answers: Answer[];

before(async () => {
  folder = temporaryFolder(scope);
  gateway = await startGateway(scope, { folder, config: CONFIG });
  answers = [];
  for (const [model, task] of [
    ['auto', 'triage'],
    ['auto/triage', ''],
    ['large', ''],
    ['auto', ''],
  ] as const) {
    const headers: Record<string, string> = task === '' ? {} : { 'x-tierline-task': task };
    answers.push(await ask(gateway.url, { wire: 'openai', model, text: `Hello ${model}`, headers }));
  }
  await gateway.row(idOf(answers.length - 1));
});

function idOf(index: number): string {
  return String(answers[index]?.headers['x-tierline-request-id']);
}

test('--version and --help answer, and a wrong command is told', async () => {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string };
  assert.deepEqual(await run(['--version'], { cwd: folder }), {
    code: 0,
    signal: null,
    stdout: `${version}\n`,
    stderr: '',
  });
  const help = await run(['--help'], { cwd: folder });
  for (const command of ['serve', 'demo', 'models', 'report', 'tail', 'explain'])
    assert.match(help.stdout, new RegExp(`^ +${command}`, 'm'));
  const unknown = await run(['srve'], { cwd: folder });
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /unknown command 'srve'[\s\S]*serve/);
});

test('report sums the calls by task, also as JSON and CSV', async () => {
  const text = await run(['report'], { cwd: folder });
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /triage/);
  const json = await run(['report', '--by', 'model', '--json'], { cwd: folder });
  const report = JSON.parse(json.stdout) as {
    rows: { key: string; calls: number }[];
    total: { calls: number; costNanoUsd: number };
  };
  assert.deepEqual(report.rows.map(({ key, calls }) => `${key} ${calls}`).sort(), ['large 1', 'small 3']);
  assert.equal(report.total.calls, 4);
  assert.ok(report.total.costNanoUsd > 0);
  const csv = await run(['report', '--csv', '--ledger', gateway.ledgerPath], { cwd: temporaryFolder(scope) });
  assert.match(csv.stdout, /^task,calls/);
  const [bad, since] = await Promise.all([
    run(['report', '--by', 'moon'], { cwd: folder }),
    run(['report', '--since', 'yesterdayish'], { cwd: folder }),
  ]);
  assert.deepEqual([bad.code, since.code], [1, 1]);
  assert.match(bad.stderr, /^tierline: .*moon.*task, model, provider, tenant, day/);
  assert.match(since.stderr, /^tierline: .*yesterdayish/);
});

test('tail shows the newest calls and follows the ones that come', async () => {
  const tail = await run(['tail', '-n', '2', '--json'], { cwd: folder });
  const rows = tail.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string });
  assert.deepEqual(
    rows.map(({ id }) => id),
    [idOf(2), idOf(3)],
  );
  const following = new CommandProcess(['tail', '--follow', '--json', '-n', '1'], { cwd: folder });
  scope.after(() => void following.child.kill('SIGKILL'));
  await following.printed(new RegExp(idOf(3)));
  const next = await ask(gateway.url, { wire: 'openai', model: 'small', text: 'one more' });
  await following.printed(new RegExp(String(next.headers['x-tierline-request-id'])));
  assert.deepEqual(await following.stop('SIGINT'), { code: 0, signal: null });
});

test('explain tells the story of one call, and says when there is none', async () => {
  const page = await run(['explain', idOf(0)], { cwd: folder });
  assert.equal(page.code, 0, page.stderr);
  assert.match(page.stdout, /header x-tierline-task names the task triage/);
  assert.match(page.stdout, /small/);
  const json = await run(['explain', idOf(0), '--json'], { cwd: folder });
  assert.equal((JSON.parse(json.stdout) as { id: string }).id, idOf(0));
  const none = await run(['explain', 'req_nope'], { cwd: folder });
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no call "req_nope"/);
});

test('a missing ledger is told in one sentence by every command that reads one', async () => {
  const empty = temporaryFolder(scope);
  for (const args of [['report'], ['tail'], ['explain', 'req_1']]) {
    const missing = await run([...args, '--ledger', join(empty, 'none.db')], { cwd: empty });
    assert.deepEqual([missing.code, missing.stdout], [1, '']);
    assert.match(missing.stderr, /^tierline: There is no ledger at .*none\.db\. A running gateway creates it\.\n$/);
  }
});

test('models lists the catalog and finds a part of a name', async () => {
  const [all, found, nothing] = await Promise.all([
    run(['models'], { cwd: folder }),
    run(['models', 'haiku', '--json'], { cwd: folder }),
    run(['models', 'no-such-model'], { cwd: folder }),
  ]);
  assert.match(all.stdout, /Prices as of \d{4}-\d\d/);
  const models = JSON.parse(found.stdout) as { id: string }[];
  assert.ok(models.length > 0 && models.every(({ id }) => id.includes('haiku')));
  assert.match(nothing.stdout, /No model's name has "no-such-model"/);
  assert.deepEqual([all.code, found.code, nothing.code], [0, 0, 0]);
});

test('a reader that has seen enough ends a command quietly', async () => {
  const command = new CommandProcess(['models', '--json'], { cwd: folder });
  command.child.stdout.destroy();
  assert.deepEqual([await command.ended, command.stderr], [{ code: 0, signal: null }, '']);
});

test('a gateway goes on when nobody reads what it prints any more', async (t) => {
  const own = temporaryFolder(t);
  const running = await startGateway(t, { folder: own, config: CONFIG });
  running.child.stdout.destroy();
  writeConfig(own, { ...CONFIG, tasks: { triage: { route: 'large' } } });
  await sleep(1_000);
  const { status } = await ask(running.url, { wire: 'openai', model: 'auto/triage', text: 'Hello' });
  assert.equal(status, 200);
  assert.deepEqual(await running.stop(), { code: 0, signal: null });
});

test('demo ends in a table of costs', async () => {
  const demo = await run(['demo', '-n', '40', '--speed', '200'], { cwd: temporaryFolder(scope) });
  assert.equal(demo.code, 0, demo.stderr);
  assert.match(demo.stdout, /ticket-label/);
  assert.match(demo.stdout, /Net savings: \$\d/);
});

test('serve without a configuration or keys runs on the simulated provider', async (t) => {
  const cwd = temporaryFolder(t);
  const serve = new CommandProcess(['serve', '--port', '0'], { cwd });
  t.after(() => void serve.child.kill('SIGKILL'));
  const [, url = ''] = await serve.printed(/Tierline listens on (\S+)/);
  await serve.printed(/simulated provider/);
  assert.equal((await ask(url, { wire: 'anthropic', model: 'auto', text: 'hi' })).status, 200);
  assert.deepEqual(await serve.stop('SIGINT'), { code: 0, signal: null });
  for (const whose of ['OpenAI', 'Anthropic', 'Google'])
    assert.match(serve.stdout, new RegExp(`${whose} clients +base URL ${url}(/v1)?\\n`));
  assert.match(serve.stdout, /stopping: waiting for running calls/);
  assert.equal(serve.stderr, '');
});

test('a bad configuration is told with file, line and the nearest key, and never shows a secret', async () => {
  const cwd = temporaryFolder(scope);
  const lines = [
    'providers:',
    '  openai: { api_kye: sk-very-secret-0123456789 }',
    'models:',
    '  small: opnai/gpt-5',
    'timeouts: { idle: 5 }',
  ];
  writeFileSync(join(cwd, 'tierline.yaml'), `${lines.join('\n')}\n`);
  const bad = await run(['serve', '--port', '0'], { cwd });
  assert.deepEqual([bad.code, bad.stdout], [1, '']);
  assert.match(bad.stderr, /tierline\.yaml:2:13 +providers\.openai\.api_kye/);
  assert.match(bad.stderr, /Did you mean "api_key"\?/);
  assert.match(bad.stderr, /tierline\.yaml:5:\d+ +timeouts\.idle: a duration needs a unit/);
  assert.doesNotMatch(bad.stderr, /very-secret/);
  const missing = await run(['serve', '--config', 'nope.yaml'], { cwd });
  assert.deepEqual([missing.code, missing.stdout], [1, '']);
  assert.match(missing.stderr, /nope\.yaml +there is no such file/);
});

test('a port in use is told with what to do', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const taken = await run(['serve', '--port', String(port)], { cwd: temporaryFolder(t) });
  assert.deepEqual([taken.code, taken.stdout], [1, '']);
  assert.match(taken.stderr, /EADDRINUSE.*Another process listens there; choose a port with --port\./s);
});

test('a ledger that cannot be written is told', async (t) => {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, 'ledger.db'));
  writeConfig(cwd, CONFIG);
  const failed = await run(['serve'], { cwd });
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /^tierline: The ledger at .*ledger\.db cannot be opened: /);
});

test('an edit of the configuration takes effect while calls go on, a bad one changes nothing and is told', async (t) => {
  const cwd = temporaryFolder(t);
  const running = await startGateway(t, { folder: cwd, config: { ...CONFIG, providers: { simulated: { speed: 1 } } } });
  const path = join(cwd, 'tierline.yaml');
  const before = parse(readFileSync(path, 'utf8')) as typeof CONFIG;
  assert.equal((await askModel(running, 'small')).status, 200);
  expectError(await askModel(running, 'added'), 'openai', 404);

  // A call that is under way when the configuration changes ends on the one it began with.
  const underWay = ask(running.url, {
    wire: 'openai',
    model: 'large',
    text: 'Say something long, please.',
    stream: true,
  });
  await sleep(50);
  const edited = {
    ...before,
    providers: { simulated: { speed: 100 } },
    models: { added: before.models.small, large: before.models.large },
    default: 'added',
    tasks: {},
    ledger: { durability: 'commit' },
  };
  writeConfig(cwd, edited);
  await running.printed(/configuration reloaded/);
  await running.printed(/the ledger changes only with a restart/, 'stderr');
  assert.equal((await askModel(running, 'added')).status, 200);
  expectError(await askModel(running, 'small'), 'openai', 404);
  const old = await underWay;
  assert.equal(old.status, 200, old.text);
  assert.match(old.text, /\[DONE\]/);

  writeFileSync(path, `${readFileSync(path, 'utf8')}\nnonsense: true\n`);
  const [told] = await running.printed(
    /the running configuration stays in force:[\s\S]*nonsense: there is no such key/,
    'stderr',
  );
  assert.match(told, /tierline\.yaml:\d+:\d+/);
  assert.equal((await askModel(running, 'added')).status, 200, 'the good one goes on');
  assert.deepEqual(await running.stop(), { code: 0, signal: null });
});

function askModel(running: GatewayProcess, model: string): Promise<Answer> {
  return ask(running.url, { wire: 'openai', model, text: 'hi' });
}
