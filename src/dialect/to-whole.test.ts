import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect } from './dialect.ts';
import { gemini } from './gemini.ts';
import { Inbound } from './inbound.ts';
import type { NeutralRequest } from './neutral.ts';
import { NeutralInbound } from './neutral-inbound.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import { toWhole } from './to-whole.ts';

const read = (dialect: Dialect, body: string): Inbound => Inbound.read(dialect, Buffer.from(body), 32);

/** The body of the whole request. */
function wholeOf(dialect: Dialect, body: string): string {
  const whole = toWhole(read(dialect, body));
  assert.ok(whole instanceof Inbound);
  assert.equal(whole.stream, false);
  return String(whole.body);
}

test('a streamed request asks for one piece, and every other byte stays', () => {
  const chat = (rest: string): string => `{"messages" : [{"role":"user","content":"Hi ü"}],\n "model":"m"${rest}}`;
  assert.equal(wholeOf(openaiChat, chat(',"stream":true,"n":1')), chat(',"stream":false,"n":1'));
  assert.equal(
    wholeOf(openaiChat, chat(',"stream_options": {"include_usage":true} , "stream" : true')),
    chat(',"stream_options": null , "stream" : false'),
  );
  assert.equal(
    wholeOf(openaiChat, chat(',"stream":true,"stream_options":null')),
    chat(',"stream":false,"stream_options":null'),
  );
  const claude = (stream: boolean): string =>
    `{"model":"m","max_tokens":5,"stream":${stream},"messages":[{"role":"user","content":"Hi"}]}`;
  assert.equal(wholeOf(anthropicMessages, claude(true)), claude(false));
  const response = (stream: boolean): string => `{"model":"m","input":"Hi","stream":${stream}}`;
  assert.equal(wholeOf(openaiResponses, response(true)), response(false));
});

test('one that is whole already is itself', () => {
  for (const rest of ['', ',"stream":false', ',"stream_options":{"include_usage":true}']) {
    const inbound = read(openaiChat, `{"model":"m","messages":[{"role":"user","content":"Hi"}]${rest}}`);
    assert.equal(toWhole(inbound), inbound);
  }
});

test('a request of Gemini says it outside of its body', () => {
  const body = Buffer.from('{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}');
  const inbound = Inbound.read(gemini, body, 32, { model: 'm', stream: true });
  const whole = toWhole(inbound);
  assert.ok(whole instanceof Inbound);
  assert.deepEqual([whole.model, whole.stream, whole.neutral.stream], ['m', false, false]);
  assert.deepEqual(whole.body, body);
});

test('a request of the same process is copied, and the one that came in is left as it is', () => {
  const { neutral } = read(openaiChat, '{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}');
  const request: NeutralRequest = neutral;
  const inbound = new NeutralInbound({ model: 'm', request, metadata: { a: 'b' } });
  const whole = toWhole(inbound);
  assert.deepEqual([whole.stream, inbound.stream], [false, true]);
  assert.deepEqual([whole.neutral.messages, whole.metadata, whole.model], [request.messages, { a: 'b' }, 'm']);
});

test('however deep it is, it was let in before', () => {
  const deep = `${'['.repeat(600)}${']'.repeat(600)}`;
  const body = `{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}],"metadata":{"x":${deep}}}`;
  const inbound = Inbound.read(openaiChat, Buffer.from(body), 1000);
  assert.equal(toWhole(inbound).stream, false);
});
