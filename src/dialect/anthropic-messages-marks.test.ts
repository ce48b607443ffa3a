import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { splice } from '../wire/splice.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { markEdits } from './anthropic-messages-marks.ts';
import { Inbound } from './inbound.ts';

const MARK = '"cache_control":{"type":"ephemeral"}';

function mark(body: string): string {
  const { body: bytes, top } = Inbound.read(anthropicMessages, Buffer.from(body), 64);
  return String(splice(bytes, markEdits(bytes, top)));
}

test('instructions and messages that are texts become a block of the same bytes, and nothing else changes', () => {
  assert.equal(
    mark(
      ' {"model":"m" , "system": "B\\u00e9 \\"brief\\"" ,\n"messages":[ {"role":"user","content":"caf\\u00e9 ☕"} ],"x":1e400}\n',
    ),
    ` {"model":"m" , "system": [{"type":"text","text":"B\\u00e9 \\"brief\\"",${MARK}}] ,\n"messages":[ {"role":"user","content":[{"type":"text","text":"caf\\u00e9 ☕",${MARK}}]} ],"x":1e400}\n`,
  );
});

test('blocks get a member more, behind all of their own', () => {
  const before = (marks: string) =>
    `{"messages":[{"content":[{"type":"text","text":"a"},{"text":"b","type":"text" ${marks}}],"role":"user"}],"tools":[{"name":"x","input_schema":{}},{"name":"y","input_schema":{ "a":[1.0]}${marks}}],"model":"m"}`;
  assert.equal(mark(before('')), before(`,${MARK}`));
});

test('a tool loop is marked before and behind its newest results', () => {
  const body = (marks: string) =>
    `{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"h","signature":"s"},{"type":"tool_use","id":"t","name":"f","input":{"n":1.0}${marks}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"[{\\"x\\":1}]"${marks}}]}]}`;
  assert.equal(mark(body('')), body(`,${MARK}`));
});

describe('no mark is set', () => {
  const bodyOf = (fields: object): string =>
    JSON.stringify({ model: 'm', messages: [{ role: 'user', content: '' }], ...fields });
  const unmarked: [string, string][] = [
    ['on blank text', bodyOf({ system: ' \n', messages: [{ role: 'user', content: [{ type: 'text', text: ' ' }] }] })],
    [
      'on blocks of other kinds',
      bodyOf({ messages: [{ role: 'user', content: [{ type: 'thinking', thinking: 'x' }] }] }),
    ],
    [
      'on tools that are deferred, of other kinds, or empty',
      bodyOf({ tools: [{ name: 'a', defer_loading: true }, { type: 'web_search_1', name: 'b' }, {}, 7] }),
    ],
    [
      'on what is malformed',
      bodyOf({ system: 7, tools: {}, messages: [{ role: 'user', content: [7, { type: 'text', text: 7 }] }] }),
    ],
    ['in a thread, which refuses them', bodyOf({ system: 's', thread: { type: 'new' } })],
    [
      'on an object with a key behind escapes',
      bodyOf({}).replace('"content":""', String.raw`"content":[{"type":"text","text":"a","cache\u005fcontrol":null}]`),
    ],
  ];
  for (const [where, body] of unmarked) test(where, () => assert.equal(mark(body), body));
});
