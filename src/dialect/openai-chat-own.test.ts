import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openaiChat } from './openai-chat.ts';

const HI = { role: 'user', content: 'hi' };

const openaiTool = (name: string, parameters: object = { type: 'object', properties: {} }): object => ({
  type: 'function',
  function: { name, parameters },
});

describe('a request written in its own dialect', () => {
  test("OpenAI's fields, known or not, come back", () => {
    const body = {
      model: 'm',
      messages: [
        { role: 'system', content: 'A' },
        {
          role: 'user',
          name: 'Ada',
          content: [
            { type: 'text', text: 'x' },
            { type: 'video_url', video_url: {} },
          ],
        },
        { role: 'assistant', content: 'y', audio: { id: 'a' } },
        HI,
      ],
      tools: [openaiTool('f'), { type: 'custom', custom: { name: 'c' } }],
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
      parallel_tool_calls: true,
      max_completion_tokens: 5,
      temperature: 2,
      top_p: 0.5,
      top_k: 4,
      stop: ['1', '2', '3', '4', '5'],
      seed: 1,
      presence_penalty: 1,
      frequency_penalty: 1,
      n: 2,
      logprobs: true,
      top_logprobs: 3,
      response_format: { type: 'json_object' },
      reasoning_effort: 'none',
      user: 'u',
      stream: true,
      stream_options: { include_obfuscation: false, include_usage: true },
      logit_bias: { 1: 1 },
      service_tier: 'flex',
      provider: { sort: 'price' },
    };
    const written = openaiChat.encodeRequest(openaiChat.decodeRequest(Buffer.from(JSON.stringify(body))), {
      model: 'm',
      defaultMaxTokens: 1,
    });
    assert.deepEqual(JSON.parse(written.body), body);
    assert.deepEqual(written.losses, []);
  });
});
