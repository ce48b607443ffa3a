import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RouteConfig } from './config.ts';
import { BASE, onlyProblemOf, parse, routeTo } from './sample.test.ts';

const THREE = `${BASE.trimEnd().slice(0, -1)}, big: { use: simulated/sim-frontier, tier: frontier } }\n`;
const route = (written: string): RouteConfig =>
  parse(`${THREE}tasks: { t: { route: ${written} } }`).tasks.get('t')?.route ?? assert.fail();
const problem = (written: string): string => onlyProblemOf(`${THREE}tasks: { t: { route: ${written} } }`);
const named = (...names: string[]) => names.map((name) => ({ kind: 'model', name }));

test('a cascade is a ladder of any length with its own pace', () => {
  assert.deepEqual(
    route(
      '{ cascade: [small, mid], fallback: big, attempt_timeout: 800ms, hedge: { below: 60%, after: 300ms }, stream: early, otherwise: error, latency: 2s }',
    ),
    {
      targets: named('small', 'mid', 'big'),
      ownCount: 2,
      isCascade: true,
      mode: null,
      predict: null,
      attemptTimeoutMs: 800,
      hedge: { below: 0.6, afterMs: 300 },
      stream: { mode: 'early', tokens: 0 },
      otherwise: 'error',
      latencyMs: 2000,
    },
  );
  const long = route('{ cascade: [small, mid, big], attempt_timeout: 1s }');
  assert.deepEqual([long.targets, long.ownCount], [named('small', 'mid', 'big'), 3]);
});

test('a stream is held, let go early, or after some tokens', () => {
  assert.deepEqual(route('small').stream, { mode: 'hold', tokens: 0 });
  assert.deepEqual(route('{ model: small, stream: { first_tokens: 20 } }').stream, {
    mode: 'first-tokens',
    tokens: 20,
  });
  assert.match(problem('{ model: small, stream: soon }'), /stream: expected hold or early/);
  assert.match(
    problem('{ model: small, stream: { first_tokens: 20, first_token: 1 } }'),
    /first_token: .*Did you mean "first_tokens"/,
  );
});

test('the best is the cheapest that is good enough, or the best that is cheap enough', () => {
  assert.deepEqual(route('{ best: cost, quality: 95%, among: [small, mid], fallback: big }'), {
    ...routeTo({ kind: 'model', name: 'small' }, { kind: 'model', name: 'mid' }, { kind: 'model', name: 'big' }),
    ownCount: 2,
    mode: { best: 'cost', quality: 0.95 },
  });
  assert.deepEqual(route('{ best: quality, max_cost_usd: 0.002, among: [mid] }').mode, {
    best: 'quality',
    maxCostNanoUsd: 2_000_000,
  });
});

test('keys that do not belong together are refused with what belongs where', () => {
  const cases: [string, RegExp][] = [
    ['{ model: small, cascade: [small, mid], attempt_timeout: 1s }', /not model and cascade at once/],
    ['{ best: cost, quality: 0.9 }', /`best` and `among` go together/],
    ['{ model: small, among: [mid] }', /`best` and `among` go together/],
    ['{ best: cost, among: [small] }', /`best: cost` and `quality` go together/],
    ['{ best: quality, quality: 0.9, max_cost_usd: 1, among: [small] }', /`best: cost` and `quality` go together/],
    ['{ best: quality, among: [small] }', /`best: quality` and `max_cost_usd` go together/],
    ['{ model: small, max_cost_usd: 1 }', /`best: quality` and `max_cost_usd` go together/],
    ['{ model: small, attempt_timeout: 1s }', /`attempt_timeout` belongs to a cascade/],
    ['{ tier: small, hedge: { below: 0.5, after: 1s } }', /`hedge` belongs to a cascade/],
    ['{ cascade: [small], attempt_timeout: 1s }', /a cascade has at least two models/],
    ['{ best: speed, among: [small] }', /expected cost or quality/],
    ['{ cascde: [small, mid] }', /Did you mean "cascade"/],
  ];
  for (const [written, expected] of cases) assert.match(problem(written), expected);
});

test('every name of a ladder is looked up and stands in it once', () => {
  assert.match(problem('{ cascade: [small, md], attempt_timeout: 1s }'), /cascade\[1\]: .*Did you mean "mid"/);
  assert.match(problem('{ best: cost, quality: 1, among: [smal] }'), /among\[0\]: .*Did you mean "small"/);
  assert.match(
    problem('{ cascade: [small, small], attempt_timeout: 1s }'),
    /cascade\[1\]: .*stands in this route already/,
  );
  assert.match(
    problem('{ cascade: [small, mid], fallback: mid, attempt_timeout: 1s }'),
    /fallback\[0\]: "mid" stands in this route already/,
  );
});

test('a cascade that could never go on is refused wherever it stands', () => {
  const idle = /cascade: never goes on to its second model.*\[Give the task gates under `accept`/;
  assert.match(problem('{ cascade: [small, mid] }'), idle);
  assert.match(onlyProblemOf(`${THREE}default: { cascade: [small, mid] }`), idle);
  assert.match(
    onlyProblemOf(`${THREE}rules: [{ route: { cascade: [small, mid] } }]`),
    /^rules\[0\]\.route\.cascade: never/,
  );
  assert.match(
    onlyProblemOf(`${THREE}tasks: { t: { route: small, rules: [{ route: { cascade: [small, mid] } }] } }`),
    /^tasks\.t\.rules\[0\]\.route\.cascade: never/,
  );
});

const ARTIFACT = fileURLToPath(import.meta.url);

test('a predicted route has its file and what is asked of it', () => {
  const whole = route(
    `{ predict: ${ARTIFACT}, quality: 95%, among: [small, mid], static: mid, explore: 2%, encoder_timeout: 80ms, fallback: big, stream: early, otherwise: error, attempt_timeout: 1s, latency: 2s }`,
  );
  assert.deepEqual(
    [whole.targets, whole.ownCount, whole.isCascade, whole.mode],
    [named('small', 'mid', 'big'), 2, false, null],
  );
  assert.deepEqual(whole.predict, {
    file: ARTIFACT,
    quality: 0.95,
    maxCostNanoUsd: null,
    promise: null,
    among: ['small', 'mid'],
    static: 'mid',
    exploreShare: 0.02,
    encoderTimeoutMs: 80,
  });
  assert.deepEqual(
    [whole.stream.mode, whole.otherwise, whole.attemptTimeoutMs, whole.latencyMs],
    ['early', 'error', 1000, 2000],
  );
  assert.deepEqual(route(`{ predict: ${ARTIFACT}, max_cost_usd: 0.001 }`).predict, {
    file: ARTIFACT,
    quality: null,
    maxCostNanoUsd: 1_000_000,
    promise: null,
    among: null,
    static: null,
    exploreShare: 0,
    encoderTimeoutMs: 250,
  });
  assert.equal(route(`{ predict: ${ARTIFACT}, promise: no-worse }`).predict?.promise, 'no-worse');
  assert.deepEqual(route(`{ predict: ${ARTIFACT}, static: mid }`).targets, named('mid'));
});

test('what a predicted route cannot be is told', () => {
  const refused = (rest: string): string => problem(`{ predict: ${ARTIFACT}, ${rest} }`);
  assert.match(problem('{ predict: nowhere.json }'), /route\.predict: there is no file .*nowhere\.json/);
  assert.match(problem(`{ predict: ${dirname(ARTIFACT)} }`), /route\.predict: .* is no file/);
  for (const both of [
    'quality: 90%, max_cost_usd: 1',
    'quality: 90%, promise: assured',
    'promise: assured, max_cost_usd: 1',
  ])
    assert.match(refused(both), /takes one of `promise`, `quality`.* and `max_cost_usd`/);
  assert.match(refused('promise: cheap'), /route\.promise: .*assured.*no-worse/);
  assert.match(refused('hedge: { below: 50%, after: 1s }'), /`hedge` belongs to a cascade that is written down/);
  assert.match(refused('model: small'), /not model and predict at once/);
  assert.match(refused('among: [small, huge]'), /route\.among\[1\]: there is no model "huge"/);
  assert.match(refused('among: [frontier]'), /among\[0\]: there is no model "frontier" \["frontier" is a tier/);
  assert.match(refused('among: [small, mid], static: big'), /route\.static: "big" does not stand in `among`/);
  assert.match(refused('static: huge'), /route\.static: there is no model "huge"/);
  assert.match(refused('explore: 60%'), /route\.explore: must be at most 50%/);
  for (const key of ['promise: assured', 'static: small', 'explore: 1%', 'encoder_timeout: 1s'])
    assert.match(problem(`{ model: small, ${key} }`), new RegExp(`\`${key.split(':')[0]}\` belongs to \`predict\``));
});
