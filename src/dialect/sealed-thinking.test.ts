import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Sealed, seal, sealAsBytes, sealFor, unseal, unsealBytes } from './sealed-thinking.ts';

const sealed: fc.Arbitrary<Sealed> = fc
  .record({
    kind: fc.constantFrom('thinking' as const, 'redacted_thinking' as const),
    origin: fc.constantFrom('anthropic-messages' as const, 'openai-responses' as const, 'gemini' as const),
    text: fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  })
  .map((told) => ({ ...told }));

test('what is sealed is open again, whoever signed it, as text and as bytes', () => {
  fc.assert(
    fc.property(sealed, (told) => {
      assert.deepEqual(unseal(seal(told)), told);
      assert.deepEqual(unsealBytes(sealAsBytes(told)), told);
    }),
  );
});

test('what a provider has signed for its own clients is under no seal', () => {
  const own: Sealed = { kind: 'thinking', origin: 'gemini', text: 'c2ln' };
  assert.equal(sealFor('gemini', own), 'c2ln');
  assert.equal(sealFor('anthropic-messages', own), 'tierline:gemini:thinking:c2ln');
});

test('what somebody else has written is not sealed', () => {
  for (const text of ['', 'c2ln', 'tierline:', 'tierline:x:y:z', 'dGllcmxpbmU6', 'dGllcmxpbmU6eA=='])
    assert.deepEqual([unseal(text), unsealBytes(text)], [null, null], text);
});
