import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import { createLikeness } from './likeness.ts';

const WORDS =
  'order invoice parcel late broken refund account login printer screen meeting contract delivery town'.split(' ');

function prose(seed: number, words: number): string {
  const random = createRandom(seed);
  return Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
}

function areLike(one: string, other: string): boolean {
  const { groupOf } = createLikeness();
  return groupOf(one) === groupOf(other);
}

describe('texts are alike', () => {
  test('that differ in spaces and capitals', () => {
    assert.ok(areLike('Where is  my\norder?', ' where is my order? '));
  });

  test('of which a long one has a few other words', () => {
    const text = prose(1, 200);
    assert.ok(areLike(text, text.replace(/^\w+/, 'something')));
  });

  test('in a script without spaces', () => {
    const text =
      '昨日注文した商品がまだ届いていません。配送状況を確認していただけますか。よろしくお願いいたします。'.repeat(3);
    assert.ok(areLike(text, `${text}!`));
  });
});

describe('texts are not alike', () => {
  test('that are short and say different things', () => {
    assert.ok(!areLike('17 + 25', '18 + 25'));
    assert.ok(!areLike('', 'a'));
  });

  test('of the same words in another order', () => {
    for (let seed = 1; seed < 40; seed++) assert.ok(!areLike(prose(seed, 60), prose(seed + 100, 60)), String(seed));
  });

  test('of which one has half of the other', () => {
    assert.ok(!areLike(prose(1, 100), `${prose(1, 50)} ${prose(2, 50)}`));
  });
});

test('a text meets the one it is like among thousands', () => {
  const { groupOf } = createLikeness();
  const groups = Array.from({ length: 1000 }, (_, index) => groupOf(prose(index + 1, 80)));
  assert.equal(new Set(groups).size, 1000);
  for (let index = 0; index < 1000; index += 100)
    assert.equal(groupOf(`${prose(index + 1, 80)}.`), groups[index], String(index));
});

test('law: the same texts in the same order have the same groups, and equal texts share one', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 20 }), (texts) => {
      const [one, other] = [createLikeness(), createLikeness()];
      const groups = texts.map(one.groupOf);
      assert.deepEqual(texts.map(other.groupOf), groups);
      assert.deepEqual(texts.map(one.groupOf), groups);
    }),
  );
});
