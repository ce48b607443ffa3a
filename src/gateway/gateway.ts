// The HTTP face: admits requests, hands them to the router, and answers everything else itself. Routing, money and
// provider formats are none of its business.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TierlineError } from '../call/errors.ts';
import { createRequestIds } from '../call/request-id.ts';
import { anthropicMessages } from '../dialect/anthropic-messages.ts';
import { gemini } from '../dialect/gemini.ts';
import { Inbound } from '../dialect/inbound.ts';
import type { FeedbackDesk, FeedbackRules } from '../feedback.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { type Engine, type Recorder, route } from '../router.ts';
import { type Admission, admit } from './admission.ts';
import type { Authenticate } from './auth.ts';
import { readBody } from './body.ts';
import { countTokens } from './count-tokens.ts';
import { readCounted } from './counted.ts';
import { drain } from './drain.ts';
import { takeFeedback } from './feedback.ts';
import { serveFiles } from './files/desk.ts';
import { type FilesOrder, readFilesOrder } from './files/order.ts';
import { holderOfFiles } from './files/referred.ts';
import { geminiModels } from './gemini-models.ts';
import { findGeminiRoute } from './gemini-route.ts';
import type { AnswerHeaderOptions } from './headers.ts';
import { HttpClient } from './http-client.ts';
import { createHttpServer } from './http-server.ts';
import { type KeepResponses, KeptResponses } from './kept-responses.ts';
import { type LaneRequest, Lanes } from './lane.ts';
import { isLaneCall } from './lane-admission.ts';
import { answerModels } from './models.ts';
import { prepare } from './prepare.ts';
import { refuse, sendJson } from './refuse.ts';
import { NodeResponder, type Responder } from './responder.ts';
import { serveResponse } from './responses-desk.ts';
import { readResponseRoute } from './responses-route.ts';
import { requireMethod } from './target.ts';

/** What a configuration decides about the gateway; a reload replaces it for the requests that come after. */
export interface GatewaySettings {
  engine: Engine;
  authenticate: Authenticate;
  maxBodyBytes: number;
  maxDepth: number;
  answer: AnswerHeaderOptions;
  responses: KeepResponses;
  feedback: FeedbackRules;
}

export interface GatewayOptions {
  host: string;
  port: number;
  settings: GatewaySettings;
  recorder: Recorder;
  /** Which tenant has what. */
  objects: ObjectStore;
  feedback: FeedbackDesk;
  /** Why the gateway cannot serve at the moment, null when it can. */
  readiness: () => string | null;
  /** Figures in Prometheus' text format. */
  metrics: () => string;
  onInternalError: (error: unknown, requestId: string) => void;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** Calls that have been admitted, which is how many rows the ledger has to have. */
  readonly admitted: number;
  configure: (settings: GatewaySettings) => void;
  /** Stops accepting, waits for running calls up to `graceMs`, then cuts them off. */
  close: (graceMs: number) => Promise<void>;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats, text format. */
const METRICS_TYPE = ['content-type', 'text/plain; version=0.0.4; charset=utf-8'];

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const app = new App(options);
  await app.listen();
  return app;
}

class App implements Gateway {
  admitted = 0;
  private readonly options: GatewayOptions;
  readonly server: Server;
  readonly lanes: Lanes;
  readonly unfinished = new Set<Promise<void>>();
  private readonly nextId = createRequestIds();
  private settings: GatewaySettings;
  responses: KeptResponses;
  private isClosing = false;

  constructor(options: GatewayOptions) {
    this.options = options;
    this.settings = options.settings;
    this.responses = new KeptResponses(options.objects, options.settings.responses);
    this.server = createHttpServer((request, response) => this.handle(request, response));
    this.lanes = this.openLanes();
  }

  get objects(): ObjectStore {
    return this.options.objects;
  }

  get onInternalError(): GatewayOptions['onInternalError'] {
    return this.options.onInternalError;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    const { host } = this.options;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.host, 4096, () => resolve());
    });
  }

  configure(settings: GatewaySettings): void {
    this.settings = settings;
    this.responses = new KeptResponses(this.objects, settings.responses);
  }

  close(graceMs: number): Promise<void> {
    this.isClosing = true;
    return drain(this, graceMs);
  }

  /** Connections begin on a lane; node:http gets those that ask for anything else. */
  private openLanes(): Lanes {
    const { server } = this;
    const toNode = server.listeners('connection') as ((socket: Socket) => void)[];
    const lanes = new Lanes({
      isCall: (head) => isLaneCall(head, this.settings),
      isClosing: () => this.isClosing,
      onRequest: (request, responder) => this.handleLane(request, responder),
      handOver: (socket) => {
        for (const listener of toNode) listener.call(server, socket);
      },
    });
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => lanes.accept(socket));
    return lanes;
  }

  private handleLane({ target, headers, body }: LaneRequest, responder: Responder): void {
    const admission = admit(this.nextId(), { target, headers }, responder);
    const { settings } = this;
    try {
      const tenant = settings.authenticate(headers);
      this.route(admission, body, { settings, tenant }).catch((error: unknown) => this.refuse(admission, error));
    } catch (error) {
      this.refuse(admission, error);
    }
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.isClosing) response.setHeader('connection', 'close');
    // What has begun before has not been told so, and its client would keep the connection for its next request.
    else response.once('finish', () => this.isClosing && request.socket.end());
    const { url: target = '/', headers } = request;
    const admission = admit(this.nextId(), { target, headers }, new NodeResponder(response));
    try {
      this.dispatch(admission, request)?.catch((error: unknown) => this.refuse(admission, error));
    } catch (error) {
      this.refuse(admission, error);
    }
  }

  private dispatch(admission: Admission, request: IncomingMessage): Promise<void> | undefined {
    const { responder, path } = admission;
    if (admission.dialect === gemini) return this.dispatchGemini(admission, request);
    const name = path.startsWith('/v1/') ? path.slice(3) : path;
    switch (name) {
      case '/chat/completions':
      case '/messages':
      case '/responses':
      case '/embeddings':
        return this.call(admission, request);
      case '/messages/count_tokens':
        return this.count(admission, request);
      case '/feedback':
        return this.finish(takeFeedback(this.options.feedback, { ...admission, request, settings: this.settings }));
      case '/healthz':
        sendJson(responder, 200, { status: 'ok' });
        return undefined;
      case '/readyz':
        this.ready(responder);
        return undefined;
      case '/metrics':
        requireMethod(request, ['GET', 'HEAD']);
        this.settings.authenticate(admission.headers);
        responder.send(200, METRICS_TYPE, this.options.metrics());
        return undefined;
    }
    const files = readFilesOrder(request.method ?? '', name, admission.dialect === anthropicMessages);
    if (files !== null) return this.serveFiles(admission, request, files);
    const response = readResponseRoute(request.method ?? '', name);
    if (response !== null) {
      const { settings } = this;
      const tenant = settings.authenticate(admission.headers);
      return serveResponse(this.responses, { ...admission, route: response, tenant, engine: settings.engine });
    }
    if (name === '/models' || name.startsWith('/models/')) {
      requireMethod(request, ['GET', 'HEAD']);
      this.settings.authenticate(request.headers);
      const isAnthropic = request.headers['anthropic-version'] !== undefined;
      sendJson(responder, 200, answerModels(this.settings.engine.policy, name.slice('/models'.length), isAnthropic));
      return undefined;
    }
    throw new TierlineError(
      'not_found',
      `There is no route ${request.method} ${path.slice(0, 200)}. Calls go to POST /v1/chat/completions, /v1/responses or /v1/embeddings (OpenAI), POST /v1/messages (Anthropic) or POST /v1beta/models/{model}:generateContent (Google).`,
    );
  }

  private dispatchGemini(admission: Admission, request: IncomingMessage): Promise<void> | undefined {
    const found = findGeminiRoute(admission.path, request.method);
    if (found.kind !== 'models') return this[found.kind]({ ...admission, named: found.named }, request);
    this.settings.authenticate(admission.headers);
    sendJson(admission.responder, 200, geminiModels(this.settings.engine.policy, found.name));
    return undefined;
  }

  private async call(admission: Admission, request: IncomingMessage): Promise<void> {
    const { settings } = this;
    requireMethod(request, ['POST']);
    const tenant = settings.authenticate(admission.headers);
    const body = await readBody(request, settings.maxBodyBytes);
    await this.route(admission, body, { settings, tenant });
  }

  /** The one way in for everything that costs money. */
  private async route(
    admission: Admission,
    body: Buffer,
    { settings, tenant }: { settings: GatewaySettings; tenant: string },
  ): Promise<void> {
    const { id, dialect, path, query, headers, responder } = admission;
    const startedAt = performance.now();
    const read = Inbound.read(dialect, body, settings.maxDepth, admission.named);
    const client = new HttpClient(responder, dialect, id, settings.answer);
    client.wantsStream = read.stream;
    const { inbound, heldBy, onAnswered } = prepare(this, read, { id, tenant, limits: settings });
    this.admitted++;
    await route(settings.engine, this.options.recorder, {
      id,
      atMs: Date.now(),
      startedAt,
      tenant,
      path,
      query,
      headers,
      inbound,
      client,
      heldBy,
      onAnswered,
    });
  }

  private serveFiles(admission: Admission, request: IncomingMessage, order: FilesOrder): Promise<void> {
    const { settings, objects } = this;
    const { recorder } = this.options;
    const isAnthropic = admission.dialect === anthropicMessages;
    const tenant = settings.authenticate(admission.headers);
    return this.finish(
      serveFiles({ objects, recorder }, { ...admission, order, tenant, isAnthropic, request, settings }),
    );
  }

  /** Work that goes on though its client may have left. */
  private finish(work: Promise<void>): Promise<void> {
    this.unfinished.add(work);
    return work.finally(() => this.unfinished.delete(work));
  }

  private async count(admission: Admission, request: IncomingMessage): Promise<void> {
    const { settings } = this;
    requireMethod(request, ['POST']);
    const tenant = settings.authenticate(admission.headers);
    const client = new HttpClient(admission.responder, admission.dialect, admission.id, settings.answer);
    const body = await readBody(request, settings.maxBodyBytes);
    const counting = readCounted(body, settings.maxDepth, admission);
    const heldBy = holderOfFiles(this.objects, counting.inbound, tenant);
    const counted = await countTokens(settings.engine, { ...admission, ...counting, tenant, client, heldBy });
    sendJson(admission.responder, counted.status, counted.body);
  }

  private ready(responder: Responder): void {
    const reason = this.isClosing ? 'shutting down' : this.options.readiness();
    if (reason === null) sendJson(responder, 200, { status: 'ready' });
    else sendJson(responder, 503, { status: 'not ready', reason });
  }

  private refuse({ id, dialect, responder }: Admission, cause: unknown): void {
    const isOurs = cause instanceof TierlineError;
    if (!isOurs) this.onInternalError(cause, id);
    refuse(responder, dialect, { id, error: isOurs ? cause : new TierlineError('internal', undefined, { cause }) });
  }
}
