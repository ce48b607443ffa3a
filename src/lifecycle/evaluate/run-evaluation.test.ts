import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Config } from '../../config/config.ts';
import { openUnrecorded } from '../../instance.ts';
import { Spending } from '../profile/spending.ts';
import { withoutMemory } from './ask-router.ts';
import { type Against, concludeEvaluation, type TaskEvaluation } from './evaluate.ts';
import { prepareEvaluation } from './prepare-evaluation.ts';
import { openEvaluation, runEvaluation } from './run-evaluation.ts';
import { folderWith, linesOf, type Script, scriptedConfig, startUpstream } from './scripted.fixture.ts';

interface EvaluateOptions {
  ceiling?: number | null;
  concurrency?: number;
  which?: 'resume' | 'fresh' | 'newest';
  against?: Against;
  signal?: AbortSignal;
  nowMs?: number;
}

const NO_BOUNDS = { maxQualityDrop: null, maxCostRise: null, isStrict: false, minSamples: 1 };
const NEVER = new AbortController().signal;

/** What `tierline evaluate` does, without its words. */
async function evaluate(config: Config, folder: string, options: EvaluateOptions = {}) {
  const {
    ceiling = null,
    concurrency = 4,
    which = 'resume',
    signal = NEVER,
    nowMs = Date.parse('2026-06-01T00:00:00Z'),
  } = options;
  const { against = { id: null, preferred: null } } = options;
  const instance = await openUnrecorded(config);
  const engine = withoutMemory(instance.engine);
  const spending = new Spending(ceiling);
  const asked = { tasks: [], split: null, limit: null, which, folder, nowMs };
  const tasks = await prepareEvaluation({ config, engine, ...asked });
  const evaluation = openEvaluation(tasks, engine, nowMs);
  const notes: string[] = [];
  try {
    const lanes = await runEvaluation(evaluation, {
      engine,
      spending,
      lanes: { concurrency, maxTries: 2, maxFailures: 3, maxIdleMs: 1000 },
      signal,
      clock: { nowMs: Date.now, sleep: () => Promise.resolve() },
      onProgress: ({ note }) => (note === null ? undefined : notes.push(note)),
    });
    const results: TaskEvaluation[] = [];
    for (const task of evaluation.tasks)
      results.push(await concludeEvaluation(task, { engine, bounds: NO_BOUNDS, against }));
    return { jobs: evaluation.jobs, lanes, spending, notes, result: results[0] as TaskEvaluation };
  } finally {
    evaluation.close();
    await instance.close();
  }
}

const SAMPLES = [
  { id: 'easy', prompt: 'easy', reference: 'A' },
  { id: 'hard', prompt: 'hard', reference: 'B' },
  { id: 'wrong', prompt: 'wrong', reference: 'C' },
];
/** `small` gives no label for `hard`, and nobody is right about `wrong`. */
const SCRIPT: Script = ({ model, text }) => {
  if (text === 'easy') return 'A';
  if (text === 'hard') return model === 's' ? 'I do not know' : 'B';
  return 'A';
};
const CASCADE =
  '{ t: { accept: [{ one_of: [A, B, C] }], output: { typical_tokens: 10 }, route: { cascade: [small, mid] } } }';

async function scripted(
  t: TestContext,
  { script = SCRIPT, tasks = CASCADE, samples = SAMPLES }: { script?: Script; tasks?: string; samples?: object[] } = {},
) {
  const upstream = await startUpstream(t, script);
  const folder = folderWith(t, { 'tierline/evaluation/t.jsonl': linesOf(samples) });
  const config = scriptedConfig(folder, upstream.url, tasks);
  return {
    upstream,
    config,
    artifacts: join(folder, 'tierline'),
    configWith: (other: string) => scriptedConfig(folder, upstream.url, other),
  };
}

test('samples go through the router as it is: gates refuse, the next model answers, the oracle judges what came out', async (t) => {
  const { config, artifacts, upstream } = await scripted(t);
  const { result, spending } = await evaluate(config, artifacts);
  const byId = new Map(result.samples.map((sample) => [sample.id, sample]));
  assert.deepEqual(
    ['easy', 'hard', 'wrong'].map((id) => [
      byId.get(id)?.call?.model,
      byId.get(id)?.call?.escalated,
      byId.get(id)?.pass,
    ]),
    [
      ['small', false, true],
      ['mid', true, true],
      ['small', false, false],
    ],
  );
  assert.equal(upstream.asked.length, 4);
  // 110 tokens at 1 and 10 dollars a million.
  assert.equal(byId.get('hard')?.call?.costNanoUsd, 110_000 + 1_100_000);
  assert.equal(spending.spent, 3 * 110_000 + 1_100_000);
  assert.equal(result.summary.cost.totalNanoUsd, spending.spent);
  assert.equal(result.summary.escalationRate, 1 / 3);
  assert.deepEqual(result.summary.failures, [{ gate: 'reference', count: 1 }]);
  assert.deepEqual(
    result.summary.models.map(({ model, snapshots }) => [model, snapshots]),
    [
      ['small', ['s-2026-01-01']],
      ['mid', ['m-2026-01-01']],
    ],
  );
});

test('what it would cost is told from the first step to the last', async (t) => {
  const { config, artifacts } = await scripted(t);
  const { jobs } = await evaluate(config, artifacts);
  const [job] = jobs;
  assert.ok(job?.expected !== null && job?.expected !== undefined);
  assert.ok(job.expected.high > 10 * job.expected.low && job.expected.low > 0, JSON.stringify(job.expected));
});

test('a run that is over is asked nothing more, and the next one is a new run', async (t) => {
  const { config, artifacts, upstream } = await scripted(t);
  const first = await evaluate(config, artifacts);
  const shown = await evaluate(config, artifacts, { which: 'newest' });
  assert.equal(upstream.asked.length, 4);
  assert.deepEqual(shown.result.summary, first.result.summary);
  const second = await evaluate(config, artifacts, { nowMs: Date.parse('2026-06-02T00:00:00Z') });
  assert.equal(upstream.asked.length, 8);
  assert.equal(second.result.comparison?.against.id, first.result.run.id);
  assert.equal(second.result.comparison?.against.isSameConfig, true);
  assert.deepEqual(second.result.comparison?.quality, { mean: 0, low: 0, high: 0 });
});

test('nothing is shown where there is no run', async (t) => {
  const { config, artifacts } = await scripted(t);
  await assert.rejects(
    evaluate(config, artifacts, { which: 'newest' }),
    /There is no evaluation of t with this configuration and these 3 samples\./,
  );
});

test('the ceiling is never passed, and a run that goes on pays only for what is missing', async (t) => {
  const { config, artifacts, upstream } = await scripted(t);
  const ceiling = 1_300_000;
  const first = await evaluate(config, artifacts, { ceiling, concurrency: 1 });
  assert.ok(first.spending.spent <= ceiling, String(first.spending.spent));
  assert.equal(first.lanes.get('t')?.reason, 'ceiling');
  assert.ok(first.result.summary.missing > 0);
  assert.equal(first.result.ruling.exitCode, 2);
  const second = await evaluate(config, artifacts);
  assert.equal(second.result.run.id, first.result.run.id);
  assert.equal(second.result.summary.missing, 0);
  assert.equal(upstream.asked.length, 4, 'no sample was sent twice');
});

test('a new configuration or other samples are another run', async (t) => {
  const { config, artifacts, configWith } = await scripted(t);
  const first = await evaluate(config, artifacts, { ceiling: 0 });
  const other = configWith(CASCADE.replace('cascade: [small, mid]', 'cascade: [mid, small]'));
  const second = await evaluate(other, artifacts);
  assert.notEqual(second.result.run.id, first.result.run.id);
  assert.equal(second.result.comparison, null, 'the unfinished run is nothing to compare with');
});

test('a refusal that would be the same tomorrow is a result, costs nothing and has not passed', async (t) => {
  const tasks = '{ t: { accept: [{ one_of: [A, B, C] }], max_cost_usd: 0.000000001, route: small } }';
  const { config, artifacts, upstream } = await scripted(t, { tasks });
  const { result } = await evaluate(config, artifacts);
  assert.equal(upstream.asked.length, 0);
  assert.equal(result.summary.refused, 3);
  assert.equal(result.summary.passRate.share, 0);
  assert.deepEqual(result.summary.failures, [{ gate: 'cost_limit_exceeded', count: 3 }]);
});

test('an answer that the route would rather not give is refused, and what it took is paid', async (t) => {
  const { config, artifacts } = await scripted(t, {
    script: () => 'no label',
    tasks: '{ t: { accept: [{ one_of: [A, B, C] }], route: { cascade: [small, mid], otherwise: error } } }',
  });
  const { result } = await evaluate(config, artifacts);
  assert.deepEqual(result.summary.failures, [{ gate: 'answer_refused', count: 3 }]);
  assert.equal(result.summary.cost.perCallNanoUsd, 110_000 + 1_100_000);
  assert.equal(result.summary.cost.perPassNanoUsd, null);
});

test('a provider that fails says nothing about the policy: its samples are missing, not failed', async (t) => {
  const { config, artifacts, upstream } = await scripted(t, {
    script: ({ text }) => (text === 'hard' ? 503 : 'A'),
    tasks: '{ t: { route: small } }',
  });
  const { result, lanes, notes } = await evaluate(config, artifacts);
  assert.equal(result.summary.missing, 1);
  assert.equal(result.summary.judged, 2);
  assert.equal(lanes.get('t')?.reason, 'failing');
  assert.ok(notes.length > 0);
  const tries = upstream.asked.filter(({ text }) => text === 'hard').length;
  assert.ok(tries >= 2, String(tries));
});

test('credentials that are refused end the run at once', async (t) => {
  const { config, artifacts, upstream } = await scripted(t, { script: () => 401, tasks: '{ t: { route: small } }' });
  const { lanes, result } = await evaluate(config, artifacts);
  assert.equal(lanes.get('t')?.reason, 'stuck');
  assert.equal(result.summary.missing, 3);
  assert.ok(upstream.asked.length <= 4);
});

test('a failing provider that a fallback stands in for leaves its mark on the call', async (t) => {
  const { config, artifacts } = await scripted(t, {
    script: ({ model }) => (model === 's' ? 503 : 'A'),
    tasks: '{ t: { route: { model: small, fallback: mid } } }',
  });
  const { result } = await evaluate(config, artifacts);
  assert.equal(result.summary.disturbed, 3);
  assert.equal(result.summary.missing, 0);
});

test('samples do not see each other: no pin and no record of an earlier one changes where a later one goes', async (t) => {
  const conversation = (id: string, last: string) => ({
    id,
    messages: [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'A' },
      { role: 'user', content: last },
    ],
    reference: 'A',
  });
  const samples = [conversation('one', 'hard'), conversation('two', 'easy'), conversation('three', 'wrong')];
  const { config, artifacts } = await scripted(t, { samples });
  const { result } = await evaluate(config, artifacts);
  const models = new Map(result.samples.map(({ id, call }) => [id, call?.model]));
  assert.deepEqual([models.get('one'), models.get('two'), models.get('three')], ['mid', 'small', 'small']);
});

test('a stop lets what is under way end, and begins nothing more', async (t) => {
  const { config, artifacts, upstream } = await scripted(t);
  const { result } = await evaluate(config, artifacts, { signal: AbortSignal.abort() });
  assert.equal(upstream.asked.length, 0);
  assert.equal(result.summary.missing, 3);
});

const JUDGED =
  '{ t: { accept: [{ judge: { model: judge, rubric: Right, min: 0.5 } }], route: { cascade: [small, mid] } } }';
const VERDICT: Script = ({ model, text }) => {
  if (model === 'j') return '{"reason": "as scripted", "score": 1}';
  return SCRIPT({ model, text, body: {} });
};

test('a judge that production has asked about the very answer is not asked again', async (t) => {
  const { config, artifacts, upstream } = await scripted(t, { script: VERDICT, tasks: JUDGED });
  const { result, spending } = await evaluate(config, artifacts);
  assert.equal(upstream.asked.filter(({ model }) => model === 'j').length, 3);
  assert.equal(spending.spent, 3 * (110_000 + 11_000_000), 'its verdicts are part of the call');
  assert.equal(result.summary.cost.totalNanoUsd, spending.spent);
});

test('a judge that production would not ask is asked by the oracle, once, and is no part of the cost of a call', async (t) => {
  const tasks = JUDGED.replace('cascade: [small, mid]', 'model: small');
  const { config, artifacts, upstream } = await scripted(t, { script: VERDICT, tasks });
  const { result, spending } = await evaluate(config, artifacts);
  // The reference is asked first: only the answers that pass it are shown to a judge.
  const judged = result.samples.filter(({ pass }) => pass === true).length;
  assert.equal(upstream.asked.filter(({ model }) => model === 'j').length, judged);
  assert.equal(result.summary.cost.totalNanoUsd, 3 * 110_000);
  assert.equal(spending.spent, 3 * 110_000 + judged * 11_000_000);
});

test('answers of an earlier run are judged again when the gates are others, with nobody asked', async (t) => {
  const { config, artifacts, upstream, configWith } = await scripted(t);
  await evaluate(config, artifacts);
  const before = upstream.asked.length;
  const strict = configWith(CASCADE.replace('one_of: [A, B, C]', () => "pattern: '^[BC]$'"));
  const { result } = await evaluate(strict, artifacts, { nowMs: Date.parse('2026-06-02T00:00:00Z') });
  const { comparison } = result;
  assert.equal(comparison?.against.judgedAgain, 3);
  // `easy` was right and is refused by the gate of now, in both runs alike.
  assert.deepEqual(comparison?.regressions, []);
  assert.equal(comparison?.pairs, 3);
  assert.ok(upstream.asked.length > before);
});

test('a reference that was corrected is held against both runs', async (t) => {
  const { config, artifacts, configWith } = await scripted(t);
  await evaluate(config, artifacts);
  const corrected = SAMPLES.map((sample) => (sample.id === 'wrong' ? { ...sample, reference: 'A' } : sample));
  writeFileSync(join(artifacts, 'evaluation/t.jsonl'), linesOf(corrected));
  const other = configWith(CASCADE.replace('cascade: [small, mid]', 'cascade: [small, mid], fallback: judge'));
  const { result } = await evaluate(other, artifacts, { nowMs: Date.parse('2026-06-02T00:00:00Z') });
  assert.equal(result.summary.passRate.share, 1);
  assert.deepEqual(result.comparison?.improvements, [], 'the answer was right before, too');
  assert.equal(result.comparison?.against.judgedAgain, 1);
});

test('the run to compare with is the named one, else that of the preferred configuration, else the newest other one', async (t) => {
  const { config, artifacts, configWith } = await scripted(t);
  const mid = configWith('{ t: { accept: [{ one_of: [A, B, C] }], route: mid } }');
  const small = configWith('{ t: { accept: [{ one_of: [A, B, C] }], route: small } }');
  const day = (date: number): number => Date.parse(`2026-06-0${date}T00:00:00Z`);
  const first = await evaluate(config, artifacts, { nowMs: day(1) });
  const second = await evaluate(mid, artifacts, { nowMs: day(2) });
  const third = await evaluate(small, artifacts, { nowMs: day(3) });
  assert.equal(third.result.comparison?.against.id, second.result.run.id);
  const show = (against: Against) => evaluate(small, artifacts, { which: 'newest', against });
  assert.equal(
    (await show({ id: first.result.run.id, preferred: null })).result.comparison?.against.id,
    first.result.run.id,
  );
  const preferred = first.result.run.config.digest;
  assert.equal((await show({ id: null, preferred })).result.comparison?.against.id, first.result.run.id);
  await assert.rejects(show({ id: 'nope', preferred: null }), /There is no other run "nope" of t\. Runs: .*, .*\./);
  await assert.rejects(show({ id: third.result.run.id, preferred: null }), /There is no other run/);
});

test('a sample may bring gates of its own, which count in evaluations', async (t) => {
  const samples = [
    { id: 'own', prompt: 'easy', accept: [{ pattern: '^B' }] },
    { id: 'fine', prompt: 'hard', accept: [{ pattern: 'know' }] },
  ];
  const { config, artifacts } = await scripted(t, { samples, tasks: '{ t: { route: small } }' });
  const { result } = await evaluate(config, artifacts);
  const passes = new Map(result.samples.map(({ id, pass }) => [id, pass]));
  assert.deepEqual([passes.get('own'), passes.get('fine')], [false, true]);
});

test('a gate of a sample that cannot be made is told with the sample', async (t) => {
  const samples = [{ id: 'bad', prompt: 'easy', accept: [{ judge: { model: 'nobody', rubric: 'r', min: 0.5 } }] }];
  const { config, artifacts } = await scripted(t, { samples });
  await assert.rejects(
    evaluate(config, artifacts),
    /Sample bad in .*t\.jsonl: accept\[0\]\.judge\.model there is no model "nobody"\./,
  );
});

test('a task without anything that says what an acceptable answer is, is not evaluated', async (t) => {
  const { config, artifacts } = await scripted(t, { samples: [{ prompt: 'easy' }], tasks: '{ t: { route: small } }' });
  await assert.rejects(
    evaluate(config, artifacts),
    /Nothing says what an acceptable answer of t is.*\(0 of 1 have one\)/,
  );
});
