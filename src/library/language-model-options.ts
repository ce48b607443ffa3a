// The provider options of an AI SDK call that have a meaning whichever provider answers. What has none is told; options of
// our own are read strictly.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { nearest } from '../config/nearest.ts';
import type { CacheMark, NeutralReasoning, NeutralRequest } from '../dialect/neutral.ts';
import type { SdkOptions } from './language-model-spec.ts';

/** `providerOptions.tierline` of a call. */
export interface TierlineOptions {
  task?: string;
  session?: string;
  tenant?: string;
  /** The end user, as a stable opaque id. */
  user?: string;
  /** What rules and tasks may match. */
  metadata?: Record<string, string>;
}

const OWN = ['task', 'session', 'tenant', 'user', 'metadata'];

/** Options of other providers that are understood in a call, and on parts of its prompt. */
const IN_CALL: Readonly<Record<string, readonly string[]>> = {
  openai: ['reasoningEffort', 'parallelToolCalls', 'user', 'logprobs'],
  anthropic: ['thinking', 'effort', 'disableParallelToolUse', 'metadata'],
  google: ['thinkingConfig'],
};
const ON_PARTS: Readonly<Record<string, readonly string[]>> = {
  openai: ['imageDetail'],
  anthropic: ['cacheControl', 'cache_control', 'signature', 'redactedData'],
};
/** What a history has on it that other models of the AI SDK have answered; it asks for nothing. */
const OF_ANSWERS: ReadonlySet<string> = new Set([
  'itemId',
  'phase',
  'caller',
  'thoughtSignature',
  'reasoningEncryptedContent',
]);

/** Throws TierlineError `invalid_request` naming the option and the nearest valid one. */
export function readTierlineOptions(options: SdkOptions | undefined): TierlineOptions {
  const own = membersOf(options, 'tierline');
  for (const [key, value] of Object.entries(own)) {
    const where = `providerOptions.tierline.${key}`;
    if (!OWN.includes(key)) {
      const meant = nearest(key, OWN);
      const hint = meant === null ? `There are ${OWN.join(', ')}.` : `Did you mean ${meant}?`;
      throw new TierlineError('invalid_request', `${where} is no option. ${hint}`, { param: where });
    }
    const isGood =
      value === undefined ||
      (key === 'metadata'
        ? isObject(value) && Object.values(value).every((member) => typeof member === 'string')
        : typeof value === 'string');
    if (!isGood) {
      const expected = key === 'metadata' ? 'an object of texts' : 'a text';
      throw new TierlineError('invalid_request', `${where} is ${JSON.stringify(value)}; it must be ${expected}.`, {
        param: where,
      });
    }
  }
  return own;
}

/** The options for one provider; empty when there are none. */
export function membersOf(options: unknown, provider: string): JsonObject {
  const members = isObject(options) ? options[provider] : undefined;
  return isObject(members) ? members : {};
}

type Settings = Pick<NeutralRequest, 'reasoning' | 'parallelToolCalls' | 'user' | 'logprobs'>;

/** `effort` is the call's own setting, which goes before the options of providers. */
export function readSettings(options: SdkOptions | undefined, effort: string | undefined): Settings {
  const openai = membersOf(options, 'openai');
  const anthropic = membersOf(options, 'anthropic');
  const google = membersOf(options, 'google');
  const tierline = membersOf(options, 'tierline');
  const reasoning =
    readEffort(effort) ?? readThinking(anthropic) ?? readEffort(openai.reasoningEffort) ?? readBudget(google);
  const isParallel =
    typeof anthropic.disableParallelToolUse === 'boolean'
      ? !anthropic.disableParallelToolUse
      : openai.parallelToolCalls;
  const userId = isObject(anthropic.metadata) ? anthropic.metadata.userId : undefined;
  const user = [tierline.user, openai.user, userId].find((value) => typeof value === 'string');
  const top = typeof openai.logprobs === 'number' ? openai.logprobs : openai.logprobs === true ? 0 : null;
  return {
    ...(reasoning === null ? {} : { reasoning }),
    ...(typeof isParallel === 'boolean' ? { parallelToolCalls: isParallel } : {}),
    ...(user === undefined ? {} : { user }),
    ...(top === null ? {} : { logprobs: { top } }),
  };
}

function readEffort(effort: Json | undefined): NeutralReasoning | null {
  if (typeof effort !== 'string' || effort === 'provider-default') return null;
  return effort === 'none' ? { type: 'off' } : { type: 'effort', effort };
}

function readThinking({ thinking, effort }: JsonObject): NeutralReasoning | null {
  if (!isObject(thinking)) return readEffort(effort);
  if (thinking.type === 'disabled') return { type: 'off' };
  if (thinking.type === 'adaptive')
    return typeof effort === 'string' ? { type: 'adaptive', effort } : { type: 'adaptive' };
  return typeof thinking.budgetTokens === 'number'
    ? { type: 'budget', tokens: thinking.budgetTokens }
    : readEffort(effort);
}

/** At Google 0 stands for none, and -1 leaves it to the model. */
function readBudget({ thinkingConfig: config }: JsonObject): NeutralReasoning | null {
  if (!isObject(config)) return null;
  const { thinkingBudget: tokens, thinkingLevel } = config;
  if (typeof tokens !== 'number') return readEffort(thinkingLevel);
  if (tokens === 0) return { type: 'off' };
  return tokens < 0 ? { type: 'adaptive' } : { type: 'budget', tokens };
}

/** The options of a call that nothing is made of, one line each. */
export function lostInCall(options: SdkOptions | undefined): string[] {
  return lost(options, IN_CALL, '');
}

/** The options of a part, message or tool that nothing is made of. `where` is what they are on. */
export function lostOnPart(options: unknown, where: string): string[] {
  return isObject(options) ? lost(options, ON_PARTS, `${where}: `) : [];
}

function lost(
  options: SdkOptions | undefined,
  known: Readonly<Record<string, readonly string[]>>,
  prefix: string,
): string[] {
  return Object.entries(options ?? {}).flatMap(([provider, members]) => {
    if (provider === 'tierline' || !isObject(members)) return [];
    return Object.keys(members)
      .filter((key) => members[key] !== undefined && !known[provider]?.includes(key) && !OF_ANSWERS.has(key))
      .map((key) => `${prefix}providerOptions.${provider}.${key}`);
  });
}

/** The mark behind which the prompt is to be cached, as for @ai-sdk/anthropic. */
export function readCache(options: unknown): { cache: CacheMark } | Record<string, never> {
  const { cacheControl, cache_control: mark = cacheControl } = membersOf(options, 'anthropic');
  return isObject(mark) ? { cache: { ttl: mark.ttl === '1h' ? '1h' : '5m' } } : {};
}
