// Reads what accounting needs out of a complete reply of the caller's own dialect and writes the cost into it; every
// other byte stays as the provider sent it.
import { TierlineError } from '../call/errors.ts';
import { isObject } from '../call/json.ts';
import { type ScannedObject, type Span, scanJson } from '../wire/json-scan.ts';
import { splice } from '../wire/splice.ts';
import { readAnthropicUsage } from './anthropic-messages-usage.ts';
import type { DialectName } from './neutral.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';
import { createFacts, type StreamFacts } from './pipe.ts';
import type { CostOf } from './tap.ts';
import { costEdit } from './usage-cost.ts';

const MAX_REPLY_DEPTH = 2048;

/** Throws TierlineError `upstream_malformed` when the bytes are no JSON object. */
export function readReply(dialect: DialectName, body: Buffer, costOf: CostOf): { body: Buffer; facts: StreamFacts } {
  const top = scanReply(body);
  const facts = createFacts();
  facts.sawToken = true;
  facts.responseModel = top.string('model');
  facts.finishReason = dialect === 'openai-chat' ? openaiFinish(body, top) : top.string('stop_reason');
  const usage = top.value('usage');
  if (!isObject(usage)) return { body, facts };
  facts.usage = dialect === 'openai-chat' ? readOpenaiUsage(usage) : readAnthropicUsage(usage);
  facts.serviceTier = dialect === 'openai-chat' ? top.string('service_tier') : textOf(usage.service_tier);
  const cost = costOf(facts.usage, facts.serviceTier);
  return { body: cost === null ? body : withCost(body, top, cost), facts };
}

/** Writes the cost into the usage of a complete reply in the caller's dialect, in place of one that is there. */
export function writeReplyCost(body: Buffer, costNanoUsd: number): Buffer {
  const top = scanReply(body);
  return isObject(top.value('usage')) ? withCost(body, top, costNanoUsd) : body;
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

/** The finish reason of the first choice. The key cannot occur inside a string, whose quotes are escaped. */
function openaiFinish(body: Buffer, top: ScannedObject): string | null {
  const choices = top.span('choices');
  if (choices === null) return null;
  const at = body.indexOf('"finish_reason"', choices.start, 'latin1');
  if (at < 0 || at > choices.end) return null;
  return /^"finish_reason"\s*:\s*"([^"\\]*)"/.exec(body.toString('latin1', at, at + 80))?.[1] ?? null;
}

function withCost(body: Buffer, top: ScannedObject, costNanoUsd: number): Buffer {
  return splice(body, [costEdit(body, top.span('usage') as Span, costNanoUsd)]);
}
