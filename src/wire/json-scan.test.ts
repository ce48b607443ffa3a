import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../call/errors.ts';
import { refuseAmbiguity, type ScannedObject, scanJson } from './json-scan.ts';

const scan = (text: string, maxDepth = 64) => scanJson(Buffer.from(text), maxDepth);
const keysOf = (object: ScannedObject): string[] =>
  Array.from({ length: object.count }, (_, index) => object.keyAt(index));
const refuses = (text: string, code: string, maxDepth = 64): void =>
  assert.throws(
    () => refuseAmbiguity(scan(text, maxDepth)),
    (error) => error instanceof TierlineError && error.code === code,
    text.slice(0, 60),
  );

test('members are found with the exact bytes of their values', () => {
  const text = ' { "model" : "gpt" ,\n"n":1.50e+2,"messages":[{"a":[]}],"x":{"y":"}"},"t":true,"z":null } ';
  const top = scan(text);
  const raw = (key: string): string => {
    const span = top.span(key);
    assert.ok(span);
    return text.slice(span.start, span.end);
  };
  assert.deepEqual(keysOf(top), ['model', 'n', 'messages', 'x', 't', 'z']);
  assert.equal(raw('n'), '1.50e+2');
  assert.equal(raw('messages'), '[{"a":[]}]');
  assert.equal(raw('x'), '{"y":"}"}');
  assert.equal(top.string('model'), 'gpt');
  assert.equal(top.string('n'), null);
  assert.equal(top.isTrue('t'), true);
  assert.equal(top.isTrue('z'), false);
  assert.equal(top.span('nope'), null);
  assert.equal(top.firstByte('nope'), 0);
  assert.deepEqual(top.value('messages'), [{ a: [] }]);
  assert.equal(text[top.close], '}');
});

test('a string with escapes is read as JSON reads it', () => {
  assert.equal(scan('{"model":"a\\u00e9\\n\\"b"}').string('model'), 'aé\n"b');
  assert.equal(scan('{"model":"grüße 世界"}').string('model'), 'grüße 世界');
});

test('an empty body and bodies that are no object are told apart', () => {
  refuses('', 'invalid_json');
  refuses('  \n', 'invalid_json');
  for (const text of ['[]', '"x"', 'null', '5', 'true', '[1,{"a":2}]']) refuses(text, 'invalid_request');
});

test('what JSON.parse refuses is refused', () => {
  const broken = [
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":-}',
    '{"a":1e}',
    '{"a":+1}',
    '{"a":NaN}',
    '{"a":tru}',
    '{"a":nul}',
    '{"a":"\u0001"}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\\u12',
    '{"a":[1,]}',
    '{"a":[1 2]}',
    '{"a":1}x',
    '{"a":1}{"b":2}',
    '{"a" 1}',
    '{,}',
    '{"a":"b}',
    '{"a":"\n"}',
  ];
  for (const text of broken) {
    assert.throws(() => JSON.parse(text), text);
    refuses(text, 'invalid_json');
  }
});

test('nesting is refused from one level over the limit and a hundred thousand levels do no harm', () => {
  const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  assert.ok(scan(nested(64)));
  refuses(nested(65), 'too_deep');
  refuses(`{"a":${'['.repeat(100_000)}`, 'too_deep');
  refuses(`{"a":${'{"a":'.repeat(100_000)}`, 'too_deep');
});

test('long strings are walked to their end wherever it lies, and what may not stand in them is found', () => {
  const slab = Buffer.alloc(400, 0x20);
  for (let shift = 0; shift < 4; shift++) {
    for (let length = 0; length < 64; length++) {
      for (const [inside, isGood] of [
        ['', true],
        ['é世', true],
        ['\\n', true],
        ['\\"', true],
        ['\u0001', false],
        ['\\q', false],
      ] as const) {
        const text = `{"a":"${'x'.repeat(length)}${inside}${'y'.repeat(length % 7)}","b":1}`;
        const size = slab.write(text, shift);
        const bytes = slab.subarray(shift, shift + size);
        if (isGood) assert.equal(scanJson(bytes, 9).value('b'), 1, text);
        else assert.throws(() => scanJson(bytes, 9), TierlineError, text);
      }
    }
  }
});

test('keys that two readers could take differently are refused', () => {
  refuses('{"model":"cheap","model":"dear"}', 'ambiguous_body');
  refuses('{"model":"cheap","Model":"dear"}', 'ambiguous_body');
  refuses('{"m\\u006fdel":"cheap"}', 'ambiguous_body');
  assert.ok(scan('{"a":{"model":1,"model":2}}'), "deeper levels are the model provider's business");
});

test('__proto__ is a key like any other', () => {
  const top = scan('{"__proto__":{"stream":true},"model":"m"}');
  assert.equal(top.isTrue('stream'), false);
  assert.equal(top.string('model'), 'm');
});

test('a watched array hands out its elements on the same walk', () => {
  const seen: (string | null)[] = [];
  const body = Buffer.from(
    '{"messages":[{"role":"user","content":[{"role":"x"}]},5,{"role":"assistant"}],"b":{"messages":[1]}}',
  );
  scanJson(body, 64, { key: 'messages', each: (element) => seen.push(element?.string('role') ?? null) });
  assert.deepEqual(seen, ['user', null, 'assistant']);
});

test('law: any object survives being found member by member', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 2), (object, indent) => {
      const text = JSON.stringify(object, null, indent);
      const top = scan(text, 200);
      const rebuilt = keysOf(top).map((key, index) => {
        const { start, end } = top.spanAt(index);
        return [JSON.parse(`"${key}"`), JSON.parse(top.bytes.toString('utf8', start, end))];
      });
      assert.deepEqual(Object.fromEntries(rebuilt), JSON.parse(text));
    }),
  );
});

test('law: a damaged text is accepted exactly when JSON.parse accepts it', () => {
  const damage = fc.tuple(
    fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }),
    fc.nat(),
    fc.string({ maxLength: 2, unit: 'binary-ascii' }),
    fc.nat(3),
  );
  fc.assert(
    fc.property(damage, ([object, where, insert, drop]) => {
      const text = JSON.stringify(object);
      const at = where % (text.length + 1);
      const damaged = text.slice(0, at) + insert + text.slice(at + drop);
      let expected = true;
      try {
        const value: unknown = JSON.parse(damaged);
        expected = typeof value === 'object' && value !== null && !Array.isArray(value);
      } catch {
        expected = false;
      }
      let accepted = true;
      try {
        scan(damaged, 1000);
      } catch {
        accepted = false;
      }
      assert.equal(accepted, expected, damaged);
    }),
    { numRuns: 2000 },
  );
});
