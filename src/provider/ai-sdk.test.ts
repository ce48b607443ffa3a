import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import type { NeutralEvent, NeutralRequest } from '../dialect/neutral.ts';
import { createAiSdkUpstream } from './ai-sdk.ts';
import { loadAiSdkProvider, type SdkProvider } from './ai-sdk-load.ts';
import { toSdkCall } from './ai-sdk-prompt.ts';
import { type SimulatedProvider, startSimulatedProvider } from './simulated/server.ts';

const ROOT = path.join(import.meta.dirname, '../..');
let simulated: SimulatedProvider;
before(async () => {
  simulated = await startSimulatedProvider({ speed: 0, errorRates: { 'sim-mid': 1 } });
});
after(() => simulated.close());

const request = (fields: Partial<NeutralRequest> = {}): NeutralRequest => ({
  origin: 'openai-chat',
  system: [{ type: 'text', text: 'Be brief.' }],
  tools: [],
  n: 1,
  stream: false,
  includeUsage: true,
  unknown: {},
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'What does the sea say?' }] }],
  ...fields,
});
const WEATHER: NeutralRequest['tools'][number] = {
  type: 'function',
  name: 'get_weather',
  description: 'Weather by city',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const signal = (): AbortSignal => new AbortController().signal;

async function compatible() {
  const options = { name: 'sim', baseURL: `${simulated.url}/v1`, apiKey: 'k', includeUsage: true };
  return createAiSdkUpstream(
    await loadAiSdkProvider({ packageName: '@ai-sdk/openai-compatible', options, resolveFrom: ROOT }),
  );
}

async function gather(events: AsyncIterable<NeutralEvent>): Promise<NeutralEvent[]> {
  const all: NeutralEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test('a real provider package answers, with usage and finish', async () => {
  const { reply } = await (await compatible()).generate(request(), 'sim-small', signal());
  assert.equal(reply.model, 'sim-small');
  assert.equal(reply.choices[0]?.finish.reason, 'stop');
  assert.ok((reply.usage?.inputTokens ?? 0) > 0 && (reply.usage?.outputTokens ?? 0) > 0);
  assert.equal(reply.choices[0]?.parts[0]?.type, 'text');
});

test('a real provider package streams the same text it would have answered', async () => {
  const upstream = await compatible();
  const { reply } = await upstream.generate(request(), 'sim-small', signal());
  const events = await gather(upstream.stream(request({ stream: true }), 'sim-small', signal()));
  const said = events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');
  assert.deepEqual(reply.choices[0]?.parts, [{ type: 'text', text: said }]);
  assert.equal(events[0]?.type, 'start');
  assert.equal(events.at(-1)?.type, 'end');
  assert.deepEqual(
    events.filter((event) => event.type === 'usage').map((event) => event.usage),
    [reply.usage],
  );
});

test('tool calls come through both ways, and their results go back', async () => {
  const upstream = await compatible();
  const asked = request({ tools: [WEATHER], toolChoice: { type: 'any' } });
  const { reply } = await upstream.generate(asked, 'sim-small', signal());
  const call = reply.choices[0]?.parts.find((part) => part.type === 'tool_call');
  assert.equal(call?.name, 'get_weather');
  assert.equal(typeof JSON.parse(call?.arguments ?? '').city, 'string');
  const events = await gather(upstream.stream({ ...asked, stream: true }, 'sim-small', signal()));
  const json = events.flatMap((event) => (event.type === 'tool_arguments' ? [event.json] : [])).join('');
  assert.equal(json, call?.arguments);
  assert.equal(events.filter((event) => event.type === 'tool_start').length, 1);
  const result = {
    type: 'tool_result' as const,
    callId: call?.id ?? '',
    content: [{ type: 'text' as const, text: '21 degrees' }],
    isError: false,
  };
  const again = request({
    tools: [WEATHER],
    messages: [
      ...asked.messages,
      { role: 'assistant', parts: call === undefined ? [] : [call] },
      { role: 'user', parts: [result] },
    ],
  });
  const done = await upstream.generate(again, 'sim-small', signal());
  assert.match(JSON.stringify(done.reply.choices[0]?.parts), /21 degrees/);
});

test('an error of the provider keeps its status, plain and streamed', async () => {
  const upstream = await compatible();
  const failed = (error: unknown): boolean => error instanceof TierlineError && (error.upstream?.status ?? 0) >= 500;
  await assert.rejects(upstream.generate(request(), 'sim-mid', signal()), failed);
  await assert.rejects(gather(upstream.stream(request({ stream: true }), 'sim-mid', signal())), failed);
});

test('a package that is missing, and one that is no provider, are told with what to do', async () => {
  await assert.rejects(
    loadAiSdkProvider({ packageName: '@ai-sdk/nope', options: {}, resolveFrom: ROOT }),
    /npm install @ai-sdk\/nope/,
  );
  const folder = mkdtempSync(path.join(tmpdir(), 'tierline-sdk-'));
  const home = path.join(folder, 'node_modules/plain');
  mkdirSync(home, { recursive: true });
  writeFileSync(
    path.join(home, 'package.json'),
    '{"name":"plain","type":"module","exports":{"types":"./x.d.ts","import":"./index.js"}}',
  );
  writeFileSync(path.join(home, 'index.js'), 'export const answer = 42;');
  try {
    await assert.rejects(
      loadAiSdkProvider({ packageName: 'plain', options: {}, resolveFrom: folder }),
      /exports no create… function/,
    );
    for (const [name, code, outcome] of [
      ['google-vertex', 'export const createVertex = () => 1; export const createOther = () => 2;', 1],
      ['odd', 'export const createA = () => 1; export const createB = () => 2;', /createA, createB/],
      ['single', 'export const createThing = (options) => options.apiKey;', 'k'],
    ] as const) {
      const at = path.join(folder, 'node_modules', name);
      mkdirSync(at);
      writeFileSync(path.join(at, 'package.json'), JSON.stringify({ name, type: 'module', main: './m.js' }));
      writeFileSync(path.join(at, 'm.js'), code);
      const loaded = loadAiSdkProvider({ packageName: name, options: { apiKey: 'k' }, resolveFrom: folder });
      if (outcome instanceof RegExp) await assert.rejects(loaded, outcome);
      else assert.equal(await loaded, outcome);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A provider whose one model says what it is given, in the words of an older specification. */
function scripted(parts: JsonObject[], generated: JsonObject = {}): SdkProvider {
  const model = {
    specificationVersion: 'v2',
    doGenerate: async () => generated,
    doStream: async () => ({
      response: { headers: { 'x-request-id': 'q1', date: 'now' } },
      stream: (async function* () {
        yield* parts;
      })(),
    }),
  };
  return () => model;
}

test('the words of specification v2 are understood', async () => {
  const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 2 };
  const generated: JsonObject = {
    content: [
      { type: 'reasoning', text: 'hm' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 't', input: '' },
    ],
    finishReason: 'tool-calls',
    usage,
    warnings: [{ type: 'unsupported-setting', setting: 'topK', details: 'ignored' }],
  };
  const { reply, losses } = await createAiSdkUpstream(scripted([], generated)).generate(request(), 'm', signal());
  assert.deepEqual(reply.choices[0]?.parts[1], { type: 'tool_call', id: 'c1', name: 't', arguments: '{}' });
  assert.deepEqual(reply.choices[0]?.finish, { reason: 'tool_calls', raw: 'tool-calls' });
  assert.deepEqual(reply.usage, toUsage({ inputTokens: 6, cacheReadTokens: 4, outputTokens: 5, reasoningTokens: 2 }));
  assert.deepEqual(losses, ['topK: ignored']);
});

test('a call that was not streamed piece by piece comes whole, one that was is not said twice', async () => {
  const whole: JsonObject = { type: 'tool-call', toolCallId: 'c1', toolName: 't', input: '{"a":12345678901234567890}' };
  const finish: JsonObject = { type: 'finish', finishReason: 'tool-calls', usage: {} };
  const once = await gather(createAiSdkUpstream(scripted([whole, finish])).stream(request(), 'm', signal()));
  assert.deepEqual(
    once.map((event) => event.type),
    ['start', 'tool_start', 'tool_arguments', 'part_end', 'finish', 'end'],
  );
  assert.equal(once[2]?.type === 'tool_arguments' && once[2].json, whole.input);
  const pieces: JsonObject[] = [
    { type: 'tool-input-start', id: 'c1', toolName: 't' },
    { type: 'tool-input-delta', id: 'c1', delta: '{}' },
    { type: 'tool-input-end', id: 'c1' },
  ];
  const twice = await gather(
    createAiSdkUpstream(scripted([...pieces, whole, finish])).stream(request(), 'm', signal()),
  );
  assert.equal(twice.filter((event) => event.type === 'tool_start').length, 1);
});

test('a stream without its finish is an error and never ends, and an error part is an error event', async () => {
  const broken = await gather(
    createAiSdkUpstream(scripted([{ type: 'text-delta', id: '1', delta: 'hel' }])).stream(request(), 'm', signal()),
  );
  assert.deepEqual(
    broken.map((event) => event.type),
    ['start', 'text', 'part_end', 'error'],
  );
  const failing: JsonObject[] = [{ type: 'error', error: 'overloaded' }];
  const failed = await gather(createAiSdkUpstream(scripted(failing)).stream(request(), 'm', signal()));
  assert.deepEqual(failed, [{ type: 'error', error: { status: 502, message: 'overloaded' } }]);
});

test('a request becomes call options, and what has no place there is told', () => {
  const image = { type: 'image' as const, source: { kind: 'base64' as const, mediaType: 'image/png', data: 'AAAA' } };
  const asked = request({
    maxTokens: 9,
    temperature: 0.5,
    stop: ['END'],
    n: 2,
    unknown: { store: true },
    toolChoice: { type: 'tool', name: 'get_weather' },
    tools: [WEATHER],
    format: { type: 'schema', name: 'person', schema: { type: 'object' } },
    messages: [
      {
        role: 'user',
        parts: [{ type: 'text', text: 'look' }, image, { type: 'image', source: { kind: 'file', fileId: 'f1' } }],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'hm', signature: 's', origin: 'anthropic-messages' },
          { type: 'tool_call', id: 'c', name: 'get_weather', arguments: 'not json' },
        ],
      },
    ],
  });
  const { options, losses } = toSdkCall(asked, 'v3');
  assert.deepEqual(losses, ['a file named by its id', 'signed thinking', 'n', 'store']);
  assert.deepEqual(options, {
    prompt: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'file', mediaType: 'image/png', data: 'AAAA' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', toolCallId: 'c', toolName: 'get_weather', input: { raw_arguments: 'not json' } },
        ],
      },
    ],
    maxOutputTokens: 9,
    temperature: 0.5,
    stopSequences: ['END'],
    responseFormat: { type: 'json', schema: { type: 'object' }, name: 'person' },
    tools: [
      {
        type: 'function',
        name: 'get_weather',
        description: 'Weather by city',
        inputSchema: WEATHER.type === 'function' ? WEATHER.schema : {},
      },
    ],
    toolChoice: { type: 'tool', toolName: 'get_weather' },
  });
  assert.deepEqual(createAiSdkUpstream(scripted([])).lossesOf?.(asked, 'm'), losses);
  const tagged = toSdkCall(asked, 'v4').options.prompt as JsonObject[];
  assert.deepEqual((tagged[1] as { content: JsonObject[] }).content[1]?.data, { type: 'data', data: 'AAAA' });
});

test('a file keeps its name, an address becomes a URL, and one that is none is refused', () => {
  const parts: NeutralRequest['messages'][number]['parts'] = [
    { type: 'document', source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA' }, filename: 'a.pdf' },
    { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, detail: 'high' },
  ];
  const { options, losses } = toSdkCall(request({ system: [], messages: [{ role: 'user', parts, name: 'bo' }] }), 'v3');
  assert.deepEqual(options.prompt, [
    {
      role: 'user',
      content: [
        { type: 'file', mediaType: 'application/pdf', data: 'AA', filename: 'a.pdf' },
        { type: 'file', mediaType: 'image/*', data: new URL('https://example.com/a.png') },
      ],
    },
  ]);
  assert.deepEqual(losses, ['the name of a message', 'image detail']);
  const wrong = { type: 'image' as const, source: { kind: 'url' as const, url: 'not a url' } };
  assert.throws(() => toSdkCall(request({ messages: [{ role: 'user', parts: [wrong] }] }), 'v4'), {
    code: 'invalid_request',
  });
});

test('numbers of earlier calls keep their spelling when the package writes them again', () => {
  const said = '{"big":12345678901234567890,"f":1.0,"e":1e400,"n":7,"list":[0.10]}';
  const call = { type: 'tool_call' as const, id: 'c', name: 't', arguments: said };
  const { options } = toSdkCall(request({ system: [], messages: [{ role: 'assistant', parts: [call] }] }), 'v2');
  assert.ok(JSON.stringify(options.prompt).includes(`"input":${said}`));
});

const efforts: [NeutralRequest['reasoning'], string | undefined, number][] = [
  [undefined, undefined, 0],
  [{ type: 'off' }, 'none', 0],
  [{ type: 'effort', effort: 'high' }, 'high', 0],
  [{ type: 'effort', effort: 'gigantic' }, undefined, 1],
  [{ type: 'adaptive' }, undefined, 0],
  [{ type: 'adaptive', effort: 'low' }, 'low', 0],
  [{ type: 'budget', tokens: 5000 }, 'medium', 1],
];
for (const [reasoning, effort, lost] of efforts) {
  test(`thinking ${JSON.stringify(reasoning)} is ${effort} in v4, and told as lost before`, () => {
    const { options, losses } = toSdkCall(request({ reasoning }), 'v4');
    assert.equal(options.reasoning, effort);
    assert.equal(losses.length, lost);
    const older = toSdkCall(request({ reasoning }), 'v3');
    assert.equal(older.options.reasoning, undefined);
    assert.equal(older.losses.length, reasoning === undefined || reasoning.type === 'off' ? 0 : 1);
  });
}

test('strict tools are strict from v3 on', () => {
  const asked = request({ tools: [{ type: 'function', name: 'f', schema: { type: 'object' }, strict: true }] });
  const [tool] = toSdkCall(asked, 'v3').options.tools as JsonObject[];
  assert.equal(tool?.strict, true);
  assert.deepEqual(toSdkCall(asked, 'v2').losses, ['strict schema of f']);
});

test('a model of a specification that is not known is refused in words', async () => {
  const provider: SdkProvider = () => ({ specificationVersion: 'v1' });
  await assert.rejects(createAiSdkUpstream(provider).generate(request(), 'm', signal()), /specification v1/);
});

test('streams tell the warnings of the package and the request id of the provider', async () => {
  const parts: JsonObject[] = [
    { type: 'stream-start', warnings: [{ type: 'unsupported', feature: 'seed' }] },
    { type: 'response-metadata', id: 'r9', modelId: 'm-2' },
    { type: 'text-delta', id: '1', delta: 'hi' },
    { type: 'finish', finishReason: { unified: 'stop' }, usage: {} },
  ];
  const stream = createAiSdkUpstream(scripted(parts)).stream(request({ n: 2 }), 'm', signal());
  const [start] = await gather(stream);
  assert.deepEqual(start, { type: 'start', id: 'r9', model: 'm-2' });
  assert.deepEqual(stream.losses, ['n', 'seed']);
  assert.deepEqual(stream.headers, { 'x-request-id': 'q1' });
});
