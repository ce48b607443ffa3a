import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { makeCallId, toAnthropicCallId, toOpenaiCallId } from './call-id.ts';

test('ids that a provider accepts are not touched', () => {
  for (const id of ['call_abc', 'toolu_01A-b_C']) {
    assert.equal(toAnthropicCallId(id), id);
    assert.equal(toOpenaiCallId(id), id);
  }
});

test('any id becomes one the provider accepts, and stays it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (id) => {
      assert.match(toAnthropicCallId(id), /^[a-zA-Z0-9_-]+$/);
      assert.equal(toAnthropicCallId(toAnthropicCallId(id)), toAnthropicCallId(id));
      const short = toOpenaiCallId(id);
      assert.ok(short.length > 0 && short.length <= 40);
      assert.equal(toOpenaiCallId(short), short);
    }),
  );
});

test('made ids differ by reply and by position', () => {
  const ids = [makeCallId('chatcmpl-1', 0), makeCallId('chatcmpl-1', 1), makeCallId('chatcmpl-2', 0)];
  assert.equal(new Set(ids).size, 3);
  assert.match(makeCallId('', 0), /^[a-zA-Z0-9_-]+$/);
});
