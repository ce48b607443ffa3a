import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../call/json.ts';
import type { Imported } from './imported.ts';
import { PairwiseImport } from './pairwise.ts';

function imported(records: readonly (JsonObject | null)[], models: Map<string, string> | null = null): Imported {
  const reader = new PairwiseImport({ dataset: 'arena', task: null, models });
  for (const [at, value] of records.entries()) reader.take({ line: at + 1, value });
  return reader.end();
}

const talk = (answer: string): JsonObject[] => [
  { role: 'user', content: 'Tell a joke.' },
  { role: 'assistant', content: answer },
];

const battle = (winner: string, more: JsonObject = {}): JsonObject => ({
  model_a: 'vicuna',
  model_b: 'koala',
  winner,
  conversation_a: talk('A'),
  conversation_b: talk('B'),
  ...more,
});

const scoresOf = ({ rows }: Imported): unknown[] =>
  rows.map(({ outcomes }) => Object.entries(outcomes).map(([model, { score }]) => [model, score]));

describe('preferences', () => {
  test('of conversations become a row with the request, both answers and who won', () => {
    const record = battle('model_a', { question_id: '58210e', tstamp: 1_682_351_591.132 });
    assert.deepEqual(imported([record]).rows, [
      {
        dataset: 'arena',
        id: '58210e',
        prompt: 'Tell a joke.',
        request: { characters: 12, turns: 1, images: false },
        at: '2023-04-24T15:53:11.132Z',
        source: 'import',
        outcomes: { vicuna: { score: 1, response: 'A' }, koala: { score: 0, response: 'B' } },
      },
    ]);
  });

  test('say 1 of the winner, 0 of the loser, 0.5 of both in a tie, 0 of both where both are bad', () => {
    const winners = ['model_a', 'model_b', 'vicuna', 'koala', 'tie', 'tie (bothbad)', 'both_bad'];
    assert.deepEqual(
      scoresOf(imported(winners.map((winner) => battle(winner)))),
      [
        [1, 0],
        [0, 1],
        [1, 0],
        [0, 1],
        [0.5, 0.5],
        [0, 0],
        [0, 0],
      ].map(([a, b]) => [
        ['vicuna', a],
        ['koala', b],
      ]),
    );
  });

  test('of a table with columns of 0 and 1 are read, with lists of turns as JSON', () => {
    const record = (a: string | number, b: string | number, tie: string | number): JsonObject => ({
      id: '30192',
      model_a: 'gpt-4',
      model_b: 'claude',
      prompt: '["First?","Is it \\"so\\"?"]',
      response_a: '["One.",null]',
      response_b: '["Eins.","Yes."]',
      winner_model_a: a,
      winner_model_b: b,
      winner_tie: tie,
    });
    const found = imported([record('1', '0', '0'), record(0, 1, 0), record('0.0', '0.0', '1.0')]);
    assert.deepEqual(found.rows[0], {
      dataset: 'arena',
      id: '30192',
      prompt: 'Is it "so"?',
      request: { characters: 23, turns: 3, images: false },
      source: 'import',
      outcomes: { 'gpt-4': { score: 1, response: '' }, claude: { score: 0, response: 'Yes.' } },
    });
    assert.deepEqual(scoresOf(found).slice(1), [
      [
        ['gpt-4', 0],
        ['claude', 1],
      ],
      [
        ['gpt-4', 0.5],
        ['claude', 0.5],
      ],
    ]);
  });

  test('of parts, as newer sets have them, and of folded JSON, as tables have them, are read', () => {
    const parts = talk('A').map(({ role, content }) => ({
      role,
      content: [{ type: 'text', text: content, image: null }],
    }));
    const found = imported([
      battle('tie', { conversation_a: parts, conversation_b: parts }),
      battle('tie', { conversation_a: JSON.stringify(talk('A')), conversation_b: JSON.stringify(talk('B')) }),
    ]);
    assert.deepEqual(
      found.rows.map(({ prompt, outcomes }) => [prompt, outcomes['vicuna']?.response, outcomes['koala']?.response]),
      [
        ['Tell a joke.', 'A', 'A'],
        ['Tell a joke.', 'A', 'B'],
      ],
    );
  });

  test('that say nothing are left out and told', () => {
    const found = imported([
      null,
      { prompt: 'x' },
      battle('model_a', { model_b: 'vicuna' }),
      battle('nobody knows'),
      battle('tie', { conversation_a: [{ role: 'assistant', content: 'Hm.' }] }),
      battle('model_b'),
    ]);
    assert.equal(found.rows.length, 1);
    assert.deepEqual(found.rows[0]?.id, 'arena:6');
    assert.deepEqual(
      found.left.list().map(({ say, count }) => [say, count]),
      [
        ['cannot be read', 1],
        ['without `model_a` and `model_b`', 1],
        ['a model against itself', 1],
        ['without a winner', 1],
        ['without a turn of the user', 1],
      ],
    );
  });

  test('of named models alone are taken, under their names here; a name that nobody has is told', () => {
    const found = imported(
      [battle('model_a'), battle('model_b', { model_a: 'alpaca' })],
      new Map([['koala', 'small']]),
    );
    assert.deepEqual(scoresOf(found), [[['small', 0]], [['small', 1]]]);
    assert.throws(() => imported([battle('tie')], new Map([['gpt', 'large']])), {
      message: 'There is no outcome of gpt. There are: vicuna, koala.',
    });
  });
});
