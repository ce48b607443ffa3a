import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import type { NeutralEvent } from './neutral.ts';
import { openaiResponses } from './openai-responses.ts';
import {
  BEGIN,
  CALL,
  COMPLETED,
  callEvents,
  ERROR,
  FAILED,
  INCOMPLETE,
  MESSAGE,
  messageEvents,
  numbered,
  OUTPUT,
  REASONING,
  reasoningEvents,
  SECOND_CALL,
  WHOLE,
} from './openai-responses-stream.fixture.ts';

type Told = JsonObject & { type: string };

function decode(text: string): NeutralEvent[] {
  const decoder = openaiResponses.createDecoder();
  const out: NeutralEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => out.push(...decoder.push({ event: event ?? '', data })),
  });
  parser.feed(text);
  return out;
}

const read = (...events: Told[]): NeutralEvent[] => decode(numbered(events));
const start: NeutralEvent = { type: 'start', id: 'resp_1', model: 'gpt-x' };
const end: NeutralEvent = { type: 'end' };
const partEnd: NeutralEvent = { type: 'part_end', choice: 0 };
const text = (words: string): NeutralEvent => ({ type: 'text', choice: 0, text: words });
const thinking = (words: string): NeutralEvent => ({ type: 'thinking', choice: 0, text: words });
const signed = (signature: string): NeutralEvent => ({ type: 'thinking_signature', choice: 0, signature });
const call = (tool: number, id: string, name: string): NeutralEvent => ({
  type: 'tool_start',
  choice: 0,
  tool,
  id,
  name,
});
const json = (tool: number, fragment: string): NeutralEvent => ({
  type: 'tool_arguments',
  choice: 0,
  tool,
  json: fragment,
});
const usage: NeutralEvent = {
  type: 'usage',
  usage: toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 17, reasoningTokens: 10 }),
};
const finish = (reason: 'stop' | 'tool_calls' | 'length' | 'refusal' | 'unknown', raw: string): NeutralEvent => ({
  type: 'finish',
  choice: 0,
  finish: { reason, raw },
});

describe('reading a stream of a response', () => {
  test('gives reasoning with its signature, words, calls, usage and a finish', () => {
    assert.deepEqual(read(...WHOLE), [
      start,
      thinking('Hm, '),
      thinking('so.'),
      signed('c2VjcmV0'),
      partEnd,
      text('Hel'),
      text('lo'),
      partEnd,
      call(0, 'call_a', 'f'),
      json(0, '{"x":'),
      json(0, ' 1.0}'),
      partEnd,
      call(1, 'call_b', 'g'),
      json(1, '{'),
      json(1, '}'),
      partEnd,
      finish('tool_calls', 'completed'),
      usage,
      end,
    ]);
  });

  test('takes every item as a whole from a server that sends no pieces', () => {
    const wholes = OUTPUT.map(
      (item, output_index): Told => ({ type: 'response.output_item.done', output_index, item }),
    );
    const expected = [
      start,
      thinking('Hm, so.'),
      signed('c2VjcmV0'),
      partEnd,
      text('Hello'),
      partEnd,
      call(0, 'call_a', 'f'),
      json(0, '{"x": 1.0}'),
      partEnd,
      call(1, 'call_b', 'g'),
      json(1, '{}'),
      partEnd,
      finish('tool_calls', 'completed'),
      usage,
      end,
    ];
    assert.deepEqual(read(...BEGIN, ...wholes, COMPLETED), expected);
    assert.deepEqual(read(COMPLETED), expected, 'all of it in the event that ends it');
  });

  test('does not read twice what has been said in pieces, whatever the end repeats', () => {
    const items = messageEvents(7).map((event) => ({ ...event, item_id: 'other' }));
    const said = read(...BEGIN, ...items, COMPLETED).filter(({ type }) => type === 'text' || type === 'tool_start');
    assert.deepEqual(said, [text('Hel'), text('lo')]);
  });

  test('keeps items apart by their place, because some servers change the ids from event to event', () => {
    let count = 0;
    const rotated = [...reasoningEvents(0), ...callEvents(1, CALL)].map((event) => ({
      ...event,
      ...('item_id' in event ? { item_id: `x${count++}` } : {}),
    }));
    assert.deepEqual(read(...rotated), read(...reasoningEvents(0), ...callEvents(1, CALL)));
  });

  test('keeps items apart by their ids where a server tells no places', () => {
    const placeless = [...messageEvents(0), ...callEvents(1, CALL)].map((event) => ({
      ...event,
      output_index: undefined,
    }));
    assert.deepEqual(read(...placeless), read(...messageEvents(0), ...callEvents(1, CALL)));
  });

  test('knows the kind of an event by its name when the data does not say it', () => {
    const unnamed = numbered(WHOLE).replace(/"type":"response\.[a-z_.]+",/g, '');
    assert.deepEqual(decode(unnamed), read(...WHOLE));
  });

  test('passes over what it does not know, and comments, and hands keep-alives on', () => {
    const odd: Told[] = [
      { type: 'response.web_search_call.searching', output_index: 9, item_id: 'ws' },
      { type: 'response.output_item.done', output_index: 9, item: { type: 'web_search_call', id: 'ws' } },
      { type: 'response.new_thing.delta', delta: 'x' },
      { type: 'response.output_item.added', output_index: 8 },
    ];
    const noise = `: hi\n\ndata: [DONE]\n\ndata: "x"\n\ndata: {"no":"type"}\n\n${numbered(odd)}`;
    assert.deepEqual(decode(noise + numbered(messageEvents(0)) + noise), [text('Hel'), text('lo'), partEnd]);
    assert.deepEqual(read({ type: 'keepalive' }), [{ type: 'ping' }]);
  });

  test('hears nothing after the end', () => {
    assert.deepEqual(read(COMPLETED, ...messageEvents(0), COMPLETED, FAILED), read(COMPLETED));
  });
});

describe('reasoning', () => {
  const summary = (summary_index: number, ...words: string[]): Told[] => {
    const at = { output_index: 0, item_id: 'rs_1', summary_index };
    return [
      { type: 'response.reasoning_summary_part.added', ...at, part: { type: 'summary_text', text: '' } },
      ...words.map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...at, delta })),
      { type: 'response.reasoning_summary_part.done', ...at, part: { type: 'summary_text', text: words.join('') } },
    ];
  };
  const done = (fields: JsonObject): Told => ({
    type: 'response.output_item.done',
    output_index: 0,
    item: { id: 'rs_1', type: 'reasoning', ...fields },
  });
  const thought = (delta: string): Told => ({ type: 'response.reasoning_text.delta', output_index: 0, delta });

  test('in several parts of a summary is one thought in paragraphs, as a complete reply has it', () => {
    const parts = ['One.', 'Two.'].map((text) => ({ type: 'summary_text', text }));
    assert.deepEqual(read(...summary(0, 'One', '.'), ...summary(1), ...summary(2, 'Two.'), done({ summary: parts })), [
      thinking('One'),
      thinking('.'),
      thinking('\n\nTwo.'),
      partEnd,
    ]);
    assert.deepEqual(read(done({ summary: parts })), [thinking('One.\n\nTwo.'), partEnd]);
  });

  test('that some models show in full is read, but not beside a summary', () => {
    const part: Told = {
      type: 'response.content_part.done',
      output_index: 0,
      part: { type: 'reasoning_text', text: 'ab' },
    };
    assert.deepEqual(read(thought('a'), thought('b'), part, done({})), [thinking('a'), thinking('b'), partEnd]);
    assert.deepEqual(read(...summary(0, 'S'), thought('a'), done({})), [thinking('S'), partEnd]);
  });

  test('without words is a signature alone, and nothing without one', () => {
    assert.deepEqual(read(done({ summary: [], encrypted_content: 'x' })), [signed('x'), partEnd]);
    assert.deepEqual(read(done({ summary: [], encrypted_content: null })), []);
    const sealed = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'x' };
    const repeated = { type: 'response.completed', response: { status: 'completed', output: [sealed] } };
    assert.equal(read(done(sealed), repeated).filter(({ type }) => type === 'thinking_signature').length, 1);
  });
});

describe('a message', () => {
  test('may refuse, and ends its part before the refusal', () => {
    const refused: Told[] = [
      { type: 'response.output_text.delta', output_index: 0, delta: 'Well, ' },
      { type: 'response.refusal.delta', output_index: 0, delta: 'no' },
      { type: 'response.refusal.delta', output_index: 0, delta: '' },
      { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
    ];
    const refusal: NeutralEvent = { type: 'refusal', choice: 0, text: 'no' };
    assert.deepEqual(read(...refused), [text('Well, '), partEnd, refusal, partEnd]);
    const whole = { ...MESSAGE, content: [...MESSAGE.content, { type: 'refusal', refusal: 'no' }, { type: 'new' }] };
    const once = read({ type: 'response.output_item.done', output_index: 0, item: whole });
    assert.deepEqual(once, [text('Hello'), partEnd, refusal, partEnd]);
  });

  test('hands on the logprobs of its words', () => {
    const logprobs = [{ token: 'Hi', logprob: -0.5, bytes: [72, 105], top_logprobs: [] }];
    assert.deepEqual(read({ type: 'response.output_text.delta', output_index: 0, delta: 'Hi', logprobs }), [
      text('Hi'),
      { type: 'logprobs', choice: 0, json: { content: logprobs, refusal: null } },
    ]);
  });
});

describe('calls', () => {
  const delta = (output_index: number, fragment: string): Told => ({
    type: 'response.function_call_arguments.delta',
    output_index,
    delta: fragment,
  });

  test('that are all announced before their arguments come one after another', () => {
    const [first, ...rest] = callEvents(0, CALL);
    const [second, ...others] = callEvents(1, SECOND_CALL);
    assert.deepEqual(
      read(first as Told, second as Told, ...rest, ...others),
      read(...callEvents(0, CALL), ...callEvents(1, SECOND_CALL)),
    );
  });

  test('whose arguments come mixed are an error, because they cannot be told apart in the neutral form', () => {
    const [first] = callEvents(0, CALL);
    const [second] = callEvents(1, SECOND_CALL);
    const events = read(first as Told, second as Told, delta(0, '{'), delta(1, '{'), delta(0, '}'));
    assert.deepEqual(
      events.map(({ type }) => type),
      ['tool_start', 'tool_arguments', 'part_end', 'tool_start', 'tool_arguments', 'error'],
    );
  });

  test('without an id get one, the same every time', () => {
    const { call_id: _, ...item } = CALL;
    const events = [...BEGIN, { type: 'response.output_item.done', output_index: 0, item }];
    assert.deepEqual(read(...events)[1], call(0, 'call_resp1_0', 'f'));
  });

  test('that nobody announced are read when they are done', () => {
    const [, piece, ...rest] = callEvents(0, CALL);
    assert.deepEqual(read(piece as Told, ...rest), [call(0, 'call_a', 'f'), json(0, '{"x": 1.0}'), partEnd]);
  });
});

describe('an end', () => {
  test('is incomplete for one reason or another', () => {
    const because = (reason: string | null): NeutralEvent | undefined => {
      const details = reason === null ? null : { reason };
      return read({ ...INCOMPLETE, response: { ...INCOMPLETE.response, incomplete_details: details } }).at(-3);
    };
    assert.deepEqual(because('max_output_tokens'), finish('length', 'max_output_tokens'));
    assert.deepEqual(because('content_filter'), finish('refusal', 'content_filter'));
    assert.deepEqual(because('boredom'), finish('unknown', 'boredom'));
    assert.deepEqual(because(null), finish('unknown', 'incomplete'));
  });

  test('closes what is open, and is a plain stop without calls', () => {
    const open = [...BEGIN, ...messageEvents(0).slice(0, -3)];
    assert.deepEqual(read(...open, { ...COMPLETED, response: { status: 'completed' } }).slice(-3), [
      partEnd,
      finish('stop', 'completed'),
      end,
    ]);
  });

  test('that failed is an error in the words of the provider, and no finish', () => {
    for (const event of [ERROR, FAILED, { type: 'response.cancelled', response: {} }]) {
      const events = read(...BEGIN, ...messageEvents(0), event);
      assert.equal(events.at(-1)?.type, 'error');
      assert.ok(!events.some(({ type }) => type === 'finish' || type === 'end'));
    }
    assert.deepEqual(read(FAILED), [
      { type: 'error', error: { status: 429, message: 'Too much.', code: 'rate_limit_exceeded' } },
    ]);
  });

  test('in broken JSON is an error', () => {
    const [event] = decode('data: {"type":"response.completed","response"\n\n');
    assert.equal(event?.type, 'error');
  });
});

describe('law', () => {
  const whole = numbered(WHOLE);

  test('a stream that breaks off anywhere has no finish, and says a beginning of what the whole one says', () => {
    const expected = decode(whole).map((event) => JSON.stringify(event));
    fc.assert(
      fc.property(fc.nat(whole.length - 2), (length) => {
        const events = decode(whole.slice(0, length));
        assert.ok(!events.some(({ type }) => type === 'finish' || type === 'end'));
        assert.deepEqual(
          events.map((event) => JSON.stringify(event)),
          expected.slice(0, events.length),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('events of any shape are taken without an exception, and none of them but an end is one', () => {
    const types = [...WHOLE, INCOMPLETE, FAILED, ERROR].map(({ type }) => type);
    const odd = fc.oneof(
      fc.constantFrom<fc.JsonValue>(null, 0, '', 'x', [], {}, REASONING, MESSAGE, CALL),
      fc.jsonValue(),
    );
    const names = ['item', 'response', 'delta', 'part', 'output_index', 'item_id', 'error', 'logprobs', 'message'];
    const event = fc
      .tuple(fc.constantFrom(...types, 'x'), fc.dictionary(fc.constantFrom(...names), odd))
      .map(([type, fields]) => ({ ...fields, type }));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const hasEnd = events.some(({ type }) => type === 'response.completed' || type === 'response.incomplete');
        const told = read(...events);
        assert.equal(told.filter(({ type }) => type === 'finish').length, hasEnd ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
  });
});
