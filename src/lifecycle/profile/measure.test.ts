// Whole runs against a server that answers as it is told.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { openUnrecorded } from '../../instance.ts';
import { placesOf } from '../places.ts';
import { readAnswers } from './answer-store.ts';
import { type Measurement, measure, openMeasurement } from './measure.ts';
import { prepareTasks } from './prepare.ts';
import type { ModelProfile, Profile } from './profile.ts';
import type { ProfileRun } from './run-profile.ts';
import { Spending } from './spending.ts';
import { configFor, startUpstream, type Told } from './upstream.fixture.ts';

const LABELS = `  label: { accept: [{ one_of: [yes, no] }], route: small }`;

function folderWith(t: TestContext, samples: Record<string, readonly object[]>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-profile-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [task, lines] of Object.entries(samples)) {
    const path = placesOf(folder, task).samples;
    mkdirSync(join(folder, 'samples'), { recursive: true });
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  return folder;
}

const prompts = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ id: `s${index}`, prompt: `question ${index}`, reference: 'yes' }));

interface Ran {
  profiles: Profile[];
  model: (name: string, at?: number) => ModelProfile;
  spending: Spending;
  notes: string[];
  lanes: Awaited<ReturnType<typeof measure>>['lanes'];
  before: Pick<Measurement, 'expectedNanoUsd' | 'lost' | 'unpriced'> & { jobs: number };
}

interface RunOptions {
  config: Config;
  folder: string;
  tasks?: string[];
  models?: string[] | null;
  ceiling?: number | null;
  limit?: number | null;
  signal?: AbortSignal;
  concurrency?: number;
}

async function run(t: TestContext, options: RunOptions): Promise<Ran> {
  const { config, folder, tasks = [], models = ['small', 'large'], ceiling = null, limit = null } = options;
  const instance = await openUnrecorded(config);
  t.after(() => instance.close());
  const { engine } = instance;
  const measurement = openMeasurement(await prepareTasks({ config, engine, tasks, models, limit, folder }), Date.now());
  const spending = new Spending(ceiling);
  const notes: string[] = [];
  const profileRun: ProfileRun = {
    engine,
    spending,
    lanes: { concurrency: options.concurrency ?? 8, maxTries: 3, maxFailures: 4, maxIdleMs: 5000 },
    signal: options.signal ?? new AbortController().signal,
    clock: { nowMs: Date.now, sleep: (ms, signal) => wait(Math.min(ms, 30), undefined, { signal }) },
    onProgress: ({ note }) => {
      if (note !== null) notes.push(note);
    },
  };
  const { jobs, expectedNanoUsd, lost, unpriced } = measurement;
  try {
    const { profiles, lanes } = await measure(measurement, profileRun);
    const model = (name: string, at = 0): ModelProfile => {
      const found = profiles[at]?.models.find((one) => one.model === name);
      assert.ok(found !== undefined, name);
      return found;
    };
    return { profiles, model, spending, notes, lanes, before: { jobs: jobs.length, expectedNanoUsd, lost, unpriced } };
  } finally {
    measurement.close();
  }
}

/** The small model is wrong about every fourth question, and in words about every eighth. */
const mostly = ({ model, prompt }: { model: string; prompt: string }): Told => {
  const number = Number(prompt.split(' ')[1]);
  if (model !== 'small' || number % 4 !== 0) return { text: 'yes' };
  return { text: number % 8 === 0 ? 'I think yes' : 'no' };
};

test('every sample is asked of every candidate, judged by gates and reference, and the sums are what the provider billed', async (t) => {
  const upstream = await startUpstream(t, mostly);
  const folder = folderWith(t, { label: prompts(40) });
  const { profiles, model, spending, before } = await run(t, { config: configFor(upstream.url, LABELS), folder });
  assert.equal(upstream.asked.length, 80);
  assert.equal(before.jobs, 80);
  const small = model('small');
  assert.deepEqual([small.judged, small.passRate.share, small.missing, small.refused], [40, 0.75, 0, 0]);
  assert.deepEqual(small.byGate, [
    { gate: 'reference', judged: 40, passed: 30, broken: 0 },
    { gate: 'one_of', judged: 40, passed: 35, broken: 0 },
    { gate: 'finish', judged: 40, passed: 40, broken: 0 },
  ]);
  // 100 in and 10 out at 1 and 2 dollars per million: 120 millionths of a dollar, 120,000 nano-dollars.
  assert.deepEqual(small.cost, {
    known: 40,
    totalNanoUsd: 4_800_000,
    perCallNanoUsd: 120_000,
    perPassNanoUsd: 160_000,
    basis: 'measured',
  });
  assert.equal(model('large').cost.totalNanoUsd, 48_000_000);
  assert.equal(spending.spent, 52_800_000);
  assert.deepEqual(profiles[0]?.spent, { nanoUsd: 52_800_000, unknown: 0 });
  assert.deepEqual(small.snapshots, ['small-2026-01-01']);
  assert.deepEqual(small.upstream, ['up/small']);
  assert.equal(small.outputTokens?.p50, 10);
  const kept: Profile = JSON.parse(readFileSync(placesOf(folder, 'label').profile, 'utf8')) as Profile;
  assert.deepEqual(kept, profiles[0]);
});

test('a second run asks only what is new, and a changed gate judges the old answers anew for nothing', async (t) => {
  const upstream = await startUpstream(t, mostly);
  const folder = folderWith(t, { label: prompts(20) });
  await run(t, { config: configFor(upstream.url, LABELS), folder, limit: 12 });
  assert.equal(upstream.asked.length, 24);
  const loose = `  label: { accept: [{ pattern: yes }], reference: contains, route: small }`;
  const { model, before } = await run(t, { config: configFor(upstream.url, loose), folder });
  assert.deepEqual([upstream.asked.length, before.jobs], [40, 16]);
  assert.equal(new Set(upstream.asked.map(({ model: name, prompt }) => `${name} ${prompt}`)).size, 40);
  assert.equal(model('small').passRate.share, 0.9);
  // Another model behind the name is another question.
  const config = configFor(upstream.url, LABELS, '', { small: 'up/small-2' });
  const other = await run(t, { config, folder });
  assert.equal(other.before.jobs, 20);
});

describe('a ceiling', () => {
  test('is never passed, and every task and model gets its share', async (t) => {
    const upstream = await startUpstream(t, mostly);
    const folder = folderWith(t, { label: prompts(100), other: prompts(100) });
    const config = configFor(upstream.url, `${LABELS}\n${LABELS.replace('label', 'other')}`);
    const ceiling = 60_000_000;
    const { profiles, spending, lanes, model } = await run(t, { config, folder, ceiling, concurrency: 4 });
    assert.ok(spending.spent <= ceiling, String(spending.spent));
    assert.ok(spending.spent > ceiling * 0.9, String(spending.spent));
    assert.equal(lanes.get('large')?.reason, 'ceiling');
    const counts = profiles.map((_, at) => model('large', at).judged);
    assert.ok(Math.abs((counts[0] as number) - (counts[1] as number)) <= 4, String(counts));
    // What there is has been written, and the next run goes on from there.
    const asked = upstream.asked.length;
    const rest = await run(t, { config, folder });
    assert.equal(rest.before.jobs, 400 - asked);
    assert.equal(upstream.asked.length, 400);
  });

  test('of nothing asks nothing', async (t) => {
    const upstream = await startUpstream(t, mostly);
    const folder = folderWith(t, { label: prompts(5) });
    const { lanes, profiles } = await run(t, { config: configFor(upstream.url, LABELS), folder, ceiling: 0 });
    assert.equal(upstream.asked.length, 0);
    assert.equal(lanes.get('small')?.left, 5);
    assert.equal(profiles[0]?.recommendation.model, null);
  });
});

describe('a provider that fails', () => {
  test('for a while is asked again, and nothing is missing in the end', async (t) => {
    const upstream = await startUpstream(t, ({ turn, ...question }) =>
      turn === 0 && question.prompt.endsWith('3') ? { status: 503, text: 'overloaded' } : mostly(question),
    );
    const folder = folderWith(t, { label: prompts(20) });
    const { model } = await run(t, { config: configFor(upstream.url, LABELS), folder });
    assert.equal(model('small').missing, 0);
    assert.equal(upstream.asked.length, 44);
  });

  test('with a rate limit is left alone, and every question is answered', async (t) => {
    let allowed = 6;
    const upstream = await startUpstream(t, (question) => {
      if (allowed-- > 0) return mostly(question);
      allowed = 6;
      return { status: 429, headers: { 'retry-after-ms': '20' }, text: 'slow down' };
    });
    const folder = folderWith(t, { label: prompts(30) });
    const { model, notes, lanes } = await run(t, { config: configFor(upstream.url, LABELS), folder });
    assert.deepEqual([model('small').judged, model('large').judged], [30, 30]);
    assert.ok(notes.some((note) => /rate limit, waiting 1 s/.test(note)));
    assert.ok((lanes.get('small')?.waitedMs ?? 0) + (lanes.get('large')?.waitedMs ?? 0) > 0);
  });

  test('with some questions for ever leaves those out, and they count as nothing', async (t) => {
    const upstream = await startUpstream(t, (question) =>
      question.prompt === 'question 7' ? { status: 500, text: 'broken' } : mostly(question),
    );
    const folder = folderWith(t, { label: prompts(20) });
    const { model, lanes } = await run(t, { config: configFor(upstream.url, LABELS), folder, models: ['large'] });
    assert.deepEqual([model('large').judged, model('large').missing], [19, 1]);
    assert.deepEqual([lanes.get('large')?.left, lanes.get('large')?.reason], [1, 'failing']);
    assert.equal(upstream.asked.filter(({ prompt }) => prompt === 'question 7').length, 3);
  });

  test('with credentials that it refuses is asked no further', async (t) => {
    const upstream = await startUpstream(t, (question) =>
      question.model === 'large' ? { status: 401, text: 'no such key' } : mostly(question),
    );
    const folder = folderWith(t, { label: prompts(50) });
    const { model, lanes, notes, profiles } = await run(t, { config: configFor(upstream.url, LABELS), folder });
    assert.equal(lanes.get('large')?.reason, 'stuck');
    assert.ok(upstream.asked.filter((one) => one.model === 'large').length <= 8);
    assert.ok(notes.some((note) => note.includes('no such key')));
    assert.deepEqual([model('small').judged, model('large').missing], [50, 50]);
    assert.match(profiles[0]?.recommendation.say ?? '', /nothing is known of large/);
  });

  test('with a request for good counts it as not passed, and never asks it again', async (t) => {
    const upstream = await startUpstream(t, (question) =>
      question.model === 'small' && question.prompt === 'question 1'
        ? { status: 400, text: 'prompt is too long' }
        : { text: 'yes' },
    );
    const folder = folderWith(t, { label: prompts(10) });
    const { model } = await run(t, { config: configFor(upstream.url, LABELS), folder });
    const small = model('small');
    assert.deepEqual([small.refused, small.judged, small.passRate.share], [1, 10, 0.9]);
    const kept = [...readAnswers(placesOf(folder, 'label').answers).answers()].find(({ answer }) => answer === null);
    assert.deepEqual(kept?.error, { code: 'upstream_error', httpStatus: 400, message: 'prompt is too long' });
    const again = await run(t, { config: configFor(upstream.url, LABELS), folder });
    assert.equal(again.before.jobs, 0);
  });
});

describe('a judge', () => {
  const JUDGED = `  letter: { accept: [{ judge: { model: judge, rubric: Polite., min: 0.5 } }], route: small }`;
  const grade = (score: number): Told => ({
    text: JSON.stringify({ score, reason: 'so it is' }),
    tokens: { input: 50, output: 5 },
  });

  test('is asked once about an answer, whatever its threshold is later, and what it costs is counted apart', async (t) => {
    const upstream = await startUpstream(t, (question) =>
      question.model === 'judge'
        ? grade(question.prompt.includes('question 1') ? 0.6 : 0.9)
        : { text: `dear ${question.prompt}` },
    );
    const folder = folderWith(t, { letter: prompts(10).map((line) => ({ ...line, reference: undefined })) });
    const first = await run(t, { config: configFor(upstream.url, JUDGED), folder, models: ['small'] });
    assert.equal(first.model('small').passRate.share, 1);
    assert.equal(upstream.asked.filter(({ model }) => model === 'judge').length, 10);
    // 50 in and 5 out at a dollar per million.
    assert.deepEqual(first.profiles[0]?.spent.nanoUsd, 10 * 120_000 + 10 * 55_000);
    assert.equal(first.model('small').cost.totalNanoUsd, 1_200_000);
    const strict = await run(t, {
      config: configFor(upstream.url, JUDGED.replace('0.5', '0.8')),
      folder,
      models: ['small'],
    });
    assert.equal(upstream.asked.length, 20);
    assert.equal(strict.model('small').passRate.share, 0.9);
  });

  test('that says nothing that could be read is asked no further, nor in the next run', async (t) => {
    const upstream = await startUpstream(t, ({ model, prompt }) => ({
      text: model === 'judge' ? 'Well.' : `dear ${prompt}`,
    }));
    const folder = folderWith(t, { letter: prompts(80).map((line) => ({ ...line, reference: undefined })) });
    const config = configFor(upstream.url, JUDGED);
    const { model, notes } = await run(t, { config, folder, models: ['small'], concurrency: 1 });
    const asked = upstream.asked.length;
    assert.equal(asked, 80 + 20);
    assert.deepEqual([model('small').judged, model('small').verdict], [0, 'undecided']);
    assert.deepEqual(notes, ['judge: 20 replies in a row were no verdict; it is asked no further']);
    await run(t, { config, folder, models: ['small'], concurrency: 1 });
    assert.equal(upstream.asked.length, asked);
  });

  test('that cannot be asked gives no verdict, and the next run asks it again', async (t) => {
    let isDown = true;
    const upstream = await startUpstream(t, (question) => {
      if (question.model !== 'judge') return { text: 'dear' };
      return isDown ? { status: 500, text: 'down' } : grade(1);
    });
    const folder = folderWith(t, { letter: prompts(4).map((line) => ({ ...line, reference: undefined })) });
    const config = configFor(upstream.url, JUDGED);
    const first = await run(t, { config, folder, models: ['small'] });
    assert.deepEqual([first.model('small').judged, first.model('small').missing], [0, 4]);
    assert.deepEqual(first.model('small').byGate.at(-1), { gate: 'judge', judged: 0, passed: 0, broken: 4 });
    isDown = false;
    const second = await run(t, { config, folder, models: ['small'] });
    assert.deepEqual([second.before.jobs, second.model('small').judged], [0, 4]);
  });
});

test('a second answer is the one that the other model gave to the sample, and nobody is asked for it', async (t) => {
  const upstream = await startUpstream(t, mostly);
  const agreement = `  label: { accept: [{ agreement: { with: large } }], route: small }`;
  const folder = folderWith(t, { label: prompts(8).map((line) => ({ ...line, reference: undefined })) });
  const { model } = await run(t, { config: configFor(upstream.url, agreement), folder });
  assert.equal(upstream.asked.length, 16);
  // Of the eight answers of the small model one is another word and one another sentence.
  assert.deepEqual([model('small').judged, model('small').passRate.share], [8, 0.75]);
  assert.deepEqual(model('small').byGate.at(-1), { gate: 'agreement', judged: 8, passed: 6, broken: 0 });
  assert.equal(model('small').judgingNanoUsd, 1_200_000, 'what an answer of the large model costs');
  // The large one cannot vouch for itself, and with nothing else to go by nothing is known of its answers.
  assert.deepEqual([model('large').judged, model('large').missing], [0, 8]);
});

test('a second model that was not asked leaves it open, unless the right answer is known', async (t) => {
  const upstream = await startUpstream(t, mostly);
  const agreement = `  label: { accept: [{ agreement: { with: large } }], route: small }`;
  const folder = folderWith(t, { label: prompts(8) });
  const { model } = await run(t, { config: configFor(upstream.url, agreement), folder, models: ['small'] });
  assert.equal(upstream.asked.length, 8);
  assert.deepEqual(model('small').byGate.at(-1), { gate: 'agreement', judged: 0, passed: 0, broken: 8 });
  assert.equal(model('small').judged, 8);
});

test('a run that is stopped keeps what was under way, and says what is missing', async (t) => {
  const stop = new AbortController();
  const upstream = await startUpstream(t, (question) => {
    if (upstream.asked.length === 10) stop.abort();
    return { ...mostly(question), delayMs: 5 };
  });
  const folder = folderWith(t, { label: prompts(50) });
  const { profiles } = await run(t, { config: configFor(upstream.url, LABELS), folder, signal: stop.signal });
  const kept = [...readAnswers(placesOf(folder, 'label').answers).answers()].length;
  assert.equal(kept, upstream.asked.length);
  assert.ok(kept < 40);
  assert.equal(
    profiles[0]?.models.reduce((sum, { judged, missing }) => sum + judged + missing, 0),
    100,
  );
});

describe('before anything is asked', () => {
  test('limits of the task decide who may be asked, by default everybody on a rung', async (t) => {
    const upstream = await startUpstream(t, mostly);
    const folder = folderWith(t, { label: prompts(2) });
    const denied = `  label: { accept: [{ one_of: [yes, no] }], deny: [large], route: small }`;
    const config = configFor(upstream.url, denied);
    const instance = await openUnrecorded(config);
    t.after(() => instance.close());
    const [task] = await prepareTasks({
      config,
      engine: instance.engine,
      tasks: [],
      models: null,
      limit: null,
      folder,
    });
    assert.deepEqual(
      task?.candidates.map(({ model }) => model.name),
      ['small'],
    );
    assert.deepEqual(task?.left, [{ model: 'large', say: 'denied by the task label' }]);
  });

  test('a task, model or oracle that is not there is told', async (t) => {
    const upstream = await startUpstream(t, mostly);
    const folder = folderWith(t, { free: [{ prompt: 'a' }, { prompt: 'b', reference: 'c' }] });
    const config = configFor(upstream.url, `  free: { route: small }\n${LABELS}`);
    const instance = await openUnrecorded(config);
    t.after(() => instance.close());
    const prepare = (more: Partial<Parameters<typeof prepareTasks>[0]>) => () =>
      prepareTasks({ config, engine: instance.engine, tasks: [], models: null, limit: null, folder, ...more });
    await assert.rejects(prepare({ tasks: ['none'] }), /There is no task "none"\. Tasks: free, label\./);
    await assert.rejects(
      prepare({}),
      /^Error: Nothing says what an acceptable answer of free is: .* \(1 of 2 have one\)\.$/,
    );
    await assert.rejects(prepare({ tasks: ['label'] }), /there is no such file/);
    await assert.rejects(prepare({ folder: '/nowhere' }), /No task has samples/);
    writeFileSync(placesOf(folder, 'label').samples, '{"prompt":"x"}\n');
    await assert.rejects(
      prepare({ tasks: ['label'], models: ['nobody'] }),
      /There is no model "nobody"\. Models: small, large, judge\./,
    );
  });

  test('what it would cost is told, and a model without a price is named', async (t) => {
    const upstream = await startUpstream(t, mostly);
    const folder = folderWith(t, { label: prompts(10) });
    const config = configFor(upstream.url, LABELS.replace('accept', 'output: { typical_tokens: 10 }, accept'));
    const { before } = await run(t, { config, folder, ceiling: 0 });
    const { expectedNanoUsd } = before;
    // About five tokens in and ten out: between 10 and 100 millionths of a dollar each from small, ten times as much from large.
    assert.ok(
      expectedNanoUsd !== null && expectedNanoUsd > 1_000_000 && expectedNanoUsd < 5_000_000,
      String(expectedNanoUsd),
    );
    const free = configFor(upstream.url, LABELS, '  free: { use: up/free }\n');
    const { before: blind } = await run(t, {
      config: free,
      folder,
      models: ['small', 'free'],
      signal: AbortSignal.abort(),
    });
    assert.deepEqual([blind.expectedNanoUsd, blind.unpriced], [null, ['free']]);
  });
});

test('a look at a part of the samples leaves the profile of all of them in its file', async (t) => {
  const upstream = await startUpstream(t, mostly);
  const folder = folderWith(t, { label: prompts(20) });
  const config = configFor(upstream.url, LABELS);
  const whole = await run(t, { config, folder });
  const part = await run(t, { config, folder, limit: 5 });
  assert.equal(part.model('small').judged, 5);
  assert.deepEqual(JSON.parse(readFileSync(placesOf(folder, 'label').profile, 'utf8')), whole.profiles[0]);
});

test('samples that nobody needs any more leave their answers where they are', async (t) => {
  const upstream = await startUpstream(t, mostly);
  const folder = folderWith(t, { label: prompts(10) });
  const config = configFor(upstream.url, LABELS);
  await run(t, { config, folder });
  const { samples, answers } = placesOf(folder, 'label');
  writeFileSync(samples, `${JSON.stringify(prompts(10)[3])}\n`);
  const { profiles } = await run(t, { config, folder });
  assert.equal(profiles[0]?.samples.count, 1);
  assert.equal(upstream.asked.length, 20);
  assert.equal([...readAnswers(answers).answers()].length, 20);
  assert.ok(!existsSync(`${answers}.lock`) && !existsSync(`${answers}.started`));
});
