import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Gate } from '../../gate/gate.ts';
import { createLengthGate } from '../../gate/length.ts';
import type { KeptAnswer } from '../profile/answer.ts';
import type { KeptAnswers } from '../profile/answer-store.ts';
import type { Candidate } from '../profile/candidate.ts';
import { type SampleLine, toSample } from '../samples/sample.ts';
import { type Labelled, labelledAnswers } from './labelled.ts';
import { keptAnswer } from './scripted-judge.fixture.ts';

const candidate = (name: string): Candidate =>
  ({ model: { name }, deployments: null, upstreams: [`up/real-${name}`] }) as unknown as Candidate;

async function labelled(
  line: SampleLine,
  said: Record<string, string>,
  gates: readonly Gate[] = [],
): Promise<Labelled[]> {
  const sample = toSample(line);
  const kept = new Map(
    Object.entries(said).map(([model, text]): [string, KeptAnswer] => {
      const answer = keptAnswer(sample, model, text);
      return [answer.key, answer];
    }),
  );
  const store: KeptAnswers = {
    answer: (key) => kept.get(key) ?? null,
    reply: () => null,
    spent: () => ({ nanoUsd: 0, unknown: 0 }),
    answers: () => kept.values(),
  };
  const oracle = { gates, reference: null, own: new Map() };
  return labelledAnswers(
    { samples: [sample], candidates: Object.keys(said).map(candidate), oracle, config: { name: 'label' } },
    store,
  );
}

const told = (found: readonly Labelled[]) =>
  found.map(({ answer, isRight, by, models }) => [answer.text, isRight, by, models]);

describe('a label', () => {
  test('is what the reference says of a kept answer', async () => {
    const found = await labelled({ prompt: 'q', reference: 'Paris' }, { small: 'paris.', mid: 'Lyon' });
    assert.deepEqual(told(found), [
      ['paris.', true, 'reference', ['small']],
      ['Lyon', false, 'reference', ['mid']],
    ]);
    assert.equal(found[0]?.question.turns[0]?.text, 'q');
  });

  test("is a person's, where a person graded the answer, whatever the reference says", async () => {
    const line = {
      prompt: 'q',
      reference: 'Paris',
      graded: [
        { answer: 'The capital, Paris', pass: true },
        { answer: 'Paris', pass: false },
      ],
    };
    const found = await labelled(line, { small: 'Paris', mid: 'Lyon' });
    assert.deepEqual(told(found), [
      ['Paris', false, 'person', ['small']],
      ['Lyon', false, 'reference', ['mid']],
      ['The capital, Paris', true, 'person', []],
    ]);
  });

  test('is none without either, or where persons disagree', async () => {
    assert.deepEqual(await labelled({ prompt: 'q' }, { small: 'Paris' }), []);
    const graded = [
      { answer: 'Paris', pass: true },
      { answer: ' Paris', pass: false },
    ];
    assert.deepEqual(await labelled({ prompt: 'q', graded }, { small: 'Paris' }), []);
  });
});

test('equal answers to a sample are one, with everybody who gave it', async () => {
  const found = await labelled({ prompt: 'q', reference: 'Paris' }, { small: 'Paris', mid: 'Paris ', claude: 'Lyon' });
  assert.deepEqual(told(found), [
    ['Paris', true, 'reference', ['small', 'mid']],
    ['Lyon', false, 'reference', ['claude']],
  ]);
  assert.deepEqual(found[1]?.makers, ['anthropic']);
});

test('what free gates refuse is left out, unless a person graded it', async () => {
  const gate = createLengthGate({ kind: 'length', bounds: { words: { min: null, max: 1 } } }, () => 0);
  const said = { small: 'Paris it is', mid: 'Paris' };
  assert.deepEqual(told(await labelled({ prompt: 'q', reference: 'Paris' }, said, [gate])), [
    ['Paris', true, 'reference', ['mid']],
  ]);
  const graded = [{ answer: 'Paris it is', pass: true }];
  const found = await labelled({ prompt: 'q', reference: 'Paris', graded }, said, [gate]);
  assert.deepEqual(told(found), [
    ['Paris it is', true, 'person', ['small']],
    ['Paris', true, 'reference', ['mid']],
  ]);
});
