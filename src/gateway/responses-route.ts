// What can be done with a response afterwards: read it, list what it was asked with, delete it. Answers from what is kept here;
// what lies at a provider is asked of the provider, by whoever calls this.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json } from '../call/json.ts';
import type { KeptResponse } from '../dialect/openai-responses-kept.ts';

/** A route below `/responses`, as in `GET /v1/responses/{id}/input_items?limit=5`. */
export interface ResponseRoute {
  method: string;
  id: string;
  /** What is behind the id: nothing, `input_items` or `cancel`. */
  rest: '' | 'input_items' | 'cancel';
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/** The route, or null when there is none of this name. `name` is the path without version and query. */
export function readResponseRoute(method: string, name: string): ResponseRoute | null {
  const found = /^\/responses\/([^/]+)(?:\/(input_items|cancel))?$/.exec(name);
  if (found === null) return null;
  const rest = (found[2] ?? '') as ResponseRoute['rest'];
  const allowed = rest === '' ? ['GET', 'DELETE'] : rest === 'cancel' ? ['POST'] : ['GET'];
  if (!allowed.includes(method)) {
    throw new TierlineError('method_not_allowed', `This route answers ${allowed.join(' and ')}, not ${method}.`);
  }
  return { method, id: found[1] as string, rest };
}

export function responseNotFound(id: string): TierlineError {
  return new TierlineError('not_found', `Response with id '${id.slice(0, 100)}' not found.`);
}

/** The answer to a route other than DELETE. Throws TierlineError `invalid_request`. */
export function showKept({ input, response }: KeptResponse, { rest }: ResponseRoute, query: string): unknown {
  if (rest === 'cancel')
    throw new TierlineError('invalid_request', 'Only a response that runs in the background can be cancelled.');
  const asked = new URLSearchParams(query);
  if (rest === 'input_items') return listItems(input, asked);
  if (asked.get('stream') === 'true')
    throw new TierlineError('invalid_request', 'This response is complete and is not streamed again.', {
      param: 'stream',
    });
  return response;
}

/** Like OpenAI's list: the newest first unless asked otherwise, one page of it. */
function listItems(input: readonly Json[], asked: URLSearchParams): unknown {
  const items = input.map((item, index) => {
    const members = isObject(item) ? item : {};
    return { ...members, id: typeof members.id === 'string' ? members.id : `item_${index}` };
  });
  if (asked.get('order') !== 'asc') items.reverse();
  const after = asked.get('after');
  // The last of that name: clients repeat items, and whoever asks for page after page has to come to the end.
  const from = after === null ? 0 : items.findLastIndex(({ id }) => id === after) + 1;
  if (after !== null && from === 0)
    throw new TierlineError('invalid_request', 'after must be the id of an item of this list.', { param: 'after' });
  const to = from + limitOf(asked);
  const data = items.slice(from, to);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: to < items.length,
  };
}

function limitOf(asked: URLSearchParams): number {
  const limit = Number(asked.get('limit') ?? DEFAULT_LIMIT);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new TierlineError('invalid_request', `limit must be a whole number from 1 to ${MAX_LIMIT}.`, {
    param: 'limit',
  });
}
