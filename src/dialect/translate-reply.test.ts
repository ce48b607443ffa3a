import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, ReplyContext } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';

const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1_700_000_000 };
const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 7,
  total_tokens: 107,
  prompt_tokens_details: { cached_tokens: 80 },
};
const ARGS = '{ "z":12345678901234567890,\n"a":1.0 }';

const chat = (message: object, finish_reason = 'stop', rest: object = {}): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 5,
    model: 'gpt-x',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason }],
    usage: USAGE,
    ...rest,
  });

const claude = (content: unknown[], stop_reason = 'end_turn', rest: object = {}): string =>
  JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content,
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: 20, cache_read_input_tokens: 80, cache_creation_input_tokens: 0, output_tokens: 7 },
    ...rest,
  });

interface Crossing {
  from: Dialect;
  to: Dialect;
}

const TO_CLAUDE: Crossing = { from: openaiChat, to: anthropicMessages };
const TO_OPENAI: Crossing = { from: anthropicMessages, to: openaiChat };

const textOf = ({ from, to }: Crossing, source: string, context = CONTEXT): string =>
  to.encodeReply(from.decodeReply(Buffer.from(source)), context);
const cross = (crossing: Crossing, source: string): Record<string, unknown> => JSON.parse(textOf(crossing, source));

describe('an OpenAI reply for an Anthropic client', () => {
  test('text, model, id and usage', () => {
    assert.deepEqual(cross(TO_CLAUDE, chat({ content: 'Hello.', refusal: null })), {
      id: 'chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-x',
      content: [{ type: 'text', text: 'Hello.' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: {
        input_tokens: 20,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 80,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 7,
      },
    });
  });

  test('tool calls keep their arguments byte for byte, an empty one is {}', () => {
    const calls = [
      { id: 'a', type: 'function', function: { name: 'f', arguments: ARGS } },
      { id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
    ];
    const text = textOf(TO_CLAUDE, chat({ content: 'Let me see.', tool_calls: calls }, 'tool_calls'));
    assert.ok(text.includes(`{"type":"tool_use","id":"a","name":"f","input":${ARGS}}`), text);
    assert.ok(text.includes('{"type":"tool_use","id":"b","name":"g","input":{}}'), text);
    assert.equal(JSON.parse(text).stop_reason, 'tool_use');
  });

  test('arguments cut off in the middle arrive wrapped', () => {
    const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a": "b' } }];
    const reply = cross(TO_CLAUDE, chat({ content: null, tool_calls: calls }, 'length'));
    assert.deepEqual(reply.content, [{ type: 'tool_use', id: 'a', name: 'f', input: { raw_arguments: '{"a": "b' } }]);
    assert.equal(reply.stop_reason, 'max_tokens');
  });

  for (const key of ['reasoning_content', 'reasoning']) {
    test(`${key} becomes thinking under a seal, because nobody has signed it`, () => {
      assert.deepEqual(cross(TO_CLAUDE, chat({ content: 'x', [key]: 'hm' })).content, [
        { type: 'thinking', thinking: 'hm', signature: '~tierline:openai-chat:thinking:' },
        { type: 'text', text: 'x' },
      ]);
    });
  }

  const finishes: [object, string, string][] = [
    [{ content: 'x' }, 'stop', 'end_turn'],
    [{ content: 'x' }, 'length', 'max_tokens'],
    [{ content: '' }, 'content_filter', 'refusal'],
    [{ content: null, refusal: "I can't." }, 'stop', 'refusal'],
    [{ content: null, function_call: { name: 'f', arguments: '{}' } }, 'function_call', 'tool_use'],
    [{ tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] }, 'stop', 'tool_use'],
    [{ content: 'x' }, 'eos', 'end_turn'],
  ];
  for (const [message, reason, expected] of finishes) {
    test(`${reason} with ${JSON.stringify(message)} is ${expected}`, () => {
      assert.equal(cross(TO_CLAUDE, chat(message, reason)).stop_reason, expected);
    });
  }

  test('a refusal in words arrives as text', () => {
    assert.deepEqual(cross(TO_CLAUDE, chat({ content: null, refusal: "I can't." })).content, [
      { type: 'text', text: "I can't." },
    ]);
  });

  test('no usage is all zeros without a cost, for clients cannot do without', () => {
    const text = textOf(TO_CLAUDE, chat({ content: 'x' }, 'stop', { usage: null }), { ...CONTEXT, costUsd: () => 1 });
    assert.equal(JSON.parse(text).usage.output_tokens, 0);
    assert.ok(!text.includes('cost'));
  });

  test('calls without an id get one, the same one every time', () => {
    const source = chat({ tool_calls: [{ function: { name: 'f', arguments: '{}' } }] });
    const id = (): unknown => (cross(TO_CLAUDE, source).content as { id: string }[])[0]?.id;
    assert.match(String(id()), /^call_\w+_0$/);
    assert.equal(id(), id());
  });
});

describe('an Anthropic reply for an OpenAI client', () => {
  test('text, model, id, time and usage', () => {
    const reply = cross(
      TO_OPENAI,
      claude([
        { type: 'text', text: 'Hel' },
        { type: 'text', text: 'lo.' },
      ]),
    );
    assert.deepEqual(reply, {
      id: 'msg_1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'claude-x',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello.', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 7,
        total_tokens: 107,
        prompt_tokens_details: { cached_tokens: 80, audio_tokens: 0 },
        completion_tokens_details: {
          reasoning_tokens: 0,
          audio_tokens: 0,
          accepted_prediction_tokens: 0,
          rejected_prediction_tokens: 0,
        },
      },
    });
  });

  test('tool inputs become arguments byte for byte, thinking becomes reasoning', () => {
    const source = claude(
      [
        { type: 'thinking', thinking: 'hm', signature: 's' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
        { type: 'tool_use', id: 'toolu_1', name: 'f', input: 'INPUT' },
        { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} },
      ],
      'tool_use',
    ).replace('"INPUT"', ARGS);
    const choice = (cross(TO_OPENAI, source).choices as { message: unknown; finish_reason: string }[])[0];
    assert.deepEqual(choice?.message, {
      role: 'assistant',
      content: null,
      refusal: null,
      reasoning_content: 'hm',
      tool_calls: [
        { id: 'toolu_1', type: 'function', function: { name: 'f', arguments: ARGS } },
        { id: 'toolu_2', type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
    });
    assert.equal(choice?.finish_reason, 'tool_calls');
  });

  const finishes: [string, string][] = [
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'stop'],
    ['some_day', 'stop'],
  ];
  for (const [reason, expected] of finishes) {
    test(`${reason} is ${expected}`, () => {
      const choices = cross(TO_OPENAI, claude([{ type: 'text', text: 'x' }], reason)).choices as {
        finish_reason: string;
      }[];
      assert.equal(choices[0]?.finish_reason, expected);
    });
  }

  test('an empty answer is an empty text, not null', () => {
    const choices = cross(TO_OPENAI, claude([])).choices as { message: { content: unknown } }[];
    assert.equal(choices[0]?.message.content, '');
  });

  test('the cost is written into the usage when it is known', () => {
    const context: ReplyContext = {
      ...CONTEXT,
      costUsd: (usage) => (usage.cacheReadTokens === 80 ? 0.000123 : null),
    };
    assert.equal(JSON.parse(textOf(TO_OPENAI, claude([]), context)).usage.cost, 0.000123);
    assert.equal(JSON.parse(textOf(TO_CLAUDE, chat({ content: 'x' }), context)).usage.cost, 0.000123);
    const { usage } = JSON.parse(textOf(TO_OPENAI, claude([], 'end_turn', { usage: { input_tokens: 1 } }), context));
    assert.ok(!('cost' in usage));
    assert.ok(!('usage' in JSON.parse(textOf(TO_OPENAI, claude([], 'end_turn', { usage: null }), context))));
  });
});

describe('a reply in its own dialect', () => {
  test('an OpenAI reply with choices, logprobs and a refusal keeps what clients read', () => {
    const source = {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gpt-x',
      choices: [0, 1].map((index) => ({
        index,
        message: { role: 'assistant', content: null, refusal: 'No.' },
        logprobs: { content: [{ token: 'x', logprob: -0.1, bytes: [120], top_logprobs: [] }], refusal: null },
        finish_reason: 'stop',
      })),
    };
    assert.deepEqual(cross({ from: openaiChat, to: openaiChat }, JSON.stringify(source)), source);
  });

  test('an Anthropic reply keeps its blocks and its own words', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'redacted_thinking', data: 'x' },
      { type: 'text', text: 'a' },
      { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
    ];
    const own = { from: anthropicMessages, to: anthropicMessages };
    const stopped = cross(own, claude(content, 'stop_sequence', { stop_sequence: 'END' }));
    assert.deepEqual(stopped.content, content);
    assert.deepEqual([stopped.stop_reason, stopped.stop_sequence], ['stop_sequence', 'END']);
    assert.equal(
      cross(own, claude(content, 'model_context_window_exceeded')).stop_reason,
      'model_context_window_exceeded',
    );
  });
});
