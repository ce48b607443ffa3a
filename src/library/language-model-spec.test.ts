// The types of this package against the ones of the AI SDK: what does not fit is an error of the compiler.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APICallError, type LanguageModelV3, type LanguageModelV4 } from '@ai-sdk/provider';
import { TierlineError } from '../call/errors.ts';
import { toLanguageModel } from './language-model.ts';
import { SdkCallError } from './language-model-error.ts';
import type { SdkLanguageModel } from './language-model-spec.ts';
import { type Router, RUN } from './router.ts';

const NOBODY: Router = {
  chat: () => assert.fail(),
  explain: () => assert.fail(),
  feedback: () => assert.fail(),
  close: () => Promise.resolve(),
  [RUN]: () => assert.fail(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const isV3 = (model: SdkLanguageModel<'v3'>): LanguageModelV3 => model;
const isV4 = (model: SdkLanguageModel<'v4'>): LanguageModelV4 => model;

test('a model is one of specification v3, and of v4 on request', () => {
  const byDefault: LanguageModelV3 = isV3(toLanguageModel(NOBODY, 'auto'));
  const onRequest: LanguageModelV4 = isV4(toLanguageModel(NOBODY, 'auto', { specificationVersion: 'v4' }));
  assert.deepEqual([byDefault.specificationVersion, onRequest.specificationVersion], ['v3', 'v4']);
  assert.deepEqual([byDefault.provider, byDefault.modelId, byDefault.supportedUrls], ['tierline', 'auto', {}]);
});

test('another version is refused by its name', () => {
  const options = { specificationVersion: 'v2' as 'v3' };
  assert.throws(() => toLanguageModel(NOBODY, 'auto', options), /specificationVersion is "v2"; there are v3 and v4/);
});

test('an error of the router is one of the SDK', () => {
  const error: unknown = new SdkCallError(new TierlineError('upstream_timeout'), { model: 'auto', request: {} });
  assert.ok(APICallError.isInstance(error));
  assert.deepEqual([error.name, error.statusCode, error.isRetryable], ['AI_APICallError', 504, true]);
});
