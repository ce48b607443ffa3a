// One model call as a log of any kind tells it: the waist between the formats and the grouping. Null stands for what the log
// does not say.
import type { JsonObject } from '../../call/json.ts';
import type { NanoUsd } from '../../call/money.ts';
import type { Usage } from '../../call/usage.ts';

export interface LoggedCall {
  id: string | null;
  /** Start of the call, milliseconds since 1970. */
  atMs: number | null;
  kind: 'chat' | 'embedding';
  /** As the log names it; the provider's own name where it tells that. */
  model: string | null;
  /** A vendor of the catalog, or what the log calls the provider. */
  provider: string | null;
  /** The name that the application itself gave its task. It decides which group the call belongs to. */
  task: string | null;
  /** Names that only hint at the task, the best first: trace, tags, key, program. */
  hints: readonly string[];
  usage: Usage | null;
  costNanoUsd: NanoUsd | null;
  latencyMs: number | null;
  isError: boolean;
  /** Answered from a cache of the logging gateway itself, without any model. */
  isReplayed: boolean;
  /** Whether the price is that of a batch. */
  isBatch: boolean;
  /** The body as it was sent, in any dialect; null when the log keeps none. */
  request: JsonObject | null;
  /** The body or the message as it came back, whatever its shape. */
  answer: unknown;
}

/** What a format makes of a record: a call, something that is none (a span, a score), or nothing it can read. */
export type Reading = { call: LoggedCall } | { skipped: string } | null;

export interface LogFormat {
  name: string;
  /** For people: `LiteLLM spend logs`. */
  title: string;
  isMine: (record: JsonObject) => boolean;
  read: (record: JsonObject) => Reading;
}

export function toCall(told: Partial<LoggedCall>): LoggedCall {
  return {
    id: null,
    atMs: null,
    kind: 'chat',
    model: null,
    provider: null,
    task: null,
    hints: [],
    usage: null,
    costNanoUsd: null,
    latencyMs: null,
    isError: false,
    isReplayed: false,
    isBatch: false,
    request: null,
    answer: null,
    ...told,
  };
}
