import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CLASS, countCharClasses, countTextClasses } from './char-classes.ts';

const classes = (text: string): Record<string, number> => {
  const counts = countTextClasses(text);
  return Object.fromEntries(
    Object.entries(CLASS).flatMap(([name, index]) => (counts[index] ? [[name, counts[index]]] : [])),
  );
};

describe('character classes', () => {
  it('count words, spaces and punctuation of prose', () => {
    assert.deepEqual(classes('It is 42, ok?'), {
      upper: 1,
      lower: 5,
      space: 3,
      digit: 2,
      punctuation: 2,
      word: 3,
      number: 1,
    });
  });

  it('tell indentation, runs of punctuation and camelCase of code', () => {
    assert.deepEqual(classes('a();\n  getId();'), {
      lower: 5,
      upper: 1,
      punctuation: 2,
      punctuationRun: 4,
      newline: 1,
      indent: 2,
      word: 2,
      hump: 1,
    });
  });

  it('tell scripts apart', () => {
    assert.deepEqual(classes('été'), { accented: 2, lower: 1, word: 1 });
    assert.deepEqual(classes('да'), { alphabet: 2 });
    assert.deepEqual(classes('日本語ひらがな한국'), { cjk: 9 });
    assert.deepEqual(classes('हि'), { other: 2 });
    assert.deepEqual(classes('😀👍'), { astral: 2 });
    assert.deepEqual(classes(''), {});
  });

  it('are the same for a string and for its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        assert.deepEqual(countCharClasses(Buffer.from(text)), countTextClasses(text));
      }),
    );
  });

  it('count only the range that was asked for', () => {
    const bytes = Buffer.from('{"content":"hello"}');
    assert.deepEqual(countCharClasses(bytes, 12, 17), countTextClasses('hello'));
  });

  it('take any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        let sum = 0;
        const counts = countCharClasses(bytes);
        for (let index = 0; index < CLASS.word; index++) sum += counts[index] as number;
        assert.ok(sum <= bytes.length);
      }),
    );
  });
});
