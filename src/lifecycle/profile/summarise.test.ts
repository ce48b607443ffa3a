import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { toUsage } from '../../call/usage.ts';
import { failed, passed, type Verdict } from '../../gate/gate.ts';
import type { KeptAnswer } from './answer.ts';
import type { ModelProfile, Profile } from './profile.ts';
import { type Measured, type Outcome, type ProfileFacts, rateOf, summarise } from './summarise.ts';

const FACTS = {
  task: 't',
  madeAt: '2026-02-01T00:00:00.000Z',
  samples: { count: 3, digest: 'd', withReference: 0 },
  thresholds: { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 },
  gates: ['a', 'b'],
  hasGates: true,
  spent: { nanoUsd: 7, unknown: 0 },
};

function kept(more: Partial<KeptAnswer> = {}): KeptAnswer {
  return {
    kind: 'answer',
    key: 'k',
    sample: 's',
    model: 'm',
    upstream: 'p/m',
    at: '2026-01-01T00:00:00.000Z',
    latencyMs: 100,
    answer: { text: 'x', finish: { reason: 'stop', raw: 'stop' } },
    error: null,
    usage: toUsage({ inputTokens: 10, cacheReadTokens: 5, outputTokens: 20 }),
    costNanoUsd: 1000,
    costBasis: 'measured',
    responseModel: 'm-1',
    ...more,
  };
}

function outcome(pass: boolean | null, more: Partial<Outcome> = {}): Outcome {
  return { sample: 's', weight: 1, kept: kept(), verdicts: [], pass, accepted: pass, ...more };
}

function modelOf(outcomes: readonly Outcome[]): ModelProfile {
  const [model] = summarise([{ model: 'm', tier: null, upstreams: ['p/m'], outcomes }], FACTS).models;
  assert.ok(model !== undefined);
  return model;
}

describe('the money', () => {
  test('of answers that did not pass counts: what passes carries it', () => {
    const { cost } = modelOf([outcome(true), outcome(true), outcome(false), outcome(false)]);
    assert.deepEqual(cost, {
      known: 4,
      totalNanoUsd: 4000,
      perCallNanoUsd: 1000,
      perPassNanoUsd: 2000,
      basis: 'measured',
    });
  });

  test('of answers whose cost is not known is left out and the number of the known is told', () => {
    const unknown = outcome(true, { kept: kept({ costNanoUsd: null, costBasis: 'unknown' }) });
    const { cost } = modelOf([outcome(true), unknown]);
    assert.deepEqual([cost.known, cost.totalNanoUsd, cost.perCallNanoUsd], [1, 1000, 1000]);
    const none = modelOf([unknown]).cost;
    assert.deepEqual([none.perCallNanoUsd, none.perPassNanoUsd, none.basis], [null, null, 'unknown']);
  });

  test('is an estimate when one of its parts is', () => {
    assert.equal(
      modelOf([outcome(true), outcome(true, { kept: kept({ costBasis: 'estimated' }) })]).cost.basis,
      'estimated',
    );
  });

  test('per pass is none when nothing passes', () => {
    assert.equal(modelOf([outcome(false)]).cost.perPassNanoUsd, null);
  });
});

const passRateOf = (outcomes: readonly Outcome[]) => rateOf(outcomes, ({ pass }) => pass, 0.95);

describe('the pass rate', () => {
  test('leaves out what nobody could judge, and says so', () => {
    const { judged, missing, passRate } = modelOf([
      outcome(true),
      outcome(false),
      outcome(null),
      outcome(null, { kept: null }),
    ]);
    assert.deepEqual([judged, missing, passRate.share], [2, 2, 0.5]);
  });

  test('counts a sample as often as its weight says, and is less sure for it', () => {
    const weighted = passRateOf([outcome(true, { weight: 3 }), outcome(false)]);
    assert.equal(weighted.share, 0.75);
    assert.equal(weighted.trials, 1.6);
    const even = passRateOf([outcome(true), outcome(true), outcome(true), outcome(false)]);
    assert.ok(weighted.high - weighted.low > even.high - even.low);
  });

  test('does not change when all weights are doubled', () => {
    const outcomes = fc.array(fc.record({ pass: fc.boolean(), weight: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(outcomes, (list) => {
        const rate = (factor: number) =>
          passRateOf(list.map(({ pass, weight }) => outcome(pass, { weight: weight * factor })));
        const [one, other] = [rate(1), rate(2)];
        assert.ok(Math.abs((one.share ?? 0) - (other.share ?? 0)) < 1e-12);
        assert.ok(Math.abs(one.low - other.low) < 1e-9 && Math.abs(one.high - other.high) < 1e-9);
      }),
    );
  });
});

test('what production would take is told apart from what is right', () => {
  const model = modelOf([
    outcome(false, { accepted: true }),
    outcome(true),
    outcome(true),
    outcome(false, { accepted: false }),
  ]);
  assert.deepEqual([model.passRate.share, model.accepted.share], [0.5, 0.75]);
});

test('what judging costs is a mean over what was judged, and not known when a part of it is not', () => {
  const judged = (cost: number | null): Partial<Outcome> => ({ verdicts: [{ ...passed('b', ''), costNanoUsd: cost }] });
  assert.equal(modelOf([outcome(true, judged(100)), outcome(true), outcome(null, judged(900))]).judgingNanoUsd, 50);
  assert.equal(modelOf([outcome(true, judged(null))]).judgingNanoUsd, null);
  assert.equal(modelOf([]).judgingNanoUsd, null);
});

test('each gate has its own figures, those that nobody asked have none', () => {
  const verdicts = (...list: Verdict[]): Partial<Outcome> => ({ verdicts: list });
  const { byGate } = modelOf([
    outcome(true, verdicts(passed('a', ''), passed('b', ''))),
    outcome(false, verdicts(failed('a', ''), passed('b', ''))),
    outcome(null, verdicts(passed('a', ''), { ...failed('b', ''), isBroken: true })),
  ]);
  assert.deepEqual(byGate, [
    { gate: 'a', judged: 3, passed: 2, broken: 0 },
    { gate: 'b', judged: 2, passed: 2, broken: 1 },
  ]);
});

test('lengths, times and snapshots are those of the answers; refusals have none', () => {
  const refused = outcome(false, {
    kept: kept({
      answer: null,
      usage: null,
      costNanoUsd: 0,
      latencyMs: 1,
      at: '2026-01-03T00:00:00.000Z',
      responseModel: null,
    }),
  });
  const model = modelOf([
    outcome(true, { kept: kept({ latencyMs: 300, responseModel: 'm-2', at: '2026-01-02T00:00:00.000Z' }) }),
    outcome(true),
    refused,
  ]);
  assert.deepEqual([model.latencyMs?.p50, model.latencyMs?.max], [200, 300]);
  assert.deepEqual([model.inputTokens?.mean, model.outputTokens?.mean], [15, 20]);
  assert.deepEqual(model.snapshots, ['m-1', 'm-2']);
  assert.deepEqual([model.firstAt, model.lastAt], ['2026-01-01T00:00:00.000Z', '2026-01-03T00:00:00.000Z']);
  assert.equal(model.refused, 1);
});

test('models stand cheapest first, those of unknown cost last, and the hull is marked', () => {
  const of = (model: string, cost: number | null, passes: number): Measured => ({
    model,
    tier: null,
    upstreams: [],
    outcomes: Array.from({ length: 100 }, (_, index) =>
      outcome(index < passes, { kept: kept({ costNanoUsd: cost, costBasis: cost === null ? 'unknown' : 'measured' }) }),
    ),
  });
  const profile: Profile = summarise(
    [of('x', null, 100), of('dear', 900, 97), of('mid', 500, 60), of('good', 400, 97), of('cheap', 100, 50)],
    FACTS,
  );
  assert.deepEqual(
    profile.models.map(({ model, isOnFrontier }) => [model, isOnFrontier]),
    [
      ['cheap', true],
      ['good', true],
      ['mid', false],
      ['dear', false],
      ['x', false],
    ],
  );
  assert.deepEqual([profile.version, profile.task, profile.spent], [1, 't', { nanoUsd: 7, unknown: 0 }]);
  assert.ok(!('hasGates' in profile));
});

test('of nothing is nothing: no share, no cost, no verdict', () => {
  const model = modelOf([]);
  assert.deepEqual([model.passRate.share, model.passRate.low, model.passRate.high], [null, 0, 1]);
  assert.deepEqual([model.verdict, model.firstAt, model.outputTokens], ['undecided', null, null]);
});

describe('answers without a verdict', () => {
  const some = (count: number, pass: boolean | null, more: Partial<Outcome> = {}): Outcome[] =>
    Array.from({ length: count }, () => outcome(pass, more));
  const profileOf = (outcomes: readonly Outcome[]): Profile =>
    summarise([{ model: 'm', tier: null, upstreams: ['p/m'], outcomes }], FACTS);

  test('leave it undecided where they could change it: those that have one are selected', () => {
    const { models, recommendation } = profileOf([...some(3, false), ...some(132, null)]);
    assert.deepEqual([models[0]?.verdict, models[0]?.moreSamples], ['undecided', null]);
    assert.match(
      models[0]?.say ?? '',
      /^0 % of 3 pass, .*, but 132 of 135 have no verdict: those that have one are no fair part$/,
    );
    assert.match(recommendation.say, /Not decided: m \(too many of its answers have no verdict\)/);
    assert.equal(modelOf([...some(200, true), ...some(50, null)]).verdict, 'undecided');
  });

  test('change nothing where they are few, or where it is the same whatever they are', () => {
    assert.equal(modelOf([...some(200, true), ...some(4, null)]).verdict, 'default');
    assert.equal(modelOf([...some(150, false), ...some(50, null)]).verdict, 'next');
  });

  test('are not samples without an answer: the run left those in a fair order', () => {
    assert.equal(modelOf([...some(100, false), ...some(300, null, { kept: null })]).verdict, 'next');
  });

  test('when all are, it says so', () => {
    assert.equal(modelOf(some(136, null)).say, '136 of 136 have no verdict');
  });
});

describe('a judge that is not trusted', () => {
  const DOUBT = 'the judge opus has not been graded against labels';
  const good = Array.from({ length: 200 }, () => outcome(true));
  const profileWith = (facts: Partial<ProfileFacts>): Profile =>
    summarise([{ model: 'm', tier: null, upstreams: ['p/m'], outcomes: good }], {
      ...FACTS,
      samples: { count: 200, digest: 'd', withReference: 0 },
      doubts: [DOUBT],
      ...facts,
    });

  test('makes no model the default on its word, and the recommendation says why', () => {
    const { models, recommendation, warnings } = profileWith({});
    assert.deepEqual([models[0]?.verdict, models[0]?.moreSamples], ['undecided', null]);
    assert.match(
      models[0]?.say ?? '',
      /100 % of 200 pass.*it can be the default, if the judge were trusted, and it is not$/,
    );
    assert.deepEqual([recommendation.model, recommendation.verdict], [null, 'undecided']);
    assert.match(recommendation.say, /m \(on the word of a judge that is not trusted\)/);
    assert.deepEqual(warnings, [
      'The judge opus has not been graded against labels; 200 of 200 samples have no reference, so no model can be the default on its word: `tierline judge t` grades it.',
    ]);
  });

  test('takes nothing away where every sample has a reference, and is told all the same', () => {
    const { models, warnings } = profileWith({ samples: { count: 200, digest: 'd', withReference: 200 } });
    assert.equal(models[0]?.verdict, 'default');
    assert.match(warnings[0] ?? '', /every sample has a reference/);
  });

  test('does not make a bad model any better', () => {
    const bad = Array.from({ length: 200 }, (_, at) => outcome(at % 3 === 0));
    const facts = { ...FACTS, doubts: [DOUBT] };
    const { models } = summarise([{ model: 'm', tier: null, upstreams: ['p/m'], outcomes: bad }], facts);
    assert.equal(models[0]?.verdict, 'next');
  });

  test('without a doubt there is nothing to warn of', () => {
    const { models, warnings } = profileWith({ doubts: [] });
    assert.deepEqual([models[0]?.verdict, warnings], ['default', []]);
  });
});
