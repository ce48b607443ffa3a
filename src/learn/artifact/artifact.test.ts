import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { View } from '../../call/view.ts';
import type { Answer, GivenAnswer, RatedRequest } from '../../gate/gate.ts';
import { PROMISE_NAMES, type PredictorQuestion, type PromiseName } from '../../policy/predictor.ts';
import { createEstimator } from '../estimator/estimator.ts';
import { poolOf } from '../estimator/pool-of.ts';
import { Climber } from '../ladder/ladder.ts';
import { loadPredictor, loadScorer } from '../load-predictor.ts';
import { strategyAt } from '../train/operate.ts';
import { PRICES, ticketRows, trainOn } from '../train/trained.fixture.ts';
import { artifactText, readArtifact, toArtifact, writeArtifact } from './artifact.ts';
import { standAt } from './stand.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'artifact-'));
after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'tickets.json');
const { artifact: trained } = trainOn(ticketRows(340));
writeFileSync(file, artifactText(trained));
const { artifact } = readArtifact(file);
const text = JSON.stringify(writeArtifact(trained));

/** The artifact with something else at a path of members. */
function changed(members: readonly string[], value: unknown): string {
  const json = JSON.parse(text) as Record<string, unknown>;
  let place = json;
  for (const member of members.slice(0, -1)) place = place[member] as Record<string, unknown>;
  place[members.at(-1) as string] = value;
  return JSON.stringify(json);
}

describe('an artifact', () => {
  test('comes back as it was written, as near as packed numbers are', () => {
    const { artifact: back, id } = readArtifact(file);
    assert.match(id, /^[0-9a-f]{12}$/);
    assert.deepEqual(back.policy?.points, trained.policy?.points);
    assert.deepEqual(back.policy?.trials, trained.policy?.trials);
    assert.deepEqual(back.trainedOn, trained.trainedOn);
    assert.deepEqual(back.snapshots, { small: 'small-2026' });
    const [one, other] = [back, trained].map(({ policy }) => policy?.levels[5]?.ladders[1]?.start.weights ?? []);
    for (const [at, weight] of Array.from(other ?? []).entries())
      assert.ok(Math.abs(weight - (one?.[at] ?? Number.NaN)) < 1e-5 * (1 + Math.abs(weight)));
  });

  test('is small', () => {
    assert.ok(text.length < 1e6, `${text.length} bytes`);
  });

  test('that is none is refused with a sentence', () => {
    const wrong: [string, RegExp][] = [
      ['', /is not an artifact/],
      [text.slice(0, text.length / 2), /is no JSON: cut off/],
      ['[]', /is not an artifact/],
      ['{"kind":"something"}', /is not an artifact/],
      [changed(['version'], 99), /version 99/],
      [changed(['reference'], 'nobody'), /names no reference model/],
      [changed(['estimator', 'models'], []), /names no models/],
      [changed(['estimator', 'facts'], 0), /other features/],
      [changed(['estimator', 'grams'], { bits: 60, pairs: true, runs: null }), /features that are not known/],
      [changed(['estimator', 'rarity'], 'f32:AAAA'), /rarity is not packed numbers/],
      [changed(['estimator', 'judges'], []), /gates of other models/],
      [changed(['policy', 'points', 'assured'], 4000), /stands nowhere/],
      [changed(['policy', 'mostCalls'], 0), /policy without calls/],
      [changed(['policy', 'levels', '0', 'ladders', '0', 'models'], [7]), /models that there are not/],
      [changed(['policy', 'levels', '0', 'worths'], 'i8:1:AA=='), /the worth of ladders/],
      [changed(['policy', 'beliefs', '0', 'weights'], 7), /a belief is not packed numbers/],
    ];
    for (const [told, reason] of wrong) assert.throws(() => toArtifact(told), reason, told.slice(0, 60));
  });

  test('runs nothing, whatever its members are called', () => {
    assert.throws(
      () => toArtifact(changed(['estimator', 'prior', 'parts', '0', 'name'], 'constructor')),
      /learner that is not known/,
    );
    assert.throws(() => toArtifact('{"__proto__":{"kind":"tierline-router"}}'), /is not an artifact/);
  });
});

describe('where it stands', () => {
  const policy = artifact.policy ?? assert.fail();

  test('is where it recommends, unless something is asked for', () => {
    assert.equal(standAt(policy, { quality: null, maxCostUsd: null, promise: null }), policy.points.assured);
  });

  test('is one of its own places where that is asked for by name', () => {
    const at = (promise: PromiseName) => standAt(policy, { quality: null, maxCostUsd: null, promise });
    const { assured, equal, half, most } = policy.points;
    assert.deepEqual(PROMISE_NAMES.map(at), [assured, equal, half, most]);
    assert.notEqual(most, assured);
  });

  test('with a floor keeps it on the trials, or nowhere', () => {
    const level = standAt(policy, { quality: 0.5, maxCostUsd: null, promise: null }) ?? assert.fail();
    assert.ok((policy.trials[level]?.qualityLow ?? 0) >= 0.5);
    assert.equal(standAt(policy, { quality: 0.9999, maxCostUsd: null, promise: null }), null);
  });

  test('with a ceiling costs no more than that, or as little as can be', () => {
    const dear = policy.trials[0]?.cost ?? assert.fail();
    const level = standAt(policy, { quality: null, maxCostUsd: dear / 2, promise: null }) ?? assert.fail();
    assert.ok((policy.trials[level]?.cost ?? dear) <= dear / 2);
    assert.equal(standAt(policy, { quality: null, maxCostUsd: 0, promise: null }), policy.trials.length - 1);
  });
});

const EASY = 'Classify the ticket: invoice 31 of month 12 and year 44 is wrong, help with billing 999.';
const HARD = 'Prove theorem 17 about rings of order 12 and explain why ideal 55 is principal 999.';

function questionOf(ask: string, models: readonly string[] = ['small', 'large']): PredictorQuestion {
  const view = { ask, text: ask, messageCount: 1, hasTools: false, hasSchema: false, hasImages: false } as View;
  return {
    view,
    task: null,
    tenant: '',
    options: models.map((model) => ({ model, costNanoUsd: null })),
    embedding: null,
  };
}

const answerOf = (said: string): Answer => ({
  text: said,
  toolCalls: [],
  finish: { reason: 'stop', raw: 'stop' },
  refusal: null,
  logprobs: null,
  isComplete: true,
});

const asked = (ask: string): RatedRequest => ({
  view: questionOf(ask).view,
  task: null,
  tenant: null,
  embedding: null,
});

describe('as a predictor', () => {
  const wanted = { quality: null, maxCostNanoUsd: null };

  test('it expects more of the small model where that is good', () => {
    const predictor = loadPredictor(file, wanted);
    assert.deepEqual([predictor.reference, predictor.isCascade, predictor.encoder], ['large', true, null]);
    const [easy, hard] = [EASY, HARD].map((ask) => predictor.forecast(questionOf(ask)));
    assert.ok((easy?.chances.small ?? 0) > (hard?.chances.small ?? 1) + 0.2);
    assert.equal(easy?.order?.[0], 'small');
  });

  test('without a gate it names one model, which may be another for each request', () => {
    const predictor = loadPredictor(file, { quality: null, maxCostNanoUsd: 60_000, isGated: false });
    assert.equal(predictor.isCascade, false);
    for (const ask of [EASY, HARD]) assert.equal(predictor.forecast(questionOf(ask)).order?.length, 1);
  });

  test('of a request like none that it knows it says nothing', () => {
    const { order, say } = loadPredictor(file, wanted).forecast(
      questionOf('¿Qué hora es en la luna? Zzz qqq xxx yyy.'),
    );
    assert.equal(order, null);
    assert.match(say, /few of its words/);
  });

  test('names only models that are to be had', () => {
    const predictor = loadPredictor(file, wanted);
    assert.deepEqual(predictor.forecast(questionOf(EASY, ['large'])).order, ['large']);
    assert.equal(predictor.forecast(questionOf(EASY, ['stranger'])).order, null);
  });

  test('is refused when another model stands behind a name', () => {
    assert.throws(
      () => loadPredictor(file, { ...wanted, snapshotOf: (model) => (model === 'small' ? 'small-2027' : null) }),
      /it was trained on small-2026 as small, and small is small-2027 here/,
    );
    assert.doesNotThrow(() => loadPredictor(file, { ...wanted, snapshotOf: () => null }));
  });

  test('is refused with what to do when the file is none', () => {
    const other = path.join(folder, 'other.json');
    writeFileSync(other, '{}');
    assert.throws(
      () => loadPredictor(other, wanted),
      (error: Error & { hint?: string }) => {
        assert.match(error.message, /other\.json/);
        assert.match(error.hint ?? '', /tierline train/);
        return true;
      },
    );
    assert.throws(() => loadPredictor(path.join(folder, 'none.json'), wanted), /there is no such file/);
  });
});

test('planner and gate together do what was assessed: on every row the same models are asked, and the same answer is given', () => {
  const rows = ticketRows(80, 9);
  const policy = artifact.policy ?? assert.fail();
  const level = policy.points.assured ?? assert.fail();
  const pool = poolOf(createEstimator(artifact.estimator), rows, { prices: PRICES });
  const { isFree, mostCalls } = policy;
  const strategy =
    strategyAt(policy.levels[level] ?? assert.fail(), { among: null, isFree, mostCalls }) ?? assert.fail();
  const climbed = new Climber(pool, policy.climbing).climb(strategy);
  const [predictor, scorer] = [loadPredictor(file, { quality: null, maxCostNanoUsd: null }), loadScorer(file)];
  let second = 0;
  for (const [at, row] of rows.entries()) {
    const order = predictor.forecast(questionOf(row.prompt)).order ?? assert.fail();
    const earlier: GivenAnswer[] = [];
    let given = '';
    for (const model of order) {
      const answer = answerOf(row.outcomes.get(model)?.response ?? assert.fail());
      const score = scorer.score({ request: asked(row.prompt), given: { model, answer }, earlier });
      earlier.push({ model, answer });
      given = score.prefers ?? model;
      if (score.accepts === true) break;
    }
    assert.equal(earlier.length, climbed.calls[at], row.prompt);
    assert.equal(given, pool.models[climbed.given[at] ?? -1], row.prompt);
    if (earlier.length > 1) second++;
  }
  assert.ok(second > 10 && second < 70, `${second} asked a second model`);
});

describe('as a scorer', () => {
  const scorer = loadScorer(file);
  const request = asked(EASY);
  test('it rates an answer that gives up lower, and goes on', () => {
    const given = (said: string) =>
      scorer.score({ request, given: { model: 'small', answer: answerOf(said) }, earlier: [] });
    const good = given('Label: billing');
    const bad = given('I am not sure; perhaps it cannot be done, I would have to guess');
    assert.ok((good.chance ?? 0) > 0.8 && (bad.chance ?? 1) < 0.5, `${good.chance} and ${bad.chance}`);
    assert.deepEqual([good.accepts, bad.accepts], [true, false]);
    const [, worth] = /^the answer by itself; to ask on is worth (\d\.\d\d)$/.exec(bad.say) ?? [];
    assert.ok(Number(worth) > (bad.chance ?? 1), bad.say);
  });

  test('of a model that it does not know it says nothing', () => {
    const { chance, accepts } = scorer.score({
      request,
      given: { model: 'stranger', answer: answerOf('x') },
      earlier: [],
    });
    assert.deepEqual([chance, accepts], [null, null]);
  });
});
