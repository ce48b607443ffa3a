// The law of early rejection: what `early` rejects of a beginning, `check` rejects of every answer that begins so.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { compileGates } from './compile.ts';
import type { Answer, Gate } from './gate.ts';
import type { GateConfig } from './gate-config.ts';
import { answerOf, NOBODY, questionOf } from './sample.test.ts';

const oneOf = (values: (string | number | boolean)[], ignoreCase = false): GateConfig => ({
  kind: 'one_of',
  values,
  at: null,
  ignoreCase,
  isFenced: false,
});
const pattern = (source: string): GateConfig => ({ kind: 'pattern', pattern: new RegExp(source, 'u') });
const schema = (value: object, isFenced = false): GateConfig => ({
  kind: 'json_schema',
  schema: value,
  file: null,
  isFenced,
});

/** A gate, and pieces that its answers are made of: near misses and hits as well as anything. */
const CASES: [string, GateConfig, string[]][] = [
  [
    'labels',
    oneOf(['billing', 'bug', 'bug report', 7, true]),
    ['b', 'bug', ' ', 'report', 'illing', '7', 'true', '\n'],
  ],
  [
    'labels in any case',
    oneOf(['Straße', 'ΟΔΟΣ', 'İx', 'fi']),
    ['s', 'STRASSE', 'stra', 'ß', 'ss', 'e', 'οδο', 'ς', 'σ', 'i̇', 'İ', 'X', 'x', 'ﬁ', 'F', 'I'],
  ],
  [
    'labels in any case, folded',
    oneOf(['Straße', 'ΟΔΟΣΑ', 'İx', 'fi'], true),
    ['straße', 'οδοςα', 'ΟΔΟΣΑ', 'STRA', 'SSE', 'ß', 'e', 'ΟΔΟΣ', 'Α', 'α', 'ς', 'İ', 'x', 'ﬁ'],
  ],
  [
    'a label inside JSON',
    { kind: 'one_of', values: ['a'], at: '/x', ignoreCase: false, isFenced: false },
    ['{"x":"a"}', '{', '"x"', 'Sure', '```json\n', '\n```', '["a"]', ' '],
  ],
  [
    'a label inside fenced JSON',
    { kind: 'one_of', values: ['a'], at: '/x', ignoreCase: false, isFenced: true },
    ['{"x":"a"}', '```json\n', '```', '\n```', '`', 'x', ' '],
  ],
  ['a pattern of digits', pattern(String.raw`^\d+$`), ['1', '23', 'x', ' ', '\n', '٣']],
  [
    'a pattern of words',
    pattern('^(?:yes|no)(?:, (?:because|but) .{3,}?)?[.!]?$'),
    ['yes', 'no', ', ', 'because', ' so', '.', 'n', '😀'],
  ],
  [
    'a pattern of characters outside the plane',
    pattern('^(?<a>😀|[🎈-🎊])+\u{1F600}?\\u{1F389}$'),
    ['😀', '🎈', '🎉', '\ud83d', '\ude00', 'x'],
  ],
  [
    'a pattern with bounds and classes',
    pattern(String.raw`^\b[\w\]-]{2,4}(?:\s[^\s])*\s?\p{Lu}\B`),
    ['a', ']', '-', ' ', 'B', 'c', 'é'],
  ],
  ['a pattern of which one branch is anchored', pattern('^bug|a'), ['bug', 'a', 'x', 'xa']],
  ['a pattern that is not anchored', pattern('bug|^a'), ['bug', 'a', 'x']],
  ['a pattern with what is not followed', pattern(String.raw`^(a|b)\1$`), ['a', 'b', 'ab']],
  ['a pattern that looks ahead', pattern('^(?!Sorry)[A-Z]'), ['Sorry', 'S', 'A', 'b']],
  [
    'lengths',
    {
      kind: 'length',
      bounds: { characters: { min: 1, max: 12 }, words: { min: null, max: 3 }, lines: { min: null, max: 2 } },
    },
    ['word', ' ', '\n', '😀', '\ud83d', 'é', 'a b', '\u00a0'],
  ],
  [
    'lengths in words and tokens',
    { kind: 'length', bounds: { words: { min: null, max: 3 }, tokens: { min: null, max: 6 } } },
    ['word', ' ', 'a b', '!', ' !', 'longword!'],
  ],
  [
    'a schema of an object',
    schema({ type: 'object' }),
    ['{', '}', '{}', '[', '"a":1', 'null', '`', ' ', '\ufeff', 'x'],
  ],
  ['a schema of several types', schema({ type: ['integer', 'null'] }), ['1', '-', 'null', 'n', '.5', 'true', '"', ' ']],
  ['a schema of texts or nothing', schema({ type: 'string', nullable: true }), ['"', 'a', 'null', '1', ' ']],
  ['a fenced schema', schema({ type: 'array' }, true), ['```', 'json', '\n', '[1]', '`', 'x']],
  ['a schema that says nothing of types', schema({ enum: ['a', 1] }), ['"a"', '1', 'a', '-', ' ']],
  [
    'a draft-07 schema beside a reference',
    schema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $ref: '#/definitions/a',
      type: 'object',
      definitions: { a: { type: 'string' } },
    }),
    ['"a"', '{}', '"'],
  ],
  [
    'the schema of the request',
    { kind: 'json_schema', schema: 'request', file: null, isFenced: false },
    ['{}', '[]', 'x', ' '],
  ],
  [
    'refusals',
    { kind: 'refusal' },
    [
      "I'm sorry, but I can't help with that. ",
      "I can't help",
      ' but notice',
      'fully support',
      ' with that',
      '. ',
      '.',
      'Leider kann ich dir nicht helfen! ',
      'As an AI, ',
      'Thank you for ',
      'Sure. ',
      '\n',
      ' 3.5 ',
      'and so on '.repeat(15),
      '“',
      'Σ',
    ],
  ],
];

/** A few pieces or many, now and then with something else between them. */
function textOf(own: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 3 }) },
  );
  return fc.oneof(fc.array(piece, { maxLength: 3 }), fc.array(piece, { maxLength: 10 })).map((parts) => parts.join(''));
}

/** An estimate that shrinks when a text goes on, as estimates may. */
const countTokens = (text: string): number => (text.endsWith('!') ? 1 : text.length);

async function gateOf(config: GateConfig): Promise<Gate> {
  const { gates } = await compileGates([config], { folder: import.meta.dirname, countTokens });
  assert.ok(gates[0]);
  return gates[0];
}

describe('what is rejected early is rejected in the end', () => {
  for (const [name, config, own] of CASES) {
    test(name, async () => {
      const gate = await gateOf(config);
      const question = questionOf({ schema: { type: 'array' } });
      let rejected = 0;
      fc.assert(
        fc.property(textOf(own), fc.nat(), (text, cut) => {
          const end = cut % (text.length + 1);
          const start = answerOf(text.slice(0, end), { isComplete: false, finish: { reason: 'unknown', raw: '' } });
          const early = gate.early?.(start, question) ?? null;
          if (early === null) return;
          rejected++;
          assert.equal(early.pass, false);
          const whole = gate.check(answerOf(text), question, NOBODY);
          assert.ok(!(whole instanceof Promise));
          assert.equal(whole.pass, false, JSON.stringify([text.slice(0, end), text]));
        }),
        { numRuns: 2_000 },
      );
      assert.equal(rejected > 0, gate.early !== undefined, `${rejected} rejected early`);
    });
  }

  test('log probabilities', async () => {
    const gate = await gateOf({ kind: 'logprobs', min: 0.5, at: 'first-token' });
    const numbers = fc.option(fc.array(fc.double({ max: 0, min: -5, noNaN: true }), { maxLength: 4 }));
    fc.assert(
      fc.property(numbers, fc.nat(4), (logprobs, length) => {
        const start: Answer = answerOf('', { logprobs: logprobs?.slice(0, length) ?? null, isComplete: false });
        if ((gate.early?.(start, questionOf()) ?? null) === null) return;
        const whole = gate.check(answerOf('', { logprobs }), questionOf(), NOBODY);
        assert.ok(!(whole instanceof Promise) && !whole.pass);
      }),
    );
  });

  test('parts that say so themselves', async () => {
    const gate = await gateOf({ kind: 'refusal' });
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, more) => {
        const start = answerOf('', { refusal: one, isComplete: false });
        if ((gate.early?.(start, questionOf()) ?? null) === null) return;
        const whole = gate.check(answerOf('', { refusal: one + more }), questionOf(), NOBODY);
        assert.ok(!(whole instanceof Promise) && !whole.pass);
      }),
    );
  });
});

test('every kind of gate that rejects early is in the law', async () => {
  const kinds = new Set(CASES.map(([, { kind }]) => kind));
  const others: GateConfig[] = [
    { kind: 'hedging' },
    { kind: 'finish', expect: 'complete' },
    { kind: 'tool_calls' },
    { kind: 'language', allowed: 'same', minLetters: 20 },
    { kind: 'code', languages: ['json'] },
    { kind: 'logprobs', min: 0.5, at: 'mean' },
    { kind: 'confidence', min: 0.5, place: { kind: 'pointer', pointer: '/c', isFenced: false } },
    { kind: 'judge', model: 'm', rubric: 'r', min: 0.5 },
  ];
  for (const config of others) {
    assert.ok(!kinds.has(config.kind));
    assert.ok(!('early' in (await gateOf(config))), config.kind);
  }
});
