import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Fraction, sum } from '../../stats/fraction.ts';
import type { Profile } from '../profile/profile.ts';
import { rateOf, sampleConfig, sampleModel, sampleProfile, sampleSetting } from './sample.fixture.ts';
import { billOf, isWhole, priceNotesOf, type Setting, type TaskBill } from './task-bill.ts';
import { totalsOf } from './total.ts';

const of = (value: number): Fraction => Fraction.of(value);
const usd = (amount: Fraction | null | undefined): number | null => amount?.over(of(1e9)).toNumber(9) ?? null;
const TYPICAL = 'input: { typical_tokens: 1000 }, output: { typical_tokens: 100 }, volume: 10000';
const CASCADE = 'accept: [{ one_of: { values: [a, b] } }], route: { cascade: [haiku, opus] }';

type Given = Partial<Setting> & { profile?: Profile | null };

function bill(task: string, { profile = null, ...more }: Given = {}): TaskBill {
  const config = sampleConfig(`  triage: { ${task} }`);
  return billOf(config.tasks.get('triage') ?? assert.fail(), profile, sampleSetting(config, more));
}

describe('the bill of a task with a profile', () => {
  // Per call: haiku 800 x 1000 + 60 x 5000 = 1.1 million nano-dollars, sonnet 3.3, opus 1040 x 5000 + 80 x 25000 = 7.2.
  const profiled = (task = `volume: 10000, ${CASCADE}`) => bill(task, { profile: sampleProfile() });

  test("prices each model's own tokens, cheapest first", () => {
    const { models, baseline, recommended } = profiled();
    assert.deepEqual(
      models.map(({ name, perCall, month }) => [name, perCall?.toNumber(), usd(month)]),
      [
        ['haiku', 1_100_000, 11],
        ['sonnet', 3_300_000, 33],
        ['opus', 7_200_000, 72],
      ],
    );
    assert.deepEqual([baseline?.name, usd(baseline?.month), recommended?.name], ['opus', 72, 'sonnet']);
  });

  test('prices the cascade by its measured pass rates, with the ends of their intervals', () => {
    const { routed } = profiled();
    assert.deepEqual(routed.models, ['haiku', 'opus']);
    assert.equal(usd(routed.amount?.cost), 11 + 0.1 * 72);
    const { low, high } = sampleProfile().models[0]?.passRate ?? assert.fail();
    assert.equal(usd(routed.amount?.low), Number((11 + (1 - high) * 72).toFixed(9)));
    assert.equal(usd(routed.amount?.high), Number((11 + (1 - low) * 72).toFixed(9)));
    assert.equal(routed.breakEven?.toNumber(6), Number((1.1 / 7.2).toFixed(6)));
    assert.deepEqual(
      routed.reaches?.map((share) => share.toNumber()),
      [1, 0.1],
    );
  });

  test('takes the time of one model after the other', () => {
    assert.equal(profiled().routed.latencyMs, 600 + 0.1 * 2000);
  });

  test('of three models is surer of nothing than failures that may or may not meet', () => {
    const { routed } = profiled(
      'volume: 10000, accept: [{ refusal: true }], route: { cascade: [haiku, sonnet, opus] }',
    );
    assert.equal(usd(routed.amount?.cost), Number((11 + 0.1 * (33 + 0.05 * 72)).toFixed(9)));
    const [one, two] = sampleProfile().models.map(({ passRate }) => passRate);
    const most = 11 + (1 - (one?.low ?? 0)) * 33 + Math.min(1 - (one?.low ?? 0), 1 - (two?.low ?? 0)) * 72;
    assert.equal(usd(routed.amount?.high), Number(most.toFixed(9)));
    const least = 11 + (1 - (one?.high ?? 0)) * 33;
    assert.equal(usd(routed.amount?.low), Number(least.toFixed(9)));
  });

  test('has a predictor that knows which model passes, free or with its overhead', () => {
    const { predictor } = profiled();
    assert.deepEqual(
      predictor?.shares.map((share) => share.toNumber()),
      [0.9, 0.1],
    );
    assert.equal(usd(predictor?.amount?.cost), 0.9 * 11 + 0.1 * 72);
    assert.equal(predictor?.mayCost.toNumber(), 0.9 * (7_200_000 - 1_100_000));
    const dear = bill(`volume: 10000, ${CASCADE}`, { profile: sampleProfile(), overhead: of(1_000_000) });
    assert.equal(usd(dear.predictor?.amount?.cost), 0.9 * 11 + 0.1 * 72 + 10);
    assert.equal(dear.predictor?.mayCost.toNumber(), predictor?.mayCost.toNumber());
  });

  test('without a cascade lets a predictor choose between the cheapest model and the baseline', () => {
    const { predictor, routed } = profiled('volume: 10000, route: sonnet');
    assert.deepEqual(predictor?.models, ['haiku', 'opus']);
    assert.deepEqual([routed.models, routed.isCascade], [['sonnet'], false]);
    assert.deepEqual([usd(routed.amount?.cost), usd(routed.amount?.low), usd(routed.amount?.high)], [33, 33, 33]);
  });

  test('pays a judge for the answers of the cascade, those of its last model too', () => {
    const judged =
      'volume: 10000, accept: [{ judge: { model: sonnet, rubric: Right, min: 80% } }], route: { cascade: [haiku, opus] }';
    const paid = (judgingNanoUsd: number | null): Profile =>
      sampleProfile({ models: sampleProfile().models.map((model) => ({ ...model, judgingNanoUsd })) });
    assert.equal(usd(bill(judged, { profile: paid(500_000) }).routed.amount?.cost), 11 + 5 + 0.1 * (72 + 5));
    const said = bill(judged, { profile: paid(500_000), judge: of(100_000) });
    assert.equal(usd(said.routed.amount?.cost), 11 + 1 + 0.1 * (72 + 1));
    const unknown = bill(judged, { profile: paid(null) });
    assert.equal(unknown.routed.amount, null);
    assert.deepEqual(unknown.unknown, ['what its judge costs (--judge, or a profile)']);
  });

  test('says where profiling paid something else, as with a warm cache', () => {
    const [haiku, ...others] = sampleProfile().models;
    const at = (perCallNanoUsd: number | null): Profile => {
      const model = haiku ?? assert.fail();
      return sampleProfile({ models: [{ ...model, cost: { ...model.cost, perCallNanoUsd } }, ...others] });
    };
    const notes = (perCall: number | null, more: Given = {}) =>
      bill(`volume: 10000, ${CASCADE}`, { profile: at(perCall), ...more }).notes;
    assert.deepEqual(notes(220_000), [
      'while profiling a call on haiku cost 20 % of what is reckoned here, most likely for its prompt cache (--cached-share)',
    ]);
    assert.deepEqual(notes(2_200_000), ['while profiling a call on haiku cost 200 % of what is reckoned here']);
    for (const usual of [null, 1_100_000, 1_050_000]) assert.deepEqual(notes(usual), []);
    assert.deepEqual(notes(220_000, { cachedShare: of(0.5) }), []);
  });

  test('says which wrong answers a cascade keeps, and which models are gone', () => {
    const measured = { share: 0.9, input: 800, output: 60, latencyMs: 600, totalNanoUsd: 220_000_000 };
    const models = [
      sampleModel('haiku', measured, { accepted: rateOf(0.95) }),
      ...sampleProfile().models.slice(1),
      sampleModel('old', measured),
    ];
    const { notes, routed } = bill(`volume: 10000, ${CASCADE}`, {
      profile: sampleProfile({ models }),
    });
    assert.deepEqual(notes, [
      '5 % of the answers of haiku pass the gates and not the reference, and are kept',
      'its profile has models that are not configured any more: old',
    ]);
    assert.equal(usd(routed.amount?.cost), 11 + 0.05 * 72);
  });
});

describe('the bill of a task without a profile', () => {
  test('rests on what its owner says, each model in its own vocabulary, and has no interval', () => {
    const { models, routed, baseline, recommended } = bill(
      `${TYPICAL.replace('100 }', '100, pass_rate: 80% }')}, ${CASCADE}`,
    );
    assert.equal(usd(baseline?.month), 75);
    const haiku = usd(models.find(({ name }) => name === 'haiku')?.month) ?? 0;
    assert.ok(haiku > 11 && haiku < 12, `${haiku}: 15 were the tokens not scaled`);
    assert.equal(usd(routed.amount?.cost), Number((haiku + 0.2 * 75).toFixed(9)));
    assert.deepEqual(
      [routed.amount?.low, routed.amount?.high, recommended, routed.latencyMs],
      [null, null, null, null],
    );
  });

  test('reads a share of its input from the cache, and goes in batches, where that is said', () => {
    assert.equal(usd(bill(`${TYPICAL}, route: opus`, { cachedShare: of(0.5) }).baseline?.month), 52.5);
    const isBatch = { time: { atMs: Date.UTC(2026, 10, 24), isSpread: true, isBatch: true } };
    assert.equal(usd(bill(`${TYPICAL}, route: opus`, isBatch).baseline?.month), 37.5);
  });

  test('names what is not known and never counts it as nothing', () => {
    const nothing = bill('route: { model: haiku }');
    assert.deepEqual([nothing.calls, nothing.routed.amount, nothing.baseline?.month], [null, null, null]);
    assert.deepEqual(nothing.unknown, [
      'its calls a month (`volume`)',
      'the tokens of a call on haiku, opus (`input.typical_tokens` and `output.typical_tokens`, or a profile)',
    ]);
    assert.deepEqual(bill(`${TYPICAL}, ${CASCADE}`).unknown, [
      'the pass rate of haiku (`output.pass_rate`, or a profile)',
    ]);
    assert.deepEqual(bill(`${TYPICAL}, route: unpriced`).unknown, ['the price of unpriced']);
    assert.equal(bill(`${TYPICAL}, route: unpriced`).routed.amount, null);
    assert.match(priceNotesOf(bill(`${TYPICAL}, route: unpriced`)).join(), /unpriced has no price/);
  });

  test('tells a saving from one that nobody has looked at', () => {
    assert.match(bill(`${TYPICAL}, route: sonnet`).notes.join(), /nobody has measured how good sonnet is at it/);
    assert.deepEqual(bill(`${TYPICAL}, route: opus`).notes, []);
    const [haiku, ...others] = sampleProfile().models;
    const poor = sampleProfile({ models: [{ ...(haiku ?? assert.fail()), verdict: 'next' }, ...others] });
    assert.match(
      bill(`${TYPICAL}, route: haiku`, { profile: poor }).notes.join(),
      /its profile says that haiku is not good enough/,
    );
    assert.deepEqual(bill(`${TYPICAL}, route: sonnet`, { profile: poor }).notes, []);
  });

  test('has no comparison without a baseline, but a bill of its route', () => {
    const { baseline, comparison, predictor, routed, unknown } = bill(`${TYPICAL}, route: sonnet`, { baseline: null });
    assert.deepEqual([baseline, comparison, predictor], [null, null, null]);
    assert.equal(usd(routed.amount?.cost), 45);
    assert.deepEqual(unknown, ['what it is compared with (`baseline`)']);
  });

  test('of no calls is nothing, which is known', () => {
    const { routed, baseline } = bill(`${TYPICAL.replace('10000', '0')}, route: sonnet`);
    assert.deepEqual([usd(routed.amount?.cost), usd(baseline?.month)], [0, 0]);
  });

  test('of vectors compares them with themselves and counts no output', () => {
    const vectors = bill('input: { typical_tokens: 1000 }, volume: 10000, route: vectors');
    assert.deepEqual([vectors.baseline?.name, usd(vectors.baseline?.month), vectors.unknown], ['vectors', 0.2, []]);
  });
});

describe('a total', () => {
  const named = (volume: number, name: string): TaskBill => ({
    ...bill(`volume: ${volume}, ${CASCADE}`, { profile: sampleProfile() }),
    task: name,
  });

  test('is exactly the sum of its tasks, whatever their volumes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1e9 }), { minLength: 1, maxLength: 4 }), (volumes) => {
        const bills = volumes.map((volume, index) => named(volume, `task ${index}`));
        const { routed, baseline, predicted, recommended, calls } = totalsOf(bills);
        const parts: [typeof routed, (bill: TaskBill) => Fraction | null | undefined][] = [
          [routed, (one) => one.routed.amount?.cost],
          [baseline, (one) => one.baseline?.month],
          [predicted, (one) => one.predictor?.amount?.cost],
          [recommended, (one) => one.recommended?.month],
          [calls, (one) => one.calls],
        ];
        for (const [total, part] of parts)
          assert.equal(total.amount?.cost.compare(sum(bills.map((one) => part(one) ?? assert.fail()))), 0);
        assert.equal(routed.amount?.low?.compare(sum(bills.map((one) => one.routed.amount?.low ?? assert.fail()))), 0);
      }),
      { numRuns: 20 },
    );
  });

  test('with something unknown is unknown, and says whose', () => {
    const unknown: TaskBill = { ...bill(`${TYPICAL}, route: unpriced`), task: 'dark' };
    const totals = totalsOf([named(10, 'known'), unknown]);
    assert.deepEqual([totals.routed.amount, totals.routed.missing], [null, ['dark']]);
    assert.deepEqual(totals.recommended.missing, ['dark']);
    assert.equal(usd(totals.baseline.amount?.cost), 75.072);
    assert.deepEqual([isWhole(unknown), isWhole(named(10, 'known'))], [false, true]);
  });

  test('has no ends where one of its tasks has none', () => {
    const expected: TaskBill = bill(`${TYPICAL.replace('100 }', '100, pass_rate: 80% }')}, ${CASCADE}`);
    const { routed } = totalsOf([named(10, 'measured'), expected]);
    assert.notEqual(routed.amount, null);
    assert.deepEqual([routed.amount?.low, routed.amount?.high], [null, null]);
  });

  test('counts a task at its baseline where no model is cheaper, and not at all where nobody knows what passes', () => {
    assert.equal(usd(totalsOf([bill(`${TYPICAL}, route: opus`)]).predicted.amount?.cost), 75);
    assert.deepEqual(totalsOf([bill(`${TYPICAL}, route: sonnet`)]).predicted, { amount: null, missing: ['triage'] });
  });
});
