// A provider of the tests' own behind every API that responses cross to: OpenAI's responses with a store of its own, chat
// completions, Anthropic's messages and Gemini. What it answers is said once, and written as each of them writes it.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scope } from './support.ts';

export const APIS = ['responses', 'chat', 'anthropic', 'gemini'] as const;
export type Api = (typeof APIS)[number];

export interface StatefulVisit {
  api: Api;
  method: string;
  /** Path with query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The body as it came. */
  text: string;
  body: Record<string, unknown>;
  /** Whether the gateway dropped the connection before the reply was complete. */
  isLeft: boolean;
}

/** An answer. Only Anthropic's has the thought, which is signed. */
export interface Said {
  thought?: string;
  text?: string;
  call?: { id: string; name: string; json: string };
  /** Waits so long before each piece of a stream. */
  pauseMs?: number;
  /** Answers with this error instead. */
  status?: number;
}

type Native = Record<string, unknown> & { id: string };

export class StatefulUpstream {
  url = '';
  readonly visits: StatefulVisit[] = [];
  /** What the native store holds. */
  readonly stored = new Map<string, Native>();
  /** What is answered. */
  say: (visit: StatefulVisit) => Said | Promise<Said> = () => ({ text: 'Hello there.' });
  /** The id of the next answer; servers there are that give the same one again. */
  nextId: () => string = () => `${this.prefix}${++this.number}`;
  private number = 0;
  private readonly prefix = Math.random().toString(36).slice(2, 8);
  // Kept longer than any test: a server that closes an idle connection just as a request comes in resets it, and on a busy machine
  // "just as" lasts seconds.
  private readonly server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    this.answer(request, response).catch(() => response.destroy());
  });

  async listen(scope: Scope): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    scope.after(() => {
      this.server.closeAllConnections();
      this.server.close();
    });
    return this;
  }

  /** The visit that came last. */
  get last(): StatefulVisit {
    return this.visits.at(-1) as StatefulVisit;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const { method = '', url: path = '', headers } = request;
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const visit: StatefulVisit = { api: apiOf(path), method, path, headers, text, body, isLeft: false };
    response.on('close', () => (visit.isLeft = !response.writableFinished));
    this.visits.push(visit);
    const [, id, rest] = /\/responses\/([^/?]+)(?:\/(\w+))?/.exec(path) ?? [];
    if (id !== undefined) {
      this.keep(visit, response, { id, rest });
      return;
    }
    const said = await this.say(visit);
    if (said.status === undefined) await this.write(visit, response, said);
    else send(response, said.status, { error: { message: 'No.', type: 'server_error', param: null, code: null } });
  }

  /** What OpenAI does with a response that it has stored. */
  private keep(visit: StatefulVisit, response: ServerResponse, about: { id: string; rest: string | undefined }): void {
    const { id, rest } = about;
    const stored = this.stored.get(id);
    if (stored === undefined) {
      const message = `Response with id '${id}' not found.`;
      send(response, 404, { error: { message, type: 'invalid_request_error', param: null, code: null } });
    } else if (visit.method === 'DELETE') {
      this.stored.delete(id);
      send(response, 200, { id, object: 'response', deleted: true });
    } else if (rest === 'input_items') {
      send(response, 200, { object: 'list', data: [], first_id: null, last_id: null, has_more: false });
    } else {
      if (rest === 'cancel') stored['status'] = 'cancelled';
      send(response, 200, stored);
    }
  }

  private async write({ api, path, body }: StatefulVisit, response: ServerResponse, said: Said): Promise<void> {
    const id = this.nextId();
    const isStream = body['stream'] === true || path.includes(':streamGenerateContent');
    const native = api === 'responses' ? toNative(id, said, body) : null;
    if (native !== null && body['store'] !== false) this.stored.set(native.id, native);
    if (!isStream) {
      send(response, 200, native ?? WHOLE[api as Exclude<Api, 'responses'>](id, said));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = native === null ? STREAMED[api as Exclude<Api, 'responses'>](id, said) : nativeEvents(native);
    for (const event of events) {
      if (said.pauseMs !== undefined) await sleep(said.pauseMs);
      if (response.destroyed) return;
      response.write(event);
    }
    response.end();
  }
}

function apiOf(path: string): Api {
  if (path.includes('/responses')) return 'responses';
  if (path.includes('/messages')) return 'anthropic';
  return path.includes('/chat/completions') ? 'chat' : 'gemini';
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A server-sent event, with its name where the data has one. */
function event(data: object): string {
  const { type } = data as { type?: string };
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function toNative(
  id: string,
  { text, call }: Said,
  { model, background, previous_response_id }: object & Body,
): Native {
  const content = [{ type: 'output_text', text, annotations: [] }];
  const message = { id: `msg_${id}`, type: 'message', role: 'assistant', status: 'completed', content };
  const called = { id: `fc_${id}`, type: 'function_call', status: 'completed', call_id: call?.id, name: call?.name };
  const isRunning = background === true;
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: 1_700_000_000,
    status: isRunning ? 'queued' : 'completed',
    model,
    background: isRunning,
    previous_response_id: previous_response_id ?? null,
    output: isRunning
      ? []
      : [
          ...(text === undefined ? [] : [message]),
          ...(call === undefined ? [] : [{ ...called, arguments: call.json }]),
        ],
    usage: isRunning ? null : { input_tokens: 10, output_tokens: 2, total_tokens: 12 },
  };
}

interface Body {
  model?: unknown;
  background?: unknown;
  previous_response_id?: unknown;
}

function nativeEvents(response: Native): string[] {
  const items = response['output'] as Record<string, unknown>[];
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const middle = items.flatMap((item, output_index) => {
    const at = { output_index, content_index: 0, item_id: item['id'] };
    const [part] = (item['content'] ?? []) as { text: string }[];
    return [
      { type: 'response.output_item.added', output_index, item: { ...item, content: [] } },
      ...pieces(part?.text).map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
      { type: 'response.output_item.done', output_index, item },
    ];
  });
  const events = [{ type: 'response.created', response: begun }, ...middle, { type: 'response.completed', response }];
  return events.map((one, sequence_number) => event({ ...one, sequence_number }));
}

const GEMINI_USAGE = { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 };

const WHOLE: Record<Exclude<Api, 'responses'>, (id: string, said: Said) => object> = {
  chat: (id, { text, call }) => {
    const calls = call && [{ id: call.id, type: 'function', function: { name: call.name, arguments: call.json } }];
    const message = { role: 'assistant', content: text ?? null, ...(calls && { tool_calls: calls }) };
    return {
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'real',
      choices: [{ index: 0, message, finish_reason: call ? 'tool_calls' : 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
    };
  },
  anthropic: (id, said) => ({
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: 'real',
    content: blocksOf(said),
    stop_reason: said.call ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 2 },
  }),
  gemini: (id, { text, call }) => {
    const parts: object[] = text === undefined ? [] : [{ text }];
    if (call) parts.push({ functionCall: { name: call.name, args: JSON.parse(call.json) as object } });
    const candidate = { index: 0, content: { role: 'model', parts }, finishReason: 'STOP' };
    return { candidates: [candidate], usageMetadata: GEMINI_USAGE, modelVersion: 'real', responseId: id };
  },
};

const STREAMED: Record<Exclude<Api, 'responses'>, (id: string, said: Said) => string[]> = {
  chat: (id, { text, call }) => {
    const base = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1_700_000_000, model: 'real' };
    const chunk = (delta: object, finish_reason: string | null = null): string =>
      event({ ...base, choices: [{ index: 0, delta, finish_reason }] });
    const calls = call && [
      { index: 0, id: call.id, type: 'function', function: { name: call.name, arguments: call.json } },
    ];
    return [
      chunk({ role: 'assistant', content: '' }),
      ...pieces(text).map((content) => chunk({ content })),
      ...(calls ? [chunk({ tool_calls: calls })] : []),
      chunk({}, call ? 'tool_calls' : 'stop'),
      event({ ...base, choices: [], usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } }),
      'data: [DONE]\n\n',
    ];
  },
  anthropic: (id, said) => {
    const message = { ...WHOLE.anthropic(id, said), content: [], stop_reason: null };
    const delta = { stop_reason: said.call ? 'tool_use' : 'end_turn', stop_sequence: null };
    return [
      event({ type: 'message_start', message }),
      ...blocksOf(said).flatMap(blockEvents),
      event({ type: 'message_delta', delta, usage: { output_tokens: 2 } }),
      event({ type: 'message_stop' }),
    ];
  },
  gemini: (id, { text, ...said }) => {
    const part = (piece: string): object => ({ content: { role: 'model', parts: [{ text: piece }] } });
    const some = pieces(text).map((piece) => ({ candidates: [part(piece)], modelVersion: 'real', responseId: id }));
    return [...some, WHOLE.gemini(id, said)].map(event);
  },
};

function pieces(text: string | undefined): string[] {
  return text === undefined ? [] : (text.match(/\S+\s*/g) ?? []);
}

type Block = { type: string } & Record<string, unknown>;

function blocksOf({ thought, text, call }: Said): Block[] {
  return [
    ...(thought === undefined ? [] : [{ type: 'thinking', thinking: thought, signature: `signed ${thought}` }]),
    ...(text === undefined ? [] : [{ type: 'text', text }]),
    ...(call ? [{ type: 'tool_use', id: call.id, name: call.name, input: JSON.parse(call.json) as unknown }] : []),
  ];
}

function blockEvents(block: Block, index: number): string[] {
  const { type, text, thinking, signature, input } = block;
  const empty = { thinking: { thinking: '', signature: '' }, text: { text: '' }, tool_use: { input: {} } }[type];
  const deltas: Record<string, unknown>[] =
    type === 'thinking'
      ? [
          { type: 'thinking_delta', thinking },
          { type: 'signature_delta', signature },
        ]
      : type === 'text'
        ? pieces(text as string).map((piece) => ({ type: 'text_delta', text: piece }))
        : [{ type: 'input_json_delta', partial_json: JSON.stringify(input) }];
  return [
    event({ type: 'content_block_start', index, content_block: { ...block, ...empty } }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
    event({ type: 'content_block_stop', index }),
  ];
}
