import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { TierlineError } from '../call/errors.ts';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import type { ReplyContext } from './dialect.ts';
import type { DialectName, NeutralEvent, NeutralFinish, NeutralPart, NeutralReply } from './neutral.ts';
import { openaiResponses } from './openai-responses.ts';
import { encryptedContent } from './openai-responses-thinking.ts';

const CONTEXT: ReplyContext = {
  costUsd: () => null,
  includeUsage: true,
  createdAtSeconds: 1_700_000_000,
  newId: () => 'r1',
};
const USAGE = toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7 });
const START: NeutralEvent = { type: 'start', id: 'chatcmpl-1', model: 'm' };
const END: NeutralEvent = { type: 'end' };
const partEnd: NeutralEvent = { type: 'part_end', choice: 0 };
const text = (words: string, choice = 0): NeutralEvent => ({ type: 'text', choice, text: words });
const refusal = (words: string): NeutralEvent => ({ type: 'refusal', choice: 0, text: words });
const callOf = (tool: number): NeutralEvent => ({ type: 'tool_start', choice: 0, tool, id: `call_${tool}`, name: 'f' });
const argumentsOf = (json: string): NeutralEvent => ({ type: 'tool_arguments', choice: 0, tool: 0, json });
const finish = (reason: NeutralFinish['reason']): NeutralEvent => ({
  type: 'finish',
  choice: 0,
  finish: { reason, raw: reason },
});

type Told = JsonObject & { type: string; sequence_number: number };

const encode = (events: readonly NeutralEvent[], context = CONTEXT): string => {
  const encoder = openaiResponses.createEncoder(context);
  return events.map((event) => encoder.push(event)).join('');
};

/** The events of the text; each under the name that its data says. */
function parse(sse: string): Told[] {
  assert.ok(sse === '' || sse.endsWith('\n\n'), 'whole events only');
  return sse
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const match = /^event: ([\w.]+)\ndata: ([^\n]*)$/.exec(block);
      assert.ok(match !== null, `not an event: ${block}`);
      const event = JSON.parse(match[2] as string) as Told;
      assert.equal(event.type, match[1]);
      return event;
    });
}

const written = (...events: NeutralEvent[]): Told[] => parse(encode(events));
const without = (name: string, event: JsonObject): JsonObject => {
  const { [name]: _, ...rest } = event;
  return rest;
};
const typesOf = (events: readonly Told[]): string[] => events.map(({ type }) => type.replace('response.', ''));
const responseOf = (event: Told | undefined): JsonObject & { id: string } => {
  assert.ok(event !== undefined);
  return event.response as JsonObject & { id: string };
};
const lastResponse = (events: readonly Told[]): JsonObject & { id: string } => responseOf(events.at(-1));
const itemsOf = (events: readonly Told[]): JsonObject[] => lastResponse(events).output as JsonObject[];

describe('writing the stream of a response', () => {
  test('is the protocol: a message in its parts, each told again whole', () => {
    const at = { item_id: 'msg_r1_0', output_index: 0, content_index: 0 };
    const part = (said: string): JsonObject => ({ type: 'output_text', text: said, annotations: [], logprobs: [] });
    const message = {
      id: 'msg_r1_0',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [part('Hello')],
    };
    const events = written(
      START,
      text('Hel'),
      text('lo'),
      partEnd,
      finish('stop'),
      { type: 'usage', usage: USAGE },
      END,
    );
    assert.deepEqual(
      events.slice(2, -1).map((event) => without('sequence_number', event)),
      [
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: { ...message, status: 'in_progress', content: [] },
        },
        { type: 'response.content_part.added', ...at, part: part('') },
        { type: 'response.output_text.delta', ...at, delta: 'Hel', logprobs: [] },
        { type: 'response.output_text.delta', ...at, delta: 'lo', logprobs: [] },
        { type: 'response.output_text.done', ...at, text: 'Hello', logprobs: [] },
        { type: 'response.content_part.done', ...at, part: part('Hello') },
        { type: 'response.output_item.done', output_index: 0, item: message },
      ],
    );
    const [created, begun] = events;
    assert.deepEqual(typesOf([created, begun, events.at(-1)] as Told[]), ['created', 'in_progress', 'completed']);
    assert.deepEqual(created?.response, begun?.response);
    const { id, model, status, output, usage } = responseOf(created);
    assert.deepEqual(
      { id, model, status, output, usage },
      { id: 'resp_r1', model: 'm', status: 'in_progress', output: [], usage: null },
    );
    assert.deepEqual([lastResponse(events).status, itemsOf(events)], ['completed', [message]]);
    assert.equal((lastResponse(events).usage as JsonObject).total_tokens, 107);
  });

  test('thoughts are a summary, with what their maker signed at their end only', () => {
    const events = written(
      START,
      { type: 'thinking', choice: 0, text: 'Hm' },
      { type: 'thinking_signature', choice: 0, signature: 's' },
      partEnd,
      { type: 'redacted_thinking', choice: 0, data: 'd' },
      finish('stop'),
      END,
    );
    assert.deepEqual(typesOf(events), [
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'output_item.done',
      'completed',
    ]);
    assert.deepEqual(events[2]?.item, { id: 'rs_r1_0', type: 'reasoning', summary: [] });
    assert.deepEqual(itemsOf(events), [
      {
        id: 'rs_r1_0',
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Hm' }],
        encrypted_content: encryptedContent({ kind: 'thinking', origin: 'neutral', text: 's' }),
      },
      {
        id: 'rs_r1_1',
        type: 'reasoning',
        summary: [],
        encrypted_content: encryptedContent({ kind: 'redacted_thinking', origin: 'neutral', text: 'd' }),
      },
    ]);
  });

  test('calls come one after another; an empty one is {}', () => {
    const events = written(
      START,
      callOf(0),
      argumentsOf('{"a"'),
      argumentsOf(':1}'),
      partEnd,
      callOf(1),
      finish('tool_calls'),
      END,
    );
    const call = {
      id: 'fc_r1_0',
      type: 'function_call',
      status: 'completed',
      arguments: '{"a":1}',
      call_id: 'call_0',
      name: 'f',
    };
    assert.deepEqual(itemsOf(events), [call, { ...call, id: 'fc_r1_1', call_id: 'call_1', arguments: '{}' }]);
    assert.deepEqual(events[2]?.item, { ...call, status: 'in_progress', arguments: '' });
    const pieces = events.filter(({ type }) => type.startsWith('response.function_call_arguments'));
    assert.deepEqual(
      pieces.map(({ type, item_id, delta, arguments: json }) => [type.slice(33), item_id, delta ?? json]),
      [
        ['delta', 'fc_r1_0', '{"a"'],
        ['delta', 'fc_r1_0', ':1}'],
        ['done', 'fc_r1_0', '{"a":1}'],
        ['delta', 'fc_r1_1', '{}'],
        ['done', 'fc_r1_1', '{}'],
      ],
    );
  });

  test('words and a refusal between two calls are one message of two parts', () => {
    const events = written(START, text('Well, '), refusal('no'), refusal('.'), finish('stop'), END);
    assert.deepEqual(
      itemsOf(events).map(({ content }) => content),
      [
        [
          { type: 'output_text', text: 'Well, ', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'no.' },
        ],
      ],
    );
    assert.deepEqual(
      typesOf(events).filter((type) => type.startsWith('refusal')),
      ['refusal.delta', 'refusal.delta', 'refusal.done'],
    );
  });

  test('log probabilities follow their words in a piece without words, and stand in the part', () => {
    const content = [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }];
    const logprobs: NeutralEvent = { type: 'logprobs', choice: 0, json: { content } };
    const events = written(START, logprobs, text('a'), logprobs, text('b'), logprobs, finish('stop'), END);
    const pieces = events.filter(({ type }) => type === 'response.output_text.delta');
    assert.deepEqual(
      pieces.map(({ delta, logprobs: list }) => [delta, list]),
      [
        ['a', []],
        ['', content],
        ['b', []],
        ['', content],
      ],
    );
    const [message] = itemsOf(events) as { content: JsonObject[] }[];
    assert.deepEqual(message?.content[0]?.logprobs, [...content, ...content]);
  });

  test('the first choice alone has a place, nothing comes after its finish, and empty pieces are none', () => {
    const odd = [text('b', 1), text(''), argumentsOf('{}'), partEnd];
    const events = written(START, ...odd, text('a'), ...odd, finish('stop'), text('late'), END);
    const [message] = itemsOf(events) as { content: JsonObject[] }[];
    assert.deepEqual(
      message?.content.map((part) => part.text),
      ['a'],
    );
    assert.equal(events.filter(({ type }) => type.endsWith('.delta')).length, 1);
  });

  test('begins without a start, under an id of its own', () => {
    const { newId: _, ...context } = CONTEXT;
    const events = parse(encode([text('a'), START, finish('stop'), END], context));
    assert.deepEqual(typesOf(events).slice(0, 3), ['created', 'in_progress', 'output_item.added']);
    assert.match(lastResponse(events).id, /^resp_\w{32}$/);
    assert.equal(responseOf(events[0]).id, lastResponse(events).id);
  });

  test('a keep-alive is a comment, whenever it comes', () => {
    assert.equal(encode([{ type: 'ping' }, { type: 'ping' }]), ': ping\n\n: ping\n\n');
  });

  test('repeats the settings of the request, and the cost when it is known', () => {
    const request = openaiResponses.decodeRequest(
      Buffer.from('{"model":"x","input":"Hi","temperature":0.5,"metadata":{"a":"b"},"stream":true}'),
    );
    const context = { ...CONTEXT, request, costUsd: () => 0.5 };
    const events = parse(encode([START, finish('stop'), { type: 'usage', usage: USAGE }, END], context));
    for (const event of [events[0], events.at(-1)]) {
      const { temperature, metadata } = responseOf(event);
      assert.deepEqual([temperature, metadata], [0.5, { a: 'b' }]);
    }
    assert.equal((lastResponse(events).usage as JsonObject).cost, 0.5);
  });
});

describe('the end', () => {
  test('of an answer that was cut off is incomplete, and so is the item that it was cut off in', () => {
    for (const [reason, told] of [
      ['length', 'max_output_tokens'],
      ['refusal', 'content_filter'],
    ] as const) {
      const events = written(START, text('a'), partEnd, callOf(0), argumentsOf('{"a'), partEnd, finish(reason), END);
      assert.equal(events.at(-1)?.type, 'response.incomplete');
      const { status, incomplete_details } = lastResponse(events);
      assert.deepEqual([status, incomplete_details], ['incomplete', { reason: told }]);
      assert.deepEqual(
        itemsOf(events).map((item) => item.status),
        ['completed', 'incomplete'],
      );
    }
  });

  test('of an answer that refuses in words is complete', () => {
    assert.equal(written(START, refusal('No.'), finish('refusal'), END).at(-1)?.type, 'response.completed');
  });

  test('is never invented', () => {
    const said = written(START, text('x'), partEnd, { type: 'usage', usage: USAGE }, END);
    assert.ok(!said.some(({ type }) => /completed|incomplete|failed/.test(type)));
    assert.equal(encode([{ type: 'error', error: { status: 500, message: 'x' } }]), '');
  });

  test('by an error is told as an event and as a response that failed, further on than any other', () => {
    const upstream = { status: 400, message: 'Too long.', code: 'context_length_exceeded' };
    const error = new TierlineError('upstream_error', undefined, { upstream });
    const told = parse(openaiResponses.encodeStreamError(error, 'req_1'));
    const [first, second] = told as [Told, Told];
    assert.deepEqual(typesOf(told), ['error', 'failed']);
    const words = { message: 'Too long.', param: null, code: 'context_length_exceeded' };
    const { code, message, param } = first;
    assert.deepEqual({ code, message, param }, words);
    assert.deepEqual(first.error, { ...words, type: 'invalid_request_error' });
    const { status, error: inside, id } = second.response as JsonObject;
    assert.deepEqual([status, inside, id], ['failed', { code: words.code, message: words.message }, 'resp_req_1']);
    assert.ok(first.sequence_number > 1e9 && second.sequence_number > first.sequence_number);
  });

  test('by an error without a code has the kind of it for one', () => {
    const upstream = { status: 400, message: 'No.' };
    const told = parse(
      openaiResponses.encodeStreamError(new TierlineError('upstream_error', undefined, { upstream }), 'r'),
    );
    assert.equal(told[0]?.code, 'invalid_request_error');
  });
});

describe('law', () => {
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  const pieces = fc.array(words, { minLength: 1, maxLength: 3 });
  const signature = fc.option(words, { nil: undefined });
  const origin = fc.constantFrom<DialectName>('anthropic-messages', 'gemini', 'openai-responses');

  /** A part as it comes in pieces. */
  interface InPieces {
    part: NeutralPart;
    pieces: readonly string[];
  }
  const somePart = (from: DialectName): fc.Arbitrary<InPieces> =>
    fc.oneof(
      fc.tuple(fc.constantFrom('text' as const, 'refusal' as const), pieces).map(([type, said]) => ({
        part: { type, text: said.join('') },
        pieces: said,
      })),
      fc.tuple(pieces, signature).map(([said, signed]) => ({
        part: {
          type: 'thinking' as const,
          text: said.join(''),
          origin: from,
          ...(signed === undefined ? {} : { signature: signed }),
        },
        pieces: said,
      })),
      words.map((data) => ({ part: { type: 'redacted_thinking' as const, data, origin: from }, pieces: [] })),
      fc.tuple(words, fc.oneof(pieces, fc.constant(['{"a": 1.0,', '\n"b":[]}']))).map(([id, said]) => ({
        part: { type: 'tool_call' as const, id, name: 'f', arguments: said.join('') },
        pieces: said,
      })),
    );
  const someFinish = fc.constantFrom<NeutralFinish['reason']>('stop', 'length', 'refusal', 'unknown');
  const answer = origin.chain((from) =>
    fc.record({ from: fc.constant(from), parts: fc.array(somePart(from), { maxLength: 6 }), reason: someFinish }),
  );

  function eventsOf(parts: readonly InPieces[]): NeutralEvent[] {
    let tool = -1;
    return parts.flatMap(({ part, pieces: said }): NeutralEvent[] => {
      switch (part.type) {
        case 'text':
        case 'refusal':
          return [...said.map((piece): NeutralEvent => ({ type: part.type, choice: 0, text: piece })), partEnd];
        case 'thinking': {
          const thoughts = said.map((piece): NeutralEvent => ({ type: 'thinking', choice: 0, text: piece }));
          if (part.signature === undefined) return [...thoughts, partEnd];
          return [...thoughts, { type: 'thinking_signature', choice: 0, signature: part.signature }, partEnd];
        }
        case 'redacted_thinking':
          return [{ type: part.type, choice: 0, data: part.data }, partEnd];
        case 'tool_call':
          tool++;
          return [
            { type: 'tool_start', choice: 0, tool, id: part.id, name: part.name },
            ...said.map((json): NeutralEvent => ({ type: 'tool_arguments', choice: 0, tool, json })),
            partEnd,
          ];
        default:
          return [];
      }
    });
  }

  /** What a decoder has to make of the stream: signatures are in OpenAI's place, under seal when they are not OpenAI's. */
  function expected(parts: readonly InPieces[]): NeutralEvent[] {
    const sealed = parts.map(({ part, pieces: said }): InPieces => {
      if (part.type === 'redacted_thinking') {
        const encrypted = encryptedContent({ kind: part.type, origin: part.origin, text: part.data });
        return { part: { type: 'thinking', text: '', origin: part.origin, signature: encrypted }, pieces: [] };
      }
      if (part.type !== 'thinking') return { part, pieces: said };
      const encrypted = encryptedContent({ kind: part.type, origin: part.origin, text: part.signature ?? '' });
      return { part: { ...part, signature: encrypted }, pieces: said };
    });
    return eventsOf(sealed);
  }

  const streamOf = (parts: readonly InPieces[], reason: NeutralFinish['reason']): NeutralEvent[] => [
    START,
    ...eventsOf(parts),
    finish(reason),
    { type: 'usage', usage: USAGE },
    END,
  ];

  const decode = (sse: string): NeutralEvent[] => {
    const decoder = openaiResponses.createDecoder();
    return parse(sse).flatMap((event) => decoder.push({ event: event.type, data: JSON.stringify(event) }));
  };

  test('what is written is read again as the same events', () => {
    fc.assert(
      fc.property(answer, ({ from, parts, reason }) => {
        const read = decode(encode(streamOf(parts, reason), { ...CONTEXT, origin: from }));
        assert.deepEqual(read.slice(1, -3), expected(parts));
        assert.deepEqual(read[0], { type: 'start', id: 'resp_r1', model: 'm' });
        assert.deepEqual(read.slice(-2), [{ type: 'usage', usage: USAGE }, END]);
      }),
      { numRuns: 300 },
    );
  });

  test('the response at the end is the one that a complete reply has', () => {
    fc.assert(
      fc.property(answer, ({ from, parts, reason }) => {
        const context = { ...CONTEXT, origin: from };
        const choice = { index: 0, parts: parts.map(({ part }) => part), finish: { reason, raw: reason } };
        const reply: NeutralReply = { id: 'r1', model: 'm', choices: [choice], usage: USAGE };
        const whole = JSON.parse(openaiResponses.encodeReply(reply, context)) as JsonObject;
        const last = lastResponse(parse(encode(streamOf(parts, reason), context)));
        assert.deepEqual(without('completed_at', last), without('completed_at', whole));
      }),
      { numRuns: 300 },
    );
  });

  test('numbers rise, every item and part that was added is done under its id, and told at the end as it was done', () => {
    fc.assert(
      fc.property(answer, ({ from, parts, reason }) => {
        const events = parse(encode(streamOf(parts, reason), { ...CONTEXT, origin: from }));
        for (const [at, { sequence_number }] of events.entries()) assert.equal(sequence_number, at);
        const all = (type: string): Told[] => events.filter((event) => event.type === `response.${type}`);
        const idsOf = (list: readonly Told[]): unknown[] =>
          list.map(({ output_index, content_index, summary_index, item, item_id }) => [
            output_index,
            content_index ?? summary_index,
            item_id ?? (item as JsonObject).id,
          ]);
        for (const kind of ['output_item', 'content_part', 'reasoning_summary_part'])
          assert.deepEqual(idsOf(all(`${kind}.added`)), idsOf(all(`${kind}.done`)));
        assert.deepEqual(
          all('output_item.done').map(({ item }) => item),
          itemsOf(events),
        );
        assert.equal(new Set(itemsOf(events).map(({ id }) => id)).size, itemsOf(events).length);
      }),
      { numRuns: 300 },
    );
  });

  test('a stream that stops anywhere before its last event has no end', () => {
    fc.assert(
      fc.property(answer, fc.nat(), ({ parts, reason }, stop) => {
        const events = streamOf(parts, reason);
        const read = decode(encode(events.slice(0, stop % events.length)));
        assert.ok(!read.some(({ type }) => type === 'finish' || type === 'end' || type === 'error'));
      }),
    );
  });
});
