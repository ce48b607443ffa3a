import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BASE } from './sample.test.ts';
import { type Reloaded, watchConfig } from './watch.ts';

interface Watched {
  path: (name: string) => string;
  seen: Reloaded[];
  /** Resolves once so many changes have been told; rejects after two seconds. */
  until: (count: number) => Promise<void>;
}

const ACCEPT = `${BASE}\ntasks: { t: { accept: [{ json_schema: schemas/a.json }, { module: gates/b.mjs }], route: small } }`;

function watched(context: TestContext, text = ACCEPT): Watched {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-watch-files-'));
  const path = (name: string): string => join(folder, name);
  mkdirSync(path('schemas'));
  mkdirSync(path('gates'));
  writeFileSync(path('schemas/a.json'), '{"type":"object"}');
  writeFileSync(path('gates/b.mjs'), 'export const check = () => true;');
  writeFileSync(path('tierline.yaml'), text);
  const seen: Reloaded[] = [];
  const watcher = watchConfig(path('tierline.yaml'), (result) => seen.push(result), { env: {}, debounceMs: 15 });
  context.after(() => {
    watcher.close();
    rmSync(folder, { recursive: true });
  });
  const until = async (count: number): Promise<void> => {
    for (const end = Date.now() + 2_000; seen.length < count && Date.now() < end; ) await sleep(2);
    assert.equal(seen.length, count);
  };
  return { path, seen, until };
}

test('an edit of a schema file is an edit of the configuration', async (context) => {
  const { path, seen, until } = watched(context);
  writeFileSync(path('schemas/a.json'), '{"type":"array"}');
  await until(1);
  assert.ok(seen[0]?.ok);
  const [gate] = seen[0].config.tasks.get('t')?.accept ?? [];
  assert.deepEqual(gate?.kind === 'json_schema' && gate.schema, { type: 'array' });
});

test('an edit of a module is one, the same content again and other files are none', async (context) => {
  const { path, seen, until } = watched(context);
  writeFileSync(path('schemas/a.json'), '{"type":"object"}');
  writeFileSync(path('schemas/other.json'), '{}');
  await sleep(80);
  assert.equal(seen.length, 0);
  writeFileSync(path('gates/b.mjs'), 'export const check = () => false;');
  await until(1);
  assert.ok(seen[0]?.ok);
});

test('a schema file that goes away is an error, and its return mends it', async (context) => {
  const { path, seen, until } = watched(context);
  unlinkSync(path('schemas/a.json'));
  await until(1);
  assert.ok(seen[0]?.ok === false);
  assert.match(seen[0].error.message, /there is no file .*a\.json/);
  writeFileSync(path('schemas/a.json'), '{}');
  await until(2);
  assert.equal(seen.at(-1)?.ok, true);
});

test('a file that was named before it was there is taken when it comes', async (context) => {
  const { path, seen, until } = watched(context, ACCEPT.replace('schemas/a.json', 'later.json'));
  writeFileSync(path('later.json'), '{}');
  await until(1);
  assert.ok(seen[0]?.ok);
});

test('a file that is no longer named is no longer watched', async (context) => {
  const { path, seen, until } = watched(context);
  writeFileSync(path('tierline.yaml'), BASE);
  await until(1);
  writeFileSync(path('schemas/a.json'), '{"type":"array"}');
  await sleep(80);
  assert.equal(seen.length, 1);
});

test('an edit of an artifact is an edit of the configuration', async (context) => {
  const text = `${BASE}\ntasks: { t: { route: { predict: schemas/a.json, among: [small, mid] } } }\ndefault: { predict: gates/b.mjs, static: mid }`;
  const { path, seen, until } = watched(context, text);
  writeFileSync(path('schemas/a.json'), '{"version":2}');
  await until(1);
  writeFileSync(path('gates/b.mjs'), '{"version":2}');
  await until(2);
  assert.deepEqual(
    seen.map(({ ok }) => ok),
    [true, true],
  );
});

test('an artifact of a candidate is watched like that of a route', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-candidate-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const artifact = join(folder, 'x.json');
  writeFileSync(artifact, '{}');
  const rollout = `rollouts: { t: { candidate: { predict: ${JSON.stringify(artifact)} } } }`;
  const { until } = watched(context, `${BASE}\ntasks: { t: { route: small } }\n${rollout}`);
  writeFileSync(artifact, '{"a":1}');
  await until(1);
});
