// A call of the ledger as the planner sees a request. What the row knows is answered from it; what it does not know is never guessed: it
// throws, and the call cannot be told. The few things that are taken for granted are named here, and in docs/simulate.md.
import { type AskedFor, isAskedFor } from '../../call/asks.ts';
import type { CallRow } from '../../call/row.ts';
import type { Caller, CallKind, View } from '../../call/view.ts';
import { MATCHES } from '../../policy/decide.ts';
import { OBSERVING } from '../../policy/named-model.ts';

/** A plan depends on a fact that the ledger does not keep. */
export class NotRecorded extends Error {
  /** As it reads in a sentence: `language`. */
  readonly fact: string;

  constructor(fact: string) {
    super(`The ledger does not keep ${fact}.`);
    this.name = 'NotRecorded';
    this.fact = fact;
  }
}

export class RecordedView implements View {
  readonly model: string;
  readonly stream: boolean;
  readonly kind: CallKind;
  /** Never smaller than the tokens, which are known: nothing is decided by it that they would not decide. */
  readonly bytes = Number.POSITIVE_INFINITY;
  readonly givenTokens = 0;
  readonly tokensOf: (model: string | null) => number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Whoever sets marks has them set still: what is read from the cache is in the usage. */
  readonly hasCacheMarks = true;
  /** A conversation that nobody named stands by itself. */
  readonly opening: string;
  readonly hasAnswer = false;
  readonly firstExchange = null;
  private readonly row: CallRow;

  constructor(row: CallRow, tokensOf: (model: string | null) => number) {
    this.row = row;
    this.model = row.requestedModel;
    this.stream = row.stream;
    this.kind = row.dialect === 'openai-embeddings' ? 'embedding' : 'chat';
    this.tokensOf = tokensOf;
    this.opening = row.id;
    this.metadata = metadataOf();
  }

  /**
   * Whether this task had it, by its match and not by its name alone; null where the row does not tell, because the call was only observed
   * and named its task itself.
   */
  isClaimedBy(task: string): boolean | null {
    if (this.row.task !== task) return false;
    const asked = this.row.reasons.find(({ step }) => step === 'request');
    if (asked === undefined || !asked.say.startsWith(OBSERVING)) return asked === undefined;
    return this.row.reasons.some(({ step, say }) => step === 'task' && say.startsWith(MATCHES)) || null;
  }

  get text(): string {
    throw new NotRecorded('the text');
  }

  /** Asked for by those who want its language. */
  get ask(): string {
    throw new NotRecorded('the language');
  }

  get messageCount(): number {
    if (this.row.messages === null) throw new NotRecorded('the number of messages');
    return this.row.messages;
  }

  get hasTools(): boolean {
    return this.asksFor('tools');
  }

  get hasSchema(): boolean {
    return this.asksFor('schema');
  }

  get hasImages(): boolean {
    return this.asksFor('images');
  }

  get hasDocuments(): boolean {
    return this.asksFor('documents');
  }

  get hasAudio(): boolean {
    return this.asksFor('audio');
  }

  get wantsReasoning(): boolean {
    return this.asksFor('reasoning');
  }

  /** They are among the tokens already. */
  get imageCount(): number {
    return 0;
  }

  get maxOutputTokens(): number | null {
    const { asks, maxOutputTokens } = this.row;
    // Where the row says what was asked for, it also says when there was no bound.
    if (asks === null && maxOutputTokens === null) return null;
    return maxOutputTokens;
  }

  /** Only the turns of a session that would move are asked for it. */
  get isInToolLoop(): boolean {
    const { asks, reasons } = this.row;
    const pinned = reasons.find(({ step }) => step === 'pin')?.say;
    if (pinned?.includes('a tool loop does not change its model') === true) return true;
    if (pinned?.startsWith('the session moves') === true) return false;
    if (asks !== null && isAskedFor(asks, 'tools') === false) return false;
    throw new NotRecorded('whether a tool loop is under way');
  }

  get signedBy(): string | null {
    const { asks } = this.row;
    if (this.row.session === null || (asks !== null && isAskedFor(asks, 'signed') === false)) return null;
    if (this.row.messages !== null && this.row.messages < 2) return null;
    throw new NotRecorded('whether it holds signed blocks');
  }

  private asksFor(what: AskedFor): boolean {
    const { asks } = this.row;
    const known = asks === null ? null : isAskedFor(asks, what);
    if (known === null) throw new NotRecorded(`whether it asks for ${what}`);
    return known;
  }
}

/** Names of task and session have found their way into the row; anything else that clients write there has not. */
function metadataOf(): Readonly<Record<string, string>> {
  const told = new Set(['task', 'tags', 'session_id', 'session', 'user_id']);
  return new Proxy<Record<string, string>>(
    {},
    {
      get: (_none, name) => {
        if (typeof name === 'symbol' || told.has(name)) return undefined;
        throw new NotRecorded(`metadata.${name}`);
      },
    },
  );
}

/** Headers that say what the row says in other words, or that were not there when it says nothing. */
const TOLD_HEADERS: ReadonlySet<string> = new Set([
  'x-litellm-tags',
  'x-tierline-session',
  'helicone-session-id',
  'thread-id',
]);

const COST_HEADER = 'x-tierline-max-cost-usd';

/** Who made the call, as far as the row tells. */
export function callerOf(row: CallRow): Caller {
  const known: Record<string, string | undefined> = {
    'x-tierline-task': row.task ?? unknownTaskOf(row) ?? undefined,
    'x-session-id': row.session ?? undefined,
  };
  const headers = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (_none, name) => {
        if (typeof name === 'symbol' || TOLD_HEADERS.has(name)) return undefined;
        if (name in known) return known[name];
        // A ceiling that mattered has left a reason; one that did not is taken for none.
        if (name === COST_HEADER && !row.reasons.some(({ say }) => say.includes(COST_HEADER))) return undefined;
        throw new NotRecorded(`the header ${name}`);
      },
    },
  );
  return {
    tenant: row.tenant,
    get path(): string {
      throw new NotRecorded('the path');
    },
    headers,
  };
}

/** The name of a task that was not configured then: the planner told it. */
function unknownTaskOf({ reasons }: CallRow): string | null {
  for (const { step, say } of reasons) {
    const [, name] = step === 'task' ? (/ names (.+), which is no configured task$/.exec(say) ?? []) : [];
    if (name !== undefined) return name;
  }
  return null;
}
