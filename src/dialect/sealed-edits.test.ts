import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { scanJson } from '../wire/json-scan.ts';
import { splice } from '../wire/splice.ts';
import type { DialectName } from './neutral.ts';
import { sealedEdits } from './sealed-edits.ts';
import { sealAsBytes } from './sealed-thinking.ts';

function clean(dialect: DialectName, body: string): string {
  const bytes = Buffer.from(body);
  return splice(bytes, sealedEdits(dialect, bytes, scanJson(bytes, 64))).toString();
}
const SEALED = { type: 'reasoning', summary: [], encrypted_content: '~tierline:gemini:thinking:x' };
const OWN = { type: 'reasoning', summary: [], encrypted_content: 'gAAA' };
const SAYS = { role: 'user', content: '"~tierline:gemini:thinking:x"' };

describe('items under a seal', () => {
  test('are taken out, wherever they stand, and every other byte stays', () => {
    const item = fc.constantFrom<JsonObject>(SEALED, OWN, SAYS);
    fc.assert(
      fc.property(fc.array(item), fc.constantFrom(undefined, 1, '\t'), (input, gap) => {
        const cleaned = clean('openai-responses', JSON.stringify({ model: 'm', input, x: 1 }, null, gap));
        assert.deepEqual(JSON.parse(cleaned), { model: 'm', input: input.filter((one) => one !== SEALED), x: 1 });
      }),
    );
    const spelt = ` {"input":[ {"role" : "user","content":"caf\\u00e9"} ,${JSON.stringify(SEALED)} , 1.0]}`;
    assert.equal(clean('openai-responses', spelt), ' {"input":[ {"role" : "user","content":"caf\\u00e9"} , 1.0]}');
  });

  test('are only looked for where a client brings thoughts back', () => {
    for (const body of [
      { input: 'a' },
      { input: [SAYS] },
      { input: [{ type: 'compaction', encrypted_content: '~tierline:x' }] },
    ]) {
      const text = JSON.stringify(body);
      assert.equal(clean('openai-responses', text), text);
    }
    const body = JSON.stringify({ messages: [SEALED], input: [SEALED] });
    assert.equal(clean('openai-chat', body), body);
  });
});

describe('thoughts under a seal', () => {
  test('are taken out of what goes to Gemini, and no thought of its own', () => {
    const thoughtSignature = sealAsBytes({ kind: 'thinking', origin: 'anthropic-messages', text: 'EqQB' });
    const sealed = { text: '', thought: true, thoughtSignature };
    const own = { text: 'hm', thought: true, thoughtSignature: 'c2ln' };
    const call = { functionCall: { name: 'f' }, thoughtSignature };
    const contents = [
      { parts: [{ text: 'q' }] },
      { role: 'model', parts: [sealed, own, call] },
      { role: 'model', parts: [sealed] },
    ];
    assert.deepEqual(JSON.parse(clean('gemini', JSON.stringify({ contents }))), {
      contents: [{ parts: [{ text: 'q' }] }, { role: 'model', parts: [own, call] }],
    });
    const plain = JSON.stringify({ contents: [{ parts: [own, { text: thoughtSignature }] }] });
    assert.equal(clean('gemini', plain), plain);
  });
});

describe('blocks under a seal', () => {
  const sealed = { type: 'thinking', thinking: 'hm', signature: '~tierline:openai-responses:thinking:x' };
  const redacted = { type: 'redacted_thinking', data: '~tierline:openai-responses:redacted_thinking:x' };
  const text = { type: 'text', text: 'a' };

  test('are taken out of their message, and a message of which nothing is left goes too', () => {
    const said = (...content: object[]) => ({ role: 'assistant', content });
    const messages = [
      { role: 'user', content: 'q' },
      said(sealed, redacted, text),
      { role: 'user', content: [] },
      said(sealed),
      said(text, redacted, { ...sealed, signature: 'own' }),
    ];
    assert.deepEqual(JSON.parse(clean('anthropic-messages', JSON.stringify({ messages }))), {
      messages: [
        { role: 'user', content: 'q' },
        said(text),
        { role: 'user', content: [] },
        said(text, { ...sealed, signature: 'own' }),
      ],
    });
  });
});
