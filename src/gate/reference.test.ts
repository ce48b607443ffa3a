import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '../call/json.ts';
import { ALONE, type Answer, type Question, type Verdict } from './gate.ts';
import { comparisonFor, createReferenceGate } from './reference.ts';
import type { ReferenceConfig } from './reference-config.ts';

function judge(text: string, reference: Json, config: Partial<ReferenceConfig> | null = null): Verdict {
  const whole =
    config === null ? null : { compare: 'exact' as const, at: null, tolerance: 0, isFenced: false, ...config };
  const answer: Answer = {
    text,
    toolCalls: [],
    finish: { reason: 'stop', raw: 'stop' },
    refusal: null,
    logprobs: null,
    isComplete: true,
  };
  const verdict = createReferenceGate(reference, whole).check(answer, {} as Question, ALONE);
  assert.ok(!(verdict instanceof Promise));
  return verdict;
}

const passes = (...given: Parameters<typeof judge>): boolean => judge(...given).pass;

describe('by the form of the reference', () => {
  test('a label is compared without case, quotes and full stops', () => {
    assert.ok(passes('Billing.', 'billing'));
    assert.ok(passes(' "billing" ', 'billing'));
    assert.ok(!passes('This is about billing.', 'billing'));
  });

  test('a number is looked for at the end of the answer', () => {
    assert.ok(passes('42', '42'));
    assert.ok(passes('First 40, then 2 more: the result is 42.', '42'));
    assert.ok(passes('$1,234.50', '1234.5'));
    assert.ok(!passes('42 of 50', '42'));
    assert.ok(!passes('none', '42'));
    assert.ok(passes('so -7', '-7'));
  });

  test('JSON is compared by its values, whatever the order of keys, in a fence or not', () => {
    assert.ok(passes('{"b":1,"a":[1,2]}', '{"a":[1,2],"b":1}'));
    assert.ok(passes('```json\n{"a":1}\n```', { a: 1 }));
    assert.ok(!passes('{"a":[2,1]}', { a: [1, 2] }));
    assert.equal(judge('the total is 3', { total: 3 }).reason, 'is not JSON');
  });

  test('what looks like JSON and is none is text', () => {
    assert.equal(comparisonFor('[sic]').compare, 'text');
    assert.equal(comparisonFor('{"a":1}').compare, 'json');
    assert.equal(comparisonFor('12 %').compare, 'number');
    assert.equal(comparisonFor('12 apples').compare, 'text');
    assert.equal(comparisonFor(12).compare, 'json');
  });
});

describe('as the task says', () => {
  test('exact wants every character but white space around it', () => {
    assert.ok(passes(' yes\n', 'yes', { compare: 'exact' }));
    assert.ok(!passes('Yes', 'yes', { compare: 'exact' }));
  });

  test('one value of a JSON answer is compared, with the whole or the part of the reference', () => {
    const at = { compare: 'text' as const, at: '/label' };
    assert.ok(passes('{"label":"Billing","why":"money"}', 'billing', at));
    assert.equal(judge('{"why":"money"}', 'billing', at).reason, 'has no value at /label');
    assert.ok(!passes('billing', 'billing', at));
  });

  test('numbers may be apart by a share of the reference', () => {
    const near = { compare: 'number' as const, tolerance: 0.01 };
    assert.ok(passes('about 100.9', '100', near));
    assert.ok(!passes('about 101.1', '100', near));
    assert.ok(!passes('100', 'a hundred', near));
  });

  test('a part is enough where that is said', () => {
    assert.ok(passes('The capital is  PARIS, of course.', 'paris', { compare: 'contains' }));
    assert.ok(!passes('The capital is Lyon.', 'paris', { compare: 'contains' }));
  });

  test('a verdict never quotes answer or reference', () => {
    const { reason } = judge('a secret', 'another secret');
    assert.equal(reason, 'differs from the reference');
  });
});
