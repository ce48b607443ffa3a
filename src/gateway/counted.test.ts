import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { anthropicMessages } from '../dialect/anthropic-messages.ts';
import { gemini } from '../dialect/gemini.ts';
import { readCounted } from './counted.ts';

const NAMED = { model: 'mine', stream: false };
const INNER = '{ "model":"models/mine", "contents":[{"parts":[{"text":"Hello"}]}]}';
const read = (body: string) => readCounted(Buffer.from(body), 16, { dialect: gemini, named: NAMED });

test('a conversation is counted as it is', () => {
  const { inbound, around } = read('{"contents":[{"parts":[{"text":"Hello"}]}]}');
  assert.deepEqual([inbound.ask, inbound.model, around], ['Hello', 'mine', undefined]);
});

test('a whole request is taken out of the member that holds it, in either spelling', () => {
  for (const key of ['generateContentRequest', 'generate_content_request']) {
    const { inbound, around } = read(`{"${key}": ${INNER} }`);
    assert.equal(inbound.body.toString(), INNER);
    assert.deepEqual([around?.before.toString(), around?.after.toString()], [`{"${key}": `, ' }']);
  }
});

test('what is no request is refused, and so are two of them', () => {
  for (const [body, code] of [
    ['{"generateContentRequest":5}', 'invalid_request'],
    ['{"generateContentRequest":{}}', 'invalid_request'],
    ['{}', 'invalid_request'],
    [`{"generateContentRequest":${INNER},"generatecontentrequest":{}}`, 'ambiguous_body'],
    [`{"generateContentRequest":${INNER},"generate_content_request":{}}`, 'ambiguous_body'],
    ['{', 'invalid_json'],
  ] as const)
    assert.throws(
      () => read(body),
      (error) => error instanceof TierlineError && error.code === code,
      body,
    );
});

test('other dialects have no such member', () => {
  const body = `{"model":"m","messages":[{"role":"user","content":"x"}],"generateContentRequest":5}`;
  const { inbound, around } = readCounted(Buffer.from(body), 16, { dialect: anthropicMessages, named: null });
  assert.deepEqual([inbound.model, around], ['m', undefined]);
});
