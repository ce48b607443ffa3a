import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, EncodeTarget } from './dialect.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';

const ARGS = '{ "z":12345678901234567890,\n"a":1.0 }';
const OLD: EncodeTarget = { model: 'gemini-2.5-flash', defaultMaxTokens: 4096 };
const NEW: EncodeTarget = { model: 'gemini-3-flash-preview', defaultMaxTokens: 4096 };

interface GeminiBody {
  contents: { role?: string; parts: Record<string, { id?: string }>[] }[];
  generationConfig?: { thinkingConfig?: object };
  toolConfig?: object;
  tools?: object[];
}

interface Written {
  text: string;
  body: GeminiBody;
  losses: string[];
}

function cross(from: Dialect, request: object, target = OLD): Written {
  const neutral = from.decodeRequest(Buffer.from(typeof request === 'string' ? request : JSON.stringify(request)));
  const { body, losses } = gemini.encodeRequest(neutral, target);
  return { text: body, body: JSON.parse(body), losses };
}

const chat = (request: object, target = OLD): Written =>
  cross(openaiChat, { model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...request }, target);
const claude = (request: object, target = OLD): Written =>
  cross(
    anthropicMessages,
    { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], ...request },
    target,
  );

const USER = { role: 'user', parts: [{ text: 'Hi' }] };
const PNG = 'iVBORw0KGgo=';

describe('a conversation for Gemini', () => {
  test('instructions apart, user and model in turns, no loss', () => {
    const messages = [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'A' },
      { role: 'user', content: 'B' },
    ];
    const { body, losses } = chat({ messages });
    assert.deepEqual(body, {
      systemInstruction: { parts: [{ text: 'Be short.' }] },
      contents: [
        USER,
        { role: 'model', parts: [{ text: 'Hello.' }] },
        { role: 'user', parts: [{ text: 'A' }, { text: 'B' }] },
      ],
    });
    assert.deepEqual(losses, []);
  });

  test('instructions alone become the user turn', () => {
    const { body, losses } = chat({ messages: [{ role: 'system', content: 'Go.' }] });
    assert.deepEqual(body, { contents: [{ role: 'user', parts: [{ text: 'Go.' }] }] });
    assert.equal(losses.length, 1);
  });

  test('an instruction in mid-conversation keeps its place as marked text', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'system', content: 'Now in French.' },
    ];
    const { body, losses } = chat({ messages });
    assert.deepEqual(body.contents, [
      { role: 'user', parts: [{ text: 'Hi' }, { text: '<system>\nNow in French.\n</system>' }] },
    ]);
    assert.deepEqual(losses, ['messages[1]: instruction in mid-conversation, sent as marked user text']);
  });

  test('images, documents, sound and addresses', () => {
    const content = [
      { type: 'text', text: 'Look' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.webp?x=1', detail: 'high' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'file', file: { filename: 'a.txt', file_data: 'data:text/plain;base64,aGk=' } },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
    ];
    const { body, losses } = chat({ messages: [{ role: 'user', content }] });
    assert.deepEqual(body.contents[0], {
      role: 'user',
      parts: [
        { text: 'Look' },
        { inlineData: { mimeType: 'image/png', data: PNG } },
        { fileData: { mimeType: 'image/webp', fileUri: 'https://example.com/a.webp?x=1' } },
        { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
        { text: 'a.txt\n\nhi' },
        { inlineData: { mimeType: 'audio/mp3', data: 'AAAA' } },
      ],
    });
    assert.deepEqual(losses, ['messages[0]: image detail', 'messages[0]: file name']);
  });

  test('a turn of which nothing is left is refused, not sent empty', () => {
    const messages = [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }];
    assert.throws(
      () => chat({ messages }),
      (error: TierlineError) => error.code === 'unsupported' && error.param === 'messages[0]',
    );
  });

  test('thinking that others signed stays behind, and is told', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'EqQB' },
          { type: 'redacted_thinking', data: 'xx' },
          { type: 'text', text: 'Yes' },
        ],
      },
      { role: 'user', content: 'Go' },
    ];
    const { text, body, losses } = claude({ messages });
    assert.deepEqual(body.contents[1], { role: 'model', parts: [{ text: 'Yes' }] });
    assert.deepEqual(losses, ['messages[1]: signed thinking', 'messages[1]: redacted thinking']);
    assert.ok(!text.includes('EqQB'));
  });
});

describe('tool loops for Gemini', () => {
  const called = (...names: string[]) =>
    names.map((name, index) => ({ id: `c${index}`, type: 'function', function: { name, arguments: ARGS } }));
  const loop = {
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: called('f', 'g') },
      { role: 'tool', tool_call_id: 'c1', content: '{"n": 12345678901234567890}' },
      { role: 'tool', tool_call_id: 'c0', content: 'sunny' },
    ],
  };

  test('arguments and object results go byte for byte; results have names and stand in the order of the calls', () => {
    const { text, losses } = chat(loop);
    assert.ok(
      text.includes(
        `{"role":"model","parts":[{"functionCall":{"name":"f","args":${ARGS}}},{"functionCall":{"name":"g","args":${ARGS}}}]}` +
          ',{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"sunny"}}},' +
          '{"functionResponse":{"name":"g","response":{"n": 12345678901234567890}}}]}',
      ),
      text,
    );
    assert.deepEqual(losses, []);
  });

  test('from Gemini 3 on calls have ids and the signature for calls made elsewhere', () => {
    const { body } = chat(loop, NEW);
    const { contents } = body;
    const calls = contents[1]?.parts ?? [];
    assert.deepEqual(
      calls.map((part) => [part.functionCall?.id, part.thoughtSignature]),
      [
        ['c0', 'skip_thought_signature_validator'],
        ['c1', 'skip_thought_signature_validator'],
      ],
    );
    assert.deepEqual(
      contents[2]?.parts.map((part) => part.functionResponse?.id),
      ['c0', 'c1'],
    );
  });

  test('a result that only looks like words under a key of Gemini is words', () => {
    const messages = [...loop.messages.slice(0, 3), { role: 'tool', tool_call_id: 'c0', content: '{"error":"no"}' }];
    const { text } = chat({ messages });
    assert.ok(text.includes('"response":{"output":"{\\"error\\":\\"no\\"}"}'), text);
  });

  test('errors and pictures in results', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
    const messages = [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'shot', input: {} },
          { type: 'tool_use', id: 'b', name: 'fail', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'b', content: 'broken', is_error: true },
          { type: 'tool_result', tool_use_id: 'a', content: [image] },
          { type: 'text', text: 'And?' },
        ],
      },
    ];
    const media = { inlineData: { mimeType: 'image/png', data: PNG } };
    assert.deepEqual(claude({ messages }).body.contents[2], {
      role: 'user',
      parts: [
        { functionResponse: { name: 'shot', response: { output: 'The result is attached to this message.' } } },
        { functionResponse: { name: 'fail', response: { error: 'broken' } } },
        { text: 'Attached to the result of shot:' },
        media,
        { text: 'And?' },
      ],
    });
    assert.deepEqual(claude({ messages }, NEW).body.contents[2], {
      role: 'user',
      parts: [
        { functionResponse: { id: 'a', name: 'shot', response: { output: '' }, parts: [media] } },
        { functionResponse: { id: 'b', name: 'fail', response: { error: 'broken' } } },
        { text: 'And?' },
      ],
    });
  });

  test('arguments that are no object are wrapped, and a result without its call is told', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '[1' } }] },
      { role: 'tool', tool_call_id: 'y', content: 'r' },
    ];
    const { body, losses } = chat({ messages });
    assert.deepEqual(body.contents[1]?.parts, [{ functionCall: { name: 'f', args: { raw_arguments: '[1' } } }]);
    assert.equal(losses.length, 2);
  });

  test('tools keep their whole JSON schema; one without parameters has none', () => {
    const schema = { $schema: 'x', type: 'object', properties: { a: { const: 1 } }, additionalProperties: false };
    const tools = [
      { type: 'function', function: { name: 'f', description: 'does f', parameters: schema } },
      { type: 'function', function: { name: 'g', parameters: { type: 'object', properties: {} } } },
      { type: 'custom', custom: { name: 'h' } },
    ];
    const { body, losses } = chat({ tools, parallel_tool_calls: false });
    assert.deepEqual(body.tools, [
      { functionDeclarations: [{ name: 'f', description: 'does f', parametersJsonSchema: schema }, { name: 'g' }] },
    ]);
    assert.deepEqual(losses, ['tools[2]: custom', 'parallel_tool_calls']);
  });

  const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }];
  const strict = [{ type: 'function', function: { name: 'f', parameters: {}, strict: true } }];
  const choices: [string, object, object | undefined][] = [
    ['nothing said', { tools }, undefined],
    ['auto', { tools, tool_choice: 'auto' }, { mode: 'AUTO' }],
    ['none', { tools, tool_choice: 'none' }, { mode: 'NONE' }],
    ['required', { tools, tool_choice: 'required' }, { mode: 'ANY' }],
    [
      'one of them',
      { tools, tool_choice: { type: 'function', function: { name: 'f' } } },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    ['strict tools', { tools: strict }, { mode: 'VALIDATED' }],
    ['a choice without tools', { tool_choice: 'required' }, undefined],
  ];
  for (const [name, request, expected] of choices) {
    test(`tool choice: ${name}`, () => {
      const { toolConfig } = chat(request).body;
      assert.deepEqual(toolConfig, expected === undefined ? undefined : { functionCallingConfig: expected });
    });
  }
});

describe('settings for Gemini', () => {
  test('every setting it has a word for', () => {
    const { body, losses } = chat({
      max_completion_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      n: 2,
      stop: ['a', 'b'],
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      logprobs: true,
      top_logprobs: 3,
      service_tier: 'flex',
      stream: true,
    });
    assert.deepEqual(body, {
      contents: [USER],
      generationConfig: {
        maxOutputTokens: 100,
        candidateCount: 2,
        stopSequences: ['a', 'b'],
        temperature: 0.5,
        topP: 0.9,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        responseLogprobs: true,
        logprobs: 3,
        seed: 7,
      },
      serviceTier: 'flex',
    });
    assert.deepEqual(losses, []);
  });

  test('what it has no word for is told', () => {
    const { body, losses } = chat({
      user: 'u',
      store: true,
      seed: 2 ** 40,
      logit_bias: { 1: 2 },
      stop: ['1', '2', '3', '4', '5', '6'],
    });
    assert.deepEqual(body.generationConfig, { stopSequences: ['1', '2', '3', '4', '5'] });
    assert.deepEqual(losses.sort(), [
      'logit_bias',
      'seed: larger than 32 bits',
      'stop sequences after the 5th',
      'store',
      'user',
    ]);
  });

  test('a model that refuses sampling gets none of it', () => {
    const { body, losses } = chat({ temperature: 0, top_p: 0.5, seed: 1 }, { ...OLD, takesSampling: false });
    assert.deepEqual(body.generationConfig, { seed: 1 });
    assert.deepEqual(losses, ['temperature', 'topP']);
  });

  test('output formats', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: 'x' } }, additionalProperties: false };
    const json_schema = { name: 'n', schema, strict: true };
    const asked = chat({ response_format: { type: 'json_schema', json_schema } });
    assert.deepEqual(asked.body.generationConfig, {
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    });
    assert.deepEqual(asked.losses, ['output format: pattern']);
    const free = chat({ response_format: { type: 'json_object' } });
    assert.deepEqual(free.body.generationConfig, { responseMimeType: 'application/json' });
    assert.equal(chat({ response_format: { type: 'text' } }).body.generationConfig, undefined);
  });

  type Row = [string, 'chat' | 'claude', object, object | undefined, string?];
  const budget = (tokens: number) => ({ max_tokens: 99_000, thinking: { type: 'enabled', budget_tokens: tokens } });
  const thinking: Row[] = [
    ['gemini-2.5-flash', 'claude', budget(2000), { thinkingBudget: 2000, includeThoughts: true }],
    ['gemini-2.5-flash', 'claude', budget(50_000), { thinkingBudget: 24_576, includeThoughts: true }, 'sent as 24576'],
    ['gemini-2.5-pro', 'claude', budget(50_000), { thinkingBudget: 32_768, includeThoughts: true }, 'sent as 32768'],
    ['gemini-2.5-flash', 'chat', { reasoning_effort: 'low' }, { thinkingBudget: 1024 }],
    ['gemini-2.5-flash', 'chat', { reasoning_effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', 'chat', { reasoning_effort: 'none' }, { thinkingBudget: 128 }, 'reasoning off'],
    ['gemini-2.0-flash', 'chat', { reasoning_effort: 'low' }, undefined, 'reasoning effort'],
    ['gemini-2.0-flash', 'chat', { reasoning_effort: 'none' }, undefined],
    ['gemini-3-pro', 'chat', { reasoning_effort: 'medium' }, { thinkingLevel: 'MEDIUM' }],
    ['gemini-3-pro', 'chat', { reasoning_effort: 'none' }, { thinkingLevel: 'LOW' }, 'reasoning off'],
    ['gemini-3-flash', 'chat', { reasoning_effort: 'xhigh' }, { thinkingLevel: 'HIGH' }, 'sent as level HIGH'],
    ['gemini-flash-latest', 'claude', budget(9000), { thinkingLevel: 'MEDIUM', includeThoughts: true }, '9000 tokens'],
    ['gemma-3-27b-it', 'chat', { reasoning_effort: 'high' }, undefined, 'reasoning effort'],
  ];
  for (const [model, from, request, expected, loss] of thinking) {
    test(`thinking for ${model}: ${JSON.stringify(request)}`, () => {
      const { body, losses } = (from === 'chat' ? chat : claude)(request, { ...OLD, model });
      assert.deepEqual(body.generationConfig?.thinkingConfig, expected);
      if (loss === undefined) assert.deepEqual(losses, []);
      else assert.ok(losses.length === 1 && losses[0]?.includes(loss), losses.join());
    });
  }
});

describe('a request of a Gemini client', () => {
  const full = {
    systemInstruction: { parts: [{ text: 'Be short.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Hi' }, { inlineData: { mimeType: 'image/png', data: PNG } }] },
      {
        role: 'model',
        parts: [
          { text: 'hm', thought: true, thoughtSignature: 'sig0' },
          { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'sig1' },
          { functionCall: { name: 'f', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'f', response: { output: 'one' } } },
          { functionResponse: { name: 'f', response: { deep: [1] } } },
          { fileData: { mimeType: 'video/mp4', fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x' } },
        ],
      },
    ],
    tools: [
      { functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object', properties: { a: {} } } }] },
      { googleSearch: {} },
    ],
    toolConfig: {
      functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] },
      retrievalConfig: { languageCode: 'de' },
    },
    generationConfig: {
      maxOutputTokens: 5,
      candidateCount: 2,
      stopSequences: ['x'],
      temperature: 0.2,
      topK: 4,
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object' },
      thinkingConfig: { thinkingBudget: 512, includeThoughts: true },
      speechConfig: { languageCode: 'en-US' },
    },
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    cachedContent: 'cachedContents/1',
  };

  test('comes out of the hub as it went in, ids and signatures included, and nothing is lost', () => {
    for (const target of [OLD, NEW]) {
      const { body, losses } = cross(gemini, full, target);
      assert.deepEqual(body, full);
      assert.deepEqual(losses, []);
    }
  });

  test('a choice of several functions is kept for Gemini, and is any function for others', () => {
    const functionCallingConfig = { mode: 'ANY', allowedFunctionNames: ['f', 'g'] };
    const tools = [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }, { name: 'h' }] }];
    const several = { contents: full.contents, tools, toolConfig: { functionCallingConfig } };
    const own = cross(gemini, several, NEW);
    assert.deepEqual([own.body.toolConfig, own.losses], [several.toolConfig, []]);
    const { body, losses } = openaiChat.encodeRequest(gemini.decodeRequest(Buffer.from(JSON.stringify(several))), NEW);
    assert.equal((JSON.parse(body) as { tool_choice?: unknown }).tool_choice, 'required');
    assert.ok(losses.includes('toolConfig.functionCallingConfig'), losses.join('; '));
  });

  test('calls without ids meet their results by name and order', () => {
    const neutral = gemini.decodeRequest(Buffer.from(JSON.stringify(full)));
    const ids = neutral.messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === 'tool_call' ? part.id : part.type === 'tool_result' ? part.callId : [])),
    );
    assert.deepEqual(ids, ['call_gemini_0', 'call_gemini_1', 'call_gemini_0', 'call_gemini_1']);
  });

  test('ids of its own are kept', () => {
    const contents = [
      { role: 'model', parts: [{ functionCall: { id: 'z9', name: 'f', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { id: 'z9', name: 'f', response: { ok: true } } }] },
    ];
    assert.deepEqual(cross(gemini, { contents }, NEW).body.contents, contents);
  });

  test('arguments and results keep their bytes', () => {
    const source = `{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":${ARGS}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":${ARGS}}}]}]}`;
    assert.equal(cross(gemini, source as never).text, source);
  });

  test('snake case, OpenAPI schemas and single contents are understood', () => {
    const neutral = gemini.decodeRequest(
      Buffer.from(
        JSON.stringify({
          system_instruction: { parts: { text: 'S' } },
          contents: { parts: [{ inline_data: { mime_type: 'application/pdf', data: 'x' } }] },
          tools: [
            {
              function_declarations: [
                { name: 'f', parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } } },
              ],
            },
          ],
          tool_config: { function_calling_config: { mode: 'NONE' } },
          generation_config: {
            max_output_tokens: 3,
            response_mime_type: 'application/json',
            response_schema: { type: 'STRING' },
          },
        }),
      ),
    );
    assert.deepEqual(neutral.system, [{ type: 'text', text: 'S' }]);
    assert.deepEqual(neutral.messages[0]?.parts[0], {
      type: 'document',
      source: { kind: 'base64', mediaType: 'application/pdf', data: 'x' },
    });
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    assert.deepEqual(neutral.tools, [{ type: 'function', name: 'f', schema }]);
    assert.deepEqual(neutral.toolChoice, { type: 'none' });
    assert.equal(neutral.maxTokens, 3);
    assert.deepEqual(neutral.format, { type: 'schema', name: 'response', schema: { type: 'string' } });
    assert.deepEqual(neutral.unknown, {});
  });

  test('for another provider, what only Gemini has is told and its signatures stay behind', () => {
    const neutral = gemini.decodeRequest(Buffer.from(JSON.stringify(full)));
    const { body, losses } = openaiChat.encodeRequest(neutral, { model: 'gpt-x', defaultMaxTokens: 1 });
    assert.ok(!/sig[01]/.test(body));
    assert.deepEqual(JSON.parse(body).messages.slice(-2), [
      { role: 'tool', tool_call_id: 'call_gemini_0', content: 'one' },
      { role: 'tool', tool_call_id: 'call_gemini_1', content: '{"deep":[1]}' },
    ]);
    for (const word of ['safetySettings', 'cachedContent', 'signed thinking'])
      assert.ok(
        losses.some((line) => line.includes(word)),
        word,
      );
  });

  const wrong: [string, object, string][] = [
    ['no contents', {}, 'contents'],
    ['an empty list', { contents: [] }, 'contents'],
    ['an unknown role', { contents: [{ role: 'tool', parts: [] }] }, 'contents[0].role'],
    ['a part that is no object', { contents: [{ parts: [{ text: 'a' }, 5] }] }, 'contents[0].parts[1]'],
    [
      'a call without a name',
      { contents: [{ parts: [{ functionCall: {} }] }] },
      'contents[0].parts[0].functionCall.name',
    ],
    ['a wrong number', { contents: [USER], generationConfig: { temperature: 'hot' } }, 'temperature'],
  ];
  for (const [name, request, param] of wrong) {
    test(`${name} is refused, naming ${param}`, () => {
      assert.throws(
        () => gemini.decodeRequest(Buffer.from(JSON.stringify(request))),
        (error: TierlineError) => error.code === 'invalid_request' && error.param === param,
      );
    });
  }

  test('what is not JSON is refused', () => {
    assert.throws(() => gemini.decodeRequest(Buffer.from('{"contents":')), { code: 'invalid_json' });
  });
});
