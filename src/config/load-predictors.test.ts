import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Predictor } from '../policy/predictor.ts';
import type { Config } from './config.ts';
import { parseConfig } from './load.ts';
import { type LoadPredictor, loadPredictors, type Wanted } from './load-predictors.ts';
import { ConfigError } from './problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-predictors-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'artifacts'));
const ARTIFACT = join(folder, 'artifacts', 'x.json');
writeFileSync(ARTIFACT, '{}');
const FILE = join(folder, 'tierline.yaml');

const HEAD = `providers: { simulated: {} }
models:
  haiku: { use: simulated/sim-small, tier: small }
  sonnet: { use: simulated/sim-mid, tier: mid }
  opus: { use: simulated/sim-frontier, tier: frontier }
`;

/** The configuration as it would be read from the file. */
function read(rest: string): Config {
  writeFileSync(FILE, HEAD + rest);
  return parseConfig(HEAD + rest, { file: FILE, env: {} });
}

const knowing = (fields: Partial<Predictor> = {}): Predictor => ({
  id: '0123456789ab',
  models: ['haiku', 'opus'],
  reference: 'opus',
  isCascade: false,
  encoder: null,
  forecast: () => ({ chances: {}, order: null, say: '' }),
  ...fields,
});

const routeOf = ({ tasks }: Config) => tasks.get('t')?.route ?? assert.fail();
const named = (...names: string[]) => names.map((name) => ({ kind: 'model', name }));

/** The report of what is wrong. */
function refused(rest: string, load: LoadPredictor): string {
  let text = '';
  assert.throws(
    () => loadPredictors(read(rest), load),
    (error) => {
      assert.ok(error instanceof ConfigError);
      text = error.message;
      return true;
    },
  );
  return text;
}

test('a configuration without predicted routes is given back, and nothing is loaded', () => {
  const config = read('tasks: { t: { route: haiku } }');
  const found = loadPredictors(config, () => assert.fail('there is nothing to load'));
  assert.equal(found.config, config);
  assert.equal(found.predictors.size, 0);
});

test('the loader is told the file, counted from the configuration, and what the route asks', () => {
  const asked: [string, Wanted][] = [];
  const load: LoadPredictor = (file, wanted) => (asked.push([file, wanted]), knowing());
  loadPredictors(
    read(`tasks:
  t: { route: { predict: artifacts/x.json, quality: 95%, among: [opus, haiku] } }
  u: { route: haiku, rules: [{ route: { predict: artifacts/x.json, max_cost_usd: 0.001 } }] }
rules: [{ route: { predict: ./artifacts/x.json } }]
default: { predict: ${ARTIFACT}, quality: 0.5 }`),
    load,
  );
  assert.deepEqual(
    asked.map(([file, { quality, maxCostNanoUsd, isGated }]) => [file, quality, maxCostNanoUsd, isGated]),
    [
      [ARTIFACT, 0.95, null, true],
      [ARTIFACT, null, 1_000_000, true],
      // Without a task there is nobody to gate a second model.
      [ARTIFACT, null, null, false],
      [ARTIFACT, 0.5, null, false],
    ],
  );
  const { snapshotOf } = asked[0]?.[1] ?? assert.fail();
  assert.deepEqual(['haiku', 'nobody'].map(snapshotOf), ['sim-small', null]);
});

test('without `among` the route has the models of its artifact, and fallbacks that are not among them', () => {
  const written = read('tasks: { t: { route: { predict: artifacts/x.json, fallback: [sonnet, opus] } } }');
  assert.deepEqual([routeOf(written).targets, routeOf(written).ownCount], [named('sonnet', 'opus'), 0]);
  const { config, predictors } = loadPredictors(written, () => knowing());
  const route = routeOf(config);
  assert.deepEqual([route.targets, route.ownCount], [named('haiku', 'opus', 'sonnet'), 2]);
  assert.equal(route.predict?.static, 'opus');
  assert.ok(route.predict !== null && predictors.has(route.predict));
});

test('what the route says itself stands', () => {
  const { config } = loadPredictors(
    read('tasks: { t: { route: { predict: artifacts/x.json, among: [opus, haiku], static: haiku, explore: 2% } } }'),
    () => knowing(),
  );
  const { targets, ownCount, predict } = routeOf(config);
  assert.deepEqual([targets, ownCount], [named('opus', 'haiku'), 2]);
  assert.deepEqual([predict?.static, predict?.exploreShare], ['haiku', 0.02]);
});

test('an artifact that cannot be loaded is told at its line, with the way out', () => {
  const load: LoadPredictor = (file) => {
    throw Object.assign(new Error(`${file} is of version 0, which is too old`), { hint: 'Train it again.' });
  };
  const text = refused('tasks:\n  t:\n    route: { predict: artifacts/x.json }\n', load);
  assert.match(text, /tierline\.yaml:8:23 {2}tasks\.t\.route\.predict: .*x\.json is of version 0, which is too old/);
  assert.match(text, /8 \| {5}route: \{ predict: artifacts\/x\.json \}\n.*\^{16}\n {2}Train it again\.$/s);
});

test('every problem is told at once', () => {
  const load: LoadPredictor = () => {
    throw new Error('no artifact');
  };
  const text = refused(
    'tasks:\n  t: { route: { predict: artifacts/x.json } }\ndefault: { predict: artifacts/x.json }\n',
    load,
  );
  assert.match(text, /has two problems|has 2 problems/);
  assert.match(text, /tierline\.yaml:7:.*tasks\.t\.route\.predict: no artifact/);
  assert.match(text, /tierline\.yaml:8:.*default\.predict: no artifact/);
});

test('models of `among` that the artifact does not know are told each', () => {
  const text = refused('tasks:\n  t: { route: { predict: artifacts/x.json, among: [haiku, sonnet, opus] } }\n', () =>
    knowing(),
  );
  assert.match(text, /has one problem/);
  assert.match(text, /tierline\.yaml:7:\d+ {2}tasks\.t\.route\.among\[1\]: the artifact knows nothing of "sonnet"/);
  assert.match(text, /There are: haiku, opus\./);
});

test('so are models of the artifact that are not configured, unless `among` chooses', () => {
  const load: LoadPredictor = () => knowing({ models: ['haiku', 'gpt-6', 'opus'] });
  const text = refused('tasks: { t: { route: { predict: artifacts/x.json } } }\n', load);
  assert.match(text, /tasks\.t\.route\.predict: knows models that are not configured: gpt-6\n/);
  const chosen = read('tasks: { t: { route: { predict: artifacts/x.json, among: [haiku, opus] } } }');
  assert.equal(routeOf(loadPredictors(chosen, load).config).ownCount, 2);
});

test('where requests go without a forecast has to be known', () => {
  const among = refused('tasks: { t: { route: { predict: artifacts/x.json, among: [haiku] } } }\n', () => knowing());
  assert.match(among, /its reference model "opus" does not stand in `among`/);
  const first = refused('tasks: { t: { route: { predict: artifacts/x.json, static: sonnet } } }\n', () => knowing());
  assert.match(first, /tasks\.t\.route\.static: the artifact knows nothing of "sonnet"/);
});

test('a configuration that was never a file is told without lines', () => {
  const config = { ...read('tasks: { t: { route: { predict: artifacts/x.json } } }'), file: null };
  assert.throws(
    () => loadPredictors(config, () => assert.fail('no artifact')),
    (error) => error instanceof ConfigError && error.problems[0]?.line === null,
  );
});

test('this release has no loader of its own', () => {
  assert.throws(
    () => loadPredictors(read('tasks: { t: { route: { predict: artifacts/x.json } } }')),
    /x\.json cannot be loaded/,
  );
});

test('a candidate of a rollout gets its predictor as the route of its task would', () => {
  const asked: Wanted[] = [];
  const written = read(
    'tasks: { t: { route: haiku } }\nrollouts: { t: { candidate: { predict: artifacts/x.json, quality: 90% } } }\n',
  );
  const { config, predictors } = loadPredictors(written, (_, wanted) => (asked.push(wanted), knowing()));
  assert.deepEqual(
    asked.map(({ quality, isGated }) => [quality, isGated]),
    [[0.9, true]],
  );
  const { candidate, digest } = config.rollouts.get('t') ?? assert.fail();
  assert.deepEqual(
    [candidate.targets, candidate.ownCount, candidate.predict?.static],
    [named('haiku', 'opus'), 2, 'opus'],
  );
  assert.ok(candidate.predict !== null && predictors.has(candidate.predict));
  assert.equal(digest, written.rollouts.get('t')?.digest, 'what the artifact adds makes it no other candidate');
});

test('an artifact of a candidate that cannot be loaded is told at its line', () => {
  const text = refused(
    'tasks: { t: { route: haiku } }\nrollouts:\n  t:\n    candidate: { predict: artifacts/x.json }\n',
    () => assert.fail('no artifact'),
  );
  assert.match(text, /tierline\.yaml:9:\d+ {2}rollouts\.t\.candidate\.predict: no artifact/);
});
