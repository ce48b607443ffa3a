import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ArtifactFacts, adviseOn, factsOfArtifact } from './predictors.ts';

const ROUTE = {
  task: 'label',
  at: 'tasks.label.route',
  file: 'artifacts/label.json',
  rows: 'tierline/rows/label.jsonl',
};
const MADE = Date.UTC(2026, 9, 1);
const FACTS: ArtifactFacts = {
  made: new Date(MADE).toISOString(),
  rows: 400,
  label: 'correct',
  without: [],
  seed: 1,
  models: ['small', 'big'],
  reference: 'big',
  encoder: null,
  isGated: false,
  stale: null,
};
const NOTHING = { canaries: [], opinions: [] };

describe('a predicted route', () => {
  test('is trained anew as it was, by rows of everything there is', () => {
    assert.deepEqual(adviseOn(ROUTE, FACTS, NOTHING).commands, [
      'tierline rows label --from profile --out tierline/rows/label.jsonl',
      'tierline train --data tierline/rows/label.jsonl --models small,big --reference big --out artifacts/label.json',
    ]);
    const other = {
      ...FACTS,
      isGated: true,
      label: 'my score',
      without: ['label_suspect'],
      seed: 7,
      encoder: 'sentences',
    };
    const evidence = {
      canaries: [{ atMs: MADE + 1 }, { atMs: MADE - 1 }],
      opinions: [
        { call: 'a', atMs: MADE + 1, score: 1, isWeak: false },
        { call: 'b', atMs: MADE + 1, score: null, isWeak: false },
        { call: 'c', atMs: MADE + 1, score: 0, isWeak: true },
      ],
    };
    const advice = adviseOn({ ...ROUTE, file: 'my artifacts/label.json' }, other, evidence);
    assert.deepEqual(advice.since, { canaries: 1, feedback: 1 });
    assert.deepEqual(advice.commands, [
      'tierline rows label --from profile,canary,feedback --out tierline/rows/label.jsonl',
      "tierline train --data tierline/rows/label.jsonl --models small,big --reference big --gate --label 'my score' --without label_suspect --encoder sentences --seed 7 --out 'my artifacts/label.json'",
    ]);
  });

  test('says when its artifact was made, and that it is stale', () => {
    const { made, trainedRows, stale } = adviseOn(ROUTE, { ...FACTS, stale: 'answers have changed' }, NOTHING);
    assert.deepEqual([made, trainedRows, stale], ['2026-10-01T00:00:00.000Z', 400, 'answers have changed']);
  });

  test('whose artifact cannot be read is trained with what train takes by itself', () => {
    assert.equal(factsOfArtifact('/nowhere/artifact.json', []), null);
    const { made, commands } = adviseOn(ROUTE, null, NOTHING);
    assert.deepEqual(
      [made, commands[1]],
      [null, 'tierline train --data tierline/rows/label.jsonl --out artifacts/label.json'],
    );
  });
});
