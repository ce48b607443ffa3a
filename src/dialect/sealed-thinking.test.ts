import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Sealed, seal, sealAsBytes, sealFor, unseal, unsealBytes } from './sealed-thinking.ts';

const sealed = fc.record<Sealed>({
  kind: fc.constantFrom('thinking', 'redacted_thinking'),
  origin: fc.constantFrom('openai-chat', 'openai-responses', 'anthropic-messages', 'gemini', 'neutral'),
  text: fc.string({ unit: 'grapheme' }),
});

test('what is sealed is opened again, whatever is in it', () => {
  fc.assert(fc.property(sealed, (told) => assert.deepEqual({ ...unseal(seal(told)) }, { ...told })));
});

test('what a provider signed is no seal', () => {
  for (const text of [
    '',
    'EqQBCkYIBxgCKkA',
    'gAAAAABqX1a78BDqk',
    'tierline',
    '~tierline:gemini:text:x',
    ' ~tierline:gemini:thinking:x',
  ])
    assert.equal(unseal(text), null, text);
});

test('a client gets what its own provider signed as it is', () => {
  const told = { kind: 'thinking', origin: 'gemini', text: 'sig' } as const;
  assert.equal(sealFor('gemini', told), 'sig');
  assert.equal(sealFor('anthropic-messages', told), '~tierline:gemini:thinking:sig');
});

test('as bytes it is base64, open again, and nothing that somebody else has written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(text.isWellFormed());
      const told: Sealed = { kind: 'thinking', origin: 'anthropic-messages', text };
      const signature = sealAsBytes(told);
      assert.equal(Buffer.from(signature, 'base64').toString('base64'), signature);
      assert.deepEqual(unsealBytes(signature), told);
    }),
  );
  for (const text of ['', 'c2ln', 'tierline:', 'dGllcmxpbmU6', 'dGllcmxpbmU6eA=='])
    assert.equal(unsealBytes(text), null);
});
