import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../call/json.ts';
import { anthropicMessages } from '../../dialect/anthropic-messages.ts';
import { openaiChat } from '../../dialect/openai-chat.ts';
import { openaiResponses } from '../../dialect/openai-responses.ts';
import { toSample } from './sample.ts';
import { answerText, toLine, toTraffic } from './traffic.ts';

const SAID = [
  { role: 'system', content: 'Sort tickets.' },
  { role: 'user', content: 'Wo ist meine Bestellung? Sie ist nicht da und das ist nicht gut.' },
];

describe('a call as traffic', () => {
  test('is without its model and without what belongs to its caller', () => {
    const { request } = toTraffic(
      {
        model: 'm',
        stream: true,
        stream_options: {},
        user: 'u',
        metadata: { a: 'b' },
        store: true,
        temperature: 0,
        messages: SAID,
      },
      {},
    );
    assert.deepEqual(request, { temperature: 0, messages: SAID });
  });

  test('has its language, its length and what it has in common with others of its kind', () => {
    const { language, length, frame, said, ask } = toTraffic({ messages: SAID }, {});
    assert.equal(language, 'de');
    assert.ok(length >= 70);
    assert.deepEqual(frame, { instructions: 'Sort tickets.', form: '' });
    assert.equal(said, SAID[1]?.content);
    assert.equal(ask, SAID[1]?.content);
  });

  test('has another form with a schema or tools', () => {
    const formOf = (more: JsonObject): string => toTraffic({ messages: SAID, ...more }, {}).frame.form;
    const schema = (of: object): JsonObject => ({
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object', ...of } } },
    });
    const tool = (name: string): JsonObject => ({ tools: [{ type: 'function', function: { name, parameters: {} } }] });
    const forms = [
      {},
      schema({}),
      schema({ required: ['a'] }),
      tool('a'),
      tool('b'),
      { response_format: { type: 'json_object' } },
    ];
    assert.equal(new Set(forms.map(formOf)).size, forms.length);
  });

  test('is none when it goes on from what only its provider holds, asks for nothing, or is no request', () => {
    assert.throws(() => toTraffic({ input: 'x', previous_response_id: 'resp_1' }, {}), /only its provider holds/);
    assert.throws(() => toTraffic({ messages: 'x' }, {}), /messages/);
    assert.doesNotThrow(() => toTraffic({ input: 'x', previous_response_id: null }, {}));
  });
});

describe('a line asks what the call asks', () => {
  const bodies: [string, JsonObject, typeof openaiChat | null][] = [
    ['of chat completions', { messages: SAID }, openaiChat],
    ['of chat completions with more members', { messages: SAID, temperature: 0.2, stop: ['x'] }, openaiChat],
    ['of chat completions that looks like another dialect', { messages: SAID, thinking: {} }, openaiChat],
    ['of responses', { input: 'Hi', instructions: 'Be brief.' }, openaiResponses],
    [
      'of messages',
      { system: 'Be brief.', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 9 },
      anthropicMessages,
    ],
    [
      'of messages that looks like another dialect',
      { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 9 },
      anthropicMessages,
    ],
  ];
  for (const [name, body, dialect] of bodies) {
    test(name, () => {
      const sample = toSample(toLine(toTraffic(body, { dialect })));
      assert.equal(sample.dialect, dialect);
      assert.deepEqual(sample.request, body);
    });
  }
});

describe('the text of an answer is found', () => {
  const cases: [string, Parameters<typeof answerText>[0], string | null][] = [
    ['in a text', 'yes', 'yes'],
    ['in an empty text', '', null],
    ['in a message', { role: 'assistant', content: 'yes' }, 'yes'],
    ['in a chat completion', { choices: [{ message: { content: 'yes' } }] }, 'yes'],
    ['in a completion', { choices: [{ text: 'yes' }] }, 'yes'],
    [
      'in a response',
      { output: [{ type: 'reasoning' }, { type: 'message', content: [{ type: 'output_text', text: 'yes' }] }] },
      'yes',
    ],
    [
      'in a reply to messages',
      {
        content: [
          { type: 'thinking', text: 'hm' },
          { type: 'text', text: 'ye' },
          { type: 'text', text: 's' },
        ],
      },
      'yes',
    ],
    ["in Gemini's", { candidates: [{ content: { parts: [{ text: 'hm', thought: true }, { text: 'yes' }] } }] }, 'yes'],
    ['not in calls of tools', { choices: [{ message: { content: null, tool_calls: [] } }] }, null],
    ['not where there is none', undefined, null],
    ['not in an error', { error: { message: 'no' } }, null],
  ];
  for (const [name, answer, text] of cases) test(name, () => assert.equal(answerText(answer), text));
});
