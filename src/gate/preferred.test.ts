import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, passed, type Verdict } from './gate.ts';
import { preferredAmong } from './preferred.ts';

const likes = (model: string): Verdict => ({ ...passed('learned', 'so'), prefers: model });
const small = { model: 'small', verdicts: [passed('labels', ''), failed('learned', '')] };
const mid = { model: 'mid', verdicts: [passed('labels', ''), failed('learned', '')] };

test('the earlier answer that a gate likes better is given', () => {
  const found = preferredAmong([passed('labels', ''), likes('small')], [small, mid]);
  assert.equal(found, small);
});

test('nobody is preferred where no gate says so, or the one that does is not content', () => {
  assert.equal(preferredAmong([passed('labels', ''), passed('learned', '')], [small]), null);
  assert.equal(preferredAmong([passed('labels', ''), { ...likes('small'), pass: false }], [small]), null);
  assert.equal(preferredAmong([], [small]), null);
});

test('an answer that is not among the refused ones of the call cannot be given', () => {
  assert.equal(preferredAmong([likes('second')], [small]), null);
  assert.equal(preferredAmong([likes('small')], []), null);
});

test('what another gate has refused is not given, however much one likes it', () => {
  const wrong = { model: 'small', verdicts: [failed('labels', ''), failed('learned', '')] };
  assert.equal(preferredAmong([passed('labels', ''), likes('small')], [wrong]), null);
});

test('two gates of one name are two gates: what the other one has refused is not given', () => {
  const small = { model: 'small', verdicts: [passed('learned', ''), failed('learned', '')] };
  assert.equal(preferredAmong([likes('small'), passed('learned', '')], [small]), null);
  assert.equal(preferredAmong([passed('learned', ''), likes('small')], [small]), small);
});

test('nor what a gate has not looked at that has let the later answer through', () => {
  const verdicts = [passed('labels', ''), likes('small'), passed('judge', '')];
  assert.equal(preferredAmong(verdicts, [small]), null);
  const seen = { model: 'small', verdicts: [...small.verdicts, passed('judge', '')] };
  assert.equal(preferredAmong(verdicts, [seen]), seen);
});
