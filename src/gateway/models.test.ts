import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import type { Policy } from '../policy/policy.ts';
import { model, policy, task } from '../policy/sample.test.ts';
import { chatNames, listModels, modelNames, showModel } from './models.ts';

const POLICY: Policy = {
  ...policy(
    ['haiku', 'vendor/odd name'].map((name) => model(name, 'small')),
    [task('triage', ['haiku'])],
  ),
  aliases: new Map([['anthropic/claude-haiku-4-5', 'haiku']]),
};
const NAMES = ['haiku', 'vendor/odd name', 'auto', 'auto/triage'];

test('the names are the configured models, auto, and auto with each task', () => {
  assert.deepEqual(modelNames(POLICY), NAMES);
});

test('where calls are observed the names of the providers are listed, and auto where it stands for a baseline', () => {
  const observing = { baseline: null, soleProviders: new Map(), offered: ['gpt-4o', 'claude-haiku-4-5'] };
  assert.deepEqual(modelNames({ ...POLICY, observing }), [...NAMES.slice(0, 2), ...observing.offered]);
  const based = modelNames({ ...POLICY, observing: { ...observing, baseline: 'haiku' } });
  assert.deepEqual(based, [...NAMES.slice(0, 2), ...observing.offered, 'auto', 'auto/triage']);
});

test("models that make embeddings are listed where embeddings are asked for, which is in OpenAI's words alone", () => {
  const made = policy(
    [model('haiku', 'small'), model('vectors', '', { kind: 'embedding' })],
    [task('triage', ['haiku'])],
  );
  assert.deepEqual(modelNames(made), ['haiku', 'vectors', 'auto', 'auto/triage']);
  assert.deepEqual(chatNames(made), ['haiku', 'auto', 'auto/triage']);
  const ids = (isAnthropic: boolean) =>
    (listModels(made, isAnthropic) as { data: { id: string }[] }).data.map(({ id }) => id);
  assert.deepEqual([ids(false), ids(true)], [modelNames(made), chatNames(made)]);
  assert.ok(showModel(made, 'vectors', false));
  assert.throws(() => showModel(made, 'vectors', true), TierlineError);
});

describe('the list', () => {
  test("has OpenAI's shape for OpenAI clients", () => {
    const list = listModels(POLICY, false) as { object: string; data: Record<string, unknown>[] };
    assert.equal(list.object, 'list');
    assert.deepEqual(
      list.data.map(({ id }) => id),
      NAMES,
    );
    for (const entry of list.data) {
      assert.deepEqual(Object.keys(entry), ['id', 'object', 'created', 'owned_by']);
      assert.ok(Number.isInteger(entry.created));
    }
  });

  test("has Anthropic's shape for Anthropic clients", () => {
    const list = listModels(POLICY, true) as { data: Record<string, unknown>[] } & Record<string, unknown>;
    assert.deepEqual([list.has_more, list.first_id, list.last_id], [false, 'haiku', 'auto/triage']);
    for (const [index, entry] of list.data.entries()) {
      assert.equal(entry.type, 'model');
      assert.equal(entry.id, NAMES[index]);
      assert.equal(entry.display_name, entry.id);
      assert.match(String(entry.created_at), /^\d{4}-\d\d-\d\dT.*Z$/);
    }
  });
});

describe('one model', () => {
  test('is shown under every listed name, as the list shows it', () => {
    for (const isAnthropic of [false, true]) {
      const { data } = listModels(POLICY, isAnthropic) as { data: unknown[] };
      assert.deepEqual(
        NAMES.map((name) => showModel(POLICY, name, isAnthropic)),
        data,
      );
    }
  });

  test('that is not listed is a model_not_found that names it', () => {
    for (const name of ['gpt-9', '', 'auto/nope', '__proto__']) {
      assert.throws(
        () => showModel(POLICY, name, false),
        (error) =>
          error instanceof TierlineError && error.code === 'model_not_found' && error.message.includes(`"${name}"`),
      );
    }
  });
});
