// What the writers of one request share: who asked, who is asked, and the list of what could not be carried over.
// Every loss must pass through here: a writer never leaves something out on its own.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { EncodeTarget } from './dialect.ts';
import type { DialectName, NeutralRequest } from './neutral.ts';
import { refuseStored, toldMembers, UNTOLD_EXTRA } from './openai-responses-unknown.ts';

/**
 * Top-level fields of which the neutral form understands a part; what is left of them travels in `unknown` under the
 * same name, and is told as `thinking.display`, not as `thinking`.
 */
const PARTLY_UNDERSTOOD = new Set([
  'thinking',
  'output_config',
  'metadata',
  'stream_options',
  'generationConfig',
  'toolConfig',
  'labels',
]);

const MAX_LINE = 160;

export class Crossing {
  readonly request: NeutralRequest;
  readonly target: EncodeTarget;
  /** Whether the request was written in another dialect than the one it is being written in. */
  readonly isForeign: boolean;
  private readonly lost = new Set<string>();

  /** Throws TierlineError `unsupported` for a request of which a part lies at the provider it was meant for. */
  constructor(request: NeutralRequest, target: EncodeTarget, to: DialectName) {
    this.request = request;
    this.target = target;
    this.isForeign = request.origin !== to;
    if (this.isForeign) refuseStored(request);
  }

  get losses(): string[] {
    return [...this.lost];
  }

  /** Lines hold names that the client chose, and end up in a header: printable ASCII only, and not long. */
  lose(line: string): void {
    this.lost.add(line.slice(0, MAX_LINE).replace(/[^\x20-\x7e]/g, '?'));
  }

  /** The extra fields when they are at home in this dialect; else they are told and left out. */
  extra(extra: JsonObject | undefined, where: string): JsonObject {
    if (extra === undefined) return {};
    if (!this.isForeign) return extra;
    const isResponses = this.request.origin === 'openai-responses';
    for (const key of Object.keys(extra)) if (!isResponses || !UNTOLD_EXTRA.has(key)) this.lose(`${where}: ${key}`);
    return {};
  }

  /** The unknown top-level fields when they are at home; else they are told and left out, all but those of `handled`. */
  unknown(handled: ReadonlySet<string>): JsonObject {
    const { unknown } = this.request;
    if (!this.isForeign) return unknown;
    if (this.request.origin === 'openai-responses') {
      for (const told of toldMembers(this.request)) if (!handled.has(told)) this.lose(told);
      return {};
    }
    for (const [key, value] of Object.entries(unknown)) {
      if (handled.has(key)) continue;
      if (PARTLY_UNDERSTOOD.has(key) && isObject(value)) {
        for (const member of Object.keys(value)) this.lose(`${key}.${member}`);
      } else this.lose(key);
    }
    return {};
  }

  /** A user turn of which nothing is left has no meaning any more: that is refused, not told. */
  refuseEmptyTurn(where: string): never {
    throw new TierlineError('unsupported', `Nothing of ${where} can be sent to the model ${this.target.model}.`, {
      param: where,
    });
  }
}

/** What to call a part or a tool of another provider when telling that it was left out. */
export function kindOf(json: Json): string {
  if (!isObject(json)) return 'unknown kind';
  // Gemini's parts and tools are known by their only member.
  return typeof json.type === 'string' ? json.type : (Object.keys(json)[0] ?? 'unknown kind');
}
