import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { Inbound } from '../dialect/inbound.ts';
import { openaiResponses } from '../dialect/openai-responses.ts';
import { openObjectStore } from '../objects/object-store.ts';
import { type KeepResponses, KeptResponses } from './kept-responses.ts';

const LIMITS = { maxDepth: 64, maxBodyBytes: 10_000 };
const read = (body: object): Inbound =>
  Inbound.read(openaiResponses, Buffer.from(JSON.stringify({ model: 'm', ...body })), LIMITS.maxDepth);
const answer = (id: string, text = 'Hello.') =>
  JSON.stringify({ id, output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }] });
const FOREIGN = { provider: 'anthropic', isSameDialect: false };
const NATIVE = { provider: 'openai', isSameDialect: true };

function make(t: TestContext, keep: KeepResponses['keep'] = 'crossing'): { kept: KeptResponses; now: { ms: number } } {
  const now = { ms: 1_000 };
  const objects = openObjectStore({ path: ':memory:', retentionMs: 1e9, maxBytes: 1e9, now: () => now.ms });
  t.after(() => objects.close());
  return { kept: new KeptResponses(objects, { keep, retentionMs: 60_000 }), now };
}

function refused(run: () => unknown, code: string): void {
  assert.throws(run, (error) => error instanceof TierlineError && error.code === code);
}

describe('a conversation with a provider that keeps nothing', () => {
  test('goes on with everything that was said, to whoever answers next', (t) => {
    const { kept } = make(t);
    kept.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: answer('resp_1') });
    const { inbound, heldBy } = kept.open(read({ input: 'More', previous_response_id: 'resp_1' }), 'acme', LIMITS);
    assert.equal(heldBy, null);
    const { input, previous_response_id } = JSON.parse(inbound.body.toString()) as Record<string, unknown>;
    assert.equal((input as unknown[]).length, 3);
    assert.equal(previous_response_id, null);
  });

  test('a third turn has the first one too', (t) => {
    const { kept } = make(t);
    kept.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: answer('resp_1') });
    const second = kept.open(read({ input: 'More', previous_response_id: 'resp_1' }), 'acme', LIMITS).inbound;
    kept.keep(second, 'acme', { ...FOREIGN, last: answer('resp_2') });
    const third = kept.open(read({ input: 'Last', previous_response_id: 'resp_2' }), 'acme', LIMITS).inbound;
    assert.equal((JSON.parse(third.body.toString()) as { input: unknown[] }).input.length, 5);
  });

  test('is gone after its time, when deleted, and for other tenants', (t) => {
    const { kept, now } = make(t);
    const on = (tenant: string) => kept.open(read({ input: 'x', previous_response_id: 'resp_1' }), tenant, LIMITS);
    kept.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: answer('resp_1') });
    refused(() => on('globex'), 'previous_response_not_found');
    assert.equal(kept.find('resp_1', 'globex'), null);
    assert.equal(kept.remove('resp_1', 'globex'), false);
    on('acme');
    now.ms += 60_000;
    refused(() => on('acme'), 'previous_response_not_found');
    kept.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: answer('resp_3') });
    assert.equal(kept.find('resp_3', 'acme')?.kept?.response['id'], 'resp_3');
    assert.equal(kept.remove('resp_3', 'acme'), true);
    assert.equal(kept.find('resp_3', 'acme'), null);
  });

  test('that has grown beyond the limit of a body is refused', (t) => {
    const { kept } = make(t);
    kept.keep(read({ input: 'x'.repeat(9_000) }), 'acme', { ...FOREIGN, last: answer('resp_1', 'y'.repeat(2_000)) });
    refused(() => kept.open(read({ input: 'x', previous_response_id: 'resp_1' }), 'acme', LIMITS), 'body_too_large');
  });
});

describe('a response that lies at its provider', () => {
  test('is gone on from there, with the bytes as they came', (t) => {
    const { kept } = make(t);
    const stream = `event: response.completed\ndata: {"type":"response.completed","response":${answer('resp_1')}}\n\n`;
    kept.keep(read({ input: 'Hi', stream: true }), 'acme', { ...NATIVE, last: Buffer.from(stream) });
    const asked = read({ input: 'More', previous_response_id: 'resp_1' });
    assert.deepEqual(kept.open(asked, 'acme', LIMITS), { inbound: asked, heldBy: 'openai' });
    assert.deepEqual(kept.find('resp_1', 'acme'), { provider: 'openai', kept: null });
    refused(() => kept.open(asked, 'globex', LIMITS), 'previous_response_not_found');
  });

  test('is kept here too where that is wanted', (t) => {
    const { kept } = make(t, 'always');
    kept.keep(read({ input: 'Hi' }), 'acme', { ...NATIVE, last: answer('resp_1') });
    assert.equal(kept.open(read({ input: 'x', previous_response_id: 'resp_1' }), 'acme', LIMITS).heldBy, null);
  });
});

test('a response that is still being made lies at its provider, also where all is kept', (t) => {
  const { kept } = make(t, 'always');
  for (const status of ['queued', 'in_progress']) {
    kept.keep(read({ input: 'Hi' }), 'acme', { ...NATIVE, last: JSON.stringify({ id: status, output: [], status }) });
    assert.deepEqual(kept.find(status, 'acme'), { provider: 'openai', kept: null });
  }
});

describe('an item that the client only names', () => {
  const UNIQUE = '0123456789abcdef0123456789abcdef';
  const ITEM = { id: `msg_${UNIQUE}_0`, type: 'message', role: 'assistant', content: 'Hello.' };
  const NAME = { type: 'item_reference', id: ITEM.id };
  const made = JSON.stringify({ id: `resp_${UNIQUE}`, output: [ITEM] });
  const opened = (kept: KeptResponses, tenant: string, input: object[], limits = LIMITS): unknown =>
    JSON.parse(kept.open(read({ input }), tenant, limits).inbound.body.toString()).input;

  test('stands in its place, for the tenant that it was made for', (t) => {
    const { kept } = make(t);
    kept.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: made });
    const more = { role: 'user', content: 'More' };
    const other = { type: 'item_reference', id: `msg_${UNIQUE}_1` };
    assert.deepEqual(opened(kept, 'acme', [NAME, more, other, NAME]), [ITEM, more, other, ITEM]);
    assert.deepEqual(opened(kept, 'globex', [NAME, more]), [NAME, more]);
  });

  test('counts as often as it is named', (t) => {
    const { kept } = make(t);
    kept.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: made });
    const maxBodyBytes = read({ input: [NAME, NAME] }).body.length + JSON.stringify(ITEM).length;
    refused(() => opened(kept, 'acme', [NAME, NAME], { ...LIMITS, maxBodyBytes }), 'body_too_large');
    assert.deepEqual(opened(kept, 'acme', [NAME], { ...LIMITS, maxBodyBytes }), [ITEM]);
  });
});

test('an id that is none is not looked for', (t) => {
  const { kept } = make(t);
  for (const id of ['', '../resp_1', 'a/b', 'a\0b', 'x'.repeat(10_000)]) {
    refused(
      () => kept.open(read({ input: 'x', previous_response_id: id }), 'acme', LIMITS),
      'previous_response_not_found',
    );
  }
  for (const id of [5, ['resp_1'], {}])
    refused(() => kept.open(read({ input: 'x', previous_response_id: id }), 'acme', LIMITS), 'invalid_request');
});

test('nothing is kept of what the client or the operator does not want kept, nor of what is no response', (t) => {
  const on = (kept: KeptResponses) => kept.open(read({ input: 'x', previous_response_id: 'resp_1' }), 'acme', LIMITS);
  const { kept } = make(t);
  kept.keep(read({ input: 'Hi', store: false }), 'acme', { ...FOREIGN, last: answer('resp_1') });
  kept.keep(read({ input: 'Hi', store: false }), 'acme', { ...NATIVE, last: answer('resp_1') });
  kept.keep(read({ input: 'Hi' }), 'acme', { ...NATIVE, last: '{"error":{}}' });
  kept.keep(read({ input: 'Hi' }), 'acme', { ...NATIVE, last: 'data: [DONE]\n\n' });
  refused(() => on(kept), 'previous_response_not_found');
  const never = make(t, 'never').kept;
  never.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: answer('resp_1') });
  refused(() => on(never), 'previous_response_not_found');
});

test('of an answer that is not to be stored nothing is read', (t) => {
  const { kept } = make(t);
  const unreadable = { toString: (): string => assert.fail('it was read') } as unknown as string;
  kept.keep(read({ input: 'Hi', store: false, stream: true }), 'acme', { ...FOREIGN, last: unreadable });
  kept.keep(read({ input: 'Hi', store: false, stream: true }), 'acme', { ...NATIVE, last: unreadable });
  make(t, 'never').kept.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: unreadable });
  assert.throws(() => kept.keep(read({ input: 'Hi' }), 'acme', { ...FOREIGN, last: unreadable }), /it was read/);
});

test('a request that goes on from nothing stays as it is', (t) => {
  const { kept } = make(t);
  for (const body of [{ input: 'x' }, { input: 'x', previous_response_id: null }]) {
    const asked = read(body);
    assert.deepEqual(kept.open(asked, 'acme', LIMITS), { inbound: asked, heldBy: null });
  }
});
