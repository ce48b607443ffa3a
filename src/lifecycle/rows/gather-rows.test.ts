import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { openUnrecorded } from '../../instance.ts';
import { routedCall } from '../evaluate/scripted.fixture.ts';
import { type SampleLine, toSample } from '../samples/sample.ts';
import { type GatherOptions, gatherRows, type TaskRows } from './gather-rows.ts';
import { type Kept, keep, keptAnswer, LABEL, runHead } from './kept.fixture.ts';
import { answered, asked, note, said, writeNoted } from './noted.fixture.ts';

const YES: SampleLine = { id: 'one', prompt: 'Is it so?', reference: 'yes' };
const NO: SampleLine = { id: 'two', prompt: 'Is it not?', reference: 'no' };

async function gather(t: TestContext, kept: Kept, more: Partial<GatherOptions> = {}): Promise<TaskRows[]> {
  const { config, folder } = kept;
  const instance = await openUnrecorded(config);
  t.after(() => instance.close());
  const { engine } = instance;
  return gatherRows({ config, engine, tasks: [], models: null, sources: ['profile', 'evaluate'], folder, ...more });
}

const outcomesIn = (rows: TaskRows | undefined): unknown[] =>
  [...(rows?.rows.values() ?? [])].map(({ id, source, outcomes }) => [
    id,
    source,
    Object.entries(outcomes).map(([model, { correct }]) => [model, correct]),
  ]);

/** `NO` was asked of the small model in a profile and answered by the large one in an evaluation; `YES` by the small one in both. */
const BOTH = {
  'samples/label.jsonl': [YES, NO],
  'answers/label.jsonl': [keptAnswer(YES, 'small', 'yes'), keptAnswer(NO, 'small', 'yes')],
  'evaluations/label/r1.jsonl': [
    runHead('r1'),
    routedCall({ key: toSample(YES).digest, answer: { text: 'no', finish: { reason: 'stop', raw: 'stop' } } }),
    routedCall({
      key: toSample(NO).digest,
      model: 'large',
      answer: { text: 'no', finish: { reason: 'stop', raw: 'stop' } },
    }),
  ],
};

describe('gathered rows', () => {
  test('are one for each sample, whoever has asked it', async (t) => {
    const [rows] = await gather(t, keep(t, LABEL, BOTH));
    assert.deepEqual(outcomesIn(rows), [
      ['one', 'profile', [['small', 1]]],
      [
        'two',
        'profile',
        [
          ['large', 1],
          ['small', 0],
        ],
      ],
    ]);
  });

  test('the first source that is named has the first word', async (t) => {
    const [rows] = await gather(t, keep(t, LABEL, BOTH), { sources: ['evaluate', 'profile'] });
    assert.deepEqual(outcomesIn(rows)[0], ['one', 'evaluate', [['small', 0]]]);
  });

  test('are of every task of which there is something, unless tasks are named', async (t) => {
    const tasks = `${LABEL}\nheld: { accept: [{ one_of: [yes, no] }], route: small }\nnone: { route: small }`;
    const kept = keep(t, tasks, {
      ...BOTH,
      'evaluation/held.jsonl': [YES],
      'evaluations/held/r1.jsonl': [runHead('r1'), routedCall({ key: toSample(YES).digest })],
      'samples/none.jsonl': [YES],
    });
    const named = (rows: TaskRows[]): string[] => rows.map(({ task }) => task);
    assert.deepEqual(named(await gather(t, kept)), ['label', 'held']);
    assert.deepEqual(named(await gather(t, kept, { tasks: ['held'] })), ['held']);
    assert.deepEqual(named(await gather(t, kept, { sources: ['profile'] })), ['label']);
    await assert.rejects(gather(t, kept, { tasks: ['held'], sources: ['profile'] }), /Of held there are no answers/);
  });

  test('damaged answers are told and not passed over', async (t) => {
    const kept = keep(t, LABEL, BOTH);
    appendFileSync(kept.at('answers/label.jsonl'), 'not a line\n{"kind":"reply","key":"k"}\n');
    await assert.rejects(gather(t, kept), /Answers in .*label\.jsonl: line 3 cannot be read/);
  });
});

describe('rows out of the ledger', () => {
  const canary = { model: 'small', reference: 'large', how: 'judge', cheapScore: 0.5, referenceScore: 1, gap: -0.5 };

  async function noted(t: TestContext): Promise<Kept> {
    const kept = keep(t, `${LABEL}\nquiet: { route: small }`, BOTH);
    await writeNoted(kept.config, {
      calls: [answered('req_1'), answered('req_2')],
      notes: [said('req_1', { score: 0 }), note('canary', 'req_1', canary), said('req_2', { score: 1 })],
      captured: [asked('req_1', 'Is it so?'), asked('req_2', 'Is it not?')],
    });
    return kept;
  }

  const scoresIn = (rows: TaskRows | undefined): unknown[] =>
    [...(rows?.rows.values() ?? [])].map(({ id, source, outcomes }) => [
      id,
      source,
      Object.entries(outcomes).map(([model, { correct, score }]) => [model, correct ?? score]),
    ]);

  test('of one call are one row, in which the source that is named first has the first word', async (t) => {
    const kept = await noted(t);
    const [first, ...others] = await gather(t, kept, { sources: ['feedback', 'canary'] });
    assert.deepEqual(others, []);
    assert.deepEqual(scoresIn(first), [
      [
        'req_1',
        'feedback',
        [
          ['small', 0],
          ['large', 1],
        ],
      ],
      ['req_2', 'feedback', [['small', 1]]],
    ]);
    const [second] = await gather(t, kept, { sources: ['canary', 'feedback'] });
    assert.deepEqual(scoresIn(second)[0], [
      'req_1',
      'canary',
      [
        ['small', 0.5],
        ['large', 1],
      ],
    ]);
  });

  test('stand beside those of profiles', async (t) => {
    const [rows] = await gather(t, await noted(t), { sources: ['profile', 'feedback'] });
    assert.deepEqual(
      scoresIn(rows).map((row) => (row as unknown[])[1]),
      ['profile', 'profile', 'feedback', 'feedback'],
    );
  });

  test('of a model that nobody configured are refused', async (t) => {
    const kept = await noted(t);
    await assert.rejects(
      gather(t, kept, { sources: ['feedback'], models: ['gpt'] }),
      /There is no model "gpt"\. Models: small, large, judge\./,
    );
  });

  test('are none without a ledger, which is said with its place', async (t) => {
    const kept = keep(t, LABEL, BOTH);
    await assert.rejects(
      gather(t, kept, { sources: ['feedback'] }),
      /no answers in .*ledger\.db: `POST \/v1\/feedback` makes some\./,
    );
    await assert.rejects(
      gather(t, kept, { sources: ['feedback', 'canary'], tasks: ['label'] }),
      /^Error: Of label there are no answers in .*ledger\.db: `POST \/v1\/feedback` and a canary make some\.$/,
    );
  });
});
