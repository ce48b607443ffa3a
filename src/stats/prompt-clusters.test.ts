import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPromptClusters } from './prompt-clusters.ts';
import { createRandom, shuffled } from './random.ts';

/** Which texts end up together: for each the number of the first text it is with. */
function groupsOf(texts: readonly string[]): number[] {
  const parents = new Map<number, number>();
  const clusters = createPromptClusters((kept, gone) => void parents.set(gone, kept));
  const found = texts.map((text) => clusters.clusterOf(text) ?? assert.fail('full'));
  const rootOf = (at: number): number => {
    const parent = parents.get(at);
    return parent === undefined ? at : rootOf(parent);
  };
  const roots = found.map(rootOf);
  return roots.map((root) => roots.indexOf(root));
}

const WORDS =
  'please read every file and name the bugs that you find with their lines then say how to mend them without changing what the program does for its users unless the change is needed for a test to pass'.split(
    ' ',
  );
const LONG = WORDS.join(' ');

test('equal templates are one cluster, unlike ones are not', () => {
  assert.deepEqual(groupsOf([LONG, 'translate the text into german', LONG]), [0, 1, 0]);
});

test('templates that differ in a word or two are one', () => {
  const other = [...WORDS];
  other[20] = 'something';
  assert.deepEqual(groupsOf([LONG, other.join(' ')]), [0, 0]);
});

test('short instructions that differ in their verb are two', () => {
  assert.deepEqual(groupsOf(['classify the ticket of the customer', 'summarise the ticket of the customer']), [0, 1]);
});

test('a single word is a template of its own', () => {
  assert.deepEqual(groupsOf(['hello', 'hello', 'goodbye', '']), [0, 0, 2, 3]);
});

test('what belongs together does not depend on the order in which it comes', () => {
  const changes = fc.array(fc.tuple(fc.nat(WORDS.length - 1), fc.constantFrom('alpha', 'beta', 'gamma')), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.array(changes, { minLength: 2, maxLength: 12 }), fc.nat(), (variants, seed) => {
      const texts = [
        ...new Set(
          variants.map((edits) => {
            const words = [...WORDS];
            for (const [at, word] of edits) words[at] = word;
            return words.join(' ');
          }),
        ),
      ];
      const order = shuffled(
        texts.map((_, index) => index),
        createRandom(seed),
      );
      const plain = groupsOf(texts);
      const mixed = groupsOf(order.map((index) => texts[index] as string));
      for (const [one, first] of order.entries())
        for (const [other, second] of order.entries())
          assert.equal(plain[first] === plain[second], mixed[one] === mixed[other]);
    }),
  );
});

test('the least of a cluster is told the same whatever came first', () => {
  const texts = [LONG, LONG.replace('bugs', 'flaws'), LONG.replace('mend', 'repair')];
  const leastOf = (order: readonly string[]): string => {
    const clusters = createPromptClusters(() => {});
    const ids = order.map((text) => clusters.clusterOf(text) ?? assert.fail('full'));
    return clusters.leastOf(Math.min(...ids)).template;
  };
  assert.equal(leastOf(texts), leastOf([...texts].reverse()));
});
