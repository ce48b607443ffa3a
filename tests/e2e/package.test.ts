// The package as its users get it: packed, installed in an empty folder, imported, started, asked, reported on and stopped.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CommandProcess, fileScope, PACKAGE, readRows, temporaryFolder } from './support.ts';
import { ask, send } from './wire-client.ts';

const exec = promisify(execFile);
/** The Node that runs the tests comes first, so that `npm` and the installed command use it too. */
const ENV = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
const NETWORK_PROBLEM = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|ERR_SOCKET_TIMEOUT/;

interface Packed {
  filename: string;
  files: { path: string; mode: number }[];
}

const scope = fileScope();
let folder: string;
let packed: Packed;

before(async () => {
  folder = temporaryFolder(scope);
  const { stdout } = await exec('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: PACKAGE,
    env: ENV,
  });
  packed = (JSON.parse(stdout) as [Packed])[0];
});

test('the tarball has what is needed to run and no test', () => {
  const paths = packed.files.map(({ path }) => path);
  for (const needed of [
    'package.json',
    'README.md',
    'LICENSE',
    'dist/cli/main.js',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/catalog/prices.json',
    'dist/ledger/worker-thread.js',
  ]) {
    assert.ok(paths.includes(needed), `${needed} is missing`);
  }
  assert.deepEqual(
    paths.filter((path) => /\.test\.|(^|\/)tests?\/|^(src|bench|scripts)\/|\.tgz$|\.db(-|$)/.test(path)),
    [],
  );
});

test('the command has a shebang and may be executed', () => {
  const main = join(PACKAGE, 'dist/cli/main.js');
  assert.match(readFileSync(main, 'utf8'), /^#!\/usr\/bin\/env /);
  accessSync(main, constants.X_OK);
  assert.ok(((packed.files.find(({ path }) => path === 'dist/cli/main.js')?.mode ?? 0) & 0o111) !== 0);
});

test('the installed package is a library, serves, reports and drains', { timeout: 120_000 }, async (t) => {
  const home = join(folder, 'app');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{"name":"app","version":"1.0.0","private":true,"type":"module"}');
  const args = ['install', join(folder, packed.filename), '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline'];
  try {
    await exec('npm', args, { cwd: home, env: ENV, timeout: 90_000 });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    if (!NETWORK_PROBLEM.test(stderr)) throw error;
    t.skip(`npm could not reach its registry: ${NETWORK_PROBLEM.exec(stderr)?.[0]}`);
    return;
  }
  const npx = (...command: string[]) => exec('npx', ['--no-install', 'tierline', ...command], { cwd: home, env: ENV });
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string };
  assert.equal((await npx('--version')).stdout, `${version}\n`);

  const program = `
    import { createRouter } from 'tierline';
    await using router = await createRouter(undefined, { ledger: false });
    const { reply, facts } = await router.chat({ model: 'auto', messages: [{ role: 'user', content: 'Hello' }] });
    console.log(reply.object, facts.status, facts.costBasis);`;
  writeFileSync(join(home, 'program.ts'), program);
  // No variable of the caller reaches the program: a provider key in it would change what it does.
  const env = { PATH: ENV.PATH, HOME: process.env.HOME };
  const ran = await exec(process.execPath, ['program.ts'], { cwd: home, env, timeout: 30_000 });
  assert.equal(ran.stdout, 'chat.completion ok measured\n');

  const command = join(home, 'node_modules/.bin/tierline');
  accessSync(command, constants.X_OK);
  const serve = new CommandProcess(['serve', '--port', '0'], { cwd: home, command });
  t.after(() => void serve.child.kill('SIGKILL'));
  const [, url = ''] = await serve.printed(/Tierline listens on (\S+)/);
  const answer = await ask(url, { wire: 'openai', model: 'auto', text: 'What is 17 + 25?' });
  assert.equal(answer.status, 200, answer.text);

  // A call that is under way when the signal comes is answered to its end.
  const running = send(url, { wire: 'anthropic', model: 'frontier', text: 'Tell me a story.', stream: true });
  await running.begun;
  const stopped = serve.stop('SIGINT');
  await sleep(20);
  const drained = await running.answer;
  assert.ok(drained.isComplete);
  assert.match(drained.text, /message_stop/);
  assert.deepEqual(await stopped, { code: 0, signal: null });
  assert.match(serve.stdout, /stopping: waiting for running calls/);

  const rows = readRows(join(home, '.tierline/ledger.db'));
  assert.deepEqual(
    rows.map(({ status, costBasis }) => `${status} ${costBasis}`),
    ['ok measured', 'ok measured'],
  );
  const report = await npx('report', '--by', 'model');
  assert.match(report.stdout, /frontier/);
});
