import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TierlineError } from '../call/errors.ts';
import type { JsonObject } from '../call/json.ts';
import type { NeutralMessage, NeutralPart, NeutralRequest } from './neutral.ts';
import { openaiResponses } from './openai-responses.ts';

const read = (fields: object): NeutralRequest =>
  openaiResponses.decodeRequest(Buffer.from(JSON.stringify({ model: 'm', input: 'hi', ...fields })));
const messagesOf = (input: unknown): NeutralMessage[] => read({ input }).messages;
const partsOf = (...content: JsonObject[]): NeutralPart[] =>
  (messagesOf([{ role: 'user', content }])[0] as NeutralMessage).parts;
const text = (text: string): NeutralPart => ({ type: 'text', text });

describe('reading a request to the responses API', () => {
  test('the smallest one', () => {
    assert.deepEqual(read({}), {
      origin: 'openai-responses',
      system: [],
      messages: [{ role: 'user', parts: [text('hi')] }],
      tools: [],
      n: 1,
      stream: false,
      includeUsage: true,
      unknown: {},
    });
  });

  test('settings, with nulls as absent and unknown ones kept', () => {
    const request = read({
      max_output_tokens: 55,
      temperature: 0.3,
      top_p: 0.9,
      top_logprobs: 2,
      include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
      parallel_tool_calls: false,
      reasoning: { effort: 'low', summary: 'detailed' },
      text: { verbosity: 'low', format: { type: 'json_object' } },
      user: 'u1',
      safety_identifier: 's1',
      store: false,
      stream: true,
      metadata: { k: 'v' },
      previous_response_id: null,
      service_tier: 'flex',
      stop: ['x'],
      instructions: 'Be brief.',
    });
    assert.deepEqual(
      { ...request, messages: [] },
      {
        origin: 'openai-responses',
        system: [text('Be brief.')],
        messages: [],
        tools: [],
        parallelToolCalls: false,
        maxTokens: 55,
        temperature: 0.3,
        topP: 0.9,
        n: 1,
        logprobs: { top: 2 },
        format: { type: 'json' },
        reasoning: { type: 'adaptive', effort: 'low' },
        user: 'u1',
        stream: true,
        includeUsage: true,
        unknown: {
          include: ['reasoning.encrypted_content'],
          reasoning: { summary: 'detailed' },
          text: { verbosity: 'low' },
          safety_identifier: 's1',
          store: false,
          metadata: { k: 'v' },
          service_tier: 'flex',
          stop: ['x'],
        },
      },
    );
  });

  test('reasoning: an effort, off, or shown', () => {
    const cases: [unknown, NeutralRequest['reasoning'], unknown][] = [
      [{ effort: 'high' }, { type: 'effort', effort: 'high' }, undefined],
      [{ effort: 'none' }, { type: 'off' }, undefined],
      [{ summary: 'auto' }, { type: 'adaptive' }, { summary: 'auto' }],
      [{ generate_summary: 'concise' }, { type: 'adaptive' }, { generate_summary: 'concise' }],
      [{ effort: null, summary: null }, undefined, undefined],
      [{ context: 'all_turns' }, undefined, { context: 'all_turns' }],
    ];
    for (const [reasoning, expected, left] of cases) {
      const request = read({ reasoning });
      assert.deepEqual(request.reasoning, expected, JSON.stringify(reasoning));
      assert.deepEqual(request.unknown.reasoning, left, JSON.stringify(reasoning));
    }
  });

  test('log probabilities are asked for by either field', () => {
    assert.deepEqual(read({ top_logprobs: 3 }).logprobs, { top: 3 });
    assert.deepEqual(read({ include: ['message.output_text.logprobs'] }).logprobs, { top: 0 });
    assert.equal(read({ top_logprobs: 0, include: ['x'] }).logprobs, undefined);
  });

  test('the user under the older name, or else under the newer', () => {
    assert.equal(read({ safety_identifier: 's' }).user, 's');
    assert.equal(read({ user: 'u' }).user, 'u');
  });

  test('formats, with one of an unknown kind kept', () => {
    const schema = { type: 'object' };
    const named = { type: 'json_schema', name: 'n', schema, strict: true, description: 'd' };
    assert.deepEqual(read({ text: { format: named } }).format, {
      type: 'schema',
      name: 'n',
      schema,
      strict: true,
      description: 'd',
    });
    assert.deepEqual(read({ text: { format: { type: 'text' } } }).format, { type: 'text' });
    const grammar = read({ text: { format: { type: 'grammar', syntax: 'lark' } } });
    assert.equal(grammar.format, undefined);
    assert.deepEqual(grammar.unknown, { text: { format: { type: 'grammar', syntax: 'lark' } } });
  });

  test('functions are tools, and tools of every other kind are kept whole', () => {
    const parameters = { type: 'object', properties: {} };
    const others = [
      { type: 'web_search', search_context_size: 'low' },
      { type: 'custom', name: 'patch', format: { type: 'text' } },
      { type: 'namespace', name: 'crm', description: 'd', tools: [] },
      { type: 'mcp', server_label: 's', server_url: 'https://x.test' },
    ];
    const { tools } = read({
      tools: [
        { type: 'function', name: 'f', description: 'd', parameters, strict: false, defer_loading: true },
        ...others,
      ],
    });
    assert.deepEqual(tools[0], {
      type: 'function',
      name: 'f',
      description: 'd',
      schema: parameters,
      strict: false,
      extra: { defer_loading: true },
    });
    assert.deepEqual(
      tools.slice(1),
      others.map((json) => ({ type: 'unknown', origin: 'openai-responses', json })),
    );
    assert.deepEqual(read({ tools: [{ type: 'function', name: 'f', parameters: null, strict: null }] }).tools, [
      { type: 'function', name: 'f', schema: {} },
    ]);
  });

  test('the choice of a tool, with one the neutral form has no word for kept', () => {
    assert.deepEqual(read({ tool_choice: 'auto' }).toolChoice, { type: 'auto' });
    assert.deepEqual(read({ tool_choice: 'required' }).toolChoice, { type: 'any' });
    assert.deepEqual(read({ tool_choice: { type: 'function', name: 'f' } }).toolChoice, { type: 'tool', name: 'f' });
    for (const tool_choice of [
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
      { type: 'file_search' },
      { type: 'custom', name: 'c' },
      { type: 'mcp', server_label: 's' },
    ]) {
      const request = read({ tool_choice });
      assert.equal(request.toolChoice, undefined);
      assert.deepEqual(request.unknown, { tool_choice });
    }
  });

  test('what lies at OpenAI may stand in for an input, and nothing else may', () => {
    for (const stored of [{ previous_response_id: 'resp_1' }, { conversation: 'conv_1' }, { prompt: { id: 'p' } }]) {
      const request = read({ input: undefined, ...stored });
      assert.deepEqual(request.messages, []);
      assert.deepEqual(request.unknown, stored);
    }
    assert.throws(() => read({ input: undefined }), { param: 'input' });
  });
});

describe('items of the input', () => {
  test('messages of the easy form and of the full one are the same', () => {
    const easy = messagesOf([
      { role: 'user', content: 'q' },
      { role: 'assistant', content: 'a' },
    ]);
    const full = messagesOf([
      { type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text: 'q' }] },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'a', annotations: [], logprobs: [] }],
      },
    ]);
    assert.deepEqual(easy, [
      { role: 'user', parts: [text('q')] },
      { role: 'assistant', parts: [text('a')] },
    ]);
    assert.deepEqual(full, easy);
  });

  test('words of the system before the conversation are instructions, later ones keep their place', () => {
    const { system, messages } = read({
      instructions: 'one',
      input: [
        { role: 'developer', content: 'two' },
        { role: 'system', content: 'three' },
        { role: 'user', content: 'q' },
        { role: 'developer', content: 'four' },
      ],
    });
    assert.deepEqual(
      system.map((part) => (part.type === 'text' ? part.text : part.type)),
      ['one', 'two', 'three'],
    );
    assert.deepEqual(messages.at(-1), { role: 'system', parts: [text('four')], extra: { role: 'developer' } });
    assert.equal(messages.length, 2);
  });

  test('pictures, files and sound', () => {
    const image = 'data:image/png;base64,AAAA';
    assert.deepEqual(
      partsOf(
        { type: 'input_image', image_url: image, detail: 'high' },
        { type: 'input_image', image_url: 'https://x.test/a.png' },
        { type: 'input_image', file_id: 'file_1', image_url: null },
        { type: 'input_file', file_data: 'JVBERi0=', filename: 'a.pdf' },
        { type: 'input_file', file_data: 'data:text/plain;base64,aGk=' },
        { type: 'input_file', file_url: 'https://x.test/a.pdf' },
        { type: 'input_file', file_id: 'file_2', detail: 'low' },
        { type: 'input_audio', input_audio: { data: 'UklG', format: 'mp3' } },
        { type: 'input_video', url: 'https://x.test' },
      ),
      [
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' }, detail: 'high' },
        { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } },
        { type: 'image', source: { kind: 'file', fileId: 'file_1' } },
        {
          type: 'document',
          source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' },
          filename: 'a.pdf',
        },
        { type: 'document', source: { kind: 'base64', mediaType: 'text/plain', data: 'aGk=' } },
        { type: 'document', source: { kind: 'url', url: 'https://x.test/a.pdf' } },
        { type: 'document', source: { kind: 'file', fileId: 'file_2' }, extra: { detail: 'low' } },
        { type: 'audio', data: 'UklG', format: 'mp3' },
        { type: 'unknown', origin: 'openai-responses', json: { type: 'input_video', url: 'https://x.test' } },
      ],
    );
  });

  test('marks for the cache are ours, the longer one the longer one', () => {
    const mark = (ttl: object) => ({
      type: 'input_text',
      text: 'a',
      prompt_cache_breakpoint: { mode: 'explicit', ...ttl },
    });
    assert.deepEqual(partsOf(mark({}), mark({ ttl: '30m' }), mark({ ttl: '12h' })), [
      { type: 'text', text: 'a', cache: { ttl: '5m' } },
      { type: 'text', text: 'a', cache: { ttl: '5m' } },
      { type: 'text', text: 'a', cache: { ttl: '1h' } },
    ]);
  });

  test('all that a model said in a row is one turn, and the outputs of its calls are one', () => {
    const messages = messagesOf([
      { role: 'user', content: 'q' },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'enc' },
      { type: 'message', role: 'assistant', content: 'I look.', phase: 'commentary' },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', arguments: '{"a": 1.0}', status: 'completed' },
      { type: 'function_call', call_id: 'c2', name: 'g', arguments: '', caller: { type: 'direct' }, namespace: 'crm' },
      { type: 'function_call_output', call_id: 'c2', output: 'two' },
      {
        type: 'function_call_output',
        call_id: 'c1',
        output: [
          { type: 'input_text', text: 'one' },
          { type: 'input_image', image_url: 'https://x.test/a.png' },
        ],
      },
      { role: 'user', content: 'and?' },
    ]);
    assert.deepEqual(messages, [
      { role: 'user', parts: [text('q')] },
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'hm', signature: 'enc', origin: 'openai-responses' },
          { type: 'text', text: 'I look.', extra: { phase: 'commentary' } },
          { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"a": 1.0}' },
          {
            type: 'tool_call',
            id: 'c2',
            name: 'crm__g',
            namespace: { name: 'crm', member: 'g' },
            arguments: '{}',
          },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'tool_result', callId: 'c2', name: 'crm__g', content: [text('two')], isError: false },
          {
            type: 'tool_result',
            callId: 'c1',
            name: 'f',
            content: [text('one'), { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } }],
            isError: false,
          },
        ],
      },
      { role: 'user', parts: [text('and?')] },
    ]);
  });

  test('items of every other kind are kept whole, in the turn of whoever made them', () => {
    const theirs = [
      { type: 'web_search_call', id: 'ws_1' },
      { type: 'mcp_call', id: 'mcp_1' },
      { type: 'compaction', encrypted_content: 'x' },
      { type: 'item_reference', id: 'msg_1' },
      { id: 'msg_2' },
    ];
    const ours = [
      { type: 'custom_tool_call_output', call_id: 'c', output: 'x' },
      { type: 'local_shell_call_output', id: 'c', output: 'x' },
      { type: 'mcp_approval_response', approval_request_id: 'a', approve: true },
      { type: 'function_call_output', name: 'f', output: 'x' },
    ];
    const tools = { type: 'additional_tools', role: 'developer', tools: [] };
    const unknown = (json: JsonObject) => ({ type: 'unknown', origin: 'openai-responses', json });
    assert.deepEqual(messagesOf([...theirs, ...ours, tools]), [
      { role: 'assistant', parts: theirs.map(unknown) },
      { role: 'user', parts: ours.map(unknown) },
      { role: 'system', parts: [unknown(tools)] },
    ]);
  });

  test('what is malformed is refused by name', () => {
    const cases: [unknown, string][] = [
      [7, 'input'],
      [['x'], 'input[0]'],
      [[{ role: 'robot', content: 'x' }], 'input[0].role'],
      [[{ role: 'user' }], 'input[0].content'],
      [[{ role: 'user', content: [{ text: 'x' }] }], 'input[0].content[0].type'],
      [[{ role: 'user', content: [{ type: 'input_image' }] }], 'input[0].content[0]'],
      [[{ role: 'user', content: [{ type: 'input_file' }] }], 'input[0].content[0]'],
      [[{ role: 'user', content: [{ type: 'input_audio' }] }], 'input[0].content[0].input_audio.data'],
      [[{ type: 'function_call', name: 'f' }], 'input[0].call_id'],
      [[{ type: 'function_call', call_id: 'c' }], 'input[0].name'],
      [[{ type: 'function_call_output', call_id: 'c', output: 5 }], 'input[0].output'],
      [[{ type: 7 }], 'input[0].type'],
    ];
    for (const [input, param] of cases)
      assert.throws(
        () => read({ input }),
        (error: TierlineError) => error.code === 'invalid_request' && error.param === param,
        JSON.stringify(input),
      );
    assert.throws(() => read({ tools: [{ type: 'function' }] }), { param: 'tools[0].name' });
    assert.throws(() => read({ tools: [{ name: 'f' }] }), { param: 'tools[0].type' });
    assert.throws(() => read({ tool_choice: 5 }), { param: 'tool_choice' });
    assert.throws(() => read({ text: { format: { type: 'json_schema' } } }), { param: 'text.format.name' });
    assert.throws(() => read({ max_output_tokens: 0 }), { param: 'max_output_tokens' });
  });
});
