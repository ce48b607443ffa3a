// Responses that clients go on from by id. OpenAI keeps them itself: of those only tenant and provider are remembered, so that
// nobody goes on from another tenant's, and nobody else is asked. What was answered by a provider without a store is kept here.
import { TierlineError } from '../call/errors.ts';
import type { Answered } from '../call-client.ts';
import { Inbound } from '../dialect/inbound.ts';
import {
  goOnFrom,
  itemsIn,
  type KeptResponse,
  previousResponseOf,
  readKept,
  readResponse,
  referencesOf,
  toKept,
} from '../dialect/openai-responses-kept.ts';
import type { BoundObject, ObjectStore } from '../objects/object-store.ts';
import { type Edit, splice } from '../wire/splice.ts';
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

const NOTHING: ReadonlyMap<string, string> = new Map();

export class KeptResponses {
  private readonly objects: ObjectStore;
  private readonly settings: KeepResponses;

  constructor(objects: ObjectStore, settings: KeepResponses) {
    this.objects = objects;
    this.settings = settings;
  }

  /**
   * Throws TierlineError `invalid_request`, `previous_response_not_found`, also for another tenant's, or `body_too_large`.
   */
  open(asked: Inbound, tenant: string, limits: ResponseLimits): Opened {
    const id = previousResponseOf(asked);
    const previous = id === null ? null : this.findPrevious(id, tenant);
    const inbound = this.withItems(asked, tenant, limits);
    if (previous === null) return { inbound, heldBy: null };
    const { json, provider } = previous;
    if (json === null) return { inbound, heldBy: provider };
    return { inbound: readAgain(inbound, goOnFrom(inbound, json), limits), heldBy: null };
  }

  private findPrevious(id: string, tenant: string): BoundObject {
    const bound = isObjectId(id) ? this.objects.find('response', id, tenant) : null;
    if (bound !== null) return bound;
    const sentence = `Previous response with id '${id.slice(0, 100)}' not found.`;
    throw new TierlineError('previous_response_not_found', sentence, { param: 'previous_response_id' });
  }

  /** Items that are only named by the client stand in the place of their names, if they are kept here. */
  private withItems(inbound: Inbound, tenant: string, limits: ResponseLimits): Inbound {
    const edits: Edit[] = [];
    const known = new Map<string, ReadonlyMap<string, string>>();
    let bytes = inbound.body.length;
    for (const { id, responseId, start, end } of referencesOf(inbound)) {
      let items = known.get(responseId);
      if (items === undefined) {
        const kept = this.objects.find('response', responseId, tenant)?.json ?? null;
        items = kept === null ? NOTHING : itemsIn(kept);
        known.set(responseId, items);
      }
      const text = items.get(id);
      if (text === undefined) continue;
      bytes += Buffer.byteLength(text);
      if (bytes > limits.maxBodyBytes) throw tooLarge(limits);
      edits.push({ start, end, text });
    }
    return edits.length === 0 ? inbound : readAgain(inbound, splice(inbound.body, edits), limits);
  }

  /** Remembers an answer, unless the client does not want that. */
  keep(inbound: Inbound, tenant: string, { provider, isSameDialect, last }: Answered): void {
    if (inbound.top.value('store') === false) return;
    const { keep, retentionMs } = this.settings;
    const isKeptHere = keep === 'always' || (keep === 'crossing' && !isSameDialect);
    if (!isSameDialect && !isKeptHere) return;
    const response = readResponse(last);
    if (response === null || !isObjectId(response.id)) return;
    const json = isKeptHere && !response.isRunning ? toKept(inbound, response) : null;
    this.objects.bind({ kind: 'response', id: response.id, tenant, provider, json, keepMs: retentionMs });
  }

  /** What is known of a tenant's response; null when it does not exist for them. */
  find(id: string, tenant: string): { provider: string; kept: KeptResponse | null } | null {
    const bound = this.objects.find('response', id, tenant);
    if (bound === null) return null;
    return { provider: bound.provider, kept: bound.json === null ? null : readKept(bound.json) };
  }

  remove(id: string, tenant: string): boolean {
    return this.objects.remove('response', id, tenant);
  }
}

/** A request with another body. Throws TierlineError `body_too_large`. */
function readAgain({ dialect }: Inbound, body: Buffer, limits: ResponseLimits): Inbound {
  if (body.length > limits.maxBodyBytes) throw tooLarge(limits);
  return Inbound.read(dialect, body, limits.maxDepth);
}

function tooLarge({ maxBodyBytes }: ResponseLimits): TierlineError {
  const sentence = `The conversation up to here and this request are larger than ${maxBodyBytes} bytes.`;
  return new TierlineError('body_too_large', sentence);
}
