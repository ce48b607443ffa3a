import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { placesOf } from '../places.ts';
import { answerKey } from '../profile/answer.ts';
import { digestOf, toSample } from '../samples/sample.ts';
import { isHeldOut, readHeldOut } from './held-out.ts';
import { folderWith, linesOf } from './scripted.fixture.ts';

const SAMPLES = Array.from({ length: 200 }, (_, at) => ({ prompt: `question ${at}`, reference: 'a' }));
const places = (folder: string) => placesOf(folder, 't');

test('a file of its own goes before the samples, unless a split is asked for', (t) => {
  const folder = folderWith(t, {
    'samples/t.jsonl': linesOf(SAMPLES),
    'evaluation/t.jsonl': linesOf(SAMPLES.slice(0, 3)),
  });
  const own = readHeldOut(places(folder), { split: null, upstreams: [] });
  assert.deepEqual([own.samples.length, own.source], [3, 'evaluation']);
  const split = readHeldOut(places(folder), { split: 0.2, upstreams: [] });
  assert.equal(split.source, '20% of samples');
  assert.ok(split.samples.length > 25 && split.samples.length < 55, String(split.samples.length));
});

test('without one all samples are taken', (t) => {
  const folder = folderWith(t, { 'samples/t.jsonl': linesOf(SAMPLES) });
  const { samples, source } = readHeldOut(places(folder), { split: null, upstreams: [] });
  assert.deepEqual([samples.length, source], [200, 'samples']);
});

test('a split that leaves nothing is refused with its figures', (t) => {
  const folder = folderWith(t, { 'samples/t.jsonl': linesOf(SAMPLES.slice(0, 1)) });
  assert.throws(
    () => readHeldOut(places(folder), { split: 0.0001, upstreams: [] }),
    /a split of 0% leaves none of 1\./,
  );
});

test('law: a sample stays on its side of a split whatever else is there, and a wider split holds a narrower one', () => {
  const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(fc.string(), share, share, (text, one, other) => {
      const digest = digestOf(text);
      const [narrow, wide] = [Math.min(one, other), Math.max(one, other)];
      assert.ok(!isHeldOut(digest, narrow) || isHeldOut(digest, wide));
    }),
  );
  const digests = Array.from({ length: 4000 }, (_, at) => digestOf(at));
  const held = digests.filter((digest) => isHeldOut(digest, 0.2)).length;
  assert.ok(Math.abs(held - 800) < 110, String(held));
});

test('samples with which models were measured are known, also where the model is gone or has several deployments', (t) => {
  const [first, second, third] = SAMPLES.slice(0, 3).map((line) => toSample(line));
  const answer = (sample: ReturnType<typeof toSample> | undefined, upstreams: string[], upstream: string) => ({
    kind: 'answer',
    key: answerKey(sample as ReturnType<typeof toSample>, upstreams),
    sample: sample?.id,
    upstream,
    costNanoUsd: 1,
  });
  const folder = folderWith(t, {
    'samples/t.jsonl': linesOf(SAMPLES.slice(0, 4)),
    'answers/t.jsonl': linesOf([
      answer(first, ['p/two', 'q/two'], 'q/two'),
      answer(second, ['gone/model'], 'gone/model'),
    ]),
  });
  const { seen } = readHeldOut(places(folder), { split: null, upstreams: [['p/two', 'q/two'], ['p/one']] });
  assert.deepEqual(seen, new Set([first?.digest, second?.digest]));
  assert.ok(!seen.has(third?.digest ?? ''));
});
