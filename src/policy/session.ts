// Which conversation a request belongs to: named by the client in one of the usual ways, else told by how it begins.
import { hash } from 'node:crypto';
import type { Caller, View } from '../call/view.ts';

/** Claude Code writes its session into Anthropic's user id, as `user_..._session_<id>` or as JSON with a `session_id`. */
const SESSION_IN_USER_ID = /session_(?:id"\s*:\s*")?([\w-]{8,})/;
/** Longer names are hashed, so that clients cannot fill the store with them. */
const LONGEST_NAME = 128;

export interface Session {
  /** What it is called in a plan. */
  name: string;
  /** What its pin is kept under: sessions of different tenants and tasks never meet. */
  key: string;
  /**
   * What the pin of the first turn was kept under, where it is told by its text. That one belongs to whichever
   * conversation began so last; from the first answer on each has a key of its own.
   */
  openingKey: string | null;
  /** For providers that keep a prompt cache by key: the same in every turn, another one for every tenant. */
  cacheKey: string;
}

/** Whose sessions are kept apart, beside those of other tenants. */
export interface Within {
  task: string | null;
  /** The model, where the client has named one: such a conversation is none of a route. */
  model: string | null;
}

/** The session a client names, null when it names none. */
export function namedSession(view: View, caller: Caller): string | null {
  return namedConversation(view, caller) ?? namedRun(view);
}

/** Names that stand for one conversation. `thread-id` is Codex CLI's; its sub-agents have threads of their own. */
function namedConversation(view: View, caller: Caller): string | null {
  return (
    header(caller, 'x-session-id') ??
    header(caller, 'x-tierline-session') ??
    header(caller, 'helicone-session-id') ??
    header(caller, 'thread-id') ??
    view.metadata.session_id ??
    view.metadata.session ??
    null
  );
}

/** The run of a coding agent, under which its sub-agents and its own small questions go as well. */
function namedRun(view: View): string | null {
  return SESSION_IN_USER_ID.exec(view.metadata.user_id ?? '')?.[1] ?? null;
}

/**
 * The session of a request. Where `mayRead`, one that nobody has named is told by its text, which has to be parsed for it,
 * and so are the conversations of an agent's run. Null when it has no name and may not be read.
 */
export function findSession(
  { view, caller }: { view: View; caller: Caller },
  within: Within,
  mayRead: boolean,
): Session | null {
  const conversation = namedConversation(view, caller);
  const run = namedRun(view);
  const keyOf = (...names: (string | null)[]): string =>
    JSON.stringify([caller.tenant, within.task, ...(within.model === null ? [] : [{ model: within.model }]), ...names]);
  const name = conversation ?? run;
  const short = name !== null && name.length > LONGEST_NAME ? digest(name) : name;
  if (short !== null && (conversation !== null || !mayRead)) {
    const key = keyOf(short);
    return { name: short, key, openingKey: null, cacheKey: cacheKeyOf(key) };
  }
  if (!mayRead) return null;
  const openingKey = keyOf(short, `opening-${digest(view.opening)}`);
  const { firstExchange } = view;
  const key = firstExchange === null ? openingKey : keyOf(short, `exchange-${digest(firstExchange)}`);
  return { name: short ?? `derived-${digest(openingKey)}`, key, openingKey, cacheKey: cacheKeyOf(openingKey) };
}

/** Nobody can tell the tenant from it, and OpenAI takes at most 64 characters. */
function cacheKeyOf(key: string): string {
  return `tierline-${hash('sha256', key, 'base64url')}`;
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

function header(caller: Caller, name: string): string | null {
  const value = caller.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === '' ? null : text;
}
