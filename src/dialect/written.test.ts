import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { scanJson } from '../wire/json-scan.ts';
import { holds, isWritten } from './written.ts';

test('a word is found wherever it stands, from its underscore on or not', () => {
  const piece = fc.constantFrom('"file_id', 'file', '_id', '"', '_', ' ', 'é', '"tool', 'call_id"', '"cache_control"');
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      for (const word of ['"file_id', '"cache_control"', '"tool', '_id'])
        assert.equal(holds(Buffer.from(text), word), text.includes(word), word);
    }),
  );
});

test('a word behind escapes may be there, as bytes and as a scan tell', () => {
  const hidden = ['{"file\\u005fid":1}', '{"f":"\\u0066ile_id"}', '{"a":[{"\\u0074ool":1}]}', '{"a":"\\u004A"}'];
  for (const text of hidden) assert.equal(scanJson(Buffer.from(text), 8).hasHiddenWords, true, text);
  for (const text of hidden.slice(0, 3)) assert.equal(isWritten(Buffer.from(text), '"file_id'), true, text);
  const plain = ['{"a":"\\n\\"\\\\u0061"}', '{"a":"\\u00e9\\u0009\\u4e16"}', '{"a":"u0061"}', '{}'];
  for (const text of plain) {
    assert.equal(scanJson(Buffer.from(text), 8).hasHiddenWords, false, text);
    assert.equal(isWritten(Buffer.from(text.replaceAll('\\\\', '')), '"file_id'), false, text);
  }
});
