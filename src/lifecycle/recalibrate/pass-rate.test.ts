import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../stats/random.ts';
import { productOf, refitPassRate } from './pass-rate.ts';
import { shareOf } from './weights.ts';

const verdicts = (count: number, share: number) =>
  Array.from({ length: count }, (_, at) => ({ passed: at < share * count, weight: 1 }));
const labels = (count: number, share: number) =>
  Array.from({ length: count }, (_, at) => ({ right: Number(at < share * count), weight: 1 }));
const refit = (parts: Partial<Parameters<typeof refitPassRate>[0]>) =>
  refitPassRate({ task: 'label', verdicts: verdicts(400, 0.8), labels: labels(200, 0.9), inForce: null, ...parts });

describe('the pass rate of a first model', () => {
  test('is how often it passes its gates, times how often what passes is right', () => {
    const { value, interval, verdict, say } = refit({ inForce: 0.95 });
    assert.deepEqual([value, verdict], [0.72, 'change']);
    assert.ok(
      interval !== null && interval.low < 0.72 && interval.low > 0.65 && interval.high > 0.72 && interval.high < 0.79,
    );
    assert.equal(say, '80 % pass, 90 % of those are right');
  });

  test('changes only where its interval leaves out what is said', () => {
    assert.equal(refit({ inForce: 0.75 }).verdict, 'keep');
    assert.equal(refit({ inForce: 0.8 }).verdict, 'change');
    assert.equal(refit({ inForce: null }).verdict, 'change');
  });

  test('is that of the answers alone where no gate is asked', () => {
    const { value, say } = refit({ verdicts: null });
    assert.deepEqual([value, say], [0.9, '90 % are right; was not said']);
  });

  test('says what is missing', () => {
    assert.match(
      refit({ verdicts: verdicts(20, 1) }).say,
      /^20 answers of its first model were judged by gates, and 50/,
    );
    const { verdict, value, say } = refit({ labels: labels(29, 1) });
    assert.deepEqual([verdict, value], ['few', null]);
    assert.equal(say, 'of 29 accepted answers it is known whether they are right, and 30 are the least');
    assert.equal(refit({ labels: labels(100, 1).map((one) => ({ ...one, weight: 0.2 })) }).verdict, 'few');
  });

  test('lies within its interval as often as it says, however the parts are', () => {
    for (const [passing, right] of [
      [0.8, 0.9],
      [0.95, 0.98],
      [0.5, 0.7],
    ] as const) {
      let held = 0;
      for (let seed = 1; seed <= 300; seed++) {
        const random = createRandom(seed);
        const draw = (count: number, share: number) =>
          Array.from({ length: count }, () => ({ value: Number(random() < share), weight: 0.5 ** (2 * random()) }));
        const [one, other] = [draw(300, passing), draw(100, right)].map((drawn) =>
          shareOf(drawn, (at) => drawn[at]?.value ?? 0, 0.95),
        );
        assert.ok(one != null && other != null);
        const { low, high } = productOf(one, other);
        if (low <= passing * right && passing * right <= high) held++;
      }
      assert.ok(held >= 276, `${held} of 300 at ${passing} and ${right}`);
    }
  });

  test('is bounded also where nothing passes, or nothing is right', () => {
    assert.deepEqual(productOf({ share: 0, low: 0, high: 0.1 }, { share: 0.5, low: 0.4, high: 0.6 }), {
      share: 0,
      low: 0,
      high: 0.06,
    });
    const sure = productOf({ share: 1, low: 0.9, high: 1 }, { share: 1, low: 0.95, high: 1 });
    assert.ok(sure.share === 1 && sure.high === 1 && sure.low < 0.9 && sure.low > 0.85);
    assert.equal(productOf({ share: 0.5, low: 0, high: 1 }, { share: 0.5, low: 0.4, high: 0.6 }).low, 0);
  });
});
