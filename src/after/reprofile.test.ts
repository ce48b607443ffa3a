import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createReprofile } from './reprofile.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-reprofile-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
let files = 0;

function script(text: string): string {
  const path = join(folder, `command-${++files}.mjs`);
  writeFileSync(path, text);
  return path;
}

/** How it ended, each time that was told. */
async function run(text: string, configFile: string | null = null): Promise<(string | null)[]> {
  const ends: (string | null)[] = [];
  const child = setInterval(() => undefined, 1_000);
  await new Promise<void>((resolve) => {
    createReprofile(configFile, script(text))('t', 2.5, (problem) => {
      ends.push(problem);
      // Whatever else is told comes at once.
      setTimeout(resolve, 50);
    });
  });
  clearInterval(child);
  return ends;
}

test('the command is told the task, the configuration, what it may cost, and not to ask', async () => {
  const out = join(folder, 'arguments.json');
  const text = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(out)}, JSON.stringify(process.argv.slice(2)));`;
  const said = (): unknown => JSON.parse(readFileSync(out, 'utf8'));
  assert.deepEqual(await run(text, '/etc/tierline.yaml'), [null]);
  assert.deepEqual(said(), ['profile', 't', '--config', '/etc/tierline.yaml', '--max-usd', '2.5', '--yes']);
  await run(text);
  assert.deepEqual(said(), ['profile', 't', '--max-usd', '2.5', '--yes']);
});

test('one that fails is told with its last line', async () => {
  const noisy = `console.log('out'); console.error('first'); console.error('x'.repeat(5000)); console.error('tierline: no samples of t\\n'); process.exitCode = 2;`;
  assert.deepEqual(await run(noisy), ['tierline: no samples of t']);
});

test('one that fails in silence is told with how it ended', async () => {
  assert.deepEqual(await run('process.exitCode = 3;'), ['it ended with 3']);
  assert.deepEqual(await run(`process.kill(process.pid, 'SIGKILL');`), ['it ended with SIGKILL']);
});

test('what it warns of is no problem when it ends well', async () => {
  assert.deepEqual(await run(`console.error('one sample was left out');`), [null]);
});

test('a process that is done does not wait for it', async () => {
  const slow = script('setTimeout(() => undefined, 20_000);');
  const own = new URL('./reprofile.ts', import.meta.url).href;
  const caller = script(
    `import { createReprofile } from ${JSON.stringify(own)}; createReprofile(null, ${JSON.stringify(slow)})('t', 1, () => undefined);`,
  );
  const startedAt = performance.now();
  const child = spawn(process.execPath, [caller], { stdio: 'ignore' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(code, 0);
  assert.ok(performance.now() - startedAt < 15_000);
});
