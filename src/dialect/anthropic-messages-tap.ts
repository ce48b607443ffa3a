// Watches a message stream that goes to an Anthropic client from an Anthropic upstream, byte for byte.
import { isObject, type JsonObject } from '../call/json.ts';
import { mergeAnthropicUsage, readAnthropicUsage } from './anthropic-messages-usage.ts';
import type { StreamFacts, StreamPipe } from './pipe.ts';
import { readStreamError } from './stream-event.ts';
import { type CostOf, createTap, type TapDialect, type Verdict } from './tap.ts';

const MARKS = ['_tokens"', 'message_', 'rror"'];

export function createAnthropicTap(costOf: CostOf): StreamPipe {
  return createTap(new AnthropicTap(), costOf);
}

class AnthropicTap implements TapDialect {
  readonly marks = MARKS;
  /** Usage comes in two halves: input with the start of the message, output with its end. */
  private usage: JsonObject = {};
  private stopped = false;

  read(data: JsonObject | null, _text: string, facts: StreamFacts): Verdict {
    switch (data?.type) {
      case 'message_start':
        if (isObject(data.message)) {
          if (typeof data.message.model === 'string') facts.responseModel = data.message.model;
          this.readUsage(data.message.usage, facts);
        }
        return 'pass';
      case 'content_block_delta':
        facts.sawToken = true;
        return 'pass';
      case 'message_delta':
        if (isObject(data.delta) && typeof data.delta.stop_reason === 'string') {
          facts.finishReason = data.delta.stop_reason;
          this.stopped = true;
        }
        return this.readUsage(data.usage, facts) ? 'priced' : 'pass';
      case 'message_stop':
        return 'end';
      case 'error':
        facts.error = readStreamError(data);
        return 'error';
      default:
        return 'pass';
    }
  }

  isComplete(endMark: boolean): boolean {
    return endMark && this.stopped;
  }

  private readUsage(usage: unknown, facts: StreamFacts): boolean {
    if (!isObject(usage)) return false;
    this.usage = mergeAnthropicUsage(this.usage, usage);
    facts.usage = readAnthropicUsage(this.usage);
    if (typeof usage.service_tier === 'string') facts.serviceTier = usage.service_tier;
    return true;
  }
}
