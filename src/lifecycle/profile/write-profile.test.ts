import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { profileOf } from '../report/report.fixture.ts';
import type { Profile } from './profile.ts';
import { writeProfile } from './write-profile.ts';

function pathFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-write-profile-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 't.json');
}

const made = (judged: number, changes: Partial<Profile> = {}): Profile =>
  profileOf('t', [{ model: 'small', passed: judged, judged, thousand: 1 }], changes);

const other = { samples: { count: 20, digest: 'another', withReference: 20 } };

describe('a profile', () => {
  test('stays as it is when a run has judged fewer answers of the same samples, and the run says so', (t) => {
    const path = pathFor(t);
    assert.equal(writeProfile(made(135), { path, isOffline: false }), null);
    const before = readFileSync(path, 'utf8');
    for (const isOffline of [true, false])
      assert.deepEqual(writeProfile(made(3), { path, isOffline }), {
        task: 't',
        madeAt: '2026-11-01T10:30:00.000Z',
        judged: 3,
        of: 135,
      });
    assert.equal(readFileSync(path, 'utf8'), before);
  });

  test('is replaced by one of as many answers, or of other samples', (t) => {
    const path = pathFor(t);
    for (const next of [made(135), made(135, { task: 't', warnings: ['new'] }), made(20, other)]) {
      assert.equal(writeProfile(next, { path, isOffline: false }), null);
      assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), next);
    }
  });

  test('is never replaced by one of nothing, nor offline by one of fewer answers', (t) => {
    const path = pathFor(t);
    writeProfile(made(135), { path, isOffline: false });
    assert.equal(writeProfile(made(0, other), { path, isOffline: false })?.judged, 0);
    assert.equal(writeProfile(made(20, other), { path, isOffline: true })?.judged, 20);
  });

  test('of a model that is another by now does not count', (t) => {
    const path = pathFor(t);
    writeProfile(made(135), { path, isOffline: false });
    const next = profileOf('t', [
      { model: 'small', passed: 9, judged: 9, thousand: 1, changes: { upstream: ['up/small-2'] } },
    ]);
    assert.equal(writeProfile(next, { path, isOffline: false }), null);
  });

  test('that cannot be read is replaced', (t) => {
    const path = pathFor(t);
    writeFileSync(path, '{');
    assert.equal(writeProfile(made(3), { path, isOffline: true }), null);
  });
});
