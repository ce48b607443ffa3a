// Laws of the cost model: break-evens are where they are said to be, costs move the right way, and no sum loses a nano-dollar.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { toUsage } from '../../src/call/usage.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { priceUsage } from '../../src/catalog/price-usage.ts';
import {
  bestOrder,
  cascadeBreakEven,
  cascadeCost,
  choiceBounds,
  choiceCost,
  choiceShares,
  mixBreakEvenOverhead,
  mixBreakEvenShare,
  reachBounds,
  reaches,
  type Step,
  stepBreakEvens,
} from '../../src/lifecycle/estimate/formulas.ts';
import { exactPrice } from '../../src/lifecycle/estimate/price.ts';
import { Fraction, sum } from '../../src/stats/fraction.ts';

const NOON = Date.UTC(2026, 10, 24, 12);
const of = (value: number): Fraction => Fraction.of(value);
const equal = (one: Fraction | null | undefined, other: Fraction | null | undefined): void =>
  assert.equal(`${one?.top}/${one?.bottom}`, `${other?.top}/${other?.bottom}`);
const isAtMost = (one: Fraction, other: Fraction): void =>
  assert.ok(!one.isAbove(other), `${one.toNumber()} > ${other.toNumber()}`);

const shares = fc.integer({ min: 0, max: 10_000 }).map((value) => of(value).over(of(10_000)));
const costs = fc.integer({ min: 1, max: 1e9 }).map((value) => of(value).over(of(1000)));
const steps = fc.record({ cost: costs, passRate: shares });
const ladders = fc.array(steps, { minLength: 2, maxLength: 5 });

describe('a cascade', () => {
  test('at its break-even pass rate costs exactly what its last model costs', () => {
    let found = 0;
    fc.assert(
      fc.property(ladders, (ladder) => {
        const breakEven = cascadeBreakEven(ladder);
        if (breakEven === null) return;
        found++;
        const [first, ...others] = ladder as [Step, ...Step[]];
        equal(cascadeCost([{ ...first, passRate: breakEven }, ...others]), ladder.at(-1)?.cost);
      }),
    );
    assert.ok(found > 20, `${found} cascades had one`);
  });

  test('of two breaks even at C1 / C2, the very share', () => {
    fc.assert(
      fc.property(steps, steps, (one, other) => equal(cascadeBreakEven([one, other]), one.cost.over(other.cost))),
    );
  });

  test('costs with a step at its own break-even what it costs without that step', () => {
    fc.assert(
      fc.property(ladders, fc.nat(), (ladder, pick) => {
        const at = pick % (ladder.length - 1);
        const passRate = stepBreakEvens(ladder)[at] as Fraction;
        const tried = ladder.map((step, index) => (index === at ? { ...step, passRate } : step));
        equal(cascadeCost(tried), cascadeCost(ladder.filter((_, index) => index !== at)));
      }),
    );
  });

  test('never costs more when a model passes more', () => {
    fc.assert(
      fc.property(ladders, fc.nat(), shares, (ladder, pick, more) => {
        const at = pick % ladder.length;
        const raise = (step: Step): Step => ({
          ...step,
          passRate: step.passRate.plus(Fraction.ONE.minus(step.passRate).times(more)),
        });
        const better = ladder.map((step, index) => (index === at ? raise(step) : step));
        isAtMost(cascadeCost(better), cascadeCost(ladder));
      }),
    );
  });

  test('in its best order costs no more than in any other', () => {
    fc.assert(
      fc.property(
        ladders.chain((ladder) =>
          fc.tuple(fc.constant(ladder), fc.shuffledSubarray(ladder.slice(0, -1), { minLength: ladder.length - 1 })),
        ),
        ([ladder, shuffled]) => {
          const best = bestOrder(ladder).map((at) => ladder[at] as Step);
          isAtMost(cascadeCost(best), cascadeCost([...shuffled, ladder.at(-1) as Step]));
        },
      ),
    );
  });

  test('lies within the bounds that hold whichever answers fail together', () => {
    fc.assert(
      fc.property(ladders, (ladder) => {
        const failures = ladder.map(({ passRate }) => Fraction.ONE.minus(passRate));
        const bounds = reachBounds(failures.map((failure) => ({ low: failure, high: failure })));
        const at = (end: 'low' | 'high') =>
          sum(ladder.map(({ cost }, index) => cost.times(bounds[index]?.[end] as Fraction)));
        isAtMost(at('low'), cascadeCost(ladder));
        isAtMost(cascadeCost(ladder), at('high'));
      }),
    );
  });

  test('is the sum of what every model costs for the calls that reach it', () => {
    fc.assert(
      fc.property(ladders, (ladder) => {
        const reached = reaches(ladder.map(({ passRate }) => passRate));
        equal(cascadeCost(ladder), sum(ladder.map(({ cost }, index) => cost.times(reached[index] as Fraction))));
      }),
    );
  });
});

describe('a predictor', () => {
  test('that is always right and costs nothing never costs more than the cascade', () => {
    fc.assert(fc.property(ladders, (ladder) => isAtMost(choiceCost(ladder), cascadeCost(ladder))));
  });

  test('sends all calls somewhere, and within its bounds', () => {
    fc.assert(
      fc.property(ladders, (ladder) => {
        equal(sum(choiceShares(ladder)), Fraction.ONE);
        const failures = ladder.map(({ passRate }) => Fraction.ONE.minus(passRate));
        const reach = reachBounds(failures.map((failure) => ({ low: failure, high: failure })));
        const { low, high } = choiceBounds(
          ladder.map(({ cost }) => cost),
          reach,
        );
        isAtMost(low, choiceCost(ladder));
        isAtMost(choiceCost(ladder), high);
      }),
    );
  });

  test('at the overhead and at the share of its break-even costs what the strong model costs', () => {
    fc.assert(
      fc.property(costs, costs, shares, shares, (cheap, more, share, part) => {
        const strong = cheap.plus(more);
        const cost = (kept: Fraction, overhead: Fraction): Fraction =>
          choiceCost([
            { cost: cheap, passRate: kept },
            { cost: strong, passRate: Fraction.ONE },
          ]).plus(overhead);
        equal(cost(share, mixBreakEvenOverhead({ cheap, strong, share, overhead: Fraction.ZERO })), strong);
        const overhead = more.times(part);
        const needed = mixBreakEvenShare({ cheap, strong, share, overhead }) as Fraction;
        equal(cost(needed, overhead), strong);
      }),
    );
  });
});

describe('an exact price', () => {
  const catalog = createCatalog();
  const models = [
    'anthropic/claude-haiku-4-5',
    'openai/gpt-5.5',
    'openai/gpt-4o-mini',
    'google/gemini-2.5-pro',
    'deepseek/deepseek-v4-flash',
  ].map((name) => catalog.find('', name));
  const usages = fc.record({
    input: fc.nat({ max: 600_000 }),
    cached: fc.nat({ max: 200_000 }),
    written: fc.nat({ max: 200_000 }),
    output: fc.nat({ max: 100_000 }),
    isBatch: fc.boolean(),
  });

  test('rounded to the nano-dollar is the price that the ledger would have', () => {
    let known = 0;
    fc.assert(
      fc.property(fc.constantFrom(...models), usages, (model, { input, cached, written, output, isBatch }) => {
        const usage = toUsage({
          inputTokens: input,
          cacheReadTokens: cached,
          cacheWrite5mTokens: written,
          outputTokens: output,
        });
        const billed = priceUsage(usage, model, { atMs: NOON, batch: isBatch }).nanoUsd;
        const tokens = {
          input: of(input + cached + written),
          cached: of(cached),
          written: of(written),
          output: of(output),
          isSum: false,
        };
        const exact = exactPrice(tokens, model, { atMs: NOON, isSpread: false, isBatch });
        if (billed !== null) known++;
        assert.equal(exact === null ? null : Number(exact.round()), billed);
      }),
    );
    assert.ok(known > 50, `${known} prices were known`);
  });

  test('of many calls together is as many times the price of one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...models), usages, fc.integer({ min: 1, max: 1e9 }), (model, usage, calls) => {
        const input = of(usage.input % 100_000);
        const one = { input, cached: Fraction.ZERO, written: Fraction.ZERO, output: of(usage.output), isSum: false };
        const times = of(calls);
        const all = { ...one, input: input.times(times), output: one.output.times(times), isSum: true };
        const time = { atMs: NOON, isSpread: true, isBatch: false };
        equal(exactPrice(all, model, time), exactPrice(one, model, time)?.times(times));
      }),
    );
  });
});
