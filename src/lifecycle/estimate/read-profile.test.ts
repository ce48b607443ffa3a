import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { parseProfile, readProfile } from './read-profile.ts';
import { sampleModel, sampleProfile } from './sample.fixture.ts';

const written = (change: (profile: Record<string, unknown>) => void): string => {
  const profile = JSON.parse(JSON.stringify(sampleProfile())) as Record<string, unknown>;
  change(profile);
  return JSON.stringify(profile);
};
const firstModel = (profile: Record<string, unknown>): Record<string, Record<string, unknown>> =>
  (profile['models'] as Record<string, Record<string, unknown>>[])[0] ?? assert.fail('a model');

describe('a profile', () => {
  test('is read as it was written', () => {
    const unmeasured = sampleModel('new', { share: 0, input: 1, output: 1, latencyMs: 1, totalNanoUsd: 0 });
    const profile = sampleProfile({
      models: [
        ...sampleProfile().models,
        {
          ...unmeasured,
          passRate: { share: null, low: 0, high: 1, trials: 0 },
          inputTokens: null,
          outputTokens: null,
          latencyMs: null,
          firstAt: null,
          lastAt: null,
        },
      ],
      spent: { nanoUsd: 0, unknown: 3 },
    });
    assert.deepEqual(parseProfile(JSON.stringify(profile, null, 2), 'p.json'), profile);
  });

  test('that is none is refused with the place and the reason', () => {
    const rows: [string, RegExp][] = [
      ['nonsense', /^Error: p\.json is not JSON/],
      ['[]', /^Error: p\.json is no profile: Invalid input/],
      ['{}', /p\.json is no profile: version: .*, and \d+ more\. Make it again with `tierline profile`/],
      [written((profile) => (profile['version'] = 2)), /is no profile: version: /],
      [written((profile) => (profile['extra'] = 1)), /is no profile: Unrecognized key: "extra"/],
      [
        written((profile) => (firstModel(profile)['passRate']!['share'] = 1.2)),
        /is no profile: models\[0\]\.passRate\.share: /,
      ],
      [
        written((profile) => (firstModel(profile)['passRate']!['low'] = 0.99)),
        /models\[0\]\.passRate: low is above high/,
      ],
      [written((profile) => (firstModel(profile)['outputTokens']!['mean'] = -1)), /models\[0\]\.outputTokens\.mean: /],
      [written((profile) => delete firstModel(profile)['cost']), /models\[0\]\.cost: /],
      [written((profile) => (profile['madeAt'] = 'yesterday')), /madeAt: /],
      [written((profile) => (profile['spent'] = { nanoUsd: 0.5, unknown: 0 })), /spent\.nanoUsd: /],
    ];
    for (const [text, expected] of rows) assert.throws(() => parseProfile(text, 'p.json'), expected, text.slice(0, 60));
  });
});

describe('the profile of a task', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'estimate-profile-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'triage.json');

  test('is null where there is none', () => {
    assert.equal(readProfile(file, 'triage'), null);
    writeFileSync(file, JSON.stringify(sampleProfile()));
    assert.deepEqual(readProfile(file, 'triage'), sampleProfile());
  });

  test('of another task is refused', () => {
    writeFileSync(file, JSON.stringify(sampleProfile()));
    assert.throws(() => readProfile(file, 'chat'), /triage\.json is the profile of the task "triage", not of "chat"\./);
  });
});
