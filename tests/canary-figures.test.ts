// What `npm run bench:watch` says of canaries holds in fewer runs, too: with bounds that a broken rule would not keep.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateCanaries } from '../bench/watch/canary.ts';
import { simulateSwaps } from '../bench/watch/swap.ts';

const figures = simulateCanaries({ runs: 40, seed: 11 });
const figure = (name: string): number => figures[name] ?? assert.fail(`no figure ${name}`);

test('a cheap model that becomes worse by 5 points is found within 2,000 canaries, where the usual gap is known', () => {
  assert.ok(figure('easy_gap_known_found_share') >= 0.95);
  assert.ok(figure('usual_gap_known_found_share') >= 0.95);
  assert.ok(figure('hard_gap_known_found_share') >= 0.85);
});

test('where the gap has to be learned first it is found as well, though not always in time', () => {
  assert.ok(figure('easy_gap_learned_found_share') >= 0.9);
  assert.ok(figure('usual_gap_learned_found_share') >= 0.7);
});

test('in 50,000 unchanged calls nothing is told but seldom', () => {
  for (const setting of ['easy', 'usual', 'hard'])
    for (const how of ['known', 'learned']) assert.ok(figure(`${setting}_gap_${how}_false_alarm_share`) <= 0.1);
});

test('the interval of the gap is hardly ever wrong, and narrow enough to say something', () => {
  for (const setting of ['easy', 'usual', 'hard']) {
    assert.ok(figure(`${setting}_gap_interval_wrong_share`) <= 0.1);
    assert.ok(figure(`${setting}_gap_interval_width`) <= 0.08);
  }
});

test('another model behind an unchanged name is told on its first answer', () => {
  assert.deepEqual(simulateSwaps({ runs: 20, seed: 5 }), {
    swap_told_on_first_answer_share: 1,
    swap_false_alarm_share: 0,
  });
});
