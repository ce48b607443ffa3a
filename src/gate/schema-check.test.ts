import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SchemaCompiler } from './schema-check.ts';

const compiler = new SchemaCompiler('operator');

/** What is wrong with a value, or with the schema. */
function problem(schema: object, value: unknown): string | null {
  const compiled = compiler.compile(schema);
  return compiled.ok ? compiled.check(value) : `schema: ${compiled.problem}`;
}

test('a value that follows the schema has no problem, another one is told with its place', () => {
  const schema = { type: 'object', properties: { a: { type: 'array', items: { type: 'integer' } } }, required: ['a'] };
  assert.equal(problem(schema, { a: [1] }), null);
  assert.equal(problem(schema, { a: ['x'] }), '/a/0 must be integer');
  assert.equal(problem(schema, {}), "must have required property 'a'");
});

test('formats are checked, unknown ones and unknown keywords are passed over', () => {
  assert.equal(problem({ format: 'date' }, '2026-13-01'), 'must match format "date"');
  assert.equal(problem({ format: 'date' }, '2026-12-01'), null);
  assert.equal(problem({ format: 'colour', 'x-order': 1 }, 'anything'), null);
});

test('each draft has its own meaning', () => {
  const tuple = { items: [{ type: 'string' }] };
  assert.equal(problem({ $schema: 'http://json-schema.org/draft-07/schema#', ...tuple }, [1]), '/0 must be string');
  assert.equal(problem({ $schema: 'http://json-schema.org/draft-06/schema', ...tuple }, [1]), '/0 must be string');
  assert.equal(
    problem({ $schema: 'https://json-schema.org/draft/2019-09/schema', ...tuple }, [1]),
    '/0 must be string',
  );
  const newest = 'https://json-schema.org/draft/2020-12/schema';
  assert.equal(problem({ $schema: newest, prefixItems: [{ type: 'string' }] }, [1]), '/0 must be string');
  assert.match(problem({ $schema: newest, ...tuple }, [1]) ?? '', /^schema: /);
  assert.match(
    problem({ $schema: 'http://json-schema.org/draft-04/schema#' }, 1) ?? '',
    /schema: its \$schema is none/,
  );
  assert.match(problem({ $schema: 7 }, 1) ?? '', /its \$schema is none/);
});

test('a schema that does not say its draft is taken as the newest that fits', () => {
  assert.equal(problem({ prefixItems: [{ type: 'string' }] }, [1]), '/0 must be string');
  assert.equal(problem({ items: [{ type: 'string' }] }, [1]), '/0 must be string');
  assert.equal(problem({ $ref: '#/definitions/a', definitions: { a: { type: 'null' } } }, 1), 'must be null');
});

test('what is no schema is told', () => {
  assert.match(problem({ type: 'strin' }, 1) ?? '', /^schema: .*type must be equal to one of the allowed values/);
  assert.match(problem({ $ref: '#/nowhere' }, 1) ?? '', /^schema: can't resolve reference/);
  assert.match(problem({ $ref: 'http://127.0.0.1:1/x.json' }, 1) ?? '', /^schema: can't resolve reference/);
});

test('patterns that can take forever are refused, others run', () => {
  assert.match(problem({ pattern: '^(a+)+$' }, 'a') ?? '', /schema: .*repeated group/);
  assert.match(problem({ patternProperties: { '(a+)+': { type: 'null' } } }, {}) ?? '', /schema: .*repeated group/);
  assert.equal(problem({ pattern: '^a$' }, 'b'), 'must match pattern "^a$"');
  assert.equal(problem({ pattern: '' }, 'b'), null);
});

test("in a client's schema they are not checked, others are", () => {
  const client = new SchemaCompiler('client');
  const check = (schema: object, value: unknown): unknown => {
    const compiled = client.compile(schema);
    return compiled.ok ? compiled.check(value) : `schema: ${compiled.problem}`;
  };
  const slug = { properties: { slug: { type: 'string', pattern: '^[a-z]+(-[a-z]+)*$' }, n: { type: 'integer' } } };
  assert.equal(check(slug, { slug: 'A b', n: 1 }), null);
  assert.equal(check(slug, { slug: 5 }), '/slug must be string');
  assert.equal(check(slug, { slug: 'a', n: 'x' }), '/n must be integer');
  assert.equal(check({ pattern: '^a$' }, 'b'), 'must match pattern "^a$"');
  assert.equal(check({ items: { pattern: '^a$' }, prefixItems: [{ pattern: '^b$' }] }, ['b', 'a']), null);
  assert.match(String(check({ pattern: '(a' }, 'b')), /^schema: /);
  const named = (source: string): object => ({
    patternProperties: { [source]: { type: 'null' } },
    additionalProperties: false,
  });
  assert.equal(check(named('^x-'), { 'x-a': null }), null);
  assert.equal(check(named('^x-'), { 'x-a': 1 }), '/x-a must be null');
  assert.match(String(check(named('^(x+)+$'), {})), /schema: its patternProperties "\^\(x\+\)\+\$" can take too long/);
});

test('a schema that goes round in circles is told, or its check throws: it never passes', () => {
  for (const schema of [{ $ref: '#' }, { allOf: [{ $ref: '#' }] }]) {
    const compiled = compiler.compile(schema);
    if (compiled.ok) assert.throws(() => compiled.check({}), RangeError);
  }
});

test('a schema whose check would be a promise is refused at any depth: a promise passes for true', () => {
  assert.match(problem({ $async: true, type: 'object' }, 1) ?? '', /\$async/);
  assert.match(problem({ allOf: [{ $async: true }] }, 1) ?? '', /\$async/);
});

test('a schema cannot take the place of another one', () => {
  assert.match(problem({ $id: 'https://json-schema.org/draft/2020-12/schema' }, 1) ?? '', /somebody else's/);
  const named = (type: string): object => ({
    $id: 'https://example.com/a',
    $ref: '#/$defs/x',
    $defs: { x: { $id: 'https://example.com/x', type } },
  });
  assert.equal(problem(named('string'), 'a'), null);
  assert.equal(problem(named('null'), 'a'), 'must be null');
  assert.equal(problem({ type: 'object' }, {}), null);
});

test('a schema does not see what another one named', () => {
  problem({ $defs: { x: { $id: 'https://example.com/secret', type: 'null' } } }, 1);
  assert.match(problem({ $ref: 'https://example.com/secret' }, 1) ?? '', /^schema: /);
});

test('after hundreds of schemas it still works', () => {
  for (let index = 0; index < 300; index++) {
    assert.equal(problem({ const: index }, index), null);
    assert.equal(problem({ const: index }, -1), 'must be equal to constant');
  }
});
