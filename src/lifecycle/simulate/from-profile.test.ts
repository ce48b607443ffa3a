import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import * as fc from 'fast-check';
import { Inbound } from '../../dialect/inbound.ts';
import { openaiChat } from '../../dialect/openai-chat.ts';
import { judgePrompt } from '../../gate/judge-prompt.ts';
import { toQuestion } from '../../judged.ts';
import { fromKept, replyKey } from '../profile/answer.ts';
import { toSample } from '../samples/sample.ts';
import { compare, type Pair } from './compare.ts';
import { keptAnswer, labelRoute, MODELS, policyOf, type Scene, writeScenes } from './kept.fixture.ts';
import { simulateProfile } from './simulate-profile.ts';
import { toReport } from './to-report.ts';

const FACTS = {
  from: 'profile',
  policies: { current: 'a', candidate: 'b' },
  period: null,
  recorded: null,
  notes: [],
} as const;

async function play(t: TestContext, scenes: readonly Scene[], routes: [current: string, candidate: string]) {
  const file = writeScenes(t, scenes);
  const [current, candidate] = [await policyOf(routes[0], file), await policyOf(routes[1], file)];
  return simulateProfile({ current, candidate }, { task: null, nowMs: 0, recordOf: () => null });
}

const report = (pairs: readonly Pair[]) => toReport(pairs, { ...FACTS, notes: [] });

const SCENES: Scene[] = [
  {
    line: { id: 's1', prompt: 'one', reference: 'yes' },
    said: {
      small: { text: 'yes', costNanoUsd: 101, latencyMs: 11 },
      mid: { text: 'yes', costNanoUsd: 303, latencyMs: 33 },
      big: { text: 'yes', costNanoUsd: 1009, latencyMs: 100 },
    },
  },
  {
    line: { id: 's2', prompt: 'two', reference: 'no' },
    said: {
      small: { text: 'perhaps', costNanoUsd: 103, latencyMs: 12 },
      mid: { text: 'no', costNanoUsd: 307, latencyMs: 34 },
      big: { text: 'no', costNanoUsd: 1013, latencyMs: 110 },
    },
  },
  {
    line: { id: 's3', prompt: 'three', reference: 'no' },
    said: {
      small: { text: 'yes', costNanoUsd: 107, latencyMs: 13 },
      mid: { text: 'maybe', costNanoUsd: 311, latencyMs: 35 },
      big: { text: 'no', costNanoUsd: 1019, latencyMs: 120 },
    },
  },
];

describe('samples through a policy', () => {
  test('a cascade goes on where its gate refuses the kept answer, and costs what was tried', async (t) => {
    const pairs = await play(t, SCENES, [labelRoute('big'), labelRoute('{ cascade: [small, mid] }')]);
    const { current, candidate, difference, told } = report(pairs);
    assert.deepEqual(told, { plan: 3, cost: 3, escalation: 3, quality: 3, latency: 3 });
    assert.equal(current.costNanoUsd, 1009 + 1013 + 1019);
    assert.equal(candidate.costNanoUsd, 101 + (103 + 307) + 107);
    assert.equal(difference.costNanoUsd, 618 - 3041);
    // The gate lets the wrong label of s3 through: only the reference knows.
    assert.equal(candidate.quality?.share, 2 / 3);
    assert.equal(current.quality?.share, 1);
    assert.equal(candidate.escalation, 1 / 3);
    assert.deepEqual(candidate.latencyMs, { p50: 13, p95: 46 });
  });

  test('the last of a cascade is given although its gates refuse it, unless the route rather has an error', async (t) => {
    const [, , lenient] = await play(t, SCENES, [labelRoute('mid'), labelRoute('{ cascade: [mid, small] }')]);
    assert.deepEqual(lenient?.candidate.answers, new Map([['small', 1]]));
    assert.equal(lenient?.candidate.good, 0);
    const strict = await play(t, SCENES, [labelRoute('mid'), labelRoute('mid', ', consequence: irreversible')]);
    assert.deepEqual(strict[2]?.candidate.answers, new Map([['', 1]]));
  });

  test('a second answer is what the other model said to the sample, paid once a call, and missing where it said nothing', async (t) => {
    const agreed = (second: string, cascade: string): string =>
      `tasks: { label: { accept: [{ agreement: { with: ${second} } }], route: { cascade: [${cascade}] } } }\n`;
    const routes: [string, string] = [agreed('mid', 'small, big'), agreed('small', 'small, mid, big')];
    const { current, candidate } = report(await play(t, SCENES, routes));
    // Small and mid agree in s1 alone.
    assert.equal(current.costNanoUsd, 101 + 303 + (103 + 307 + 1013) + (107 + 311 + 1019));
    // Small cannot vouch for itself, and mid is compared with what small has answered already.
    assert.equal(candidate.costNanoUsd, 101 + 303 + (103 + 307 + 1013) + (107 + 311 + 1019));
    const [first, second, third] = SCENES as [Scene, Scene, Scene];
    const { mid: _mid, ...others } = second.said;
    const pairs = await play(t, [first, { ...second, said: others }, third], [routes[0], labelRoute('big')]);
    assert.deepEqual(report(pairs).untold, [
      { of: 'plan', policy: 'current', reason: 'mid never judged answers of small to label', calls: 1 },
    ]);
  });

  test('a sample that a model was never asked about is counted, with its reason, and is in no sum', async (t) => {
    const [first, second, third] = SCENES as [Scene, Scene, Scene];
    const { big: _big, ...others } = second.said;
    const pairs = await play(t, [first, { ...second, said: others }, third], [labelRoute('mid'), labelRoute('big')]);
    const { told, calls, current, untold } = report(pairs);
    assert.deepEqual([calls, told.plan, told.cost], [3, 2, 2]);
    assert.equal(current.costNanoUsd, 303 + 311);
    assert.deepEqual(untold, [
      { of: 'plan', policy: 'candidate', reason: 'big was never asked about samples of label', calls: 1 },
    ]);
  });

  test('a model without an answer does not matter where the cascade ends before it', async (t) => {
    const scene: Scene = { line: { prompt: 'one', reference: 'yes' }, said: { small: { text: 'yes' } } };
    const [pair] = await play(t, [scene], [labelRoute('{ cascade: [small, big] }'), labelRoute('small')]);
    assert.deepEqual([pair?.current.cost, pair?.current.gaps], [{ low: 100, high: 100 }, []]);
  });

  test('an answer whose cost nobody knows is bounded below alone', async (t) => {
    const scene: Scene = {
      line: { prompt: 'one', reference: 'yes' },
      said: { small: { text: 'yes', costNanoUsd: null } },
    };
    const { told, candidate } = report(await play(t, [scene], [labelRoute('small'), labelRoute('small')]));
    assert.deepEqual([told.plan, told.cost, told.quality], [1, 0, 1]);
    assert.equal(candidate.costNanoUsd, null);
    assert.deepEqual(candidate.costBounds, { low: 0, high: null });
  });

  test('a request that the provider refused goes no further, but to a larger window when it was too long', async (t) => {
    const said = (code: string): Scene['said'] => ({
      small: { text: '', error: { code, httpStatus: 400 }, costNanoUsd: 0 },
      big: { text: 'yes' },
    });
    const scenes: Scene[] = [
      { line: { prompt: 'one', reference: 'yes' }, said: said('invalid_request') },
      { line: { prompt: 'two', reference: 'yes' }, said: said('context_length_exceeded') },
    ];
    const pairs = await play(t, scenes, [labelRoute('big'), labelRoute('{ model: small, fallback: [big] }')]);
    assert.deepEqual(
      pairs.map(({ candidate }) => [...(candidate.answers ?? [])]),
      [[['', 1]], [['big', 1]]],
    );
  });

  test('what a guard would refuse is told by its code', async (t) => {
    const denied = labelRoute('small', ', deny: [small]');
    const { candidate, affected } = report(await play(t, SCENES, [labelRoute('small'), denied]));
    assert.deepEqual(candidate.refused, [{ code: 'model_not_allowed', calls: 3 }]);
    assert.deepEqual(affected.newlyRefused, [{ code: 'model_not_allowed', calls: 3 }]);
    assert.equal(candidate.costNanoUsd, 0);
    assert.equal(candidate.quality?.share, 0);
  });

  test('a task that the candidate no longer has is refused, not passed over', async (t) => {
    const other = 'tasks: { other: { route: small } }\n';
    const { candidate } = report(await play(t, SCENES, [labelRoute('small'), other]));
    assert.deepEqual(candidate.refused, [{ code: 'model_not_found', calls: 3 }]);
  });

  test('rules of the candidate are asked about the text, which samples have', async (t) => {
    const rules = '[{ when: { contains: [two] }, route: big }, { route: small }]';
    const ruled = `tasks: { label: { accept: [{ one_of: [yes, no] }], route: small, rules: ${rules} } }\n`;
    const pairs = await play(t, SCENES, [labelRoute('small'), ruled]);
    assert.deepEqual(
      pairs.map(({ candidate }) => candidate.first),
      ['small', 'big', 'small'],
    );
  });

  test('the volume of the task makes a month of it', async (t) => {
    const [first, second] = SCENES as [Scene, Scene];
    const weighted = { ...second, line: { ...second.line, weight: 3 } };
    const more = ', volume: 4000';
    const pairs = await play(t, [first, weighted], [labelRoute('small', more), labelRoute('mid', more)]);
    assert.equal(report(pairs).current.perMonthNanoUsd, 1000 * 101 + 3000 * 103);
    assert.equal(report(pairs).candidate.perMonthNanoUsd, 1000 * 303 + 3000 * 307);
  });
});

describe('judges in a simulation', () => {
  const judged = (route: string): string =>
    `tasks: { label: { accept: [{ judge: { model: big, rubric: "Is it right?", min: 0.5 } }], route: ${route} } }\n`;
  const scene: Scene = {
    line: { id: 's1', prompt: 'one', reference: 'yes' },
    said: { small: { text: 'yes', costNanoUsd: 5 }, mid: { text: 'yes', costNanoUsd: 7 } },
  };

  function replyTo(scale: string) {
    const sample = toSample(scene.line);
    const body = Buffer.from(JSON.stringify({ ...sample.request, model: 'small' }));
    const question = toQuestion(Inbound.read(openaiChat, body, 64).neutral);
    const { answer } = keptAnswer(sample, 'small', { text: 'yes' });
    const prompt = judgePrompt('Is it right?', fromKept(answer as NonNullable<typeof answer>), question);
    const key = replyKey(['p/up-big'], prompt);
    return { kind: 'reply', key, model: 'big', at: '2026-11-01T00:00:00.000Z', text: scale, costNanoUsd: 11 } as const;
  }

  async function playJudged(t: TestContext, replies: readonly ReturnType<typeof replyTo>[]) {
    const file = writeScenes(t, [scene], replies);
    const policy = await policyOf(judged('{ cascade: [small, mid] }'), file);
    const [pair] = await simulateProfile(
      { current: policy, candidate: policy },
      { task: null, nowMs: 0, recordOf: () => null },
    );
    return pair as Pair;
  }

  test('one that was asked before says the same again, and costs what it did', async (t) => {
    const { candidate } = await playJudged(t, [replyTo('{"score": 1, "reason": "right"}')]);
    assert.deepEqual(candidate.answers, new Map([['small', 1]]));
    assert.deepEqual(candidate.cost, { low: 16, high: 16 });
    const refused = await playJudged(t, [replyTo('{"score": 0, "reason": "wrong"}')]);
    assert.deepEqual(refused.candidate.answers, new Map([['mid', 1]]));
    assert.deepEqual(refused.candidate.cost, { low: 5 + 11 + 7, high: 5 + 11 + 7 });
  });

  test('one that was never asked leaves the sample untold', async (t) => {
    const { candidate } = await playJudged(t, []);
    assert.deepEqual(candidate.gaps, [{ of: 'plan', reason: 'big never judged answers of small to label' }]);
    assert.equal(candidate.first, null);
  });
});

describe('laws of a simulation of samples', () => {
  const said = fc.record({
    text: fc.constantFrom('yes', 'no', 'perhaps'),
    costNanoUsd: fc.nat(3_000_000_000),
    latencyMs: fc.nat(5000),
  });
  const scenes = fc.array(fc.record({ small: said, mid: said, big: said, weight: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 1,
    maxLength: 12,
  });
  type Drawn = typeof scenes extends fc.Arbitrary<infer Value> ? Value : never;
  const toScenes = (drawn: Drawn): Scene[] =>
    drawn.map(({ weight, ...answers }, at) => ({
      line: { id: `s${at}`, prompt: `prompt ${at}`, reference: at % 2 === 0 ? 'yes' : 'no', weight },
      said: answers,
    }));
  const route = fc.constantFrom(
    'small',
    'big',
    '{ cascade: [small, mid] }',
    '{ cascade: [small, mid, big] }',
    '{ cascade: [mid, big], attempt_timeout: 2s }',
    '{ model: mid, fallback: [big] }',
  );

  test('a policy against itself differs by nothing, exactly', async (t) => {
    await fc.assert(
      fc.asyncProperty(scenes, route, async (drawn, one) => {
        const { difference, affected, current, candidate } = report(
          await play(t, toScenes(drawn), [labelRoute(one), labelRoute(one)]),
        );
        assert.deepEqual(candidate, current);
        assert.equal(difference.costNanoUsd, 0);
        const none = { mean: 0, low: 0, high: 0 };
        assert.deepEqual([difference.perCall, difference.quality], [none, none]);
        assert.equal(affected.calls, 0);
        assert.deepEqual(affected.largest, []);
      }),
      { numRuns: 30 },
    );
  });

  test('one model for everything costs what its kept answers cost, to the nano-dollar', async (t) => {
    await fc.assert(
      fc.asyncProperty(scenes, fc.constantFrom(...MODELS), async (drawn, model) => {
        const pairs = await play(t, toScenes(drawn), [labelRoute('small'), labelRoute(model)]);
        const { candidate, difference } = compare(pairs);
        const sum = (name: (typeof MODELS)[number]) => drawn.reduce((all, one) => all + one[name].costNanoUsd, 0);
        assert.equal(candidate.costNanoUsd, sum(model));
        assert.equal(difference.costNanoUsd, sum(model) - sum('small'));
      }),
      { numRuns: 30 },
    );
  });

  test('a cascade costs at least what its first model costs, and at most all of it', async (t) => {
    await fc.assert(
      fc.asyncProperty(scenes, async (drawn) => {
        const cascade = labelRoute('{ cascade: [small, mid, big] }');
        const { current, candidate } = compare(await play(t, toScenes(drawn), [labelRoute('small'), cascade]));
        const all = drawn.reduce(
          (sum, one) => sum + one.small.costNanoUsd + one.mid.costNanoUsd + one.big.costNanoUsd,
          0,
        );
        assert.ok((candidate.costNanoUsd ?? -1) >= (current.costNanoUsd ?? 0));
        assert.ok((candidate.costNanoUsd ?? all + 1) <= all);
      }),
      { numRuns: 30 },
    );
  });

  test('answers that become dearer never make a policy cheaper', async (t) => {
    await fc.assert(
      fc.asyncProperty(scenes, route, fc.nat(1_000_000), async (drawn, one, rise) => {
        const dearer = drawn.map((scene) => ({
          ...scene,
          mid: { ...scene.mid, costNanoUsd: scene.mid.costNanoUsd + rise },
        }));
        const cost = async (some: Drawn) =>
          compare(await play(t, toScenes(some), [labelRoute('small'), labelRoute(one)])).candidate.costNanoUsd ?? 0;
        assert.ok((await cost(dearer)) >= (await cost(drawn)));
      }),
      { numRuns: 20 },
    );
  });

  test('nobody is called, whatever the policy', async (t) => {
    let calls = 0;
    const server = createServer((socket) => {
      calls++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const { port } = server.address() as { port: number };
    const file = writeScenes(t, SCENES);
    const { parseConfig } = await import('../../config/load.ts');
    const { createCatalog } = await import('../../catalog/catalog.ts');
    const { toSimulatedPolicy } = await import('./simulated-policy.ts');
    const text = `providers: { p: { dialect: openai, base_url: "http://127.0.0.1:${port}/v1", api_key: k } }
models: { small: { use: p/up-small, tier: small }, big: { use: p/up-big, tier: mid } }
${labelRoute('{ cascade: [small, big] }')}`;
    const policy = await toSimulatedPolicy(parseConfig(text, { file, env: {} }), createCatalog());
    const pairs = await simulateProfile(
      { current: policy, candidate: policy },
      { task: 'label', nowMs: 0, recordOf: () => null },
    );
    assert.equal(pairs.length, 3);
    assert.equal(calls, 0);
  });
});

test('without answers there is nothing to simulate with, and that is said', async () => {
  const policy = await policyOf(labelRoute('small'), '/nowhere/tierline.yaml');
  await assert.rejects(
    simulateProfile({ current: policy, candidate: policy }, { task: null, nowMs: 0, recordOf: () => null }),
    /There is nothing to simulate with: no task has both samples in .*samples.*answers/,
  );
});
