import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import type { Dialect } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';

const decode = (dialect: Dialect, events: (JsonObject | string)[]): NeutralEvent[] => {
  const decoder = dialect.createDecoder();
  return events.flatMap((event) =>
    decoder.push({ event: '', data: typeof event === 'string' ? event : JSON.stringify(event) }),
  );
};

const chunk = (delta: object, finish_reason: string | null = null, index = 0): JsonObject => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 5,
  model: 'gpt-x',
  choices: [{ index, delta: delta as JsonObject, logprobs: null, finish_reason }],
  usage: null,
});
const usageChunk: JsonObject = {
  ...chunk({}),
  choices: [],
  usage: { prompt_tokens: 100, completion_tokens: 7, total_tokens: 107, prompt_tokens_details: { cached_tokens: 80 } },
};
const toolStart = (index: number, id: string, name: string): object => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
});
const toolArgs = (index: number, args: string): object => ({ tool_calls: [{ index, function: { arguments: args } }] });

const USAGE = toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7 });
const START: NeutralEvent = { type: 'start', id: 'chatcmpl-1', model: 'gpt-x' };
const text = (words: string, choice = 0): NeutralEvent => ({ type: 'text', choice, text: words });
const partEnd: NeutralEvent = { type: 'part_end', choice: 0 };
const finish = (reason: 'stop' | 'tool_calls' | 'length' | 'refusal', raw: string = reason): NeutralEvent => ({
  type: 'finish',
  choice: 0,
  finish: { reason, raw },
});

describe('reading a chat completion stream', () => {
  const table: [string, (JsonObject | string)[], NeutralEvent[]][] = [
    [
      'text, finish, usage, end',
      [
        chunk({ role: 'assistant', content: '', refusal: null }),
        chunk({ content: 'Hel' }),
        chunk({ content: 'lo.' }),
        chunk({}, 'stop'),
        usageChunk,
        '[DONE]',
      ],
      [START, text('Hel'), text('lo.'), partEnd, finish('stop'), { type: 'usage', usage: USAGE }, { type: 'end' }],
    ],
    [
      'reasoning under either name, or both, then text',
      [
        chunk({ role: 'assistant', content: null, reasoning_content: 'a' }),
        chunk({ reasoning: 'b', content: '' }),
        chunk({ reasoning_content: 'c', reasoning: 'c' }),
        chunk({ content: 'x' }, 'stop'),
      ],
      [
        START,
        { type: 'thinking', choice: 0, text: 'a' },
        { type: 'thinking', choice: 0, text: 'b' },
        { type: 'thinking', choice: 0, text: 'c' },
        partEnd,
        text('x'),
        partEnd,
        finish('stop'),
      ],
    ],
    [
      'parallel tool calls in fragments, a forced one finishing with stop',
      [
        chunk({ role: 'assistant', content: null }),
        chunk(toolStart(0, 'a', 'f')),
        chunk(toolArgs(0, '{"x"')),
        chunk(toolArgs(0, ':1}')),
        chunk(toolStart(1, 'b', 'g')),
        chunk({}, 'stop'),
      ],
      [
        START,
        { type: 'tool_start', choice: 0, tool: 0, id: 'a', name: 'f' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: '{"x"' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: ':1}' },
        partEnd,
        { type: 'tool_start', choice: 0, tool: 1, id: 'b', name: 'g' },
        partEnd,
        finish('tool_calls', 'stop'),
      ],
    ],
    [
      'whole calls in one chunk, without index, and with the same index for all',
      [
        chunk({
          tool_calls: [
            { id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
            { id: 'b', function: { name: 'f', arguments: {} } },
          ],
        }),
        chunk({ tool_calls: [{ index: 5, id: 'c', function: { name: 'g', arguments: '{}' } }] }),
        chunk({ tool_calls: [{ index: 5, id: 'd', function: { name: 'g', arguments: '{}' } }] }),
        chunk({}, 'tool_calls'),
      ],
      [
        START,
        { type: 'tool_start', choice: 0, tool: 0, id: 'a', name: 'f' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: '{"x":1}' },
        partEnd,
        { type: 'tool_start', choice: 0, tool: 1, id: 'b', name: 'f' },
        { type: 'tool_arguments', choice: 0, tool: 1, json: '{}' },
        partEnd,
        { type: 'tool_start', choice: 0, tool: 2, id: 'c', name: 'g' },
        { type: 'tool_arguments', choice: 0, tool: 2, json: '{}' },
        partEnd,
        { type: 'tool_start', choice: 0, tool: 3, id: 'd', name: 'g' },
        { type: 'tool_arguments', choice: 0, tool: 3, json: '{}' },
        partEnd,
        finish('tool_calls'),
      ],
    ],
    [
      'an id repeated in every fragment, a name that comes late, a call without an id',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { arguments: '{' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '}' } }] }),
        chunk({ tool_calls: [{ index: 1, function: { name: 'g' } }] }),
      ],
      [
        START,
        { type: 'tool_start', choice: 0, tool: 0, id: 'a', name: 'f' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: '{' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: '}' },
        partEnd,
        { type: 'tool_start', choice: 0, tool: 1, id: 'call_chatcmpl1_1', name: 'g' },
      ],
    ],
    [
      'the legacy function_call',
      [
        chunk({ role: 'assistant', content: null, function_call: { name: 'f', arguments: '' } }),
        chunk({ function_call: { arguments: '{}' } }),
        chunk({}, 'function_call'),
      ],
      [
        START,
        { type: 'tool_start', choice: 0, tool: 0, id: 'call_chatcmpl1_0', name: 'f' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: '{}' },
        partEnd,
        finish('tool_calls', 'function_call'),
      ],
    ],
    [
      'two choices, a refusal, logprobs, a second finish that counts for nothing',
      [
        chunk({ content: 'x' }, null, 1),
        {
          ...chunk({}),
          choices: [{ index: 0, delta: { refusal: 'No.' }, logprobs: { content: [] }, finish_reason: 'stop' }],
        },
        chunk({}, 'length', 0),
      ],
      [
        START,
        text('x', 1),
        { type: 'refusal', choice: 0, text: 'No.' },
        { type: 'logprobs', choice: 0, json: { content: [] } },
        partEnd,
        finish('stop'),
      ],
    ],
    [
      "Azure's first chunk without a model, a missing usage, keep-alive words, empty finish reasons, [DONE] twice",
      [
        { id: '', model: '', object: '', choices: [], prompt_filter_results: [] },
        'ping',
        '',
        '5',
        { ...chunk({ content: 'x' }, '') },
        chunk({}, 'stop'),
        { choices: [] },
        '[DONE]',
        ' [DONE] ',
      ],
      [START, text('x'), partEnd, finish('stop'), { type: 'end' }],
    ],
    [
      "Groq's usage, Mistral's parts, a message in the place of a delta",
      [
        chunk({
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
            { type: 'text', text: 'x' },
          ],
        }),
        { ...chunk({}), choices: [{ index: 0, message: { content: 'y' }, finish_reason: 'stop' }] },
        { ...chunk({}), choices: [], x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } } },
      ],
      [
        START,
        { type: 'thinking', choice: 0, text: 'hm' },
        partEnd,
        text('x'),
        text('y'),
        partEnd,
        finish('stop'),
        { type: 'usage', usage: toUsage({ inputTokens: 1, outputTokens: 2 }) },
      ],
    ],
    [
      'an error in the place of an event',
      [chunk({ content: 'x' }), { error: { message: 'Busy', type: 'server_error', code: 503, param: null } }],
      [
        START,
        text('x'),
        { type: 'error', error: { status: 503, message: 'Busy', type: 'server_error', code: 503, param: null } },
      ],
    ],
    [
      "OpenRouter's error beside a choice, and a finish that is an error",
      [
        { ...chunk({ content: '' }, 'error'), error: { code: 429, message: 'Slow down' } },
        chunk({ content: '' }, 'error'),
      ],
      [
        { type: 'error', error: { status: 429, message: 'Slow down', code: 429 } },
        START,
        { type: 'error', error: { status: 502, message: 'The provider finished the answer with an error.' } },
      ],
    ],
    [
      'an event cut off in the middle',
      ['{"choices":[{"del'],
      [{ type: 'error', error: { status: 502, message: 'The provider sent an event that is not valid JSON.' } }],
    ],
    ['a stream that breaks off has no finish and no end', [chunk({ content: 'x' })], [START, text('x')]],
  ];
  for (const [name, chunks, events] of table) {
    test(name, () => assert.deepEqual(decode(openaiChat, chunks), events));
  }

  test('arguments for a call that is over are an error, for they would end up in another', () => {
    const events = decode(openaiChat, [
      chunk(toolStart(0, 'a', 'f')),
      chunk(toolStart(1, 'b', 'g')),
      chunk(toolArgs(0, '{}')),
    ]);
    assert.equal(events.at(-1)?.type, 'error');
  });
});
