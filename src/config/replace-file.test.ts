import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceFile } from './replace-file.ts';

test('a file is replaced whole, with its mode, through a link, and nothing else is left', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'replace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'deep', 'er', 'file.json');
  replaceFile(path, 'one');
  chmodSync(path, 0o600);
  const link = join(folder, 'link.json');
  symlinkSync(path, link);
  replaceFile(link, 'two');
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.deepEqual(readdirSync(join(folder, 'deep', 'er')), ['file.json']);
});
