// What was bound before a kill -9 is bound after it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openObjectStore } from './object-store.ts';

/** Binds ids without end and tells each one after bind() has returned. */
const WRITER = `
  import { openObjectStore } from ${JSON.stringify(join(import.meta.dirname, 'object-store.ts'))};
  const store = openObjectStore({ path: process.argv[1], retentionMs: 60000, maxBytes: 1e9 });
  for (let n = 0; ; n++) {
    store.bind({ kind: 'file', id: 'file-' + n, tenant: 'acme', provider: 'openai', json: 'x'.repeat(n % 5000) });
    process.stdout.write(n + '\\n');
    if (n % 20 === 0) await new Promise(setImmediate);
  }`;

test('every binding that was told outlives kill -9', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-objects-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const path = join(folder, 'objects');
  const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], { stdio: 'pipe' });
  let told = '';
  for await (const chunk of writer.stdout) {
    told += String(chunk);
    if (told.length > 2000) break;
  }
  writer.kill('SIGKILL');
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  const last = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1));
  assert.ok(last > 100, told.slice(0, 200));
  const store = openObjectStore({ path, retentionMs: 60_000, maxBytes: 1e9 });
  t.after(() => store.close());
  for (let n = 0; n <= last; n++) assert.ok(store.find('file', `file-${n}`, 'acme') !== null, `file-${n}`);
});
