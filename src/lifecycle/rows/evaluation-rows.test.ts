import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { toUsage } from '../../call/usage.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { openUnrecorded } from '../../instance.ts';
import { oracleDigest, taskOracle } from '../evaluate/config-digest.ts';
import type { KeptVerdict, RoutedCall } from '../evaluate/run-file.ts';
import { routedCall } from '../evaluate/scripted.fixture.ts';
import { type SampleLine, toSample } from '../samples/sample.ts';
import { evaluationRows } from './evaluation-rows.ts';
import { keep, LABEL, runHead } from './kept.fixture.ts';
import type { SourcedRows } from './sourced-rows.ts';

const YES: SampleLine = { id: 'one', prompt: 'Is it so?', reference: 'yes' };
const NO: SampleLine = { id: 'two', prompt: 'Is it not?', reference: 'no' };

const call = (line: SampleLine, more: Partial<RoutedCall> = {}): RoutedCall =>
  routedCall({ key: toSample(line).digest, sample: String(line.id), ...more });

const said = (text: string): RoutedCall['answer'] => ({ text, finish: { reason: 'stop', raw: 'stop' } });

const taskOf = (config: Config): TaskConfig => config.tasks.get('label') ?? assert.fail();

/** A verdict by the oracle of the configuration that is in force, or by another. */
function verdict(line: SampleLine, pass: boolean | null, config: Config | null): KeptVerdict {
  const sample = toSample(line);
  const oracle = config === null ? 'another' : oracleDigest(taskOracle(taskOf(config)), sample);
  return { kind: 'verdict', key: sample.digest, oracle, pass, verdicts: [] };
}

interface Evaluated {
  /** Lines by the id of the run. */
  runs: Record<string, readonly object[]>;
  heldOut?: SampleLine[];
  samples?: SampleLine[];
  models?: string[];
  tasks?: string;
}

async function rowsOf(
  t: TestContext,
  { runs, heldOut = [YES, NO], samples = [], models, tasks = LABEL }: Evaluated,
): Promise<SourcedRows> {
  const files: Record<string, readonly object[]> = Object.fromEntries(
    Object.entries(runs).map(([id, lines]) => [`evaluations/label/${id}.jsonl`, [runHead(id), ...lines]]),
  );
  if (heldOut.length > 0) files['evaluation/label.jsonl'] = heldOut;
  if (samples.length > 0) files['samples/label.jsonl'] = samples;
  const { config, folder } = keep(t, tasks, files);
  const instance = await openUnrecorded(config);
  t.after(() => instance.close());
  return evaluationRows(taskOf(config), { config, engine: instance.engine, folder, models: models ?? null });
}

describe('rows of an evaluation', () => {
  test('are its samples with the answer of the model that gave it, at the cost of that answer alone', async (t) => {
    const answered = call(YES, {
      model: 'large',
      answer: said('yes'),
      usage: toUsage({ inputTokens: 7, outputTokens: 1 }),
      costNanoUsd: 5000,
      attempts: [
        { model: 'small', status: 'ok', httpStatus: 200, latencyMs: 1, costNanoUsd: 1000, verdicts: null },
        { model: 'large', status: 'ok', httpStatus: 200, latencyMs: 1, costNanoUsd: 4000, verdicts: null },
      ],
    });
    const { rows, left } = await rowsOf(t, { runs: { r1: [answered] } });
    assert.deepEqual(
      [...rows.values()],
      [
        {
          id: 'one',
          task: 'label',
          prompt: 'Is it so?',
          request: { characters: 9, turns: 1, tools: false, schema: false, images: false },
          reference: 'yes',
          weight: 1,
          source: 'evaluate',
          outcomes: { large: { correct: 1, response: 'yes', input_tokens: 7, output_tokens: 1, cost_usd: 0.000_004 } },
        },
      ],
    );
    assert.deepEqual(left, []);
  });

  test('a kept verdict counts when it is by the oracle of today, and is made again when it is not', async (t) => {
    const { config } = keep(t, LABEL);
    const correct = async (kept: KeptVerdict): Promise<unknown> => {
      const { rows } = await rowsOf(t, { runs: { r1: [call(YES, { answer: said('no') }), kept] } });
      return [...rows.values()][0]?.outcomes['small']?.correct;
    };
    assert.equal(await correct(verdict(YES, true, config)), 1);
    assert.equal(await correct(verdict(YES, true, null)), 0);
    assert.equal(await correct(verdict(YES, null, config)), 0);
  });

  test('of a model that answered twice the newest answer counts, and another model’s stands beside it', async (t) => {
    const { rows } = await rowsOf(t, {
      runs: {
        'r-1': [call(YES, { answer: said('no') }), call(NO, { model: 'large', answer: said('no') })],
        'r-2': [call(YES, { answer: said('yes') }), call(NO, { answer: said('yes') })],
      },
    });
    const told = [...rows.values()].map(({ id, outcomes }) => [
      id,
      Object.entries(outcomes).map(([model, { correct }]) => [model, correct]),
    ]);
    assert.deepEqual(told, [
      ['one', [['small', 1]]],
      [
        'two',
        [
          ['small', 0],
          ['large', 1],
        ],
      ],
    ]);
  });

  test('samples that were held out of the common file are found there', async (t) => {
    const { rows } = await rowsOf(t, {
      runs: { r1: [call(YES, { answer: said('yes') })] },
      heldOut: [],
      samples: [YES],
    });
    assert.equal(rows.size, 1);
  });

  test('what is no answer of a model to a sample is left out and told; what nobody has asked for is not', async (t) => {
    const gone: SampleLine = { id: 'gone', prompt: 'Who was it?', reference: 'yes' };
    const { rows, left } = await rowsOf(t, {
      models: ['small'],
      runs: {
        'r-1': [call(gone), call(YES, { model: null, answer: null }), call(NO, { model: 'large' })],
        'r-2': [call(NO, { answer: said('no') })],
      },
    });
    assert.deepEqual(
      [...rows.values()].map(({ id }) => id),
      ['two'],
    );
    assert.deepEqual(left, [
      { model: 'small', say: 'its sample is no longer there', count: 1 },
      { model: null, say: 'the call was refused', count: 1 },
    ]);
  });

  test('a model that is configured no longer, and an answer that nobody can judge now, are left out', async (t) => {
    const tasks = `label: { accept: [{ judge: { model: judge, rubric: Polite., min: 50% } }], route: small }`;
    const { rows, left } = await rowsOf(t, {
      tasks,
      runs: { r1: [call(YES, { model: 'old' }), call(NO, { answer: said('no') })] },
    });
    assert.deepEqual(Object.keys([...rows.values()][0]?.outcomes ?? { none: 1 }), []);
    assert.deepEqual(left, [
      { model: 'old', say: 'no longer configured', count: 1 },
      { model: 'small', say: 'no verdict, judge could not say', count: 1 },
    ]);
  });

  test('without runs there are none', async (t) => {
    assert.equal((await rowsOf(t, { runs: {}, heldOut: [] })).rows.size, 0);
  });
});
