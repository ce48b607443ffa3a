import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { model, policy, task } from '../policy/sample.test.ts';
import { geminiModels } from './gemini-models.ts';

const POLICY = policy(
  [
    { ...model('flash', 'small'), inputLimit: 1000 },
    { ...model('team/odd:7b', 'small'), inputLimit: null },
  ],
  [task('triage', ['flash'])],
);

test('every name a client may use is on the one page, as Google writes models', () => {
  const { models, ...rest } = geminiModels(POLICY, null) as { models: Record<string, unknown>[] };
  assert.deepEqual(rest, {});
  assert.deepEqual(
    models.map(({ name, inputTokenLimit }) => [name, inputTokenLimit]),
    [
      ['models/flash', 1000],
      ['models/team/odd:7b', undefined],
      ['models/auto', undefined],
      ['models/auto/triage', undefined],
    ],
  );
  for (const one of models) assert.deepEqual(one.supportedGenerationMethods, ['generateContent', 'countTokens']);
});

test("a model that makes embeddings is not there, because Google's clients cannot ask it for any", () => {
  const made = policy([model('flash', 'small'), model('vectors', '', { kind: 'embedding' })]);
  const { models } = geminiModels(made, null) as { models: { name: string }[] };
  assert.deepEqual(
    models.map(({ name }) => name),
    ['models/flash', 'models/auto'],
  );
  assert.throws(() => geminiModels(made, 'vectors'), TierlineError);
});

test('one is shown as the list has it, and an unknown one is named', () => {
  const { models } = geminiModels(POLICY, null) as { models: unknown[] };
  assert.deepEqual(geminiModels(POLICY, 'team/odd:7b'), models[1]);
  for (const name of ['nope', '', 'models/flash', '__proto__'])
    assert.throws(
      () => geminiModels(POLICY, name),
      (error) =>
        error instanceof TierlineError && error.code === 'model_not_found' && error.message.includes(`"${name}"`),
    );
});
