import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splice } from '../wire/splice.ts';
import { gemini } from './gemini.ts';
import { Inbound } from './inbound.ts';
import { modelEdits } from './model-edit.ts';
import { openaiChat } from './openai-chat.ts';

function edited(body: string, upstreamModel: string, isGemini: boolean): string {
  const outside = isGemini ? { model: 'mine', stream: false } : null;
  const inbound = Inbound.read(isGemini ? gemini : openaiChat, Buffer.from(body), 8, outside);
  return splice(inbound.body, modelEdits(inbound, upstreamModel)).toString();
}

test('the name in a body becomes that of the provider, and stays when it is', () => {
  const body = '{ "model" : "mine","messages":[{"role":"user"}] }';
  assert.equal(edited(body, 'theirs', false), body.replace('mine', 'theirs'));
  assert.equal(edited(body, 'mine', false), body);
});

test("Gemini's, which may be there and may have its prefix, gets it", () => {
  const body = (model: string): string => `{"contents":[{}], "model": ${model}}`;
  for (const model of ['"models/mine"', '"mine"', '"other"', '5'])
    assert.equal(edited(body(model), 'theirs', true), body('"models/theirs"'), model);
  for (const model of ['"models/theirs"', '"theirs"']) assert.equal(edited(body(model), 'theirs', true), body(model));
  assert.equal(edited('{"contents":[{}]}', 'theirs', true), '{"contents":[{}]}');
});
