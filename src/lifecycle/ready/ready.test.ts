import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCatalog } from '../../catalog/catalog.ts';
import { compilePolicy, modelPartsOf } from '../../compile-policy.ts';
import type { ThresholdsConfig } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import { type LoadPredictor, loadPredictors } from '../../config/load-predictors.ts';
import { NO_STATE } from '../../policy/state.ts';
import { configDigest } from '../evaluate/config-digest.ts';
import { folderWith, linesOf, routedCall } from '../evaluate/scripted.fixture.ts';
import { answerKey } from '../profile/answer.ts';
import type { ModelProfile, Profile } from '../profile/profile.ts';
import { parseSamples } from '../samples/read-samples.ts';
import { toSample } from '../samples/sample.ts';
import { dateIn } from './held-out-points.ts';
import type { Point, Readiness } from './point.ts';
import { checkReadiness } from './readiness.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;
const THRESHOLDS: ThresholdsConfig = { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 };
const SAMPLES = linesOf(Array.from({ length: 120 }, (_, at) => ({ prompt: `measured ${at}`, reference: 'A' })));
const HELD_OUT = Array.from({ length: 120 }, (_, at) => ({
  prompt: `held out ${at}`,
  reference: 'A',
  at: '2026-05-01T00:00:00Z',
}));

const GOOD = `
  t:
    owner: us
    consequence: reversible
    input: { largest_tokens: 1000 }
    output: { typical_tokens: 10 }
    volume: 10000
    latency_budget: 2s
    accept: [{ one_of: [A, B] }]
    route: { cascade: [small, mid], fallback: spare }
`;

const file = (tasks: string, top: string) => `
providers: { local: { dialect: openai, base_url: "http://127.0.0.1:1/v1", api_key: "\${KEY}" } }
models:
  small: { use: local/s, tier: small, price: { input: 1, output: 1 }, context_window: 8000 }
  mid: { use: local/m, tier: mid, price: { input: 10, output: 10 }, context_window: 8000 }
  spare: { use: local/x, tier: mid, price: { input: 10, output: 10 }, context_window: 8000 }
baseline: mid
ledger: { path: ledger.db }
${top}
tasks:
${tasks}
`;

function modelProfile(model: string, verdict: ModelProfile['verdict'], more: Partial<ModelProfile> = {}): ModelProfile {
  const at = '2026-05-20T00:00:00.000Z';
  const latency = { mean: 300, p50: 300, p90: 400, p95: 500, p99: 600, max: 700 };
  return {
    model,
    tier: null,
    upstream: [`local/${model[0]}`],
    snapshots: [`${model}-2026-01-01`],
    firstAt: at,
    lastAt: at,
    judged: 120,
    refused: 0,
    missing: 0,
    passRate: { share: 0.9, low: 0.8, high: 0.95, trials: 120 },
    accepted: { share: 0.9, low: 0.8, high: 0.95, trials: 120 },
    judgingNanoUsd: null,
    cost: { known: 120, totalNanoUsd: 1, perCallNanoUsd: 1, perPassNanoUsd: 1, basis: 'measured' },
    outputTokens: { ...latency, mean: 12 },
    inputTokens: latency,
    latencyMs: latency,
    byGate: [],
    verdict,
    moreSamples: verdict === 'undecided' ? 40 : null,
    isOnFrontier: true,
    say: '',
    ...more,
  };
}

function profileOf(models: ModelProfile[], more: Partial<Profile> = {}): string {
  const { digest } = parseSamples(SAMPLES, 'f');
  const profile: Profile = {
    version: 1,
    task: 't',
    madeAt: '2026-05-20T00:00:00.000Z',
    samples: { count: 120, digest, withReference: 120 },
    thresholds: THRESHOLDS,
    gates: ['reference', 'one_of', 'finish'],
    models,
    recommendation: { model: null, tier: null, verdict: 'undecided', openModels: [], say: '' },
    warnings: [],
    spent: { nanoUsd: 0, unknown: 0 },
    ...more,
  };
  return JSON.stringify(profile);
}

const MEASURED = [modelProfile('small', 'gated'), modelProfile('mid', 'default')];

interface Situation {
  tasks?: string;
  top?: string;
  files?: Record<string, string | null>;
  isStrict?: boolean;
  maxAgeMs?: number;
  minSamples?: number;
  load?: LoadPredictor;
}

function readyWith(t: TestContext, situation: Situation = {}): Readiness & { of: (code: string) => Point } {
  const { tasks = GOOD, top = '', isStrict = false, maxAgeMs = 90 * DAY_MS, minSamples = 100 } = situation;
  const text = file(tasks, top);
  const usual: Record<string, string | null> = {
    'tierline/samples/t.jsonl': SAMPLES,
    'tierline/evaluation/t.jsonl': linesOf(HELD_OUT),
    'tierline/profile/t.json': profileOf(MEASURED),
  };
  const files = Object.entries({ ...usual, ...situation.files }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const folder = folderWith(t, Object.fromEntries(files));
  const written = parseConfig(text, { file: join(folder, 'tierline.yaml'), env: { KEY: 'secret-of-the-environment' } });
  const { config, predictors } = loadPredictors(written, situation.load);
  const readiness = checkReadiness({
    config,
    policy: compilePolicy(config, modelPartsOf(config, createCatalog()), predictors),
    state: { ...NO_STATE, nowMs: NOW },
    text,
    folder: join(folder, 'tierline'),
    maxAgeMs,
    minSamples,
    isStrict,
  });
  const points = readiness.groups.flatMap((group) => group.points);
  return {
    ...readiness,
    of: (code) =>
      points.find((point) => point.code === code) ??
      assert.fail(`${code}: ${points.map((point) => point.code).join(' ')}`),
  };
}

/** State and sentence of a point, with the task of `GOOD` changed. */
function changed(t: TestContext, code: string, from: string, to: string, more: Situation = {}): string {
  assert.ok(GOOD.includes(from), from);
  const { state, say } = readyWith(t, { ...more, tasks: GOOD.replace(from, to) }).of(code);
  return `${state}: ${say}`;
}

function withFiles(t: TestContext, code: string, files: Record<string, string | null>, more: Situation = {}): string {
  const { state, say } = readyWith(t, { ...more, files }).of(code);
  return `${state}: ${say}`;
}

test('a task with everything said, measured and held out is ready', (t) => {
  const ready = readyWith(t);
  const missing = ready.groups.flatMap(({ points }) => points.filter(({ state }) => state === 'missing'));
  assert.deepEqual(missing, []);
  assert.equal(ready.isReady, true);
});

test('a task whose cheap answers nobody looks at is open, and one that is watched, or has none, is not', (t) => {
  assert.equal(readyWith(t).of('canary').mend, 'canary: { share: 5%, reference: ... }');
  const watched = readyWith(t, { top: 'canary: { share: 10%, reference: mid, budget_usd: 1 }' }).of('canary');
  assert.deepEqual(
    [watched.state, watched.say],
    ['ok', '10 % of its cheap answers are answered again by mid, by accept'],
  );
  const tasks = GOOD.replace('{ cascade: [small, mid], fallback: spare }', '{ model: mid, fallback: spare }');
  const sole = readyWith(t, { tasks }).of('canary');
  assert.deepEqual([sole.state, sole.say], ['ok', 'every answer is of mid, which others are compared with']);
});

test('somebody besides the log hears of trouble', (t) => {
  const alerts = (to: string) => readyWith(t, { top: `alerts: { to: ${to} }` }).of('alerts');
  assert.equal(readyWith(t).of('alerts').say, 'only the log hears of trouble');
  assert.deepEqual(
    [alerts('[{ webhook: https://ops.example.com/x }, log]').state, alerts('[]').state],
    ['ok', 'missing'],
  );
  assert.equal(alerts('[{ slack: https://hooks.example.com/x }]').say, 'Slack hears of trouble');
});

test('a profile that is marked as stale does not stand', (t) => {
  const stale = { at: '2026-05-21T00:00:00.000Z', reason: 'its answers have changed' };
  const files = { 'tierline/profile/t.json': profileOf(MEASURED, { stale }) };
  const { state, say, mend } = readyWith(t, { files }).of('profile');
  assert.deepEqual(
    [state, say, mend],
    ['missing', 'it is marked as stale: its answers have changed', 'tierline profile t'],
  );
});

test('open points that can be mended stand in the way with --strict, those that cannot never do', (t) => {
  const strict = readyWith(t, { isStrict: true });
  const { state, mend } = strict.of('evaluation');
  assert.deepEqual([state, mend], ['open', 'tierline evaluate t']);
  assert.equal(strict.isReady, false);
});

test('every point that is missing says what mends it', (t) => {
  const bare = readyWith(t, {
    tasks: '  t: { route: small }',
    files: { 'tierline/profile/t.json': null, 'tierline/evaluation/t.jsonl': null, 'tierline/samples/t.jsonl': null },
  });
  assert.equal(bare.isReady, false);
  const points = bare.groups.flatMap((group) => group.points);
  const missing = points.filter(({ state }) => state === 'missing');
  for (const { code, mend } of missing) assert.ok(mend !== null && mend.length > 3, code);
  assert.deepEqual(
    missing.map(({ code }) => code),
    [
      'owner',
      'consequence',
      'gate',
      'output_length',
      'volume',
      'profile',
      'latency',
      'window',
      'stand_in',
      'evaluation_set',
    ],
  );
  assert.deepEqual(bare.counts.missing, missing.length);
});

describe('gates', () => {
  test('have to be there for what is said of a wrong answer', (t) => {
    const cascade = 'accept: [{ one_of: [A, B] }]\n    route: { cascade: [small, mid], fallback: spare }';
    const bare = 'route: { model: mid, fallback: spare }';
    assert.match(changed(t, 'gate', cascade, bare), /^missing: nothing checks its answers/);
    const reviewed = GOOD.replace('reversible', 'reviewed').replace(cascade, bare);
    assert.equal(readyWith(t, { tasks: reviewed }).of('gate').state, 'ok');
  });

  test('that are never asked are none', (t) => {
    const said = changed(
      t,
      'gate',
      'route: { cascade: [small, mid], fallback: spare }',
      'route: { model: mid, fallback: spare }',
    );
    assert.match(said, /^missing: its gates \(one_of, finish\) are never asked/);
    assert.match(
      changed(t, 'gate', 'cascade: [small, mid]', 'model: mid, otherwise: error'),
      /^ok: checked by one_of, finish/,
    );
  });

  test('must end in an error where nothing can be taken back', (t) => {
    assert.match(changed(t, 'gate', 'reversible', 'irreversible'), /^ok/);
    const tasks = GOOD.replace('reversible', 'irreversible').replace(
      'fallback: spare',
      'fallback: spare, otherwise: answer',
    );
    assert.match(readyWith(t, { tasks }).of('gate').say, /goes to the client all the same/);
  });

  test('that are judges have to be graded, with the rubric and the bound that are in force', (t) => {
    const tasks = GOOD.replace('[{ one_of: [A, B] }]', '[{ judge: { model: spare, rubric: Right, min: 0.7 } }]');
    const report = (verdict: string, more: object = {}) => ({
      'tierline/judges/t.json': JSON.stringify({
        version: 1,
        task: 't',
        madeAt: '',
        judges: [
          {
            judge: 'spare',
            upstream: ['local/x'],
            rubric: 'Right',
            min: 0.7,
            verdict,
            say: 'kappa 0.8',
            pairwise: { verdict: 'open', say: '' },
            ...more,
          },
        ],
      }),
    });
    const of = (files: Record<string, string>): string => {
      const { state, say, mend } = readyWith(t, { tasks, files }).of('judge');
      return `${state}: ${say} -> ${mend}`;
    };
    assert.equal(of({}), 'missing: the judge spare has not been graded -> tierline judge t');
    assert.equal(of(report('trusted')), 'ok: the judge spare is trusted: kappa 0.8 -> null');
    assert.match(of(report('open')), /^open: the judge spare: kappa/);
    assert.match(of(report('untrusted')), /^missing: the judge spare is not to be trusted/);
    assert.match(of(report('trusted', { min: 0.6 })), /^missing: .* has not been graded/);
    assert.match(
      of({ 'tierline/judges/t.json': '{"version": 9}' }),
      /^missing: The grading of judges in .* cannot be read/,
    );
  });
});

describe('a profile stands', () => {
  test('as long as its answers are young', (t) => {
    assert.match(readyWith(t).of('profile').say, /^measured on 120 samples, 12 days ago$/);
    const { state, say } = readyWith(t, { maxAgeMs: 10 * DAY_MS }).of('profile');
    assert.deepEqual([state, say], ['missing', 'its answers are up to 12 days old']);
    const remade = profileOf([
      modelProfile('small', 'gated', { firstAt: '2025-01-01T00:00:00.000Z' }),
      modelProfile('mid', 'default'),
    ]);
    assert.match(
      withFiles(t, 'profile', { 'tierline/profile/t.json': remade }),
      /^missing: its answers are up to 516 days old/,
    );
  });

  test('for the samples there are, the upstream models there are, and every model of the route', (t) => {
    assert.match(
      withFiles(t, 'profile', { 'tierline/samples/t.jsonl': `${SAMPLES}{"prompt":"more","reference":"A"}\n` }),
      /on other samples than there are now/,
    );
    const moved = profileOf([
      modelProfile('small', 'gated', { upstream: ['local/old'] }),
      modelProfile('mid', 'default'),
    ]);
    assert.match(
      withFiles(t, 'profile', { 'tierline/profile/t.json': moved }),
      /other upstream models stand behind small/,
    );
    assert.match(
      withFiles(t, 'profile', { 'tierline/profile/t.json': profileOf([modelProfile('mid', 'default')]) }),
      /not measured: small/,
    );
    const empty = profileOf([modelProfile('small', 'undecided', { judged: 0 }), modelProfile('mid', 'default')]);
    assert.match(withFiles(t, 'profile', { 'tierline/profile/t.json': empty }), /not measured: small/);
  });

  test('for the gates that are in force; more than those may be of single samples', (t) => {
    const says = (gates: string[], samples = SAMPLES): string =>
      withFiles(t, 'profile', {
        'tierline/profile/t.json': profileOf(MEASURED, {
          gates,
          samples: { count: 120, digest: parseSamples(samples, 'f').digest, withReference: 120 },
        }),
        'tierline/samples/t.jsonl': samples,
      });
    assert.equal(says(['reference', 'finish']), 'missing: it was made with other gates: without one_of');
    assert.equal(
      says(['reference', 'length', 'finish']),
      'missing: it was made with other gates: without one_of, with length',
    );
    assert.equal(says(['one_of', 'finish', 'length']), 'missing: it was made with other gates: with length');
    const own = `${SAMPLES}{"prompt":"more","reference":"A","accept":[{"length":{"max_words":3}}]}\n`;
    assert.match(says(['one_of', 'finish', 'length'], own), /^ok/);
  });

  test('at the thresholds that are in force', (t) => {
    const { state, mend } = readyWith(t, { top: 'profile: { default_from: 99% }' }).of('thresholds');
    assert.deepEqual([state, mend], ['missing', 'tierline profile t --offline']);
  });

  test('and one that cannot be read is told once', (t) => {
    const broken = readyWith(t, { files: { 'tierline/profile/t.json': '{"version": 1}' } });
    assert.match(broken.of('profile').say, /t\.json is no profile: /);
    const codes = broken.groups.flatMap(({ points }) => points.map(({ code }) => code));
    assert.ok(!codes.includes('tier') && !codes.includes('thresholds'));
  });
});

describe('a model may stand where its verdict allows', () => {
  const tier = (
    t: TestContext,
    small: ModelProfile['verdict'],
    mid: ModelProfile['verdict'],
    route = 'cascade: [small, mid]',
  ): string => {
    const files = { 'tierline/profile/t.json': profileOf([modelProfile('small', small), modelProfile('mid', mid)]) };
    const { state, say } = readyWith(t, { files, tasks: GOOD.replace('cascade: [small, mid]', route) }).of('tier');
    return `${state}: ${say}`;
  };

  test('a cascade ends in a default; before it anything that gates hold back', (t) => {
    assert.match(tier(t, 'gated', 'default'), /^ok: route: small gated \(90 % of 120\), mid default/);
    assert.match(tier(t, 'next', 'default'), /^ok/);
    assert.match(tier(t, 'default', 'gated'), /^missing: .*mid is not good enough for its place/);
    assert.match(tier(t, 'gated', 'gated', 'cascade: [small, mid], otherwise: error'), /^ok/);
    assert.match(tier(t, 'gated', 'next', 'cascade: [small, mid], otherwise: error'), /^missing/);
  });

  test('a single model is a default, or gated where a failed gate is an error', (t) => {
    assert.match(tier(t, 'gated', 'default', 'model: mid'), /^ok: route: mid default/);
    assert.match(tier(t, 'gated', 'default', 'model: small'), /^missing/);
    assert.match(tier(t, 'gated', 'default', 'model: small, otherwise: error'), /^ok/);
    assert.match(tier(t, 'next', 'default', 'model: small, otherwise: error'), /^missing/);
  });

  test('what is not decided is open, with the samples that it takes', (t) => {
    const files = {
      'tierline/profile/t.json': profileOf([modelProfile('small', 'gated'), modelProfile('mid', 'undecided')]),
    };
    const { state, mend } = readyWith(t, { files }).of('tier');
    assert.deepEqual([state, mend], ['open', 'tierline profile t, with about 40 more samples']);
  });

  test('a choice by pass rate needs to know them, whatever they are', (t) => {
    assert.match(tier(t, 'next', 'undecided', 'best: cost, quality: 90%, among: [small, mid]'), /^ok/);
  });
});

describe('a predicted route', () => {
  const isCascade = { value: false };
  const ready = (t: TestContext, more = '') => {
    const predicted = `{ predict: ${fileURLToPath(import.meta.url)}, among: [small, mid]${more} }`;
    const load: LoadPredictor = () => ({
      id: '0123456789ab',
      models: ['small', 'mid'],
      reference: 'mid',
      isCascade: isCascade.value,
      encoder: null,
      forecast: () => assert.fail('nobody is asked'),
    });
    return readyWith(t, { tasks: GOOD.replace('{ cascade: [small, mid], fallback: spare }', predicted), load });
  };

  test('has its evidence in its artifact', (t) => {
    const { state, say } = ready(t).of('tier');
    assert.deepEqual(
      [state, say],
      ['ok', 'route: the artifact 0123456789ab decides for each request, by what it learned of small, mid'],
    );
  });

  test('has models that stand in for each other, or a fallback', (t) => {
    assert.equal(ready(t).of('stand_in').say, 'route: mid, small stand in for each other');
    assert.equal(ready(t, ', fallback: spare').of('stand_in').say, 'route: spare stands in for an outage');
  });

  test('takes as long as its slowest model, or as all of them after each other where a gate goes through them', (t) => {
    assert.match(ready(t).of('latency').say, /at most 500 ms/);
    isCascade.value = true;
    t.after(() => (isCascade.value = false));
    assert.match(ready(t).of('latency').say, /at most 1000 ms/);
  });
});

describe('routes', () => {
  test('need a price for every model, fallbacks included', (t) => {
    assert.equal(readyWith(t).of('price').say, 'every model has a price: small, mid, spare');
    const unpriced = file(GOOD, '').replace(
      'use: local/x, tier: mid, price: { input: 10, output: 10 }',
      'use: local/x, tier: mid',
    );
    const config = parseConfig(unpriced, { file: '/x/tierline.yaml', env: { KEY: 'k' } });
    const policy = compilePolicy(config, modelPartsOf(config, createCatalog()));
    const state = { ...NO_STATE, nowMs: NOW };
    const options = {
      config,
      policy,
      state,
      text: unpriced,
      folder: '/x',
      maxAgeMs: DAY_MS,
      minSamples: 1,
      isStrict: false,
    };
    const price = checkReadiness(options).groups[0]?.points.find(({ code }) => code === 'price');
    assert.deepEqual([price?.state, price?.mend], ['missing', 'models.spare.price']);
  });

  test('have to take the longest request there is', (t) => {
    assert.match(
      changed(t, 'window', 'largest_tokens: 1000', 'largest_tokens: 7000'),
      /^missing: requests of 7000 tokens do not fit: small takes 6400, /,
    );
    assert.match(
      changed(t, 'window', 'input: { largest_tokens: 1000 }', 'input: { typical_tokens: 10 }'),
      /^missing: how long its longest requests are/,
    );
  });

  test('need somebody who stands in', (t) => {
    assert.match(
      changed(t, 'stand_in', ', fallback: spare', ''),
      /^missing: route: nothing stands in for mid when it is out/,
    );
    assert.match(
      changed(t, 'stand_in', 'cascade: [small, mid], fallback: spare', 'tier: mid'),
      /^ok: route: mid, spare stand in for each other/,
    );
  });

  test('need one who is good enough, where that was measured', (t) => {
    const weak = modelProfile('spare', 'next', { passRate: { share: 0.57, low: 0.5, high: 0.6, trials: 120 } });
    const withSpare = (spare: ModelProfile): Point =>
      readyWith(t, { files: { 'tierline/profile/t.json': profileOf([...MEASURED, spare]) } }).of('stand_in');
    assert.deepEqual(withSpare(weak), {
      code: 'stand_in',
      state: 'missing',
      say: 'route: spare stands in, whose answers pass in 57 % only',
      mend: 'tasks.t.route',
    });
    assert.equal(withSpare(modelProfile('spare', 'gated')).state, 'ok');
    const peers = changed(t, 'stand_in', 'cascade: [small, mid], fallback: spare', 'tier: mid', {
      files: { 'tierline/profile/t.json': profileOf([...MEASURED, weak]) },
    });
    assert.equal(peers, 'missing: route: spare stands in, whose answers pass in 57 % only');
  });

  test('of rules are looked at like the others', (t) => {
    const tasks = GOOD.replace('    route:', '    rules: [{ when: { has_tools: true }, route: mid }]\n    route:');
    const ready = readyWith(t, { tasks });
    const says = ready.groups.flatMap(({ points }) =>
      points.filter(({ code }) => code === 'stand_in').map(({ state, say }) => `${state} ${say}`),
    );
    assert.deepEqual(says, [
      'ok route: spare stands in for an outage',
      'missing rules[0].route: nothing stands in for mid when it is out',
    ]);
  });
});

describe('time', () => {
  test('is that of the profile, step by step in a cascade, until whole calls have been evaluated', (t) => {
    assert.match(
      readyWith(t).of('latency').say,
      /^95 of 100 answers take at most 1000 ms \(every step of the profile\), and may take 2000 ms$/,
    );
    assert.match(changed(t, 'latency', '2s', '900ms'), /^missing/);
    assert.match(
      changed(t, 'latency', '    latency_budget: 2s\n', ''),
      /^missing: how long an answer may take is not said/,
    );
  });
});

describe('the held-out set', () => {
  test('has to be large enough', (t) => {
    assert.match(readyWith(t, { minSamples: 121 }).of('evaluation_set').say, /^120 samples; it takes 121/);
    assert.match(
      withFiles(t, 'evaluation_set', { 'tierline/evaluation/t.jsonl': 'no json\n' }),
      /^missing: .*line 1: is not JSON/,
    );
  });

  test('that models were measured with is open', (t) => {
    const keys = HELD_OUT.map((line) => answerKey(toSample(line), ['local/s']));
    const answers = (count: number) => ({
      'tierline/answers/t.jsonl': linesOf(
        keys.slice(0, count).map((key) => ({ kind: 'answer', key, upstream: 'local/s', costNanoUsd: 0 })),
      ),
    });
    assert.match(withFiles(t, 'evaluation_set', answers(0)), /^ok: 120 samples that nothing was chosen with/);
    assert.match(withFiles(t, 'evaluation_set', answers(20)), /^ok: 20 of 120 samples were used/);
    assert.match(withFiles(t, 'evaluation_set', answers(21)), /^open: 21 of 120 samples were used/);
  });

  test('should be younger than the models; a snapshot tells its date in its name', (t) => {
    assert.match(
      readyWith(t).of('freshness').say,
      /^half of the samples are from 2026-05-01 or later, small-2026-01-01 is of 2026-01-01$/,
    );
    const old = linesOf(HELD_OUT.map((line) => ({ ...line, at: '2025-01-01T00:00:00Z' })));
    const { state, mend } = readyWith(t, { files: { 'tierline/evaluation/t.jsonl': old } }).of('freshness');
    assert.deepEqual([state, mend], ['open', 'samples of newer requests']);
    assert.deepEqual(
      ['claude-haiku-4-5-20251001', 'gpt-4o-2024-07-18', 'sim-small', 'v20991301x', 'x-120251001'].map(
        (name) => dateIn(name)?.atMs ?? null,
      ),
      [Date.parse('2025-10-01'), Date.parse('2024-07-18'), null, null, null],
    );
  });

  test('that was evaluated with the configuration as it stands is evidence, also of time', (t) => {
    const folder = folderWith(t, {
      'tierline/samples/t.jsonl': SAMPLES,
      'tierline/evaluation/t.jsonl': linesOf(HELD_OUT),
      'tierline/profile/t.json': profileOf(MEASURED),
    });
    const text = file(GOOD, '');
    const config = parseConfig(text, { file: join(folder, 'tierline.yaml'), env: { KEY: 'k' } });
    const task = config.tasks.get('t');
    assert.ok(task !== undefined);
    const head = {
      kind: 'run',
      version: 1,
      id: 'r1',
      task: 't',
      startedAt: '2026-05-25T00:00:00.000Z',
      config: { file: 'tierline.yaml', digest: configDigest(config, task), route: '' },
      samples: { source: 'evaluation', count: 2, digest: '' },
    };
    const verdict = (key: string, pass: boolean) => ({ kind: 'verdict', key, oracle: '', pass, verdicts: [] });
    const lines = [
      head,
      routedCall({ key: 'a', latencyMs: 1900 }),
      verdict('a', true),
      routedCall({ key: 'b', latencyMs: 1900 }),
      verdict('b', false),
    ];
    const runs = { 'tierline/evaluations/t/r1.jsonl': linesOf(lines) };
    const ready = readyWith(t, { files: runs });
    assert.match(ready.of('evaluation').say, /^1 of 2 held-out samples passed on 2026-05-25 \(r1\)$/);
    assert.match(ready.of('latency').say, /at most 1900 ms \(evaluated\)/);
    const old = readyWith(t, { files: runs, maxAgeMs: 3 * DAY_MS }).of('evaluation');
    assert.deepEqual([old.state, old.mend], ['open', 'tierline evaluate t']);
  });
});

describe('the configuration as a whole', () => {
  test('keeps secrets in the environment', (t) => {
    assert.equal(readyWith(t).of('secrets').say, 'no key stands in the file');
    const { state, say } = readyWith(t, { top: 'keys: { app: written-down }' }).of('secrets');
    assert.deepEqual([state, say], ['missing', 'written in the file itself: keys.app']);
  });

  test('lets only those in who have a key, or are on this machine', (t) => {
    assert.match(readyWith(t).of('keys').say, /only this machine reaches 127\.0\.0\.1/);
    assert.match(readyWith(t, { top: 'server: { host: 0.0.0.0 }\nkeys: ["${KEY}"]' }).of('keys').say, /^1 client key$/);
  });

  test('needs a ledger that keeps rows', (t) => {
    assert.equal(readyWith(t).of('ledger').state, 'ok');
    const text = file(GOOD, '').replace('path: ledger.db', 'path: ":memory:"');
    const config = parseConfig(text, { file: '/x/tierline.yaml', env: { KEY: 'k' } });
    const policy = compilePolicy(config, modelPartsOf(config, createCatalog()));
    const state = { ...NO_STATE, nowMs: NOW };
    const options = {
      config,
      policy,
      state,
      text,
      folder: '/x/tierline',
      maxAgeMs: DAY_MS,
      minSamples: 1,
      isStrict: false,
    };
    const whole = checkReadiness(options)
      .groups.at(-1)
      ?.points.find(({ code }) => code === 'ledger');
    assert.deepEqual([whole?.state, whole?.mend], ['missing', 'ledger.path']);
  });

  test('has the findings of a check, those of a task under the task', (t) => {
    const tasks = `${GOOD}    rules: [{ route: { model: mid, fallback: spare } }, { route: { model: mid, fallback: spare } }]\n`;
    const ready = readyWith(t, { tasks });
    const { state } = ready.of('unreachable_rule');
    assert.equal(state, 'missing');
    assert.ok(ready.groups[0]?.points.some(({ code }) => code === 'unreachable_rule'));
  });

  test('without a task is not ready', (t) => {
    const text = file('', '').replace('tasks:', 'default: mid');
    const config = parseConfig(text, { file: join(folderWith(t, {}), 'tierline.yaml'), env: { KEY: 'k' } });
    const policy = compilePolicy(config, modelPartsOf(config, createCatalog()));
    const state = { ...NO_STATE, nowMs: NOW };
    const options = { config, policy, state, text, folder: '/x', maxAgeMs: DAY_MS, minSamples: 1, isStrict: false };
    assert.equal(checkReadiness(options).isReady, false);
  });
});
