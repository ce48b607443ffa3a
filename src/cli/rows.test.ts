import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { readRows } from '../learn/rows/read-rows.ts';
import { routedCall } from '../lifecycle/evaluate/scripted.fixture.ts';
import { type Kept, keep, keptAnswer, LABEL, rowsIn, runHead } from '../lifecycle/rows/kept.fixture.ts';
import { answered, asked, note, said, writeNoted } from '../lifecycle/rows/noted.fixture.ts';
import { type SampleLine, toSample } from '../lifecycle/samples/sample.ts';
import { hear } from './heard.fixture.ts';
import { type RowsOptions, rowsCommand } from './rows.ts';
import type { RowsResult } from './rows-text.ts';

const YES: SampleLine = { id: 'one', prompt: 'Is it so, ann@example.com?', reference: 'yes' };
const NO: SampleLine = { id: 'two', prompt: 'Is it not?', reference: 'no' };
const HELD: SampleLine = { id: 'held', prompt: 'And this?', reference: 'yes' };

const FILES = {
  'samples/label.jsonl': [YES, NO],
  'answers/label.jsonl': [
    keptAnswer(YES, 'small', 'yes'),
    keptAnswer(NO, 'small', 'yes'),
    keptAnswer(NO, 'large', 'no'),
  ],
};

const EVALUATED = {
  'evaluation/label.jsonl': [HELD],
  'evaluations/label/r1.jsonl': [runHead('r1'), routedCall({ key: toSample(HELD).digest, sample: 'held' })],
};

interface Ran {
  code: number;
  text: string;
  warnings: string[];
}

async function run({ config }: Kept, more: Partial<RowsOptions> = {}): Promise<Ran> {
  const { io, text, warnings } = hear();
  const code = await rowsCommand({ config, tasks: [], models: null, sources: ['profile'], ...more }, io);
  return { code, text: text(), warnings };
}

const planted = (t: TestContext, more: Record<string, readonly object[]> = {}, tasks = LABEL): Kept =>
  keep(t, tasks, { ...FILES, ...more });

describe('tierline rows', () => {
  test('writes a file for each task beside its samples, masked, and says what is in it', async (t) => {
    const kept = planted(t);
    const { code, text } = await run(kept);
    assert.equal(code, 0);
    assert.equal(
      text.replace(kept.folder, '...'),
      `label: 2 rows in .../rows/label.jsonl
  small  2 outcomes, mean quality 0.5
  large  1 outcome, mean quality 1
  large: 1 sample was never asked of it
  masked: 1 email
`,
    );
    assert.deepEqual(
      rowsIn(kept.at('rows/label.jsonl')).map(({ prompt }) => prompt),
      ['Is it so, <email-1>?', 'Is it not?'],
    );
  });

  test('written twice it is the same file, byte for byte', async (t) => {
    const kept = planted(t);
    await run(kept);
    const first = readRows([kept.at('rows/label.jsonl')]).digest;
    await run(kept);
    assert.equal(readRows([kept.at('rows/label.jsonl')]).digest, first);
  });

  test('unmasked it keeps what was said, and says so', async (t) => {
    const kept = planted(t);
    const { text } = await run(kept, { unmasked: true });
    assert.match(text, /nothing is masked/);
    assert.equal(rowsIn(kept.at('rows/label.jsonl'))[0]?.prompt, 'Is it so, ann@example.com?');
  });

  test('one file holds the rows of all tasks, and is packed when its name says so', async (t) => {
    const other = { 'samples/other.jsonl': [YES], 'answers/other.jsonl': [keptAnswer(YES, 'small', 'yes')] };
    const kept = planted(t, other, `${LABEL}\nother: { route: small }\nnothing: { route: small }`);
    const out = kept.at('all.jsonl.gz');
    const { text } = await run(kept, { out });
    assert.match(text, /^label: 2 rows .*\n[^]*^other: 1 row in .*all\.jsonl\.gz$/m);
    assert.deepEqual(
      readRows([out]).rows.map(({ task, id }) => [task, id]),
      [
        ['label', 'one'],
        ['label', 'two'],
        ['other', 'one'],
      ],
    );
    assert.equal(existsSync(kept.at('rows')), false);
  });

  test('rows go to standard output, and what is said of them to standard error', async (t) => {
    const kept = planted(t);
    const { text, warnings } = await run(kept, { out: '-' });
    assert.deepEqual(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id),
      ['one', 'two'],
    );
    assert.match(warnings.join('\n'), /^label: 2 rows\n/);
    await assert.rejects(run(kept, { out: '-', json: true }), /cannot both go to standard output/);
  });

  test('as JSON it tells rows, outcomes and what is left out; the exit code says that something was', async (t) => {
    const judged = 'label: { accept: [{ judge: { model: judge, rubric: Polite., min: 50% } }], route: small }';
    const kept = planted(
      t,
      { 'answers/label.jsonl': [keptAnswer(YES, 'small', null), keptAnswer(NO, 'small', 'no')] },
      judged,
    );
    const { code, text } = await run(kept, { json: true, models: ['small'] });
    assert.equal(code, 2);
    const { tasks } = JSON.parse(text) as { tasks: RowsResult[] };
    assert.deepEqual(tasks, [
      {
        task: 'label',
        file: kept.at('rows/label.jsonl'),
        rows: 1,
        outcomes: { small: { count: 1, mean: 0 } },
        empty: 1,
        masked: { email: 1 },
        left: [{ model: 'small', say: 'no verdict, judge could not say', count: 1 }],
        unasked: {},
      },
    ]);
  });

  test('takes evaluations only when they are asked for', async (t) => {
    const kept = planted(t, EVALUATED);
    const told = async (sources: RowsOptions['sources']): Promise<unknown[]> => {
      await run(kept, { sources });
      return rowsIn(kept.at('rows/label.jsonl')).map(({ id, source }) => [id, source]);
    };
    const profiled = [
      ['one', 'profile'],
      ['two', 'profile'],
    ];
    assert.deepEqual(await told(['profile']), profiled);
    assert.deepEqual(await told(['evaluate']), [['held', 'evaluate']]);
    assert.deepEqual(await told(['profile', 'evaluate']), [...profiled, ['held', 'evaluate']]);
  });

  test('weak signals want feedback to be among the sources', async (t) => {
    await assert.rejects(
      run(planted(t), { weak: true }),
      /--weak takes weak signals as feedback: name feedback under --from/,
    );
  });

  test('takes feedback and weak signals of the ledger when they are asked for', async (t) => {
    const kept = planted(t);
    const weak = { source: 'weak', what: 'rephrased', similarity: 0.6, later: 'req_3' };
    await writeNoted(kept.config, {
      calls: [answered('req_1'), answered('req_2')],
      notes: [said('req_1', { score: 1 }), note('feedback', 'req_2', weak)],
      captured: [asked('req_1', 'Is it so, ann@example.com?'), asked('req_2', 'And this?')],
    });
    const told = async (more: Partial<RowsOptions>): Promise<unknown[]> => {
      await run(kept, { sources: ['feedback'], ...more });
      return rowsIn(kept.at('rows/label.jsonl')).map(({ prompt, weight, outcomes }) => [
        prompt,
        weight,
        outcomes['small']?.score,
      ]);
    };
    const strong = ['Is it so, <email-1>?', 1, 1];
    assert.deepEqual(await told({}), [strong]);
    assert.deepEqual(await told({ weak: true }), [strong, ['And this?', 0.25, 0]]);
  });

  test('a task without what is needed is told with what makes some', async (t) => {
    const kept = planted(t, {}, `${LABEL}\nother: { route: small }`);
    await assert.rejects(run(kept, { tasks: ['nobody'] }), /There is no task "nobody"\. Tasks: label, other\./);
    await assert.rejects(
      run(kept, { tasks: ['other'] }),
      /Of other there are no answers in .*: `tierline profile` makes some\./,
    );
    await assert.rejects(
      run(kept, { sources: ['evaluate'] }),
      /There are no answers in .*: `tierline evaluate` makes some\./,
    );
    await assert.rejects(run(kept, { models: ['gpt'] }), /There is no model "gpt"\. Models: small, large, judge\./);
  });

  test('no file is written when no answer has become a row', async (t) => {
    const judged = 'label: { accept: [{ judge: { model: judge, rubric: Polite., min: 50% } }], route: small }';
    const kept = planted(
      t,
      { 'answers/label.jsonl': [keptAnswer(YES, 'small', 'yes'), keptAnswer(NO, 'small', 'no')] },
      judged,
    );
    await assert.rejects(
      run(kept),
      /There are no rows to write\. label: 0 rows in .*\n[^]*left out: 2 answers of small, no verdict, judge could not say/,
    );
    assert.equal(existsSync(kept.at('rows/label.jsonl')), false);
  });
});
