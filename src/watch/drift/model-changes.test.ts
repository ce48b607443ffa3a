import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Alarm } from '../alarm.ts';
import { ModelChanges } from './model-changes.ts';
import { observation } from './observation.fixture.ts';

/** What the answers tell that come one after the other. */
function told(
  changes: ModelChanges,
  answers: readonly (readonly [model: string | null, build?: string | null])[],
): (Alarm | null)[] {
  return answers.map(([responseModel, fingerprint = null], at) =>
    changes.observe(observation(at, { responseModel, fingerprint })),
  );
}

const severities = (alarms: (Alarm | null)[]): (string | null)[] => alarms.map((alarm) => alarm?.severity ?? null);

describe('a change of model', () => {
  test('is told by the first answer that has it, from what to what, and not again', () => {
    const alarms = told(new ModelChanges(), [
      ['gpt-small-2026-01'],
      ['gpt-small-2026-01'],
      ['gpt-small-2026-03'],
      ['gpt-small-2026-03'],
    ]);
    assert.deepEqual(severities(alarms), [null, null, 'critical', null]);
    assert.deepEqual(alarms[2], {
      key: 'model_changed/openai/gpt-small',
      rule: 'model_changed',
      task: null,
      segment: null,
      severity: 'critical',
      atMs: observation(2).atMs,
      sentence:
        'openai answers requests for gpt-small with the model gpt-small-2026-03, which it never named before; until now it was gpt-small-2026-01. First seen in call call-2 of the task triage.',
      evidence: {
        what: 'model',
        provider: 'openai',
        upstreamModel: 'gpt-small',
        from: 'gpt-small-2026-01',
        to: 'gpt-small-2026-03',
        call: 'call-2',
      },
      isEvent: true,
    });
  });

  test('is not one among several that are seen in turns', () => {
    const alarms = told(new ModelChanges(), [['a'], ['b'], ['a'], ['b'], ['a']]);
    assert.deepEqual(severities(alarms), [null, 'critical', null, null, null]);
  });

  test('of the build alone is a warning with a key of its own', () => {
    const alarms = told(new ModelChanges(), [
      ['a', 'fp_1'],
      ['a', 'fp_2'],
      ['a', 'fp_1'],
      ['a', null],
    ]);
    assert.deepEqual(severities(alarms), [null, 'warning', null, null]);
    assert.equal(alarms[1]?.key, 'model_changed/openai/gpt-small/fingerprint');
    assert.match(alarms[1]?.sentence ?? '', /another build: its fingerprint is fp_2.* until now it was fp_1/);
  });

  test('with another build is told once', () => {
    assert.deepEqual(
      severities(
        told(new ModelChanges(), [
          ['a', 'fp_1'],
          ['b', 'fp_2'],
          ['b', 'fp_2'],
        ]),
      ),
      [null, 'critical', null],
    );
  });

  test('needs a provider that says something of itself, and is told by provider and name', () => {
    const changes = new ModelChanges();
    for (const fields of [
      { provider: null, responseModel: 'a' },
      { upstreamModel: null, responseModel: 'a' },
      { responseModel: null },
      { responseModel: 'a' },
      { responseModel: 'b', provider: 'azure' },
      { responseModel: 'c', upstreamModel: 'gpt-large' },
    ])
      assert.equal(changes.observe(observation(1, fields)), null);
  });

  test('is remembered for the last 16 values', () => {
    const changes = new ModelChanges();
    told(
      changes,
      Array.from({ length: 17 }, (_, at) => [`m${at}`] as const),
    );
    assert.deepEqual(severities(told(changes, [['m16'], ['m1'], ['m0']])), [null, null, 'critical']);
  });

  test('is remembered for a bounded number of names', () => {
    const changes = new ModelChanges();
    for (let at = 0; at < 2000; at++) changes.observe(observation(at, { upstreamModel: `u${at}`, responseModel: 'a' }));
    assert.ok(JSON.stringify(changes.toJson()).length < 20_000);
  });

  test('is seen after a restart', () => {
    const [before, after] = [new ModelChanges(), new ModelChanges()];
    told(before, [['a', 'fp_1']]);
    after.fromJson(JSON.parse(JSON.stringify(before.toJson())));
    assert.deepEqual(
      severities(
        told(after, [
          ['a', 'fp_1'],
          ['b', 'fp_1'],
        ]),
      ),
      [null, 'critical'],
    );
    for (const state of [null, {}, [['k', [[1], []]]], [['k', ['a']]]])
      assert.throws(() => new ModelChanges().fromJson(state), /expected/);
  });
});
