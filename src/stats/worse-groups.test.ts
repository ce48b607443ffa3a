import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from './random.ts';
import { type GroupedValue, worseGroups } from './worse-groups.ts';

const OPTIONS = { error: 0.05, least: 10, rounds: 399 };

/** Values of 0 and -1, in one of the groups `a` to `e` and one of `x` and `y`. */
function values(count: number, seed: number, missOf: (groups: readonly string[]) => number): GroupedValue[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const groups = ['abcde'.charAt(Math.floor(random() * 5)), random() < 0.3 ? 'x' : 'y'];
    return { value: random() < missOf(groups) ? -1 : 0, weight: 0.25 + random(), groups };
  });
}

describe('groups that are worse', () => {
  test('are not found where none is, but for as often as is stated, however many are looked at', () => {
    let found = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { worse } = worseGroups(
        values(150, seed, () => 0.1),
        OPTIONS,
      );
      if (worse.length > 0) found++;
    }
    // 5 % of 200 and two standard deviations more.
    assert.ok(found <= 16, `${found} of 200`);
    assert.ok(found > 0, 'a test that never says so says nothing');
  });

  test('are found, with their means, and nothing else with them', () => {
    let found = 0;
    let others = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const { worse } = worseGroups(
        values(400, seed, (groups) => (groups.includes('b') ? 0.3 : 0.05)),
        OPTIONS,
      );
      if (worse.some(({ group }) => group === 'b')) found++;
      if (worse.some(({ group }) => group !== 'b')) others++;
    }
    assert.ok(found >= 28, `${found} of 30`);
    assert.ok(others <= 4, `${others} of 30`);
  });

  test('are found one after the other, the worst first', () => {
    const miss = (groups: readonly string[]): number =>
      groups.includes('a') ? 0.8 : groups.includes('y') ? 0.05 : 0.4;
    const { worse, all } = worseGroups(values(800, 3, miss), OPTIONS);
    assert.deepEqual(
      worse.map(({ group }) => group),
      ['a', 'x'],
    );
    const [first] = worse;
    assert.ok(first !== undefined && first.mean < -0.7 && first.rest > -0.25, JSON.stringify(first));
    assert.equal(all.length, 7);
    assert.ok(all.every(({ p }, at) => p >= (all[at - 1]?.p ?? 0)));
  });

  test('have enough values, and so has their rest', () => {
    const few = values(40, 1, () => 0.1).map((value, at) => ({ ...value, groups: at < 5 ? ['few'] : ['many'] }));
    assert.deepEqual(worseGroups(few, OPTIONS), { worse: [], all: [] });
    assert.deepEqual(worseGroups([], OPTIONS), { worse: [], all: [] });
    const whole = few.map((value) => ({ ...value, groups: ['all'] }));
    assert.deepEqual(worseGroups(whole, OPTIONS).all, []);
  });

  test('are the same for the same seed', () => {
    const some = values(200, 9, () => 0.1);
    assert.deepEqual(worseGroups(some, OPTIONS), worseGroups(some, OPTIONS));
  });

  test('may weigh their values: what counts for nothing changes nothing', () => {
    const some = values(200, 4, () => 0.1);
    const bad = some.map((value) => (value.groups.includes('c') ? { ...value, value: -1, weight: 1e-9 } : value));
    const { all } = worseGroups(bad, OPTIONS);
    const c = all.find(({ group }) => group === 'c');
    assert.ok(c !== undefined && c.mean === -1 && c.rest > -0.2);
    const y = all.find(({ group }) => group === 'y');
    assert.ok(y !== undefined && y.mean > -0.2, JSON.stringify(y));
  });
});
