// What the neutral form has no word for in a request of the responses API, when another provider is to answer it: what must
// be refused, what is told as lost, and what says nothing about the answer.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { NeutralRequest } from './neutral.ts';

/** Members by which a part of the request, or its answer, lies at the provider it was meant for. */
const STORED = ['previous_response_id', 'conversation', 'prompt', 'background'];

/**
 * Hints for OpenAI's cache; what is kept of a response, which whoever routes it does instead; details of hosted calls, which
 * are told themselves; what the response only repeats.
 */
const UNTOLD = new Set(
  `store include prompt_cache_key prompt_cache_options prompt_cache_retention stream_options client_metadata metadata`.split(
    ' ',
  ),
);
/** Values that ask for what happens anyway. */
const DEFAULTS: JsonObject = { background: false, truncation: 'disabled' };
/** Members of which the neutral form understands a part. Who asked for a summary is shown the thinking, whoever thought it. */
const PARTLY: Record<string, ReadonlySet<string>> = {
  reasoning: new Set(['summary', 'generate_summary']),
  text: new Set(),
};

/** How an item was spelt, and whether a text was meant as comment or as answer, which nobody else tells apart. */
export const UNTOLD_EXTRA: ReadonlySet<string> = new Set(['role', 'item', 'phase']);

/** Items that stand for a part of the conversation which only OpenAI can read: without them it would be another one. */
const STANDING_IN = new Set(['item_reference', 'compaction']);

const ELSEWHERE = 'refers to what lies at OpenAI; the model that is to answer is elsewhere.';

/** Throws TierlineError `unsupported` naming the member. */
export function refuseStored({ origin, messages, unknown }: NeutralRequest): void {
  if (origin !== 'openai-responses') return;
  const member = STORED.find((key) => unknown[key] !== undefined && unknown[key] !== false);
  if (member === 'background')
    refuse(member, 'background: the model that is to answer does not run in the background.');
  if (member !== undefined) refuse(member, `${member} ${ELSEWHERE}`);
  const item = messages
    .flatMap(({ parts }) => parts)
    .map((part) => (part.type === 'unknown' ? typeOf(part.json) : ''))
    .find((type) => STANDING_IN.has(type));
  if (item !== undefined) refuse('input', `An item ${item} ${ELSEWHERE}`);
}

/** The kind of an item; one that has an id only stands for another one. */
function typeOf(item: Json): string {
  const { type = 'item_reference' } = isObject(item) ? item : {};
  return typeof type === 'string' ? type : '';
}

function refuse(param: string, sentence: string): never {
  throw new TierlineError('unsupported', sentence, { param });
}

/** One name for every member that is lost with these. */
export function toldMembers({ unknown, user }: NeutralRequest): string[] {
  return Object.entries(unknown).flatMap(([key, value]) => {
    const isCarried = key === 'safety_identifier' && value === user;
    if (isCarried || UNTOLD.has(key) || (Object.hasOwn(DEFAULTS, key) && DEFAULTS[key] === value)) return [];
    const known = Object.hasOwn(PARTLY, key) ? PARTLY[key] : undefined;
    if (known === undefined || !isObject(value)) return [key];
    return Object.keys(value).flatMap((member) => (known.has(member) ? [] : [`${key}.${member}`]));
  });
}
