import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCatalog } from '../../catalog/catalog.ts';
import { Fraction } from '../../stats/fraction.ts';
import { type Answer, calculate, type Question, tokensOf } from './calculator.ts';
import { findModel } from './model.ts';
import { NOON, sampleConfig } from './sample.fixture.ts';

const names = { catalog: createCatalog(), config: sampleConfig('  triage: { route: haiku }') };
const of = (value: number): Fraction => Fraction.of(value);
const usd = (amount: Fraction | null | undefined): number | null => amount?.over(of(1e9)).toNumber(9) ?? null;

interface Asked {
  strong?: string;
  cheap?: [string, number | null][];
  input?: number;
  output?: number;
  calls?: number | null;
  more?: Partial<Question>;
}

/** 100 million tokens, 80 to 20, on Sonnet 4.6 behind Haiku 4.5. */
function ask({
  strong = 'sonnet',
  cheap = [['haiku', 0.7]],
  input = 80e6,
  output = 20e6,
  calls = null,
  more = {},
}: Asked): Answer {
  return calculate({
    strong: findModel(strong, names),
    cheap: cheap.map(([name, rate]) => ({ model: findModel(name, names), passRate: rate === null ? null : of(rate) })),
    traffic: {
      input: of(input),
      cached: Fraction.ZERO,
      written: Fraction.ZERO,
      output: of(output),
      calls: calls === null ? null : of(calls),
    },
    share: null,
    overhead: null,
    fixed: null,
    judge: Fraction.ZERO,
    time: { atMs: NOON, isSpread: true, isBatch: false },
    isMix: false,
    ...more,
  });
}

describe('a month behind a cascade', () => {
  test('is the published one: 540 USD alone, 342 behind Haiku at 70 %, even at a third', () => {
    const { costs, breakEven, cheapest } = ask({});
    assert.deepEqual([usd(costs.baseline), usd(costs.cascade), costs.predicted], [540, 342, null]);
    assert.equal(breakEven?.toNumber(4), 0.3333);
    assert.equal(cheapest, 'cascade');
  });

  test('costs the same for the same tokens in however many calls', () => {
    for (const calls of [1000, 7_000_000]) assert.equal(usd(ask({ calls }).costs.cascade), 342);
  });

  test('costs both models when nothing passes and the cheap one alone when everything does', () => {
    assert.equal(usd(ask({ cheap: [['haiku', 0]] }).costs.cascade), 720);
    assert.equal(usd(ask({ cheap: [['haiku', 1]] }).costs.cascade), 180);
  });

  test('has a break-even, and no cost, without a pass rate', () => {
    const { costs, breakEven, cheapest } = ask({ cheap: [['haiku', null]] });
    assert.equal(costs.cascade, null);
    assert.equal(breakEven?.toNumber(4), 0.3333);
    assert.equal(cheapest, 'baseline');
  });

  test('pays for its checks, of every answer of the cheap model', () => {
    const { costs, breakEven } = ask({ calls: 100_000, more: { judge: of(200_000) } });
    assert.equal(usd(costs.cascade), 342 + 20);
    assert.equal(breakEven?.toNumber(6), Number((200 / 540).toFixed(6)));
  });

  test('of a cheap model that is dearer never pays', () => {
    const { costs, breakEven, cheapest } = ask({ strong: 'haiku', cheap: [['sonnet', 0.9]] });
    assert.deepEqual([usd(costs.baseline), usd(costs.cascade)], [180, 558]);
    assert.equal(breakEven?.toNumber(), 3);
    assert.equal(cheapest, 'baseline');
  });

  test('costs nothing without traffic, and then has no break-even', () => {
    const { costs, breakEven, predictor } = ask({ input: 0, output: 0, calls: 0 });
    assert.deepEqual([usd(costs.baseline), usd(costs.cascade)], [0, 0]);
    assert.equal(breakEven, null);
    assert.equal(usd(predictor?.mayCost), 0);
  });

  test('of three models tells each step, and the order that would cost less', () => {
    const { costs, steps, betterOrder } = ask({
      strong: 'opus',
      cheap: [
        ['sonnet', 0.8],
        ['haiku', 0.6],
      ],
    });
    assert.equal(usd(costs.cascade), 540 + 0.2 * (180 + 0.4 * 900));
    assert.deepEqual(
      steps.map(({ name, cost, breakEven }) => [name, usd(cost), breakEven?.toNumber(4) ?? null]),
      [
        ['sonnet', 540, 1],
        ['haiku', 180, 0.2],
        ['opus', 900, null],
      ],
    );
    assert.deepEqual(betterOrder, [1, 0, 2]);
    assert.equal(
      ask({
        strong: 'opus',
        cheap: [
          ['haiku', 0.6],
          ['sonnet', 0.8],
        ],
      }).betterOrder,
      null,
    );
  });

  test('is unknown where a price is, and counts nothing as zero', () => {
    const { costs, steps, breakEven, predictor, notes } = ask({ cheap: [['unpriced', 0.7]] });
    assert.equal(usd(costs.baseline), 540);
    assert.deepEqual([costs.cascade, costs.predicted, breakEven, predictor], [null, null, null, null]);
    assert.deepEqual(
      steps.map(({ cost }) => usd(cost)),
      [null, 540],
    );
    assert.match(notes.join(), /unpriced has no price/);
    assert.equal(ask({ strong: 'unpriced' }).costs.baseline, null);
  });

  test('needs a cheap model', () => {
    assert.throws(() => ask({ cheap: [] }), /Name a cheap model/);
  });
});

describe('a month behind a predictor', () => {
  test('costs the share of each model and the overhead of every call', () => {
    const { costs, predictor, cheapest } = ask({ calls: 100_000, more: { overhead: of(1_000_000) } });
    assert.equal(usd(costs.predicted), 0.7 * 180 + 0.3 * 540 + 100);
    assert.equal(usd(predictor?.free), 288);
    assert.equal(usd(predictor?.mayCost), 252);
    assert.equal(usd(predictor?.mayCostBesideCascade), 54);
    assert.equal(predictor?.breakEvenShare?.toNumber(6), Number((100 / 360).toFixed(6)));
    assert.equal(cheapest, 'cascade');
  });

  test('keeps a share of its own where that is said', () => {
    const { costs } = ask({ calls: 100_000, more: { overhead: Fraction.ZERO, share: of(0.5) } });
    assert.equal(usd(costs.predicted), 360);
  });

  test('earns a fixed cost back from a volume on', () => {
    const more = { overhead: of(1_000_000), fixed: of(50e9) };
    const { costs, predictor } = ask({ calls: 100_000, more });
    assert.equal(usd(costs.predicted), 438);
    // 50 / (0.00252 - 0.001)
    assert.equal(predictor?.callsToPay, 32_895n);
    assert.equal(ask({ calls: 100_000, more: { ...more, overhead: of(3_000_000) } }).predictor?.callsToPay, null);
  });

  test('of a fixed cost alone needs no number of calls, of an overhead it does', () => {
    assert.equal(usd(ask({ more: { fixed: of(50e9) } }).costs.predicted), 338);
    assert.equal(ask({ more: { overhead: of(1) } }).costs.predicted, null);
  });
});

describe('tokens of a calculation', () => {
  const sums = { input: of(1000), cached: of(500), written: of(100), output: of(10) };

  test('are those of one call where the calls are known, which tells the long ones', () => {
    const { input, cached, written, output, isSum } = tokensOf({ ...sums, calls: of(10) });
    assert.deepEqual(
      [input, cached, written, output].map((value) => value.toNumber()),
      [100, 50, 10, 1],
    );
    assert.equal(isSum, false);
    const long = ask({ strong: 'gpt-5.5', input: 300_000_000, output: 0, calls: 1000 });
    assert.equal(usd(long.costs.baseline), 3000);
    assert.equal(usd(ask({ strong: 'gpt-5.5', input: 300_000_000, output: 0 }).costs.baseline), 1500);
    assert.match(long.notes.join(), /priced as a long call/);
  });

  test('are those of all calls otherwise', () => {
    assert.equal(tokensOf({ ...sums, calls: null }).isSum, true);
    assert.equal(tokensOf({ ...sums, calls: null }).input.toNumber(), 1000);
    assert.equal(tokensOf({ ...sums, calls: Fraction.ZERO }).input.toNumber(), 1000);
  });
});

describe('what a month hangs on', () => {
  const outcome = (answer: Answer, say: string) =>
    answer.sensitivity.find((one) => one.say === say) ?? assert.fail(say);
  const sums = (answer: Answer, say: string) => {
    const { baseline, cascade } = outcome(answer, say).costs;
    return [usd(baseline), usd(cascade)];
  };

  test('is recalculated with one assumption changed at a time', () => {
    const answer = ask({});
    const rows: [string, number, number][] = [
      ['answers half as long', 390, 130 + 0.3 * 390],
      ['answers twice as long', 840, 280 + 0.3 * 840],
      ['pass rate 10 points lower', 540, 180 + 0.4 * 540],
      ['pass rate 10 points higher', 540, 180 + 0.2 * 540],
      ['cheap model at half its price', 540, 90 + 0.3 * 540],
      ['strong model at half its price', 270, 180 + 0.3 * 270],
      ['in batches', 270, 171],
      // Half of 80 M at a tenth: 44 M of input instead of 80.
      ['half of the input from the cache', 432, 144 + 0.3 * 432],
      ['half of the input from the cache, in batches', 216, 72 + 0.3 * 216],
    ];
    assert.deepEqual(
      answer.sensitivity.map(({ say }) => say),
      rows.map(([say]) => say),
    );
    for (const [say, baseline, cascade] of rows)
      assert.deepEqual(sums(answer, say), [baseline, Number(cascade.toFixed(9))], say);
    assert.ok(answer.sensitivity.every(({ isOther }) => !isOther));
  });

  test('tells where another way wins', () => {
    const answer = ask({ cheap: [['haiku', 0.4]] });
    assert.equal(outcome(answer, 'pass rate 10 points higher').isOther, false);
    assert.equal(outcome(answer, 'pass rate 10 points lower').isOther, true);
    assert.equal(outcome(answer, 'pass rate 10 points lower').cheapest, 'baseline');
    assert.equal(outcome(answer, 'strong model at half its price').cheapest, 'baseline');
  });

  test('keeps pass rates between nothing and everything', () => {
    assert.deepEqual(sums(ask({ cheap: [['haiku', 0.95]] }), 'pass rate 10 points higher'), [540, 180]);
    assert.deepEqual(sums(ask({ cheap: [['haiku', 0.05]] }), 'pass rate 10 points lower'), [540, 720]);
  });

  test('has no batch price where the catalog knows none, and no batches of batches', () => {
    const flash = ask({ strong: 'deepseek-v4-flash' });
    assert.deepEqual(sums(flash, 'in batches'), [null, null]);
    assert.deepEqual([outcome(flash, 'in batches').cheapest, outcome(flash, 'in batches').isOther], [null, false]);
    const batched = ask({ more: { time: { atMs: NOON, isSpread: true, isBatch: true } } });
    assert.equal(usd(batched.costs.cascade), 171);
    assert.ok(batched.sensitivity.every(({ say }) => !say.includes('batches')));
  });

  test('knows no winner among ways of which one has lost its price', () => {
    const haiku = outcome(ask({ strong: 'haiku', cheap: [['deepseek-v4-flash', 0.9]] }), 'in batches');
    assert.equal(usd(haiku.costs.baseline), 90);
    assert.deepEqual([haiku.costs.cascade, haiku.cheapest, haiku.isOther], [null, null, false]);
  });

  test('asks what a cache spares where there is one already', () => {
    const traffic = { input: of(80e6), cached: of(40e6), written: of(8e6), output: of(20e6), calls: null };
    const answer = ask({ more: { traffic } });
    assert.deepEqual(sums(answer, 'nothing from the cache'), [540, 342]);
    // 32 x 3 + 40 x 0.3 + 8 x 3.75 + 20 x 15, halved
    assert.equal(sums(answer, 'the same cache, in batches')[0], 219);
  });

  test('moves the share of a mix, which has no pass rate', () => {
    const answer = ask({ calls: 100_000, more: { isMix: true, share: of(0.7), overhead: Fraction.ZERO } });
    assert.equal(answer.costs.cascade, null);
    assert.equal(usd(outcome(answer, 'share 10 points lower').costs.predicted), 0.6 * 180 + 0.4 * 540);
  });
});
