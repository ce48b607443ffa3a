import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pin } from '../call/pin.ts';
import { Pins } from './pins.ts';

const pin = (model: string): Pin => ({
  model,
  route: 'r',
  cachedTokens: 0,
  cachedUntilMs: 0,
  candidateOf: null,
  isStandIn: false,
  turns: 1,
  isEscalated: false,
});

test('a session is found again, an unknown one is not', () => {
  const pins = new Pins();
  pins.set('a', pin('x'));
  pins.set('a', pin('y'));
  assert.deepEqual(pins.get('a'), pin('y'));
  assert.equal(pins.get('b'), null);
});

test('a quiet session is forgotten; a call renews its time, looking does not', () => {
  let now = 1000;
  const pins = new Pins({ idleMs: 100, now: () => now });
  pins.set('a', pin('x'));
  pins.set('b', pin('x'));
  now += 60;
  pins.set('a', pin('x'));
  assert.notEqual(pins.get('b'), null);
  now += 60;
  assert.equal(pins.get('b'), null);
  assert.notEqual(pins.get('a'), null);
  now += 60;
  assert.equal(pins.get('a'), null);
});

test('memory is bounded: the sessions used longest ago go first', () => {
  const pins = new Pins({ most: 2 });
  pins.set('a', pin('x'));
  pins.set('b', pin('x'));
  pins.get('a');
  pins.set('c', pin('x'));
  assert.deepEqual([pins.get('a')?.model, pins.get('b'), pins.get('c')?.model, pins.size], ['x', null, 'x', 2]);
});
