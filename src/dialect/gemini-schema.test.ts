import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import { fromOpenApi, isEmptySchema, unenforced } from './gemini-schema.ts';

describe('schemas at Gemini', () => {
  test('constraints it does not keep to are named once, wherever they stand', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        pattern: { type: 'string', pattern: '^a' },
        list: { type: 'array', items: { type: 'string', pattern: 'b', minLength: 1 }, minItems: 1 },
        either: { anyOf: [{ type: 'number', multipleOf: 2 }, { type: 'null' }] },
      },
      $defs: { not: { not: { type: 'string' } } },
      additionalProperties: { type: 'string', maxLength: 3 },
      required: ['list'],
    };
    assert.deepEqual(unenforced(schema), ['pattern', 'minLength', 'multipleOf', 'not', 'maxLength']);
  });

  test('a schema of documented keywords has nothing to tell', () => {
    const schema = { type: 'object', properties: { a: { enum: ['const', 'pattern'] } }, additionalProperties: false };
    assert.deepEqual(unenforced(schema), []);
  });

  const empty: [JsonObject, boolean][] = [
    [{}, true],
    [{ type: 'object' }, true],
    [{ type: 'object', properties: {}, additionalProperties: false, required: [] }, true],
    [{ $schema: 'x', type: 'object', properties: {} }, true],
    [{ type: 'object', properties: { a: {} } }, false],
    [{ type: 'object', additionalProperties: { type: 'string' } }, false],
    [{ type: 'object', properties: {}, anyOf: [{ required: ['a'] }] }, false],
    [{ type: 'string' }, false],
  ];
  for (const [schema, expected] of empty) {
    test(`${JSON.stringify(schema)} ${expected ? 'says' : 'does not say'} "no parameters"`, () => {
      assert.equal(isEmptySchema(schema), expected);
    });
  }

  test('OpenAPI words become JSON schema', () => {
    const schema = {
      type: 'OBJECT',
      properties: {
        type: { type: 'STRING', nullable: true },
        list: { type: 'ARRAY', items: { type: 'INTEGER' }, maxItems: '3' },
        either: { anyOf: [{ type: 'NUMBER' }, { type: 'BOOLEAN' }] },
      },
      propertyOrdering: ['list', 'type'],
      required: ['type'],
    };
    assert.deepEqual(fromOpenApi(schema), {
      type: 'object',
      properties: {
        type: { type: ['string', 'null'] },
        list: { type: 'array', items: { type: 'integer' }, maxItems: 3 },
        either: { anyOf: [{ type: 'number' }, { type: 'boolean' }] },
      },
      propertyOrdering: ['list', 'type'],
      required: ['type'],
    });
  });
});
