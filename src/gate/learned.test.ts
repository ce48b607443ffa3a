import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { View } from '../call/view.ts';
import { ALONE, type GateContext, type RatedRequest, type Verdict } from './gate.ts';
import { createLearnedGate } from './learned.ts';
import { answerOf, questionOf } from './sample.test.ts';
import type { Score, Scorer, ScorerQuestion } from './scorer.ts';

function scorerOf(score: Partial<Score> | Error): Scorer & { seen: ScorerQuestion[] } {
  const seen: ScorerQuestion[] = [];
  return {
    id: '0123456789ab',
    models: ['cheap'],
    mayPrefer: true,
    seen,
    score: (question) => {
      seen.push(question);
      if (score instanceof Error) throw score;
      return { chance: 0.5, accepts: null, prefers: null, say: 'two agree', ...score };
    },
  };
}

const ANSWER = answerOf('18');
const REQUEST: RatedRequest = {
  view: { ask: 'How many?' } as View,
  task: 'count',
  tenant: 'acme',
  embedding: { encoder: 'mini', vector: Float32Array.of(1) },
};

function judged(scorer: Scorer, min: number | null, context: Partial<GateContext> = {}): Verdict {
  const gate = createLearnedGate(scorer, { min });
  const verdict = gate.check(ANSWER, questionOf(), { ...ALONE, model: 'cheap', request: REQUEST, ...context });
  assert.ok(!(verdict instanceof Promise));
  return verdict;
}

test('a chance that reaches the bound passes, and is the score', () => {
  assert.deepEqual(judged(scorerOf({ chance: 0.8 }), 0.8), {
    gate: 'learned',
    pass: true,
    score: 0.8,
    reason: '0123456789ab: two agree',
    costNanoUsd: 0,
  });
  const low = judged(scorerOf({ chance: 0.79, accepts: true }), 0.8);
  assert.deepEqual([low.pass, low.score, low.isBroken], [false, 0.79, undefined]);
});

test('without a bound the policy of the artifact says', () => {
  assert.equal(judged(scorerOf({ chance: 0.1, accepts: true }), null).pass, true);
  assert.equal(judged(scorerOf({ chance: 0.9, accepts: false }), null).pass, false);
});

test('where there is no policy either, nobody vouches', () => {
  const verdict = judged(scorerOf({ chance: 0.9, accepts: null }), null);
  assert.deepEqual([verdict.pass, verdict.isBroken], [false, true]);
  assert.match(verdict.reason, /holds no policy for cheap; say a `min`/);
});

test('no evidence, and a scorer that throws, refuse the answer and say nothing of its model', () => {
  const nothing = judged(scorerOf({ chance: null, accepts: true, say: 'never seen cheap' }), 0);
  assert.deepEqual([nothing.pass, nothing.isBroken, nothing.score], [false, true, null]);
  assert.equal(nothing.reason, '0123456789ab has no evidence: never seen cheap');
  const thrown = judged(scorerOf(new Error('bad tree')), 0);
  assert.deepEqual([thrown.pass, thrown.isBroken, thrown.costNanoUsd], [false, true, 0]);
  assert.equal(thrown.reason, 'the artifact 0123456789ab failed: bad tree');
});

test('an answer of which nobody knows who gave it, or to what, is not scored', () => {
  const scorer = scorerOf({ chance: 1 });
  assert.equal(judged(scorer, 0, { model: null }).isBroken, true);
  assert.equal(judged(scorer, 0, { request: null }).isBroken, true);
  assert.deepEqual(scorer.seen, []);
});

test('the scorer sees the request, the answer, its model and the answers before it', () => {
  const scorer = scorerOf({});
  const earlier = [{ model: 'cheaper', answer: answerOf('17') }];
  judged(scorer, 0, { earlier });
  assert.deepEqual(scorer.seen, [{ request: REQUEST, given: { model: 'cheap', answer: ANSWER }, earlier }]);
});

test('it passes on whose earlier answer is better, where it is content and that is another model', () => {
  const content = { chance: 0.9, accepts: true };
  assert.equal(judged(scorerOf({ ...content, prefers: 'cheaper' }), null).prefers, 'cheaper');
  for (const score of [
    { ...content, prefers: null },
    { ...content, prefers: 'cheap' },
    { ...content, accepts: false, prefers: 'cheaper' },
    { chance: null, prefers: 'cheaper' },
  ])
    assert.ok(!('prefers' in judged(scorerOf(score), null)));
});

test('it costs nothing, waits for nobody, and only guesses; an earlier answer is preferred where the scorer may', () => {
  const { isCostly, isGuess, mayPrefer } = createLearnedGate(scorerOf({}), { min: null });
  assert.deepEqual([isCostly, isGuess, mayPrefer], [false, true, true]);
  assert.equal(createLearnedGate({ ...scorerOf({}), mayPrefer: false }, { min: null }).mayPrefer, false);
});
