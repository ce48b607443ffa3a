import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { openaiChat } from '../../dialect/openai-chat.ts';
import { type FeedbackSource, feedbackRows } from './feedback-rows.ts';
import { keep, LABEL } from './kept.fixture.ts';
import { answered, asked, type Noted, note, notedSource, said, writeNoted } from './noted.fixture.ts';
import type { SourcedRows } from './sourced-rows.ts';

async function rowsOf(t: TestContext, noted: Partial<Noted>, more: Partial<FeedbackSource> = {}): Promise<SourcedRows> {
  const { config } = keep(t, LABEL);
  await writeNoted(config, {
    calls: [answered('req_1')],
    notes: [],
    captured: [asked('req_1', 'Is it so?')],
    ...noted,
  });
  const { task, source } = notedSource(config);
  t.after(() => source.ledger.close());
  return feedbackRows(task, { ...source, isWeakTaken: false, ...more });
}

const weak = (about: string) =>
  note('feedback', about, { source: 'weak', what: 'retried', similarity: 1, later: 'req_9' });

/** Scores of the small model by the id of the row. */
const scoresIn = ({ rows }: SourcedRows): unknown[] =>
  [...rows.values()].map(({ id, weight, outcomes }) => [id, weight, outcomes['small']?.score]);

describe('rows of feedback', () => {
  test('are captured requests with what was said of the answer, at what that answer cost', async (t) => {
    const { rows, left } = await rowsOf(t, { notes: [said('req_1', { score: 0.7 })] });
    assert.deepEqual(
      [...rows],
      [
        [
          'req_1',
          {
            id: 'req_1',
            task: 'label',
            prompt: 'Is it so?',
            request: { characters: 9, turns: 1, tools: false, schema: false, images: false },
            weight: 1,
            at: '2026-11-28T12:00:00.000Z',
            source: 'feedback',
            outcomes: { small: { score: 0.7, input_tokens: 100, output_tokens: 10, cost_usd: 0.000_12 } },
          },
        ],
      ],
    );
    assert.deepEqual(left, []);
  });

  test('take the newest score and the newest reference of several, whatever came last', async (t) => {
    const notes = [
      said('req_1', { score: 1, reference: 'old' }),
      said('req_1', { score: 0.2 }),
      said('req_1', { reference: 'yes' }),
      said('req_1', { comment: 'Well.' }),
    ];
    const { rows } = await rowsOf(t, { notes });
    const row = rows.get('req_1');
    assert.deepEqual([row?.outcomes['small']?.score, row?.['reference']], [0.2, 'yes']);
  });

  test('the time says which is newest, and not the order in which they came in', async (t) => {
    const notes = [said('req_1', { score: 1 }, { atMs: 2000 }), said('req_1', { score: 0 }, { atMs: 1000 })];
    assert.deepEqual(scoresIn(await rowsOf(t, { notes })), [['req_1', 1, 1]]);
  });

  test('are left out and told without a score, without their request, without an answer and for models of the past', async (t) => {
    const ids = ['req_1', 'req_2', 'req_3', 'req_4', 'req_5'];
    const notes = [
      said('req_1', { comment: 'Hm.' }),
      said('req_2', { score: 1 }),
      said('req_3', { score: 1, model: null }),
      said('req_4', { score: 1, model: 'old' }),
      said('req_5', { score: 1 }),
    ];
    const { rows, left } = await rowsOf(t, {
      calls: ids.map((id) => answered(id, id === 'req_3' ? { model: null } : {})),
      notes,
      captured: [
        asked('req_1', 'a'),
        asked('req_5', 'e', { dialect: 'telegraph' }),
        asked('req_2', 'b', { task: 'other' }),
      ],
    });
    assert.equal(rows.size, 0);
    assert.deepEqual(left, [
      { model: null, say: 'feedback without a score', count: 1 },
      { model: null, say: 'the call had no answer', count: 1 },
      { model: 'old', say: 'no longer configured', count: 1 },
      { model: 'small', say: 'its request was not captured', count: 1 },
      { model: 'small', say: 'its request cannot be read', count: 1 },
    ]);
  });

  test('of models that nobody has asked for are neither there nor told', async (t) => {
    const { rows, left } = await rowsOf(t, { notes: [said('req_1', { score: 1 })] }, { models: ['large'] });
    assert.deepEqual([rows.size, left], [0, []]);
  });

  test('know requests of any dialect, and those that never were bytes', async (t) => {
    const body = { model: 'auto', messages: [{ role: 'user', content: 'from within' }] };
    const neutral = JSON.parse(JSON.stringify(openaiChat.decodeRequest(Buffer.from(JSON.stringify(body)))));
    const ids = ['req_1', 'req_2'];
    const { rows } = await rowsOf(t, {
      calls: ids.map((id) => answered(id)),
      notes: ids.map((id) => said(id, { score: 1 })),
      captured: [
        asked('req_1', '', {
          dialect: 'gemini',
          body: { contents: [{ role: 'user', parts: [{ text: 'from Google' }] }] },
        }),
        asked('req_2', '', { dialect: 'neutral', body: neutral }),
      ],
    });
    assert.deepEqual(
      [...rows.values()].map(({ prompt }) => prompt),
      ['from Google', 'from within'],
    );
  });
});

describe('a weak signal', () => {
  const more = { calls: [answered('req_1'), answered('req_2')], captured: [asked('req_1', 'a'), asked('req_2', 'b')] };

  test('is no row, and nothing that was left out, unless somebody asks for it', async (t) => {
    const { rows, left } = await rowsOf(t, { ...more, notes: [weak('req_1')] });
    assert.deepEqual([rows.size, left], [0, []]);
  });

  test('counts a quarter of a word, and never against one', async (t) => {
    const notes = [weak('req_1'), weak('req_2'), said('req_2', { score: 1 }), weak('req_2')];
    const found = await rowsOf(t, { ...more, notes }, { isWeakTaken: true });
    assert.deepEqual(scoresIn(found), [
      ['req_1', 0.25, 0],
      ['req_2', 1, 1],
    ]);
    assert.deepEqual([...found.rows.keys()], ['req_1 weak', 'req_2']);
  });

  test('of a call that nobody answered is left out', async (t) => {
    const calls = [answered('req_1', { model: null })];
    const { rows, left } = await rowsOf(t, { calls, notes: [weak('req_1')] }, { isWeakTaken: true });
    assert.deepEqual([rows.size, left], [0, [{ model: null, say: 'the call had no answer', count: 1 }]]);
  });
});
