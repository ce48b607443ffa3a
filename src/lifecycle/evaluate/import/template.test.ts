import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillIn, fillInAll } from './template.ts';

test('names are filled in, with their members, whatever blanks stand around them', () => {
  assert.equal(fillIn('{{a}}, {{ b.c }} and {{-d.1-}}', { a: 'x', b: { c: 2 }, d: ['p', 'q'] }), 'x, 2 and q');
  assert.equal(fillIn('{{o}}', { o: { k: [1] } }), '{"k":[1]}', 'data is written as JSON');
});

test('values may name other values, but not for ever', () => {
  assert.equal(fillIn('{{a}}', { a: 'see {{b}}', b: 'this' }), 'see this');
  assert.match(fillIn('{{a}}', { a: 'again {{a}}' }), /^(again )+\{\{a\}\}$/);
});

test('whatever is more than a name is refused by name', () => {
  const refused: [string, RegExp][] = [
    ['{{ a | upper }}', /has \{\{ a \| upper \}\}: only plain names/],
    ['{{ f(1) }}', /only plain names/],
    ['{% if a %}x{% endif %}', /has \{% if %\}, which is not supported/],
    ['{%- for x in y -%}', /\{% for %\}/],
    ['{{ nope }}', /names \{\{nope\}\}, which has no value/],
    ['{{ a.b }}', /names \{\{a\.b\}\}, which has no value/],
    ['{{ constructor }}', /has no value/],
  ];
  for (const [template, reason] of refused) assert.throws(() => fillIn(template, { a: 'x' }), reason, template);
});

test('comments vanish, single braces stay', () => {
  assert.equal(fillIn('{# note #}{"a": {"b": 1}}', {}), '{"a": {"b": 1}}');
});

test('every text inside a value is filled in, keys are not', () => {
  const filled = fillInAll([{ role: 'user', content: 'Hi {{n}}', '{{n}}': 1 }, null, true, 2], { n: 'you' });
  assert.deepEqual(filled, [{ role: 'user', content: 'Hi you', '{{n}}': 1 }, null, true, 2]);
});

test('law: a text without marks stays as it is, and a value is put in whatever it is', () => {
  const plain = fc.string().filter((text) => !/\{[{%#]/.test(text));
  fc.assert(
    fc.property(plain, plain, (before, value) => {
      assert.equal(fillIn(before, { v: value }), before);
      const apart = !before.endsWith('{');
      if (apart) assert.equal(fillIn(`${before}{{v}}`, { v: value }), before + value);
    }),
  );
});
