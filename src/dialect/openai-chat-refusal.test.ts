import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { openaiChat } from './openai-chat.ts';

const HI = { role: 'user', content: 'hi' };
const decode = (body: unknown): unknown => openaiChat.decodeRequest(Buffer.from(JSON.stringify(body)));

function errorOf(run: () => unknown): TierlineError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

describe('refusing what is not a chat completion request', () => {
  const table: [object, string][] = [
    [{}, 'messages'],
    [{ messages: null }, 'messages'],
    [{ messages: 'x' }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: ['x'] }, 'messages[0]'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ messages: [HI, { role: 'robot', content: 'x' }] }, 'messages[1].role'],
    [{ messages: [HI, HI, { role: 'user', content: 5 }] }, 'messages[2].content'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'system', content: null }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [7] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[0].content[0].image_url.url'],
    [{ messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }, 'messages[0].content[0].file'],
    [{ messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'messages[0].content[0].input_audio.data'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [{ messages: [{ role: 'assistant', tool_calls: {} }] }, 'messages[0].tool_calls'],
    [{ messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }] }, 'messages[0].tool_calls[0].function'],
    [{ messages: [{ role: 'assistant', tool_calls: [{ function: {} }] }] }, 'messages[0].tool_calls[0].id'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: {} }] }] },
      'messages[0].tool_calls[0].function.name',
    ],
    [{ messages: [HI], temperature: '1' }, 'temperature'],
    [{ messages: [HI], max_tokens: 0 }, 'max_tokens'],
    [{ messages: [HI], max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    [{ messages: [HI], n: 0 }, 'n'],
    [{ messages: [HI], stream: 'yes' }, 'stream'],
    [{ messages: [HI], stop: [1] }, 'stop'],
    [{ messages: [HI], tools: {} }, 'tools'],
    [{ messages: [HI], tools: [1] }, 'tools[0]'],
    [{ messages: [HI], tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ messages: [HI], tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ messages: [HI], tool_choice: 5 }, 'tool_choice'],
    [{ messages: [HI], response_format: 'json' }, 'response_format'],
    [{ messages: [HI], response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
  ];
  for (const [body, param] of table) {
    test(`${JSON.stringify(body)} names ${param}`, () => {
      const error = errorOf(() => decode(body));
      assert.equal(error.code, 'invalid_request');
      assert.equal(error.status, 400);
      assert.equal(error.param, param);
      assert.ok(error.message.startsWith(param), error.message);
    });
  }

  test('what is no JSON object', () => {
    assert.equal(errorOf(() => openaiChat.decodeRequest(Buffer.from('{'))).code, 'invalid_json');
    assert.equal(errorOf(() => openaiChat.decodeRequest(Buffer.from('[]'))).code, 'invalid_request');
  });
});
