// A client that speaks either dialect over plain HTTP and keeps everything it saw, so that tests can look at the wire
// itself; and one that writes raw bytes, for what no HTTP client would send.
import assert from 'node:assert/strict';
import http, { type IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WireName } from './scripted-upstream.ts';

export const PATHS: Record<WireName, string> = { openai: '/v1/chat/completions', anthropic: '/v1/messages' };

export interface Sent {
  wire: WireName;
  model: string;
  text: string;
  stream?: boolean;
  /** More top-level fields. */
  more?: object;
  headers?: Record<string, string>;
  /** Reads nothing for a while after the answer has begun. */
  isSlow?: boolean;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** False when the connection broke before the answer's end. */
  isComplete: boolean;
}

export function bodyOf({ wire, model, text, stream, more }: Sent): string {
  const required = wire === 'anthropic' ? { max_tokens: 100 } : {};
  const options = stream === true && wire === 'openai' ? { stream_options: { include_usage: true } } : {};
  return JSON.stringify({
    model,
    ...required,
    messages: [{ role: 'user', content: text }],
    ...(stream === undefined ? {} : { stream }),
    ...options,
    ...more,
  });
}

export interface Running {
  answer: Promise<Answer>;
  /** Resolves with the first bytes of the answer, or when there will be none. */
  begun: Promise<void>;
  /** Closes the connection as a client does that no longer wants the answer. */
  leave: () => void;
}

/** Sends a request; `answer` never rejects: a broken connection is an answer that is not complete. */
export function send(url: string, sent: Sent): Running {
  let begin: () => void = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const body = bodyOf(sent);
  const request = http.request(`${url}${PATHS[sent.wire]}`, {
    method: 'POST',
    agent: false,
    timeout: 20_000,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...(sent.wire === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}),
      ...sent.headers,
    },
  });
  const answer = new Promise<Answer>((resolve) => {
    const seen: Answer = { status: 0, headers: {}, text: '', isComplete: false };
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(seen));
    request.on('response', (response) => {
      seen.status = response.statusCode ?? 0;
      seen.headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        seen.text += text;
        begin();
      });
      if (sent.isSlow === true) {
        response.pause();
        setTimeout(() => response.resume(), 300);
      }
      response.on('error', () => resolve(seen));
      response.on('end', () => resolve({ ...seen, isComplete: response.complete }));
    });
  });
  void answer.then(begin);
  request.end(body);
  return { answer, begun, leave: () => void request.destroy() };
}

/** Sends a request and waits for the end of the answer. */
export function ask(url: string, sent: Sent): Promise<Answer> {
  return send(url, sent).answer;
}

export interface StreamEvent {
  event: string;
  data: string;
}

export function eventsOf(text: string): StreamEvent[] {
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string): string | undefined =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim();
    const data = field('data');
    return data === undefined ? [] : [{ event: field('event') ?? '', data }];
  });
}

/** Whether a stream says that the answer is finished. */
export function hasFinish(wire: WireName, text: string): boolean {
  return wire === 'openai'
    ? /"finish_reason":\s*"/.test(text) || text.includes('[DONE]')
    : /"type":\s*"message_stop"|"stop_reason":\s*"/.test(text);
}

interface ErrorShape {
  type: string;
  message: string;
  code?: string | null;
  param?: string | null;
}

/** The error in the caller's own dialect; fails when it is any other shape. */
export function errorIn(wire: WireName, json: string): ErrorShape {
  const body = JSON.parse(json) as { type?: unknown; error?: Record<string, unknown>; request_id?: unknown };
  assert.ok(body.error, `an error body: ${json}`);
  const { error } = body;
  assert.equal(typeof error.message, 'string', json);
  assert.equal(typeof error.type, 'string', json);
  if (wire === 'openai') {
    assert.deepEqual(Object.keys(body), ['error'], json);
    assert.ok('param' in error && 'code' in error, json);
  } else {
    assert.equal(body.type, 'error', json);
    assert.equal(typeof body.request_id, 'string', json);
  }
  return error as unknown as ErrorShape;
}

/** The status is as expected and the body an error of the dialect. */
export function expectError(answer: Answer, wire: WireName, status: number): ErrorShape {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
  return errorIn(wire, answer.text);
}

/** Writes bytes to a socket and reads until the server closes it, or until it has been silent for a while. */
export async function sendRaw(port: number, bytes: string | Buffer | (string | Buffer)[]): Promise<Answer> {
  const socket = net.connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
  socket.on('data', (chunk) => chunks.push(chunk));
  for (const part of Array.isArray(bytes) ? bytes : [bytes]) if (socket.writable) socket.write(part);
  await Promise.race([closed, sleep(5000, undefined, { ref: false })]);
  socket.destroy();
  return parseHttp(Buffer.concat(chunks));
}

function parseHttp(bytes: Buffer): Answer {
  // A `100 Continue` that came before is no answer.
  const text = bytes.toString('utf8').replace(/^HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n/, '');
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, end)).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = end < 0 ? '' : text.slice(end + 4);
  const length = Number(headers['content-length'] ?? -1);
  return {
    status: Number(first.split(' ')[1] ?? 0),
    headers,
    text: length < 0 ? body : Buffer.from(body).subarray(0, length).toString('utf8'),
    isComplete: Buffer.byteLength(body) >= length,
  };
}
