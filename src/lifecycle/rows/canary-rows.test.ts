import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Note } from '../../call/note.ts';
import { canaryRows } from './canary-rows.ts';
import { keep, LABEL } from './kept.fixture.ts';
import { answered, asked, type Noted, note, notedSource, writeNoted } from './noted.fixture.ts';
import type { NotedSource } from './noted-rows.ts';
import type { SourcedRows } from './sourced-rows.ts';

async function rowsOf(t: TestContext, noted: Partial<Noted>, more: Partial<NotedSource> = {}): Promise<SourcedRows> {
  const { config } = keep(t, LABEL);
  await writeNoted(config, {
    calls: [answered('req_1')],
    notes: [],
    captured: [asked('req_1', 'Is it so?')],
    ...noted,
  });
  const { task, source } = notedSource(config);
  t.after(() => source.ledger.close());
  return canaryRows(task, { ...source, ...more });
}

/** `small` beside `large`. */
function canary(id: string, about: string, body: Note['body'] = {}, more: Partial<Note> = {}): Note {
  const told = { model: 'small', reference: 'large', how: 'judge', cheapScore: 0.25, referenceScore: 1, gap: -0.75 };
  return note('canary', about, { ...told, ...body }, { id, ...more });
}

const paid = (model: string, nanoUsd: number | null): Note['costs'][number] => ({
  model,
  tier: null,
  provider: null,
  nanoUsd,
});

const scoresIn = ({ rows }: SourcedRows): unknown[] =>
  [...rows.values()].map(({ id, outcomes }) => [
    id,
    Object.fromEntries(Object.entries(outcomes).map(([model, { score }]) => [model, score])),
  ]);

describe('rows of canaries', () => {
  test('have both models, each at the cost of its own answer', async (t) => {
    const costs = [paid('large', 4_000_000), paid('judge', 9_000_000)];
    const { rows, left } = await rowsOf(t, { notes: [canary('c1', 'req_1', {}, { costs })] });
    assert.deepEqual(rows.get('req_1')?.outcomes, {
      small: { score: 0.25, input_tokens: 100, output_tokens: 10, cost_usd: 0.000_12 },
      large: { score: 1, cost_usd: 0.004 },
    });
    assert.deepEqual([rows.get('req_1')?.source, left], ['canary', []]);
  });

  test('tell no cost that may be of two things, or that nobody knows', async (t) => {
    for (const costs of [[paid('large', 1), paid('large', 2)], [paid('large', null)], []]) {
      const { rows } = await rowsOf(t, { notes: [canary('c1', 'req_1', {}, { costs })] });
      assert.deepEqual(rows.get('req_1')?.outcomes['large'], { score: 1 });
    }
  });

  test('a grade has the last word, and the newest grade among several', async (t) => {
    const graded = (better: string, about = 'c1'): Note => note('grade', about, { better, by: 'ann' });
    for (const [grades, small, large] of [
      [[graded('cheap')], 1, 0],
      [[graded('reference')], 0, 1],
      [[graded('tie')], 1, 1],
      [[graded('cheap'), graded('reference')], 0, 1],
      [[graded('neither')], 0.25, 1],
      [[graded('cheap', 'c2')], 0.25, 1],
    ] as const)
      assert.deepEqual(scoresIn(await rowsOf(t, { notes: [canary('c1', 'req_1'), ...grades] })), [
        ['req_1', { small, large }],
      ]);
  });

  test('a canary that waits for a person is no row before its grade, and says so', async (t) => {
    const waiting = canary('c1', 'req_1', { how: 'person', cheapScore: null, referenceScore: null, gap: null });
    const { rows, left } = await rowsOf(t, { notes: [waiting] });
    assert.equal(rows.size, 0);
    assert.deepEqual(
      left,
      ['small', 'large'].map((model) => ({ model, say: 'nobody could say how good it is', count: 1 })),
    );
    const after = await rowsOf(t, { notes: [waiting, note('grade', 'c1', { better: 'tie', by: 'ann' })] });
    assert.deepEqual([scoresIn(after), after.left], [[['req_1', { small: 1, large: 1 }]], []]);
  });

  test('one score alone is an outcome of one model', async (t) => {
    const found = await rowsOf(t, { notes: [canary('c1', 'req_1', { cheapScore: 1, referenceScore: null })] });
    assert.deepEqual(scoresIn(found), [['req_1', { small: 1 }]]);
  });

  test('a call that was answered again twice is one row, and of one model the newest counts', async (t) => {
    const notes = [
      canary('c1', 'req_1', { cheapScore: 0 }),
      canary('c2', 'req_1', { cheapScore: 1, reference: 'judge', referenceScore: 0.5 }),
    ];
    assert.deepEqual(scoresIn(await rowsOf(t, { notes })), [['req_1', { small: 1, large: 1, judge: 0.5 }]]);
  });

  test('without the request there is no row, and both answers are told', async (t) => {
    const { rows, left } = await rowsOf(t, { notes: [canary('c1', 'req_1')], captured: [] });
    assert.equal(rows.size, 0);
    assert.deepEqual(
      left,
      ['small', 'large'].map((model) => ({ model, say: 'its request was not captured', count: 1 })),
    );
  });

  test('only models that somebody asked for are there', async (t) => {
    const found = await rowsOf(t, { notes: [canary('c1', 'req_1')] }, { models: ['large'] });
    assert.deepEqual([scoresIn(found), found.left], [[['req_1', { large: 1 }]], []]);
  });
});
