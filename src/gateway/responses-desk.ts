// Answers what is asked of a response afterwards: from what is kept here, else by the provider that holds it. For another
// tenant than the one that made it there is no such response.
import type { IncomingHttpHeaders } from 'node:http';
import { openaiResponses } from '../dialect/openai-responses.ts';
import type { Engine } from '../router.ts';
import { holderOf } from './files/holder.ts';
import { isOk, readWhole, sendReply, streamReply } from './files/reply.ts';
import type { KeptResponses } from './kept-responses.ts';
import { sendJson } from './refuse.ts';
import type { Responder } from './responder.ts';
import { type ResponseRoute, responseNotFound, showKept } from './responses-route.ts';

/** A request whose key has been checked. */
export interface ResponseVisit {
  id: string;
  route: ResponseRoute;
  tenant: string;
  query: string;
  headers: IncomingHttpHeaders;
  responder: Responder;
  engine: Engine;
}

/** Rejects with TierlineError as long as nothing has gone out. */
export async function serveResponse(responses: KeptResponses, visit: ResponseVisit): Promise<void> {
  const { route, tenant, responder, query } = visit;
  const found = responses.find(route.id, tenant);
  if (found === null) throw responseNotFound(route.id);
  if (found.kept === null) {
    if (await askHolder(found.provider, visit)) responses.remove(route.id, tenant);
  } else if (route.method !== 'DELETE') sendJson(responder, 200, showKept(found.kept, route, query));
  else if (isStoredAt(found.provider, visit)) {
    if (await askHolder(found.provider, visit)) responses.remove(route.id, tenant);
  } else {
    responses.remove(route.id, tenant);
    sendJson(responder, 200, { id: route.id, object: 'response', deleted: true });
  }
}

/** Whether the provider has a store of its own, in which the response lies beside what is kept here. */
function isStoredAt(provider: string, { engine }: ResponseVisit): boolean {
  const holder = engine.holders.find(({ connection }) => connection.name === provider);
  return holder?.connection.speaks.includes(openaiResponses) === true;
}

/** Says whether the provider has it no longer. */
async function askHolder(provider: string, visit: ResponseVisit): Promise<boolean> {
  const { id, route, tenant, query, headers, responder, engine } = visit;
  const left = new AbortController();
  responder.onGone = () => left.abort();
  const { connection } = holderOf(provider, { engine, tenant, isAnthropic: false }, headers);
  const { firstByteMs, idleMs } = engine.delivery.options;
  const { method, rest } = route;
  const path = `responses/${encodeURIComponent(route.id)}${rest === '' ? '' : `/${rest}`}`;
  const pass = connection.pass as NonNullable<typeof connection.pass>;
  const reply = await pass({ method, path, query, headers, body: null, firstByteMs, idleMs }, left.signal);
  const isStream = isOk(reply) && reply.headers['content-type']?.startsWith('text/event-stream') === true;
  if (isStream) await streamReply(responder, reply, { id, watch: null });
  else sendReply(responder, await readWhole(reply), { id, connection });
  return method === 'DELETE' && (isOk(reply) || reply.statusCode === 404);
}
