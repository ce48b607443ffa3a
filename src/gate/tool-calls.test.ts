import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Question } from './gate.ts';
import { answerOf, passes, verdictOf } from './sample.test.ts';
import { SchemaCache } from './schema-cache.ts';
import { createToolCallsGate } from './tool-calls.ts';

const gate = createToolCallsGate(new SchemaCache());
const TOOLS: Question['tools'] = [
  {
    name: 'look',
    schema: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
  { name: 'ping', schema: { type: 'object' } },
  { name: 'odd', schema: { type: 'strin' } },
];

function calls(...written: [string, string][]): Answer {
  const toolCalls = written.map(([name, given], index) => ({ id: `c${index}`, name, arguments: given }));
  return answerOf('', { toolCalls, finish: { reason: 'tool_calls', raw: 'tool_calls' } });
}
const reason = (answer: Answer, rest: Partial<Question> = {}): string =>
  verdictOf(gate, answer, { tools: TOOLS, ...rest }).reason;

test('an answer without calls passes', () => {
  assert.deepEqual([verdictOf(gate, 'text').pass, verdictOf(gate, 'text').score], [true, null]);
});

test('a call of a known tool with arguments that its schema takes passes', () => {
  assert.ok(passes(gate, calls(['look', '{"city":"Rome","days":2}']), { tools: TOOLS }));
  assert.ok(passes(gate, calls(['ping', '{}'], ['look', '{"city":"Rome"}']), { tools: TOOLS }));
});

test('empty arguments are an empty object', () => {
  assert.ok(passes(gate, calls(['ping', ''], ['ping', ' \n']), { tools: TOOLS }));
  assert.match(reason(calls(['look', ''])), /required property 'city'/);
});

test('every other call fails with its reason', () => {
  assert.equal(reason(calls(['fly', '{}'])), 'calls "fly", which the request does not offer');
  for (const given of ['{"city":', '[]', '"Rome"', 'null', 'city=Rome'])
    assert.equal(reason(calls(['look', given])), 'calls "look" with arguments that are no JSON object', given);
  assert.equal(
    reason(calls(['look', '{"city":"Rome","days":"two"}'])),
    'calls "look" with wrong arguments: /days must be integer',
  );
  assert.match(reason(calls(['look', '{"city":"Rome","x":1}'])), /additional properties/);
  assert.match(reason(calls(['odd', '{}'])), /^the schema of "odd" cannot be used: /);
});

test('one bad call spoils the answer, and the score is the share of good ones', () => {
  const verdict = verdictOf(gate, calls(['ping', '{}'], ['look', '{}']), { tools: TOOLS });
  assert.deepEqual([verdict.pass, verdict.score], [false, 0.5]);
});

test('a call that has failed in the conversation is not to be tried again, however it is written', () => {
  const failedCalls = [
    { name: 'look', arguments: '{"days":2,"city":"Rome"}' },
    { name: 'ping', arguments: '' },
  ];
  const repeated = /repeats a call of "look" that has failed/;
  assert.match(reason(calls(['look', '{ "city": "Rome", "days": 2 }']), { failedCalls }), repeated);
  assert.match(reason(calls(['ping', '{}']), { failedCalls }), /repeats a call of "ping"/);
  assert.ok(passes(gate, calls(['look', '{"city":"Rome","days":3}']), { tools: TOOLS, failedCalls }));
  assert.ok(passes(gate, calls(['look', '{"city":"Rome"}']), { tools: TOOLS, failedCalls }));
});
