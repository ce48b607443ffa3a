import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDocument } from 'yaml';
import { applyChanges } from './edit-task.ts';
import type { Change } from './recalibration.ts';

const number = (task: string, key: string, value: number, unit: 'tokens' | 'share' = 'tokens'): Change => ({
  kind: 'number',
  path: ['tasks', task, 'output', key],
  value,
  unit,
});
const rule = (task: string, by: 'tenant' | 'language', name: string, fallback: string[] = []): Change => ({
  kind: 'rule',
  task,
  when: { by, name },
  route: { model: 'big', fallback },
});

const TEXT = `# head
tasks:
  one: # the first
    output: { typical_tokens: 12 } # short
    accept:
      - confidence: { at: /c, min: 70% } # sure
    route: small # cheap

  two:
    output:
      typical_tokens: 30 # words
      # the end of the output
    rules:
      - { when: { tenant: old }, route: mid } # kept
    route: small
  three: { route: small }
  four: { output: {}, rules: [], route: small, }
  five: { rules: [{ when: { tenant: a }, route: mid }], route: small }
other: 1
`;
const lines = (text: string): string[] => text.split('\n').filter((line) => !TEXT.split('\n').includes(line));

describe('a change of a task', () => {
  test('turns the number that is there, in its unit, and leaves every comment', () => {
    const { text, left } = applyChanges(TEXT, [
      number('one', 'typical_tokens', 18),
      number('two', 'typical_tokens', 40),
      { kind: 'number', path: ['tasks', 'one', 'accept', 0, 'confidence', 'min'], value: 0.825, unit: 'share' },
    ]);
    assert.deepEqual(left, []);
    assert.equal(
      text,
      TEXT.replace('typical_tokens: 12 }', 'typical_tokens: 18 }')
        .replace('typical_tokens: 30 #', 'typical_tokens: 40 #')
        .replace('min: 70%', 'min: 82.5%'),
    );
  });

  test('adds the number that is not there, where the others stand', () => {
    const { text, left } = applyChanges(TEXT, [
      number('one', 'largest_tokens', 60),
      number('one', 'pass_rate', 0.912, 'share'),
      number('two', 'largest_tokens', 90),
      number('three', 'typical_tokens', 5),
      number('three', 'largest_tokens', 9),
      number('four', 'pass_rate', 0.5, 'share'),
    ]);
    assert.deepEqual(left, []);
    assert.deepEqual(lines(text), [
      '    output: { typical_tokens: 12, largest_tokens: 60, pass_rate: 91.2% } # short',
      '      largest_tokens: 90',
      '  three: { route: small, output: { typical_tokens: 5, largest_tokens: 9 } }',
      '  four: { output: { pass_rate: 50% }, rules: [], route: small, }',
    ]);
    const { one, two } = (parseDocument(text).toJS() as { tasks: Record<string, { output: object }> }).tasks;
    assert.deepEqual(two?.output, { typical_tokens: 30, largest_tokens: 90 });
    assert.deepEqual(one?.output, { typical_tokens: 12, largest_tokens: 60, pass_rate: '91.2%' });
  });

  test('puts a rule behind those that are there, in their form', () => {
    const { text, left } = applyChanges(TEXT, [
      rule('one', 'tenant', 'acme', ['mid']),
      rule('two', 'language', 'no'),
      rule('three', 'language', 'de'),
      rule('four', 'tenant', '42'),
      rule('five', 'tenant', 'a, b', ['mid', 'top']),
    ]);
    assert.deepEqual(left, []);
    assert.deepEqual(
      lines(text),
      [
        '    rules:',
        '      - { when: { tenant: acme }, route: { model: big, fallback: mid } }',
        '      - { when: { language: "no" }, route: big }',
        '  three: { route: small, rules: [{ when: { language: de }, route: big }] }',
        '  four: { output: {}, rules: [{ when: { tenant: "42" }, route: big }], route: small, }',
        '  five: { rules: [{ when: { tenant: a }, route: mid }, { when: { tenant: "a, b" }, route: { model: big, fallback: [mid, top] } }], route: small }',
      ].filter((line) => line !== '    rules:'),
    );
    const { tasks } = parseDocument(text).toJS() as { tasks: Record<string, { rules: { when: object }[] }> };
    assert.deepEqual(
      tasks['two']?.rules.map(({ when }) => when),
      [{ tenant: 'old' }, { language: 'no' }],
    );
    assert.deepEqual(
      tasks['one']?.rules.map(({ when }) => when),
      [{ tenant: 'acme' }],
    );
  });

  test('can be made twice: the second goes on from the first', () => {
    const once = applyChanges(TEXT, [rule('one', 'tenant', 'acme'), number('one', 'pass_rate', 0.9, 'share')]).text;
    const { text } = applyChanges(once, [rule('one', 'tenant', 'beta'), number('one', 'pass_rate', 0.8, 'share')]);
    assert.match(text, /pass_rate: 80%/);
    const { tasks } = parseDocument(text).toJS() as { tasks: Record<string, { rules: { when: object }[] }> };
    assert.deepEqual(
      tasks['one']?.rules.map(({ when }) => when),
      [{ tenant: 'acme' }, { tenant: 'beta' }],
    );
  });

  test('keeps line breaks of any kind', () => {
    const changes = [rule('one', 'tenant', 'acme'), number('two', 'largest_tokens', 90)];
    const windows = applyChanges(TEXT.replaceAll('\n', '\r\n'), changes).text;
    assert.equal(windows, applyChanges(TEXT, changes).text.replaceAll('\n', '\r\n'));
  });

  test('that has no place is left, and the others are made', () => {
    const text = `x: &task { route: small }\ntasks:\n  a: *task\n  b:\n    output:\n    route: small\n  c: { output: { typical_tokens: "\${N:-5}" }, route: small }\n  d: { route: small }\n`;
    const { text: after, left } = applyChanges(
      text,
      ['a', 'b', 'c', 'd', 'e'].map((task) => number(task, 'typical_tokens', 7)),
    );
    assert.deepEqual(left, [
      'tasks.a is not written out in its place (an alias, or empty), so nothing can be added there',
      'tasks.b.output is not written out in its place (an alias, or empty), so nothing can be added there',
      'tasks.c.output.typical_tokens in line 7 comes from the environment, so it cannot be changed there',
      'tasks.e is not written out in its place (an alias, or empty), so nothing can be added there',
    ]);
    assert.equal(after, text.replace('d: { route: small }', 'd: { route: small, output: { typical_tokens: 7 } }'));
  });
});
