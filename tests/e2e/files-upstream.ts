// A provider of the test's own with files, uploads and batches, in the words of OpenAI and of Anthropic. It keeps what it was
// sent (of uploads only how much and a digest) and hands out results that a test has written.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scope } from './support.ts';

export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  /** The body when it is JSON. */
  json: unknown;
  bytes: number;
  sha256: string;
}

type Thing = Record<string, unknown> & { id: string };

export class FilesUpstream {
  url = '';
  readonly seen: Seen[] = [];
  readonly files: Thing[] = [];
  readonly batches: Thing[] = [];
  /** What a file, or the results of a batch of Anthropic's, hold. */
  readonly contents = new Map<string, string>();
  /** Pieces that contents are sent in, and the pause between them; all at once when null. */
  pace: { pieceBytes: number; pauseMs: number } | null = null;
  /** Answers the next request with this. */
  failure: { status: number; body: string } | null = null;
  /** How long an order for a batch takes. */
  orderMs = 0;
  /** How many exchanges the gateway has left before their end. */
  leftEarly = 0;
  private number = 0;
  private readonly prefix = Math.random().toString(36).slice(2, 8);
  private readonly server = createServer((request, response) => void this.answer(request, response));

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

  /** Ends a batch of OpenAI's with these lines, and those that failed. */
  finish(batchId: string, lines: readonly object[], failed: readonly object[] = []): void {
    const batch = this.batches.find(({ id }) => id === batchId) as Thing;
    batch['status'] = 'completed';
    batch['output_file_id'] = this.keep(lines, 'batch_output');
    if (failed.length > 0) batch['error_file_id'] = this.keep(failed, 'batch_output');
  }

  /** Ends a batch of Anthropic's. */
  end(batchId: string, lines: readonly object[]): void {
    const batch = this.batches.find(({ id }) => id === batchId) as Thing;
    batch['processing_status'] = 'ended';
    batch['results_url'] = `${this.url}/v1/messages/batches/${batchId}/results`;
    this.contents.set(batchId, toLines(lines));
  }

  private keep(lines: readonly object[], purpose: string): string {
    const file = this.file(purpose, 0);
    this.contents.set(file.id, toLines(lines));
    return file.id;
  }

  private id(kind: string): string {
    return `${kind}${this.prefix}${++this.number}`;
  }

  private file(purpose: string, bytes: number): Thing {
    const file = { id: this.id('file-'), object: 'file', bytes, created_at: 1_700_000_000, filename: 'f', purpose };
    this.files.unshift(file);
    return file;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('close', () => {
      if (!response.writableFinished) this.leftEarly++;
    });
    try {
      const seen = await this.read(request);
      this.seen.push(seen);
      const { failure } = this;
      this.failure = null;
      if (failure !== null) this.send(response, failure.status, failure.body);
      else await this.route(seen, response);
    } catch {
      response.destroy();
    }
  }

  private async read(request: IncomingMessage): Promise<Seen> {
    const digest = createHash('sha256');
    let bytes = 0;
    let text = '';
    const isJson = request.headers['content-type']?.startsWith('application/json') === true;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      digest.update(chunk);
      if (isJson) text += chunk.toString();
    }
    const { method = '', url = '', headers } = request;
    return { method, url, headers, bytes, sha256: digest.digest('hex'), json: text === '' ? null : JSON.parse(text) };
  }

  private async route(seen: Seen, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = seen.url.split('?');
    const name = path.replace(/^\/v1\//, '');
    const [, collection = '', id, rest] =
      /^(messages\/batches|files|uploads|batches)(?:\/([^/]+)(?:\/(\w+))?)?$/.exec(name) ?? [];
    const isAnthropic = seen.headers['anthropic-version'] !== undefined;
    if (collection.endsWith('batches')) await this.batch(seen, response, { id, rest, query, isAnthropic });
    else if (collection === 'uploads') this.upload(seen, response, { id, rest });
    else if (collection === 'files') await this.ofFiles(seen, response, { id, rest, query });
    else this.send(response, 404, '{"error":{"message":"no such route"}}');
  }

  private async ofFiles(
    { method, bytes }: Seen,
    response: ServerResponse,
    { id, rest, query }: { id: string | undefined; rest: string | undefined; query: string },
  ): Promise<void> {
    if (id === undefined) {
      if (method === 'POST') this.send(response, 200, this.file('batch', bytes));
      else this.send(response, 200, page(this.files, query));
      return;
    }
    const at = this.files.findIndex((file) => file.id === id);
    if (at < 0) this.send(response, 404, `{"error":{"message":"No such File object: ${id}"}}`);
    else if (rest === 'content') await this.stream(response, this.contents.get(id) ?? '');
    else if (method === 'DELETE') {
      this.files.splice(at, 1);
      this.send(response, 200, { id, object: 'file', deleted: true });
    } else this.send(response, 200, this.files[at] as Thing);
  }

  private upload(
    { bytes }: Seen,
    response: ServerResponse,
    { id, rest }: { id: string | undefined; rest: string | undefined },
  ): void {
    if (id === undefined) this.send(response, 200, { id: this.id('upload_'), object: 'upload', status: 'pending' });
    else if (rest === 'parts')
      this.send(response, 200, { id: this.id('part_'), object: 'upload.part', upload_id: id, bytes });
    else if (rest === 'complete')
      this.send(response, 200, { id, object: 'upload', status: 'completed', file: this.file('batch', 1) });
    else this.send(response, 200, { id, object: 'upload', status: 'cancelled' });
  }

  private async batch(
    { method, json }: Seen,
    response: ServerResponse,
    about: { id: string | undefined; rest: string | undefined; query: string; isAnthropic: boolean },
  ): Promise<void> {
    const { id, rest, query, isAnthropic } = about;
    if (id === undefined && method === 'GET') {
      const own = this.batches.filter((batch) => (batch['type'] === 'message_batch') === isAnthropic);
      this.send(response, 200, page(own, query));
      return;
    }
    if (id === undefined) {
      await sleep(this.orderMs);
      const batch = isAnthropic ? this.messageBatch() : this.openaiBatch(json as Record<string, unknown>);
      this.batches.unshift(batch);
      this.send(response, 200, batch);
      return;
    }
    const batch = this.batches.find((one) => one.id === id);
    if (batch === undefined) this.send(response, 404, '{"error":{"message":"no such batch"}}');
    else if (rest === 'results') await this.stream(response, this.contents.get(id) ?? '');
    else if (method === 'DELETE') {
      this.batches.splice(this.batches.indexOf(batch), 1);
      this.send(response, 200, { id, type: 'message_batch_deleted' });
    } else this.send(response, 200, batch);
  }

  private openaiBatch(order: Record<string, unknown>): Thing {
    return {
      id: this.id('batch_'),
      object: 'batch',
      status: 'in_progress',
      created_at: 1_700_000_000,
      output_file_id: null,
      ...order,
    };
  }

  private messageBatch(): Thing {
    return {
      id: this.id('msgbatch_'),
      type: 'message_batch',
      processing_status: 'in_progress',
      created_at: '2026-01-01T00:00:00Z',
      results_url: null,
    };
  }

  private send(response: ServerResponse, status: number, body: string | object): void {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'up-1' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  private async stream(response: ServerResponse, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
    const { pieceBytes, pauseMs } = this.pace ?? { pieceBytes: bytes.length, pauseMs: 0 };
    for (let at = 0; at < bytes.length && !response.destroyed; at += pieceBytes) {
      response.write(bytes.subarray(at, at + pieceBytes));
      if (pauseMs > 0) await sleep(pauseMs);
    }
    response.end();
  }
}

function toLines(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function page(things: readonly Thing[], query: string): object {
  const asked = new URLSearchParams(query);
  const after = asked.get('after') ?? asked.get('after_id');
  const from = after === null ? 0 : things.findIndex(({ id }) => id === after) + 1;
  const to = from + Number(asked.get('limit') ?? 20);
  const data = things.slice(from, to);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: to < things.length,
  };
}
