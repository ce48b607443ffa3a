import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../call/errors.ts';
import { Inbound } from './inbound.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';

const read = (input: unknown, more: Record<string, unknown> = {}): Inbound =>
  Inbound.read(openaiEmbeddings, Buffer.from(JSON.stringify({ model: 'vec', input, ...more })), 64);

test('texts are the text, tokens are counted as tokens', () => {
  const told = (input: unknown) => {
    const { text, givenTokens } = read(input);
    return [text, givenTokens];
  };
  assert.deepEqual(told('one text'), ['one text', 0]);
  assert.deepEqual(told(['one', 'two']), ['one\ntwo', 0]);
  assert.deepEqual(told([11, 12, 13]), ['', 3]);
  assert.deepEqual(told([[11, 12], [13]]), ['', 3]);
  assert.deepEqual(told(''), ['', 0]);
});

test('there is no conversation in it, whatever a policy asks', () => {
  const inbound = read('"tools" "assistant" "cache_control" "image"', {
    tools: [{}],
    response_format: { type: 'json_schema' },
    reasoning_effort: 'high',
    stream: true,
  });
  assert.deepEqual(
    [inbound.kind, inbound.stream, inbound.messageCount, inbound.imageCount, inbound.maxOutputTokens],
    ['embedding', false, 0, 0, 0],
  );
  assert.deepEqual([inbound.ask, inbound.opening, inbound.firstExchange, inbound.signedBy], ['', '', null, null]);
  for (const fact of [
    'hasTools',
    'hasImages',
    'hasSchema',
    'hasDocuments',
    'hasAudio',
    'wantsReasoning',
    'hasCacheMarks',
    'hasAnswer',
    'isInToolLoop',
  ] as const)
    assert.equal(inbound[fact], false, fact);
});

test('metadata is read, and the size is that of the body', () => {
  const inbound = read('x', { metadata: { task: 'search' } });
  assert.deepEqual({ ...inbound.metadata }, { task: 'search' });
  assert.equal(inbound.bytes, inbound.body.length);
});

test('input that is missing, empty or of another kind is refused by its name', () => {
  for (const input of [undefined, null, {}, 7, true, []]) {
    assert.throws(
      () => read(input),
      (error) => error instanceof TierlineError && error.code === 'invalid_request' && error.param === 'input',
      JSON.stringify(input),
    );
  }
});

test('law: every text is in the text, and every token counted once', () => {
  const input = fc.oneof(
    fc.string(),
    fc.array(fc.string(), { minLength: 1 }),
    fc.array(fc.nat(100_000), { minLength: 1 }),
    fc.array(fc.array(fc.nat(100_000)), { minLength: 1 }),
  );
  fc.assert(
    fc.property(input, (given) => {
      const { text, givenTokens } = read(given);
      const items = [given].flat(2);
      assert.equal(text, items.filter((item) => typeof item === 'string').join('\n'));
      assert.equal(givenTokens, items.filter((item) => typeof item === 'number').length);
    }),
  );
});
