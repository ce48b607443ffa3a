import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Forecast, NoForecast, type Predictor, type PredictorQuestion } from './policy/predictor.ts';
import { view } from './policy/sample.test.ts';
import { withRest } from './resting-predictor.ts';

const QUESTION: PredictorQuestion = {
  view: view(),
  task: 't',
  tenant: 'acme',
  options: [{ model: 'a', costNanoUsd: null }],
  embedding: null,
};
const FORECAST: Forecast = { chances: {}, order: ['a'], say: 'so' };

/** A predictor on a clock of its own: each forecast takes `tookMs`, and throws where it is to break. */
function watched() {
  const world = { nowMs: 0, tookMs: 1, breaks: false, says: FORECAST, asked: 0, warned: [] as string[] };
  const own: Predictor = {
    id: '0123456789ab',
    models: ['a'],
    reference: 'a',
    isCascade: true,
    encoder: 'mini',
    forecast(question) {
      assert.equal(question, QUESTION);
      world.asked++;
      world.nowMs += world.tookMs;
      if (world.breaks) throw new TypeError('no such row');
      return world.says;
    },
  };
  const predictor = withRest(own, {
    file: 'artifacts/x.json',
    limitMs: 10,
    now: () => world.nowMs,
    warn: (sentence) => void world.warned.push(sentence),
  });
  /** The forecast, or why there is none. */
  const ask = (): Forecast | string => {
    try {
      return predictor.forecast(QUESTION);
    } catch (error) {
      return error instanceof NoForecast ? error.why : (error as Error).message;
    }
  };
  return { world, own, predictor, ask };
}

test('it is the predictor that it watches over', () => {
  const { own, predictor, ask } = watched();
  assert.deepEqual({ ...predictor, forecast: null }, { ...own, forecast: null });
  assert.equal(ask(), FORECAST);
});

test('a forecast at its limit is followed, a later one is not', () => {
  const { world, ask } = watched();
  world.tookMs = 10;
  assert.equal(ask(), FORECAST);
  world.tookMs = 10.1;
  assert.equal(ask(), 'late');
  world.tookMs = 1;
  assert.equal(ask(), FORECAST);
  assert.deepEqual(world.warned, []);
});

test('what it throws is thrown on', () => {
  const { world, ask } = watched();
  world.breaks = true;
  assert.equal(ask(), 'no such row');
});

test('what makes no sense is a fault, too', () => {
  const { world, ask } = watched();
  world.says = { ...FORECAST, order: ['b'] };
  for (let time = 0; time < 5; time++) assert.equal(ask(), 'it names b, which is not to be had');
  assert.match(world.warned.join(), /broken \(it names b, which is not to be had\)$/);
  assert.equal(ask(), 'resting');
});

test('after five faults within a minute it rests, is not asked, and is told of once', () => {
  const { world, ask } = watched();
  world.breaks = true;
  for (let time = 0; time < 4; time++) ask();
  world.breaks = false;
  world.tookMs = 25;
  assert.equal(ask(), 'late');
  assert.equal(world.asked, 5);
  assert.equal(world.warned.length, 1);
  assert.match(world.warned[0] ?? '', /^the predictor artifacts\/x\.json rests for 30 s.*late \(25\.0 ms/);
  world.tookMs = 1;
  const until = world.nowMs + 30_000;
  world.nowMs = until - 1;
  assert.equal(ask(), 'resting');
  assert.equal(world.asked, 5);
  world.nowMs = until;
  assert.equal(ask(), FORECAST);
  assert.equal(world.warned.length, 1);
});

test('faults that lie a minute apart are no reason to rest', () => {
  const { world, ask } = watched();
  world.breaks = true;
  for (let time = 0; time < 12; time++) {
    assert.equal(ask(), 'no such row');
    world.nowMs += 15_000;
  }
  assert.deepEqual(world.warned, []);
});

test('after a rest it takes five faults again', () => {
  const { world, ask } = watched();
  world.breaks = true;
  for (let time = 0; time < 5; time++) ask();
  world.nowMs += 30_000;
  for (let time = 0; time < 4; time++) assert.equal(ask(), 'no such row');
  assert.equal(world.warned.length, 1);
  ask();
  assert.equal(world.warned.length, 2);
  assert.equal(ask(), 'resting');
});
