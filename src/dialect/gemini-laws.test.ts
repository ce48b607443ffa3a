import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import type { ReplyContext } from './dialect.ts';
import { gemini } from './gemini.ts';
import type { NeutralEvent, NeutralFinish, NeutralPart, NeutralReply, NeutralRequest } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';

const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1_700_000_000 };
const TARGET = { model: 'gemini-3-flash', defaultMaxTokens: 1 };

const words = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,10}$/);
const id = fc.stringMatching(/^toolu_[A-Za-z0-9]{1,8}$/);
/** JSON objects in every spelling a model may come up with. */
const args = fc
  .tuple(
    fc.dictionary(words, fc.jsonValue()),
    fc.bigInt({ min: 10n ** 17n, max: 10n ** 25n }),
    fc.constantFrom('', ' ', '\n'),
  )
  .map(
    ([object, big, white]) =>
      `{${white}"big":${white}${big},"f":1.0,"o":${JSON.stringify(object, null, white)}${white}}`,
  );
const signature = fc.option(words, { nil: undefined });

const text = words.map((said): NeutralPart => ({ type: 'text', text: said }));
const thinking = fc.record({
  type: fc.constant('thinking' as const),
  text: words,
  signature,
  origin: fc.constant('gemini' as const),
});
const call = fc.record({ type: fc.constant('tool_call' as const), id, name, arguments: args, signature });
const finish = (parts: readonly NeutralPart[]): fc.Arbitrary<NeutralFinish> =>
  fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'MALFORMED_FUNCTION_CALL').map((raw) => ({
    raw,
    reason:
      raw === 'STOP'
        ? parts.some((part) => part.type === 'tool_call')
          ? 'tool_calls'
          : 'stop'
        : raw === 'MAX_TOKENS'
          ? 'length'
          : raw === 'SAFETY'
            ? 'refusal'
            : 'unknown',
  }));
const parts = fc.array(fc.oneof(text, thinking, call), { maxLength: 5 });
const reply: fc.Arbitrary<NeutralReply> = fc
  .array(
    parts.chain((list) => fc.tuple(fc.constant(list), finish(list))),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) => ({
    id: 'r1',
    model: 'gemini-x',
    choices: list.map(([list, finish], index) => ({ index, parts: list, finish })),
    usage: toUsage({ inputTokens: 5, outputTokens: 3, reasoningTokens: 2 }),
  }));

/** Without members that are undefined. */
const clean = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** The events that say what the reply says. */
function toEvents({ id: replyId, model, choices, usage }: NeutralReply): NeutralEvent[] {
  const events: NeutralEvent[] = [{ type: 'start', id: replyId, model }];
  for (const { index: choice, parts: list, finish: end } of choices) {
    let tool = 0;
    for (const part of list) {
      if (part.type === 'tool_call') {
        const half = Math.floor(part.arguments.length / 2);
        events.push({ type: 'tool_start', choice, tool, id: part.id, name: part.name });
        events.push({ type: 'tool_arguments', choice, tool, json: part.arguments.slice(0, half) });
        events.push({ type: 'tool_arguments', choice, tool, json: part.arguments.slice(half) });
        tool++;
      } else if (part.type === 'text' || part.type === 'thinking') {
        events.push({ type: part.type, choice, text: part.text });
      }
      events.push({ type: 'part_end', choice });
    }
    events.push({ type: 'finish', choice, finish: end });
  }
  if (usage !== null) events.push({ type: 'usage', usage });
  return events;
}

/** What the events say, choice by choice, with neighbouring words of one kind joined. */
function saidBy(events: readonly NeutralEvent[]): string[] {
  const said = new Map<number, string>();
  for (const event of events) {
    if (!('choice' in event) || event.type === 'part_end') continue;
    const line =
      event.type === 'tool_start'
        ? `|${event.tool}:${event.id}:${event.name}:`
        : event.type === 'tool_arguments'
          ? event.json
          : event.type === 'finish'
            ? `|${event.finish.reason} ${event.finish.raw}`
            : event.type === 'text' || event.type === 'thinking'
              ? `<${event.type}>${event.text}`
              : '';
    const before = said.get(event.choice) ?? '';
    said.set(event.choice, before + line);
  }
  return [...said.values()];
}

describe('laws of the Gemini dialect', () => {
  test('a reply that is written is read back as it was', () => {
    fc.assert(
      fc.property(reply, (source) => {
        const written = gemini.encodeReply(source, CONTEXT);
        assert.deepEqual(clean(gemini.decodeReply(Buffer.from(written))), clean(source));
      }),
    );
  });

  test('a stream that is written says what the reply says, arguments byte for byte but for line breaks', () => {
    fc.assert(
      fc.property(reply, (source) => {
        const encoder = gemini.createEncoder(CONTEXT);
        const decoder = gemini.createDecoder();
        const read: NeutralEvent[] = [];
        const parser = createParser({
          onEvent: ({ data }) => read.push(...decoder.push({ event: '', data })),
        });
        const events = toEvents(source);
        for (const event of [...events, { type: 'end' } as const]) parser.feed(encoder.push(event));
        const lines = saidBy(events).map((line) => line.replace(/\n/g, ' '));
        assert.deepEqual(saidBy(read).sort(), lines.sort());
        assert.deepEqual(
          read.findLast((event) => event.type === 'usage'),
          { type: 'usage', usage: source.usage },
        );
      }),
    );
  });

  test('a stream cut off before its last chunk never finishes', () => {
    fc.assert(
      fc.property(reply, (source) => {
        const encoder = gemini.createEncoder(CONTEXT);
        const decoder = gemini.createDecoder();
        const out = toEvents(source)
          .map((event) => encoder.push(event))
          .join('');
        const events = out
          .split('\r\n\r\n')
          .flatMap((line) => decoder.push({ event: '', data: line.replace(/^data: /, '') }));
        assert.ok(!events.some(({ type }) => type === 'finish' || type === 'end'));
      }),
    );
  });

  const answer = words.map((said): NeutralPart[] => [{ type: 'text', text: said }]);
  const request = fc
    .record({
      system: fc.array(text, { maxLength: 2 }),
      turns: fc.array(
        fc.record({
          said: fc.array(fc.oneof(text, thinking), { maxLength: 2 }),
          calls: fc.uniqueArray(call, { selector: (one) => one.id, maxLength: 3 }),
          results: fc.array(answer, { minLength: 3, maxLength: 3 }),
          failed: fc.boolean(),
        }),
        { maxLength: 3 },
      ),
      maxTokens: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined }),
      temperature: fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { nil: undefined }),
      n: fc.integer({ min: 1, max: 3 }),
      schema: fc.dictionary(
        name,
        fc.constantFrom<JsonObject[]>({ type: 'string' }, { enum: [1, 'a'], $comment: 'x' }),
        { minKeys: 1 },
      ),
    })
    .map(({ system, turns, schema, ...rest }): NeutralRequest => {
      const format = { type: 'object', properties: schema, additionalProperties: false };
      return {
        origin: 'gemini',
        system,
        messages: turns
          .flatMap(({ said, calls, results, failed }, turn) => {
            const named = calls.map((one) => ({ ...one, id: `${one.id}_${turn}` }));
            const asked: NeutralPart[] = named.map((one, index) => ({
              type: 'tool_result',
              callId: one.id,
              name: one.name,
              content: results[index] ?? [],
              isError: failed,
            }));
            return [
              { role: 'assistant' as const, parts: [...said, { type: 'text' as const, text: 'so' }, ...named] },
              { role: 'user' as const, parts: [...asked, { type: 'text' as const, text: 'go on' }] },
            ];
          })
          .concat([{ role: 'assistant', parts: [{ type: 'text', text: 'last' }] }]),
        tools: [{ type: 'function', name: 'f', schema: format }],
        toolChoice: { type: 'any' },
        format: { type: 'schema', name: 'response', schema: format },
        ...rest,
        stream: false,
        includeUsage: true,
        unknown: {},
      };
    });

  test('a request that is written is read back as it was, and loses nothing', () => {
    fc.assert(
      fc.property(request, (source) => {
        const { body, losses } = gemini.encodeRequest(source, TARGET);
        assert.deepEqual(losses, []);
        assert.deepEqual(clean(gemini.decodeRequest(Buffer.from(body))), clean(source));
      }),
    );
  });

  test('whatever an OpenAI client says in a tool loop, calls and results meet again behind Gemini', () => {
    const calls = fc.uniqueArray(fc.record({ id, name, arguments: args }), {
      selector: (one) => one.id,
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(calls, fc.array(words, { minLength: 4, maxLength: 4 }), (asked, results) => {
        const messages = [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            tool_calls: asked.map(({ id, ...called }) => ({ id, type: 'function', function: called })),
          },
          ...asked.map((one, index) => ({ role: 'tool', tool_call_id: one.id, content: results[index] })).reverse(),
        ];
        const source = openaiChat.decodeRequest(Buffer.from(JSON.stringify({ model: 'm', messages })));
        for (const model of ['gemini-2.5-flash', 'gemini-3-pro']) {
          const { body } = gemini.encodeRequest(source, { ...TARGET, model });
          const back = gemini.decodeRequest(Buffer.from(body)).messages.flatMap((message) => message.parts);
          const read = back.filter((part) => part.type === 'tool_call');
          assert.deepEqual(
            read.map((part) => [part.name, part.arguments]),
            asked.map((one) => [one.name, one.arguments]),
          );
          const answers = back.filter((part) => part.type === 'tool_result');
          assert.deepEqual(
            answers.map((part) => part.callId),
            read.map((part) => part.id),
          );
          assert.deepEqual(
            answers.map((part) => part.content),
            asked.map((_, index) => [{ type: 'text', text: results[index] }]),
          );
        }
      }),
    );
  });
});
