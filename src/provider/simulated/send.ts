// Puts a reply on the wire when its tokens are due: at once as a body, or event by event as a stream.
// It must stop when the client is gone.
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../call/json.ts';
import type { SimulatedClock } from './clock.ts';
import { type Latency, tokenDueMs } from './latency.ts';
import type { TimedEvent } from './reply.ts';

export interface Pace {
  clock: SimulatedClock;
  latency: Latency;
  /** 1 as a provider would, 10 ten times as fast, 0 without any delay. */
  speed: number;
}

/** Waits for a moment counted from now; `gone` says whether the client left meanwhile. */
function createTimer({ clock, latency, speed }: Pace, response: ServerResponse) {
  const startMs = clock.now();
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  return {
    isGone: () => abort.signal.aborted || response.destroyed,
    untilToken: async (index: number): Promise<void> => {
      const restMs = startMs + tokenDueMs(latency, index, speed) - clock.now();
      if (restMs <= 0 || abort.signal.aborted) return;
      await clock.sleep(restMs, abort.signal).catch(() => undefined);
    },
  };
}

/** Ends the response with a JSON body. */
export function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Sends a body once all of its tokens would be out. */
export async function sendBody(response: ServerResponse, pace: Pace, reply: { body: JsonObject; tokens: number }) {
  const timer = createTimer(pace, response);
  await timer.untilToken(reply.tokens);
  if (!timer.isGone()) sendJson(response, 200, reply.body);
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Sends events as their tokens come; `cutAfter` breaks the connection after that many of them. */
export async function sendEvents(
  response: ServerResponse,
  pace: Pace,
  stream: { events: readonly TimedEvent[]; cutAfter: number | null },
): Promise<void> {
  const timer = createTimer(pace, response);
  await timer.untilToken(0);
  if (timer.isGone()) return;
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  for (const [index, { text, afterTokens }] of stream.events.entries()) {
    if (index === stream.cutAfter) {
      response.socket?.end();
      return;
    }
    await timer.untilToken(afterTokens);
    if (timer.isGone()) return;
    if (!response.write(text)) await drained(response);
  }
  response.end();
}
