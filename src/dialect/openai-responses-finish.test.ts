import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NeutralFinish } from './neutral.ts';
import { readResponsesFinish, writeResponsesFinish } from './openai-responses-finish.ts';

test('a finish is the status, or why it is incomplete', () => {
  assert.deepEqual(readResponsesFinish('completed', undefined, false), { reason: 'stop', raw: 'completed' });
  assert.deepEqual(readResponsesFinish('completed', undefined, true), { reason: 'tool_calls', raw: 'completed' });
  assert.deepEqual(readResponsesFinish('incomplete', 'max_output_tokens', true), {
    reason: 'length',
    raw: 'max_output_tokens',
  });
  for (const word of ['toString', 'max_messages'])
    assert.deepEqual(readResponsesFinish('incomplete', word, false), { reason: 'unknown', raw: word });
});

test('every reason has a status', () => {
  const statusOf = (reason: NeutralFinish['reason'], hasRefusal = false) =>
    writeResponsesFinish({ reason, raw: 'x' }, hasRefusal);
  const completed = { status: 'completed', reason: null };
  for (const reason of ['stop', 'stop_sequence', 'tool_calls', 'pause', 'unknown'] as const)
    assert.deepEqual(statusOf(reason), completed);
  assert.deepEqual(statusOf('length'), { status: 'incomplete', reason: 'max_output_tokens' });
  assert.deepEqual(statusOf('refusal'), { status: 'incomplete', reason: 'content_filter' });
  assert.deepEqual(statusOf('refusal', true), completed);
});
