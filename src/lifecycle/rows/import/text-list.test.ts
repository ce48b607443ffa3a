import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { readTextList } from './text-list.ts';

/** As Python's `repr` writes a list of texts: the quotes that need no escape, and escapes for what cannot be seen. */
function repr(texts: readonly string[]): string {
  const items = texts.map((text) => {
    const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
    const inside = text
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replaceAll('\t', '\\t')
      .replaceAll(quote, `\\${quote}`)
      .replaceAll('\u{7f}', '\\x7f')
      .replaceAll('\u{2028}', '\\u2028');
    return `${quote}${inside}${quote}`;
  });
  return `[${items.join(', ')}]`;
}

describe('a list of texts', () => {
  test('is read as JSON, where nothing stands for an empty text', () => {
    assert.deepEqual(readTextList('["a\\n", null, "\\u00e9"]'), ['a\n', '', 'é']);
    assert.deepEqual(readTextList(' [] '), []);
  });

  test('is read as Python writes it', () => {
    assert.deepEqual(readTextList(`['Say "A"', "it's", 'both \\'" ']`), ['Say "A"', "it's", `both '" `]);
    assert.deepEqual(readTextList(`['a\\nb\\tc\\\\d', '\\x41\\u00e9\\U0001F600', None]`), ['a\nb\tc\\d', 'Aé😀', '']);
    assert.deepEqual(readTextList(`['Ａ, ]', '[']`), ['Ａ, ]', '[']);
  });

  test('an escape that Python does not know stays as it is', () => {
    assert.deepEqual(readTextList(`['\\d+ \\U0011FFFF']`), ['\\d+ \\U0011FFFF']);
  });

  test('anything else is no list', () => {
    for (const text of [
      '',
      'a',
      '[1, 2]',
      '[a]',
      "['a' 'b']",
      "['a'",
      "['a', 1]",
      "['a'] + ['b']",
      '[{"a": 1}]',
      "[f('x')]",
    ])
      assert.equal(readTextList(text), null, text);
  });

  test('law: what Python would write is what is read', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', "'", '"', '\\', '\n', '\t', ',', ']', '[', ' ', '\u{2028}', 'é'),
    });
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        assert.deepEqual(readTextList(repr(texts)), texts);
      }),
    );
  });

  test('a long one that is none is refused in a moment', () => {
    const started = performance.now();
    assert.equal(readTextList(`['${'\\\\'.repeat(200_000)}]`), null);
    assert.equal(readTextList(`[${"'a', ".repeat(100_000)}x]`), null);
    assert.ok(performance.now() - started < 2000);
  });
});
