// From a call as a log tells it to what the tally counts: prices it, reads its request and answer, and says which group it belongs to.
import type { JsonObject } from '../../call/json.ts';
import { toUsage, type Usage } from '../../call/usage.ts';
import type { ModelSpec } from '../../catalog/model-spec.ts';
import { priceUsage } from '../../catalog/price-usage.ts';
import { countTokens } from '../../catalog/token-count.ts';
import { factsOf } from '../../policy/facts.ts';
import { hashText } from '../../stats/hash.ts';
import { type AnswerParts, readAnswerParts } from './answer-parts.ts';
import type { CallCost, Facts, SeenCall, Shape } from './group-tally.ts';
import type { LoggedCall } from './logged-call.ts';
import type { FindModel } from './model-prices.ts';
import { personalKinds } from './personal-data.ts';
import { type RequestParts, readRequestParts, toReadable } from './request-parts.ts';

export interface Observed {
  seen: SeenCall;
  /** Null when the log keeps no request. */
  parts: RequestParts | null;
}

export function observe(call: LoggedCall, findModel: FindModel): Observed {
  const parts = call.request === null ? null : readRequestParts(call.request);
  const answer = readAnswerParts(call.answer);
  const spec = call.model === null ? null : findModel(call.provider, call.model);
  const estimate = call.usage === null && !call.isError ? estimateUsage(parts, answer, spec) : null;
  const usage = call.usage ?? estimate;
  const readable = parts === null ? { ask: '', text: '' } : toReadable(parts);
  const seen: SeenCall = {
    hash: hashText(`${call.id} ${call.atMs} ${call.model} ${readable.ask.slice(-200)}`),
    id: call.id,
    model: call.model ?? 'unknown',
    provider: spec?.vendor ?? call.provider ?? '',
    hints: call.hints,
    cost: costOf(call, usage, spec),
    usage,
    isEstimated: call.usage === null && usage !== null,
    latencyMs: call.latencyMs,
    isError: call.isError,
    isReplayed: call.isReplayed,
    answer,
    shape: parts === null ? null : shapeOf(parts),
    facts: () => readFacts(readable, answer),
  };
  return { seen, parts };
}

/** What the log says was spent goes before what the catalog makes of it. */
function costOf(call: LoggedCall, usage: Usage | null, spec: ModelSpec | null): CallCost {
  if (call.costNanoUsd !== null) return { nanoUsd: call.costNanoUsd, basis: 'logged' };
  const { nanoUsd } = priceUsage(usage, spec, {
    batch: call.isBatch,
    ...(call.atMs === null ? {} : { atMs: call.atMs }),
  });
  if (nanoUsd === null) return { nanoUsd: null, basis: 'unknown' };
  return { nanoUsd, basis: call.usage === null ? 'estimated' : 'priced' };
}

/** Our own count of a request and its answer; null without both, for half of a call has no price. */
function estimateUsage(parts: RequestParts | null, answer: AnswerParts | null, spec: ModelSpec | null): Usage | null {
  if (parts === null || answer === null || answer.text === '') return null;
  const family = spec?.tokenizer ?? 'generic';
  const count = (text: string): number => countTokens(text, family);
  return toUsage({ inputTokens: count(toReadable(parts).text), outputTokens: count(answer.text) });
}

function shapeOf({ tools, schema, images, documents, audio, turns }: RequestParts): Shape {
  return {
    hasTools: tools.length > 0,
    hasSchema: schema !== null,
    hasImages: images > 0,
    hasDocuments: documents > 0,
    hasAudio: audio > 0,
    hasTurns: turns.some(({ role }) => role === 'assistant'),
  };
}

function readFacts(readable: { ask: string; text: string }, answer: AnswerParts | null): Facts {
  const { language, hasCode, hasTables, hasMath } = factsOf(readable);
  return { language, hasCode, hasTables, hasMath, personal: personalKinds(`${readable.text}\n${answer?.text ?? ''}`) };
}

/** The same schema for every object with the same members, whatever their order. */
export function schemaKey(schema: JsonObject | null): string {
  return schema === null ? '' : JSON.stringify(sorted(schema));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
