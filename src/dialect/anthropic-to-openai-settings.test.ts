import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anthropicMessages } from './anthropic-messages.ts';
import type { EncodeTarget } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';

interface Written {
  body: Record<string, unknown> & { messages: { role: string; content: unknown }[] };
  text: string;
  losses: string[];
}

const HI = { role: 'user', content: 'hi' };

function toOpenai(fields: object, target: Partial<EncodeTarget> = {}): Written {
  const source = Buffer.from(JSON.stringify({ model: 'claude', max_tokens: 256, messages: [HI], ...fields }));
  const whole = { model: 'gpt-mock', defaultMaxTokens: 4096, ...target };
  const { body, losses } = openaiChat.encodeRequest(anthropicMessages.decodeRequest(source), whole);
  return { body: JSON.parse(body), text: body, losses };
}

describe('the settings of an Anthropic client for an OpenAI model', () => {
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

  test('plain models are not asked to reason, reasoning models get no stop sequences', () => {
    const plain = toOpenai({ output_config: { effort: 'high' } }, { model: 'gpt-4o-mini' });
    assert.deepEqual([plain.body.reasoning_effort, plain.losses], [undefined, ['reasoning effort']]);
    const told = toOpenai({ output_config: { effort: 'high' } }, { model: 'gpt-4o-mini', takesReasoning: true });
    assert.equal(told.body.reasoning_effort, 'high');
    const reasoning = toOpenai({ stop_sequences: ['END'] }, { model: 'gpt-5.5' });
    assert.deepEqual([reasoning.body.stop, reasoning.losses], [undefined, ['stop sequences']]);
  });

  test('names that the client chose cannot break a header', () => {
    assert.deepEqual(toOpenai({ 'a\r\nb: é': 1 }).losses, ['a??b: ?']);
    assert.equal(toOpenai({ ['x'.repeat(1000)]: 1 }).losses[0]?.length, 160);
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
    const closed = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    };
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
