import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLineCutter } from './line-cutter.ts';

function cut(
  pieces: readonly string[],
  maxLineBytes = 1000,
): { lines: string[]; rest: string | null; skipped: number } {
  const cutter = createLineCutter(maxLineBytes);
  const lines = pieces.flatMap((piece) => cutter.push(Buffer.from(piece))).map(String);
  const rest = cutter.end();
  return { lines, rest: rest === null ? null : String(rest), skipped: cutter.skipped };
}

test('a line ends with a newline, wherever the pieces end', () => {
  assert.deepEqual(cut(['a\nb', 'c\n', '\n\nd', '', 'e']), { lines: ['a', 'bc'], rest: 'de', skipped: 0 });
  assert.deepEqual(cut([]), { lines: [], rest: null, skipped: 0 });
  assert.deepEqual(cut(['a\n']), { lines: ['a'], rest: null, skipped: 0 });
});

test('a line beyond the limit is passed over, and those after it are not', () => {
  assert.deepEqual(cut(['12345\n123456\n12', '3456789', '\nok\n'], 5), {
    lines: ['12345', 'ok'],
    rest: null,
    skipped: 2,
  });
  assert.deepEqual(cut(['1234567'], 5), { lines: [], rest: null, skipped: 1 });
});

test('what is held does not change with the buffer it came in', () => {
  const cutter = createLineCutter(100);
  const piece = Buffer.from('abc');
  cutter.push(piece);
  piece.fill('x');
  assert.deepEqual(cutter.push(Buffer.from('d\n')).map(String), ['abcd']);
});

test('law: the lines do not depend on how the bytes are cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.nat(50)), (texts, cuts) => {
      const whole = Buffer.from(texts.join('\n'));
      const cutter = createLineCutter(10_000);
      const lines: string[] = [];
      let from = 0;
      for (const length of [...cuts, whole.length]) {
        lines.push(...cutter.push(whole.subarray(from, from + length)).map(String));
        from += length;
      }
      const rest = cutter.end();
      if (rest !== null) lines.push(String(rest));
      assert.deepEqual(lines, String(whole).split('\n').filter(Boolean));
    }),
  );
});
