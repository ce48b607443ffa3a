import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeLine, encodeLine } from './line.ts';
import { sampleAttempt, sampleRow, someRows } from './sample-row.test.ts';
import { ATTEMPT_COLUMNS, type AttemptColumn, CALL_COLUMNS, type CallColumn } from './schema.ts';

const cellOf = (line: string, column: CallColumn) => decodeLine(line.trimEnd()).call[CALL_COLUMNS.indexOf(column)];

test('a line is one line, whatever the texts of the row contain', () => {
  fc.assert(
    fc.property(someRows, (rows) => {
      for (const row of rows) {
        const line = encodeLine(row);
        assert.equal(line.indexOf('\n'), line.length - 1);
        const { call, attempts } = decodeLine(line.slice(0, -1));
        assert.equal(call.length, CALL_COLUMNS.length);
        assert.equal(attempts.length, row.attempts.length);
        assert.equal(call[CALL_COLUMNS.indexOf('session')], row.session);
        assert.deepEqual(JSON.parse(String(call[CALL_COLUMNS.indexOf('reasons')])), row.reasons);
      }
    }),
    { numRuns: 50 },
  );
});

test('every column of a line carries the field of its name', () => {
  const line = encodeLine(
    sampleRow({ attempts: [sampleAttempt({ ttftMs: 5, upstreamRequestId: 'up_9' })], stream: true, decisionUs: 7 }),
  );
  const expected: Partial<Record<CallColumn, unknown>> = {
    id: 'req_1',
    stream: 1,
    response_model: 'claude-haiku-4-5',
    escalated: 0,
    cache_read_tokens: 20,
    reasoning_tokens: 4,
    cost_nano_usd: 1_000_000,
    baseline_nano_usd: 3_000_000,
    ttft_ms: 88.5,
    decision_us: 7,
    planned: '["haiku","sonnet"]',
    losses: '[]',
  };
  for (const [column, value] of Object.entries(expected))
    assert.equal(cellOf(line, column as CallColumn), value, column);
  const attempt = decodeLine(line.trimEnd()).attempts[0] ?? [];
  const inAttempt = (column: AttemptColumn) => attempt[ATTEMPT_COLUMNS.indexOf(column)];
  assert.equal(inAttempt('ttft_ms'), 5);
  assert.equal(inAttempt('output_tokens'), 10);
  assert.equal(inAttempt('upstream_request_id'), 'up_9');
});

test('missing usage is null in every token class, never zero', () => {
  const line = encodeLine(sampleRow({ usage: null }));
  assert.equal(cellOf(line, 'input_tokens'), null);
  assert.equal(cellOf(line, 'audio_output_tokens'), null);
});

test('a number that is not finite becomes null instead of breaking the line', () => {
  const line = encodeLine(sampleRow({ latencyMs: Number.NaN, ttftMs: Infinity }));
  assert.equal(cellOf(line, 'latency_ms'), null);
  assert.equal(cellOf(line, 'ttft_ms'), null);
});

test('a line that lost its end, its fields or its version is refused', () => {
  const line = encodeLine(sampleRow()).trimEnd();
  const [head = '', ...rest] = line.split('\t');
  const broken = [
    '',
    'nonsense',
    line.slice(0, -1),
    line.slice(0, 40),
    [head.replace('[1,', '[2,'), ...rest].join('\t'),
    [head.replace('"acme",', ''), ...rest].join('\t'),
    [head.replace('"req_1"', '7'), ...rest].join('\t'),
    [head.replace('"acme"', '{"a":1}'), ...rest].join('\t'),
    [head, ...rest.slice(0, 3), '[[0,1]]'].join('\t'),
    [head, ...rest.slice(0, 3), '{}'].join('\t'),
    '\0'.repeat(100),
  ];
  for (const text of broken) assert.throws(() => decodeLine(text), Error, JSON.stringify(text));
  assert.doesNotThrow(() => decodeLine(line));
});
