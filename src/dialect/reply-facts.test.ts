import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { toUsage } from '../call/usage.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { readAnthropicReply } from './anthropic-messages-reply.ts';
import type { Dialect } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';
import { readOpenaiReply } from './openai-chat-reply.ts';

const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 7,
  total_tokens: 107,
  prompt_tokens_details: { cached_tokens: 80 },
};

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

describe('replies that are none', () => {
  const broken: [Dialect, string, string][] = [
    [openaiChat, '', 'upstream_malformed'],
    [openaiChat, '<html>', 'upstream_malformed'],
    [openaiChat, '[]', 'upstream_malformed'],
    [openaiChat, '{}', 'upstream_malformed'],
    [openaiChat, '{"choices":[]}', 'upstream_malformed'],
    [openaiChat, '{"choices":[null]}', 'upstream_malformed'],
    [openaiChat, '{"choices":[{"index":0}]}', 'upstream_malformed'],
    [openaiChat, '{"choices":[{"message":{"content":5}}]}', 'upstream_malformed'],
    [openaiChat, '{"choices":[{"message":{"tool_calls":[1]}}]}', 'upstream_malformed'],
    [openaiChat, '{"error":{"message":"Overloaded","code":502}}', 'upstream_error'],
    [openaiChat, '{"error":{"message":"x"},"choices":[{"message":{"content":""}}]}', 'upstream_error'],
    [openaiChat, '{"choices":[{"message":{"content":"x"},"finish_reason":"error"}]}', 'upstream_error'],
    [anthropicMessages, '', 'upstream_malformed'],
    [anthropicMessages, '{}', 'upstream_malformed'],
    [anthropicMessages, '{"content":[5]}', 'upstream_malformed'],
    [anthropicMessages, '{"content":[{"type":"tool_use","input":{]}', 'upstream_malformed'],
    [anthropicMessages, '{"type":"error","error":{"type":"api_error","message":"x"}}', 'upstream_error'],
  ];
  for (const [dialect, source, code] of broken) {
    test(`${dialect.name}: ${source} is ${code}`, () => {
      assert.throws(
        () => dialect.decodeReply(Buffer.from(source)),
        (error) => error instanceof TierlineError && error.code === code,
      );
    });
  }
});

describe('facts for accounting', () => {
  test('are read from complete replies', () => {
    assert.deepEqual(readOpenaiReply(Buffer.from(chat({ content: 'x' }, 'length'))), {
      usage: toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7 }),
      finishReason: 'length',
      responseModel: 'gpt-x',
    });
    assert.deepEqual(readAnthropicReply(Buffer.from(claude([{ type: 'tool_use', input: { a: 1 } }], 'tool_use'))), {
      usage: toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7 }),
      finishReason: 'tool_use',
      responseModel: 'claude-x',
    });
  });

  test('are null, never an error, when the reply is malformed', () => {
    const nothing = { usage: null, finishReason: null, responseModel: null };
    const sources = [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '{"choices":5,"usage":null,"model":3}',
      '{"content":"tool_use","usage":[]}',
    ];
    for (const source of sources) {
      assert.deepEqual(readOpenaiReply(Buffer.from(source)), nothing);
      assert.deepEqual(readAnthropicReply(Buffer.from(source)), nothing);
    }
  });
});
