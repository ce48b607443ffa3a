import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { all, readMarkup, textOf } from './markup.fixture.ts';
import { escape, Markup, markup } from './markup.ts';

describe('markup', () => {
  test('escapes what is put into it, between tags and inside attributes', () => {
    const evil = `"><script>alert('x')</script>&amp;`;
    const made = markup`<p title="${evil}">${evil}</p>`.text;
    assert.doesNotMatch(made, /<script/);
    const [p] = all(readMarkup(made), 'p');
    assert.equal(p?.attributes['title'], evil);
    assert.equal(textOf(p), evil);
  });

  test('takes markup as it is, lists piece by piece, and nothing for null and false', () => {
    const items = ['a', 'b<'].map((item) => markup`<li>${item}</li>`);
    assert.equal(markup`<ul>${items}</ul>${null}${false}${0}`.text, '<ul><li>a</li><li>b&lt;</li></ul>0');
    assert.equal(String(markup`<b>${'x'}</b>`), '<b>x</b>');
  });

  test('text that only looks like markup stays text', () => {
    const fake = { text: '<b>' } as unknown as Markup;
    assert.throws(() => markup`${fake}`.text);
    assert.ok(new Markup('<b>') instanceof Markup);
  });

  test('whatever is put into it, the same tags come out and the text can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (one, other) => {
        const [p] = all(readMarkup(markup`<p title="${one}">.${other}</p>`.text), 'p');
        assert.equal(p?.attributes['title'], decoded(one));
        assert.equal(textOf(p), `.${decoded(other)}`);
      }),
    );
  });
});

/** What is left of a text: everything but what no page may hold. */
const decoded = (text: string): string =>
  escape(text)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('what no page may hold', () => {
  test('control characters, lone surrogates and what turns the direction of text are replaced', () => {
    assert.equal(escape('a\u{0}b\u{1b}c\u{7f}\u{9b}'), 'a\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}');
    assert.equal(escape('gnp\u{202e}exe.\u{2066}x\u{2069}'), 'gnp\u{fffd}exe.\u{fffd}x\u{fffd}');
    assert.equal(escape('\u{d800}x\u{ffff}'), '\u{fffd}x\u{fffd}');
  });

  test('everything else stays: accents, other scripts, signs beyond the first plane', () => {
    assert.equal(escape('é 模型 العربية 🙂'), 'é 模型 العربية 🙂');
  });
});
