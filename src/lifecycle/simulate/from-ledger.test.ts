import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { toUsage } from '../../call/usage.ts';
import { compare, type Pair } from './compare.ts';
import { labelRoute } from './kept.fixture.ts';
import { attemptOf, judged, MONDAY_MS, many, playLedger, priorOf, rowOf, USAGE } from './rows.fixture.ts';

const CASCADE = labelRoute('{ cascade: [small, mid] }');
const gapsOf = (pair: Pair | undefined) => pair?.candidate.gaps.map(({ of, reason }) => `${of}: ${reason}`);

describe('a call of the ledger through a policy', () => {
  test('keeps what its attempts cost and how they ended, judges included', async () => {
    const row = rowOf([
      attemptOf('small', { costNanoUsd: 111, verdicts: judged(false) }),
      attemptOf('mid', { costNanoUsd: 333, startMs: 100, latencyMs: 50, verdicts: judged(true) }),
    ]);
    const [pair] = await playLedger([row], [CASCADE, labelRoute('mid')]);
    assert.deepEqual(pair?.current.cost, { low: 444, high: 444 });
    assert.deepEqual(pair?.current.answers, new Map([['mid', 1]]));
    assert.deepEqual(pair?.current.latencies, [{ ms: 150, share: 1 }]);
    assert.deepEqual([pair?.current.escalated, pair?.current.good], [1, 1]);
    // The candidate goes to the stronger model at once: that very attempt is in the row.
    assert.deepEqual(pair?.candidate.cost, { low: 333, high: 333 });
    assert.deepEqual([pair?.candidate.first, pair?.candidate.escalated, pair?.candidate.good], ['mid', 0, 1]);
  });

  test('prices a model that it did not try by its usage, with answers as long as the model writes here', async () => {
    const rows = many(2, (at) =>
      at === 0
        ? rowOf([attemptOf('mid', { usage: toUsage({ inputTokens: 500, outputTokens: 40 }), latencyMs: 70 })])
        : rowOf([attemptOf('small')]),
    );
    const [, pair] = await playLedger(rows, [labelRoute('small'), labelRoute('mid')]);
    // 1000 tokens at 3 USD and 40 at 6 USD a million.
    assert.deepEqual(pair?.candidate.cost, { low: 3_240_000, high: 3_240_000 });
    assert.deepEqual(pair?.candidate.latencies, [{ ms: 70, share: 1 }]);
    assert.deepEqual(gapsOf(pair), ['quality: how often answers of mid are good is not known']);
  });

  test('bounds the cost of a model whose answers nobody has seen', async () => {
    const rows = [rowOf([attemptOf('small')], { maxOutputTokens: 200 })];
    const [pair] = await playLedger(rows, [labelRoute('small'), labelRoute('mid')]);
    assert.deepEqual(pair?.candidate.cost, { low: 3_000_000, high: 3_000_000 + 200 * 6000 });
    assert.ok(gapsOf(pair)?.includes('cost: how long answers of mid to label are is not known'));
    const [open] = await playLedger([rowOf([attemptOf('small')])], [labelRoute('small'), labelRoute('mid')]);
    assert.deepEqual(open?.candidate.cost, { low: 3_000_000, high: Number.POSITIVE_INFINITY });
  });

  test('takes from a profile what the ledger has not seen', async () => {
    const priors = [priorOf('mid', { outputTokens: 50 })];
    const [pair] = await playLedger([rowOf([attemptOf('small')])], [labelRoute('small'), labelRoute('mid')], priors);
    assert.deepEqual(pair?.candidate.cost, { low: 3_300_000, high: 3_300_000 });
    assert.equal(pair?.candidate.good, 0.8);
    assert.deepEqual(pair?.candidate.rests, [{ rate: 'mid on label by profile', share: 0.8, judged: 100, weight: 1 }]);
    assert.deepEqual(pair?.candidate.latencies, [{ ms: 200, share: 1 }]);
  });

  test('escalates as often as the verdicts of the ledger say, from twenty on', async () => {
    const seen = many(20, (at) => rowOf([attemptOf('small', { verdicts: judged(at >= 5) })]));
    const other = { ...rowOf([attemptOf('mid', { costNanoUsd: 10_000 })]), id: 'req_last' };
    const pairs = await playLedger([...seen, other], [labelRoute('mid'), CASCADE]);
    const last = pairs.at(-1)?.candidate;
    assert.deepEqual(
      last?.answers,
      new Map([
        ['small', 0.75],
        ['mid', 0.25],
      ]),
    );
    // 1000 in and 100 out at 1 and 2 USD, and a quarter of what mid really cost.
    assert.deepEqual(last?.cost, { low: 1_200_000 + 2500, high: 1_200_000 + 2500 });
    const few = await playLedger([...seen.slice(1), other], [labelRoute('mid'), CASCADE]);
    assert.equal(few.at(-1)?.candidate.answers, null);
    assert.deepEqual(few.at(-1)?.candidate.cost, { low: 1_200_000, high: 1_210_000 });
    assert.ok(gapsOf(few.at(-1))?.includes('route: how often small passes is not known'));
  });

  test('does not take the verdicts of other gates for those of the candidate', async () => {
    const rows = many(30, () => rowOf([attemptOf('small', { verdicts: judged(true) })]));
    const other = 'tasks: { label: { accept: [{ one_of: [yes, no, maybe] }], route: { cascade: [small, mid] } } }\n';
    const [same] = await playLedger(rows, [CASCADE, CASCADE]);
    const [pair] = await playLedger(rows, [CASCADE, other]);
    assert.deepEqual(same?.candidate.answers, new Map([['small', 1]]));
    assert.equal(pair?.candidate.answers, null);
  });

  test('an answer that its gates let through is as good as a profile with references says', async () => {
    const rows = [rowOf([attemptOf('small', { verdicts: judged(true) })])];
    const priors = [priorOf('small', { passRate: { share: 0.6, trials: 200 }, acceptRate: 0.8 })];
    const [pair] = await playLedger(rows, [CASCADE, CASCADE], priors);
    assert.equal(pair?.candidate.good, 0.6 / 0.8);
    const [bare] = await playLedger(rows, [CASCADE, CASCADE]);
    assert.equal(bare?.candidate.good, 1);
  });

  test('a model that was down was down for the candidate as well', async () => {
    const row = rowOf([
      attemptOf('small', {
        status: 'error',
        httpStatus: 503,
        errorCode: 'upstream_error',
        usage: null,
        costNanoUsd: 0,
      }),
      attemptOf('big', { costNanoUsd: 900 }),
    ]);
    const routes: [string, string] = [labelRoute('big'), labelRoute('{ model: small, fallback: [big] }')];
    const [pair] = await playLedger([row], routes);
    assert.deepEqual(pair?.candidate.answers, new Map([['big', 1]]));
    assert.deepEqual(pair?.candidate.cost, { low: 900, high: 900 });
  });

  test('an attempt that was stopped for its time says nothing where it has all the time', async () => {
    const late = attemptOf('small', { status: 'error', stopped: 'late', usage: null, costNanoUsd: 50, latencyMs: 20 });
    const row = rowOf([late, attemptOf('mid', { verdicts: judged(true) })]);
    const timed = labelRoute('{ cascade: [small, mid], attempt_timeout: 20ms }');
    const [pair] = await playLedger([row], [timed, CASCADE], [priorOf('small')]);
    assert.deepEqual(pair?.current.cost, { low: 1_200_050, high: 1_200_050 });
    assert.equal(pair?.candidate.answers?.get('small'), 0.8);
  });

  test('a batch has no plan, and a call that nobody answered has no usage', async () => {
    const batch = rowOf([], { latencyMs: null, usage: USAGE });
    const [first] = await playLedger([batch], [CASCADE, CASCADE]);
    assert.deepEqual(gapsOf(first), ['plan: it came out of a batch, which no plan was made for']);
    const [second] = await playLedger([rowOf([], { status: 'error' })], [CASCADE, CASCADE]);
    assert.ok(gapsOf(second)?.includes('cost: the ledger has no usage of the call'));
  });

  test('tokens are counted in the vocabulary of the model that is priced', async () => {
    const models = `models:
  sonnet: { use: p/claude-sonnet-4-6, tier: mid, price: { input: 3, output: 0 } }
  opus: { use: p/claude-opus-4-7, tier: frontier, price: { input: 3, output: 0 } }
`;
    const { createCatalog } = await import('../../catalog/catalog.ts');
    const { parseConfig } = await import('../../config/load.ts');
    const { toSimulatedPolicy } = await import('./simulated-policy.ts');
    const { playRows } = await import('./simulate-ledger.ts');
    const policy = (route: string) =>
      toSimulatedPolicy(
        parseConfig(
          `providers: { p: { dialect: anthropic, base_url: "https://api.anthropic.com", api_key: k } }\n${models}tasks: { label: { output: { typical_tokens: 1 }, route: ${route} } }\n`,
          {
            file: 'x.yaml',
            env: {},
          },
        ),
        createCatalog(),
      );
    const sides = { current: await policy('sonnet'), candidate: await policy('opus') };
    const priors = [priorOf('opus')];
    const row = rowOf([attemptOf('sonnet', { usage: toUsage({ inputTokens: 100_000, outputTokens: 0 }) })]);
    const [pair] = await playRows(sides, [row], { priors });
    const ratio = (pair?.candidate.cost.low ?? 0) / (100_000 * 3000);
    const families = sides.candidate.parts.get('opus')?.spec?.tokenizer;
    assert.equal(families, 'claude-new');
    assert.ok(ratio > 1.2 && ratio < 1.4, String(ratio));
  });
});

describe('what the ledger does not keep', () => {
  const ruled = (when: string): string =>
    `tasks: { label: { accept: [{ one_of: [yes, no] }], route: small, rules: [{ when: ${when}, route: mid }, { route: small }] } }\n`;
  const play = async (when: string, fields: Parameters<typeof rowOf>[1] = {}) => {
    const [pair] = await playLedger([rowOf([attemptOf('small')], fields)], [labelRoute('small'), ruled(when)]);
    return pair;
  };

  test('leaves a call untold when a rule asks for it, and only then', async () => {
    const untold = async (when: string) => gapsOf(await play(when));
    const why = (fact: string) => [`plan: it depends on ${fact}, which the ledger does not keep`];
    assert.deepEqual(await untold('{ language: [de] }'), why('the language'));
    assert.deepEqual(await untold('{ contains: [refund] }'), why('the text'));
    assert.deepEqual(await untold('{ has_code: true }'), why('the text'));
    assert.equal((await play('{ tenant: [nobody], language: [de] }'))?.candidate.first, 'small');
  });

  test('what it does keep is answered: tools, tokens, tenant, stream, time', async () => {
    const first = async (when: string, fields: Parameters<typeof rowOf>[1] = {}) =>
      (await play(when, fields))?.candidate.first;
    assert.equal(await first('{ has_tools: true }', { asks: 'tools' }), 'mid');
    assert.equal(await first('{ has_tools: true }', { asks: 'schema' }), 'small');
    assert.equal(await first('{ min_input_tokens: 900 }'), 'mid');
    assert.equal(await first('{ min_input_tokens: 1100 }'), 'small');
    assert.equal(await first('{ max_input_tokens: 1100 }'), 'mid');
    assert.equal(await first('{ tenant: [acme] }'), 'mid');
    assert.equal(await first('{ stream: true }', { stream: true }), 'mid');
    assert.equal(await first('{ time: { from: "11:00", to: "13:00", zone: UTC } }'), 'mid');
    assert.equal(await first('{ time: { from: "13:00", to: "14:00", zone: UTC } }'), 'small');
  });

  test('rows of older releases do not know what was asked for', async () => {
    const pair = await play('{ has_tools: true }', { asks: null });
    assert.deepEqual(gapsOf(pair), ['plan: it depends on whether it asks for tools, which the ledger does not keep']);
    const maybe = await play('{ has_images: true }', { asks: 'parts?' });
    assert.deepEqual(gapsOf(maybe), ['plan: it depends on whether it asks for images, which the ledger does not keep']);
  });

  test('a call whose exact request was kept is planned by that', async () => {
    const { playRows } = await import('./simulate-ledger.ts');
    const { policyOf } = await import('./kept.fixture.ts');
    const { Inbound } = await import('../../dialect/inbound.ts');
    const { openaiChat } = await import('../../dialect/openai-chat.ts');
    const sides = {
      current: await policyOf(labelRoute('small')),
      candidate: await policyOf(ruled('{ contains: [refund] }')),
    };
    const body = { model: 'auto/label', messages: [{ role: 'user', content: 'I want a refund' }] };
    const view = Inbound.read(openaiChat, Buffer.from(JSON.stringify(body)), 64);
    const caller = { tenant: 'acme', path: '/v1/chat/completions', headers: {} };
    const [pair] = await playRows(sides, [rowOf([attemptOf('small')])], {
      priors: [],
      requestOf: (id) => (id === 'req_1' ? { view, caller } : null),
    });
    assert.equal(pair?.candidate.first, 'mid');
  });
});

describe('tasks of the ledger', () => {
  const tasks = (match: string, route: string): string =>
    `default: small\ntasks: { desk: { match: ${match}, route: ${route} } }\n`;
  const row = (fields: Parameters<typeof rowOf>[1]) =>
    rowOf([attemptOf('small')], { requestedModel: 'auto', task: null, reasons: [], ...fields });

  test('are those of their rows as long as they are found in the same way', async () => {
    const match = '{ header: { x-app: desk } }';
    const rows = [row({ task: 'desk' }), row({ id: 'req_2' })];
    const pairs = await playLedger(rows, [tasks(match, 'small'), tasks(match, 'mid')]);
    assert.deepEqual(
      pairs.map(({ candidate }) => candidate.first),
      ['mid', 'small'],
    );
  });

  test('are not told when the candidate finds them by what the ledger does not keep', async () => {
    const [pair] = await playLedger(
      [row({})],
      [tasks('{ header: { x-app: desk } }', 'small'), tasks('{ header: { x-other: desk } }', 'mid')],
    );
    assert.deepEqual(gapsOf(pair), ['plan: it depends on the header x-other, which the ledger does not keep']);
    const [named] = await playLedger(
      [row({ reasons: [{ step: 'task', say: 'metadata.task names desk2, which is no configured task' }] })],
      [tasks('{ header: { x-app: desk } }', 'small'), 'default: small\ntasks: { desk2: { route: mid } }\n'],
    );
    assert.equal(named?.candidate.first, 'mid');
  });

  test('of a call that was only observed a task can have what it claims now, by what the row tells of its match', async () => {
    const observed = (say: string) =>
      row({
        task: 'desk',
        requestedModel: 'small',
        reasons: [
          { step: 'task', say },
          { step: 'request', say: 'observing: the client asked for small' },
        ],
      });
    const matched = observed('the request matches the task desk');
    const named = observed('header x-tierline-task names the task desk');
    const firstOf = async (asked: ReturnType<typeof row>, match: string) => {
      const [pair] = await playLedger([asked], [tasks(match, 'small'), tasks(match, 'mid')]);
      return pair?.candidate.first ?? gapsOf(pair);
    };
    const everyModel = '{ header: { x-app: desk }, model: "*" }';
    assert.equal(await firstOf(matched, everyModel), 'mid');
    assert.equal(await firstOf(matched, '{ header: { x-app: desk } }'), 'small', 'a task that claims no models');
    assert.equal(await firstOf(named, '{ model: "*" }'), 'mid');
    assert.deepEqual(await firstOf(named, everyModel), [
      'plan: it depends on the header x-app, which the ledger does not keep',
    ]);
  });

  test('a concrete model stays what the client asked for', async () => {
    const asked = row({ requestedModel: 'small', reasons: [{ step: 'request', say: 'the client asked for small' }] });
    const [pair] = await playLedger([asked], [labelRoute('small'), labelRoute('mid')]);
    assert.equal(pair?.candidate.first, 'small');
    const [gone] = await playLedger(
      [row({ requestedModel: 'nobody', reasons: [] })],
      [labelRoute('small'), labelRoute('mid')],
    );
    assert.equal(gone?.candidate.refusal, 'model_not_found');
  });
});

describe('sessions of the ledger', () => {
  const turn = (at: number, attempts: Parameters<typeof rowOf>[0], session: string | null = 's') =>
    rowOf(attempts, { id: `req_${at}`, session, atMs: MONDAY_MS + at * 60_000, requestedModel: 'auto/label' });
  const failed = attemptOf('small', { costNanoUsd: 10, verdicts: judged(false) });
  const stronger = attemptOf('mid', { costNanoUsd: 30, verdicts: judged(true) });

  test('stay with the model that had to take over, as in production', async () => {
    const rows = [turn(0, [failed, stronger]), turn(1, [attemptOf('mid', { costNanoUsd: 40 })])];
    const pairs = await playLedger(rows, [CASCADE, CASCADE]);
    assert.deepEqual(
      pairs.map(({ candidate }) => candidate.first),
      ['small', 'mid'],
    );
    assert.equal(compare(pairs).candidate.costNanoUsd, 80);
  });

  test('move on as often as the pass rate has it, where the ledger does not know how a call would have ended', async () => {
    const openings = many(400, (at) => ({
      ...rowOf([attemptOf('mid', { costNanoUsd: 40 })], { session: `s${at}`, atMs: MONDAY_MS + at }),
    }));
    const seconds = openings.map((row) => ({ ...row, id: `${row.id}_2`, atMs: row.atMs + 60_000 }));
    const routes: [string, string] = [labelRoute('mid'), CASCADE];
    const pairs = await playLedger([...openings, ...seconds], routes, [priorOf('small', { acceptRate: 0.7 })]);
    const kept = pairs.slice(400).filter(({ candidate }) => candidate.first === 'mid').length;
    assert.ok(kept > 95 && kept < 145, String(kept));
  });

  test('that nobody named are conversations of their own', async () => {
    const rows = [turn(0, [failed, stronger], null), turn(1, [attemptOf('small', { verdicts: judged(true) })], null)];
    const pairs = await playLedger(rows, [CASCADE, CASCADE]);
    assert.deepEqual(
      pairs.map(({ candidate }) => candidate.first),
      ['small', 'small'],
    );
  });

  test('are forgotten after an hour, like pins', async () => {
    const rows = [turn(0, [failed, stronger]), turn(90, [attemptOf('small', { verdicts: judged(true) })])];
    const pairs = await playLedger(rows, [CASCADE, CASCADE]);
    assert.deepEqual(
      pairs.map(({ candidate }) => candidate.first),
      ['small', 'small'],
    );
  });
});

describe('laws of a simulated ledger', () => {
  const step = fc.record({
    small: fc.nat(2_000_000),
    mid: fc.nat(5_000_000),
    isPassed: fc.boolean(),
    hour: fc.nat(200),
    tokens: fc.integer({ min: 1, max: 5000 }),
  });
  const drawn = fc.array(step, { minLength: 1, maxLength: 40 });
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
  const toRows = (steps: readonly Step[]) =>
    many(steps.length, (at) => {
      const { small, mid, isPassed, hour, tokens } = steps[at] as Step;
      const usage = toUsage({ inputTokens: tokens, outputTokens: 10 });
      const cheap = attemptOf('small', { costNanoUsd: small, usage, verdicts: judged(isPassed) });
      const strong = attemptOf('mid', { costNanoUsd: mid, usage, verdicts: judged(true) });
      return rowOf(isPassed ? [cheap] : [cheap, strong], { atMs: MONDAY_MS + hour * 3_600_000 });
    });
  const route = fc.constantFrom(
    'small',
    'mid',
    '{ cascade: [small, mid] }',
    '{ cascade: [small, big] }',
    '{ best: cost, quality: 90%, among: [small, mid, big] }',
  );

  test('the policy in force costs what the ledger says, to the nano-dollar', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async (steps) => {
        const rows = toRows(steps);
        const { current, told } = compare(await playLedger(rows, [CASCADE, CASCADE]));
        assert.equal(told.cost, rows.length);
        assert.equal(
          current.costNanoUsd,
          rows.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0),
        );
      }),
      { numRuns: 20 },
    );
  });

  test('a policy against itself differs by nothing, exactly', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, route, async (steps, one) => {
        const pairs = await playLedger(toRows(steps), [labelRoute(one), labelRoute(one)], [priorOf('big')]);
        const { current, candidate, difference } = compare(pairs);
        assert.deepEqual(candidate, current);
        assert.ok(difference.costNanoUsd === 0 || difference.costNanoUsd === null);
        for (const one of [difference.perCall, difference.quality])
          if (one !== null) assert.deepEqual(one, { mean: 0, low: 0, high: 0 });
      }),
      { numRuns: 20 },
    );
  });

  test('the order of the rows does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, route, async (steps, one) => {
        const rows = toRows(steps);
        const play = async (some: typeof rows) =>
          compare(await playLedger(some, [CASCADE, labelRoute(one)], [priorOf('big')]));
        assert.deepEqual(await play(rows.toReversed()), await play(rows));
      }),
      { numRuns: 15 },
    );
  });
});
