import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BASE } from './sample.test.ts';
import { type ConfigWatcher, type Reloaded, watchConfig } from './watch.ts';

const QUIET_MS = 80;

interface Watched {
  folder: string;
  path: string;
  seen: Reloaded[];
  watcher: ConfigWatcher;
  /** Resolves once so many changes have been told; rejects after two seconds. */
  until: (count: number) => Promise<void>;
}

function watched(context: TestContext, path = 'tierline.yaml'): Watched {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-watch-'));
  const file = join(folder, path);
  writeFileSync(file, BASE);
  const seen: Reloaded[] = [];
  const watcher = watchConfig(file, (result) => seen.push(result), { env: { PORT: '7000' }, debounceMs: 15 });
  context.after(() => {
    watcher.close();
    rmSync(folder, { recursive: true });
  });
  const until = async (count: number): Promise<void> => {
    for (const end = Date.now() + 2_000; seen.length < count && Date.now() < end; ) await sleep(2);
    assert.equal(seen.length, count);
  };
  return { folder, path: file, seen, watcher, until };
}

const portOf = (result: Reloaded | undefined): number | null => (result?.ok ? result.config.server.port : null);

test('an edit is told with the new configuration', async (context) => {
  const { path, seen, until } = watched(context);
  writeFileSync(path, `${BASE}\nserver: { port: \${PORT} }`);
  await until(1);
  assert.equal(portOf(seen[0]), 7000);
});

test('a bad edit is told as an error, and the next good one as a configuration', async (context) => {
  const { path, seen, until } = watched(context);
  writeFileSync(path, `${BASE}\nsever: {}`);
  await until(1);
  assert.ok(seen[0]?.ok === false);
  assert.match(seen[0].error.message, /Did you mean "server"/);
  writeFileSync(path, `${BASE}\nserver: { port: 5000 }`);
  await until(2);
  assert.equal(portOf(seen[1]), 5000);
});

test('replacing the file, as editors do, is an edit', async (context) => {
  const { folder, path, seen, until } = watched(context);
  for (const port of [5001, 5002]) {
    writeFileSync(join(folder, '.new'), `${BASE}\nserver: { port: ${port} }`);
    renameSync(join(folder, '.new'), path);
    await until(port - 5000);
    assert.equal(portOf(seen.at(-1)), port);
  }
});

test('a link in the folder that is turned to another file is an edit', async (context) => {
  const { folder, path, seen, until } = watched(context);
  writeFileSync(join(folder, 'other.yaml'), `${BASE}\nserver: { port: 5003 }`);
  unlinkSync(path);
  symlinkSync('other.yaml', path);
  await until(1);
  assert.equal(portOf(seen[0]), 5003);
});

test('many writes in a row are one edit', async (context) => {
  const { path, seen, until } = watched(context);
  for (let port = 6000; port < 6010; port++) writeFileSync(path, `${BASE}\nserver: { port: ${port} }`);
  await until(1);
  await sleep(QUIET_MS);
  assert.equal(seen.length, 1);
  assert.equal(portOf(seen[0]), 6009);
});

test('a touch, other files and the same content again are no edits', async (context) => {
  const { folder, path, seen } = watched(context);
  utimesSync(path, new Date(), new Date());
  writeFileSync(path, BASE);
  writeFileSync(join(folder, 'other.yaml'), 'x');
  await sleep(QUIET_MS);
  assert.deepEqual(seen, []);
});

test('a file that goes away is an error', async (context) => {
  const { path, seen, until } = watched(context);
  unlinkSync(path);
  await until(1);
  assert.ok(seen[0]?.ok === false);
  assert.match(seen[0].error.message, /no such file/);
});

test('reload tells even when nothing has changed', (context) => {
  const { seen, watcher } = watched(context);
  watcher.reload();
  assert.equal(seen.length, 1);
  assert.equal(portOf(seen[0]), 4400);
});

test('nothing is told after close', async (context) => {
  const { path, seen, watcher } = watched(context);
  writeFileSync(path, `${BASE}\nserver: { port: 1 }`);
  watcher.close();
  watcher.reload();
  await sleep(QUIET_MS);
  assert.deepEqual(seen, []);
});

test('where the folder cannot be watched the file is looked at now and then', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-watch-'));
  const path = join(folder, 'later', 'tierline.yaml');
  const seen: Reloaded[] = [];
  const watcher = watchConfig(path, (result) => seen.push(result), { env: {}, pollMs: 5 });
  context.after(() => {
    watcher.close();
    rmSync(folder, { recursive: true });
  });
  symlinkSync(folder, join(folder, 'later'));
  writeFileSync(path, BASE);
  for (const end = Date.now() + 2_000; seen.length === 0 && Date.now() < end; ) await sleep(2);
  assert.equal(portOf(seen.at(-1)), 4400);
});

test('what is only observed stays so after every edit', (context) => {
  const { path } = watched(context);
  const seen: Reloaded[] = [];
  const watcher = watchConfig(path, (result) => seen.push(result), { env: {}, observe: true });
  context.after(() => watcher.close());
  watcher.reload();
  assert.ok(seen[0]?.ok && seen[0].config.observes);
});
