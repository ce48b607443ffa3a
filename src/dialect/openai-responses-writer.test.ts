// Clients of other dialects whose request goes to an upstream that has the responses API only.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, EncodeTarget } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';

const HI = { role: 'user', content: 'hi' };

function write(dialect: Dialect, fields: object, more: Partial<EncodeTarget> = {}) {
  const base = dialect === anthropicMessages ? { max_tokens: 99 } : {};
  const source = Buffer.from(JSON.stringify({ model: 'auto', messages: [HI], ...base, ...fields }));
  const target = { model: 'gpt-4.1', defaultMaxTokens: 512, ...more };
  const { body, losses } = openaiResponses.encodeRequest(dialect.decodeRequest(source), target);
  return { body: JSON.parse(body) as JsonObject, losses };
}
const chat = (fields: object, more?: Partial<EncodeTarget>) => write(openaiChat, fields, more);
const messages = (fields: object, more?: Partial<EncodeTarget>) => write(anthropicMessages, fields, more);
const inputOf = (list: object[], more?: Partial<EncodeTarget>): unknown =>
  messages({ messages: list }, more).body.input;

describe('a chat completion, asked for as a response', () => {
  test('the smallest one, which is not stored', () => {
    assert.deepEqual(chat({}).body, {
      model: 'gpt-4.1',
      input: [{ type: 'message', role: 'user', content: 'hi' }],
      store: false,
    });
  });

  test('with all settings that responses have too', () => {
    const schema = { type: 'object', properties: {}, required: [], additionalProperties: false };
    const { body, losses } = chat({
      messages: [{ role: 'system', content: 'Be brief.' }, HI],
      max_completion_tokens: 55,
      temperature: 0.3,
      top_p: 0.9,
      logprobs: true,
      top_logprobs: 2,
      parallel_tool_calls: false,
      tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: schema, strict: true } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
      verbosity: 'low',
      metadata: { k: 'v' },
      prompt_cache_key: 'mine',
      service_tier: 'flex',
      user: 'u1',
      store: false,
      stream: true,
      stream_options: { include_usage: true },
    });
    assert.deepEqual(losses, []);
    assert.deepEqual(body, {
      metadata: { k: 'v' },
      prompt_cache_key: 'mine',
      model: 'gpt-4.1',
      instructions: 'Be brief.',
      input: [{ type: 'message', role: 'user', content: 'hi' }],
      tools: [{ type: 'function', name: 'f', description: 'd', parameters: schema, strict: true }],
      tool_choice: { type: 'function', name: 'f' },
      parallel_tool_calls: false,
      max_output_tokens: 55,
      temperature: 0.3,
      top_p: 0.9,
      include: ['message.output_text.logprobs'],
      top_logprobs: 2,
      text: { format: { type: 'json_schema', name: 'n', schema, strict: true }, verbosity: 'low' },
      user: 'u1',
      service_tier: 'flex',
      store: false,
      stream: true,
    });
  });

  test('what responses have nothing for is told', () => {
    const { losses } = chat({
      stop: ['x'],
      seed: 1,
      presence_penalty: 1,
      frequency_penalty: 1,
      logit_bias: { 1: 2 },
      store: true,
      messages: [{ role: 'user', content: 'hi', name: 'ann' }],
      max_tokens: 5,
    });
    assert.deepEqual(losses.sort(), [
      'frequency_penalty',
      'logit_bias',
      'max_tokens 5: sent as 16, the least there is',
      'messages[0]: name',
      'presence_penalty',
      'seed',
      'stop sequences',
      'store',
    ]);
    assert.equal(chat({ max_tokens: 5 }).body.max_output_tokens, 16);
    assert.equal(chat({ max_tokens: 16 }).body.max_output_tokens, 16);
    assert.deepEqual(chat({ stop: [], presence_penalty: 0 }).losses, []);
  });

  test('more than one choice is refused', () => {
    assert.throws(() => chat({ n: 2 }), { code: 'unsupported', param: 'n' });
  });

  test('a model that refuses sampling is asked without, and that is told', () => {
    const { body, losses } = chat({ temperature: 0, top_p: 1, logprobs: true }, { model: 'gpt-5.2' });
    assert.deepEqual(losses, ['temperature', 'logprobs']);
    assert.deepEqual([body.temperature, body.top_p, body.include], [undefined, undefined, undefined]);
    assert.equal(chat({ temperature: 0 }, { model: 'gpt-5.2', takesSampling: true }).body.temperature, 0);
  });

  test('a function is not strict unless its client says so and its schema allows it', () => {
    const strictOf = (called: object) => {
      const { body, losses } = chat({ tools: [{ type: 'function', function: { name: 'f', ...called } }] });
      return [(body.tools as JsonObject[])[0]?.strict, losses];
    };
    assert.deepEqual(strictOf({}), [false, []]);
    const free = { type: 'object', properties: { a: {} } };
    assert.deepEqual(strictOf({ strict: true, parameters: free }), [false, ['tools[0]: strict']]);
  });

  test('JSON without a schema is asked for where OpenAI looks for the word', () => {
    const { body } = chat({
      messages: [{ role: 'system', content: 'Answer in JSON.' }, HI],
      response_format: { type: 'json_object' },
    });
    assert.equal(body.instructions, undefined);
    assert.deepEqual((body.input as JsonObject[])[0], { type: 'message', role: 'system', content: 'Answer in JSON.' });
    assert.deepEqual(body.text, { format: { type: 'json_object' } });
  });

  test('the key for the cache, when the upstream takes one and the client has set none', () => {
    const target = { takesCacheKey: true, cacheKey: 'chosen' };
    assert.equal(chat({}, target).body.prompt_cache_key, 'chosen');
    assert.equal(chat({ prompt_cache_key: 'mine' }, target).body.prompt_cache_key, 'mine');
    assert.equal(chat({}, { cacheKey: 'chosen' }).body.prompt_cache_key, undefined);
  });

  test('pictures, files, and calls whose results have pictures', () => {
    const url = 'data:image/png;base64,AAAA';
    const { body } = chat({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'image_url', image_url: { url, detail: 'low' } },
            { type: 'file', file: { file_data: 'JVBERi0=' } },
            { type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } },
          ],
        },
        {
          role: 'assistant',
          content: 'b',
          tool_calls: [{ id: 'c1', function: { name: 'f', arguments: '{"x":1.0}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'done' },
      ],
    });
    assert.deepEqual(body.input, [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: url, detail: 'low' },
          { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          { type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } },
        ],
      },
      { type: 'message', role: 'assistant', content: 'b' },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"x":1.0}' },
      { type: 'function_call_output', call_id: 'c1', output: 'done' },
    ]);
  });

  test('a refusal stays one', () => {
    const { body } = chat({ messages: [HI, { role: 'assistant', content: null, refusal: 'No.' }, HI] });
    assert.deepEqual((body.input as JsonObject[])[1], {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'refusal', refusal: 'No.' }],
    });
  });
});

describe('a message of Anthropic, asked for as a response', () => {
  test('keeps the order of words and calls', () => {
    const use = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} });
    const input = inputOf([
      HI,
      { role: 'assistant', content: [{ type: 'text', text: 'a' }, use('t1'), { type: 'text', text: 'b' }, use('t2')] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', content: 'one' },
          { type: 'tool_result', tool_use_id: 't2', is_error: true, content: [{ type: 'text', text: 'broken' }] },
          { type: 'text', text: 'go on' },
        ],
      },
    ]);
    assert.deepEqual(input, [
      { type: 'message', role: 'user', content: 'hi' },
      { type: 'message', role: 'assistant', content: 'a' },
      { type: 'function_call', call_id: 't1', name: 'f', arguments: '{}' },
      { type: 'message', role: 'assistant', content: 'b' },
      { type: 'function_call', call_id: 't2', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 't1', output: 'one' },
      { type: 'function_call_output', call_id: 't2', output: 'Error: broken' },
      { type: 'message', role: 'user', content: 'go on' },
    ]);
  });

  test('a failed result with a picture, and one with nothing', () => {
    const source = { type: 'url', url: 'https://x.test/a.png' };
    const input = inputOf([
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', is_error: true, content: [{ type: 'image', source }] },
          { type: 'tool_result', tool_use_id: 'b', is_error: true },
          { type: 'tool_result', tool_use_id: 'c' },
        ],
      },
    ]);
    assert.deepEqual(
      (input as JsonObject[]).map(({ output }) => output),
      [
        [
          { type: 'input_text', text: 'Error:' },
          { type: 'input_image', image_url: 'https://x.test/a.png' },
        ],
        'Error',
        '',
      ],
    );
  });

  test('documents: text as text, an address as an address, an id of Anthropic as a loss', () => {
    const document = (source: object, more = {}) => ({ type: 'document', source, ...more });
    const { body, losses } = messages({
      messages: [
        {
          role: 'user',
          content: [
            document({ type: 'text', media_type: 'text/plain', data: 'words' }, { title: 'a.txt' }),
            document({ type: 'url', url: 'https://x.test/a.pdf' }),
            document({ type: 'file', file_id: 'f' }),
            document({ type: 'base64', media_type: 'text/csv', data: 'YSxi' }),
            { type: 'image', source: { type: 'file', file_id: 'f' } },
          ],
        },
      ],
    });
    assert.deepEqual((body.input as JsonObject[])[0]?.content, [
      { type: 'input_text', text: 'a.txt\n\nwords' },
      { type: 'input_file', file_url: 'https://x.test/a.pdf' },
      { type: 'input_text', text: 'a,b' },
    ]);
    assert.deepEqual(losses, ['messages[0]: document by file', 'messages[0]: image by file']);
  });

  test('thinking is asked for encrypted where the model has any, and shown where it was asked for', () => {
    const thinking = { type: 'adaptive' };
    const { body } = messages({ thinking, output_config: { effort: 'high' } }, { model: 'gpt-5.2' });
    assert.deepEqual(body.include, ['reasoning.encrypted_content']);
    assert.deepEqual(body.reasoning, { effort: 'high', summary: 'auto' });
    assert.equal(messages({}, { model: 'gpt-4.1' }).body.include, undefined);
    assert.equal(chat({}, { model: 'gpt-5.2' }).body.include, undefined);
  });

  test('a budget becomes an effort; off is left to the model', () => {
    const budget = (tokens: number) =>
      messages({ thinking: { type: 'enabled', budget_tokens: tokens } }, { model: 'o3' });
    assert.deepEqual(budget(2000).body.reasoning, { effort: 'low', summary: 'auto' });
    assert.deepEqual(budget(5000).losses, ['thinking budget of 5000 tokens: sent as effort medium']);
    assert.deepEqual(budget(20_000).body.reasoning, { effort: 'high', summary: 'auto' });
    const off = messages({ thinking: { type: 'disabled' } }, { model: 'o3' });
    assert.deepEqual([off.body.reasoning, off.losses], [undefined, ['thinking off: left to the default of the model']]);
    const plain = messages({ thinking: { type: 'adaptive' } }, { model: 'gpt-4.1' });
    assert.deepEqual([plain.body.reasoning, plain.losses], [undefined, ['reasoning effort']]);
  });

  test('signed thinking goes to its maker only, and nothing came of it is left out', () => {
    const sealed = { type: 'thinking', thinking: 'hm', signature: '~tierline:openai-responses:thinking:enc' };
    const own = { type: 'thinking', thinking: 'hm', signature: 'sig' };
    const turn = (...content: object[]) => [HI, { role: 'assistant', content }, HI];
    const { body, losses } = messages({ messages: turn(own, sealed, { type: 'text', text: 'a' }) });
    assert.deepEqual((body.input as JsonObject[]).slice(1, 3), [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'enc' },
      { type: 'message', role: 'assistant', content: 'a' },
    ]);
    assert.deepEqual(losses, ['messages[1]: signed thinking']);
    const alone = messages({ messages: turn({ type: 'text', text: 'a' }, sealed) });
    assert.equal(JSON.stringify(alone.body).includes('enc'), false);
    assert.deepEqual(alone.losses, ['messages[1]: thinking at the end of the turn']);
  });

  test('unsigned thinking goes to upstreams that want it', () => {
    const list = [
      HI,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'a' },
        ],
      },
    ];
    assert.deepEqual((inputOf(list, { takesReasoningHistory: true }) as JsonObject[])[1], {
      type: 'reasoning',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'hm' }],
    });
    assert.deepEqual(messages({ messages: list }).losses, ['messages[1]: thinking']);
  });

  test('instructions of pictures are a message', () => {
    const source = { type: 'url', url: 'https://x.test/a.pdf' };
    const { body } = messages({
      system: [
        { type: 'text', text: 'a' },
        { type: 'document', source },
      ],
    });
    assert.equal(body.instructions, undefined);
    assert.deepEqual((body.input as JsonObject[])[0], {
      type: 'message',
      role: 'system',
      content: [
        { type: 'input_text', text: 'a' },
        { type: 'input_file', file_url: 'https://x.test/a.pdf' },
      ],
    });
  });

  test('what only Anthropic has is told', () => {
    const { losses } = messages({
      top_k: 5,
      stop_sequences: ['x'],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      service_tier: 'other',
      container: 'c',
    });
    assert.deepEqual(losses.sort(), [
      'container',
      'service_tier',
      'stop sequences',
      'tools[0]: web_search_20250305',
      'top_k',
    ]);
  });

  test('a turn of which nothing is left is refused', () => {
    const content = [{ type: 'container_upload', file_id: 'f' }];
    assert.throws(() => inputOf([{ role: 'user', content }]), { code: 'unsupported', param: 'messages[0]' });
  });
});
