import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  createTokens,
  hashLetters,
  hashRun,
  hashWord,
  LONGEST_TEXT,
  NUMBER,
  readTokens,
  SIGN,
  scanTokens,
  WORD,
} from './scan.ts';

function tokensOf(text: string): { kind: number; hash: number; word: string }[] {
  const tokens: { kind: number; hash: number; word: string }[] = [];
  scanTokens(text, (kind, hash, from, to) => void tokens.push({ kind, hash, word: text.slice(from, to) }));
  return tokens;
}

const isSpace = (text: string): boolean =>
  Array.from(text).every((char) => char <= ' ' || '\u007f\u00a0\u3000'.includes(char));

const said = (text: string): [number, string][] => tokensOf(text).map(({ kind, word }) => [kind, word]);

describe('a walk over a text', () => {
  test('tells words, numbers and signs apart', () => {
    assert.deepEqual(said("It's 12 o'clock, or x2=3.5!"), [
      [WORD, 'It'],
      [SIGN, "'"],
      [WORD, 's'],
      [NUMBER, '12'],
      [WORD, 'o'],
      [SIGN, "'"],
      [WORD, 'clock'],
      [SIGN, ','],
      [WORD, 'or'],
      [WORD, 'x'],
      [NUMBER, '2'],
      [SIGN, '='],
      [NUMBER, '3'],
      [SIGN, '.'],
      [NUMBER, '5'],
      [SIGN, '!'],
    ]);
  });

  test('knows letters of other scripts; a Chinese character is a word of its own', () => {
    assert.deepEqual(said('Größe пример 你好'), [
      [WORD, 'Größe'],
      [WORD, 'пример'],
      [SIGN, '你'],
      [SIGN, '好'],
    ]);
  });

  test('cuts what is too long to be a word', () => {
    assert.deepEqual(
      said('a'.repeat(100)).map(([, word]) => word.length),
      [40, 40, 20],
    );
  });

  test('takes a word for the same in any case, and numbers by their length', () => {
    const [one, other] = tokensOf('Paris PARIS');
    assert.equal(one?.hash, other?.hash);
    assert.equal(one?.hash, hashWord('paris'));
    const [year, another, longer] = tokensOf('1987 2024 19874');
    assert.equal(year?.hash, another?.hash);
    assert.notEqual(year?.hash, longer?.hash);
  });

  test('looks at the beginning and the end of a long text only', () => {
    const text = `first ${'x '.repeat(LONGEST_TEXT)} last`;
    const words = said(text).map(([, word]) => word);
    assert.equal(words[0], 'first');
    assert.equal(words.at(-1), 'last');
    assert.ok(words.length <= LONGEST_TEXT / 2 + 10, `${words.length} words`);
  });

  test('law: tokens stand in order, have no space in them, and nothing but space between them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        let at = 0;
        scanTokens(text, (_kind, hash, from, to) => {
          assert.ok(from >= at && to > from && to <= text.length);
          assert.ok(isSpace(text.slice(at, from)));
          assert.ok(Number.isInteger(hash) && hash >= 0);
          at = to;
        });
        assert.ok(isSpace(text.slice(at)));
      }),
    );
  });
});

test('a run of letters is the same in every word that has it, and another at its beginning', () => {
  const whole = (word: string): { from: number; to: number } => ({ from: 0, to: word.length });
  assert.equal(hashRun('reading', 0, 4, whole('reading')), hashRun('READABLE', 0, 4, whole('READABLE')));
  assert.equal(hashRun('bread', 1, 4, whole('bread')), hashRun('reads', 0, 4, whole('reads')));
  assert.notEqual(hashRun('read', -1, 4, whole('read')), hashRun('bread', 0, 4, whole('bread')));
});

describe('tokens that are written down', () => {
  const tokens = createTokens();
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(fc.constantFrom('a', 'Ä', 'bc', '12', ' ', '.', '你', 'x'.repeat(50)), { maxLength: 60 })
      .map((parts) => parts.join('')),
    fc.constantFrom('ab '.repeat(4000), 'x1'.repeat(6000), 'y'.repeat(9001)),
  );

  test('law: spell every word of the text before and no other, lowered, with a space on either side', () => {
    fc.assert(
      fc.property(anything, (text) => {
        readTokens(text, tokens);
        for (let at = 0; at < tokens.count; at++) {
          if (tokens.kinds[at] !== WORD) continue;
          const [from, to] = [tokens.froms[at] as number, tokens.tos[at] as number];
          const first = tokens.spelled[at] as number;
          const spelled = tokens.letters.subarray(first - 1, first + to - from + 1);
          assert.deepEqual([spelled[0], spelled.at(-1)], [0x20, 0x20]);
          assert.equal(hashWord(String.fromCharCode(...spelled.subarray(1, -1))), hashWord(text.slice(from, to)));
          assert.equal((tokens.hashes[at] as number) >>> 0, hashWord(text.slice(from, to)));
        }
      }),
    );
  });

  test('law: have the runs of letters that the text has', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 6 }), (text, length) => {
        readTokens(text, tokens);
        for (let at = 0; at < tokens.count; at++) {
          if (tokens.kinds[at] !== WORD) continue;
          const word = { from: tokens.froms[at] as number, to: tokens.tos[at] as number };
          for (let start = word.from - 1; start + length <= word.to + 1; start++)
            assert.equal(
              hashLetters(tokens.letters, (tokens.spelled[at] as number) + start - word.from, length),
              hashRun(text, start, length, word),
            );
        }
      }),
    );
  });
});
