import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import { toAnthropicSchema } from './anthropic-messages-schema.ts';
import { fitsStrict } from './openai-chat-schema.ts';

describe('schemas for Anthropic', () => {
  const convert = (schema: JsonObject): [JsonObject, string[]] => {
    const told: string[] = [];
    return [toAnthropicSchema(schema, (keyword) => told.push(keyword)), told];
  };

  test('objects are closed at every depth, constraints it cannot enforce are told', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        list: { type: 'array', minItems: 2, maxItems: 3, items: { type: 'object', properties: {} } },
        either: { oneOf: [{ type: 'string', minLength: 1 }, { $ref: '#/$defs/open' }] },
        when: { type: 'string', format: 'date' },
        what: { type: 'string', format: 'color', pattern: '^#' },
      },
      additionalProperties: { type: 'string' },
      $defs: { open: { type: 'object', additionalProperties: true } },
    };
    const [converted, told] = convert(schema);
    assert.deepEqual(converted, {
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'object', properties: {}, additionalProperties: false } },
        either: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/open' }] },
        when: { type: 'string', format: 'date' },
        what: { type: 'string', pattern: '^#' },
      },
      $defs: { open: { type: 'object', additionalProperties: false } },
      additionalProperties: false,
    });
    assert.deepEqual(told.toSorted(), [
      'additionalProperties',
      'additionalProperties',
      'format',
      'maxItems',
      'minItems',
      'minLength',
    ]);
  });

  test('properties may have the names of keywords', () => {
    const schema = {
      type: 'object',
      properties: { minimum: { type: 'number' }, format: { type: 'string' }, not: { type: 'string' } },
      additionalProperties: false,
    };
    assert.deepEqual(convert(schema), [schema, []]);
  });
});

describe('strict mode of OpenAI', () => {
  const closed = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  const table: [string, JsonObject, boolean][] = [
    ['a closed object', closed, true],
    ['a nested one', { ...closed, properties: { a: { type: 'array', items: closed } } }, true],
    ['an open object', { type: 'object', properties: {} }, false],
    ['an optional property', { ...closed, required: [] }, false],
    ['an open object inside', { ...closed, properties: { a: { anyOf: [{ type: 'object' }] } } }, false],
    ['an open definition', { ...closed, $defs: { x: { type: 'object' } } }, false],
    ['oneOf', { ...closed, oneOf: [] }, false],
  ];
  for (const [name, schema, expected] of table) test(name, () => assert.equal(fitsStrict(schema), expected));
});
