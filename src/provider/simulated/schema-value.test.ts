import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { JsonObject } from '../../call/json.ts';
import { objectFor } from './schema-value.ts';

function assertFulfils(schema: JsonObject, value: unknown): void {
  const result = z.fromJSONSchema(schema).safeParse(value);
  assert.ok(
    result.success,
    `${JSON.stringify(value)}\ndoes not fulfil\n${JSON.stringify(schema)}\n${String(result.error)}`,
  );
}

const leaf: fc.Arbitrary<JsonObject> = fc
  .oneof(
    fc.constant({ type: 'string' }),
    fc.record({ type: fc.constant('string'), minLength: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ type: fc.constant('string'), maxLength: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ type: fc.constant('string'), format: fc.constantFrom('date', 'date-time', 'email', 'uuid', 'uri') }),
    fc.record({
      type: fc.constant('string'),
      enum: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      type: fc.constant('integer'),
      minimum: fc.integer({ min: -50, max: 0 }),
      maximum: fc.integer({ min: 1, max: 50 }),
    }),
    fc.record({ type: fc.constant('number'), exclusiveMinimum: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ type: fc.constant('integer'), multipleOf: fc.constantFrom(2, 5, 10) }),
    fc.constant({ type: 'boolean' }),
    fc.constant<JsonObject>({ type: ['string', 'null'] }),
    fc.constant({ const: 'fixed' }),
  )
  .map((schema): JsonObject => ({ ...schema }));

const { tree } = fc.letrec<{ tree: JsonObject; node: JsonObject }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, leaf, tie('node')),
  node: fc.oneof(
    fc.record({ type: fc.constant('array'), items: tie('tree'), minItems: fc.integer({ min: 0, max: 2 }) }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('tree'), { maxKeys: 4 }).map(toObjectSchema),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
}));

function toObjectSchema(properties: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: { ...properties },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

test('the object fulfils its schema, as a validator sees it', () => {
  const anySchema = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tree, { maxKeys: 4 }).map(toObjectSchema);
  fc.assert(
    fc.property(anySchema, fc.string(), (schema, text) => assertFulfils(schema, objectFor(schema, text))),
    { numRuns: 200 },
  );
});

test('the same schema and text give the same object', () => {
  const schema = toObjectSchema({ a: { type: 'integer' }, b: { type: 'string', enum: ['x', 'y', 'z'] } });
  assert.deepEqual(objectFor(schema, 'nothing to borrow'), objectFor(schema, 'nothing to borrow'));
});

test('words, numbers and enum members are borrowed from the text', () => {
  const schema = toObjectSchema({
    city: { type: 'string' },
    days: { type: 'integer' },
    unit: { type: 'string', enum: ['fahrenheit', 'celsius'] },
  });
  const text = 'What is the weather in New York for the next 3 days, in Celsius?';
  assert.deepEqual(objectFor(schema, text), { city: 'New York', days: 3, unit: 'celsius' });
});

test('references, also recursive ones, end', () => {
  const schema: JsonObject = {
    ...toObjectSchema({ root: { $ref: '#/$defs/node' } }),
    $defs: {
      node: {
        type: 'object',
        properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
        required: ['name', 'children'],
        additionalProperties: false,
      },
    },
  };
  assertFulfils(schema, objectFor(schema, 'a tree'));
});

test('a linked list through anyOf with null ends in null', () => {
  const schema: JsonObject = {
    $defs: { link: toObjectSchema({ next: { anyOf: [{ $ref: '#/$defs/link' }, { type: 'null' }] } }) },
    ...toObjectSchema({ head: { $ref: '#/$defs/link' } }),
  };
  assertFulfils(schema, objectFor(schema, ''));
});

test('parts of allOf are all fulfilled', () => {
  const schema: JsonObject = {
    type: 'object',
    allOf: [
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
      { type: 'object', properties: { b: { type: 'number' } }, required: ['b'] },
    ],
  };
  assertFulfils(schema, objectFor(schema, 'text'));
});

test('a schema of nothing gives an empty object', () => {
  assert.deepEqual(objectFor({}, 'text'), {});
  assert.deepEqual(objectFor({ type: 'object', properties: {} }, 'text'), {});
});
