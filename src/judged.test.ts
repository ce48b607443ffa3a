import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { toUsage } from './call/usage.ts';
import { anthropicMessages } from './dialect/anthropic-messages.ts';
import type { NeutralEvent, NeutralPart, NeutralReply } from './dialect/neutral.ts';
import { openaiChat } from './dialect/openai-chat.ts';
import { AnswerBuilder, toAnswer, toQuestion } from './judged.ts';

const questionFrom = (body: object) => toQuestion(openaiChat.decodeRequest(Buffer.from(JSON.stringify(body))));
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };
const TOOL = { type: 'function', function: { name: 'look', parameters: SCHEMA } };
const call = (id: string, name: string, given: string): object => ({
  id,
  type: 'function',
  function: { name, arguments: given },
});

describe('a request as a question', () => {
  test('a plain one has its words and nothing else', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Capital of France?' },
    ];
    assert.deepEqual(questionFrom({ model: 'm', messages }), {
      ask: 'Capital of France?',
      turns: [
        { role: 'system', text: 'Be brief.' },
        { role: 'user', text: 'Capital of France?' },
      ],
      tools: [],
      schema: null,
      failedCalls: [],
    });
  });

  test('what is asked is the last that the user wrote, not the result of a tool', () => {
    const body = {
      model: 'm',
      max_tokens: 5,
      tools: [{ name: 'look', input_schema: SCHEMA }],
      messages: [
        { role: 'user', content: 'First.' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: [{ type: 'text', text: 'Weather in Rome?' }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { city: 'Rome' } }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', is_error: true, content: 'no such city' }],
        },
      ],
    };
    const question = toQuestion(anthropicMessages.decodeRequest(Buffer.from(JSON.stringify(body))));
    assert.equal(question.ask, 'Weather in Rome?');
    assert.deepEqual(question.turns.slice(3), [
      { role: 'assistant', text: '[calls look {"city":"Rome"}]' },
      { role: 'user', text: '[error of look] no such city' },
    ]);
    assert.deepEqual(question.failedCalls, [{ name: 'look', arguments: '{"city":"Rome"}' }]);
  });

  test('results that are no errors are no failed calls', () => {
    const messages = [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null, tool_calls: [call('c1', 'look', '{}')] },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
    ];
    const question = questionFrom({ model: 'm', messages, tools: [TOOL] });
    assert.deepEqual(question.failedCalls, []);
    assert.deepEqual(question.turns.at(-1), { role: 'user', text: '[result of look] sunny' });
  });

  test('pictures and the like are named, thoughts are left out', () => {
    const url = 'https://example.com/a.png';
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url } },
    ];
    const question = questionFrom({ model: 'm', messages: [{ role: 'user', content }] });
    assert.equal(question.turns[0]?.text, 'What is this?\n[image]');
    assert.equal(question.ask, 'What is this?');
    const parts: NeutralPart[] = [
      { type: 'thinking', text: 'hm', origin: 'anthropic-messages' },
      { type: 'text', text: 'It is a cat.' },
    ];
    const request = openaiChat.decodeRequest(Buffer.from('{"model":"m","messages":[{"role":"user","content":"x"}]}'));
    assert.equal(toQuestion({ ...request, messages: [{ role: 'assistant', parts }] }).turns[0]?.text, 'It is a cat.');
  });

  test('tools come with their schemas, a provider’s own tool with none', () => {
    const tools = [
      { name: 'look', input_schema: SCHEMA },
      { type: 'bash_20250124', name: 'bash' },
    ];
    const body = { model: 'm', max_tokens: 5, tools, messages: [{ role: 'user', content: 'x' }] };
    assert.deepEqual(toQuestion(anthropicMessages.decodeRequest(Buffer.from(JSON.stringify(body)))).tools, [
      { name: 'look', schema: SCHEMA },
      { name: 'bash', schema: {} },
    ]);
  });

  test('the schema is the one of the format that was asked for', () => {
    const messages = [{ role: 'user', content: 'x' }];
    const format = { type: 'json_schema', json_schema: { name: 'n', schema: SCHEMA } };
    assert.deepEqual(questionFrom({ model: 'm', messages, response_format: format }).schema, SCHEMA);
    const json = { type: 'json_object' };
    assert.deepEqual(questionFrom({ model: 'm', messages, response_format: json }).schema, { type: 'object' });
    assert.equal(questionFrom({ model: 'm', messages, response_format: { type: 'text' } }).schema, null);
  });
});

const LOGPROBS = {
  content: [
    { token: 'a', logprob: -0.5 },
    { token: 'b', logprob: -1, top_logprobs: [] },
  ],
};
const REPLY: NeutralReply = {
  id: 'r',
  model: 'm',
  usage: null,
  choices: [
    {
      index: 1,
      parts: [
        { type: 'thinking', text: 'hm', origin: 'openai-chat' },
        { type: 'text', text: 'one ' },
        { type: 'tool_call', id: 'c', name: 'look', arguments: '{"a":1}' },
        { type: 'text', text: 'two' },
      ],
      finish: { reason: 'stop_sequence', raw: 'stop', stopSequence: 'END' },
      logprobs: LOGPROBS,
    },
    { index: 0, parts: [{ type: 'refusal', text: 'No.' }], finish: { reason: 'refusal', raw: 'stop' } },
  ],
};

describe('a reply as an answer', () => {
  test('text, calls, finish and log probabilities of one choice', () => {
    assert.deepEqual(toAnswer(REPLY, 1), {
      text: 'one two',
      toolCalls: [{ id: 'c', name: 'look', arguments: '{"a":1}' }],
      finish: { reason: 'stop_sequence', raw: 'stop' },
      refusal: null,
      logprobs: [-0.5, -1],
      isComplete: true,
    });
  });

  test('without saying which, it is the first choice', () => {
    const answer = toAnswer(REPLY);
    assert.deepEqual([answer.text, answer.refusal, answer.logprobs], ['', 'No.', null]);
  });

  test('a choice that is not there is an answer that never came', () => {
    assert.equal(toAnswer(REPLY, 2).isComplete, false);
  });

  test('what are no log probabilities are none', () => {
    const [first] = REPLY.choices;
    assert.ok(first);
    for (const logprobs of [null, 5, {}, { content: null }, { content: [] }, { content: [{ token: 'a' }] }])
      assert.equal(toAnswer({ ...REPLY, choices: [{ ...first, logprobs }] }, 1).logprobs, null);
  });
});

describe('a stream as an answer', () => {
  const EVENTS: NeutralEvent[] = [
    { type: 'start', id: 'r', model: 'm' },
    { type: 'text', choice: 0, text: 'one ' },
    { type: 'logprobs', choice: 0, json: LOGPROBS },
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'text', choice: 1, text: 'another choice' },
    { type: 'part_end', choice: 0 },
    { type: 'tool_start', choice: 0, tool: 0, id: 'c0', name: 'look' },
    { type: 'tool_arguments', choice: 0, tool: 0, json: '{"a"' },
    { type: 'tool_start', choice: 0, tool: 1, id: 'c1', name: 'ping' },
    { type: 'tool_arguments', choice: 0, tool: 0, json: ':1}' },
    { type: 'text', choice: 0, text: 'two' },
    { type: 'logprobs', choice: 0, json: { content: [{ token: 'c', logprob: -2 }] } },
    { type: 'finish', choice: 0, finish: { reason: 'tool_calls', raw: 'tool_calls' } },
    { type: 'usage', usage: toUsage({ outputTokens: 3 }) },
    { type: 'end' },
  ];

  test('it grows with the events of its choice', () => {
    const builder = new AnswerBuilder();
    for (const event of EVENTS.slice(0, -3)) builder.push(event);
    assert.deepEqual(builder.answer.finish, { reason: 'unknown', raw: '' });
    assert.equal(builder.answer.isComplete, false);
    for (const event of EVENTS.slice(-3)) builder.push(event);
    assert.deepEqual(builder.answer, {
      text: 'one two',
      toolCalls: [
        { id: 'c0', name: 'look', arguments: '{"a":1}' },
        { id: 'c1', name: 'ping', arguments: '' },
      ],
      finish: { reason: 'tool_calls', raw: 'tool_calls' },
      refusal: null,
      logprobs: [-0.5, -1, -2],
      isComplete: true,
    });
  });

  test('another choice may be followed, and refusals add up', () => {
    const builder = new AnswerBuilder(1);
    for (const event of EVENTS) builder.push(event);
    builder.push({ type: 'refusal', choice: 1, text: 'N' });
    builder.push({ type: 'refusal', choice: 1, text: 'o.' });
    const { text, refusal, isComplete } = builder.answer;
    assert.deepEqual([text, refusal, isComplete], ['another choice', 'No.', false]);
  });

  test('arguments without a call, and a stream that fails, add nothing', () => {
    const builder = new AnswerBuilder();
    builder.push({ type: 'tool_arguments', choice: 0, tool: 3, json: '{}' });
    builder.push({ type: 'error', error: { status: 500, message: 'x' } });
    assert.deepEqual(builder.answer, new AnswerBuilder().answer);
  });

  test('the pieces of a text, however cut, are the text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const builder = new AnswerBuilder();
        for (const text of texts) builder.push({ type: 'text', choice: 0, text });
        assert.equal(builder.answer.text, texts.join(''));
      }),
    );
  });
});
