import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGeminiParts } from './gemini-part-reader.ts';
import { sealAsBytes } from './sealed-thinking.ts';

test('thoughts of another model that came in pieces are one part again, with the signature behind them', () => {
  const naming = { call: () => 'c', result: () => 'c' };
  const thoughtSignature = sealAsBytes({ kind: 'thinking', origin: 'anthropic-messages', text: 'EqQB' });
  const pieces = [
    { text: 'Hi.' },
    { text: 'Let', thought: true },
    { text: ' me see.', thought: true },
    { text: '', thought: true, thoughtSignature },
    { text: 'It is 42.' },
  ];
  assert.deepEqual(readGeminiParts(pieces, naming, 'parts'), [
    { type: 'text', text: 'Hi.' },
    { type: 'thinking', text: 'Let me see.', signature: 'EqQB', origin: 'anthropic-messages' },
    { type: 'text', text: 'It is 42.' },
  ]);
});
