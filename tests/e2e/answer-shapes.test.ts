// What the gateway answers, translated answers above all, has the shape that the SDKs' own declarations give it; they are
// generated from the providers' API descriptions, which are in no package themselves. Every answer becomes a constant of a
// program, and the compiler says whether it can be assigned to the type that its client goes by.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { say, shellCall } from './agent-upstream.ts';
import { startScriptedUpstream } from './scripted-upstream.ts';
import { fileScope, startGateway, temporaryFolder } from './support.ts';
import { eventsOf } from './wire-client.ts';

const exec = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const KEY = 'key-of-the-shapes';

/**
 * Types as they are on the wire, as lenient as clients are: nothing is ever changed, what may be null may be missing, what may
 * be missing may be null (OpenAI itself answers `user: null`), and an answer may have more. `output_text` of a response is
 * put there by the SDK; `caller` comes from models that may be called by code.
 */
const PRELUDE = `
import type OpenAI from 'openai';
import type Anthropic from '@anthropic-ai/sdk';
type Added = 'output_text' | 'caller';
type Free<T> = null extends T ? true : undefined extends T ? true : false;
type Wire<T> = T extends readonly (infer Item)[] ? readonly Wire<Item>[]
  : T extends object ? { readonly [Key in keyof T as Free<T[Key]> extends true ? never : Exclude<Key, Added>]: Wire<T[Key]> }
    & { readonly [Key in keyof T as Free<T[Key]> extends true ? Key : never]?: Wire<T[Key]> | null }
  : T;
type Chat = Wire<OpenAI.ChatCompletion>;
type Chunk = Wire<OpenAI.ChatCompletionChunk>;
type Response = Wire<OpenAI.Responses.Response>;
type ResponseEvent = Wire<OpenAI.Responses.ResponseStreamEvent>;
type OpenaiModels = { readonly object: 'list'; readonly data: readonly Wire<OpenAI.Model>[] };
type OpenaiError = { readonly error: Wire<OpenAI.ErrorObject> };
type Message = Wire<Anthropic.Message>;
type MessageEvent = Wire<Anthropic.RawMessageStreamEvent | { type: 'ping' }>;
type Tokens = Wire<Anthropic.MessageTokensCount>;
type AnthropicModels = { readonly data: readonly Wire<Pick<Anthropic.ModelInfo, 'id' | 'created_at' | 'display_name' | 'type'>>[]; readonly has_more: boolean };
type AnthropicError = Wire<Anthropic.ErrorResponse>;
`;

interface Sample {
  name: string;
  type: string;
  json: string;
}

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const WEATHER = { name: 'get_weather', description: 'The weather in a city.' };
const schema = {
  type: 'object',
  properties: { label: { type: 'string' } },
  required: ['label'],
  additionalProperties: false,
};
const ASK = 'Please call get_weather for the city "Paris".';

/** Requests by what they are for; each is sent whole and as a stream, to a model of either provider. */
const CHATS: Record<string, object> = {
  words: { messages: [{ role: 'user', content: 'Hello' }] },
  'a call': {
    messages: [{ role: 'user', content: ASK }],
    tools: [{ type: 'function', function: { ...WEATHER, parameters } }],
  },
  structure: {
    messages: [{ role: 'user', content: 'A label, please.' }],
    response_format: { type: 'json_schema', json_schema: { name: 'label', schema, strict: true } },
  },
  'a cut answer': { messages: [{ role: 'user', content: 'Tell a long story.' }], max_completion_tokens: 16 },
};
const RESPONSES: Record<string, object> = {
  words: { input: 'Hello', instructions: 'Be kind.' },
  'a call': { input: ASK, tools: [{ type: 'function', ...WEATHER, parameters, strict: true }] },
  structure: {
    input: 'A label, please.',
    text: { format: { type: 'json_schema', name: 'label', schema, strict: true } },
  },
  'a cut answer': { input: 'Tell a long story.', max_output_tokens: 16 },
};
const MESSAGES: Record<string, object> = {
  words: { max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] },
  'a call': {
    max_tokens: 500,
    messages: [{ role: 'user', content: ASK }],
    tools: [{ ...WEATHER, input_schema: parameters }],
  },
  'a cut answer': { max_tokens: 5, messages: [{ role: 'user', content: 'Tell a long story.' }] },
};

/** The routes, with the types of their whole answers and of their events. */
const ROUTES = [
  {
    path: '/v1/chat/completions',
    asks: CHATS,
    whole: 'Chat',
    event: 'Chunk',
    more: { stream_options: { include_usage: true } },
  },
  { path: '/v1/responses', asks: RESPONSES, whole: 'Response', event: 'ResponseEvent', more: {} },
  { path: '/v1/messages', asks: MESSAGES, whole: 'Message', event: 'MessageEvent', more: {} },
];

const scope = fileScope();
const samples: Sample[] = [];
let errors: { name: string; text: string }[] = [];
let url: string;

async function send(path: string, body: object | null, key = KEY): Promise<string> {
  const isAnthropic = path.includes('/messages') || path.endsWith('#anthropic');
  const headers: Record<string, string> = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  if (isAnthropic) headers['anthropic-version'] = '2023-06-01';
  const init = body === null ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  return (await fetch(`${url}${path.replace('#anthropic', '')}`, init)).text();
}

function keepStream(name: string, type: string, text: string): void {
  const events = eventsOf(text).filter(({ data }) => data !== '[DONE]');
  assert.ok(events.length > 2, `${name}: ${text}`);
  for (const [index, { data }] of events.entries()) samples.push({ name: `${name}, event ${index}`, type, json: data });
}

/** A provider of the other dialect that thinks aloud and calls, for streams whose client speaks something else. */
async function gatherThoughts(): Promise<void> {
  for (const model of ['thinker-openai', 'thinker-anthropic']) {
    for (const { path, asks, event, more } of ROUTES) {
      const text = await send(path, { model, ...asks['a call'], ...more, stream: true });
      keepStream(`${path} of ${model}`, event, text);
    }
  }
}

async function gatherAnswers(): Promise<void> {
  for (const model of ['of-openai', 'of-anthropic']) {
    for (const { path, asks, whole, event, more } of ROUTES) {
      for (const [kind, ask] of Object.entries(asks)) {
        const name = `${path} of ${model}, ${kind}`;
        samples.push({ name, type: whole, json: await send(path, { model, ...ask }) });
        keepStream(`${name}, streamed`, event, await send(path, { model, ...ask, ...more, stream: true }));
      }
    }
    const json = await send('/v1/messages/count_tokens', { model, messages: [{ role: 'user', content: 'Hello' }] });
    samples.push({ name: `a count of ${model}`, type: 'Tokens', json });
  }
  const hi = { messages: [{ role: 'user', content: 'Hello' }] };
  const rest: [name: string, type: string, json: Promise<string>][] = [
    ["the list of models in OpenAI's shape", 'OpenaiModels', send('/v1/models', null)],
    ["the list of models in Anthropic's shape", 'AnthropicModels', send('/v1/models#anthropic', null)],
    ['a wrong key at chat completions', 'OpenaiError', send('/v1/chat/completions', hi, 'nobody')],
    ['a wrong key at messages', 'AnthropicError', send('/v1/messages', hi, 'nobody')],
    ['an unknown model at responses', 'OpenaiError', send('/v1/responses', { model: 'nope', input: 'Hello' })],
    ['an unknown model at messages', 'AnthropicError', send('/v1/messages', { model: 'nope', max_tokens: 5, ...hi })],
    ['a missing field', 'OpenaiError', send('/v1/chat/completions', { model: 'of-openai' })],
  ];
  for (const [name, type, json] of rest) samples.push({ name, type, json: await json });
}

/** What the compiler says of a program of constants, by the name of the sample on each line. */
async function compile(list: readonly Sample[]): Promise<{ name: string; text: string }[]> {
  const folder = temporaryFolder(scope);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const head = PRELUDE.split('\n');
  const lines = list.map(
    ({ type, json }, index) => `const v${index} = ${json} as const; export const c${index}: ${type} = v${index};`,
  );
  writeFileSync(join(folder, 'samples.ts'), [...head, ...lines].join('\n'));
  const settings = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node --pretty false';
  const compiler = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
  const told = await exec(process.execPath, [compiler, ...settings.split(' '), 'samples.ts'], { cwd: folder }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  return [...told.matchAll(/^samples\.ts\((\d+),\d+\): error (.*(?:\n .*)*)/gm)].map(([, line, text = '']) => ({
    name: list[Number(line) - 1 - head.length]?.name ?? `line ${line}`,
    text,
  }));
}

before(async () => {
  const upstream = await startScriptedUpstream();
  scope.after(() => upstream.close());
  const thinks = (visit: Parameters<typeof say>[0]): void => {
    const call = shellCall(visit, 'true') ?? { name: WEATHER.name, given: { city: 'Paris' } };
    say(visit, { thought: 'A city is wanted.', text: 'I look.', call });
  };
  upstream.on('thinker', thinks);
  const price = { input: 1, output: 2 };
  const gateway = await startGateway(scope, {
    config: {
      providers: {
        'simulated-openai': { dialect: 'openai', speed: 50 },
        'simulated-anthropic': { dialect: 'anthropic', speed: 50 },
        'scripted-openai': { dialect: 'openai', base_url: `${upstream.url}/v1`, api_key: 'k-openai' },
        'scripted-anthropic': { dialect: 'anthropic', base_url: upstream.url, api_key: 'k-anthropic' },
      },
      models: {
        'of-openai': { use: 'simulated-openai/sim-small', price },
        'of-anthropic': { use: 'simulated-anthropic/sim-small', price },
        'thinker-openai': { use: 'scripted-openai/thinker', price },
        'thinker-anthropic': { use: 'scripted-anthropic/thinker', price },
      },
      keys: [KEY],
    },
  });
  url = gateway.url;
  await gatherAnswers();
  await gatherThoughts();
  errors = await compile(samples);
});

test('the compiler refuses what is not of the type, so that it could find something', async () => {
  const wrong: Sample[] = [
    { name: 'no choices', type: 'Chat', json: '{"id":"a","object":"chat.completion","created":1,"model":"m"}' },
    { name: 'no such event', type: 'ResponseEvent', json: '{"type":"response.nope","sequence_number":1}' },
    { name: 'a word for a number', type: 'Tokens', json: '{"input_tokens":"3"}' },
    {
      name: 'a call without its place',
      type: 'Chunk',
      json: '{"id":"a","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"finish_reason":null,"delta":{"tool_calls":[{"id":"c"}]}}]}',
    },
    { name: 'right', type: 'Tokens', json: '{"input_tokens":3,"more":null}' },
  ];
  const names = (await compile(wrong)).map(({ name }) => name);
  assert.deepEqual(names, ['no choices', 'no such event', 'a word for a number', 'a call without its place']);
});

test('all kinds of answers are there', () => {
  assert.ok(samples.length > 300, `${samples.length} samples`);
  const kinds = new Set(samples.map(({ type }) => type));
  assert.equal(kinds.size, 11, [...kinds].join(', '));
});

describe('the shape of', () => {
  for (const { path } of ROUTES) {
    test(`everything that ${path} answers is as its client declares it`, () => {
      assert.deepEqual(
        errors.filter(({ name }) => name.startsWith(`${path} `)),
        [],
      );
    });
  }

  test('counts, lists and errors is as their clients declare them', () => {
    assert.deepEqual(
      errors.filter(({ name }) => !name.startsWith('/')),
      [],
    );
  });
});
