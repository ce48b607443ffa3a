import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wilson } from '../../stats/proportion.ts';
import { checkCostOf, type Evidence, knownOf, type Rate } from './evidence.ts';
import type { EstimatedModel } from './model.ts';
import { sampleConfig, sampleModel, sampleProfile, sampleSetting } from './sample.fixture.ts';

const JUDGE = 'accept: [{ judge: { model: sonnet, rubric: Is it right, min: 80% } }]';

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

  test('is not the one that escalates where a reference knew better than the gates', () => {
    const byGate = [
      { gate: 'one_of', judged: 200, passed: 190, broken: 0 },
      { gate: 'length', judged: 190, passed: 186, broken: 0 },
      { gate: 'reference', judged: 186, passed: 180, broken: 0 },
    ];
    const haiku = sampleModel('haiku', { share: 0.9, input: 1, output: 1, latencyMs: 1, totalNanoUsd: 1 }, { byGate });
    const profile = sampleProfile({ gates: ['one_of', 'length', 'reference'], models: [haiku] });
    const { passRate, acceptRate } = evidenceOf(TYPICAL, profile).of('haiku');
    const { low, high } = wilson(186, 200);
    assert.equal(rate(passRate)?.[0], 0.9);
    assert.deepEqual(rate(acceptRate), [0.93, Number(low.toFixed(4)), Number(high.toFixed(4)), 'profile']);
  });

  test('counts what a provider would not answer as going on', () => {
    const byGate = [
      { gate: 'one_of', judged: 180, passed: 171, broken: 0 },
      { gate: 'reference', judged: 171, passed: 160, broken: 0 },
    ];
    const haiku = sampleModel(
      'haiku',
      { share: 0.8, input: 1, output: 1, latencyMs: 1, totalNanoUsd: 1 },
      { byGate, judged: 180, refused: 20 },
    );
    const profile = sampleProfile({ gates: ['one_of', 'reference'], models: [haiku] });
    assert.equal(evidenceOf(TYPICAL, profile).of('haiku').acceptRate?.share.toNumber(4), 0.855);
  });

  test('is the one of all checks where gates cannot be told from the reference', () => {
    const odd: [string[], { gate: string; judged: number; passed: number; broken: number }[]][] = [
      // The reference was asked first.
      [
        ['reference', 'one_of'],
        [
          { gate: 'reference', judged: 200, passed: 180, broken: 0 },
          { gate: 'one_of', judged: 180, passed: 180, broken: 0 },
        ],
      ],
      // Every gate was asked of every answer: whether failures meet is not known.
      [
        ['one_of', 'length', 'reference'],
        [
          { gate: 'one_of', judged: 200, passed: 190, broken: 0 },
          { gate: 'length', judged: 200, passed: 190, broken: 0 },
        ],
      ],
      [['one_of', 'reference'], [{ gate: 'one_of', judged: 0, passed: 0, broken: 0 }]],
    ];
    for (const [gates, byGate] of odd) {
      const haiku = sampleModel(
        'haiku',
        { share: 0.9, input: 1, output: 1, latencyMs: 1, totalNanoUsd: 1 },
        { byGate },
      );
      const { acceptRate } = evidenceOf(TYPICAL, sampleProfile({ gates, models: [haiku] })).of('haiku');
      assert.equal(acceptRate?.share.toNumber(4), 0.9, gates.join());
    }
  });
});

describe('what a check costs', () => {
  test('is nothing without a judge', () => {
    assert.equal(checkCostOf(evidenceOf('accept: [{ refusal: true }]').evidence)?.toNumber(), 0);
  });

  test('of a judge is what the profile spent beside the answers, for each of them', () => {
    const answers = 220_000_000 + 660_000_000 + 1_440_000_000;
    const profile = sampleProfile({ spentNanoUsd: answers + 600 * 40_000 });
    assert.equal(checkCostOf(evidenceOf(JUDGE, profile).evidence)?.toNumber(), 40_000);
  });

  test('of a judge is unknown without a profile, or when that does not know what it spent', () => {
    assert.equal(checkCostOf(evidenceOf(JUDGE).evidence), null);
    assert.equal(checkCostOf(evidenceOf(JUDGE, sampleProfile({ spentNanoUsd: null })).evidence), null);
    assert.equal(checkCostOf(evidenceOf(JUDGE, sampleProfile({ models: [] })).evidence), null);
    const [haiku, ...others] = sampleProfile().models;
    const partly = haiku && { ...haiku, cost: { ...haiku.cost, known: 199 } };
    const profile = sampleProfile({ models: [...(partly ? [partly] : []), ...others], spentNanoUsd: 9e9 });
    assert.equal(checkCostOf(evidenceOf(JUDGE, profile).evidence), null);
  });
});
