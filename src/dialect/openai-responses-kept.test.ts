import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../call/json.ts';
import { Inbound } from './inbound.ts';
import { openaiResponses } from './openai-responses.ts';
import {
  goOnFrom,
  type KeptResponse,
  previousResponseOf,
  readResponse,
  toItems,
  toKept,
} from './openai-responses-kept.ts';

const read = (body: object | string): Inbound =>
  Inbound.read(openaiResponses, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 64);

const say = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const ANSWER = { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Hello.' }] };
const KEPT: KeptResponse = { input: [say('Hi')], response: { id: 'resp_1', output: [ANSWER] } };
const bodyOf = (bytes: Buffer): Record<string, Json> => JSON.parse(bytes.toString()) as Record<string, Json>;

describe('a request that goes on', () => {
  test('has all that was said before in front of what it says itself', () => {
    const inbound = read({ model: 'm', previous_response_id: 'resp_1', input: 'And then?', store: true });
    assert.equal(previousResponseOf(inbound), 'resp_1');
    assert.deepEqual(bodyOf(goOnFrom(inbound, KEPT)), {
      model: 'm',
      previous_response_id: null,
      input: [say('Hi'), ANSWER, say('And then?')],
      store: true,
    });
  });

  test('may bring results of tools, or nothing at all', () => {
    const result = { type: 'function_call_output', call_id: 'call_1', output: '21' };
    const brought = read({ input: [result], model: 'm', previous_response_id: 'resp_1' });
    assert.deepEqual(bodyOf(goOnFrom(brought, KEPT))['input'], [say('Hi'), ANSWER, result]);
    const silent = read({ model: 'm', previous_response_id: 'resp_1' });
    assert.deepEqual(bodyOf(goOnFrom(silent, KEPT))['input'], [say('Hi'), ANSWER]);
  });

  test('keeps every other byte as it was written', () => {
    const inbound = read('{ "seed":1.50e2, "input":"x",\n"previous_response_id": "resp_1","model":"m" }');
    const input = JSON.stringify([say('Hi'), ANSWER, say('x')]);
    assert.equal(
      goOnFrom(inbound, KEPT).toString(),
      `{ "seed":1.50e2, "input":${input},\n"previous_response_id": null,"model":"m" }`,
    );
  });

  test('goes on from itself again: turn after turn the items only grow', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 }), (turns) => {
        let kept: KeptResponse | null = null;
        for (const [index, text] of turns.entries()) {
          const asked = {
            model: 'm',
            input: text,
            ...(kept === null ? {} : { previous_response_id: `resp_${index}` }),
          };
          const inbound = read(kept === null ? asked : goOnFrom(read(asked), kept).toString());
          kept = toKept(inbound, { id: `resp_${index + 1}`, output: [ANSWER] });
        }
        const items = turns.flatMap((text, index) => (index === 0 ? [say(text)] : [ANSWER, say(text)]));
        assert.deepEqual(kept?.input, items);
      }),
    );
  });
});

test('an input is items, whatever it was written as', () => {
  assert.deepEqual(toItems('Hi'), [say('Hi')]);
  assert.deepEqual(toItems([say('Hi')]), [say('Hi')]);
  assert.deepEqual([toItems(null), toItems(undefined)], [[], []]);
  assert.equal(previousResponseOf(read({ model: 'm', input: 'x', previous_response_id: null })), null);
});

test('an answer without id or output leaves nothing to go on from', () => {
  const inbound = read({ model: 'm', input: 'x' });
  assert.equal(toKept(inbound, { output: [] }), null);
  assert.equal(toKept(inbound, { id: 'resp_1' }), null);
  assert.deepEqual(toKept(inbound, { id: 'resp_1', output: [] })?.input, [say('x')]);
});

describe('the response is found', () => {
  test('in a whole answer', () => {
    assert.deepEqual(readResponse(Buffer.from(' {"id":"resp_1"}')), { id: 'resp_1' });
    assert.equal(readResponse('{"id":'), null);
    assert.equal(readResponse('[]'), null);
  });

  test('in the last events of a stream, whichever they are', () => {
    const done = 'event: response.completed\ndata: {"type":"response.completed","response":{"id":"resp_1"}}\n\n';
    const delta = 'event: response.output_text.delta\ndata: {"delta":"{\\"response\\":{}}"}\n\n';
    assert.deepEqual(readResponse(delta + done), { id: 'resp_1' });
    assert.deepEqual(readResponse(done.replaceAll('\n', '\r\n')), { id: 'resp_1' });
    assert.equal(readResponse(delta), null);
    assert.equal(readResponse('data: [DONE]\n\n'), null);
    assert.equal(readResponse(''), null);
  });
});
