import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import type { NeutralEvent } from '../dialect/neutral.ts';
import { readSdkFinish, readSdkReply, readSdkUsage, readSdkWarnings } from './ai-sdk-reply.ts';
import { SdkStreamReader } from './ai-sdk-stream.ts';

const FINISH: JsonObject = { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_calls' } };

function read(...parts: JsonObject[]): NeutralEvent[] {
  const reader = new SdkStreamReader('m');
  return parts.flatMap((part) => reader.read(part));
}

const begin = (id: string): JsonObject => ({ type: 'tool-input-start', id, toolName: `f${id}` });
const say = (id: string, delta: string): JsonObject => ({ type: 'tool-input-delta', id, delta });
const whole = (id: string, input: string): JsonObject => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: `f${id}`,
  input,
});

/** The calls as a client gathers them. Fails when one goes on after it was closed. */
function callsOf(events: readonly NeutralEvent[]): string[] {
  const calls: string[] = [];
  let open = false;
  for (const event of events) {
    if (event.type === 'tool_start') {
      assert.equal(event.tool, calls.length);
      calls.push(`${event.id} ${event.name} `);
      open = true;
    } else if (event.type === 'tool_arguments') {
      assert.ok(open && event.tool === calls.length - 1);
      calls.push(`${calls.pop()}${event.json}`);
    } else if (event.type === 'part_end') open = false;
  }
  return calls;
}

describe('tool calls of a stream', () => {
  test('a call that is begun and then said whole has its input', () => {
    assert.deepEqual(callsOf(read(begin('1'), { type: 'tool-input-end', id: '1' }, whole('1', '{"a":1}'), FINISH)), [
      '1 f1 {"a":1}',
    ]);
  });

  test('two calls whose inputs are mixed follow one another', () => {
    const parts = [begin('1'), begin('2'), say('2', '{"b"'), say('1', '{"a":1}'), say('2', ':2}')];
    assert.deepEqual(callsOf(read(...parts, whole('1', '{"a":1}'), whole('2', '{"b":2}'), FINISH)), [
      '1 f1 {"a":1}',
      '2 f2 {"b":2}',
    ]);
  });

  test('calls that were never said whole are there when the answer finishes', () => {
    const events = read(begin('1'), begin('2'), say('2', '{}'), FINISH);
    assert.deepEqual(callsOf(events), ['1 f1 ', '2 f2 {}']);
    assert.equal(events.at(-1)?.type, 'finish');
  });

  test('calls that the provider runs by itself are left out', () => {
    const mine = { ...whole('9', '{}'), providerExecuted: true };
    assert.deepEqual(callsOf(read({ ...begin('8'), providerExecuted: true }, mine, FINISH)), []);
  });

  test('input for a call that is over is an error, not somebody else’s input', () => {
    const events = read(begin('1'), say('1', '{'), { type: 'text-delta', delta: 'so' }, say('1', '}'), FINISH);
    assert.deepEqual(events.at(-1)?.type, 'error');
  });

  test('in whatever order pieces come, every call has its own input byte for byte', () => {
    const inputs = fc.array(fc.json({ maxDepth: 1 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(inputs, fc.array(fc.nat(3), { maxLength: 30 }), (texts, order) => {
        const rests = texts.map((text) => text.split(''));
        const deltas = order.flatMap((pick) => {
          const at = pick % texts.length;
          const piece = rests[at]?.splice(0, 2).join('') ?? '';
          return piece === '' ? [] : [say(String(at), piece)];
        });
        const last = rests.map((rest, at) => say(String(at), rest.join('')));
        const parts = [
          ...texts.map((_, at) => begin(String(at))),
          ...deltas,
          ...last,
          ...texts.map((text, at) => whole(String(at), text)),
        ];
        assert.deepEqual(
          callsOf(read(...parts, FINISH)),
          texts.map((text, at) => `${at} f${at} ${text}`),
        );
      }),
    );
  });
});

describe('the words of a stream', () => {
  test('blocks are closed once, empty ones not at all', () => {
    const events = read(
      { type: 'stream-start', warnings: [] },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'hm' },
      { type: 'text-delta', id: 't', delta: 'hi' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-delta', id: 'u', delta: '' },
      { type: 'text-end', id: 'u' },
      { type: 'source', url: 'x' },
      { type: 'finish', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 2 } },
    );
    assert.deepEqual(
      events.map((event) => event.type),
      ['start', 'thinking', 'part_end', 'text', 'part_end', 'usage', 'finish'],
    );
  });

  const unfinished: [string, JsonObject][] = [
    ['v2 unknown', { type: 'finish', finishReason: 'unknown' }],
    ['v3 other without a word of the provider', { type: 'finish', finishReason: { unified: 'other' } }],
    ['v4 interrupted', { type: 'finish', finishReason: { unified: 'interrupted', raw: undefined } }],
    ['an error', { type: 'finish', finishReason: { unified: 'error', raw: 'x' } }],
    ['a v2 error', { type: 'finish', finishReason: 'error' }],
    ['nothing at all', { type: 'finish' }],
  ];
  for (const [name, part] of unfinished) {
    test(`a finish that is ${name} is an error, and its usage is kept`, () => {
      const usage = { inputTokens: 1, outputTokens: 1 };
      const events = read({ type: 'text-delta', delta: 'a' }, { ...part, usage });
      assert.deepEqual(
        events.map((event) => event.type),
        ['start', 'text', 'part_end', 'usage', 'error'],
      );
    });
  }

  test('nothing comes after an error or a finish', () => {
    const stop: JsonObject = { type: 'finish', finishReason: 'stop' };
    assert.deepEqual(read({ type: 'error', error: { error: { message: 'over', type: 'server_error' } } }, stop), [
      { type: 'error', error: { status: 502, message: 'over', type: 'server_error' } },
    ]);
    assert.equal(read(stop, { type: 'text-delta', delta: 'a' }, stop).length, 2);
  });
});

describe('what models answer at once', () => {
  test('the parts a client can use, in order', () => {
    const reply = readSdkReply(
      {
        content: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'hi' },
          { type: 'source', url: 'x' },
          { type: 'tool-call', toolCallId: 'c', toolName: 'f', input: '{ "n":1.0 }' },
          { type: 'tool-call', toolCallId: 'd', toolName: 'search', input: '{}', providerExecuted: true },
        ],
        finishReason: { unified: 'tool-calls', raw: 'tool_use' },
        usage: { inputTokens: {}, outputTokens: {} },
        response: { id: 'r', modelId: 'm-2' },
      },
      'm',
    );
    assert.deepEqual(reply, {
      id: 'r',
      model: 'm-2',
      choices: [
        {
          index: 0,
          parts: [
            { type: 'thinking', text: 'hm', origin: 'neutral' },
            { type: 'text', text: 'hi' },
            { type: 'tool_call', id: 'c', name: 'f', arguments: '{ "n":1.0 }' },
          ],
          finish: { reason: 'tool_calls', raw: 'tool_use' },
        },
      ],
      usage: null,
    });
  });

  test('no finish, or an error for one, is no reply', () => {
    assert.throws(() => readSdkReply({ content: [], finishReason: 'unknown' }, 'm'), { code: 'upstream_malformed' });
    assert.throws(() => readSdkReply({ content: [], finishReason: 'error' }, 'm'), { code: 'upstream_error' });
  });

  test('finish reasons', () => {
    assert.deepEqual(readSdkFinish('other'), { reason: 'unknown', raw: 'other' });
    assert.deepEqual(readSdkFinish({ unified: 'other', raw: 'pause_turn' }), { reason: 'unknown', raw: 'pause_turn' });
    assert.deepEqual(readSdkFinish({ unified: 'content-filter' }), { reason: 'refusal', raw: 'content-filter' });
  });

  const usages: [string, JsonObject, object | null][] = [
    [
      'v3 with every class, written to the cache for an hour',
      {
        inputTokens: { total: 500, noCache: 116, cacheRead: 284, cacheWrite: 100 },
        outputTokens: { total: 50, text: 20, reasoning: 30 },
        raw: { cache_creation: { ephemeral_5m_input_tokens: 40, ephemeral_1h_input_tokens: 60 } },
      },
      {
        inputTokens: 116,
        cacheReadTokens: 284,
        cacheWrite5mTokens: 40,
        cacheWrite1hTokens: 60,
        outputTokens: 50,
        reasoningTokens: 30,
      },
    ],
    [
      'v3 with a total only',
      { inputTokens: { total: 10, cacheRead: 4 }, outputTokens: { total: 3 } },
      { inputTokens: 6, cacheReadTokens: 4, outputTokens: 3 },
    ],
    [
      'v2 with the cached inside the input',
      { inputTokens: 10, cachedInputTokens: 4, outputTokens: 3, reasoningTokens: 2 },
      { inputTokens: 6, cacheReadTokens: 4, outputTokens: 3, reasoningTokens: 2 },
    ],
    ['v3 that counted nothing', { inputTokens: { total: undefined }, outputTokens: {} }, null],
    ['v2 that counted nothing', {}, null],
  ];
  for (const [name, usage, expected] of usages) {
    test(`usage of ${name}`, () => {
      assert.deepEqual(readSdkUsage(usage), expected === null ? null : toUsage(expected));
    });
  }

  test('warnings of every version are one line each', () => {
    assert.deepEqual(
      readSdkWarnings([
        { type: 'unsupported-setting', setting: 'topK', details: 'ignored' },
        { type: 'unsupported-tool', tool: { name: 'search' } },
        { type: 'unsupported', feature: 'seed' },
        { type: 'deprecated', setting: 'x', message: 'use y' },
        { type: 'other', message: 'odd' },
        { type: 'new' },
        'not a warning',
      ]),
      ['topK: ignored', 'tool search', 'seed', 'x: use y', 'odd', 'new'],
    );
  });
});
