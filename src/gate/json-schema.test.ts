import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSchemaUse } from './compile.ts';
import type { Gate } from './gate.ts';
import type { SchemaSource } from './gate-config.ts';
import { createJsonSchemaGate } from './json-schema.ts';
import { CALL_ONLY, passes, rejectsEarly, verdictOf } from './sample.test.ts';

const TRIAGE = {
  type: 'object',
  properties: { label: { enum: ['bug', 'billing'] } },
  required: ['label'],
  additionalProperties: false,
};
const use = createSchemaUse();
const gateOf = (schema: SchemaSource, isFenced = false): Gate =>
  createJsonSchemaGate({ kind: 'json_schema', schema, file: null, isFenced }, use);

test('an answer passes when it is JSON that follows the schema', () => {
  assert.deepEqual(verdictOf(gateOf(TRIAGE), '\n{"label":"bug"}\n'), {
    gate: 'json_schema',
    pass: true,
    score: 1,
    reason: 'follows the schema',
    costNanoUsd: 0,
  });
});

test('an answer that does not is told what is wrong, without its own words', () => {
  const reason = (text: string): string => verdictOf(gateOf(TRIAGE), text).reason;
  assert.equal(reason('{"label":"secret"}'), '/label must be equal to one of the allowed values');
  assert.equal(reason('{}'), "must have required property 'label'");
  assert.equal(reason('It is a bug.'), 'is not JSON');
  assert.equal(reason('```json\n{"label":"bug"}\n```'), 'stands in a fence; bare JSON is wanted');
  assert.equal(verdictOf(gateOf(TRIAGE), '{}').score, 0);
});

test('a fence is taken where it is allowed', () => {
  assert.ok(passes(gateOf(TRIAGE, true), '```json\n{"label":"bug"}\n```'));
  assert.ok(!passes(gateOf(TRIAGE, true), '```json\n{"label":"x"}\n```'));
});

test('the schema of the request is the one that counts there', () => {
  const gate = gateOf('request');
  assert.ok(passes(gate, '[1]', { schema: { type: 'array' } }));
  assert.ok(!passes(gate, '{}', { schema: { type: 'array' } }));
  assert.deepEqual(verdictOf(gate, 'Hello.').score, null);
  assert.ok(passes(gate, 'Hello.'), 'no schema was asked for');
});

test('a schema that cannot be used vouches for nothing', () => {
  const verdict = verdictOf(gateOf('request'), '{}', { schema: { type: 'strin' } });
  assert.equal(verdict.pass, false);
  assert.match(verdict.reason, /^the schema cannot be used: /);
});

test('an answer that only calls tools has no JSON to give yet', () => {
  assert.ok(passes(gateOf(TRIAGE), CALL_ONLY));
});

test('a beginning that cannot become JSON of the type is rejected at once', () => {
  const gate = gateOf(TRIAGE);
  assert.ok(rejectsEarly(gate, 'S'));
  assert.ok(rejectsEarly(gate, ' ['));
  assert.ok(rejectsEarly(gate, '`'));
  for (const start of ['', ' \n', '{', '{"la', '{"label": "bug"} and']) assert.ok(!rejectsEarly(gate, start), start);
  assert.ok(!rejectsEarly(gateOf(TRIAGE, true), '`'));
  assert.ok(rejectsEarly(gateOf('request'), 'S', { schema: {} }));
  assert.ok(!rejectsEarly(gateOf('request'), 'S'));
  assert.ok(!rejectsEarly(gateOf({ enum: ['a', 1, null] }), '1'));
});
