import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { View } from '../call/view.ts';
import { ALONE, passed } from '../gate/gate.ts';
import { GateProblem } from '../gate/peer.ts';
import { answerOf, questionOf } from '../gate/sample.test.ts';
import type { Config } from './config.ts';
import { parseConfig } from './load.ts';
import { gateKey, type LoadScorer, loadLearnedGates, withLearned } from './load-learned-gates.ts';
import { loadPredictors, type Predictors, type Wanted } from './load-predictors.ts';
import { ConfigError } from './problem.ts';

/** Any file that is there does for an artifact. */
const ARTIFACT = fileURLToPath(import.meta.url);
const HEAD = 'providers: { simulated: {} }\nmodels: { small: simulated/sim-small, big: simulated/sim-frontier }\n';

function opened(rest: string, isCascade = true): { config: Config; predictors: Predictors } {
  return loadPredictors(parseConfig(HEAD + rest, { file: '/tierline.yaml', env: {} }), () => ({
    id: '0123456789ab',
    models: ['small', 'big'],
    reference: 'big',
    isCascade,
    encoder: null,
    forecast: () => ({ chances: {}, order: null, say: '' }),
  }));
}

function load(rest: string, { isCascade = true, scorer = known }: { isCascade?: boolean; scorer?: LoadScorer } = {}) {
  const asked: [string, Wanted | undefined][] = [];
  const { config, predictors } = opened(rest, isCascade);
  const gates = loadLearnedGates(config, predictors, (file, wanted) => {
    asked.push([file, wanted]);
    return scorer(file, wanted);
  });
  return { gates, asked, config };
}

const known: LoadScorer = (_, wanted) => ({
  id: '0123456789ab',
  models: ['small', 'big'],
  mayPrefer: true,
  score: () => ({ chance: 0.7, accepts: true, prefers: null, say: `for ${wanted?.quality}` }),
});

test('a predicted cascade of a task brings its gate, which is asked what the route asks', async () => {
  const { gates, asked, config } = load(`tasks: { t: { route: { predict: ${ARTIFACT}, quality: 95% } } }`);
  assert.deepEqual(
    asked.map(([file, wanted]) => [file, wanted?.quality, wanted?.maxCostNanoUsd]),
    [[ARTIFACT, 0.95, null]],
  );
  const predict = config.tasks.get('t')?.route.predict ?? assert.fail();
  const request = { view: {} as View, task: 't', tenant: null, embedding: null };
  const context = { ...ALONE, model: 'small', request };
  const verdict = await gates.get(gateKey(predict))?.check(answerOf('x'), questionOf({}), context);
  assert.deepEqual([verdict?.pass, verdict?.reason], [true, '0123456789ab: for 0.95']);
});

test('what is asked of an artifact in the same way is loaded once, what is asked otherwise again', () => {
  const route = (more = '') => `{ predict: ${ARTIFACT}${more} }`;
  const { gates, asked } = load(`tasks:
  t: { route: ${route()}, rules: [{ when: { contains: [x] }, route: ${route(', quality: 90%')} }] }
  u: { route: ${route()} }`);
  assert.deepEqual([asked.length, gates.size], [2, 2]);
  const named = load(`tasks: { t: { route: ${route()} }, u: { route: ${route(', promise: no-worse')} } }`);
  assert.deepEqual(
    named.asked.map(([, wanted]) => wanted?.promise),
    [null, 'no-worse'],
  );
});

test('nothing is loaded for routes without a cascade, or without a task', () => {
  const scorer: LoadScorer = () => assert.fail('nobody asks');
  const task = `tasks: { t: { route: { predict: ${ARTIFACT} } } }`;
  assert.equal(load(task, { isCascade: false, scorer }).gates.size, 0);
  assert.equal(load('tasks: { t: { route: small } }', { scorer }).gates.size, 0);
  assert.equal(load(`default: { predict: ${ARTIFACT} }`, { scorer }).gates.size, 0);
});

test('what cannot be loaded is a problem of the route', () => {
  const scorer: LoadScorer = () => {
    throw new GateProblem('x.json: it is torn', { hint: 'Train it again.' });
  };
  const refused = (run: () => unknown, message: RegExp): void =>
    assert.throws(run, (error) => error instanceof ConfigError && message.test(error.message));
  const task = `tasks: { t: { route: { predict: ${ARTIFACT} } } }`;
  refused(() => load(task, { scorer }), /tasks\.t\.route\.predict:? x\.json: it is torn[^]*Train it again/);
  const { config, predictors } = opened(task);
  refused(() => loadLearnedGates(config, predictors), /nothing here reads artifacts/);
});

test('a plan has the gates of its task and its learned one behind them, which must be there', () => {
  const one = { name: 'one', isCostly: false, check: () => passed('one', '') };
  const learned = { ...one, name: 'learned' };
  const gates = new Map([['key', learned]]);
  assert.deepEqual(withLearned([one], gates, 'key'), [one, learned]);
  assert.deepEqual(withLearned([one], gates, null), [one]);
  assert.throws(() => withLearned([one], gates, 'other'), TypeError);
  assert.throws(() => withLearned([one], undefined, 'key'), TypeError);
});

test('a candidate of a rollout brings its gate like the route of a task', () => {
  const rollout = `rollouts: { t: { candidate: { predict: ${ARTIFACT}, quality: 80% } } }`;
  const { gates, asked, config } = load(`tasks: { t: { route: small } }\n${rollout}`);
  assert.equal(asked.length, 1);
  assert.ok(gates.has(gateKey(config.rollouts.get('t')?.candidate.predict ?? assert.fail())));
  const scorer: LoadScorer = () => {
    throw new GateProblem('x.json: it is torn', { hint: null });
  };
  assert.throws(
    () => load(`tasks: { t: { route: small } }\n${rollout}`, { scorer }),
    /rollouts\.t\.candidate\.predict/,
  );
});
