import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../call/json.ts';
import { modelOf, readAnswerParts, usageOf } from './answer-parts.ts';
import { readRequestParts, toReadable } from './request-parts.ts';

const parts = (body: unknown) => readRequestParts(body as JsonObject);

describe('requests', () => {
  test("OpenAI's chat: leading instructions, turns, attachments, tools, schema", () => {
    const read = parts({
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'x' } },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c', function: { name: 'look', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c', content: 'a cat' },
      ],
      tools: [
        { type: 'function', function: { name: 'look' } },
        { type: 'function', function: { name: 'act' } },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
    });
    assert.equal(read.system, 'Be brief.');
    assert.deepEqual(
      read.turns.map(({ role }) => role),
      ['user', 'assistant', 'tool'],
    );
    assert.deepEqual(read.tools, ['act', 'look']);
    assert.deepEqual(read.schema, { type: 'object' });
    assert.equal(read.images, 1);
    assert.equal(toReadable(read).ask, 'What is this?');
  });

  test("Anthropic's messages: system beside them, results of tools are no words of the user", () => {
    const read = parts({
      system: [{ type: 'text', text: 'Review.' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source: { type: 'base64' } },
            { type: 'text', text: 'Look.' },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'read', input: { file: 'a.ts' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'text of a.ts' }] },
      ],
      tools: [{ name: 'read', input_schema: {} }],
    });
    assert.equal(read.system, 'Review.');
    assert.deepEqual(
      read.turns.map(({ role }) => role),
      ['user', 'assistant', 'tool'],
    );
    assert.equal(read.documents, 1);
    assert.deepEqual(read.tools, ['read']);
    assert.equal(toReadable(read).ask, 'Look.');
  });

  test("OpenAI's responses: instructions, a text or items as input, text.format", () => {
    assert.deepEqual(parts({ instructions: 'Be kind.', input: 'Hello' }).turns, [{ role: 'user', text: 'Hello' }]);
    const read = parts({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'A' },
            { type: 'input_image', image_url: 'x' },
          ],
        },
        { type: 'function_call', name: 'f', arguments: '{"a":1}' },
        { type: 'function_call_output', call_id: 'c', output: 'done' },
      ],
      text: { format: { type: 'json_schema', name: 'x', schema: { type: 'array' } } },
    });
    assert.deepEqual(
      read.turns.map(({ role }) => role),
      ['user', 'assistant', 'tool'],
    );
    assert.deepEqual(read.schema, { type: 'array' });
    assert.equal(read.images, 1);
  });

  test('Gemini: contents, system instruction, declared functions, response schema', () => {
    const read = parts({
      systemInstruction: { parts: [{ text: 'Be exact.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }, { inlineData: { mimeType: 'audio/wav', data: 'x' } }] },
        { role: 'model', parts: [{ text: 'Yes' }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'a' }] }],
      generationConfig: { responseMimeType: 'application/json', responseSchema: { type: 'OBJECT' } },
    });
    assert.equal(read.system, 'Be exact.');
    assert.deepEqual(
      read.turns.map(({ role }) => role),
      ['user', 'assistant'],
    );
    assert.equal(read.audio, 1);
    assert.deepEqual(read.tools, ['a']);
    assert.deepEqual(read.schema, { type: 'OBJECT' });
  });

  test("LangChain's messages as tracers keep them", () => {
    const read = parts({
      messages: [
        { type: 'system', content: 'S' },
        { type: 'human', data: { content: 'H' } },
        { id: ['x', 'AIMessage'], kwargs: { content: 'A' } },
      ],
    });
    assert.equal(read.system, 'S');
    assert.deepEqual(read.turns, [
      { role: 'user', text: 'H' },
      { role: 'assistant', text: 'A' },
    ]);
  });

  test('JSON mode is a schema that says nothing', () => {
    assert.deepEqual(parts({ messages: [], response_format: { type: 'json_object' } }).schema, {});
    assert.equal(parts({ messages: [], response_format: { type: 'text' } }).schema, null);
  });

  test('nothing that JSON can hold makes it throw', () => {
    const value = fc.jsonValue();
    const body = fc.record(
      {
        messages: value,
        input: value,
        contents: value,
        system: value,
        tools: value,
        response_format: value,
        text: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(body, (one) => void toReadable(parts(one))));
  });
});

describe('answers', () => {
  test('the words of every API are found, thoughts left out', () => {
    const cases: [unknown, string, number][] = [
      ['plain', 'plain', 0],
      [{ choices: [{ message: { content: 'a' } }] }, 'a', 0],
      [{ choices: [{ message: { content: null, tool_calls: [{}, {}] } }] }, '', 2],
      [{ choices: [{ message: { content: null, refusal: 'No.' } }] }, 'No.', 0],
      [
        {
          content: [
            { type: 'thinking', thinking: 'hm' },
            { type: 'text', text: 'b' },
            { type: 'tool_use', name: 'f' },
          ],
        },
        'b',
        1,
      ],
      [
        {
          output: [
            { type: 'reasoning', summary: [] },
            { type: 'message', content: [{ type: 'output_text', text: 'c' }] },
            { type: 'function_call', name: 'f' },
          ],
        },
        'c',
        1,
      ],
      [
        {
          candidates: [
            { content: { parts: [{ text: 'hm', thought: true }, { text: 'd' }, { functionCall: { name: 'f' } }] } },
          ],
        },
        'd',
        1,
      ],
      [{ role: 'assistant', content: 'e' }, 'e', 0],
      [[{ type: 'text', text: 'f' }], 'f', 0],
      [{ label: 'bug' }, '{"label":"bug"}', 0],
    ];
    for (const [answer, text, toolCalls] of cases)
      assert.deepEqual(readAnswerParts(answer), { text, toolCalls }, JSON.stringify(answer));
  });

  test('an error, an empty text and nothing are no answers', () => {
    for (const answer of [null, undefined, '', { error: { message: 'x' } }, 7])
      assert.equal(readAnswerParts(answer), null);
  });

  test('nothing that JSON can hold makes it throw', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void [readAnswerParts(value), modelOf(value)]));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('usage', 'usageMetadata', 'type'), fc.jsonValue()),
        (value) => void usageOf(value),
      ),
    );
  });

  test('usage is read in the words of its API', () => {
    assert.equal(
      usageOf({ usage: { prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } } })
        ?.inputTokens,
      6,
    );
    assert.equal(
      usageOf({ type: 'message', usage: { input_tokens: 10, output_tokens: 2, cache_read_input_tokens: 4 } })
        ?.inputTokens,
      10,
    );
    assert.equal(
      usageOf({ usage: { input_tokens: 10, output_tokens: 2, input_tokens_details: { cached_tokens: 4 } } })
        ?.inputTokens,
      6,
    );
    assert.equal(usageOf({}), null);
  });
});
