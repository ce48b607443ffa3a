import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { TierlineError } from '../call/errors.ts';
import { RawJson, writeJson } from '../call/json.ts';
import { type JsonPath, parseKeepingRaw } from './raw-json.ts';

const never = (): boolean => false;
const isInput = (path: JsonPath): boolean => path.length === 3 && path[0] === 'content' && path[2] === 'input';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error.code;
  }
  return 'no error';
}

describe('parseKeepingRaw without anything to keep', () => {
  test('gives what JSON.parse gives, for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.deepEqual(parseKeepingRaw(text, never), JSON.parse(text));
      }),
    );
  });

  const valid = [
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"',
    '"\\\\"',
    '"a\\\\\\"b"',
    '[-0, 0.5, -1.25e+3, 1E2, 1e-7]',
    ' \r\n\t{ "a" : [ ] , "b" : { } } ',
    '[true,false,null,"",[[]]]',
    '{"a":1,"a":2}',
    '"\u2028 \u007f Grüße 👩‍👩‍👧‍👦"',
  ];
  for (const text of valid) {
    test(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseKeepingRaw(Buffer.from(text), never), JSON.parse(text));
    });
  }

  const invalid = [
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    '{"a" 1}',
    '{a:1}',
    '{"a":}',
    '[1 2]',
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    'NaN',
    'tru',
    'truex',
    '"a',
    '"a\\"',
    '"\\x"',
    '"\\u12g4"',
    '"line\nbreak"',
    '"escaped \\n and raw \n"',
    '{} {}',
    "{'a':1}",
    '[1]]',
  ];
  for (const text of invalid) {
    test(`refuses ${JSON.stringify(text)}, as JSON.parse does`, () => {
      assert.throws(() => JSON.parse(text));
      assert.equal(
        codeOf(() => parseKeepingRaw(text, never)),
        'invalid_json',
      );
    });
  }
});

describe('parseKeepingRaw with values to keep', () => {
  test('keeps the text of a value byte for byte, between its neighbours', () => {
    const input = '{ "z":12345678901234567890123, "a" : 1.50e+2,\n"\\u0061":[1e400, -0.0] }';
    const parsed = parseKeepingRaw(`{"content":[{"id":"x","input": ${input} ,"after":[1,2]}],"n":1}`, isInput) as {
      content: { input: RawJson; after: number[] }[];
      n: number;
    };
    assert.ok(parsed.content[0]?.input instanceof RawJson);
    assert.equal(parsed.content[0].input.text, input);
    assert.deepEqual(parsed.content[0].after, [1, 2]);
    assert.equal(parsed.n, 1);
  });

  test('keeps scalars and empty containers too', () => {
    for (const input of ['{}', '[]', '""', 'null', '-1.0', 'true']) {
      const parsed = parseKeepingRaw(`{"content":[{"input":${input}}]}`, isInput) as { content: { input: RawJson }[] };
      assert.equal(parsed.content[0]?.input.text, input);
    }
  });

  test('still checks the syntax of what it keeps', () => {
    for (const input of ['{', '{"a":}', '[1,', '"a', '{"a":01}']) {
      assert.equal(
        codeOf(() => parseKeepingRaw(`{"content":[{"input":${input}}]}`, isInput)),
        'invalid_json',
      );
    }
  });

  test('is not asked about the inside of a kept value', () => {
    const asked: string[] = [];
    parseKeepingRaw('{"a":{"b":{"c":1}},"d":2}', (path) => {
      asked.push(path.join('.'));
      return path.length === 1 && path[0] === 'a';
    });
    assert.deepEqual(asked, ['', 'a', 'd']);
  });

  test('whatever is kept is written again as the same text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 2);
        const parsed = parseKeepingRaw(`{"content":[{"input":${text}}]}`, isInput);
        assert.equal(writeJson(parsed), `{"content":[{"input":${text}}]}`);
      }),
    );
  });
});

describe('hostile JSON', () => {
  test('__proto__ becomes an own property and pollutes nothing', () => {
    const parsed = parseKeepingRaw(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":3}',
      never,
    ) as Record<string, unknown>;
    assert.ok(Object.hasOwn(parsed, '__proto__'));
    assert.equal(Object.getPrototypeOf(parsed), Object.prototype);
    assert.equal(parsed.polluted, undefined);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    assert.equal(
      writeJson(parsed),
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":3}',
    );
  });

  test('512 levels are read, one more is too deep, kept or not', () => {
    const nest = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    assert.equal(
      codeOf(() => parseKeepingRaw(nest(512), never)),
      'no error',
    );
    assert.equal(
      codeOf(() => parseKeepingRaw(nest(513), never)),
      'too_deep',
    );
    assert.equal(
      codeOf(() => parseKeepingRaw(`{"a":${nest(100_000)}}`, (path) => path.length === 1)),
      'too_deep',
    );
  });

  test('a long string of escaped quotes is read in linear time', () => {
    const text = `"${'\\"'.repeat(200_000)}"`;
    assert.equal((parseKeepingRaw(text, never) as string).length, 200_000);
    assert.equal((parseKeepingRaw(`"${'\\\\'.repeat(200_000)}"`, never) as string).length, 200_000);
  });
});
