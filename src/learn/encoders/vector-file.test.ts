import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryFolder } from './encoder.fixture.ts';
import { openVectorFile, vectorFileOf } from './vector-file.ts';

test('every encoder has a file of its own, whatever its name holds', () => {
  assert.equal(vectorFileOf('/a', 'use-lite@0.2.0/256'), path.join('/a/embeddings/use-lite@0.2.0_256.bin'));
  assert.equal(vectorFileOf('/a', 'http:../../e'), path.join('/a/embeddings/http_.._.._e.bin'));
});

test('vectors are found again by their text, in this run and the next, bit for bit', (t) => {
  const folder = temporaryFolder(t);
  let run = 0;
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 8 }), fc.integer({ min: 1, max: 5 }), (texts, dimensions) => {
      const file = path.join(folder, `${run++}`, 'x.bin');
      const vectorOf = (at: number): Float32Array => Float32Array.from({ length: dimensions }, (_, i) => at / (i + 3));
      const first = openVectorFile(file, 'e@1');
      for (const [at, text] of texts.entries()) {
        assert.equal(first.get(text), null);
        first.add(text, vectorOf(at));
        assert.deepEqual(first.get(text), vectorOf(at));
      }
      first.close();
      const second = openVectorFile(file, 'e@1');
      for (const [at, text] of texts.entries()) assert.deepEqual(second.get(text), vectorOf(at));
      second.close();
    }),
    { numRuns: 40 },
  );
});

test('a record that was cut off is forgotten, and what comes after it is whole', (t) => {
  const file = path.join(temporaryFolder(t), 'x.bin');
  const before = openVectorFile(file, 'e@1');
  before.add('one', Float32Array.of(1, 2));
  before.close();
  const whole = statSync(file).size;
  appendFileSync(file, Buffer.alloc(39, 7));
  const after = openVectorFile(file, 'e@1');
  assert.equal(statSync(file).size, whole);
  after.add('two', Float32Array.of(3, 4));
  after.close();
  const again = openVectorFile(file, 'e@1');
  t.after(() => again.close());
  assert.deepEqual(again.get('one'), Float32Array.of(1, 2));
  assert.deepEqual(again.get('two'), Float32Array.of(3, 4));
});

test('vectors of another encoder, of another length and files of another kind are refused', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'x.bin');
  const own = openVectorFile(file, 'e@1');
  own.add('one', Float32Array.of(1, 2));
  assert.throws(() => own.add('two', Float32Array.of(1)), /1 numbers, where .* has 2/);
  own.close();
  assert.throws(() => openVectorFile(file, 'e@2'), /holds vectors of e@1, not of e@2/);
  for (const text of ['words', '{"encoder":"e@1"}\n', '{"encoder":"e@1","dimensions":0}\n']) {
    const odd = path.join(folder, 'odd.bin');
    writeFileSync(odd, text);
    assert.throws(() => openVectorFile(odd, 'e@1'), /holds no vectors/);
    assert.equal(readFileSync(odd, 'utf8'), text);
  }
});

test('no text is in the file', (t) => {
  const file = path.join(temporaryFolder(t), 'x.bin');
  const vectors = openVectorFile(file, 'e@1');
  vectors.add('my secret', Float32Array.of(1));
  vectors.close();
  assert.ok(!readFileSync(file).includes('secret'));
});
