import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillPlaceholders, hidePlaceholders, showPlaceholders } from './placeholders.ts';

const fill = (text: string, env: Record<string, string> = {}) => fillPlaceholders(text, env);

test('variables are filled in wherever they stand in the text', () => {
  assert.equal(fill('${A}', { A: 'x' }).text, 'x');
  assert.equal(fill('http://${HOST}:${PORT}/v1', { HOST: 'h', PORT: '80' }).text, 'http://h:80/v1');
  assert.deepEqual([...fill('${A}${B}', { A: '1', B: '2' }).used.keys()], ['A', 'B']);
});

test('a default counts for a variable that is unset or empty', () => {
  assert.equal(fill('${A:-d}').text, 'd');
  assert.equal(fill('${A:-d}', { A: '' }).text, 'd');
  assert.equal(fill('${A:-d}', { A: 'x' }).text, 'x');
  assert.equal(fill('${A:-}').text, '');
  assert.equal(fill('${A:-https://a.b/c?d={x}').text, 'https://a.b/c?d={x');
});

test('a missing variable is a problem that names it', () => {
  assert.deepEqual(fill('${A}').problems, ['the environment variable A is not set']);
  assert.deepEqual(fill('${A}', { A: '' }).problems, ['the environment variable A is set but empty']);
  assert.equal(fill('${A} ${B}').problems.length, 2);
});

test('a doubled dollar writes a plain one', () => {
  assert.deepEqual(fill('$${A}', { A: 'x' }), { text: '${A}', problems: [], used: new Map() });
});

test('what only resembles a placeholder is a problem or left alone', () => {
  assert.equal(fill('${').problems.length, 1);
  assert.equal(fill('${a b}').problems.length, 1);
  assert.equal(fill('${}').problems.length, 1);
  assert.deepEqual(fill('$A costs $5 {x}').problems, []);
  assert.equal(fill('$A costs $5 {x}').text, '$A costs $5 {x}');
});

test('what is filled in is not looked at again', () => {
  assert.equal(fill('${A}', { A: '${B}', B: 'x' }).text, '${B}');
  assert.equal(fill('${A}', { A: '$&$1' }).text, '$&$1');
});

test('hiding keeps every position and showing brings every text back', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('${A}', '${A:-x, {y}', '$${B}', '"${C:-"', '${D:-ü}', '\n'));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      const hidden = hidePlaceholders(text);
      assert.equal(hidden.length, text.length);
      assert.equal(showPlaceholders(hidden), text);
    }),
  );
});

test('hidden placeholders hold nothing that means anything to YAML', () => {
  assert.doesNotMatch(hidePlaceholders('${KEY:-a: b, {c] #d}'), /[{}[\],:#$ ]/);
});
