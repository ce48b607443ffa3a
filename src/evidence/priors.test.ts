import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/load.ts';
import type { Profile } from '../lifecycle/profile/profile.ts';
import { summarise } from '../lifecycle/profile/summarise.ts';
import { toSample } from '../lifecycle/samples/sample.ts';
import { keptAnswer } from '../lifecycle/simulate/kept.fixture.ts';
import { priorsOf, readPriors } from './priors.ts';
import { type ProfileFile, parseProfile } from './profile-schema.ts';

const configOf = (accept = '[{ one_of: [yes, no] }]', file = 'tierline.yaml'): Config =>
  parseConfig(
    `providers: { p: { dialect: openai, base_url: "http://127.0.0.1:9/v1", api_key: k } }
models: { small: { use: p/up-small }, big: { use: p/up-big } }
tasks: { label: { accept: ${accept}, route: small } }
`,
    { file, env: {} },
  );

/** A profile as `tierline profile` makes it: four answers of small, of which one is wrong and one refused by its gate. */
function profileOf(changes: Partial<Profile> = {}): Profile {
  const outcomes = ['yes', 'yes', 'no', 'perhaps'].map((text, at) => {
    const sample = toSample({ id: `s${at}`, prompt: `prompt ${at}`, reference: 'yes' });
    const says = (gate: string, pass: boolean) => ({ gate, pass, score: null, reason: '', costNanoUsd: 0 });
    const verdicts = [says('reference', text === 'yes'), says('one_of', text !== 'perhaps'), says('finish', true)];
    const kept = keptAnswer(sample, 'small', { text, latencyMs: 100 * (at + 1) });
    return { sample: sample.id, weight: 1, kept, verdicts, pass: text === 'yes', accepted: text !== 'perhaps' };
  });
  const profile = summarise([{ model: 'small', tier: 'small', upstreams: ['p/up-small'], outcomes }], {
    task: 'label',
    madeAt: '2026-11-01T00:00:00.000Z',
    samples: { count: 4, digest: 'd', withReference: 4 },
    thresholds: { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 },
    gates: ['reference', 'one_of', 'finish'],
    hasGates: true,
    spent: { nanoUsd: 400, unknown: 0 },
  });
  return { ...profile, ...changes };
}

function folderWith(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-priors-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'profile'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'profile', name), text);
  return folder;
}

describe('a profile that is read', () => {
  test('is the one that was written, and its type is that of lifecycle', () => {
    const profile = profileOf();
    const read: Profile = parseProfile(JSON.stringify(profile));
    const written: ProfileFile = profile;
    assert.deepEqual(read, written);
  });

  test('is refused with what is wrong, and with how much more', () => {
    assert.throws(() => parseProfile('{'), /^Error: is not JSON$/);
    assert.throws(() => parseProfile('[]'), /is no profile: /);
    assert.throws(() => parseProfile(JSON.stringify({ ...profileOf(), more: 1 })), /is no profile: .*more/);
    const [model] = profileOf().models;
    const wrong = { ...model, passRate: { share: 2, low: 0.9, high: 0.1, trials: 1 } };
    assert.throws(
      () => parseProfile(JSON.stringify({ ...profileOf(), models: [wrong] })),
      /is no profile: models\[0\]\.passRate\.share: .*, and 1 more$/,
    );
  });
});

describe('what profiles tell a planner', () => {
  test('is the pass rate, what the gates let through, the length and the latency of answers', () => {
    const { priors, warnings } = priorsOf(profileOf(), configOf());
    assert.deepEqual(warnings, []);
    assert.deepEqual(priors, [
      {
        task: 'label',
        model: 'small',
        passRate: { share: 0.5, trials: 4 },
        acceptRate: 0.75,
        judgingNanoUsd: 0,
        outputTokens: 2,
        latencyMs: { mean: 250, p95: 385 },
      },
    ]);
  });

  test('is nothing when the task is gone or has other gates now, and that is said', () => {
    const gone = priorsOf(profileOf({ task: 'other' }), configOf());
    assert.deepEqual(gone, { priors: [], warnings: ['is of a task that is not configured, other'] });
    const changed = priorsOf(profileOf(), configOf('[{ length: { max_words: 3 } }]'));
    assert.deepEqual(changed.priors, []);
    assert.match(changed.warnings[0] ?? '', /^was made before label had the gate length; make it anew$/);
  });

  test('is nothing of a model that is somewhere else now', () => {
    const [model] = profileOf().models as [Profile['models'][number]];
    const models = [model, { ...model, model: 'big', upstream: ['p/up-old'] }, { ...model, model: 'gone' }];
    const { priors, warnings } = priorsOf(profileOf({ models }), configOf());
    assert.deepEqual(
      priors.map((prior) => prior.model),
      ['small'],
    );
    assert.deepEqual(warnings, [
      'tells of big at p/up-old, which it is not now',
      'tells of gone at p/up-small, which it is not now',
    ]);
  });

  test('what a broken file says is a warning, and the others are read all the same', (t) => {
    const folder = folderWith(t, {
      'a.json': '{"version":',
      'label.json': JSON.stringify(profileOf()),
      'notes.txt': 'x',
    });
    const { priors, warnings } = readPriors(configOf(), folder);
    assert.equal(priors.length, 1);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^the profile .*a\.json is not JSON; the planner begins without it$/);
  });

  test('without a folder there is nothing, and nothing is said', () => {
    assert.deepEqual(readPriors(configOf(undefined, '/nowhere/tierline.yaml')), { priors: [], warnings: [] });
  });
});
