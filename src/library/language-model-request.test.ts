import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NeutralMessage, NeutralPart } from '../dialect/neutral.ts';
import { readSdkCall } from './language-model-request.ts';
import type { SdkCall } from './language-model-spec.ts';

const HELLO: SdkCall = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] };

const read = (options: Partial<SdkCall>) => readSdkCall({ ...HELLO, ...options }, { model: 'auto', stream: false });
const requestOf = (options: Partial<SdkCall>) => read(options).call.request;

/** The parts of one message and what was lost of them. */
function partsOf(role: string, ...content: unknown[]): { parts: NeutralPart[]; losses: string[] } {
  const { call, losses } = read({ prompt: [{ role, content }] });
  return { parts: call.request.messages[0]?.parts ?? [], losses };
}

const kept = (role: string, ...content: unknown[]): NeutralPart[] => {
  const { parts, losses } = partsOf(role, ...content);
  assert.deepEqual(losses, []);
  return parts;
};

describe('settings', () => {
  test('of the call keep their values', () => {
    const request = requestOf({
      maxOutputTokens: 9,
      temperature: 0.5,
      topP: 0.9,
      topK: 4,
      stopSequences: ['x'],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
    });
    const { maxTokens, temperature, topP, topK, stop, seed, presencePenalty, frequencyPenalty } = request;
    assert.deepEqual(
      { maxTokens, temperature, topP, topK, stop, seed, presencePenalty, frequencyPenalty },
      {
        maxTokens: 9,
        temperature: 0.5,
        topP: 0.9,
        topK: 4,
        stop: ['x'],
        seed: 7,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
      },
    );
  });

  test('that are not given are not there', () => {
    assert.deepEqual(requestOf({ temperature: undefined }), {
      origin: 'neutral',
      system: [],
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
      tools: [],
      n: 1,
      stream: false,
      includeUsage: true,
      unknown: {},
    });
  });

  test('of a stream and the model name are the caller’s', () => {
    const { call } = readSdkCall(HELLO, { model: 'auto/x', stream: true });
    assert.deepEqual([call.model, call.request.stream], ['auto/x', true]);
  });

  test('headers and signal go with the caller', () => {
    const { signal } = new AbortController();
    const { caller } = read({ headers: { 'x-session-id': 's', none: undefined }, abortSignal: signal });
    assert.deepEqual(caller, { headers: { 'x-session-id': 's', none: undefined }, signal });
  });
});

describe('an output format', () => {
  test('is text, any JSON, or a schema with a name', () => {
    const schema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' };
    assert.equal(requestOf({ responseFormat: { type: 'text' } }).format, undefined);
    assert.deepEqual(requestOf({ responseFormat: { type: 'json' } }).format, { type: 'json' });
    assert.deepEqual(requestOf({ responseFormat: { type: 'json', schema } }).format, {
      type: 'schema',
      name: 'response',
      schema: { type: 'object' },
    });
    assert.deepEqual(requestOf({ responseFormat: { type: 'json', schema, name: 'n', description: 'd' } }).format, {
      type: 'schema',
      name: 'n',
      description: 'd',
      schema: { type: 'object' },
    });
    assert.ok('$schema' in schema, 'the caller’s own stays as it is');
  });
});

describe('tools', () => {
  test('keep name, schema, strictness and cache mark', () => {
    const tool = {
      type: 'function',
      name: 't',
      description: 'd',
      inputSchema: { type: 'object' },
      strict: true,
      providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } },
    };
    assert.deepEqual(requestOf({ tools: [tool] }).tools, [
      { type: 'function', name: 't', description: 'd', schema: { type: 'object' }, strict: true, cache: { ttl: '1h' } },
    ]);
  });

  test('that run at one provider, and examples, are told as lost', () => {
    const hosted = { type: 'provider', id: 'anthropic.web_search_20250305', name: 'web_search', args: {} };
    const own = {
      type: 'function',
      name: 't',
      inputSchema: {},
      inputExamples: [{ input: {} }],
      providerOptions: { anthropic: { deferLoading: true } },
    };
    const { call, losses } = read({ tools: [hosted, own] });
    assert.equal(call.request.tools.length, 1);
    assert.deepEqual(losses, [
      'tools[0]: anthropic.web_search_20250305',
      'tools[1]: inputExamples',
      'tools[1]: providerOptions.anthropic.deferLoading',
    ]);
  });

  test('may be left, forbidden, demanded or named', () => {
    const choose = (type: string, toolName?: string) =>
      requestOf({ toolChoice: { type, ...(toolName === undefined ? {} : { toolName }) } }).toolChoice;
    assert.deepEqual(choose('auto'), { type: 'auto' });
    assert.deepEqual(choose('none'), { type: 'none' });
    assert.deepEqual(choose('required'), { type: 'any' });
    assert.deepEqual(choose('tool', 't'), { type: 'tool', name: 't' });
    assert.equal(requestOf({}).toolChoice, undefined);
  });
});

describe('a prompt', () => {
  const text = (role: string, words: string) => ({ role, content: [{ type: 'text', text: words }] });

  test('begins with its instructions; later ones keep their place', () => {
    const { system, messages } = requestOf({
      prompt: [
        { role: 'system', content: 'a' },
        { role: 'system', content: 'b' },
        text('user', 'c'),
        { role: 'system', content: 'd' },
      ],
    });
    assert.deepEqual(system, [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['user', 'system'],
    );
  });

  test('has marks for the cache on parts, messages and results', () => {
    const mark = (ttl?: string) => ({ anthropic: { cacheControl: { type: 'ephemeral', ttl } } });
    const { messages, system } = requestOf({
      prompt: [
        { role: 'system', content: 'a', providerOptions: mark('1h') },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'b', providerOptions: mark() },
            { type: 'text', text: 'c' },
          ],
          providerOptions: mark(),
        },
        {
          role: 'tool',
          content: [
            { type: 'tool-result', toolCallId: 'x', output: { type: 'text', value: 'd', providerOptions: mark('1h') } },
          ],
        },
      ],
    });
    const marks = [system, ...messages.map(({ parts }) => parts)]
      .flat()
      .map((part) => 'cache' in part && part.cache?.ttl);
    assert.deepEqual(marks, ['1h', '5m', '5m', '1h']);
  });

  test('loses empty texts and empty messages without a word', () => {
    const { call, losses } = read({ prompt: [text('user', ''), text('user', 'a')] });
    assert.equal(call.request.messages.length, 1);
    assert.deepEqual(losses, []);
  });
});

describe('a file', () => {
  const file = (data: unknown, mediaType: string, more: object = {}) => ({ type: 'file', data, mediaType, ...more });
  const bytes = new Uint8Array([1, 2, 3]);

  test('in the words of v3: bytes, base64 or an address', () => {
    assert.deepEqual(
      kept(
        'user',
        file(bytes, 'image/png'),
        file('AQID', 'image/*'),
        file(new URL('https://x.test/a.png'), 'image/*'),
        file(new URL('data:image/gif;base64,AQID'), 'image/*'),
      ),
      [
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AQID' } },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/jpeg', data: 'AQID' } },
        { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/gif', data: 'AQID' } },
      ],
    );
  });

  test('in the words of v4: a tagged union of them, and text', () => {
    assert.deepEqual(
      kept(
        'user',
        file({ type: 'data', data: bytes }, 'image'),
        file({ type: 'url', url: new URL('https://x.test/a.pdf') }, 'application/pdf', { filename: 'a.pdf' }),
        file({ type: 'text', text: 'words' }, 'text/plain', { filename: 'a.txt' }),
      ),
      [
        { type: 'image', source: { kind: 'base64', mediaType: 'image/jpeg', data: 'AQID' } },
        {
          type: 'document',
          source: { kind: 'url', url: 'https://x.test/a.pdf', mediaType: 'application/pdf' },
          filename: 'a.pdf',
        },
        { type: 'document', source: { kind: 'text', text: 'words' }, filename: 'a.txt' },
      ],
    );
  });

  test('of sound has the format OpenAI calls it by', () => {
    assert.deepEqual(kept('user', file('AQID', 'audio/mpeg'), file('AQID', 'audio/wav')), [
      { type: 'audio', data: 'AQID', format: 'mp3' },
      { type: 'audio', data: 'AQID', format: 'wav' },
    ]);
  });

  test('keeps its level of detail', () => {
    const [part] = kept('user', file('AQID', 'image/png', { providerOptions: { openai: { imageDetail: 'low' } } }));
    assert.equal(part?.type === 'image' && part.detail, 'low');
  });

  test('that one provider keeps, or that is nothing, is told as lost', () => {
    const kinds = [
      file({ type: 'reference', reference: { openai: 'file-1' } }, 'image/png'),
      file(null, 'a/b'),
      file(new URL('https://x.test/a.wav'), 'audio/wav'),
    ];
    for (const one of kinds) {
      const { parts, losses } = partsOf('user', one, { type: 'text', text: 'a' });
      assert.deepEqual([parts.length, losses], [1, [`prompt[0]: file (${one.mediaType})`]]);
    }
  });
});

describe('an answer in the history', () => {
  test('keeps its calls and their input as it was written', () => {
    assert.deepEqual(
      kept(
        'assistant',
        { type: 'text', text: 'Let me look.' },
        { type: 'tool-call', toolCallId: 'c1', toolName: 't', input: { a: [1, null] } },
        { type: 'tool-call', toolCallId: 'c2', toolName: 't', input: '{"broken' },
        { type: 'tool-call', toolCallId: 'c3', toolName: 't', input: undefined },
      ),
      [
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_call', id: 'c1', name: 't', arguments: '{"a":[1,null]}' },
        { type: 'tool_call', id: 'c2', name: 't', arguments: '{"broken' },
        { type: 'tool_call', id: 'c3', name: 't', arguments: '{}' },
      ],
    );
  });

  test('brings thoughts back to who signed them', () => {
    const thought = (providerOptions: object, text = 'hm') => ({ type: 'reasoning', text, providerOptions });
    assert.deepEqual(
      kept(
        'assistant',
        thought({ tierline: { origin: 'gemini', signature: 's' } }),
        thought({ anthropic: { signature: 's' } }),
        thought({ anthropic: { redactedData: 'd' } }, ''),
        thought({ tierline: { origin: 'anthropic-messages', redactedData: 'd' } }, ''),
        thought({ tierline: { origin: 'nobody', signature: 's' } }),
        { type: 'reasoning', text: 'plain' },
      ),
      [
        { type: 'thinking', text: 'hm', signature: 's', origin: 'gemini' },
        { type: 'thinking', text: 'hm', signature: 's', origin: 'anthropic-messages' },
        { type: 'redacted_thinking', data: 'd', origin: 'anthropic-messages' },
        { type: 'redacted_thinking', data: 'd', origin: 'anthropic-messages' },
        { type: 'thinking', text: 'hm', signature: 's', origin: 'neutral' },
        { type: 'thinking', text: 'plain', origin: 'neutral' },
      ],
    );
  });

  test('of another model loses what only that one can read, but for marks that ask for nothing', () => {
    const { parts, losses } = partsOf(
      'assistant',
      { type: 'text', text: 'a', providerOptions: { openai: { itemId: 'i' } } },
      { type: 'tool-call', toolCallId: 'c', toolName: 'web_search', input: {}, providerExecuted: true },
      { type: 'custom', kind: 'openai.thing' },
      { type: 'text', text: 'b', providerOptions: { anthropic: { citations: { enabled: true } } } },
    );
    assert.equal(parts.length, 2);
    assert.deepEqual(losses, [
      'prompt[0]: tool call that its provider ran',
      'prompt[0]: custom',
      'prompt[0]: providerOptions.anthropic.citations',
    ]);
  });
});

describe('a tool result', () => {
  const result = (output: object): NeutralMessage['parts'] =>
    kept('tool', { type: 'tool-result', toolCallId: 'c', toolName: 't', output });
  const told = (parts: NeutralPart[]) =>
    parts.map((part) =>
      part.type === 'tool_result'
        ? [part.isError, part.content.map((item) => ('text' in item ? item.text : item.type))]
        : [],
    );

  test('is text, JSON, an error, or a refusal to run', () => {
    assert.deepEqual(result({ type: 'text', value: 'a' }), [
      { type: 'tool_result', callId: 'c', name: 't', content: [{ type: 'text', text: 'a' }], isError: false },
    ]);
    assert.deepEqual(told(result({ type: 'json', value: { a: 1 } })), [[false, ['{"a":1}']]]);
    assert.deepEqual(told(result({ type: 'error-text', value: 'e' })), [[true, ['e']]]);
    assert.deepEqual(told(result({ type: 'error-json', value: null })), [[true, ['null']]]);
    assert.deepEqual(told(result({ type: 'execution-denied', reason: 'no' })), [[true, ['no']]]);
    assert.deepEqual(told(result({ type: 'execution-denied' })), [[true, ['The tool was not allowed to run.']]]);
  });

  test('holds files in the words of either version', () => {
    const value = [
      { type: 'text', text: 'a' },
      { type: 'image-data', data: 'AQID', mediaType: 'image/png' },
      { type: 'file-data', data: 'AQID', mediaType: 'application/pdf' },
      { type: 'image-url', url: 'https://x.test/a' },
      { type: 'file-url', url: 'https://x.test/a.pdf' },
      { type: 'file', data: { type: 'data', data: 'AQID' }, mediaType: 'image/png' },
    ];
    assert.deepEqual(told(result({ type: 'content', value })), [
      [false, ['a', 'image', 'document', 'image', 'document', 'image']],
    ]);
  });

  test('loses what has no place in it', () => {
    const value = [{ type: 'image-file-id', fileId: 'f' }, { type: 'custom' }, { type: 'file-url', url: 'no address' }];
    const { losses } = partsOf('tool', { type: 'tool-result', toolCallId: 'c', output: { type: 'content', value } });
    assert.deepEqual(losses, [
      'prompt[0]: tool result part image-file-id',
      'prompt[0]: tool result part custom',
      'prompt[0]: file (application/pdf)',
    ]);
  });
});
