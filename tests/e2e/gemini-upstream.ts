// A provider that speaks Gemini's API and does as each test tells it: what a request says as the user's last text chooses the
// script. It keeps every visit, so that a test can see what reached it and when it was left.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GeminiVisit {
  /** Path with query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The body as it came. */
  text: string;
  body: Record<string, unknown>;
  response: ServerResponse;
  /** Whether the gateway dropped the connection before the reply was complete. */
  isLeft: boolean;
}

export type GeminiScript = (visit: GeminiVisit) => void | Promise<void>;

export interface GeminiUpstream {
  readonly url: string;
  readonly visits: GeminiVisit[];
  on: (name: string, script: GeminiScript) => void;
  visitsOf: (name: string) => GeminiVisit[];
  close: () => Promise<void>;
}

/** Requests without a script get "Hello there". */
export async function startGeminiUpstream(): Promise<GeminiUpstream> {
  const scripts = new Map<string, GeminiScript>();
  const visits: GeminiVisit[] = [];
  const named = new Map<GeminiVisit, string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const body = JSON.parse(text) as Record<string, unknown>;
    const visit: GeminiVisit = {
      path: request.url ?? '',
      headers: request.headers,
      text,
      body,
      response,
      isLeft: false,
    };
    response.on('close', () => (visit.isLeft = !response.writableFinished));
    visits.push(visit);
    named.set(visit, askedIn(body));
    await (scripts.get(askedIn(body)) ?? sayHello)(visit);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    on: (name, script) => void scripts.set(name, script),
    visitsOf: (name) => visits.filter((visit) => named.get(visit) === name),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Content {
  parts?: { text?: unknown }[];
}

/** The last text that anybody but the model has said. */
function askedIn(body: Record<string, unknown>): string {
  const contents = Array.isArray(body.contents) ? (body.contents as (Content & { role?: string })[]) : [];
  const texts = contents.flatMap(({ role, parts }) => (role === 'model' ? [] : (parts ?? []).map(({ text }) => text)));
  return texts.findLast((text) => typeof text === 'string') ?? '';
}

export const USAGE = { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 };

/** One reply or chunk; the last one has its finish and its usage. */
export function chunk(parts: object[], finishReason?: string, more: object = {}): object {
  return {
    candidates: [
      { content: { role: 'model', parts }, index: 0, ...(finishReason === undefined ? {} : { finishReason }) },
    ],
    ...(finishReason === undefined ? {} : { usageMetadata: USAGE }),
    modelVersion: 'gemini-real-001',
    responseId: 'resp-1',
    ...more,
  };
}

export function sendJson({ response }: GeminiVisit, body: object, status = 200, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
  response.end(JSON.stringify(body));
}

/** Lines end in CRLF, as Google's do. */
export function toEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\r\n\r\n`;
}

export function beginStream({ response }: GeminiVisit): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** The parts one after the other in a stream, or all at once. */
export function say(visit: GeminiVisit, parts: object[], finishReason = 'STOP'): void {
  if (!visit.path.includes(':streamGenerateContent')) {
    sendJson(visit, chunk(parts, finishReason));
    return;
  }
  beginStream(visit);
  const last = parts.length - 1;
  visit.response.end(parts.map((part, at) => toEvent(chunk([part], at === last ? finishReason : undefined))).join(''));
}

export function sayHello(visit: GeminiVisit): void {
  say(visit, [{ text: 'Hello' }, { text: ' there' }]);
}
