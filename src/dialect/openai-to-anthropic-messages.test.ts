import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { EncodeTarget } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';

interface Written {
  body: Record<string, unknown> & { messages: { role: string; content: unknown }[] };
  text: string;
  losses: string[];
}

const HI = { role: 'user', content: 'hi' };
const PNG = { type: 'base64', media_type: 'image/png', data: 'AAAA' };

function toAnthropic(fields: object, target: Partial<EncodeTarget> = {}): Written {
  const source = Buffer.from(JSON.stringify({ model: 'gpt', messages: [HI], ...fields }));
  const whole = { model: 'claude-sonnet-4-6', defaultMaxTokens: 4096, ...target };
  const { body, losses } = anthropicMessages.encodeRequest(openaiChat.decodeRequest(source), whole);
  return { body: JSON.parse(body), text: body, losses };
}

function errorOf(run: () => unknown): TierlineError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

const call = (id: string, name: string, args: string): object => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

describe('the conversation of an OpenAI client for an Anthropic model', () => {
  test('a tool loop: results first, in the order of the calls, inputs byte for byte', () => {
    const args = '{ "z":12345678901234567890,\n"a":1.0 }';
    const { body, text, losses } = toAnthropic({
      messages: [
        HI,
        { role: 'assistant', content: 'Let me see.', tool_calls: [call('a', 'f', args), call('b', 'g', '')] },
        { role: 'tool', tool_call_id: 'b', content: 'B' },
        { role: 'tool', tool_call_id: 'a', content: '' },
        { role: 'user', content: 'and?' },
      ],
    });
    assert.ok(text.includes(`"input":${args}`), text);
    assert.deepEqual(body.messages.slice(1), [
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_use', id: 'a', name: 'f', input: JSON.parse(args) },
          { type: 'tool_use', id: 'b', name: 'g', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a' },
          { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: 'B' }] },
          { type: 'text', text: 'and?' },
        ],
      },
    ]);
    assert.deepEqual(losses, []);
  });

  for (const args of ['{"city": "Par', '[1,2]', '"text"', '5']) {
    test(`arguments that are no object are wrapped and told: ${args}`, () => {
      const { body, losses } = toAnthropic({
        messages: [
          HI,
          { role: 'assistant', tool_calls: [call('a', 'f', args)] },
          { role: 'tool', tool_call_id: 'a', content: 'x' },
        ],
      });
      assert.deepEqual(body.messages[1]?.content, [
        { type: 'tool_use', id: 'a', name: 'f', input: { raw_arguments: args } },
      ]);
      assert.deepEqual(losses, ['messages[1]: arguments of f are no JSON object, sent wrapped in one']);
    });
  }

  test('call ids with characters that Anthropic refuses still meet their results', () => {
    const { body } = toAnthropic({
      messages: [
        HI,
        { role: 'assistant', tool_calls: [call('functions.f:0', 'f', '{}'), call('functions_f.0', 'f', '{}')] },
        { role: 'tool', tool_call_id: 'functions_f.0', content: 'second' },
        { role: 'tool', tool_call_id: 'functions.f:0', content: 'first' },
      ],
    });
    const blocks = body.messages.slice(1).flatMap((message) => message.content as Record<string, string>[]);
    const ids = blocks.flatMap((block) => block.id ?? []);
    assert.deepEqual(
      blocks.flatMap((block) => block.tool_use_id ?? []),
      ids,
    );
    assert.equal(new Set(ids).size, 2);
    for (const id of ids) assert.match(id, /^[a-zA-Z0-9_-]+$/);
  });

  test('consecutive turns of one role become one, empty ones disappear', () => {
    const { body, losses } = toAnthropic({
      messages: [
        { role: 'user', content: 'a' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'assistant', content: '' },
        { role: 'user', content: 'c' },
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'user', content: ' \n' },
      ],
    });
    assert.deepEqual(body.messages, [
      { role: 'user', content: ['a', 'b', 'c'].map((text) => ({ type: 'text', text })) },
      { role: 'assistant', content: [{ type: 'text', text: 'No.' }] },
    ]);
    assert.deepEqual(losses, []);
  });

  test('an instruction in mid-conversation becomes marked user text after the tool results, and is told', () => {
    const { body, losses } = toAnthropic({
      messages: [
        HI,
        { role: 'assistant', tool_calls: [call('a', 'f', '{}')] },
        { role: 'tool', tool_call_id: 'a', content: 'x' },
        { role: 'system', content: 'Be kind.' },
      ],
    });
    assert.deepEqual(body.messages.at(-1)?.content, [
      { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'x' }] },
      { type: 'text', text: '<system>\nBe kind.\n</system>' },
    ]);
    assert.deepEqual(losses, ['messages[3]: instruction in mid-conversation, sent as marked user text']);
  });

  test('a conversation of instructions only, or begun by the assistant, is mended and told', () => {
    const only = toAnthropic({ messages: [{ role: 'system', content: 'Write a poem.' }] });
    assert.deepEqual(only.body.messages, [{ role: 'user', content: [{ type: 'text', text: 'Write a poem.' }] }]);
    assert.equal(only.body.system, undefined);
    assert.equal(only.losses.length, 1);
    const first = toAnthropic({ messages: [{ role: 'assistant', content: 'Hello. ' }] });
    assert.deepEqual(first.body.messages, [
      { role: 'user', content: [{ type: 'text', text: 'Continue.' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
    ]);
    assert.equal(first.losses.length, 1);
  });

  test('images and documents', () => {
    const { body, losses } = toAnthropic({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'auto' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
            { type: 'file', file: { filename: 'a.csv', file_data: 'data:text/csv;base64,YSxi' } },
          ],
        },
      ],
    });
    assert.deepEqual(body.messages[0]?.content, [
      { type: 'image', source: PNG },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
        title: 'a.pdf',
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' }, title: 'a.csv' },
    ]);
    assert.deepEqual(losses, []);
  });

  test('what Anthropic cannot take is left out and told, part by part', () => {
    const { body, losses } = toAnthropic({
      messages: [
        {
          role: 'user',
          name: 'Ada',
          content: [
            { type: 'text', text: 'hi', prompt_cache_breakpoint: { mode: 'explicit' } },
            { type: 'input_audio', input_audio: { data: 'x', format: 'wav' } },
            { type: 'image_url', image_url: { url: 'data:image/bmp;base64,AAAA', detail: 'high' } },
            { type: 'file', file: { file_id: 'file-1' } },
            { type: 'file', file: { file_data: 'data:application/msword;base64,AAAA' } },
            { type: 'video_url', video_url: {} },
          ],
        },
        { role: 'assistant', content: 'ok', reasoning_content: 'hm', audio: { id: 'audio_1' } },
        HI,
      ],
      tools: [{ type: 'custom', custom: { name: 'c' } }],
    });
    assert.deepEqual(body.messages[0]?.content, [{ type: 'text', text: 'hi' }]);
    assert.equal(body.tools, undefined);
    assert.deepEqual(losses, [
      'messages[0]: prompt_cache_breakpoint',
      'messages[0]: audio',
      'messages[0]: image detail',
      'messages[0]: image (image/bmp)',
      'messages[0]: document (file id)',
      'messages[0]: document (application/msword)',
      'messages[0]: video_url',
      'messages[0]: name',
      'messages[1]: thinking',
      'messages[1]: audio',
      'tools[0]: custom',
    ]);
  });

  test('a user turn of which nothing is left is refused', () => {
    const content = [{ type: 'input_audio', input_audio: { data: 'x', format: 'wav' } }];
    const error = errorOf(() =>
      toAnthropic({ messages: [HI, { role: 'assistant', content: 'a' }, { role: 'user', content }] }),
    );
    assert.equal(error.code, 'unsupported');
    assert.equal(error.param, 'messages[2]');
    assert.equal(errorOf(() => toAnthropic({ messages: [{ role: 'user', content: ' ' }] })).code, 'unsupported');
  });

  test("cache marks inside OpenAI's parts reach Anthropic", () => {
    const content = [{ type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } }];
    const { body, losses } = toAnthropic({ messages: [{ role: 'system', content }, HI] });
    assert.deepEqual(body.system, content);
    assert.deepEqual(losses, []);
  });
});
