import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Firsts } from './firsts.ts';
import { rowOf } from './watched.fixture.ts';

const take = (firsts: Firsts, count: number, model: string, more = {}): void => {
  for (let at = 0; at < count; at++) firsts.take(rowOf('c', { planned: [model, 'strong'], ...more }));
};

test('who goes first is whom most of the calls lately were planned for', () => {
  const firsts = new Firsts();
  assert.equal(firsts.of('t'), null);
  take(firsts, 50, 'cheap');
  take(firsts, 10, 'mid');
  assert.equal(firsts.of('t'), 'cheap');
  take(firsts, 300, 'mid');
  assert.equal(firsts.of('t'), 'mid');
  assert.equal(firsts.of('other'), null);
});

test('a call that names its model, one of a candidate on trial, and one without a plan or task say nothing', () => {
  const firsts = new Firsts();
  take(firsts, 1, 'cheap');
  take(firsts, 50, 'mid', { reasons: [{ step: 'request', say: 'the client asked for mid' }] });
  take(firsts, 50, 'mid', { arm: { rollout: 'r', arm: 'candidate', percent: 20 } });
  take(firsts, 50, 'mid', { task: null });
  take(firsts, 50, 'mid', { planned: [] });
  assert.equal(firsts.of('t'), 'cheap');
  take(firsts, 50, 'mid', { arm: { rollout: 'r', arm: 'candidate', percent: 100 } });
  assert.equal(firsts.of('t'), 'mid');
});
