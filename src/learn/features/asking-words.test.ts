import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { GROUPS, groupAt, isEnglishAt, placeOf } from './asking-words.ts';
import { hashWord } from './scan.ts';

/** What is known of a word: its group, and whether it stands in every English text. */
function known(word: string): [group: string | null, isEnglish: boolean] | null {
  const place = placeOf(hashWord(word));
  return place < 0 ? null : [GROUPS[groupAt(place)] ?? null, isEnglishAt(place)];
}

test('words are known by their group, and the commonest as such', () => {
  assert.deepEqual(known('whom'), ['who', false]);
  assert.deepEqual(known('Months'), ['time', false]);
  assert.deepEqual(known('the'), [null, true]);
  assert.deepEqual(known('what'), ['what', false]);
  for (const group of GROUPS)
    assert.ok(Array.from({ length: 1024 }, (_, place) => groupAt(place)).includes(GROUPS.indexOf(group)));
});

test('a hash with a sign is the same', () => {
  const hashes = ['what', 'who', 'the', 'compute', 'percent', 'you'].map(hashWord);
  assert.ok(hashes.some((hash) => hash >= 2 ** 31));
  for (const hash of hashes) assert.equal(placeOf(hash), placeOf(hash | 0));
});

test('law: other words are not known', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{13,20}$/), (word) => {
      assert.equal(known(word), null);
    }),
  );
  assert.equal(known(''), null);
});
