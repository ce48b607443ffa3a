// Responses that clients go on from by id. OpenAI keeps them itself: of those only tenant and provider are remembered, so that
// nobody goes on from another tenant's, and nobody else is asked. What was answered by a provider without a store is kept here.
import { TierlineError } from '../call/errors.ts';
import { isObject, type JsonObject } from '../call/json.ts';
import { Inbound } from '../dialect/inbound.ts';
import {
  goOnFrom,
  type KeptResponse,
  previousResponseOf,
  readResponse,
  toKept,
} from '../dialect/openai-responses-kept.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Answered } from '../router.ts';
import { isObjectId } from './files/order.ts';

export interface KeepResponses {
  /** `crossing`: only what a provider without a store has answered. `never`: nothing, and nobody can go on from it. */
  keep: 'crossing' | 'always' | 'never';
  retentionMs: number;
}

export interface ResponseLimits {
  maxDepth: number;
  maxBodyBytes: number;
}

/** A request that may go on from an earlier response, made ready. */
export interface Opened {
  inbound: Inbound;
  /** The provider that holds the earlier response; null when nobody needs to. */
  heldBy: string | null;
}

export class KeptResponses {
  private readonly objects: ObjectStore;
  private readonly settings: KeepResponses;

  constructor(objects: ObjectStore, settings: KeepResponses) {
    this.objects = objects;
    this.settings = settings;
  }

  /** Throws TierlineError `previous_response_not_found`, also for another tenant's, or `body_too_large`. */
  open(inbound: Inbound, tenant: string, { maxDepth, maxBodyBytes }: ResponseLimits): Opened {
    const id = previousResponseOf(inbound);
    if (id === null) return { inbound, heldBy: null };
    const bound = this.objects.find('response', id, tenant);
    if (bound === null) {
      const sentence = `Previous response with id '${id.slice(0, 100)}' not found.`;
      throw new TierlineError('previous_response_not_found', sentence, { param: 'previous_response_id' });
    }
    const kept = bound.json === null ? null : parseKept(bound.json);
    if (kept === null) return { inbound, heldBy: bound.provider };
    const body = goOnFrom(inbound, kept);
    if (body.length > maxBodyBytes) {
      const sentence = `The conversation up to here and this request are larger than ${maxBodyBytes} bytes.`;
      throw new TierlineError('body_too_large', sentence);
    }
    return { inbound: Inbound.read(inbound.dialect, body, maxDepth), heldBy: null };
  }

  /** Remembers an answer, unless the client does not want that. */
  keep(inbound: Inbound, tenant: string, { provider, isSameDialect, last }: Answered): void {
    if (inbound.top.value('store') === false) return;
    const { keep, retentionMs } = this.settings;
    const isKeptHere = keep === 'always' || (keep === 'crossing' && !isSameDialect);
    if (!isSameDialect && !isKeptHere) return;
    const response = readResponse(last);
    if (response === null || typeof response.id !== 'string' || !isObjectId(response.id)) return;
    const kept = isKeptHere ? toKept(inbound, response) : null;
    const json = kept === null ? null : JSON.stringify(kept);
    this.objects.bind({ kind: 'response', id: response.id, tenant, provider, json, keepMs: retentionMs });
  }

  /** What is known of a tenant's response; null when it does not exist for them. */
  find(id: string, tenant: string): { provider: string; kept: KeptResponse | null } | null {
    const bound = this.objects.find('response', id, tenant);
    if (bound === null) return null;
    return { provider: bound.provider, kept: bound.json === null ? null : parseKept(bound.json) };
  }

  remove(id: string, tenant: string): boolean {
    return this.objects.remove('response', id, tenant);
  }
}

function parseKept(json: string): KeptResponse {
  const { input, response } = JSON.parse(json) as JsonObject;
  return { input: Array.isArray(input) ? input : [], response: isObject(response) ? response : {} };
}
