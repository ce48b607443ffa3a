import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import type { KeptResponse } from '../dialect/openai-responses-kept.ts';
import { type ResponseRoute, readResponseRoute, responseNotFound, showKept } from './responses-route.ts';

const KEPT: KeptResponse = {
  input: [{ type: 'message', role: 'user', content: 'a' }, { type: 'reasoning', id: 'rs_1' }, { type: 'message' }],
  response: { id: 'resp_1', output: [] },
};

function refused(run: () => unknown, code: string, message: RegExp): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof TierlineError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

describe('a route', () => {
  test('names a response and what is wanted of it', () => {
    const is = (method: string, name: string): ResponseRoute | null => readResponseRoute(method, name);
    assert.deepEqual(is('GET', '/responses/resp_1'), { method: 'GET', id: 'resp_1', rest: '' });
    assert.deepEqual(is('DELETE', '/responses/resp_1'), { method: 'DELETE', id: 'resp_1', rest: '' });
    assert.equal(is('GET', '/responses/resp_1/input_items')?.rest, 'input_items');
    assert.equal(is('POST', '/responses/resp_1/cancel')?.rest, 'cancel');
    for (const name of ['/responses', '/responses/', '/responses/a/b', '/responses/a/cancel/b', '/x/responses/a'])
      assert.equal(is('GET', name), null, name);
  });

  test('answers its own methods', () => {
    refused(() => readResponseRoute('POST', '/responses/a'), 'method_not_allowed', /GET and DELETE, not POST/);
    refused(() => readResponseRoute('GET', '/responses/a/cancel'), 'method_not_allowed', /POST, not GET/);
    refused(() => readResponseRoute('DELETE', '/responses/a/input_items'), 'method_not_allowed', /GET, not DELETE/);
  });
});

describe('of a kept response', () => {
  const show = (rest: ResponseRoute['rest'], query = ''): Record<string, unknown> =>
    showKept(KEPT, { method: 'GET', id: 'resp_1', rest }, query) as Record<string, unknown>;
  const idsOf = (query: string): unknown =>
    (show('input_items', query)['data'] as { id: string }[]).map(({ id }) => id);

  test('there is the response as it was', () => {
    assert.deepEqual(show(''), KEPT.response);
    assert.deepEqual(show('', 'include=x'), KEPT.response);
  });

  test('there is what it was asked with, the newest first, each with an id', () => {
    assert.deepEqual(show('input_items'), {
      object: 'list',
      data: [
        { id: 'item_2', type: 'message' },
        { id: 'rs_1', type: 'reasoning' },
        { id: 'item_0', type: 'message', role: 'user', content: 'a' },
      ],
      first_id: 'item_2',
      last_id: 'item_0',
      has_more: false,
    });
    assert.deepEqual(idsOf('order=asc'), ['item_0', 'rs_1', 'item_2']);
  });

  test('the list comes in pages', () => {
    assert.deepEqual(idsOf('limit=2'), ['item_2', 'rs_1']);
    assert.equal(show('input_items', 'limit=2')['has_more'], true);
    assert.deepEqual(idsOf('limit=2&after=rs_1'), ['item_0']);
    assert.equal(show('input_items', 'limit=2&after=rs_1')['has_more'], false);
    for (const limit of ['0', '101', 'x', '1.5'])
      refused(() => show('input_items', `limit=${limit}`), 'invalid_request', /1 to 100/);
  });

  test('the list comes to its end, whatever the ids of its items are', () => {
    const same = { id: 'msg_1', type: 'message' };
    const input = [same, { type: 'message', id: null }, same, same, { type: 'message' }];
    const seen: unknown[] = [];
    let after = '';
    for (let page = 0; page < 10; page++) {
      const query = `order=asc&limit=1${after === '' ? '' : `&after=${after}`}`;
      const route: ResponseRoute = { method: 'GET', id: 'resp_1', rest: 'input_items' };
      const { data, last_id, has_more } = showKept({ ...KEPT, input }, route, query) as Record<string, unknown>;
      seen.push(...(data as { id: string }[]).map(({ id }) => id));
      if (has_more !== true) break;
      after = String(last_id);
    }
    assert.deepEqual(seen, ['msg_1', 'item_4']);
    assert.deepEqual(idsOf('order=asc&limit=2'), ['item_0', 'rs_1']);
    refused(() => show('input_items', 'after=msg_9'), 'invalid_request', /after/);
  });

  test('nothing is streamed again or cancelled', () => {
    refused(() => show('', 'stream=true'), 'invalid_request', /not streamed again/);
    refused(() => show('cancel'), 'invalid_request', /in the background/);
  });
});

test('what does not exist is told by its id', () => {
  assert.match(responseNotFound('resp_9').message, /'resp_9' not found/);
  assert.equal(responseNotFound('x'.repeat(500)).message.length < 160, true);
});
