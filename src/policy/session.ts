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
}

/** The session a client names, null when it names none. */
export function namedSession(view: View, caller: Caller): string | null {
  return (
    header(caller, 'x-session-id') ??
    header(caller, 'x-tierline-session') ??
    header(caller, 'helicone-session-id') ??
    view.metadata.session_id ??
    view.metadata.session ??
    SESSION_IN_USER_ID.exec(view.metadata.user_id ?? '')?.[1] ??
    null
  );
}

export function toSession(name: string, caller: Caller, task: string | null): Session {
  const short = name.length > LONGEST_NAME ? digest(name) : name;
  return { name: short, key: JSON.stringify([caller.tenant, task, short]) };
}

/**
 * A session by the text its turns begin with (system prompt and first user message), which a client that knows nothing of
 * sessions repeats in every turn. Two conversations that begin alike share it.
 */
export function derivedSession(view: View, caller: Caller, task: string | null): Session {
  return toSession(`derived-${digest(view.opening)}`, caller, task);
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

function header(caller: Caller, name: string): string | null {
  const value = caller.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === '' ? null : text;
}
