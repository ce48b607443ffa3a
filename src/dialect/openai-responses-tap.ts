// Watches a stream of the responses API that goes to an OpenAI client from an OpenAI upstream, byte for byte. The event that
// ends it carries the whole response with its usage; nothing else is an end.
import { isObject, type JsonObject } from '../call/json.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';
import { finishOf, readResponsesError } from './openai-responses-stream-end.ts';
import type { StreamFacts, StreamPipe } from './pipe.ts';
import { type CostOf, createTap, type TapDialect, type Verdict } from './tap.ts';

/** Ends of the names of the events that end a stream. The model may write the same words: it is read, and passes. */
const MARKS = ['.completed', '.incomplete', '.failed', '.cancelled', 'rror"'];

export function createResponsesTap(costOf: CostOf): StreamPipe {
  return createTap(new ResponsesTap(), costOf);
}

class ResponsesTap implements TapDialect {
  readonly marks = MARKS;
  readonly usagePath = ['response', 'usage'];
  private isFinished = false;

  read(data: JsonObject | null, _text: string, facts: StreamFacts): Verdict {
    if (data === null) return 'pass';
    if (isObject(data.response)) readResponse(data.response, facts);
    switch (data.type) {
      case 'response.completed':
      case 'response.incomplete':
        this.isFinished = true;
        facts.sawToken = true;
        facts.finishReason = finishOf(data).raw;
        return 'priced-end';
      case 'response.failed':
      case 'response.cancelled':
      case 'error':
        facts.error = readResponsesError(data);
        return 'error';
      default:
        facts.sawToken ||= isToken(data);
        return 'pass';
    }
  }

  isComplete(): boolean {
    return this.isFinished;
  }
}

/** What the response says of itself so far; the last one counts. */
function readResponse(response: JsonObject, facts: StreamFacts): void {
  if (typeof response.model === 'string' && response.model !== '') facts.responseModel = response.model;
  if (typeof response.service_tier === 'string') facts.serviceTier = response.service_tier;
  if (isObject(response.usage)) facts.usage = readOpenaiUsage(response.usage);
}

/** Anything generated: a piece of text, of reasoning or of arguments, or a call, whose beginning has its name. */
function isToken({ type, delta, item }: JsonObject): boolean {
  if (typeof type !== 'string') return false;
  if (type.endsWith('.delta')) return delta !== '';
  return (
    type === 'response.output_item.added' && isObject(item) && item.type !== 'message' && item.type !== 'reasoning'
  );
}
