import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { EncodeTarget } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';

interface Written {
  body: Record<string, never> & { messages: { role: string; content: unknown }[] } & Record<string, unknown>;
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

function toOpenai(fields: object, target: Partial<EncodeTarget> = {}): Written {
  const source = Buffer.from(JSON.stringify({ model: 'claude', max_tokens: 256, messages: [HI], ...fields }));
  const whole = { model: 'gpt-mock', defaultMaxTokens: 4096, ...target };
  const { body, losses } = openaiChat.encodeRequest(anthropicMessages.decodeRequest(source), whole);
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

const openaiTool = (name: string, parameters: object = { type: 'object', properties: {} }): object => ({
  type: 'function',
  function: { name, parameters },
});
const call = (id: string, name: string, args: string): object => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

describe('an OpenAI request for an Anthropic model', () => {
  test('the smallest one gets the default of max_tokens', () => {
    const { body, losses } = toAnthropic({});
    assert.deepEqual(body, {
      model: 'claude-sonnet-4-6',
      max_tokens: 4096,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
    assert.deepEqual(losses, []);
  });

  test('instructions, limits, stop, user, tools and choice are mapped without loss', () => {
    const { body, losses } = toAnthropic({
      max_completion_tokens: 77,
      stop: 'END',
      user: 'u1',
      temperature: 0.3,
      stream: true,
      stream_options: { include_usage: true },
      service_tier: 'default',
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'd', parameters: { type: 'object', required: ['a'] } },
        },
      ],
      tool_choice: 'required',
      parallel_tool_calls: false,
      messages: [{ role: 'developer', content: 'Be brief.' }, HI],
    });
    assert.deepEqual(body, {
      model: 'claude-sonnet-4-6',
      max_tokens: 77,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      temperature: 0.3,
      stream: true,
      service_tier: 'standard_only',
      tools: [{ name: 'f', description: 'd', input_schema: { type: 'object', required: ['a'] } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    assert.deepEqual(losses, []);
  });

  test('no parallel calls without a choice needs a choice; without tools it needs nothing', () => {
    const tools = [openaiTool('f')];
    const choice = { type: 'auto', disable_parallel_tool_use: true };
    assert.deepEqual(toAnthropic({ tools, parallel_tool_calls: false }).body.tool_choice, choice);
    assert.equal(toAnthropic({ parallel_tool_calls: false }).body.tool_choice, undefined);
    assert.deepEqual(toAnthropic({ tools, tool_choice: 'none', parallel_tool_calls: false }).body.tool_choice, {
      type: 'none',
    });
  });

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
        messages: [HI, { role: 'assistant', tool_calls: [call('a', 'f', args)] }, { role: 'tool', tool_call_id: 'a', content: 'x' }],
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
    const ids = (body.messages[1]?.content as { id: string }[]).map((block) => block.id);
    assert.deepEqual(
      (body.messages[2]?.content as { tool_use_id: string }[]).map((block) => block.tool_use_id),
      ids,
    );
    assert.equal(new Set(ids).size, 2);
    for (const id of ids) assert.match(id, /^[a-zA-Z0-9_-]+$/);
  });

  test('consecutive turns of one role become one, empty ones disappear', () => {
    const { body, losses } = toAnthropic({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: [{ type: 'text', text: '' }, { type: 'text', text: 'b' }] },
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
    const error = errorOf(() => toAnthropic({ messages: [HI, { role: 'assistant', content: 'a' }, { role: 'user', content }] }));
    assert.equal(error.code, 'unsupported');
    assert.equal(error.param, 'messages[2]');
    assert.equal(errorOf(() => toAnthropic({ messages: [{ role: 'user', content: ' ' }] })).code, 'unsupported');
  });

  test('more than one choice is refused with its parameter', () => {
    const error = errorOf(() => toAnthropic({ n: 2 }));
    assert.deepEqual([error.code, error.status, error.param], ['unsupported', 400, 'n']);
  });

  test('settings Anthropic has nothing for are told by name; those at their neutral value are no loss', () => {
    const { body, losses } = toAnthropic({
      seed: 1,
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
      logprobs: true,
      logit_bias: { 1: 2 },
      prompt_cache_key: 'k',
      store: true,
      metadata: { a: 'b' },
      safety_identifier: 's',
      service_tier: 'flex',
      verbosity: 'low',
      stream_options: { include_obfuscation: false },
      tool_choice: { type: 'allowed_tools', allowed_tools: {} },
    });
    assert.deepEqual(Object.keys(body), ['model', 'max_tokens', 'messages']);
    assert.deepEqual(losses.toSorted(), [
      'frequency_penalty',
      'logit_bias',
      'logprobs',
      'metadata.a',
      'presence_penalty',
      'prompt_cache_key',
      'safety_identifier',
      'seed',
      'service_tier',
      'store',
      'stream_options.include_obfuscation',
      'tool_choice',
      'verbosity',
    ]);
    assert.deepEqual(toAnthropic({ presence_penalty: 0, frequency_penalty: 0, logprobs: false }).losses, []);
  });

  test('temperature is clamped, top_p not sent beside it', () => {
    const hot = toAnthropic({ temperature: 1.7 });
    assert.equal(hot.body.temperature, 1);
    assert.deepEqual(hot.losses, ['temperature 1.7: clamped to 1']);
    const both = toAnthropic({ temperature: 0.5, top_p: 0.9 });
    assert.deepEqual([both.body.temperature, both.body.top_p], [0.5, undefined]);
    assert.deepEqual(both.losses, ['top_p: not possible beside temperature']);
    const plain = toAnthropic({ temperature: 0.5, top_p: 1 });
    assert.deepEqual([plain.body.top_p, plain.losses], [undefined, []]);
    assert.equal(toAnthropic({ top_p: 0.9 }).body.top_p, 0.9);
  });

  test('models that refuse sampling settings do not get them', () => {
    for (const target of [{ model: 'claude-opus-4-7' }, { model: 'x', takesSampling: false }]) {
      const { body, losses } = toAnthropic({ temperature: 0, top_k: 3 }, target);
      assert.deepEqual([body.temperature, body.top_k], [undefined, undefined]);
      assert.deepEqual(losses, ['temperature', 'top_k']);
    }
    assert.deepEqual(toAnthropic({ temperature: 1 }, { model: 'claude-opus-4-7' }).losses, []);
    assert.equal(toAnthropic({ temperature: 0 }, { model: 'claude-opus-4-7', takesSampling: true }).body.temperature, 0);
  });

  test('reasoning effort: adaptive for newer models, a budget for older ones', () => {
    const newer = toAnthropic({ reasoning_effort: 'high' }).body;
    assert.deepEqual([newer.thinking, newer.output_config], [{ type: 'adaptive' }, { effort: 'high' }]);
    assert.deepEqual(toAnthropic({ reasoning_effort: 'minimal' }).body.output_config, { effort: 'low' });
    const older = toAnthropic({ reasoning_effort: 'medium', max_tokens: 10_000 }, { model: 'claude-haiku-4-5' }).body;
    assert.deepEqual([older.thinking, older.output_config], [{ type: 'enabled', budget_tokens: 5000 }, undefined]);
    assert.deepEqual(toAnthropic({ reasoning_effort: 'none' }).body.thinking, { type: 'disabled' });
  });

  test('thinking is given up, and told, where Anthropic would refuse it', () => {
    const older = { model: 'claude-haiku-4-5' };
    const tools = [openaiTool('f')];
    const loop = [
      HI,
      { role: 'assistant', tool_calls: [call('a', 'f', '{}')] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ];
    const cases: [Written, RegExp][] = [
      [toAnthropic({ reasoning_effort: 'low', max_tokens: 500 }, older), /no room/],
      [toAnthropic({ reasoning_effort: 'low', messages: loop, tools }, older), /tool loop/],
      [toAnthropic({ reasoning_effort: 'low', tools, tool_choice: 'required' }), /forced/],
      [toAnthropic({ reasoning_effort: 'low' }, { takesReasoning: false }), /reasoning effort/],
    ];
    for (const [{ body, losses }, why] of cases) {
      assert.equal(body.thinking, undefined);
      assert.match(losses.join(), why);
    }
    assert.deepEqual(toAnthropic({ reasoning_effort: 'low', messages: loop, tools }).body.thinking, { type: 'adaptive' });
    const never = toAnthropic({ reasoning_effort: 'none' }, { model: 'claude-opus-5' });
    assert.deepEqual([never.body.thinking, never.body.output_config], [undefined, { effort: 'low' }]);
    assert.equal(never.losses.length, 1);
  });

  test('temperature is left out beside thinking', () => {
    const { body, losses } = toAnthropic({ reasoning_effort: 'low', temperature: 0.5 });
    assert.equal(body.temperature, undefined);
    assert.deepEqual(losses, ['temperature']);
  });

  test('a strict schema goes into output_config, without what Anthropic refuses', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
      required: ['name', 'tags'],
      additionalProperties: false,
    };
    const json_schema = { name: 'person', strict: true, schema: { ...schema, $schema: 'x' } };
    const exact = toAnthropic({ response_format: { type: 'json_schema', json_schema } });
    assert.deepEqual(exact.body.output_config, { format: { type: 'json_schema', schema } });
    assert.deepEqual(exact.losses, []);
    const loose = toAnthropic({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'p', schema: { type: 'object', properties: { age: { type: 'integer', minimum: 0 } } } },
      },
    });
    assert.deepEqual(loose.body.output_config, {
      format: {
        type: 'json_schema',
        schema: { type: 'object', properties: { age: { type: 'integer' } }, additionalProperties: false },
      },
    });
    assert.deepEqual(loose.losses, ['output format: minimum']);
  });

  test('json_object is asked for in words, and told', () => {
    const { body, losses } = toAnthropic({ response_format: { type: 'json_object' } });
    assert.match(JSON.stringify(body.system), /JSON object/);
    assert.deepEqual(losses, ['response_format json_object: asked for in words']);
  });

  test('strict tools stay strict where Anthropic can hold them to it', () => {
    const closed = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
    const tool = (parameters: object): object => ({ type: 'function', function: { name: 'f', parameters, strict: true } });
    const held = toAnthropic({ tools: [tool(closed)] });
    assert.deepEqual(held.body.tools, [{ name: 'f', input_schema: closed, strict: true }]);
    const free = toAnthropic({ tools: [tool({ ...closed, maxProperties: 2 })] });
    assert.deepEqual(free.losses, ['tools[0]: strict']);
    assert.deepEqual(toAnthropic({ tools: [openaiTool('f', {})] }).body.tools, [
      { name: 'f', input_schema: { type: 'object', properties: {} } },
    ]);
  });

  test("cache marks inside OpenAI's parts reach Anthropic", () => {
    const content = [{ type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } }];
    const { body, losses } = toAnthropic({ messages: [{ role: 'system', content }, HI] });
    assert.deepEqual(body.system, content);
    assert.deepEqual(losses, []);
  });
});

describe('an Anthropic request for an OpenAI model', () => {
  test('system, limits, stop and tool choice are mapped without loss', () => {
    const { body, losses } = toOpenai({
      system: [
        { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'Be kind.' },
      ],
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      temperature: 0.4,
      service_tier: 'standard_only',
      tools: [{ name: 'f', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    assert.deepEqual(body, {
      model: 'gpt-mock',
      messages: [{ role: 'system', content: 'Be brief.\n\nBe kind.' }, HI],
      max_completion_tokens: 256,
      stop: ['END'],
      user: 'u1',
      temperature: 0.4,
      service_tier: 'default',
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
    });
    assert.deepEqual(losses, []);
  });

  test('older servers get max_tokens', () => {
    const { body } = toOpenai({}, { maxTokensField: 'max_tokens' });
    assert.deepEqual([body.max_tokens, body.max_completion_tokens], [256, undefined]);
  });

  test('a stream always asks for usage', () => {
    assert.deepEqual(toOpenai({ stream: true }).body.stream_options, { include_usage: true });
    assert.equal(toOpenai({}).body.stream_options, undefined);
  });

  test('a named tool, and none without tools', () => {
    const tools = [{ name: 'f', input_schema: { type: 'object' } }];
    assert.deepEqual(toOpenai({ tools, tool_choice: { type: 'tool', name: 'f' } }).body.tool_choice, {
      type: 'function',
      function: { name: 'f' },
    });
    assert.equal(toOpenai({ tool_choice: { type: 'none' } }).body.tool_choice, undefined);
  });

  test('a tool loop: two results become two tool messages behind the calls, then the rest of the turn', () => {
    const input = '{ "z":12345678901234567890,"a":1.0 }';
    const source = `{"max_tokens":1,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[
      {"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"text","text":"Let me "},{"type":"text","text":"see."},
      {"type":"tool_use","id":"a","name":"f","input":${input}},{"type":"tool_use","id":"b","name":"g","input":{}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"21"},
      {"type":"tool_result","tool_use_id":"b","is_error":true,"content":[{"type":"text","text":"no clock"}]},
      {"type":"text","text":"and?"}]}]}`;
    const request = anthropicMessages.decodeRequest(Buffer.from(source));
    const { body, losses } = openaiChat.encodeRequest(request, { model: 'm', defaultMaxTokens: 1 });
    assert.deepEqual(JSON.parse(body).messages, [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: 'Let me see.', tool_calls: [call('a', 'f', input), call('b', 'g', '{}')] },
      { role: 'tool', tool_call_id: 'a', content: '21' },
      { role: 'tool', tool_call_id: 'b', content: 'Error: no clock' },
      { role: 'user', content: 'and?' },
    ]);
    assert.deepEqual(losses, ['messages[1]: signed thinking']);
  });

  test('images in tool results go into the message behind it', () => {
    const { body, losses } = toOpenai({
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image', source: PNG }] }] },
      ],
    });
    assert.deepEqual(body.messages.slice(2), [
      { role: 'tool', tool_call_id: 'a', content: 'The result is attached to the next message.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Attached to the result of tool call a:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ]);
    assert.deepEqual(losses, []);
  });

  test('a system message in mid-conversation keeps its place', () => {
    const { body, losses } = toOpenai({ messages: [HI, { role: 'system', content: 'Be kind.' }] });
    assert.deepEqual(body.messages, [HI, { role: 'system', content: 'Be kind.' }]);
    assert.deepEqual(losses, []);
  });

  test('images and documents', () => {
    const { body, losses } = toOpenai({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: PNG, cache_control: { type: 'ephemeral' } },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }, title: 't' },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'abc' } },
            { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
            { type: 'image', source: { type: 'file', file_id: 'file_1' } },
            { type: 'search_result', content: [] },
          ],
        },
      ],
    });
    assert.deepEqual(body.messages[0]?.content, [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { filename: 't', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'text', text: 'abc' },
    ]);
    assert.deepEqual(losses, [
      'messages[0]: document by url',
      'messages[0]: image by file id',
      'messages[0]: search_result',
    ]);
  });

  test('a user turn of which nothing is left is refused', () => {
    const content = [{ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }];
    assert.equal(errorOf(() => toOpenai({ messages: [{ role: 'user', content }] })).param, 'messages[0]');
  });

  test('thinking: unsigned text goes back only to those who want it, signed and redacted never', () => {
    const messages = [
      HI,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'ours', signature: '' },
          { type: 'redacted_thinking', data: 'x' },
          { type: 'text', text: 'hello' },
        ],
      },
      HI,
    ];
    const plain = toOpenai({ messages });
    assert.deepEqual(plain.body.messages[1], { role: 'assistant', content: 'hello' });
    assert.deepEqual(plain.losses, ['messages[1]: thinking', 'messages[1]: redacted thinking']);
    const wanted = toOpenai({ messages }, { takesReasoningHistory: true });
    assert.deepEqual(wanted.body.messages[1], { role: 'assistant', content: 'hello', reasoning_content: 'ours' });
    assert.deepEqual(wanted.losses, ['messages[1]: redacted thinking']);
  });

  test('an assistant turn of signed thinking only disappears', () => {
    const assistant = { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 's' }] };
    assert.deepEqual(toOpenai({ messages: [HI, assistant, HI] }).body.messages, [HI, HI]);
  });

  const efforts: [object, unknown, number][] = [
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }, 'high', 0],
    [{ thinking: { type: 'adaptive' } }, undefined, 0],
    [{ output_config: { effort: 'max' } }, 'max', 0],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, 'low', 1],
    [{ thinking: { type: 'enabled', budget_tokens: 10_000 } }, 'medium', 1],
    [{ thinking: { type: 'enabled', budget_tokens: 32_000 } }, 'high', 1],
    [{ thinking: { type: 'disabled' } }, undefined, 1],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, undefined, 1],
  ];
  for (const [fields, effort, losses] of efforts) {
    test(`${JSON.stringify(fields)} asks for effort ${String(effort)}`, () => {
      const written = toOpenai(fields);
      assert.equal(written.body.reasoning_effort, effort);
      assert.equal(written.losses.length, losses, written.losses.join());
    });
  }

  test('models that cannot be told how much to think are not told', () => {
    const written = toOpenai({ output_config: { effort: 'high' } }, { takesReasoning: false });
    assert.equal(written.body.reasoning_effort, undefined);
    assert.deepEqual(written.losses, ['reasoning effort']);
  });

  test("OpenAI's reasoning models get no sampling settings but the default", () => {
    for (const model of ['gpt-5.4-mini', 'o3', 'openai/gpt-5']) {
      const written = toOpenai({ temperature: 0, top_p: 1 }, { model });
      assert.deepEqual([written.body.temperature, written.losses], [undefined, ['temperature']]);
    }
    assert.equal(toOpenai({ temperature: 0 }, { model: 'gpt-4o' }).body.temperature, 0);
    assert.equal(toOpenai({ temperature: 0 }, { model: 'gpt-5', takesSampling: true }).body.temperature, 0);
  });

  test('structured output is strict where OpenAI can hold the model to it', () => {
    const closed = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
    const ask = (schema: object): Written => toOpenai({ output_config: { format: { type: 'json_schema', schema } } });
    assert.deepEqual(ask(closed).body.response_format, {
      type: 'json_schema',
      json_schema: { name: 'output', schema: closed, strict: true },
    });
    assert.deepEqual(ask(closed).losses, []);
    const free = ask({ ...closed, required: [] });
    assert.equal((free.body.response_format as { json_schema: { strict: boolean } }).json_schema.strict, false);
    assert.deepEqual(free.losses, ['output format: strict']);
  });

  test('what OpenAI has nothing for is told by name', () => {
    const { body, losses } = toOpenai({
      top_k: 5,
      context_management: { edits: [] },
      container: 'c',
      metadata: { user_id: 'u', task: 't' },
      stop_sequences: ['1', '2', '3', '4', '5'],
      service_tier: 'batch',
      tools: [
        { type: 'web_search_20250305', name: 'web_search' },
        { name: 'f', input_schema: { type: 'object' }, defer_loading: true, strict: true },
      ],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x', citations: [{}] }] }],
    });
    assert.deepEqual(body.stop, ['1', '2', '3', '4']);
    assert.deepEqual(losses.toSorted(), [
      'container',
      'context_management',
      'messages[0]: citations',
      'metadata.task',
      'service_tier',
      'stop sequences after the 4th',
      'tools[0]: web_search_20250305',
      'tools[1]: defer_loading',
      'tools[1]: strict',
      'top_k',
    ]);
  });

  test('a user id longer than OpenAI takes is sent as its hash, the same every time', () => {
    const user = (user_id: string): unknown => toOpenai({ metadata: { user_id } }).body.user;
    const long = '{"device_id":"d","session_id":"' + 's'.repeat(80);
    assert.match(String(user(long)), /^[0-9a-f]{64}$/);
    assert.equal(user(long), user(long));
    assert.notEqual(user(long), user(`${long}x`));
    assert.equal(user('u'.repeat(64)), 'u'.repeat(64));
  });

  test('call ids longer than OpenAI takes are shortened alike in call and result', () => {
    const id = `toolu_${'x'.repeat(60)}`;
    const { body } = toOpenai({
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'x' }] },
      ],
    });
    const sent = (body.messages[1] as unknown as { tool_calls: { id: string }[] }).tool_calls[0]?.id;
    assert.equal(sent?.length, 40);
    assert.equal((body.messages[2] as unknown as { tool_call_id: string }).tool_call_id, sent);
  });
});

describe('a request written in its own dialect', () => {
  test("OpenAI's fields, known or not, come back", () => {
    const body = {
      model: 'm',
      messages: [
        { role: 'system', content: 'A' },
        { role: 'user', name: 'Ada', content: [{ type: 'text', text: 'x' }, { type: 'video_url', video_url: {} }] },
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
