import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { type PlannedAttempt, plainAttempt } from '../../call/plan.ts';
import { judging, play } from '../../delivery/cascade.fixture.ts';
import { type Step, site } from '../../delivery/sample.test.ts';
import { exactly } from './bounds.ts';
import { type Tried, type TryModel, walkPlan } from './walk-plan.ts';

const rung = (model: string, fields: Partial<PlannedAttempt> = {}): PlannedAttempt => ({
  ...plainAttempt(model, 'small'),
  isGated: true,
  ...fields,
});

const tried = (model: string, fields: Partial<Tried> = {}): Tried => ({
  model,
  ending: 'answered',
  passes: 1,
  cost: exactly(10),
  latencyMs: 100,
  gaps: [],
  ...fields,
});

/** Each model as it is told here; the last one is taken whatever its gates say. */
const scripted =
  (script: Record<string, Partial<Tried>>): TryModel<Tried> =>
  ({ model, isGated }, isLast) => {
    const one = tried(model, script[model]);
    return isLast || !isGated ? { ...one, passes: 1 } : one;
  };

const walk = (
  attempts: PlannedAttempt[],
  script: Record<string, Partial<Tried>>,
  otherwise: 'answer' | 'error' = 'answer',
) => walkPlan({ attempts, otherwise }, scripted(script));

describe('a walk through a plan', () => {
  test('ends with the first answer that passes, and only what was tried is paid', async () => {
    const { cost, ends } = await walk([rung('a'), rung('b'), rung('c')], { a: { passes: 0 }, b: { cost: exactly(7) } });
    assert.deepEqual(cost, exactly(17));
    assert.deepEqual(
      ends.map(({ answer, how, share, latencyMs }) => [answer?.model, how, share, latencyMs]),
      [['b', 'accepted', exactly(1), 200]],
    );
  });

  test('splits where a pass rate is all that is known', async () => {
    const { cost, ends } = await walk([rung('a'), rung('b')], { a: { passes: 0.75 }, b: { cost: exactly(100) } });
    assert.deepEqual(cost, exactly(35));
    assert.deepEqual(
      ends.map(({ answer, share, latencyMs }) => [answer?.model, share.low, share.high, latencyMs]),
      [
        ['a', 0.75, 0.75, 100],
        ['b', 0.25, 0.25, 200],
      ],
    );
  });

  test('bounds the cost where not even that is known, and says why', async () => {
    const { cost, ends, gaps } = await walk([rung('a'), rung('b')], { a: { passes: null }, b: { cost: exactly(100) } });
    assert.deepEqual(cost, { low: 10, high: 110 });
    assert.deepEqual(gaps, [{ of: 'route', reason: 'how often a passes is not known' }]);
    assert.deepEqual(
      ends.map(({ share }) => share),
      [
        { low: 0, high: 1 },
        { low: 0, high: 1 },
      ],
    );
  });

  test('a fallback follows a failed upstream, never a refused answer', async () => {
    const plan = [rung('a'), rung('b', { after: 'failure' })];
    const down = await walk(plan, { a: { ending: 'failed', cost: exactly(0) } });
    assert.equal(down.ends[0]?.answer?.model, 'b');
    const refused = await walk(plan, { a: { passes: 0 } }, 'error');
    assert.deepEqual(
      refused.ends.map(({ answer, how }) => [answer, how]),
      [[null, 'refused']],
    );
    assert.deepEqual(refused.cost, exactly(10));
  });

  test('the client gets the refused answer when what was to follow is down', async () => {
    const { ends } = await walk([rung('a'), rung('b')], { a: { passes: 0 }, b: { ending: 'failed' } });
    assert.deepEqual(
      ends.map(({ answer, how }) => [answer?.model, how]),
      [['a', 'settled']],
    );
  });

  test('an answer that broke off under the eyes of the client is the end, whatever was refused before', async () => {
    const { ends } = await walk([rung('a'), rung('b'), rung('c')], { a: { passes: 0 }, b: { ending: 'broken' } });
    assert.deepEqual(
      ends.map(({ answer, how }) => [answer, how]),
      [[null, 'failed']],
    );
  });

  test('a request that is itself at fault goes no further', async () => {
    const { ends, cost } = await walk([rung('a'), rung('b')], { a: { ending: 'final', cost: exactly(0) } });
    assert.deepEqual(
      ends.map(({ answer, how }) => [answer, how]),
      [[null, 'failed']],
    );
    assert.deepEqual(cost, exactly(0));
  });

  test('an answer that takes longer than its attempt may is stopped, paid, and followed', async () => {
    const plan = [rung('a', { timeoutMs: 50 }), rung('b')];
    const { ends, cost, isStopped } = await walk(plan, { a: { latencyMs: 80 } });
    assert.deepEqual(
      ends.map(({ answer, latencyMs }) => [answer?.model, latencyMs]),
      [['b', 150]],
    );
    assert.deepEqual(cost, exactly(20));
    assert.equal(isStopped, true);
    assert.equal((await walk(plan, { a: { latencyMs: 50 } })).ends[0]?.answer?.model, 'a');
  });

  test('a late answer is none that the client could get in the end', async () => {
    const plan = [rung('a', { timeoutMs: 50 }), rung('b')];
    const { ends } = await walk(plan, { a: { latencyMs: 80 }, b: { ending: 'failed' } });
    assert.deepEqual(
      ends.map(({ answer, how }) => [answer, how]),
      [[null, 'failed']],
    );
  });
});

describe('a hedge', () => {
  const plan = [rung('a', { hedgeAfterMs: 40 }), rung('b'), rung('c')];

  test('costs nothing when the first answer is there in time', async () => {
    const { cost, ends, isStopped } = await walk(plan, { a: { latencyMs: 40 } });
    assert.deepEqual([cost, ends.length, isStopped], [exactly(10), 1, false]);
  });

  test('pays both, and the faster one that passes answers', async () => {
    const { cost, ends } = await walk(plan, { a: { latencyMs: 100 }, b: { latencyMs: 30 } });
    assert.deepEqual(cost, exactly(20));
    assert.deepEqual(
      ends.map(({ answer, latencyMs }) => [answer?.model, latencyMs]),
      [['b', 70]],
    );
  });

  test('the slower one answers when the faster is refused, and goes on when both are', async () => {
    const slower = await walk(plan, { a: { latencyMs: 100 }, b: { latencyMs: 30, passes: 0 } });
    assert.deepEqual(
      slower.ends.map(({ answer, latencyMs }) => [answer?.model, latencyMs]),
      [['a', 100]],
    );
    const neither = await walk(plan, { a: { passes: 0 }, b: { latencyMs: 30, passes: 0 } });
    assert.deepEqual(
      neither.ends.map(({ answer, latencyMs }) => [answer?.model, latencyMs]),
      [['c', 200]],
    );
    assert.deepEqual(neither.cost, exactly(30));
  });

  test('says so when nobody knows whether it would start', async () => {
    const { gaps } = await walk(plan, { a: { latencyMs: null } });
    assert.deepEqual(gaps, [{ of: 'latency', reason: 'how long a takes is not known' }]);
  });
});

describe('laws of the walk', () => {
  type Fate = 'good' | 'bad' | 'down' | 'at fault';
  const STEPS: Record<Fate, Step> = {
    good: { reply: 'good' },
    bad: { reply: 'bad' },
    down: { status: 503 },
    'at fault': { status: 400 },
  };
  const TRIED: Record<Fate, Partial<Tried>> = {
    good: { passes: 1 },
    bad: { passes: 0 },
    down: { ending: 'failed' },
    'at fault': { ending: 'final' },
  };
  const fate = fc.constantFrom<Fate>('good', 'bad', 'bad', 'down', 'at fault');
  const places = fc.array(fc.record({ fate, after: fc.constantFrom<'any' | 'failure'>('any', 'failure') }), {
    minLength: 1,
    maxLength: 5,
  });

  test('it tries the models that delivery tries, and ends with the same answer', async () => {
    await fc.assert(
      fc.asyncProperty(places, fc.constantFrom<'answer' | 'error'>('answer', 'error'), async (drawn, otherwise) => {
        const plan = drawn.map(({ after }, at) => rung(`m${at}`, { after: at === 0 ? 'any' : after }));
        const sites = Object.fromEntries(drawn.map((one, at) => [`m${at}`, [site(`m${at}`, [STEPS[one.fate]])]]));
        const { outcome } = await play({ sites, plan, judging: judging({ otherwise }) });
        const script = Object.fromEntries(drawn.map((one, at) => [`m${at}`, TRIED[one.fate]]));
        const models: string[] = [];
        const { ends } = await walkPlan({ attempts: plan, otherwise }, (attempt, isLast) => {
          models.push(attempt.model);
          return scripted(script)(attempt, isLast);
        });
        assert.deepEqual(
          models,
          outcome.exchanges.map(({ attempt }) => attempt.model),
        );
        assert.equal(ends.length, 1);
        assert.equal(ends[0]?.answer?.model ?? null, outcome.answer?.attempt.model ?? null);
      }),
      { numRuns: 200 },
    );
  });

  const share = fc.integer({ min: 0, max: 16 }).map((sixteenths) => sixteenths / 16);
  const steps = fc.array(fc.record({ passes: share, cost: fc.nat(1_000_000) }), { minLength: 1, maxLength: 5 });

  test('its ends add up to the whole, and its cost is c1 + (1 - s1) (c2 + ...)', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        const script = Object.fromEntries(
          drawn.map(({ passes, cost }, at) => [`m${at}`, { passes, cost: exactly(cost) }]),
        );
        const { cost, ends } = await walk(
          drawn.map((_, at) => rung(`m${at}`)),
          script,
        );
        const expected = drawn.reduceRight(
          (rest, step, at) => step.cost + (at === drawn.length - 1 ? 0 : (1 - step.passes) * rest),
          0,
        );
        assert.ok(Math.abs(cost.low - expected) <= 1e-6 * Math.max(1, expected), `${cost.low} ${expected}`);
        assert.equal(cost.low, cost.high);
        assert.equal(
          ends.reduce((sum, end) => sum + end.share.low, 0),
          1,
        );
      }),
    );
  });

  test('a better pass rate never costs more, and an unknown one lies between the ends', async () => {
    await fc.assert(
      fc.asyncProperty(steps, share, fc.nat(4), async (drawn, better, which) => {
        const at = which % drawn.length;
        const costWith = async (passes: number | null) => {
          const script = Object.fromEntries(
            drawn.map((one, place) => [
              `m${place}`,
              { passes: place === at ? passes : one.passes, cost: exactly(one.cost) },
            ]),
          );
          const { cost } = await walk(
            drawn.map((_, place) => rung(`m${place}`)),
            script,
          );
          return cost;
        };
        const worse = (drawn[at] as { passes: number }).passes;
        const [low, high] = worse < better ? [worse, better] : [better, worse];
        const slack = 1e-6;
        const [dear, cheap, unknown] = [await costWith(low), await costWith(high), await costWith(null)];
        assert.ok(cheap.high <= dear.low + slack);
        assert.ok(unknown.low <= cheap.low + slack && dear.high <= unknown.high + slack);
      }),
    );
  });
});
