import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GrowingMap } from './growing-map.ts';

test('what is missing is made once, and is on no list', () => {
  const asked: string[] = [];
  const map = new GrowingMap([['given', { of: 'given' }]], {
    make: (key) => {
      asked.push(key);
      return key === 'none' ? undefined : { of: key };
    },
    offers: ['made'],
  });
  assert.equal(map.get('made'), map.get('made'));
  assert.deepEqual([map.get('given'), map.get('none'), map.get('none')], [{ of: 'given' }, undefined, undefined]);
  assert.deepEqual(asked, ['made', 'none', 'none'], 'what cannot be made is not remembered');
  assert.deepEqual([[...map.keys()], map.size, map.has('made'), map.offers], [['given'], 1, false, ['made']]);
});

test('names without end let go of the oldest, and what was given stays', () => {
  let made = 0;
  const map = new GrowingMap([['given', -1]], { make: () => made++ });
  const first = map.get('0');
  for (let index = 1; index < 12_000; index++) map.get(String(index));
  assert.equal(map.get('11999'), 11_999, 'the newest is remembered');
  assert.equal(map.get('given'), -1);
  assert.notEqual(map.get('0'), first, 'the oldest was made anew');
});
