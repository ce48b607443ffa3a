import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CallRow } from '../../call/row.ts';
import { type BoundObject, type ObjectStore, openObjectStore } from '../../objects/object-store.ts';
import { addKnown, readKnown } from './known.ts';
import { watchResults } from './results.ts';

interface Made {
  objects: ObjectStore;
  rows: CallRow[];
  watch: (held: BoundObject) => ReturnType<typeof watchResults>;
}

function make(t: TestContext, recorded: () => Promise<void> = () => Promise.resolve()): Made {
  const objects = openObjectStore({ path: ':memory:', retentionMs: 60_000, maxBytes: 1e6, now: () => 1_000 });
  t.after(() => objects.close());
  const rows: CallRow[] = [];
  const recorder = {
    record: (row: CallRow) => {
      rows.push(row);
      return recorded();
    },
  };
  const cost = { nanoUsd: 5, basis: 'measured' as const };
  const engine = {
    priceBatched: ({ model }: { model: string }) => ({ model, tier: null, cost, baselineModel: null, baseline: cost }),
  };
  return { objects, rows, watch: (held) => watchResults(held, { objects, recorder, engine }) };
}

function bind(objects: ObjectStore, kind: 'file' | 'batch', id: string, json: object): BoundObject {
  objects.bind({ kind, id, tenant: 'acme', provider: 'openai', json: JSON.stringify(json) });
  return objects.find(kind, id, 'acme') ?? assert.fail();
}

const line = (id: string): string =>
  `${JSON.stringify({ custom_id: id, response: { status_code: 200, body: { model: 'm', usage: { prompt_tokens: 1 } } } })}\n`;

test('a file that is the result of no batch is not looked into', (t) => {
  const { objects, watch } = make(t);
  assert.equal(watch(bind(objects, 'file', 'f', {})), null);
});

test('every line has its row, with what is known of the batch, wherever the pieces end', async (t) => {
  const { objects, rows, watch } = make(t);
  bind(objects, 'batch', 'b1', { task: 'nightly', createdMs: 777 });
  const seen = watch(bind(objects, 'file', 'f', { batch: 'b1' })) ?? assert.fail();
  const text = Buffer.from(line('one') + line('two') + line('three').trimEnd());
  for (let at = 0; at < text.length; at += 7) seen.push(text.subarray(at, at + 7));
  await seen.end();
  assert.deepEqual(
    rows.map((row) => [row.id, row.task, row.tenant, row.provider, row.atMs]),
    ['one', 'two', 'three'].map((id) => [`b1/${id}`, 'nightly', 'acme', 'openai', 777]),
  );
});

test('what has been priced to the end is not priced again; what broke off is', async (t) => {
  const { objects, rows, watch } = make(t);
  const held = bind(objects, 'batch', 'b1', { task: null, createdMs: 1 });
  const broken = watch(held) ?? assert.fail();
  broken.push(Buffer.from(line('one')));
  const whole = watch(objects.find('batch', 'b1', 'acme') ?? assert.fail()) ?? assert.fail();
  whole.push(Buffer.from(line('one') + line('two')));
  await whole.end();
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['b1/one', 'b1/one', 'b1/two'],
  );
  assert.equal(watch(objects.find('batch', 'b1', 'acme') ?? assert.fail()), null);
});

test('the end waits until the rows are kept, and only then it is remembered that all are priced', async (t) => {
  let keep: () => void = () => assert.fail();
  const { objects, watch } = make(t, () => new Promise((resolve) => (keep = resolve)));
  const held = bind(objects, 'batch', 'b1', {});
  const seen = watch(held) ?? assert.fail();
  seen.push(Buffer.from(line('one')));
  let isOver = false;
  const end = seen.end().then(() => (isOver = true));
  await new Promise(setImmediate);
  const isPriced = () => readKnown(objects.find('batch', 'b1', 'acme') ?? assert.fail()).isPriced;
  assert.deepEqual([isOver, isPriced()], [false, undefined]);
  keep();
  await end;
  assert.equal(isPriced(), true);
});

test('a row that is not kept breaks the end, one among many too, and nothing else', async (t) => {
  let number = 0;
  const { objects, watch } = make(t, () => (++number === 1 ? Promise.reject(new Error('full')) : Promise.resolve()));
  const held = bind(objects, 'batch', 'b1', {});
  const seen = watch(held) ?? assert.fail();
  seen.push(Buffer.from(line('one') + line('two')));
  // Nobody waits for rows in between: what is rejected meanwhile must be nobody's crash.
  await new Promise(setImmediate);
  await assert.rejects(seen.end(), /full/);
  assert.equal(readKnown(objects.find('batch', 'b1', 'acme') ?? assert.fail()).isPriced, undefined);
});

test('results are whole although it cannot be remembered that they are priced', async (t) => {
  const { objects, rows } = make(t);
  const held = bind(objects, 'batch', 'b1', {});
  const full = { ...objects, find: objects.find.bind(objects), bind: () => assert.fail('disk full') };
  const price = { nanoUsd: 5, basis: 'measured' as const };
  const engine = {
    priceBatched: () => ({ model: 'm', tier: null, cost: price, baselineModel: null, baseline: price }),
  };
  const recorder = { record: (row: CallRow) => void rows.push(row) };
  const seen = watchResults(held, { objects: full, recorder, engine }) ?? assert.fail();
  seen.push(Buffer.from(line('one')));
  await seen.end();
  assert.equal(rows.length, 1);
});

test('lines that say nothing of an answer have no row', async (t) => {
  const { objects, rows, watch } = make(t);
  const seen = watch(bind(objects, 'batch', 'b1', {})) ?? assert.fail();
  seen.push(Buffer.from('{"custom_id":"a","result":{"type":"expired"}}\nnot json\n\n{}\n'));
  await seen.end();
  assert.deepEqual(rows, []);
});

test('what is known is added to, survives nonsense, and is nothing for what is gone', (t) => {
  const { objects } = make(t);
  const held = bind(objects, 'batch', 'b1', { task: 'x' });
  addKnown(objects, held, { isPriced: true });
  assert.deepEqual(readKnown(objects.find('batch', 'b1', 'acme') ?? assert.fail()), { task: 'x', isPriced: true });
  objects.remove('batch', 'b1', 'acme');
  addKnown(objects, held, { isPriced: true });
  assert.equal(objects.find('batch', 'b1', 'acme'), null);
  for (const json of [null, '', '[]', '7', '{']) assert.deepEqual(readKnown({ json }), {});
});
