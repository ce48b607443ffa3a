import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { editConfig, writeLike } from './edit-config.ts';

const TEXT = `# head
x-keys: &bounds { min: 0.4 }
tasks:
  one:
    accept:
      - confidence: { at: /c, min: 70% } # sure
      - judge:
          model: opus   # the "judge"
          min: "0.8"    # of \${NOBODY}
      - length: { max_words: 30, min_words: 2 }
      - logprobs: *bounds
      - logprobs: { min: \${MIN:-0.5} }
    route: small
`;
const at = (...rest: (string | number)[]) => ['tasks', 'one', 'accept', ...rest];

describe('an edit of a configuration', () => {
  test('changes the number in its own unit and nothing else', () => {
    const edited = editConfig(TEXT, [
      { path: at(0, 'confidence', 'min'), value: 0.734 },
      { path: at(1, 'judge', 'min'), value: 0.65 },
      { path: at(2, 'length', 'max_words'), value: 120 },
    ]);
    const expected = TEXT.replace('min: 70%', 'min: 73.4%')
      .replace('"0.8"', '"0.65"')
      .replace('max_words: 30', 'max_words: 120');
    assert.equal(edited, expected);
    assert.equal(editConfig(TEXT, []), TEXT);
  });

  test('never changes what stands elsewhere: behind an alias, in the environment, or not at all', () => {
    const edit = (path: (string | number)[]) => () => editConfig(TEXT, [{ path, value: 0.1 }]);
    assert.throws(
      edit(at(3, 'logprobs', 'min')),
      /tasks\.one\.accept\[3\]\.logprobs\.min is not written out in its place/,
    );
    assert.throws(edit(at(4, 'logprobs', 'min')), /in line 12 comes from the environment/);
    assert.throws(edit(at(0, 'confidence', 'max')), /is not written out in its place/);
    assert.throws(edit(['tasks', 'two', 'accept']), /is not written out/);
  });

  test('keeps line breaks of any kind', () => {
    const windows = TEXT.replaceAll('\n', '\r\n');
    const edited = editConfig(windows, [{ path: at(0, 'confidence', 'min'), value: 0.5 }]);
    assert.equal(edited, windows.replace('70%', '50%'));
  });
});

describe('a number', () => {
  test('is written as the one before it was', () => {
    const cases: [string, number, string][] = [
      ['70%', 0.5, '50%'],
      ['70 %', 0.125, '12.5 %'],
      ['0.7', 0.55, '0.55'],
      ['.7', 0.5, '0.5'],
      ['"70%"', 0.07, '"7%"'],
      ["'0.7'", 1, "'1'"],
      ['30', 1200, '1200'],
      ['0.7', 0.000001, '0.000001'],
    ];
    for (const [written, value, expected] of cases) assert.equal(writeLike(written, value), expected);
  });

  test('as a percentage has no noise of binary fractions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (count) => {
        const said = writeLike('1%', count / 10_000);
        assert.match(said, /^\d+(\.\d{1,2})?%$/);
        assert.equal(Math.round(Number(said.slice(0, -1)) * 100), count);
      }),
    );
  });
});
