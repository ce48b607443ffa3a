import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { kindsOf, readVariants, variantPrompt } from './variant-prompt.ts';

const [first, second] = kindsOf(false) as [{ name: string; what: string }, { name: string; what: string }];

test('the prompt names every kind, and holds the sample as material', () => {
  const prompt = variantPrompt({ instructions: 'Sort tickets.', message: 'My printer burns.', kinds: [first, second] });
  assert.match(prompt, /Write 2 messages/);
  for (const { name, what } of [first, second]) assert.ok(prompt.includes(`kind "${name}": a message that ${what}`));
  assert.match(prompt, /<instructions>\nSort tickets\.\n<\/instructions>\n<message>\nMy printer burns\.\n<\/message>$/);
});

test('a long sample is shortened, so that the prompt costs what is expected', () => {
  const prompt = variantPrompt({ instructions: 'i'.repeat(1e6), message: 'm'.repeat(1e6), kinds: [first] });
  assert.ok(prompt.length < 20_000);
});

test('kinds that lead astray are others than those that do not', () => {
  const names = [...kindsOf(false), ...kindsOf(true)].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const kind of ['injection', 'ambiguous', 'contradictory', 'empty', 'huge', 'off-topic'])
    assert.ok(
      kindsOf(true).some(({ name }) => name === kind),
      kind,
    );
});

describe('a reply is read', () => {
  const made = { kind: first.name, text: 'Where is my parcel?' };
  const line = JSON.stringify(made);
  const cases: [string, string, number, number][] = [
    ['line by line', `${line}\n${line}`, 2, 0],
    ['in fences, with numbers, commas and words around', `Here you are:\n\`\`\`json\n1. ${line},\n\`\`\``, 1, 0],
    [
      'with lines that are wrong',
      `${line}\n{"kind":"${first.name}"}\n{"kind":"other","text":"x"}\n{"kind":\n{"kind":"${first.name}","text":" "}`,
      1,
      4,
    ],
    ['without a line of the form', 'I cannot help with that.', 0, 1],
    ['of nothing', '', 0, 1],
  ];
  for (const [name, reply, count, wrong] of cases) {
    test(name, () => {
      const read = readVariants(reply, [first, second]);
      assert.deepEqual(
        read.made,
        Array.from({ length: count }, () => made),
      );
      assert.equal(read.wrong, wrong);
    });
  }

  test('and a huge one is made huge here', () => {
    const { made: huge } = readVariants('{"kind":"huge","text":"Terms apply."}', kindsOf(true));
    assert.ok((huge[0]?.text.length ?? 0) >= 20_000);
    assert.ok(huge[0]?.text.startsWith('Terms apply.\n\nTerms apply.'));
  });

  test('law: whatever it says, it never throws, and only known kinds come of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.jsonValue(), (text, value) => {
        for (const reply of [
          text,
          JSON.stringify(value),
          `{"kind":${JSON.stringify(value)},"text":${JSON.stringify(text)}}`,
        ])
          for (const { kind } of readVariants(reply, [first]).made) assert.equal(kind, first.name);
      }),
    );
  });
});
