import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Gate } from './gate.ts';
import type { Bounds, LengthUnit } from './gate-config.ts';
import { createLengthGate } from './length.ts';
import { answerOf, CALL_ONLY, passes, rejectsEarly, verdictOf } from './sample.test.ts';

function gateOf(unit: LengthUnit, bound: Partial<Bounds>): Gate {
  const bounds = { [unit]: { min: null, max: null, ...bound } };
  return createLengthGate({ kind: 'length', bounds }, (text) => Math.ceil(text.length / 4));
}

test('bounds belong to what they allow', () => {
  for (const [unit, two, three] of [
    ['characters', '😀é', 'abc'],
    ['words', ' one  two ', 'a\nb\tc'],
    ['lines', 'a\nb\n', 'a\n\nb'],
    ['tokens', 'abcdefgh', 'abcdefghi'],
  ] as const) {
    assert.ok(passes(gateOf(unit, { min: 2, max: 2 }), two), unit);
    assert.ok(!passes(gateOf(unit, { min: 3 }), two), unit);
    assert.ok(passes(gateOf(unit, { min: 3 }), three), unit);
    assert.ok(!passes(gateOf(unit, { max: 2 }), three), unit);
    assert.equal(verdictOf(gateOf(unit, { max: 2 }), three).reason, `has more than 2 ${unit}`);
    assert.equal(verdictOf(gateOf(unit, { min: 3 }), two).reason, `has 2 ${unit}, fewer than 3`);
  }
});

test('an empty answer has no line and no word', () => {
  for (const unit of ['characters', 'words', 'lines', 'tokens'] as const) {
    assert.ok(!passes(gateOf(unit, { min: 1 }), ' \n'), unit);
    assert.ok(passes(gateOf(unit, { max: 0 }), ' \n'), unit);
  }
});

test('an answer that only calls tools may say nothing', () => {
  assert.ok(passes(gateOf('words', { min: 1 }), CALL_ONLY));
});

test('every bound counts', () => {
  const both = createLengthGate(
    { kind: 'length', bounds: { words: { min: 2, max: null }, characters: { min: null, max: 5 } } },
    () => 0,
  );
  assert.ok(passes(both, 'a b'));
  assert.ok(!passes(both, 'a'));
  assert.ok(!passes(both, 'long words'));
});

test('an answer that has become too long is rejected while it is written', () => {
  assert.ok(rejectsEarly(gateOf('words', { max: 2 }), 'one two three'));
  assert.ok(!rejectsEarly(gateOf('words', { max: 2 }), 'one two '));
  assert.ok(rejectsEarly(gateOf('characters', { max: 3 }), 'abcd'));
  assert.ok(rejectsEarly(gateOf('lines', { max: 1 }), 'a\nb'));
  assert.ok(!rejectsEarly(gateOf('lines', { max: 1 }), 'a\n'));
  assert.ok(!rejectsEarly(gateOf('words', { min: 9 }), 'too short'));
  assert.ok(!rejectsEarly(gateOf('tokens', { max: 1 }), 'a'.repeat(50)), 'estimates wait for the end');
});

test('early says so as soon as it is so: the beginning alone would fail the check', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('characters', 'words', 'lines'),
      fc.nat(6),
      fc.string({ maxLength: 20 }),
      (unit, max, text) => {
        const gate = gateOf(unit, { max });
        assert.equal(rejectsEarly(gate, text), !passes(gate, answerOf(text)));
      },
    ),
  );
});
