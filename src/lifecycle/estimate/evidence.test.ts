import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wilson } from '../../stats/proportion.ts';
import type { ModelProfile } from '../profile/profile.ts';
import { type Evidence, knownOf, type Rate } from './evidence.ts';
import type { EstimatedModel } from './model.ts';
import { rateOf, sampleConfig, sampleModel, sampleProfile, sampleSetting } from './sample.fixture.ts';

function evidenceOf(task: string, profile: Evidence['profile'] = null, isVectors = false) {
  const config = sampleConfig(`  triage: { route: haiku, ${task} }`);
  const { models } = sampleSetting(config);
  const counter = models.get('opus') ?? null;
  const found = config.tasks.get('triage') ?? assert.fail();
  const evidence: Evidence = { task: found, profile, counter, isVectors };
  return { evidence, of: (name: string) => knownOf(models.get(name) as EstimatedModel, evidence) };
}

const means = (tokens: ReturnType<typeof knownOf>['tokens']): number[] | null =>
  tokens && [tokens.input.toNumber(6), tokens.output.toNumber(6)];
const rate = (found: Rate | null) =>
  found && [
    found.share.toNumber(4),
    found.interval?.low.toNumber(4) ?? null,
    found.interval?.high.toNumber(4) ?? null,
    found.from,
  ];

const TYPICAL = 'input: { typical_tokens: 1000 }, output: { typical_tokens: 100 }';
const JUDGED = 'accept: [{ judge: { model: sonnet, rubric: Right, min: 80% } }]';

/** With a profile of haiku alone. */
function measured(more: Partial<ModelProfile>, task = TYPICAL) {
  const figures = { share: 0.9, input: 800, output: 60, latencyMs: 600, totalNanoUsd: 100_000_000 };
  return evidenceOf(task, sampleProfile({ models: [sampleModel('haiku', figures, more)] }));
}

describe('the tokens of a call', () => {
  test('are the means that were measured on the model, in its own counting', () => {
    const { of } = evidenceOf(TYPICAL, sampleProfile());
    assert.deepEqual([means(of('haiku').tokens), of('haiku').tokensFrom], [[800, 60], 'profile']);
    assert.deepEqual(means(of('opus').tokens), [1040, 80]);
  });

  test('are those the owner names without a profile, scaled from the counting of the baseline', () => {
    const { of } = evidenceOf(TYPICAL);
    assert.deepEqual([means(of('opus').tokens), of('opus').tokensFrom], [[1000, 100], 'configuration']);
    const [input = 0] = means(of('haiku').tokens) ?? [];
    assert.ok(input > 740 && input < 790, `${input}: the newer vocabulary counts about 30 % more`);
    assert.equal(of('haiku').tokensFrom, 'scaled');
  });

  test('of a model that was not measured are scaled from the baseline, which was', () => {
    const profile = sampleProfile({ models: sampleProfile().models.filter(({ model }) => model !== 'haiku') });
    const known = evidenceOf('consequence: none', profile).of('haiku');
    const [input = 0] = means(known.tokens) ?? [];
    assert.ok(input > 770 && input < 820, `${input} of 1040`);
    assert.equal(known.tokensFrom, 'scaled');
  });

  test('are unknown where nobody said or measured them', () => {
    for (const task of ['consequence: none', 'input: { typical_tokens: 5 }', 'output: { typical_tokens: 5 }'])
      assert.deepEqual(
        [evidenceOf(task).of('opus').tokens, evidenceOf(task).of('opus').tokensFrom],
        [null, null],
        task,
      );
    const alien = sampleProfile({ models: sampleProfile().models.filter(({ model }) => model === 'haiku') });
    assert.equal(evidenceOf('consequence: none', alien).of('sonnet').tokens, null);
  });

  test('of vectors have no output', () => {
    assert.deepEqual(means(evidenceOf('input: { typical_tokens: 300 }', null, true).of('opus').tokens), [300, 0]);
  });
});

describe('the pass rate', () => {
  test('is the measured one with its interval', () => {
    const { low, high } = wilson(180, 200);
    assert.deepEqual(rate(evidenceOf(TYPICAL, sampleProfile()).of('haiku').passRate), [
      0.9,
      Number(low.toFixed(4)),
      Number(high.toFixed(4)),
      'profile',
    ]);
  });

  test('is what the owner expects until something was measured, and has no interval', () => {
    const { of } = evidenceOf('output: { typical_tokens: 5, pass_rate: 80% }');
    assert.deepEqual(rate(of('haiku').passRate), [0.8, null, null, 'configuration']);
    assert.deepEqual(rate(of('haiku').acceptRate), [0.8, null, null, 'configuration']);
    assert.equal(evidenceOf(TYPICAL).of('haiku').passRate, null);
  });

  test('is not the one that escalates where a reference knows better than the gates', () => {
    const { passRate, acceptRate } = measured({ accepted: rateOf(0.95) }).of('haiku');
    const { low, high } = wilson(190, 200);
    assert.equal(rate(passRate)?.[0], 0.9);
    assert.deepEqual(rate(acceptRate), [0.95, Number(low.toFixed(4)), Number(high.toFixed(4)), 'profile']);
  });

  test('escalates where nothing was accepted or refused yet', () => {
    const unknown = { share: null, low: 0, high: 1, trials: 0 };
    const { passRate, acceptRate } = measured({ accepted: unknown }).of('haiku');
    assert.deepEqual(rate(acceptRate), rate(passRate));
    assert.equal(measured({ accepted: unknown, passRate: unknown }).of('haiku').acceptRate, null);
  });
});

describe('what judges cost on an answer', () => {
  test('is nothing without a judge', () => {
    assert.equal(measured({ judgingNanoUsd: 7 }).of('haiku').checkCost?.toNumber(), 0);
  });

  test('is what was paid for each of the model, and the dearest of all for one that was not measured', () => {
    const { of } = measured({ judgingNanoUsd: 30.5 }, JUDGED);
    assert.equal(of('haiku').checkCost?.toNumber(), 30.5);
    assert.equal(of('sonnet').checkCost?.toNumber(), 30.5);
  });

  test('is unknown without a profile, and where that does not know it', () => {
    assert.equal(evidenceOf(JUDGED).of('haiku').checkCost, null);
    assert.equal(measured({ judgingNanoUsd: null }, JUDGED).of('haiku').checkCost, null);
    assert.equal(measured({ judged: 0, judgingNanoUsd: 5 }, JUDGED).of('haiku').checkCost, null);
  });
});

test('what a call cost while profiling is known beside what it is reckoned to cost', () => {
  assert.equal(measured({}).of('haiku').paidPerCall?.toNumber(), 500_000);
  assert.equal(evidenceOf(TYPICAL).of('haiku').paidPerCall, null);
});
