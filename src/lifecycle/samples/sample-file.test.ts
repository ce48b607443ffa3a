import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { appendSamples, existingSamples, replaceSamples } from './sample-file.ts';

function pathOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-samples-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'samples', 'a.jsonl');
}

test('lines are added to a file that is made for them, readable for its owner', (t) => {
  const path = pathOf(t);
  assert.deepEqual(existingSamples(path), []);
  appendSamples(path, []);
  appendSamples(path, [{ prompt: 'one' }]);
  appendSamples(path, [{ prompt: 'two' }]);
  assert.equal(readFileSync(path, 'utf8'), '{"prompt":"one"}\n{"prompt":"two"}\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(existingSamples(path).length, 2);
});

test('a last line that was written by hand without an end is not spoiled', (t) => {
  const path = pathOf(t);
  appendSamples(path, [{ prompt: 'one' }]);
  writeFileSync(path, '{"prompt":"mine"}');
  appendSamples(path, [{ prompt: 'two' }]);
  assert.equal(readFileSync(path, 'utf8'), '{"prompt":"mine"}\n{"prompt":"two"}\n');
});

test('replacing leaves nothing of what was there', (t) => {
  const path = pathOf(t);
  replaceSamples(path, [{ prompt: 'one' }, { prompt: 'two' }]);
  replaceSamples(path, [{ prompt: 'three' }]);
  assert.equal(readFileSync(path, 'utf8'), '{"prompt":"three"}\n');
});

test('a file with a wrong line is told and not added to', (t) => {
  const path = pathOf(t);
  replaceSamples(path, [{ prompt: 'one' }]);
  writeFileSync(path, '{"prmpt":"one"}\n');
  assert.throws(() => existingSamples(path), /line 1: Unrecognized key/);
});
