// Reads what accounting needs out of a complete reply of the caller's own dialect and writes the cost into it; every
// other byte stays as the provider sent it.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import { type ScannedObject, type Span, scanJson } from '../wire/json-scan.ts';
import { splice } from '../wire/splice.ts';
import { readAnthropicUsage } from './anthropic-messages-usage.ts';
import { blockWord, finishWord } from './gemini-finish.ts';
import { readGeminiUsage } from './gemini-usage.ts';
import type { DialectName } from './neutral.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';
import { createFacts, type StreamFacts } from './pipe.ts';
import type { CostOf } from './tap.ts';
import { costEdit } from './usage-cost.ts';

const MAX_REPLY_DEPTH = 2048;

/** Where a dialect's replies say what accounting wants to know. */
interface ReplyWords {
  model: string;
  usage: string;
  readUsage: (usage: JsonObject) => Usage;
  finish: (body: Buffer, top: ScannedObject) => string | null;
  /** The service tier, which can decide about the price. */
  tier: (top: ScannedObject, usage: JsonObject) => string | null;
}

const none = (): null => null;
const tierOnTop = (top: ScannedObject): string | null => top.string('service_tier');

const OPENAI_CHAT: ReplyWords = {
  model: 'model',
  usage: 'usage',
  readUsage: readOpenaiUsage,
  finish: (body, top) => firstIn(body, top.span('choices'), '"finish_reason"'),
  tier: tierOnTop,
};

const WORDS: Partial<Record<DialectName, ReplyWords>> = {
  'openai-chat': OPENAI_CHAT,
  'openai-embeddings': { ...OPENAI_CHAT, finish: none },
  'openai-responses': {
    model: 'model',
    usage: 'usage',
    readUsage: readOpenaiUsage,
    finish: (_, top) => incompleteReason(top) ?? top.string('status'),
    tier: tierOnTop,
  },
  'anthropic-messages': {
    model: 'model',
    usage: 'usage',
    readUsage: readAnthropicUsage,
    finish: (_, top) => top.string('stop_reason'),
    tier: (_, usage) => textOf(usage.service_tier),
  },
  gemini: {
    model: 'modelVersion',
    usage: 'usageMetadata',
    readUsage: readGeminiUsage,
    // Arguments of calls are objects here, so that the key may stand in them, too.
    finish: (_, top) =>
      finishOfGemini(top.value('candidates')) ?? blockWord({ promptFeedback: top.value('promptFeedback') as Json }),
    tier: none,
  },
};

/** Throws TierlineError `upstream_malformed` when the bytes are no JSON object. */
export function readReply(dialect: DialectName, body: Buffer, costOf: CostOf): { body: Buffer; facts: StreamFacts } {
  const words = WORDS[dialect] ?? OPENAI_CHAT;
  const top = scanReply(body);
  const facts = createFacts();
  facts.sawToken = true;
  facts.responseModel = top.string(words.model);
  facts.finishReason = words.finish(body, top);
  const fingerprint = dialect === 'openai-chat' ? top.string('system_fingerprint') : null;
  if (fingerprint !== null) facts.fingerprint = fingerprint;
  const usage = top.value(words.usage);
  if (!isObject(usage)) return { body, facts };
  facts.usage = words.readUsage(usage);
  facts.serviceTier = words.tier(top, usage);
  const cost = costOf(facts.usage, facts.serviceTier);
  return { body: cost === null ? body : withCost(body, top.span(words.usage) as Span, cost), facts };
}

/** Writes the cost into the usage of a complete reply in the caller's dialect, in place of one that is there. */
export function writeReplyCost(dialect: DialectName, body: Buffer, costNanoUsd: number): Buffer {
  const { usage } = WORDS[dialect] ?? OPENAI_CHAT;
  const top = scanReply(body);
  return isObject(top.value(usage)) ? withCost(body, top.span(usage) as Span, costNanoUsd) : body;
}

function finishOfGemini(candidates: unknown): string | null {
  const first: unknown = Array.isArray(candidates) ? candidates[0] : undefined;
  return isObject(first) ? finishWord(first.finishReason) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function scanReply(body: Buffer): ScannedObject {
  try {
    return scanJson(body, MAX_REPLY_DEPTH);
  } catch (cause) {
    throw new TierlineError('upstream_malformed', 'The provider answered with something that is not JSON.', { cause });
  }
}

/** Why a response is incomplete, which says more than that it is; null for a complete one. */
function incompleteReason(top: ScannedObject): string | null {
  const details = top.value('incomplete_details');
  return isObject(details) ? textOf(details.reason) : null;
}

/** The first value of a key within a member. The key cannot occur inside a string, whose quotes are escaped. */
function firstIn(body: Buffer, within: Span | null, key: string): string | null {
  if (within === null) return null;
  const at = body.indexOf(key, within.start, 'latin1');
  if (at < 0 || at > within.end) return null;
  return /^"\w+"\s*:\s*"([^"\\]*)"/.exec(body.toString('latin1', at, at + 80))?.[1] ?? null;
}

function withCost(body: Buffer, usage: Span, cost: number): Buffer {
  return splice(body, [costEdit(body, usage, cost)]);
}
