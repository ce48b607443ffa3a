import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wilson } from '../../stats/proportion.ts';
import type { KeptReply } from '../profile/answer.ts';
import type { ModelProfile } from '../profile/profile.ts';
import { type Evidence, judgeCostOf, judgeCostsOf, knownOf, type Rate } from './evidence.ts';
import type { EstimatedModel } from './model.ts';
import { sampleConfig, sampleModel, sampleProfile, sampleSetting } from './sample.fixture.ts';

const judgeBy = (model: string): string => `{ judge: { model: ${model}, rubric: Is it right, min: 80% } }`;

function evidenceOf(task: string, profile: Evidence['profile'] = null, isVectors = false) {
  const config = sampleConfig(`  triage: { route: haiku, ${task} }`);
  const { models } = sampleSetting(config);
  const counter = models.get('opus') ?? null;
  const found = config.tasks.get('triage') ?? assert.fail();
  const evidence: Evidence = { task: found, profile, counter, isVectors, judgeCosts: new Map() };
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

  const gated = (
    byGate: { gate: string; judged: number; passed: number }[],
    gates: string[],
    more: Partial<ModelProfile> = {},
  ) => {
    const measured = { share: 0.9, input: 1, output: 1, latencyMs: 1, totalNanoUsd: 1 };
    const haiku = sampleModel('haiku', measured, { byGate: byGate.map((gate) => ({ ...gate, broken: 0 })), ...more });
    return evidenceOf(TYPICAL, sampleProfile({ gates, models: [haiku] })).of('haiku');
  };
  const end = (share: number, which: 'low' | 'high') => Number(wilson(share * 200, 200)[which].toFixed(4));

  test('is not the one that escalates where a reference knows better than the gates', () => {
    const { passRate, acceptRate } = gated(
      [
        { gate: 'reference', judged: 200, passed: 184 },
        { gate: 'one_of', judged: 200, passed: 190 },
      ],
      ['reference', 'one_of'],
    );
    assert.equal(rate(passRate)?.[0], 0.9);
    assert.deepEqual(rate(acceptRate), [0.95, end(0.95, 'low'), end(0.95, 'high'), 'profile']);
  });

  test('of several gates takes failures as independent, and leaves open whether they meet', () => {
    const gates = [
      { gate: 'reference', judged: 200, passed: 184 },
      { gate: 'one_of', judged: 200, passed: 196 },
      { gate: 'length', judged: 200, passed: 190 },
    ];
    const { acceptRate } = gated(gates, ['reference', 'one_of', 'length']);
    assert.deepEqual(rate(acceptRate), [0.931, end(0.93, 'low'), end(0.95, 'high'), 'profile']);
  });

  test('of several gates of one name counts each of them', () => {
    const { acceptRate } = gated([{ gate: 'pattern', judged: 400, passed: 388 }], ['reference', 'pattern', 'pattern']);
    assert.deepEqual(rate(acceptRate), [0.9409, end(0.94, 'low'), end(0.97, 'high'), 'profile']);
  });

  test('of a judge, who was asked about right answers only, lies between what is right and what he gets to see', () => {
    const { acceptRate, judgedShare } = gated(
      [
        { gate: 'reference', judged: 200, passed: 184 },
        { gate: 'one_of', judged: 200, passed: 196 },
        { gate: 'judge', judged: 182, passed: 180 },
      ],
      ['reference', 'one_of', 'judge'],
    );
    assert.deepEqual(rate(acceptRate), [
      Number(((0.98 * 180) / 182).toFixed(4)),
      end(0.9, 'low'),
      end(0.98, 'high'),
      'profile',
    ]);
    assert.equal(judgedShare.toNumber(4), 0.98);
  });

  test('counts what a provider would not answer as going on', () => {
    const { acceptRate, judgedShare } = gated([{ gate: 'one_of', judged: 190, passed: 190 }], ['reference', 'one_of'], {
      refused: 10,
    });
    assert.equal(acceptRate?.share.toNumber(4), 0.95);
    assert.equal(judgedShare.toNumber(4), 0.95);
  });

  test('is never below the one of all checks, whatever the weights of the samples do to it', () => {
    assert.equal(
      gated([{ gate: 'one_of', judged: 200, passed: 100 }], ['reference', 'one_of']).acceptRate?.share.toNumber(),
      0.5,
    );
    const many = ['reference', 'one_of', 'length'];
    const gates = [
      { gate: 'one_of', judged: 200, passed: 184 },
      { gate: 'length', judged: 200, passed: 186 },
    ];
    assert.equal(gated(gates, many).acceptRate?.share.toNumber(), 0.9);
  });

  test('lets everything through where production has no gate', () => {
    assert.equal(
      gated([{ gate: 'reference', judged: 200, passed: 180 }], ['reference']).acceptRate?.share.toNumber(),
      1,
    );
  });

  test('is the one of the gates where there is no reference', () => {
    const { passRate, acceptRate } = gated([{ gate: 'one_of', judged: 200, passed: 180 }], ['one_of']);
    assert.deepEqual(rate(acceptRate), rate(passRate));
  });
});

describe('what a verdict costs', () => {
  const reply = (model: string, costNanoUsd: number | null): KeptReply => ({
    kind: 'reply',
    key: 'k',
    model,
    at: '2026-11-24T10:00:00.000Z',
    text: 'yes',
    costNanoUsd,
  });

  test('is the mean of those that were paid for, by judge; unknown as soon as one is', () => {
    const costs = judgeCostsOf([reply('sonnet', 30), reply('sonnet', 41), reply('opus', 90), reply('opus', null)]);
    assert.deepEqual(
      [...costs].map(([model, cost]) => [model, cost.toNumber()]),
      [['sonnet', 35.5]],
    );
    assert.equal(judgeCostsOf([]).size, 0);
  });

  test('is nothing without a judge, and that of all judges with several', () => {
    const costs = judgeCostsOf([reply('sonnet', 30), reply('opus', 90)]);
    const of = (accept: string) =>
      judgeCostOf({ ...evidenceOf(accept).evidence, judgeCosts: costs })?.toNumber() ?? null;
    assert.equal(of('accept: [{ refusal: true }]'), 0);
    assert.equal(of(`accept: [${judgeBy('sonnet')}]`), 30);
    assert.equal(of(`accept: [${judgeBy('sonnet')}, ${judgeBy('opus')}]`), 120);
    assert.equal(of(`accept: [${judgeBy('sonnet')}, ${judgeBy('haiku')}]`), null);
  });
});
