import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Trust } from './judge-report.ts';
import { doubtAbout, type KeptGradings, readJudges } from './read-judges.ts';

function gradings(verdict: Trust, more: Partial<KeptGradings['judges'][number]> = {}): KeptGradings {
  const pairwise = { verdict: 'open' as const, say: '' };
  const judge = {
    judge: 'opus',
    upstream: ['a/x', 'b/x'],
    rubric: 'Polite.',
    min: 0.8,
    verdict,
    say: 'kappa 0.4',
    pairwise,
  };
  return { version: 1, task: 'letters', madeAt: '2026-01-01T00:00:00.000Z', judges: [{ ...judge, ...more }] };
}

const GATE = { model: 'opus', upstreams: ['b/x', 'a/x'], rubric: 'Polite.', min: 0.8 };

describe('a judge of a gate', () => {
  test('is taken at its word when it was graded as it stands, and trusted', () => {
    assert.equal(doubtAbout(GATE, gradings('trusted')), null);
    assert.equal(doubtAbout({ ...GATE, model: 'renamed' }, gradings('trusted')), null);
  });

  test('is doubted with the reason when its grading does not trust it', () => {
    assert.equal(doubtAbout(GATE, gradings('open')), 'is not trusted yet (kappa 0.4)');
    assert.equal(doubtAbout(GATE, gradings('untrusted')), 'is not to be trusted (kappa 0.4)');
  });

  test('is doubted when nobody graded it, or another one: model, rubric and bound decide', () => {
    const none = 'has not been graded against labels';
    assert.equal(doubtAbout(GATE, null), none);
    assert.equal(doubtAbout({ ...GATE, upstreams: ['a/y'] }, gradings('trusted')), none);
    assert.equal(doubtAbout({ ...GATE, rubric: 'Curt.' }, gradings('trusted')), none);
    assert.equal(doubtAbout({ ...GATE, min: 0.5 }, gradings('trusted')), 'has been graded with min 0.8 only');
  });
});

test('a file is read, its absence is none, and a broken one is told', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'read-judges-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'letters.json');
  assert.equal(readJudges(path), null);
  writeFileSync(path, JSON.stringify({ ...gradings('trusted'), limits: { kappa: 1 } }));
  assert.deepEqual(readJudges(path), gradings('trusted'));
  writeFileSync(path, '{');
  assert.throws(() => readJudges(path), /is not JSON\. Make it anew with `tierline judge`/);
  writeFileSync(path, JSON.stringify({ ...gradings('trusted'), version: 2 }));
  assert.throws(() => readJudges(path), /cannot be read at version/);
});
