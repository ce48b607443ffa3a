// A client of the responses API whose request another dialect's provider is to answer: what is told, and what is refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TierlineError } from '../call/errors.ts';
import type { JsonObject } from '../call/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { EncodeTarget } from './dialect.ts';
import { gemini } from './gemini.ts';
import { neutralWire } from './neutral-wire.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';

const OTHERS = [openaiChat, anthropicMessages, gemini];
const MODELS: Record<string, string> = {
  'openai-chat': 'gpt-4.1',
  'anthropic-messages': 'claude-sonnet-4-6',
  gemini: 'gemini-2.5-flash',
};

function cross(fields: object, dialect = anthropicMessages, more: Partial<EncodeTarget> = {}) {
  const source = Buffer.from(JSON.stringify({ model: 'auto', input: 'hi', ...fields }));
  const target = { model: MODELS[dialect.name] ?? 'm', defaultMaxTokens: 512, ...more };
  const { body, losses } = dialect.encodeRequest(openaiResponses.decodeRequest(source), target);
  return { body: JSON.parse(body) as JsonObject, losses };
}

describe('a request to the responses API, answered elsewhere', () => {
  test('loses nothing of what coding agents always send', () => {
    const agent = {
      instructions: 'You are a coding agent.',
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Ask before you delete.' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'List the files.' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }], phase: 'commentary' },
        { type: 'function_call', call_id: 'c1', name: 'shell', arguments: '{"command":["ls"]}' },
        { type: 'function_call_output', call_id: 'c1', output: 'a.ts' },
      ],
      tools: [{ type: 'function', name: 'shell', description: 'd', strict: false, parameters: { type: 'object' } }],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'session-1',
      client_metadata: { installation: 'x' },
      metadata: { task: 't' },
      truncation: 'disabled',
      background: false,
      stream_options: { include_obfuscation: false },
    };
    for (const dialect of OTHERS) assert.deepEqual(cross(agent, dialect).losses, [], dialect.name);
    assert.deepEqual(cross(agent).body, {
      model: 'claude-sonnet-4-6',
      max_tokens: 512,
      system: [
        { type: 'text', text: 'You are a coding agent.' },
        { type: 'text', text: 'Ask before you delete.' },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'List the files.' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Yes.' },
            { type: 'tool_use', id: 'c1', name: 'shell', input: { command: ['ls'] } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: 'a.ts' }] }],
        },
      ],
      tools: [{ name: 'shell', description: 'd', strict: false, input_schema: { type: 'object' } }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: false },
      stream: true,
    });
  });

  test('tells every part of it that nobody else has', () => {
    const { losses } = cross({
      input: [
        { role: 'user', content: 'q' },
        { type: 'web_search_call', id: 'ws' },
        { type: 'custom_tool_call', call_id: 'c', name: 'patch', input: 'x' },
        { role: 'assistant', content: 'a' },
        { role: 'user', content: 'q' },
      ],
      tools: [{ type: 'web_search' }, { type: 'mcp', server_label: 's' }, { type: 'function', name: 'f', async: true }],
      tool_choice: { type: 'web_search' },
      text: { verbosity: 'low' },
      reasoning: { summary: 'auto', mode: 'pro' },
      store: true,
      truncation: 'auto',
      max_tool_calls: 3,
      moderation: { model: 'm' },
      safety_identifier: 's',
      user: 'u',
    });
    assert.deepEqual(losses.sort(), [
      'max_tool_calls',
      'messages[1]: custom_tool_call',
      'messages[1]: web_search_call',
      'moderation',
      'reasoning.mode',
      'safety_identifier',
      'text.verbosity',
      'tool_choice',
      'tools[0]: web_search',
      'tools[1]: mcp',
      'tools[2]: async',
      'truncation',
    ]);
  });

  test('a user known under the newer name only is the user', () => {
    const { body, losses } = cross({ safety_identifier: 's' });
    assert.deepEqual(body.metadata, { user_id: 's' });
    assert.deepEqual(losses, []);
  });

  test('is refused when a part of it lies at OpenAI', () => {
    const stored: [JsonObject, string][] = [
      [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
      [{ conversation: { id: 'conv_1' } }, 'conversation'],
      [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
      [{ background: true }, 'background'],
      [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input'],
      [{ input: [{ role: 'user', content: 'q' }, { id: 'msg_1' }] }, 'input'],
      [{ input: [{ type: 'compaction', encrypted_content: 'x' }] }, 'input'],
    ];
    for (const [fields, param] of stored) {
      const isNamed = (error: TierlineError) => error.code === 'unsupported' && error.param === param;
      for (const dialect of [...OTHERS, neutralWire])
        assert.throws(() => cross(fields, dialect), isNamed, dialect.name);
      assert.deepEqual(cross(fields, openaiResponses).losses, []);
    }
  });

  test('who asks for a summary is shown the thinking', () => {
    const reasoning = { effort: 'medium', summary: 'auto' };
    const { body, losses } = cross({ reasoning }, gemini);
    const config = body.generationConfig as JsonObject;
    assert.deepEqual(config.thinkingConfig, { thinkingBudget: 8192, includeThoughts: true });
    assert.deepEqual(losses, []);
    assert.equal(cross({ reasoning }, openaiChat, { model: 'gpt-5.2' }).body.reasoning_effort, 'medium');
  });

  test("keeps its own cache key and tier at OpenAI's chat completions", () => {
    const own = { prompt_cache_key: 'mine', service_tier: 'flex' };
    const { body, losses } = cross(own, openaiChat, { takesCacheKey: true, cacheKey: 'chosen' });
    assert.equal(body.prompt_cache_key, 'mine');
    assert.equal(body.service_tier, 'flex');
    assert.deepEqual(losses, []);
    assert.equal(cross({}, openaiChat, { takesCacheKey: true, cacheKey: 'chosen' }).body.prompt_cache_key, 'chosen');
    assert.equal(cross(own, openaiChat).body.prompt_cache_key, undefined);
  });

  test('marks for the cache are marks at Anthropic', () => {
    const content = [{ type: 'input_text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } }];
    const { body } = cross({ input: [{ role: 'user', content }] });
    assert.deepEqual((body.messages as JsonObject[])[0]?.content, [
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ]);
  });

  test('a turn of the user of which nothing is left is refused', () => {
    const input = [{ type: 'custom_tool_call_output', call_id: 'c', output: 'x' }];
    assert.throws(() => cross({ input }), { code: 'unsupported', param: 'messages[0]' });
  });
});
