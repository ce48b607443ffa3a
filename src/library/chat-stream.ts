// A streamed reply in the caller's dialect as objects, one per server-sent event.
import type { JsonObject } from '../call/json.ts';
import type { CallRow } from '../call/row.ts';
import type { EventQueue } from './event-queue.ts';
import type { ChatStream } from './router.ts';

/** OpenAI's end mark, which is no JSON. */
const DONE = '[DONE]';

/** The stream can be read once. */
export function toChatStream(call: { requestId: string; facts: Promise<CallRow> }, events: EventQueue): ChatStream {
  return {
    requestId: call.requestId,
    facts: call.facts,
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        for (;;) {
          const { done, value } = await events.next();
          if (done === true) return { done: true, value: undefined };
          if (value.trim() !== DONE) return { done: false, value: JSON.parse(value) as JsonObject };
        }
      },
      return: async () => {
        await events.return();
        return { done: true, value: undefined };
      },
    }),
  };
}
