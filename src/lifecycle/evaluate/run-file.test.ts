import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isComplete, listBegun, listRuns, openRun, type RunHead, readRun, runPath } from './run-file.ts';
import { folderWith, linesOf, routedCall } from './scripted.fixture.ts';

const HEAD: RunHead = {
  kind: 'run',
  version: 1,
  id: 'r1',
  task: 't',
  startedAt: '2026-01-01T00:00:00.000Z',
  config: { file: 'tierline.yaml', digest: 'd', route: 'small' },
  samples: { source: 'evaluation', count: 2, digest: 's' },
};
const verdict = (key: string, pass: boolean | null) => ({
  kind: 'verdict' as const,
  key,
  oracle: 'o',
  pass,
  verdicts: [],
});

test('a run that is opened again goes on where it was, under its own head', (t) => {
  const path = join(folderWith(t, {}), 'deep', 'r1.jsonl');
  const run = openRun(path, HEAD);
  run.keep(routedCall({ key: 'a' }));
  run.keep(verdict('a', true));
  run.close();
  const again = openRun(path, { ...HEAD, id: 'another' });
  assert.equal(again.head.id, 'r1');
  assert.equal(again.calls.get('a')?.model, 'small');
  assert.equal(again.verdicts.get('a')?.pass, true);
  again.keep(routedCall({ key: 'b' }));
  assert.equal(again.calls.size, 2, 'what is kept is seen at once');
  again.close();
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 5);
});

test('a run is complete when every sample has an answer and a verdict that says something', (t) => {
  const run = openRun(join(folderWith(t, {}), 'r1.jsonl'), HEAD);
  run.keep(routedCall({ key: 'a' }));
  run.keep(verdict('a', true));
  assert.equal(isComplete(run), false);
  run.keep(routedCall({ key: 'b' }));
  run.keep(verdict('b', null));
  assert.equal(isComplete(run), false, 'a judge could not be asked');
  run.keep(verdict('b', false));
  assert.equal(isComplete(run), true, 'the last verdict counts');
  run.close();
});

test('calls that were under way when a process was killed are known as lost, once', (t) => {
  const path = join(folderWith(t, {}), 'r1.jsonl');
  const run = openRun(path, HEAD);
  run.start('a');
  run.start('b');
  run.keep(routedCall({ key: 'a' }));
  // Killed: nothing is closed, and the line under way is torn.
  appendFileSync(path, '{"kind":"call","key":"b","mo');
  writeFileSync(`${path}.lock`, '999999999');
  const next = openRun(path, HEAD);
  assert.deepEqual(next.lost, ['b']);
  assert.deepEqual([...next.calls.keys()], ['a']);
  next.keep(routedCall({ key: 'b' }));
  next.close();
  assert.deepEqual([...readRun(path).calls.keys()], ['a', 'b']);
  const last = openRun(path, HEAD);
  assert.deepEqual(last.lost, []);
  last.close();
});

test('two processes never write one run', (t) => {
  const path = join(folderWith(t, {}), 'r1.jsonl');
  const run = openRun(path, HEAD);
  assert.throws(() => openRun(path, HEAD), /^Error: Evaluation in .*: another run \(process \d+\) is writing them\.$/);
  run.close();
  openRun(path, HEAD).close();
});

test('a file that is damaged, or is none, is refused with its place', (t) => {
  const folder = folderWith(t, {
    'damaged.jsonl': `${JSON.stringify(HEAD)}\n{"no":"kind"}\n${JSON.stringify(verdict('a', true))}\n`,
    'headless.jsonl': `${JSON.stringify(verdict('a', true))}\n`,
    'newer.jsonl': `${JSON.stringify({ ...HEAD, version: 2 })}\n${JSON.stringify(verdict('a', true))}\n`,
  });
  assert.throws(() => readRun(join(folder, 'damaged.jsonl')), /line 2 cannot be read/);
  assert.throws(() => readRun(join(folder, 'headless.jsonl')), /does not say which run it is/);
  assert.throws(() => readRun(join(folder, 'newer.jsonl')), /line 1 cannot be read|does not say/);
});

test('a run that kept nothing leaves no file, one that was killed before its first answer is begun but not listed', (t) => {
  const folder = folderWith(t, {});
  const refused = openRun(runPath(folder, 'r1'), HEAD);
  assert.deepEqual(listBegun(folder), [], 'nothing is written before something is sent');
  refused.close();
  assert.equal(existsSync(runPath(folder, 'r1')), false);
  const killed = openRun(runPath(folder, 'r1'), HEAD);
  killed.start('a');
  assert.deepEqual([listBegun(folder), listRuns(folder)], [['r1'], []]);
  killed.keep(routedCall({ key: 'a' }));
  assert.deepEqual(listRuns(folder), ['r1']);
  killed.close();
  assert.deepEqual(listRuns(folder), ['r1']);
});

test('runs are listed oldest first, locks, other files and empty runs beside them are not', (t) => {
  const run = linesOf([HEAD, routedCall()]);
  const folder = folderWith(t, {
    '2-b.jsonl': run,
    '1-a.jsonl': run,
    '1-a.jsonl.lock': '',
    'notes.md': '',
    '3-c.jsonl': '',
    '4-d.jsonl': linesOf([HEAD]),
  });
  assert.deepEqual(listRuns(folder), ['1-a', '2-b']);
  assert.deepEqual(listRuns(join(folder, 'missing')), []);
  assert.equal(runPath(folder, '1-a'), join(folder, '1-a.jsonl'));
});
