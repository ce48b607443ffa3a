// A provider that does as each test tells it, in either dialect. What a request says as the user's text chooses the
// script; the upstream keeps every visit, so that a test can see what reached it and when it was left.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type WireName = 'openai' | 'anthropic';

export interface Visit {
  wire: WireName;
  path: string;
  headers: IncomingHttpHeaders;
  /** The body as it came. */
  text: string;
  body: Record<string, unknown>;
  /** Position among the visits of this script, from 1. */
  number: number;
  response: ServerResponse;
  /** When the gateway dropped the connection before the reply was complete (performance.now); null when it did not. */
  leftAt: number | null;
}

export type Script = (visit: Visit) => void | Promise<void>;

export interface ScriptedUpstream {
  readonly url: string;
  /** Every visit in order. */
  readonly visits: Visit[];
  /**
   * What happens to requests whose user text is `name`, or else those for the model `name`; requests without a script get
   * a good answer.
   */
  on: (name: string, script: Script) => void;
  /** Visits of one script. */
  visitsOf: (name: string) => Visit[];
  close: () => Promise<void>;
}

export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  const scripts = new Map<string, Script>();
  const byName = new Map<string, Visit[]>();
  const visits: Visit[] = [];
  const server = createServer((request, response) => {
    void visit(request, response);
  });
  const visit = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readText(request);
    const body = JSON.parse(text) as Record<string, unknown>;
    const name = userText(body);
    const own = byName.get(name) ?? [];
    byName.set(name, own);
    const path = request.url ?? '';
    const wire: WireName = path.includes('/messages') ? 'anthropic' : 'openai';
    const visit: Visit = {
      wire,
      path,
      headers: request.headers,
      text,
      body,
      number: own.length + 1,
      response,
      leftAt: null,
    };
    response.on('close', () => {
      if (!response.writableFinished) visit.leftAt = performance.now();
    });
    own.push(visit);
    visits.push(visit);
    await (scripts.get(name) ?? scripts.get(String(body.model)) ?? answer)(visit);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    on: (name, script) => void scripts.set(name, script),
    visitsOf: (name) => byName.get(name) ?? [],
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The text of the last message in either dialect. */
function userText(body: Record<string, unknown>): string {
  const messages = Array.isArray(body.messages) ? (body.messages as { content?: unknown }[]) : [];
  const content = messages.at(-1)?.content;
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? (content as { text?: unknown }[]) : [];
  return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('');
}

/** A good answer, streamed or not, as the request wants it. */
export function answer(visit: Visit): void {
  if (visit.body.stream !== true) {
    sendJson(visit, 200, reply(visit.wire));
    return;
  }
  beginStream(visit);
  visit.response.end(
    opening(visit.wire) + token(visit.wire, 'Hello') + token(visit.wire, ' there') + ending(visit.wire),
  );
}

export function sendJson(
  { response }: Visit,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** An error body as the dialect's provider writes it. */
export function errorBody(wire: WireName, message: string): object {
  return wire === 'openai'
    ? { error: { message, type: 'server_error', param: null, code: null } }
    : { type: 'error', error: { type: 'api_error', message }, request_id: 'req_up_1' };
}

export function beginStream({ response }: Visit, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
}

/** Breaks the connection off so that the peer sees a reset, not an end. */
export function reset({ response }: Visit): void {
  response.socket?.resetAndDestroy();
}

export function reply(wire: WireName): object {
  if (wire === 'openai') {
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'real-o',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
    };
  }
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'real-a',
    content: [{ type: 'text', text: 'Hello there' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 2 },
  };
}

function chunk(choices: object[], usage: object | null = null): string {
  const data = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'real-o',
    choices,
    usage,
  };
  return `data: ${JSON.stringify(data)}\n\n`;
}

function event(data: { type: string }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The events before the first token. */
export function opening(wire: WireName): string {
  if (wire === 'openai') return chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
  const message = {
    ...reply('anthropic'),
    content: [],
    stop_reason: null,
    usage: { input_tokens: 10, output_tokens: 1 },
  };
  const start = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
  return event({ type: 'message_start', message } as { type: string }) + event(start);
}

export function token(wire: WireName, text: string): string {
  if (wire === 'openai') return chunk([{ index: 0, delta: { content: text }, finish_reason: null }]);
  return event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } } as { type: string });
}

export function streamError(wire: WireName, message: string): string {
  const body = JSON.stringify(errorBody(wire, message));
  return wire === 'openai' ? `data: ${body}\n\n` : `event: error\ndata: ${body}\n\n`;
}

/** The call of a tool, in place of text: its start and its arguments in two pieces. */
export function toolCall(wire: WireName, name: string, given: string): string {
  const half = Math.ceil(given.length / 2);
  const pieces = [given.slice(0, half), given.slice(half)];
  if (wire === 'openai') {
    const call = { index: 0, id: 'call_1', type: 'function', function: { name, arguments: '' } };
    const deltas = [call, ...pieces.map((piece) => ({ index: 0, function: { arguments: piece } }))];
    return deltas.map((one) => chunk([{ index: 0, delta: { tool_calls: [one] }, finish_reason: null }])).join('');
  }
  const block = { type: 'tool_use', id: 'toolu_1', name, input: {} };
  const start = { type: 'content_block_start', index: 1, content_block: block };
  const deltas = pieces.map((json) => ({
    type: 'content_block_delta',
    index: 1,
    delta: { type: 'input_json_delta', partial_json: json },
  }));
  return `${event({ type: 'content_block_stop', index: 0 } as { type: string })}${[start, ...deltas].map(event).join('')}`;
}

const FINISHES = {
  stop: { openai: 'stop', anthropic: 'end_turn', block: 0 },
  length: { openai: 'length', anthropic: 'max_tokens', block: 0 },
  tools: { openai: 'tool_calls', anthropic: 'tool_use', block: 1 },
} as const;

/** The finish, the usage and the end mark. */
export function ending(wire: WireName, finish: keyof typeof FINISHES = 'stop'): string {
  const { block, ...words } = FINISHES[finish];
  if (wire === 'openai') {
    const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
    return `${chunk([{ index: 0, delta: {}, finish_reason: words.openai }])}${chunk([], usage)}data: [DONE]\n\n`;
  }
  const delta = { stop_reason: words.anthropic, stop_sequence: null };
  return (
    event({ type: 'content_block_stop', index: block } as { type: string }) +
    event({ type: 'message_delta', delta, usage: { output_tokens: 2 } } as { type: string }) +
    event({ type: 'message_stop' })
  );
}
