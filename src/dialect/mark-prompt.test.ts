import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasMarks, markPrompt } from './mark-prompt.ts';
import type { NeutralMessage, NeutralPart, NeutralRequest, NeutralTool } from './neutral.ts';

const text = (words: string): NeutralPart => ({ type: 'text', text: words });
const tool = (name: string, extra?: { defer_loading: boolean }): NeutralTool => ({
  type: 'function',
  name,
  schema: {},
  ...(extra === undefined ? {} : { extra }),
});
const user = (...parts: NeutralPart[]): NeutralMessage => ({ role: 'user', parts });
const answer = (...parts: NeutralPart[]): NeutralMessage => ({ role: 'assistant', parts });
const call: NeutralPart = { type: 'tool_call', id: 'c', name: 'look', arguments: '{}' };
const result: NeutralPart = { type: 'tool_result', callId: 'c', content: [text('ok')], isError: false };
const thinking: NeutralPart = { type: 'thinking', text: 'hm', signature: 's', origin: 'anthropic-messages' };

const request = (fields: Partial<NeutralRequest>): NeutralRequest => ({
  origin: 'openai-chat',
  system: [],
  messages: [user(text('Hello'))],
  tools: [],
  n: 1,
  stream: false,
  includeUsage: true,
  unknown: {},
  ...fields,
});

/** Which parts of the marked request bear a mark, as `tools[1]`. */
function marksOf(fields: Partial<NeutralRequest>): string[] {
  const { tools, system, messages } = markPrompt(request(fields));
  const found = (where: string, items: readonly (NeutralPart | NeutralTool)[]): string[] =>
    items.flatMap((item, index) => ('cache' in item && item.cache !== undefined ? [`${where}[${index}]`] : []));
  return [
    ...found('tools', tools),
    ...found('system', system),
    ...messages.flatMap(({ parts }, index) => found(`messages[${index}]`, parts)),
  ];
}

describe('marks are placed', () => {
  test('at the ends of tools, of instructions, of what came before the newest turn, and of that turn', () => {
    const messages = [user(text('a')), answer(text('b'), call), user(result, text('c'))];
    assert.deepEqual(marksOf({ tools: [tool('x'), tool('y')], system: [text('s'), text('t')], messages }), [
      'tools[1]',
      'system[1]',
      'messages[1][1]',
      'messages[2][1]',
    ]);
  });

  test('at the end of the first turn, when there is nothing before it', () => {
    assert.deepEqual(marksOf({}), ['messages[0][0]']);
  });

  test('once in a turn of several messages, as OpenAI clients send the results of tools', () => {
    const messages = [user(text('a')), answer(call), user(result), user(result), user(text('go on'))];
    assert.deepEqual(marksOf({ messages }), ['messages[1][0]', 'messages[4][0]']);
  });

  test('not behind an answer that the client has begun, which grows', () => {
    const messages = [user(text('a')), answer(text('b')), user(text('c')), answer(text('The an'))];
    assert.deepEqual(marksOf({ messages }), ['messages[1][0]', 'messages[2][0]']);
  });

  test('never on thinking, blank text or deferred tools, but on what comes before them', () => {
    const messages = [user(text('a')), answer(text('b'), thinking), user(text('c'), text(' \n'))];
    const tools = [tool('x'), tool('y', { defer_loading: true })];
    assert.deepEqual(marksOf({ messages, tools, system: [text(' ')] }), [
      'tools[0]',
      'messages[1][0]',
      'messages[2][0]',
    ]);
    const silent = [user(text('a')), answer(thinking), user(text('c'))];
    assert.deepEqual(marksOf({ messages: silent }), ['messages[0][0]', 'messages[2][0]']);
  });

  test('nowhere, when nothing can bear one', () => {
    assert.deepEqual(marksOf({ messages: [user(text(''))] }), []);
  });
});

test('a request that others read as well is not changed', () => {
  const given = request({ tools: [tool('x')], system: [text('s')] });
  const before = structuredClone(given);
  assert.notDeepEqual(markPrompt(given), given);
  assert.deepEqual(given, before);
});

describe("a client's own marks are left alone", () => {
  const cache = { ttl: '1h' as const };
  const holders: [string, Partial<NeutralRequest>][] = [
    ['on a part', { messages: [user({ type: 'text', text: 'a', cache })] }],
    ['on instructions', { system: [{ type: 'text', text: 'a', cache }] }],
    ['on a tool', { tools: [{ type: 'function', name: 'x', schema: {}, cache }] }],
    ['at the top', { unknown: { cache_control: { type: 'ephemeral' } } }],
    ['inside of a result', { messages: [user({ ...result, content: [{ type: 'text', text: 'a', cache }] })] }],
    [
      'on a part we do not know',
      {
        messages: [
          user({
            type: 'unknown',
            origin: 'anthropic-messages',
            json: { type: 'z', cache_control: { type: 'ephemeral' } },
          }),
        ],
      },
    ],
    [
      'on a tool we do not know',
      { tools: [{ type: 'unknown', origin: 'anthropic-messages', json: { cache_control: { type: 'ephemeral' } } }] },
    ],
  ];
  for (const [where, fields] of holders) {
    test(where, () => {
      const given = request(fields);
      assert.equal(hasMarks(given), true);
      assert.equal(markPrompt(given), given);
    });
  }

  test('and a prompt without any has none', () => {
    assert.equal(hasMarks(request({ messages: [user(text('"cache_control"'))] })), false);
  });
});
