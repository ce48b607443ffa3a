// Files, uploads and batches, handed on to the provider that holds them. Every id belongs to the tenant that made it: for
// another one it does not exist. Bodies stream through; nothing here knows what is in a file but the results of batches.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { TierlineError } from '../../call/errors.ts';
import { isObject, type JsonObject } from '../../call/json.ts';
import { fileIdsIn } from '../../dialect/file-ids.ts';
import type { BoundObject, ObjectKind, ObjectStore } from '../../objects/object-store.ts';
import type { PassOrder } from '../../provider/connection.ts';
import type { RawReply } from '../../provider/raw-upstream.ts';
import type { Engine, Holder, Recorder } from '../../router.ts';
import { readBody } from '../body.ts';
import type { Responder } from '../responder.ts';
import { writeBatchModels } from './batch-models.ts';
import { readBatchOrder, taskOfBatch } from './batch-order.ts';
import { type Asking, chooseHolder, holderOf } from './holder.ts';
import type { Known } from './known.ts';
import { readKnown } from './known.ts';
import { type FilesOrder, isObjectId, objectNotFound } from './order.ts';
import { listOwn } from './own-list.ts';
import { holderOfFiles, oneHolder } from './referred.ts';
import { isOk, passing, type Reply, readObject, readWhole, sendReply, streamReply } from './reply.ts';
import { watchResults } from './results.ts';
import { ownResultsUrl, writeResultsUrl } from './results-url.ts';

export interface FilesParts {
  objects: ObjectStore;
  recorder: Recorder;
}

/** A request whose key has been checked. */
export interface FilesVisit {
  id: string;
  order: FilesOrder;
  tenant: string;
  isAnthropic: boolean;
  query: string;
  headers: IncomingHttpHeaders;
  request: IncomingMessage;
  responder: Responder;
  settings: { engine: Engine; maxBodyBytes: number; maxDepth: number };
}

/** Answers the request. Rejects with TierlineError as long as nothing has gone out; after that the connection is cut. */
export async function serveFiles(parts: FilesParts, visit: FilesVisit): Promise<void> {
  const left = new AbortController();
  visit.responder.onGone = () => left.abort();
  try {
    await new FilesDesk(parts, visit, left.signal).serve();
  } catch (error) {
    if (!visit.responder.hasBegun) throw error;
    // Contents that broke off must not look as if they were whole.
    visit.request.socket.destroy();
  }
}

/** Of more objects than that the older ones are not on a list. */
const MOST_LISTED = 100_000;

/** What is sent besides the path. `isLasting`: what it begins costs money, so its answer is waited for though the client left. */
type Sent = Partial<Pick<PassOrder, 'body' | 'query'>> & { isLasting?: boolean };

class FilesDesk {
  private readonly parts: FilesParts;
  private readonly visit: FilesVisit;
  private readonly left: AbortSignal;
  private readonly asking: Asking;

  constructor(parts: FilesParts, visit: FilesVisit, left: AbortSignal) {
    this.parts = parts;
    this.visit = visit;
    this.left = left;
    const { tenant, isAnthropic, settings } = visit;
    this.asking = { engine: settings.engine, tenant, isAnthropic };
  }

  async serve(): Promise<void> {
    const { order } = this.visit;
    if (order.does === 'create') await (order.kind === 'batch' ? this.createBatch() : this.create());
    else if (order.does === 'list') await this.list();
    else await this.goOn(this.requireOwn(order.kind, order.id));
  }

  /** A file or an upload: its bytes go straight on. */
  private async create(): Promise<void> {
    const holder = chooseHolder(this.asking, this.visit.headers);
    await this.answerObject(holder, await this.send(holder, { body: this.streamed() }), {});
  }

  private async createBatch(): Promise<void> {
    const { isAnthropic, headers, request, settings, tenant } = this.visit;
    const chosen = isAnthropic ? chooseHolder(this.asking, headers) : null;
    const body = await readBody(request, settings.maxBodyBytes);
    const { engine, maxDepth } = settings;
    if (chosen !== null) {
      const provider = chosen.connection.name;
      const written = writeBatchModels(body, { engine, tenant, provider, maxDepth });
      oneHolder(provider, holderOfFiles(this.parts.objects, { fileIds: fileIdsIn(body) }, tenant));
      const task = taskOfBatch(engine.policy, headers, {});
      await this.answerObject(chosen, await this.send(chosen, { body: written, isLasting: true }), {
        task,
        createdMs: Date.now(),
      });
      return;
    }
    const { inputFile, metadata } = readBatchOrder(body, maxDepth);
    const holder = this.holder(this.requireOwn('file', inputFile, 'input_file_id'));
    const task = taskOfBatch(engine.policy, headers, metadata);
    await this.answerObject(holder, await this.send(holder, { body, isLasting: true }), {
      task,
      createdMs: Date.now(),
    });
  }

  private async list(): Promise<void> {
    const { order, query, isAnthropic, tenant, headers, responder, id } = this.visit;
    const holder = chooseHolder(this.asking, headers);
    const { connection } = holder;
    const { objects } = this.parts;
    const held = objects.list({ kind: order.kind, tenant, limit: MOST_LISTED });
    let reply: Reply | undefined;
    const page = await listOwn({
      query,
      isAnthropic,
      // The providers' own.
      usualLimit: order.kind === 'file' && !isAnthropic ? 10_000 : 20,
      own: new Set(held.filter(({ provider }) => provider === connection.name).map((object) => object.id)),
      fetch: async (asked) => {
        reply = await readWhole(await this.send(holder, { query: asked }));
        return reply.status < 400 ? readObject(reply) : null;
      },
    });
    if (page !== null) reply = this.ownPage(page, holder, reply);
    sendReply(responder, reply as Reply, { id, connection });
  }

  private ownPage(page: JsonObject, holder: Holder, last: Reply | undefined): Reply {
    for (const item of Array.isArray(page['data']) ? page['data'].filter(isObject) : []) {
      this.bindInside(item, holder);
      const { id, results_url: address } = item;
      if (typeof id === 'string' && typeof address === 'string')
        item['results_url'] = ownResultsUrl(this.visit.headers, id);
    }
    return { status: 200, headers: last?.headers ?? {}, body: Buffer.from(JSON.stringify(page)) };
  }

  /** Something that is there already. */
  private async goOn(held: BoundObject): Promise<void> {
    const { order, responder, id } = this.visit;
    const holder = this.holder(held);
    const takesBody = order.does === 'part' || order.does === 'complete';
    const reply = await this.send(holder, { body: takesBody ? this.streamed() : null });
    if (order.does === 'content' && isOk(reply)) {
      const { settings } = this.visit;
      const watch = watchResults(held, { ...this.parts, engine: settings.engine });
      await streamReply(responder, reply, { id, watch });
    } else if (order.does === 'remove' || order.does === 'part') {
      const whole = await readWhole(reply);
      if (isOk(reply) && order.does === 'remove') this.parts.objects.remove(held.kind, held.id, held.tenant);
      sendReply(responder, whole, { id, connection: holder.connection });
    } else await this.answerObject(holder, reply, null);
  }

  private streamed(): IncomingMessage {
    return this.visit.request.on('data', (chunk: Buffer) => passing.add(chunk.length));
  }

  /** Binds what the answer names to the tenant, then hands it on. `known` is null for an object that is bound already. */
  private async answerObject(holder: Holder, reply: RawReply, known: Known | null): Promise<void> {
    const { order, responder, id, headers } = this.visit;
    const whole = await readWhole(reply);
    if (isOk(reply)) {
      const object = readObject(whole);
      if (known !== null) this.bind(order.kind, object['id'], { holder, known });
      this.bindInside(object, holder);
      whole.body = writeResultsUrl(whole.body, headers);
    }
    sendReply(responder, whole, { id, connection: holder.connection });
  }

  /** Ids inside an object: the files of a batch, the file that an upload has become. */
  private bindInside(object: JsonObject, holder: Holder): void {
    const { kind } = this.visit.order;
    if (kind === 'upload' && isObject(object['file'])) this.bind('file', object['file']['id'], { holder, known: {} });
    if (kind !== 'batch' || typeof object['id'] !== 'string') return;
    for (const name of ['output_file_id', 'error_file_id']) {
      const file = object[name];
      if (typeof file !== 'string' || file === '') continue;
      const bound = this.parts.objects.find('file', file, this.visit.tenant);
      const known = bound === null ? {} : readKnown(bound);
      if (known.batch !== object['id']) this.bind('file', file, { holder, known: { batch: object['id'] } });
    }
  }

  private bind(kind: ObjectKind, id: unknown, { holder, known }: { holder: Holder; known: Known }): void {
    if (typeof id !== 'string' || !isObjectId(id))
      throw new TierlineError('upstream_malformed', 'The provider answered without an id that can be kept.');
    const { tenant } = this.visit;
    const provider = holder.connection.name;
    let isBound: boolean;
    try {
      isBound = this.parts.objects.bind({ kind, id, tenant, provider, json: JSON.stringify(known) });
    } catch (cause) {
      // For the log: what costs money at the provider can be found there, whoever may not see it here.
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`the ${kind} ${id} of ${tenant} lies at ${provider}, and cannot be remembered: ${why}`, {
        cause,
      });
    }
    if (!isBound)
      throw new TierlineError('upstream_malformed', `The provider gave out the id of another ${kind} again.`);
  }

  private requireOwn(kind: FilesOrder['kind'], id: string | null, param?: string): BoundObject {
    const held = id === null || !isObjectId(id) ? null : this.parts.objects.find(kind, id, this.visit.tenant);
    if (held === null) throw objectNotFound({ kind, id }, param);
    return held;
  }

  private holder({ provider }: BoundObject): Holder {
    return holderOf(provider, this.asking, this.visit.headers);
  }

  private send({ connection }: Holder, { body = null, query, isLasting = false }: Sent): Promise<RawReply> {
    const { order, headers, isAnthropic, settings } = this.visit;
    const { firstByteMs, idleMs } = settings.engine.delivery.options;
    const { method, path } = order;
    const own = isAnthropic ? this.visit.query : '';
    const pass = connection.pass as NonNullable<typeof connection.pass>;
    const left = isLasting ? new AbortController().signal : this.left;
    return pass({ method, path, query: query ?? own, headers, body, firstByteMs, idleMs }, left);
  }
}
