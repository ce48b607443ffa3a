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

const openaiTool = (name: string, parameters: object = { type: 'object', properties: {} }): object => ({
  type: 'function',
  function: { name, parameters },
});

const call = (id: string, name: string, args: string): object => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

describe('the settings of an OpenAI client for an Anthropic model', () => {
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
    assert.equal(
      toAnthropic({ temperature: 0 }, { model: 'claude-opus-4-7', takesSampling: true }).body.temperature,
      0,
    );
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
    assert.deepEqual(toAnthropic({ reasoning_effort: 'low', messages: loop, tools }).body.thinking, {
      type: 'adaptive',
    });
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
    const tool = (parameters: object): object => ({
      type: 'function',
      function: { name: 'f', parameters, strict: true },
    });
    const held = toAnthropic({ tools: [tool(closed)] });
    assert.deepEqual(held.body.tools, [{ name: 'f', input_schema: closed, strict: true }]);
    const free = toAnthropic({ tools: [tool({ ...closed, maxProperties: 2 })] });
    assert.deepEqual(free.losses, ['tools[0]: strict']);
    assert.deepEqual(toAnthropic({ tools: [openaiTool('f', {})] }).body.tools, [
      { name: 'f', input_schema: { type: 'object', properties: {} } },
    ]);
  });
});
