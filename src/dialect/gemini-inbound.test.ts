// A Gemini request as the planner sees it: the body is its own, model and kind of answer stand outside.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { gemini } from './gemini.ts';
import { Inbound } from './inbound.ts';

const user = (...parts: object[]) => ({ role: 'user', parts });
const model = (...parts: object[]) => ({ role: 'model', parts });
const HELLO = { contents: [user({ text: 'Hello' })] };
const PIXEL = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
const CALL = { functionCall: { name: 'f', args: { a: 1 } } };
const RESULT = { functionResponse: { name: 'f', response: { output: 'there' } } };

function read(fields: object | string, outside = { model: 'auto', stream: false }): Inbound {
  return Inbound.read(gemini, Buffer.from(typeof fields === 'string' ? fields : JSON.stringify(fields)), 64, outside);
}
const asked = (fields: object): Inbound => read({ ...HELLO, ...fields });
const talk = (...contents: object[]): Inbound => read({ contents });

function refusal(fields: object | string): [string, string | undefined] {
  try {
    read(fields);
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return [error.code, error.param];
  }
  return assert.fail(JSON.stringify(fields));
}

test('model and kind of answer are those of the address, whatever the body says', () => {
  const inbound = read({ ...HELLO, model: 'models/other', stream: 'odd' }, { model: 'auto/x', stream: true });
  assert.deepEqual([inbound.model, inbound.stream, inbound.neutral.stream], ['auto/x', true, true]);
  assert.equal(read(HELLO).neutral.stream, false);
});

describe('a body is refused', () => {
  test('without a conversation, or with one of the wrong kind', () => {
    for (const contents of [undefined, [], 'Hello', 5, null])
      assert.deepEqual(refusal({ contents }), ['invalid_request', 'contents']);
    assert.deepEqual(refusal({ contents: [user(), 'x'] }), ['invalid_request', 'contents[1]']);
  });

  test('with a member twice, in one spelling or in both', () => {
    assert.deepEqual(refusal('{"contents":[{}],"contents":[{}]}'), ['ambiguous_body', 'contents']);
    for (const twice of [
      { generationConfig: {}, generation_config: {} },
      { system_instruction: {}, systemInstruction: {} },
      { toolConfig: {}, TOOL_CONFIG: {} },
    ])
      assert.deepEqual(refusal({ ...HELLO, ...twice }), ['ambiguous_body', Object.keys(twice)[1]]);
  });

  test('but not with a single content in the place of the list', () => {
    assert.equal(read({ contents: { parts: [{ text: 'Hello' }] } }).ask, 'Hello');
  });
});

describe('what policies ask about', () => {
  test('the bound of output tokens, in either spelling', () => {
    assert.equal(asked({ generationConfig: { maxOutputTokens: 7 } }).maxOutputTokens, 7);
    assert.equal(asked({ generation_config: { max_output_tokens: 8 } }).maxOutputTokens, 8);
    for (const fields of [{}, { generationConfig: {} }, { generationConfig: { maxOutputTokens: '7' } }])
      assert.equal(asked(fields).maxOutputTokens, null);
  });

  test('labels, as other clients write metadata', () => {
    const { metadata } = asked({ labels: { task: 'triage', odd: 5 }, metadata: { task: 'other' } });
    assert.deepEqual({ ...metadata }, { task: 'triage' });
    assert.deepEqual({ ...asked({}).metadata }, {});
  });

  test('schemas and thinking', () => {
    const schema = { responseMimeType: 'application/json', responseSchema: { type: 'OBJECT' } };
    assert.equal(asked({ generationConfig: schema }).hasSchema, true);
    assert.equal(asked({ generation_config: { response_mime_type: 'application/json' } }).hasSchema, false);
    assert.equal(asked({ generationConfig: { thinkingConfig: { thinkingBudget: 100 } } }).wantsReasoning, true);
    assert.equal(asked({ generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }).wantsReasoning, false);
    assert.deepEqual([asked({}).hasSchema, asked({}).wantsReasoning], [false, false]);
  });

  test('tools, the text of everything, and the number of messages', () => {
    const tools = [{ functionDeclarations: [{ name: 'find', description: 'Finds.' }] }];
    const inbound = asked({ tools, systemInstruction: { parts: [{ text: 'Be kind.' }] } });
    assert.deepEqual([inbound.hasTools, inbound.messageCount], [true, 1]);
    assert.match(inbound.text, /^Be kind\.\nHello\n\["find","Finds\."/);
    assert.equal(asked({ tools: [] }).hasTools, false);
  });

  test('pictures, documents and sound', () => {
    const of = (mimeType: string) => talk(user({ inline_data: { mime_type: mimeType, data: 'AAAA' } }));
    assert.deepEqual([talk(user(PIXEL, PIXEL)).imageCount, of('image/png').hasImages], [2, true]);
    assert.deepEqual([of('application/pdf').hasDocuments, of('audio/wav').hasAudio], [true, true]);
    assert.deepEqual([asked({}).hasImages, asked({}).hasDocuments, asked({}).hasAudio], [false, false, false]);
  });

  test('an answer in the conversation, and a tool loop', () => {
    assert.deepEqual([asked({}).hasAnswer, asked({}).isInToolLoop], [false, false]);
    const open = talk(user({ text: 'Hello' }), model(CALL));
    assert.deepEqual([open.hasAnswer, open.isInToolLoop], [true, true]);
    assert.equal(talk(user({ text: 'Hello' }), model(CALL), user(RESULT)).isInToolLoop, true);
    assert.equal(talk(user({ text: 'Hello' }), model({ text: 'Hi.' }), user({ text: 'So?' })).isInToolLoop, false);
  });

  test('whose signatures there are: of thoughts, calls and texts', () => {
    const signed = { thoughtSignature: 'c2ln' };
    for (const part of [
      { text: 'hm', thought: true, ...signed },
      { ...CALL, ...signed },
      { text: 'Hi.', ...signed },
    ])
      assert.equal(talk(user({ text: 'Hello' }), model(part)).signedBy, 'gemini', JSON.stringify(part));
    assert.equal(talk(user({ text: 'Hello' }), model(CALL, { text: 'hm', thought: true })).signedBy, null);
  });
});

describe('a conversation', () => {
  test('begins alike in every turn, and is told from others by its first answer', () => {
    const turn = (...more: object[]): Inbound => talk(user({ text: 'Hello' }), ...more);
    assert.equal(turn().opening, turn(model({ text: 'Hi.' })).opening);
    assert.equal(turn().firstExchange, null);
    const exchange = turn(model({ text: 'Hi.' })).firstExchange;
    assert.equal(turn(model({ text: 'Hi.' }), user({ text: 'So?' })).firstExchange, exchange);
    assert.notEqual(turn(model({ text: 'Ho.' })).firstExchange, exchange);
  });

  test('whose calls have no ids is told by their arguments, however they are spelt', () => {
    const exchange = (args: string): string | null =>
      read(
        `{"contents":[{"parts":[{"text":"Hello"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":${args}}}]}]}`,
      ).firstExchange;
    assert.equal(exchange('{"a": 1.0 }'), exchange('{"a":1}'));
    assert.notEqual(exchange('{"a":1}'), exchange('{"a":2}'));
  });
});
