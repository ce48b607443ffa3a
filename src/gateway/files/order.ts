// What a request for files, uploads or batches wants, read from its method and path: the routes of OpenAI and of Anthropic.
import { TierlineError } from '../../call/errors.ts';
import type { ObjectKind } from '../../objects/object-store.ts';

export interface FilesOrder {
  kind: Exclude<ObjectKind, 'response'>;
  /** `content` is also the results of a batch; `part` and `complete` go on with an upload. */
  does: 'create' | 'list' | 'show' | 'remove' | 'cancel' | 'content' | 'part' | 'complete';
  method: string;
  /** Null where there is none yet. */
  id: string | null;
  /** Path at the provider, below its base URL. */
  path: string;
}

type Does = FilesOrder['does'];

/** Behind the collection, behind an object, and behind what follows an object: method to what it does. */
interface Routes {
  kind: FilesOrder['kind'];
  all: Readonly<Record<string, Does>>;
  one: Readonly<Record<string, Does>>;
  more: Readonly<Record<string, Readonly<Record<string, Does>>>>;
}

const SHOWN: Routes['one'] = { GET: 'show' };
const OPENAI: Readonly<Record<string, Routes>> = {
  files: {
    kind: 'file',
    all: { POST: 'create', GET: 'list' },
    one: { GET: 'show', DELETE: 'remove' },
    more: { content: { GET: 'content' } },
  },
  uploads: {
    kind: 'upload',
    all: { POST: 'create' },
    one: {},
    more: { parts: { POST: 'part' }, complete: { POST: 'complete' }, cancel: { POST: 'cancel' } },
  },
  batches: {
    kind: 'batch',
    all: { POST: 'create', GET: 'list' },
    one: SHOWN,
    more: { cancel: { POST: 'cancel' } },
  },
};
const ANTHROPIC: Readonly<Record<string, Routes>> = {
  files: OPENAI['files'] as Routes,
  'messages/batches': {
    kind: 'batch',
    all: { POST: 'create', GET: 'list' },
    one: { GET: 'show', DELETE: 'remove' },
    more: { cancel: { POST: 'cancel' }, results: { GET: 'content' } },
  },
};

const ROUTE = /^\/(messages\/batches|files|uploads|batches)(?:\/([^/]+)(?:\/([a-z]+))?)?$/;

/**
 * The order; null when the path is none of these routes. `name` is the path without version and query.
 * Throws TierlineError `method_not_allowed`.
 */
export function readFilesOrder(method: string, name: string, isAnthropic: boolean): FilesOrder | null {
  const [, collection = '', id, rest] = ROUTE.exec(name) ?? [];
  const routes = (isAnthropic ? ANTHROPIC : OPENAI)[collection];
  if (routes === undefined) return null;
  const methods = id === undefined ? routes.all : rest === undefined ? routes.one : routes.more[rest];
  if (methods === undefined || Object.keys(methods).length === 0) return null;
  const does = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (does === undefined) {
    const names = Object.keys(methods).join(' and ');
    throw new TierlineError('method_not_allowed', `This route answers ${names}, not ${method}.`);
  }
  return { kind: routes.kind, does, method, id: id ?? null, path: name.slice(1) };
}

/** What ids of providers are made of; anything else is no object of anybody's, and never becomes part of a path. */
const ID = /^[A-Za-z0-9_-]{1,200}$/;

export function isObjectId(id: string): boolean {
  return ID.test(id);
}

/** The same for an id that is another tenant's, and for one that nobody has. */
export function objectNotFound({ kind, id }: Pick<FilesOrder, 'kind' | 'id'>, param?: string): TierlineError {
  const sentence = `There is no ${kind} ${JSON.stringify((id ?? '').slice(0, 100))} here.`;
  return new TierlineError('not_found', sentence, param === undefined ? {} : { param });
}
