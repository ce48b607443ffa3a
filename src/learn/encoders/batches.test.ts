import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Batches, createBatches } from './batches.ts';
import { lettersOf } from './encoder.fixture.ts';
import { type Encoded, PaidForNothing } from './encoder.ts';

interface Asked {
  texts: readonly string[];
  settle: PromiseWithResolvers<readonly Encoded[]>;
}

function scripted(options: { mostTexts: number; mostAtOnce: number; mostWaiting?: number }): {
  batches: Batches;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const encodeBatch = (texts: readonly string[]): Promise<readonly Encoded[]> => {
    const settle = Promise.withResolvers<readonly Encoded[]>();
    asked.push({ texts, settle });
    return settle.promise;
  };
  return { batches: createBatches({ ...options, encodeBatch }), asked };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const answer = ({ texts, settle }: Asked): void => settle.resolve(texts.map(lettersOf));

test('what one turn asks for goes together, and everybody gets the vector of their own text', async () => {
  const { batches, asked } = scripted({ mostTexts: 8, mostAtOnce: 1 });
  const all = Promise.all(['a', 'bb', 'ccc'].map((text) => batches.encode(text)));
  await turn();
  assert.deepEqual(
    asked.map(({ texts }) => texts),
    [['a', 'bb', 'ccc']],
  );
  asked.forEach(answer);
  assert.deepEqual(await all, ['a', 'bb', 'ccc'].map(lettersOf));
});

test('no batch is larger and no more are under way than allowed; the newest texts go first', async () => {
  const { batches, asked } = scripted({ mostTexts: 2, mostAtOnce: 2 });
  const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => batches.encode(text)));
  await turn();
  assert.deepEqual(
    asked.map(({ texts }) => texts),
    [
      ['d', 'e'],
      ['b', 'c'],
    ],
  );
  answer(asked[0] as Asked);
  await turn();
  assert.deepEqual(asked[2]?.texts, ['a']);
  asked.slice(1).forEach(answer);
  assert.deepEqual(await all, ['a', 'b', 'c', 'd', 'e'].map(lettersOf));
});

test('a batch that fails fails its own texts, and the next one goes on', async () => {
  const { batches, asked } = scripted({ mostTexts: 1, mostAtOnce: 1 });
  const first = batches.encode('first');
  await turn();
  const second = batches.encode('second');
  asked[0]?.settle.reject(new Error('out of memory'));
  await assert.rejects(first, /out of memory/);
  await turn();
  answer(asked[1] as Asked);
  assert.deepEqual(await second, lettersOf('second'));
});

test('what a batch has cost that came to nothing is told once', async () => {
  const { batches, asked } = scripted({ mostTexts: 2, mostAtOnce: 1 });
  const both = Promise.allSettled([batches.encode('a'), batches.encode('b')]);
  await turn();
  asked[0]?.settle.reject(new PaidForNothing('cut short', 12));
  const reasons = (await both).map((one) => (one.status === 'rejected' ? (one.reason as Error) : null));
  assert.deepEqual(
    reasons.map((reason) => reason?.message),
    ['cut short', 'cut short'],
  );
  assert.deepEqual(
    reasons.map((reason) => (reason instanceof PaidForNothing ? reason.costNanoUsd : 0)),
    [12, 0],
  );
});

test('a batch that gives too few vectors is told, for nobody knows whose is missing', async () => {
  const { batches, asked } = scripted({ mostTexts: 2, mostAtOnce: 1 });
  const both = Promise.allSettled([batches.encode('a'), batches.encode('b')]);
  await turn();
  asked[0]?.settle.resolve([lettersOf('a')]);
  for (const one of await both) {
    assert.equal(one.status, 'rejected');
    assert.match(String(one.reason), /1 vectors came for 2 texts/);
  }
});

test('where more texts wait than may, the one that has waited longest is rejected', async () => {
  const { batches, asked } = scripted({ mostTexts: 1, mostAtOnce: 1, mostWaiting: 2 });
  const busy = batches.encode('busy');
  await turn();
  const [oldest, ...others] = ['oldest', 'older', 'new'].map((text) => batches.encode(text));
  await assert.rejects(oldest as Promise<Encoded>, /more than 2 texts wait/);
  for (let at = 0; at < 3; at++) {
    answer(asked[at] as Asked);
    await turn();
  }
  assert.deepEqual(
    asked.map(({ texts }) => texts),
    [['busy'], ['new'], ['older']],
  );
  await Promise.all([busy, ...others]);
});

test('closing rejects what waits and all that comes later', async () => {
  const { batches, asked } = scripted({ mostTexts: 1, mostAtOnce: 1 });
  const busy = batches.encode('busy');
  await turn();
  const waiting = batches.encode('waiting');
  batches.close(new Error('closed'));
  await assert.rejects(waiting, /closed/);
  await assert.rejects(batches.encode('late'), /closed/);
  answer(asked[0] as Asked);
  assert.deepEqual(await busy, lettersOf('busy'));
});
