import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorCode, TierlineError } from '../call/errors.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect } from './dialect.ts';
import { Inbound } from './inbound.ts';
import { openaiChat } from './openai-chat.ts';

const HELLO = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] };

function read(body: string | Buffer | object, dialect: Dialect = openaiChat, maxDepth = 32): Inbound {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return Inbound.read(dialect, bytes, maxDepth);
}
const openai = (fields: object): Inbound => read({ ...HELLO, ...fields });
const claude = (fields: object): Inbound => read({ max_tokens: 9, ...HELLO, ...fields }, anthropicMessages);

function refusal(body: string | Buffer | object, maxDepth?: number): [ErrorCode, string | undefined] {
  let told: [ErrorCode, string | undefined] | null = null;
  assert.throws(
    () => read(body, openaiChat, maxDepth),
    (error) => {
      assert.ok(error instanceof TierlineError, String(error));
      assert.match(error.message, /\.$/);
      told = [error.code, error.param];
      return true;
    },
  );
  return told ?? assert.fail();
}

describe('a body is refused', () => {
  const cases: [string, string | Buffer | object, ErrorCode, string?][] = [
    ['that is empty', '', 'invalid_json'],
    ['that is white space', ' \n', 'invalid_json'],
    ['that is no JSON', 'model=auto', 'invalid_json'],
    ['that ends too early', '{"model":"auto","messages":[', 'invalid_json'],
    ['that goes on after its end', `${JSON.stringify(HELLO)}x`, 'invalid_json'],
    ['with a comma too many', '{"model":"auto",}', 'invalid_json'],
    ['with a bad escape', '{"model":"\\x"}', 'invalid_json'],
    ['with a raw line break in a string', '{"model":"a\nb"}', 'invalid_json'],
    ['that begins with a byte order mark', `\ufeff${JSON.stringify(HELLO)}`, 'invalid_json'],
    ['that is a list', '[]', 'invalid_request'],
    ['that is a string', '"auto"', 'invalid_request'],
    ['that is null', 'null', 'invalid_request'],
    ['with a key twice', '{"model":"a","model":"b","messages":[]}', 'ambiguous_body', 'model'],
    ['with a key twice in other letters', '{"model":"a","Model":"b","messages":[]}', 'ambiguous_body', 'Model'],
    ['with an escaped key', '{"mode\\u006c":"a","messages":[]}', 'ambiguous_body'],
    ['without a model', { messages: HELLO.messages }, 'invalid_request', 'model'],
    ['with a model that is no string', { ...HELLO, model: 5 }, 'invalid_request', 'model'],
    ['with a null model', { ...HELLO, model: null }, 'invalid_request', 'model'],
    ['with an empty model', { ...HELLO, model: '' }, 'invalid_request', 'model'],
    ['without messages', { model: 'auto' }, 'invalid_request', 'messages'],
    ['with messages that are a string', { model: 'auto', messages: 'hi' }, 'invalid_request', 'messages'],
    ['with null messages', { model: 'auto', messages: null }, 'invalid_request', 'messages'],
    ['with empty messages', { model: 'auto', messages: [] }, 'invalid_request', 'messages'],
    ['with empty messages and space', '{"model":"auto","messages":[ \n ]}', 'invalid_request', 'messages'],
    ['with a stream that is a word', { ...HELLO, stream: 'true' }, 'invalid_request', 'stream'],
    ['with a stream that is a number', { ...HELLO, stream: 1 }, 'invalid_request', 'stream'],
    ['with a message that is a string', { model: 'auto', messages: ['hi'] }, 'invalid_request', 'messages[0]'],
    [
      'with a message without a role',
      { model: 'auto', messages: [...HELLO.messages, { content: 'x' }] },
      'invalid_request',
      'messages[1].role',
    ],
    ['with a numeric role', { model: 'auto', messages: [{ role: 1 }] }, 'invalid_request', 'messages[0].role'],
    [
      'with content that is a number',
      { model: 'auto', messages: [{ role: 'user', content: 5 }] },
      'invalid_request',
      'messages[0].content',
    ],
    [
      'with content that is an object',
      { model: 'auto', messages: [{ role: 'user', content: {} }] },
      'invalid_request',
      'messages[0].content',
    ],
    [
      'that is not UTF-8',
      Buffer.from('{"model":"auto","messages":[{"role":"user","content":"\xff"}]}', 'latin1'),
      'invalid_encoding',
    ],
  ];
  for (const [what, body, code, param] of cases) {
    test(`${what}: ${code}${param === undefined ? '' : ` at ${param}`}`, () => {
      assert.deepEqual(refusal(body), [code, param]);
    });
  }

  test('that is deeper than allowed, and not one level earlier', () => {
    const deep = { ...HELLO, metadata: { a: { b: {} } } };
    assert.deepEqual(refusal(deep, 3), ['too_deep', undefined]);
    assert.equal(read(deep, openaiChat, 4).model, 'auto');
  });

  test('for the same reasons when the dialect is Anthropic', () => {
    assert.throws(() => read({ model: 'auto' }, anthropicMessages), { code: 'invalid_request', param: 'messages' });
    assert.throws(() => read('{', anthropicMessages), { code: 'invalid_json' });
  });
});

describe('a body is taken', () => {
  test('with content that is null, missing, a string or a list', () => {
    const messages = [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'user', content: [{ type: 'text', text: 'x' }] },
      { role: 'user', content: 'y' },
    ];
    assert.equal(openai({ messages }).messageCount, 3);
  });

  test('with every false or missing kind of stream', () => {
    assert.deepEqual(
      [{}, { stream: false }, { stream: null }, { stream: true }].map((fields) => openai(fields).stream),
      [false, false, false, true],
    );
  });

  test('with a model name in escapes, which is read as what it means', () => {
    assert.equal(read('{"model":"a\\u0062\\"c","messages":[{"role":"user"}]}').model, 'ab"c');
  });

  test('with the exact bytes kept and counted', () => {
    const body = Buffer.from(' { "model" : "auto",\r\n"messages":[{"role":"user","content":"é"}] , "x": 1.0 }\n');
    const inbound = read(body);
    assert.equal(inbound.body, body);
    assert.equal(inbound.bytes, body.length);
  });
});

describe('nothing is decoded before it is asked for', () => {
  function counting(): { dialect: Dialect; decoded: () => number } {
    let count = 0;
    const decodeRequest: Dialect['decodeRequest'] = (source) => {
      count++;
      return openaiChat.decodeRequest(source);
    };
    return { dialect: { ...openaiChat, decodeRequest }, decoded: () => count };
  }

  test('model, stream, bytes, metadata, limits and choices come from the positions alone', () => {
    const { dialect, decoded } = counting();
    const inbound = read({ ...HELLO, metadata: { task: 't' }, max_tokens: 3, n: 2 }, dialect);
    const read_ = [inbound.model, inbound.stream, inbound.metadata.task, inbound.maxOutputTokens, inbound.choices];
    assert.deepEqual(read_, ['auto', false, 't', 3, 2]);
    assert.deepEqual([inbound.includeUsage, inbound.hasTools], [false, false]);
    assert.equal(decoded(), 0);
  });

  test('and then decoded once for all', () => {
    const { dialect, decoded } = counting();
    const inbound = read(HELLO, dialect);
    assert.equal(inbound.text, 'Hello');
    assert.equal(inbound.text, 'Hello');
    assert.equal(inbound.neutral, inbound.neutral);
    assert.deepEqual([inbound.messageCount, inbound.imageCount, inbound.hasSchema], [1, 0, false]);
    assert.equal(decoded(), 1);
  });

  test('so a body that only the dialect refuses is refused when its parts are asked for', () => {
    const inbound = openai({ temperature: 'hot' });
    assert.equal(inbound.model, 'auto');
    assert.throws(() => inbound.text, { code: 'invalid_request' });
  });
});

describe('metadata', () => {
  test('has the string members, and lists of strings joined by commas', () => {
    const { metadata } = openai({ metadata: { task: 't', tags: ['a', 'b', 3], n: 5, o: {}, z: null } });
    assert.deepEqual({ ...metadata }, { task: 't', tags: 'a,b' });
  });

  test('is empty when missing or something else', () => {
    for (const fields of [{}, { metadata: null }, { metadata: 'x' }, { metadata: ['a'] }]) {
      assert.deepEqual({ ...openai(fields).metadata }, {});
    }
  });

  test('knows no names that nobody wrote', () => {
    const { metadata } = openai({});
    for (const name of ['constructor', 'toString', '__proto__']) assert.equal(metadata[name], undefined);
  });
});

describe('usage in a stream', () => {
  test('is asked for by stream_options in OpenAI', () => {
    assert.equal(openai({ stream: true }).includeUsage, false);
    assert.equal(openai({ stream: true, stream_options: null }).includeUsage, false);
    assert.equal(openai({ stream: true, stream_options: {} }).includeUsage, false);
    assert.equal(openai({ stream: true, stream_options: { include_usage: false } }).includeUsage, false);
    assert.equal(openai({ stream: true, stream_options: { include_usage: 'yes' } }).includeUsage, false);
    assert.equal(openai({ stream: true, stream_options: { include_usage: true } }).includeUsage, true);
  });

  test('always comes in Anthropic', () => {
    assert.equal(claude({ stream: true }).includeUsage, true);
  });
});

test('the number of choices is n where it is a count, else one', () => {
  assert.deepEqual(
    [{}, { n: 1 }, { n: 3 }, { n: 0 }, { n: -2 }, { n: '4' }, { n: null }].map((fields) => openai(fields).choices),
    [1, 1, 3, 1, 1, 1, 1],
  );
});

test('the bound of output tokens is the newer field, else the older one, else none', () => {
  assert.equal(openai({ max_completion_tokens: 5, max_tokens: 9 }).maxOutputTokens, 5);
  assert.equal(openai({ max_completion_tokens: null, max_tokens: 9 }).maxOutputTokens, 9);
  assert.equal(claude({ max_tokens: 7 }).maxOutputTokens, 7);
  assert.equal(openai({}).maxOutputTokens, null);
  assert.equal(openai({ max_tokens: '9' }).maxOutputTokens, null);
});

describe('what policies ask about', () => {
  const TOOL = { type: 'function', function: { name: 'find', description: 'Finds.', parameters: { type: 'object' } } };
  const PIXEL = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

  test('tools: a list that is not empty', () => {
    assert.equal(openai({ tools: [TOOL] }).hasTools, true);
    assert.equal(openai({ tools: [] }).hasTools, false);
    assert.equal(openai({ tools: null }).hasTools, false);
  });

  test('a schema: not plain JSON mode', () => {
    const schema = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };
    assert.equal(openai({ response_format: schema }).hasSchema, true);
    assert.equal(openai({ response_format: { type: 'json_object' } }).hasSchema, false);
  });

  test('images: of every message, and those inside of tool results', () => {
    const both = openai({ messages: [{ role: 'user', content: [PIXEL, { type: 'text', text: 'x' }, PIXEL] }] });
    assert.deepEqual([both.hasImages, both.imageCount], [true, 2]);
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
    const result = claude({
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'shot', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [image] }] },
      ],
    });
    assert.equal(result.imageCount, 1);
    assert.equal(openai({}).hasImages, false);
  });

  test('text: system, messages, tool calls, results and tools, one under the other', () => {
    const inbound = claude({
      system: 'Be kind.',
      tools: [{ name: 'find', description: 'Finds.', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: 'Where?' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'find', input: { q: 'x' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'There.' }] },
      ],
    });
    const lines = inbound.text.split('\n');
    assert.deepEqual(lines.slice(0, 5), ['Be kind.', 'Where?', 'find', '{"q":"x"}', 'There.']);
    assert.match(lines[5] ?? '', /"find","Finds\."/);
  });
});
