import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Config } from '../config/config.ts';
import { measuredProfile } from '../evidence/profile.fixture.ts';
import { parseProfile } from '../evidence/profile-schema.ts';
import { markStale } from './mark-stale.ts';
import { configOf } from './watched.fixture.ts';

const STALE = { at: '2026-11-28T12:00:00.000Z', reason: 't: the model is "another".' };
const ARTIFACT = { kind: 'router', version: 1, models: ['cheap', 'strong'], weights: [0.1, -2e-7, 3], stale: null };

interface World {
  config: Config;
  profile: string;
  artifact: string;
  candidate: string;
  other: string;
}

/** A task with a profile, a learned route and a learned candidate, and another task with a profile. */
function start(t: TestContext): World {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-stale-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'tierline', 'profile'), { recursive: true });
  const [artifact, candidate] = [join(folder, 'router.json'), join(folder, 'next.json')];
  for (const file of [artifact, candidate]) writeFileSync(file, `${JSON.stringify(ARTIFACT)}\n`);
  const profile = join(folder, 'tierline', 'profile', 't.json');
  const other = join(folder, 'tierline', 'profile', 'other.json');
  writeFileSync(profile, `${JSON.stringify(measuredProfile('t', 'cheap'), null, 2)}\n`);
  writeFileSync(other, `${JSON.stringify(measuredProfile('other', 'cheap'), null, 2)}\n`);
  const rule = '{ when: { min_input_tokens: 9 }, route: { predict: router.json, static: cheap } }';
  const config = configOf(
    `
tasks:
  t: { accept: [{ refusal: true }], route: { predict: router.json, static: cheap }, rules: [${rule}] }
  other: { route: cheap }
canary: { share: 1% }
rollouts: { t: { candidate: { predict: next.json, static: cheap } } }`,
    { file: join(folder, 'tierline.yaml') },
  );
  return { config, profile, artifact, candidate, other };
}

test('the profile of a task and the artifacts of its routes are marked, each once, and nothing of another task', (t) => {
  const { config, profile, artifact, candidate, other } = start(t);
  const before = readFileSync(other, 'utf8');
  assert.deepEqual(markStale(config, 't', STALE), [profile, artifact, candidate]);
  assert.deepEqual(markStale(config, 't', { ...STALE, reason: 'once more' }), []);
  for (const file of [profile, artifact, candidate])
    assert.deepEqual((JSON.parse(readFileSync(file, 'utf8')) as { stale: object }).stale, STALE);
  assert.equal(readFileSync(other, 'utf8'), before);
  assert.equal(existsSync(`${profile}.draft`), false);
});

test('a profile is laid out as before, an artifact stays one line, and nothing else in them is changed', (t) => {
  const { config, profile, artifact } = start(t);
  const before = readFileSync(profile, 'utf8');
  markStale(config, 't', STALE);
  const text = readFileSync(profile, 'utf8');
  assert.equal(text.replace(/,\n {2}"stale": \{\n.*\n.*\n {2}\}/, ''), before);
  assert.deepEqual(parseProfile(text).stale, STALE);
  assert.equal(readFileSync(artifact, 'utf8'), `${JSON.stringify({ ...ARTIFACT, stale: STALE })}\n`);
});

test('what is not there, or is no object, is left alone', (t) => {
  const { config, profile, artifact, candidate } = start(t);
  rmSync(profile);
  writeFileSync(artifact, '{"torn":');
  writeFileSync(candidate, '[1]\n');
  assert.deepEqual(markStale(config, 't', STALE), []);
  assert.deepEqual([readFileSync(artifact, 'utf8'), readFileSync(candidate, 'utf8')], ['{"torn":', '[1]\n']);
  assert.equal(existsSync(profile), false);
});

test('a task that is not configured has its profile alone, and a file keeps its mode', (t) => {
  const { config, profile } = start(t);
  chmodSync(profile, 0o640);
  const gone = { ...config, tasks: new Map(), rollouts: new Map() };
  assert.deepEqual(markStale(gone, 't', STALE), [profile]);
  assert.equal(statSync(profile).mode & 0o777, 0o640);
});
