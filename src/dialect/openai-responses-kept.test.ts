import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../call/errors.ts';
import type { Json } from '../call/json.ts';
import { Inbound } from './inbound.ts';
import { openaiResponses } from './openai-responses.ts';
import {
  goOnFrom,
  itemsIn,
  itemsOf,
  type KeptJson,
  previousResponseOf,
  readKept,
  readResponse,
  referencesOf,
  toKept,
} from './openai-responses-kept.ts';

const read = (body: object | string): Inbound =>
  Inbound.read(openaiResponses, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 64);

const say = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const ANSWER = { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Hello.' }] };
const answered = (response: object) => ({ id: 'resp_1', isRunning: false, json: JSON.stringify(response) });
const KEPT = toKept(read({ model: 'm', input: [say('Hi')] }), answered({ id: 'resp_1', output: [ANSWER] }));
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

  test('keeps what was said as it was written, numbers that are too large for JavaScript included', () => {
    const item = '{"type":"function_call_output" , "call_id":"c","output":[{"n":12345678901234567890, "x":1.50}]}';
    const inbound = read(`{"model":"m","input":[ ${item} ]}`);
    const kept = toKept(inbound, { ...answered({}), json: '{"id":"resp_1","output":[ {"n":1e400} ]}' });
    assert.equal(
      kept,
      `{"chars":${item.length},"input":[${item}],"response":{"id":"resp_1","output":[ {"n":1e400} ]}}`,
    );
    const next = goOnFrom(read('{"model":"m","input":[],"previous_response_id":"resp_1"}'), kept);
    assert.equal(next.toString(), `{"model":"m","input":[${item},{"n":1e400}],"previous_response_id":null}`);
  });

  test('goes on from itself again: turn after turn the items only grow', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'binary' }), { minLength: 1, maxLength: 6 }), (turns) => {
        let kept: KeptJson | null = null;
        for (const [index, text] of turns.entries()) {
          const asked = {
            model: 'm',
            input: text,
            ...(kept === null ? {} : { previous_response_id: `resp_${index}` }),
          };
          const inbound = read(kept === null ? asked : goOnFrom(read(asked), kept).toString());
          kept = toKept(inbound, answered({ id: `resp_${index + 1}`, output: [ANSWER] }));
        }
        const items = turns.flatMap((text, index) => (index === 0 ? [say(text)] : [ANSWER, say(text)]));
        assert.deepEqual(kept === null ? null : readKept(kept).input, items);
      }),
    );
  });
});

test('an input is items, whatever it was written as', () => {
  const items = (input: Json): unknown => JSON.parse(`[${itemsOf(read({ model: 'm', input, prompt: { id: 'p' } }))}]`);
  assert.deepEqual(items('Hi "you"\n'), [say('Hi "you"\n')]);
  assert.deepEqual(items([say('Hi'), ANSWER]), [say('Hi'), ANSWER]);
  assert.deepEqual([items([]), items(null)], [[], []]);
  assert.equal(itemsOf(read({ model: 'm', prompt: { id: 'p' } })), '');
});

test('the id of an earlier response is a text', () => {
  const of = (previous_response_id: Json) => previousResponseOf(read({ model: 'm', input: 'x', previous_response_id }));
  assert.deepEqual([of(null), of(''), of('resp_1')], [null, '', 'resp_1']);
  assert.equal(previousResponseOf(read({ model: 'm', input: 'x' })), null);
  for (const wrong of [5, true, ['resp_1'], { id: 'resp_1' }]) {
    assert.throws(
      () => of(wrong),
      (error) => error instanceof TierlineError && error.code === 'invalid_request' && /a string/.test(error.message),
    );
  }
});

describe('an item that is only named', () => {
  const UNIQUE = '0123456789abcdef0123456789abcdef';

  test('is found by the response it was made in', () => {
    const items = [
      say('Hi'),
      { type: 'item_reference', id: `msg_${UNIQUE}_0` },
      { id: `rs_${UNIQUE}_12`, type: 'item_reference' },
      { type: 'item_reference', id: 'msg_1' },
      { type: 'item_reference', id: `xyz_${UNIQUE}_0` },
      { type: 'item_reference' },
      { type: 'message', id: `msg_${UNIQUE}_0`, role: 'assistant', content: 'An "item_reference".' },
    ];
    const inbound = read({ model: 'm', input: items });
    const found = referencesOf(inbound);
    assert.deepEqual(
      found.map(({ id, responseId }) => [id, responseId]),
      [
        [`msg_${UNIQUE}_0`, `resp_${UNIQUE}`],
        [`rs_${UNIQUE}_12`, `resp_${UNIQUE}`],
      ],
    );
    const texts = found.map(({ start, end }) => inbound.body.toString('utf8', start, end));
    assert.deepEqual(
      texts,
      items.slice(1, 3).map((item) => JSON.stringify(item)),
    );
    assert.deepEqual(referencesOf(read({ model: 'm', input: '"item_reference"' })), []);
  });

  test('is what stands in the output of that response', () => {
    const json = '{"id":"resp_1","output":[ {"id":"b","n":1.0}, {"id":"c"} ,{}]}';
    const kept = toKept(read({ model: 'm', input: [{ id: 'a' }] }), { ...answered({}), json });
    assert.deepEqual(
      [...itemsIn(kept)],
      [
        ['b', '{"id":"b","n":1.0}'],
        ['c', '{"id":"c"}'],
      ],
    );
    for (const none of [{}, { output: {} }, { output: [] }])
      assert.equal(itemsIn(toKept(read({ model: 'm', input: 'x' }), answered(none))).size, 0);
  });
});

describe('the response is found', () => {
  const RESPONSE = '{"id":"resp_1","output":[ ] }';

  test('in a whole answer', () => {
    assert.deepEqual(readResponse(Buffer.from(RESPONSE)), { id: 'resp_1', isRunning: false, json: RESPONSE });
    assert.equal(readResponse(` ${RESPONSE}\n`)?.id, 'resp_1');
    for (const none of ['{"id":', '[]', '{"error":{}}', '{"output":[]}', '{"id":"resp_1"}', '{"id":5,"output":[]}'])
      assert.equal(readResponse(none), null, none);
  });

  test('in the last events of a stream, whichever they are', () => {
    const done = `event: response.completed\ndata: {"type":"response.completed","response":${RESPONSE}}\n\n`;
    const delta = 'event: response.output_text.delta\ndata: {"delta":"{\\"response\\":{}}"}\n\n';
    assert.deepEqual(readResponse(delta + done), { id: 'resp_1', isRunning: false, json: RESPONSE });
    assert.equal(readResponse(done.replaceAll('\n', '\r\n'))?.json, RESPONSE);
    assert.equal(readResponse(done + delta)?.json, RESPONSE);
    for (const none of [delta, 'data: [DONE]\n\n', 'data: {"response":null}\n\n', ''])
      assert.equal(readResponse(none), null, none);
  });

  test('and whether it is still being made', () => {
    const isRunning = (status: string) => readResponse(JSON.stringify({ id: 'r', output: [], status }))?.isRunning;
    assert.deepEqual(['queued', 'in_progress', 'completed', 'incomplete'].map(isRunning), [true, true, false, false]);
  });
});
