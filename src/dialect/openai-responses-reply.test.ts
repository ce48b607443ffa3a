import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TierlineError } from '../call/errors.ts';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { ReplyContext } from './dialect.ts';
import { gemini } from './gemini.ts';
import type { NeutralChoice, NeutralPart, NeutralReply } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import { madeInResponse } from './openai-responses-shell.ts';

const CONTEXT: ReplyContext = {
  costUsd: () => null,
  includeUsage: true,
  createdAtSeconds: 1_700_000_000,
  newId: () => '01Ab',
};
const words = (text: string): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
});
const body = (fields: object): JsonObject => ({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-5.2',
  output: [words('hello')],
  ...fields,
});
const decode = (fields: object): NeutralReply => openaiResponses.decodeReply(Buffer.from(JSON.stringify(body(fields))));
const choiceOf = (fields: object): NeutralChoice => decode(fields).choices[0] as NeutralChoice;
const encode = (parts: NeutralPart[], more: Partial<NeutralChoice> = {}, context = CONTEXT): JsonObject => {
  const choice: NeutralChoice = { index: 0, parts, finish: { reason: 'stop', raw: 'end_turn' }, ...more };
  const reply: NeutralReply = { id: 'msg_01Ab', model: 'claude', choices: [choice], usage: null };
  return JSON.parse(openaiResponses.encodeReply(reply, context)) as JsonObject;
};
const outputOf = (...parts: NeutralPart[]): JsonObject[] => encode(parts).output as JsonObject[];

describe('reading a response', () => {
  test('words, thoughts and calls, in their order', () => {
    const reply = decode({
      output: [
        { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'enc' },
        words('I look.'),
        { id: 'fc_1', type: 'function_call', status: 'completed', call_id: 'c1', name: 'f', arguments: '{"a": 1.0}' },
        { id: 'ws_1', type: 'web_search_call', status: 'completed' },
      ],
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens: 7,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 17,
      },
    });
    assert.deepEqual(reply, {
      id: 'resp_1',
      model: 'gpt-5.2',
      choices: [
        {
          index: 0,
          parts: [
            { type: 'thinking', text: 'hm', signature: 'enc', origin: 'openai-responses' },
            { type: 'text', text: 'I look.' },
            { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"a": 1.0}' },
            {
              type: 'unknown',
              origin: 'openai-responses',
              json: { id: 'ws_1', type: 'web_search_call', status: 'completed' },
            },
          ],
          finish: { reason: 'tool_calls', raw: 'completed' },
        },
      ],
      usage: toUsage({ inputTokens: 6, cacheReadTokens: 4, outputTokens: 7, reasoningTokens: 3 }),
    });
  });

  test('why it ended', () => {
    const finishOf = (fields: object) => choiceOf(fields).finish;
    assert.deepEqual(finishOf({}), { reason: 'stop', raw: 'completed' });
    const incomplete = (reason: string) => finishOf({ status: 'incomplete', incomplete_details: { reason } });
    assert.deepEqual(incomplete('max_output_tokens'), { reason: 'length', raw: 'max_output_tokens' });
    assert.deepEqual(incomplete('content_filter'), { reason: 'refusal', raw: 'content_filter' });
    assert.deepEqual(incomplete('steered'), { reason: 'unknown', raw: 'steered' });
    assert.deepEqual(finishOf({ status: 'incomplete' }), { reason: 'unknown', raw: 'incomplete' });
    assert.deepEqual(finishOf({ status: undefined }), { reason: 'stop', raw: 'completed' });
  });

  test('a refusal, log probabilities, and thoughts of which nothing is told', () => {
    const refusal = { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] };
    assert.deepEqual(choiceOf({ output: [refusal] }).parts, [{ type: 'refusal', text: 'No.' }]);
    const logprob = { token: 'a', bytes: [97], logprob: -0.1, top_logprobs: [] };
    const said = { ...words('a'), content: [{ type: 'output_text', text: 'a', logprobs: [logprob] }] };
    assert.deepEqual(choiceOf({ output: [said] }).logprobs, { content: [logprob], refusal: null });
    assert.deepEqual(choiceOf({ output: [{ type: 'reasoning', id: 'rs_1', summary: [] }] }).parts, []);
  });

  test('a call without an id is given one', () => {
    const call = { type: 'function_call', name: 'f', arguments: '' };
    assert.deepEqual(choiceOf({ output: [words('a'), call] }).parts[1], {
      type: 'tool_call',
      id: 'call_resp1_1',
      name: 'f',
      arguments: '{}',
    });
  });

  test('a failed one is the error of its provider', () => {
    const error = { code: 'server_error', message: 'The server had an error.' };
    assert.throws(
      () => decode({ status: 'failed', error }),
      (thrown: TierlineError) => thrown.code === 'upstream_error' && thrown.upstream?.message === error.message,
    );
    assert.throws(() => decode({ status: 'cancelled' }), { code: 'upstream_error' });
  });

  test('what is no finished response is malformed', () => {
    for (const status of ['in_progress', 'queued'])
      assert.throws(() => decode({ status }), /it is (in_progress|queued)/);
    const malformed = (json: string) =>
      assert.throws(() => openaiResponses.decodeReply(Buffer.from(json)), { code: 'upstream_malformed' }, json);
    for (const json of ['', '[]', '{}', '{"output":5}', '{"output":[5]}', '{"output":[{"type":"function_call"}]}'])
      malformed(json);
  });
});

describe('writing a response', () => {
  test('has every member of the schema', () => {
    const response = encode([{ type: 'text', text: 'hello' }]);
    assert.ok((response.completed_at as number) >= CONTEXT.createdAtSeconds);
    assert.deepEqual(
      { ...response, completed_at: 0 },
      {
        id: 'resp_01Ab',
        object: 'response',
        created_at: 1_700_000_000,
        status: 'completed',
        background: false,
        completed_at: 0,
        error: null,
        incomplete_details: null,
        instructions: null,
        max_output_tokens: null,
        max_tool_calls: null,
        metadata: {},
        parallel_tool_calls: true,
        previous_response_id: null,
        prompt_cache_key: null,
        reasoning: { effort: null, summary: null },
        safety_identifier: null,
        service_tier: 'default',
        store: true,
        temperature: 1,
        text: { format: { type: 'text' } },
        tool_choice: 'auto',
        tools: [],
        top_logprobs: 0,
        top_p: 1,
        truncation: 'disabled',
        user: null,
        model: 'claude',
        output: [
          {
            id: 'msg_01Ab_0',
            type: 'message',
            status: 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', text: 'hello', annotations: [], logprobs: [] }],
          },
        ],
        usage: null,
      },
    );
  });

  test('repeats what its client has asked', () => {
    const asked = {
      instructions: 'Be brief.',
      input: [
        { role: 'developer', content: 'And kind.' },
        { role: 'user', content: 'hi' },
      ],
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }, { type: 'web_search' }],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] },
      parallel_tool_calls: false,
      max_output_tokens: 55,
      max_tool_calls: 2,
      metadata: { k: 'v' },
      reasoning: { effort: 'low', summary: 'auto' },
      store: false,
      temperature: 0.2,
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      top_p: 0.5,
      top_logprobs: 3,
      truncation: 'auto',
      user: 'u',
      prompt_cache_key: 'k',
    };
    const request = openaiResponses.decodeRequest(Buffer.from(JSON.stringify({ model: 'auto', ...asked })));
    const response = encode([], {}, { ...CONTEXT, request });
    const repeated = Object.fromEntries(Object.keys(asked).map((key) => [key, response[key]]));
    assert.deepEqual(repeated, {
      ...asked,
      input: undefined,
      tools: [
        { type: 'function', name: 'f', description: null, parameters: { type: 'object' }, strict: null },
        { type: 'web_search' },
      ],
    });
  });

  test('words between two calls or thoughts are one message', () => {
    const output = outputOf(
      { type: 'thinking', text: 'hm', signature: 'sig', origin: 'anthropic-messages' },
      { type: 'redacted_thinking', data: 'data', origin: 'anthropic-messages' },
      { type: 'text', text: 'a' },
      { type: 'refusal', text: 'No.' },
      { type: 'tool_call', id: 'toolu_1', name: 'f', arguments: '{"a":1.0}' },
      { type: 'unknown', origin: 'anthropic-messages', json: { type: 'server_tool_use' } },
      { type: 'text', text: 'b' },
      { type: 'unknown', origin: 'openai-responses', json: { type: 'web_search_call', id: 'ws_1' } },
    );
    assert.deepEqual(output, [
      {
        id: 'rs_01Ab_0',
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: '~tierline:anthropic-messages:thinking:sig',
      },
      {
        id: 'rs_01Ab_1',
        type: 'reasoning',
        summary: [],
        encrypted_content: '~tierline:anthropic-messages:redacted_thinking:data',
      },
      {
        id: 'msg_01Ab_2',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'a', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
      {
        id: 'fc_01Ab_3',
        type: 'function_call',
        status: 'completed',
        arguments: '{"a":1.0}',
        call_id: 'toolu_1',
        name: 'f',
      },
      {
        id: 'msg_01Ab_4',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'b', annotations: [], logprobs: [] }],
      },
      { type: 'web_search_call', id: 'ws_1' },
    ]);
  });

  test('an incomplete one says why, and so does its last item', () => {
    const text: NeutralPart[] = [{ type: 'text', text: 'a' }];
    const cut = encode(text, { finish: { reason: 'length', raw: 'max_tokens' } });
    assert.deepEqual([cut.status, cut.incomplete_details], ['incomplete', { reason: 'max_output_tokens' }]);
    assert.equal(cut.completed_at, null);
    assert.equal((cut.output as JsonObject[])[0]?.status, 'incomplete');
    const refused = encode([], { finish: { reason: 'refusal', raw: 'SAFETY' } });
    assert.deepEqual([refused.status, refused.incomplete_details], ['incomplete', { reason: 'content_filter' }]);
    const said = encode([{ type: 'refusal', text: 'No.' }], { finish: { reason: 'refusal', raw: 'refusal' } });
    assert.deepEqual([said.status, said.incomplete_details], ['completed', null]);
  });

  test('log probabilities lie with the text', () => {
    const content = [{ token: 'a', bytes: [97], logprob: -0.1, top_logprobs: [] }];
    const parts: NeutralPart[] = [
      { type: 'refusal', text: 'No.' },
      { type: 'text', text: 'a' },
    ];
    const [message] = encode(parts, { logprobs: { content } }).output as JsonObject[];
    assert.deepEqual(message?.content, [
      { type: 'refusal', refusal: 'No.' },
      { type: 'output_text', text: 'a', annotations: [], logprobs: content },
    ]);
  });

  test('usage has its cost, when that is known', () => {
    const usage = toUsage({ inputTokens: 5, cacheReadTokens: 2, outputTokens: 4, reasoningTokens: 1 });
    const reply: NeutralReply = { id: 'x', model: 'm', choices: [], usage };
    const write = (costUsd: ReplyContext['costUsd']) =>
      (JSON.parse(openaiResponses.encodeReply(reply, { ...CONTEXT, costUsd })) as JsonObject).usage;
    const counted = {
      input_tokens: 7,
      input_tokens_details: { cached_tokens: 2, cache_write_tokens: 0 },
      output_tokens: 4,
      output_tokens_details: { reasoning_tokens: 1 },
      total_tokens: 11,
    };
    assert.deepEqual(
      write(() => null),
      counted,
    );
    assert.deepEqual(
      write(() => 0.5),
      { ...counted, cost: 0.5 },
    );
  });

  test('has an id of its own, whatever the provider says: there are those that give the same one again', () => {
    const { newId: _, ...context } = CONTEXT;
    const [one, other] = [encode([{ type: 'text', text: 'a' }], {}, context), encode([], {}, context)] as [
      { id: string; output: { id: string }[] },
      { id: string },
    ];
    assert.match(one.id, /^resp_[0-9a-f]{32}$/);
    assert.notEqual(one.id, other.id);
    const [item] = one.output;
    assert.equal(item?.id, `msg_${one.id.slice('resp_'.length)}_0`);
    assert.equal(madeInResponse(item.id), one.id);
  });

  test('items of others are told by their ids', () => {
    const unique = '0123456789abcdef0123456789abcdef';
    assert.equal(madeInResponse(`fc_${unique}_12`), `resp_${unique}`);
    for (const id of ['', 'msg_1', `ws_${unique}_1`, `msg_${unique}`, `msg_${unique}0_1`, `msg_${unique}_1x`])
      assert.equal(madeInResponse(id), null, id);
  });
});

describe('a response for a client of another dialect', () => {
  const source = Buffer.from(
    JSON.stringify(
      body({
        output: [
          { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'enc' },
          words('a'),
          { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        ],
      }),
    ),
  );
  const reply = openaiResponses.decodeReply(source);

  test('a chat completion', () => {
    const { choices } = JSON.parse(openaiChat.encodeReply(reply, CONTEXT)) as { choices: JsonObject[] };
    assert.deepEqual(choices[0], {
      index: 0,
      message: {
        role: 'assistant',
        content: 'a',
        refusal: null,
        reasoning_content: 'hm',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    });
  });

  test("a message of Anthropic, with OpenAI's signature under a seal", () => {
    const { content, stop_reason } = JSON.parse(anthropicMessages.encodeReply(reply, CONTEXT)) as JsonObject;
    assert.deepEqual(content, [
      { type: 'thinking', thinking: 'hm', signature: '~tierline:openai-responses:thinking:enc' },
      { type: 'text', text: 'a' },
      { type: 'tool_use', id: 'c1', name: 'f', input: {} },
    ]);
    assert.equal(stop_reason, 'tool_use');
  });

  test('contents of Gemini, without a signature it could not read', () => {
    const written = gemini.encodeReply(reply, CONTEXT);
    assert.match(written, /"text":"hm","thought":true/);
    assert.ok(!written.includes('enc"'));
  });
});
