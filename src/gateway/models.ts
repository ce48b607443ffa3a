// `GET /v1/models` in the shape of either client.
import { TierlineError } from '../call/errors.ts';
import type { Policy } from '../policy/policy.ts';
import { decodeURIComponentSafely } from './target.ts';

/** Providers give a date of birth for each model; ours are names of a configuration, which has none. */
const CREATED_SECONDS = 1_735_689_600;

/** Every name a client may use as `model`: the configured models, `auto`, and `auto/<task>`; where calls are observed the providers' own. */
export function modelNames({ models, tasks, observing }: Policy): string[] {
  const own = [...models.keys(), ...(observing?.offered ?? [])];
  if (observing !== null && observing.baseline === null) return own;
  return [...own, 'auto', ...tasks.map((task) => `auto/${task.name}`)];
}

/** The same without models that make embeddings, which clients of Anthropic and Google cannot ask for. */
export function chatNames(policy: Policy): string[] {
  return modelNames(policy).filter((name) => policy.models.get(name)?.kind !== 'embedding');
}

export function listModels(policy: Policy, isAnthropic: boolean): unknown {
  const names = namesFor(policy, isAnthropic);
  return isAnthropic
    ? { data: names.map(anthropicModel), has_more: false, first_id: names[0], last_id: names.at(-1) }
    : { object: 'list', data: names.map(openaiModel) };
}

/** What is behind `/models`: the list, or one model. Throws TierlineError `model_not_found`. */
export function answerModels(policy: Policy, behind: string, isAnthropic: boolean): unknown {
  return behind === ''
    ? listModels(policy, isAnthropic)
    : showModel(policy, decodeURIComponentSafely(behind.slice(1)), isAnthropic);
}

/** Throws TierlineError `model_not_found`. */
export function showModel(policy: Policy, name: string, isAnthropic: boolean): unknown {
  if (!namesFor(policy, isAnthropic).includes(name))
    throw new TierlineError('model_not_found', `There is no model "${name}" here.`, { param: 'model' });
  return isAnthropic ? anthropicModel(name) : openaiModel(name);
}

function namesFor(policy: Policy, isAnthropic: boolean): string[] {
  return isAnthropic ? chatNames(policy) : modelNames(policy);
}

function openaiModel(id: string): unknown {
  return { id, object: 'model', created: CREATED_SECONDS, owned_by: 'tierline' };
}

function anthropicModel(id: string): unknown {
  return { type: 'model', id, display_name: id, created_at: new Date(CREATED_SECONDS * 1000).toISOString() };
}
