import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { lostInCall, lostOnPart, readSettings, readTierlineOptions } from './language-model-options.ts';

describe('options of our own', () => {
  test('are taken as they are', () => {
    const own = { task: 't', session: 's', tenant: 'a', user: 'u', metadata: { team: 'x' } };
    assert.deepEqual(readTierlineOptions({ tierline: own, openai: { anything: 1 } }), own);
    assert.deepEqual(readTierlineOptions(undefined), {});
  });

  const refused: [string, object, string, RegExp][] = [
    ['a key that is none', { tsak: 't' }, 'tsak', /tsak is no option\. Did you mean task\?/],
    ['one that is near nothing', { colour: 't' }, 'colour', /There are task, session/],
    ['a wrong type', { task: 7 }, 'task', /task is 7; it must be a text/],
    ['metadata that is no object of texts', { metadata: { a: 1 } }, 'metadata', /must be an object of texts/],
  ];
  for (const [what, own, key, said] of refused) {
    test(`refuse ${what}`, () => {
      assert.throws(
        () => readTierlineOptions({ tierline: own }),
        (error) => {
          assert.ok(error instanceof TierlineError);
          assert.deepEqual([error.code, error.param], ['invalid_request', `providerOptions.tierline.${key}`]);
          assert.match(error.message, said);
          return true;
        },
      );
    });
  }
});

describe('how much to think', () => {
  const thinks = (options: Record<string, object>, effort?: string) => readSettings(options, effort).reasoning;

  test('is said by the call', () => {
    assert.deepEqual(thinks({}, 'high'), { type: 'effort', effort: 'high' });
    assert.deepEqual(thinks({}, 'none'), { type: 'off' });
    assert.equal(thinks({}, 'provider-default'), undefined);
    assert.equal(thinks({}), undefined);
  });

  test('is said in the words of one provider', () => {
    assert.deepEqual(thinks({ openai: { reasoningEffort: 'low' } }), { type: 'effort', effort: 'low' });
    assert.deepEqual(thinks({ openai: { reasoningEffort: 'none' } }), { type: 'off' });
    const enabled = { thinking: { type: 'enabled', budgetTokens: 5000 } };
    assert.deepEqual(thinks({ anthropic: enabled }), { type: 'budget', tokens: 5000 });
    assert.deepEqual(thinks({ anthropic: { thinking: { type: 'disabled' } } }), { type: 'off' });
    assert.deepEqual(thinks({ anthropic: { thinking: { type: 'adaptive' }, effort: 'max' } }), {
      type: 'adaptive',
      effort: 'max',
    });
    assert.deepEqual(thinks({ anthropic: { thinking: { type: 'adaptive' } } }), { type: 'adaptive' });
    assert.deepEqual(thinks({ anthropic: { effort: 'low' } }), { type: 'effort', effort: 'low' });
    const google = (thinkingConfig: object) => thinks({ google: { thinkingConfig } });
    assert.deepEqual(google({ thinkingBudget: 900 }), { type: 'budget', tokens: 900 });
    assert.deepEqual(google({ thinkingBudget: 0 }), { type: 'off' });
    assert.deepEqual(google({ thinkingBudget: -1 }), { type: 'adaptive' });
    assert.deepEqual(google({ thinkingLevel: 'low' }), { type: 'effort', effort: 'low' });
  });

  test('is what the call says where both speak', () => {
    const options = { openai: { reasoningEffort: 'low' }, anthropic: { thinking: { type: 'disabled' } } };
    assert.deepEqual(thinks(options, 'high'), { type: 'effort', effort: 'high' });
  });
});

test('other settings have one meaning in the words of several providers', () => {
  assert.deepEqual(readSettings({ openai: { parallelToolCalls: false, user: 'u', logprobs: 3 } }, undefined), {
    parallelToolCalls: false,
    user: 'u',
    logprobs: { top: 3 },
  });
  const anthropic = { disableParallelToolUse: true, metadata: { userId: 'v' } };
  assert.deepEqual(readSettings({ anthropic }, undefined), { parallelToolCalls: false, user: 'v' });
  assert.deepEqual(readSettings({ openai: { logprobs: true }, tierline: { user: 'w' } }, undefined), {
    user: 'w',
    logprobs: { top: 0 },
  });
  assert.deepEqual(readSettings({ openai: { logprobs: false } }, undefined), {});
});

test('what nothing is made of is told by its name', () => {
  const options = {
    openai: { reasoningEffort: 'low', logitBias: { 1: 2 }, store: undefined },
    groq: { serviceTier: 'flex' },
    tierline: { task: 't' },
    odd: 7,
  };
  assert.deepEqual(lostInCall(options), ['providerOptions.openai.logitBias', 'providerOptions.groq.serviceTier']);
  assert.deepEqual(lostInCall(undefined), []);
  const onPart = { anthropic: { cacheControl: {}, title: 'x' }, openai: { itemId: 'i' } };
  assert.deepEqual(lostOnPart(onPart, 'prompt[2]'), ['prompt[2]: providerOptions.anthropic.title']);
  assert.deepEqual(lostOnPart(undefined, 'prompt[2]'), []);
});
