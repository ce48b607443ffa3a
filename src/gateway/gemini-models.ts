// `GET /v1beta/models` as Google's clients read it.
import { TierlineError } from '../call/errors.ts';
import type { Policy } from '../policy/policy.ts';
import { chatNames } from './models.ts';

const METHODS = ['generateContent', 'countTokens'];

/** One model, or all of them on one page, whatever its size was asked to be. Throws TierlineError `model_not_found`. */
export function geminiModels(policy: Policy, name: string | null): unknown {
  const names = chatNames(policy);
  if (name === null) return { models: names.map((one) => geminiModel(policy, one)) };
  if (names.includes(name)) return geminiModel(policy, name);
  throw new TierlineError('model_not_found', `There is no model "${name}" here.`, { param: 'model' });
}

function geminiModel(policy: Policy, name: string): unknown {
  const limit = policy.models.get(name)?.inputLimit ?? null;
  return {
    name: `models/${name}`,
    version: '1',
    displayName: name,
    ...(limit === null ? {} : { inputTokenLimit: limit }),
    supportedGenerationMethods: METHODS,
  };
}
