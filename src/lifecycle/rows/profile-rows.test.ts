import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Inbound } from '../../dialect/inbound.ts';
import { openUnrecorded } from '../../instance.ts';
import { readRows } from '../../learn/rows/read-rows.ts';
import { rowRequestOf } from '../../learn/rows/row-request.ts';
import { decide } from '../../policy/decide.ts';
import type { Predictor, PredictorQuestion } from '../../policy/predictor.ts';
import { callerOf } from '../evaluate/ask-router.ts';
import { prepareTasks } from '../profile/prepare.ts';
import { type SampleLine, toSample } from '../samples/sample.ts';
import { type Kept, keep, keptAnswer, LABEL } from './kept.fixture.ts';
import { profileRows } from './profile-rows.ts';
import type { SourcedRows } from './sourced-rows.ts';
import { toLines, writeRows } from './write-rows.ts';

async function rowsOf(t: TestContext, { config, folder }: Kept, models: string[] | null = null): Promise<SourcedRows> {
  const instance = await openUnrecorded(config);
  t.after(() => instance.close());
  const { engine } = instance;
  const [task] = await prepareTasks({ config, engine, tasks: [], models, limit: null, folder });
  assert.ok(task !== undefined);
  return profileRows(task, engine);
}

const YES: SampleLine = { id: 'one', prompt: 'Is it so?', reference: 'yes' };
const NO: SampleLine = { id: 'two', prompt: 'Is it not?', reference: 'no' };

describe('rows of a profile', () => {
  test('are its samples with every kept answer, judged again', async (t) => {
    const kept = keep(t, LABEL, {
      'samples/label.jsonl': [YES, NO],
      'answers/label.jsonl': [
        keptAnswer(YES, 'small', 'yes'),
        keptAnswer(YES, 'large', 'yes', { costNanoUsd: null, usage: null }),
        keptAnswer(NO, 'small', 'yes'),
        keptAnswer(NO, 'large', 'I think no'),
      ],
    });
    const { rows, left, unasked } = await rowsOf(t, kept, ['small', 'large']);
    const request = { characters: 9, turns: 1, tools: false, schema: false, images: false };
    const measured = { input_tokens: 100, output_tokens: 10 };
    assert.deepEqual(
      [...rows.values()],
      [
        {
          id: 'one',
          task: 'label',
          prompt: 'Is it so?',
          request,
          reference: 'yes',
          weight: 1,
          source: 'profile',
          outcomes: {
            small: { correct: 1, response: 'yes', ...measured, cost_usd: 0.000_12 },
            large: { correct: 1, response: 'yes' },
          },
        },
        {
          id: 'two',
          task: 'label',
          prompt: 'Is it not?',
          request: { ...request, characters: 10 },
          reference: 'no',
          weight: 1,
          source: 'profile',
          outcomes: {
            small: { correct: 0, response: 'yes', ...measured, cost_usd: 0.000_12 },
            large: { correct: 0, response: 'I think no', ...measured, cost_usd: 0.0012 },
          },
        },
      ],
    );
    assert.deepEqual([left, [...unasked]], [[], []]);
  });

  test('are in the order of the file of samples, whatever order they are asked in', async (t) => {
    const lines = Array.from({ length: 30 }, (_, at) => ({ id: `s${at}`, prompt: `question ${at}`, reference: 'yes' }));
    const files = {
      'samples/label.jsonl': lines,
      'answers/label.jsonl': lines.map((one) => keptAnswer(one, 'small', 'yes')),
    };
    const { rows } = await rowsOf(t, keep(t, LABEL, files));
    assert.deepEqual(
      [...rows.values()].map(({ id }) => id),
      lines.map(({ id }) => id),
    );
  });

  test('an answer that no gate could judge is left out and told with the gate, and an answer nobody gave is told apart', async (t) => {
    const judged = `label: { accept: [{ one_of: [yes, no] }, { judge: { model: judge, rubric: Polite., min: 50% } }], route: small }`;
    const kept = keep(t, judged, {
      'samples/label.jsonl': [YES, NO],
      'answers/label.jsonl': [
        keptAnswer(YES, 'small', 'yes'),
        keptAnswer(NO, 'small', 'maybe'),
        keptAnswer(NO, 'large', 'no'),
      ],
    });
    const { rows, left, unasked } = await rowsOf(t, kept, ['small', 'large']);
    // What a free gate refuses needs no judge.
    assert.deepEqual(
      [...rows.values()].map(({ outcomes }) => Object.keys(outcomes)),
      [[], ['small']],
    );
    assert.deepEqual(left, [
      { model: 'small', say: 'no verdict, judge could not say', count: 1 },
      { model: 'large', say: 'no verdict, judge could not say', count: 1 },
    ]);
    assert.deepEqual([...unasked], [['large', 1]]);
  });

  test('a request that a provider refuses for good is an answer that is not acceptable, and says nothing', async (t) => {
    const kept = keep(t, LABEL, {
      'samples/label.jsonl': [YES],
      'answers/label.jsonl': [keptAnswer(YES, 'small', null, { usage: null, costNanoUsd: 0 })],
    });
    const { rows } = await rowsOf(t, kept);
    assert.deepEqual([...rows.values()][0]?.outcomes, { small: { correct: 0, cost_usd: 0 } });
  });

  test('say what the sample says: weight, time, segment and cluster', async (t) => {
    const tagged = {
      ...YES,
      weight: 2.5,
      at: '2026-10-01T08:00:00Z',
      tags: { cluster: 'c3', segment: 'acme', length: 'q1' },
    };
    const other = { ...NO, tags: { topic: 'law', tenant: 'bolt' } };
    const files = {
      'samples/label.jsonl': [tagged, other],
      'answers/label.jsonl': [keptAnswer(tagged, 'small', 'yes'), keptAnswer(other, 'small', 'no')],
    };
    const { rows } = await rowsOf(t, keep(t, LABEL, files));
    const told = [...rows.values()].map(({ weight, at, category, segment }) => [weight, at, category, segment]);
    assert.deepEqual(told, [
      [2.5, '2026-10-01T08:00:00Z', 'c3', 'acme'],
      [1, undefined, 'law', 'bolt'],
    ]);
  });

  test('are read back by who learns from them, nothing lost', async (t) => {
    const answer = {
      text: '',
      finish: { reason: 'tool_calls' as const, raw: 'tool_calls' },
      toolCalls: [{ id: 'c', name: 'vote', arguments: '{"so":true}' }],
      logprobs: [-0.5, -1.5],
    };
    const line: SampleLine = {
      id: 'one',
      request: { tools: [{ type: 'function', function: { name: 'vote', parameters: { type: 'object' } } }] },
      messages: [
        { role: 'system', content: 'Vote.' },
        { role: 'user', content: 'First?' },
        { role: 'assistant', content: 'yes' },
        { role: 'user', content: 'And now?' },
      ],
      tags: { segment: 'acme', cluster: 'c1' },
      weight: 3,
    };
    const kept = keep(t, LABEL, {
      'samples/label.jsonl': [line],
      'answers/label.jsonl': [keptAnswer(line, 'small', answer)],
    });
    const { rows } = await rowsOf(t, kept);
    const path = kept.at('rows/label.jsonl.gz');
    writeRows(path, toLines(rows.values(), true).text);
    assert.deepEqual(readRows([path]).rows, [
      {
        id: 'one',
        dataset: null,
        task: 'label',
        segment: 'acme',
        topic: 'c1',
        prompt: 'And now?',
        facts: { characters: 57, turns: 3, hasTools: true, hasSchema: false, hasImages: false },
        weight: 3,
        outcomes: new Map([
          [
            'small',
            {
              quality: 1,
              answer: null,
              response: '[{"name":"vote","arguments":"{\\"so\\":true}"}]',
              inputTokens: 100,
              outputTokens: 10,
              costUsd: 0.000_12,
              meanLogprob: -1,
            },
          ],
        ]),
      },
    ]);
  });
});

describe('a request that comes in', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const schema = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };
  const samples: SampleLine[] = [
    { id: 'plain', prompt: 'What is\n  it?', system: 'Be brief.' },
    {
      id: 'parts',
      messages: [
        { role: 'user', content: 'First' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: [{ type: 'text', text: 'Look' }, image, { type: 'text', text: 'here' }] },
      ],
      request: { response_format: schema },
    },
    {
      id: 'tool',
      messages: [
        { role: 'user', content: 'Look it up' },
        { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c', content: 'found' },
      ],
    },
    { id: 'responses', request: { instructions: 'Brief.', input: 'And this?' } },
    {
      id: 'anthropic',
      dialect: 'anthropic',
      request: {
        system: 'Brief.',
        max_tokens: 9,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Oh?' }] }],
      },
    },
  ];

  test('is rated by the very text and facts that its row has', async (t) => {
    const predicted = 'label: { accept: [{ one_of: [yes, no] }], route: { predict: artifact.json } }';
    const kept = keep(t, predicted, {
      '../artifact.json': [{}],
      'samples/label.jsonl': samples,
      'answers/label.jsonl': samples.map((line) => keptAnswer(line, 'small', 'yes')),
    });
    const asked: PredictorQuestion[] = [];
    const predictor: Predictor = {
      id: '0123456789ab',
      models: ['small', 'large'],
      reference: 'large',
      isCascade: false,
      encoder: null,
      forecast: (question) => {
        asked.push(question);
        return { chances: { small: 0.5, large: 0.5 }, order: ['small'], say: '' };
      },
    };
    const instance = await openUnrecorded(kept.config, { learned: { loadPredictor: () => predictor } });
    t.after(() => instance.close());
    const { engine, config } = instance;
    const [task] = await prepareTasks({ config, engine, tasks: [], models: null, limit: null, folder: kept.folder });
    assert.ok(task !== undefined);
    const rows = [...(await profileRows(task, engine)).rows.values()];
    assert.deepEqual(
      rows.map(({ prompt }) => prompt),
      ['What is\n  it?', 'Look\nhere', 'Look it up', 'And this?', 'Oh?'],
    );
    asked.length = 0;
    for (const line of samples) {
      const { dialect, request } = toSample(line);
      const body = Buffer.from(JSON.stringify({ model: 'auto/label', stream: true, ...request }));
      const inbound = Inbound.read(dialect, body, 512);
      decide(engine.policy, inbound, callerOf(inbound), engine.planState(0));
    }
    const live = asked.map(({ view }) => rowRequestOf(view));
    assert.deepEqual(
      live,
      rows.map(({ prompt, request }) => ({
        prompt,
        facts: {
          characters: request?.characters,
          turns: request?.turns,
          hasTools: request?.tools,
          hasSchema: request?.schema,
          hasImages: request?.images,
        },
      })),
    );
    assert.deepEqual(
      live.map(({ facts }) => [facts.hasImages, facts.hasSchema, facts.turns]),
      [
        [false, false, 1],
        [true, true, 3],
        [false, false, 3],
        [false, false, 1],
        [false, false, 1],
      ],
    );
  });
});
