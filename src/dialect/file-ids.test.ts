import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileIdsIn } from './file-ids.ts';

const read = (value: unknown): string[] => fileIdsIn(Buffer.from(JSON.stringify(value)));

test('files are found in messages, in parts nobody has heard of, and in tools', () => {
  assert.deepEqual(read({ messages: [{ content: [{ type: 'file', file: { file_id: 'f1' } }] }] }), ['f1']);
  assert.deepEqual(read({ input: [{ type: 'new', deep: [{ er: { file_id: 'f1' } }] }, { file_id: 'f2' }] }), [
    'f1',
    'f2',
  ]);
  const interpreter = { type: 'code_interpreter', container: { type: 'auto', file_ids: ['f1', 7, 'f2'] } };
  assert.deepEqual(read({ input: 'hi', tools: [interpreter] }), ['f1', 'f2']);
  assert.deepEqual(read({ system: [{ file_id: 'f1' }], messages: [{ file_id: 'f1' }] }), ['f1']);
});

test('what a model or a client wrote for itself is no file', () => {
  assert.deepEqual(read({ content: [{ type: 'tool_use', input: { file_id: 'f' } }] }), []);
  assert.deepEqual(read({ content: [{ type: 'server_tool_use', input: { file_id: 'f' } }] }), []);
  assert.deepEqual(read({ metadata: { file_id: 'f' }, input_schema: { default: { file_id: 'f' } } }), []);
  assert.deepEqual(read({ text: '"file_id":"f"', file_id: { type: 'string' }, file_ids: 'f' }), []);
});

test('an id is found wherever it stands, however its key is escaped', () => {
  const key = fc.constantFrom('a', 'messages', 'content', 'source', 'tools', 'input', 'type');
  fc.assert(
    fc.property(fc.array(fc.option(key, { nil: null }), { maxLength: 12 }), fc.nat(6), (path, at) => {
      const body = path.reduce<unknown>((inner, step) => (step === null ? [inner] : { [step]: inner }), {
        file_id: 'f1',
      });
      const text = JSON.stringify({ body });
      const escaped = `\\u00${'file_id'.charCodeAt(at).toString(16)}`;
      const hidden = text.replace('file_id', `${'file_id'.slice(0, at)}${escaped}${'file_id'.slice(at + 1)}`);
      assert.deepEqual(fileIdsIn(Buffer.from(text)), ['f1']);
      assert.deepEqual(fileIdsIn(Buffer.from(hidden)), ['f1']);
    }),
  );
});
