import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../../call/errors.ts';
import { anthropicMessages } from '../../dialect/anthropic-messages.ts';
import type { Dialect } from '../../dialect/dialect.ts';
import { Inbound } from '../../dialect/inbound.ts';
import { openaiChat } from '../../dialect/openai-chat.ts';
import { openaiResponses } from '../../dialect/openai-responses.ts';
import { openObjectStore } from '../../objects/object-store.ts';
import { holderOfFiles, oneHolder } from './referred.ts';

const objects = openObjectStore({ path: ':memory:', retentionMs: 1e9, maxBytes: 1e9 });
objects.bind({ kind: 'file', id: 'file-own', tenant: 'acme', provider: 'openai' });
objects.bind({ kind: 'file', id: 'file-there', tenant: 'acme', provider: 'azure' });
objects.bind({ kind: 'file', id: 'file-theirs', tenant: 'globex', provider: 'openai' });

const holder = (dialect: Dialect, body: object | string): string | null => {
  const text = typeof body === 'string' ? body : JSON.stringify({ model: 'm', max_tokens: 9, ...body });
  return holderOfFiles(objects, Inbound.read(dialect, Buffer.from(text), 64), 'acme');
};
const say = (...content: object[]) => ({ messages: [{ role: 'user', content }] });

/** The same reference in the words of each dialect, and inside of what the neutral form has no word for. */
const WAYS: readonly [Dialect, (id: string) => object][] = [
  [openaiChat, (id) => say({ type: 'file', file: { file_id: id } })],
  [anthropicMessages, (id) => say({ type: 'document', source: { type: 'file', file_id: id } })],
  [anthropicMessages, (id) => say({ type: 'container_upload', file_id: id })],
  [
    anthropicMessages,
    (id) =>
      say({
        type: 'tool_result',
        tool_use_id: 't',
        content: [{ type: 'image', source: { type: 'file', file_id: id } }],
      }),
  ],
  [openaiResponses, (id) => ({ input: [{ role: 'user', content: [{ type: 'input_file', file_id: id }] }] })],
  [openaiResponses, (id) => ({ input: [{ role: 'user', content: [{ type: 'input_image', file_id: id }] }] })],
];

function refused(run: () => unknown, code: string): void {
  assert.throws(run, (error) => error instanceof TierlineError && error.code === code);
}

test("a file of one's own leads to its provider, however it is referred to", () => {
  for (const [dialect, refer] of WAYS) assert.equal(holder(dialect, refer('file-own')), 'openai', dialect.name);
});

test('a file of another tenant does not exist, also behind escapes', () => {
  for (const [dialect, refer] of WAYS) refused(() => holder(dialect, refer('file-theirs')), 'not_found');
  const [dialect, refer] = WAYS[0] as (typeof WAYS)[number];
  const hidden = JSON.stringify({ model: 'm', ...refer('file-theirs') }).replace('file_id', 'file\\u005fid');
  refused(() => holder(dialect, hidden), 'not_found');
});

test("a file that nobody made here is the operator's, and none binds nothing", () => {
  for (const [dialect, refer] of WAYS) assert.equal(holder(dialect, refer('file-elsewhere')), null, dialect.name);
  assert.equal(holder(openaiChat, say({ type: 'text', text: 'file_id' })), null);
  assert.equal(holder(openaiResponses, { input: 'file_id' }), null);
});

test('files that lie apart cannot be sent together', () => {
  const part = (id: string) => ({ type: 'file', file: { file_id: id } });
  refused(() => holder(openaiChat, say(part('file-own'), part('file-there'))), 'unsupported');
  assert.equal(holder(openaiChat, say(part('file-own'), part('file-own'), part('file-elsewhere'))), 'openai');
  assert.deepEqual(
    [oneHolder(null, 'a'), oneHolder('a', null), oneHolder(null, null), oneHolder('a', 'a')],
    ['a', 'a', null, 'a'],
  );
});
