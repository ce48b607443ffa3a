import assert from 'node:assert/strict';
import { test } from 'node:test';
import { model, policy, route, task } from '../../policy/sample.test.ts';
import { answerKey, type KeptAnswer, type KeptText } from '../profile/answer.ts';
import { referenceModel, withReferences } from './references.ts';
import { toSample } from './sample.ts';

const candidate = { model: model('strong', 'frontier'), deployments: null, upstreams: ['up/real'] };
const LINES = ['one', 'two', 'three', 'four', 'five', 'six'].map((prompt) => ({ prompt }));

function storeOf(answers: Record<string, KeptText | null>): { answer: (key: string) => KeptAnswer | null } {
  const kept = new Map(
    Object.entries(answers).map(([prompt, answer]) => [
      answerKey(toSample({ prompt }), candidate.upstreams),
      { kind: 'answer', answer } as KeptAnswer,
    ]),
  );
  return { answer: (key) => kept.get(key) ?? null };
}

test('whole answers in words become references, and nothing else does', () => {
  const stop = { reason: 'stop', raw: 'stop' } as const;
  const store = storeOf({
    one: { text: 'yes', finish: stop },
    two: { text: 'ye', finish: { reason: 'length', raw: 'length' } },
    three: { text: '', finish: stop, toolCalls: [{ id: 'a', name: 'f', arguments: '{}' }] },
    four: { text: 'I cannot.', finish: stop, refusal: 'I cannot.' },
    five: null,
  });
  const { lines, without } = withReferences(LINES, { store, candidate });
  assert.deepEqual(lines, [{ prompt: 'one', reference: 'yes' }, ...LINES.slice(1)]);
  assert.equal(without, 5);
});

test('a model that may not see the task, or that nobody configured, cannot be asked', () => {
  const strong = model('strong', 'frontier');
  const of = (deny: string[]) => {
    const limits = {
      of: 'the task t',
      isPrivate: false,
      regions: null,
      allow: null,
      deny: new Set(deny),
      maxCostNanoUsd: null,
    };
    const known = policy([strong], [task('t', route(['strong']), { limits })]);
    return { policy: known, delivery: { deploymentsOf: () => [] } } as unknown as Parameters<typeof referenceModel>[0];
  };
  assert.equal(referenceModel(of([]), 't', 'strong').model, strong);
  assert.throws(
    () => referenceModel(of(['strong']), 't', 'strong'),
    /strong cannot be asked for t: denied by the task t\./,
  );
  assert.throws(() => referenceModel(of([]), 't', 'weak'), /There is no model "weak"\. Models: strong\./);
  assert.throws(() => referenceModel(of([]), 'u', 'strong'), /The task u is not part/);
});
