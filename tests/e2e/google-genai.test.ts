// Google's own SDK against the real process: text, streams, tool loops, structured output, thinking, pictures, counting, models,
// errors and leaving, each in front of a provider of its own dialect and in front of the two others.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ApiError, type Content, type GenerateContentResponse, GoogleGenAI, Type } from '@google/genai';
import type { CallRow } from '../../src/call/row.ts';
import { type GeminiUpstream, say, sendJson, startGeminiUpstream } from './gemini-upstream.ts';
import {
  beginStream,
  errorBody,
  opening,
  type ScriptedUpstream,
  sendJson as sendReply,
  startScriptedUpstream,
  streamError,
  token,
} from './scripted-upstream.ts';
import { eventually, fileScope, type GatewayProcess, startGateway } from './support.ts';

const KEY = 'key-of-the-google-client';
const PROVIDER_KEY = 'key-of-the-provider-0123456789';
const PRICE = { input: 1, output: 2 };
/** A red square. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAROxCnMTAAAAAElFTkSuQmCC';
/** The models by the dialect of their provider. */
const MODELS = ['gemini', 'openai', 'anthropic'] as const;

const scope = fileScope();
let upstream: GeminiUpstream;
let others: ScriptedUpstream;
let gateway: GatewayProcess;
let client: GoogleGenAI;

before(async () => {
  upstream = await startGeminiUpstream();
  others = await startScriptedUpstream();
  scope.after(async () => void (await Promise.all([upstream.close(), others.close()])));
  gateway = await startGateway(scope, {
    config: {
      providers: {
        google: { dialect: 'gemini', base_url: upstream.url, api_key: PROVIDER_KEY },
        'up-openai': { dialect: 'openai', base_url: `${others.url}/v1`, api_key: PROVIDER_KEY },
        'up-anthropic': { dialect: 'anthropic', base_url: others.url, api_key: PROVIDER_KEY },
        'simulated-openai': { dialect: 'openai', speed: 50 },
        'simulated-anthropic': { dialect: 'anthropic', speed: 50 },
      },
      models: {
        gemini: { use: 'google/gemini-real', price: PRICE },
        openai: { use: 'simulated-openai/sim-small', price: PRICE },
        anthropic: { use: 'simulated-anthropic/sim-small', price: PRICE },
        'scripted-openai': { use: 'up-openai/real-o', price: PRICE },
        'scripted-anthropic': { use: 'up-anthropic/real-a', price: PRICE },
      },
      keys: { google: { key: KEY, tenant: 'google' } },
      default: 'gemini',
      retries: { max_attempts: 1 },
    },
  });
  client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: gateway.url } });
});

const idOf = (response: GenerateContentResponse): string =>
  String(response.sdkHttpResponse?.headers?.['x-tierline-request-id']);

async function rowOf(response: GenerateContentResponse): Promise<CallRow> {
  return gateway.row(idOf(response));
}

async function collect(stream: AsyncIterable<GenerateContentResponse>): Promise<GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  for await (const one of stream) chunks.push(one);
  return chunks;
}

const textOf = (chunks: readonly GenerateContentResponse[]): string => chunks.map(({ text }) => text ?? '').join('');

for (const model of MODELS) {
  describe(`in front of a provider that speaks ${model}`, () => {
    test('text comes back whole, with usage, cost, finish and a priced row', async () => {
      const response = await client.models.generateContent({ model, contents: 'Say hello.' });
      assert.ok((response.text ?? '').length > 0);
      assert.equal(response.candidates?.[0]?.finishReason, 'STOP');
      const usage = response.usageMetadata as { totalTokenCount: number; promptTokenCount: number; cost?: number };
      assert.ok(usage.totalTokenCount > usage.promptTokenCount);
      const row = await rowOf(response);
      assert.deepEqual(
        [row.dialect, row.model, row.requestedModel, row.stream, row.status, row.tenant, row.costBasis],
        ['gemini', model, model, false, 'ok', 'google', 'measured'],
      );
      assert.equal(row.costNanoUsd, Math.round((usage.cost ?? Number.NaN) * 1e9));
    });

    test('a stream comes in pieces, ending with its finish, usage and cost', async () => {
      const chunks = await collect(await client.models.generateContentStream({ model, contents: 'Say hello.' }));
      assert.ok(chunks.length > 1 && textOf(chunks).length > 0);
      const last = chunks.at(-1) as GenerateContentResponse;
      assert.equal(last.candidates?.[0]?.finishReason, 'STOP');
      const row = await rowOf(last);
      assert.deepEqual([row.dialect, row.stream, row.status, row.model], ['gemini', true, 'ok', model]);
      assert.equal(row.costNanoUsd, Math.round((last.usageMetadata as { cost?: number }).cost! * 1e9));
      assert.ok(row.ttftMs !== null && row.ttftMs > 0);
    });

    test('a tool loop ends in an answer that uses the result', async () => {
      const declared = {
        name: 'get_weather',
        description: 'The weather in a city.',
        parameters: {
          type: Type.OBJECT,
          properties: { city: { type: Type.STRING }, unit: { type: Type.STRING, enum: ['celsius', 'fahrenheit'] } },
          required: ['city'],
        },
      };
      upstream.on('Please call get_weather for the city "Paris" in celsius.', (visit) => {
        const contents = visit.body.contents as Content[];
        const result = contents.at(-1)?.parts?.find((part) => part.functionResponse !== undefined)?.functionResponse;
        if (result) say(visit, [{ text: `It is ${JSON.stringify(result.response)}.` }]);
        else say(visit, [{ functionCall: { name: 'get_weather', args: { city: 'Paris', unit: 'celsius' } } }]);
      });
      const contents: Content[] = [
        { role: 'user', parts: [{ text: 'Please call get_weather for the city "Paris" in celsius.' }] },
      ];
      const config = { tools: [{ functionDeclarations: [declared] }] };
      const first = await collect(await client.models.generateContentStream({ model, contents, config }));
      const calls = first.flatMap(({ functionCalls }) => functionCalls ?? []);
      assert.deepEqual(
        calls.map(({ name, args }) => ({ name, args })),
        [{ name: 'get_weather', args: { city: 'Paris', unit: 'celsius' } }],
      );
      contents.push({ role: 'model', parts: first.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []) });
      const functionResponse = { ...calls[0], args: undefined, response: { output: 'light rain, report 4711' } };
      contents.push({ role: 'user', parts: [{ functionResponse }] });
      const second = await client.models.generateContent({ model, contents, config });
      assert.match(second.text ?? '', /light rain, report 4711/);
      const row = await rowOf(second);
      assert.deepEqual(row.losses, []);
    });

    test('a chat remembers what was said, whole or streamed', async () => {
      const chat = client.chats.create({ model });
      await chat.sendMessage({ message: 'Say hello.' });
      const said = textOf(await collect(await chat.sendMessageStream({ message: 'Say hello again.' })));
      const history = chat.getHistory(true);
      const texts = history.map(({ parts }) => (parts ?? []).map(({ text }) => text ?? '').join(''));
      assert.deepEqual(texts.slice(2).join('').replace('Say hello again.', ''), said);
      assert.equal(texts[0], 'Say hello.');
    });

    test('structured output follows its schema, in either way of writing one', async () => {
      upstream.on('Extract: Ada, 36.', (visit) => say(visit, [{ text: '{"name":"Ada"}' }]));
      const openApi = { type: Type.OBJECT, properties: { name: { type: Type.STRING } }, required: ['name'] };
      const json = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
      for (const schema of [{ responseSchema: openApi }, { responseJsonSchema: json }]) {
        const config = { responseMimeType: 'application/json', ...schema };
        const response = await client.models.generateContent({ model, contents: 'Extract: Ada, 36.', config });
        const said = JSON.parse(response.text ?? '') as { name?: unknown };
        assert.equal(typeof said.name, 'string', response.text);
      }
    });

    test('a picture and an instruction arrive', async () => {
      const response = await client.models.generateContent({
        model,
        contents: [{ inlineData: { mimeType: 'image/png', data: PICTURE } }, 'What is it?'],
        config: { systemInstruction: 'Be brief.', temperature: 0.2, maxOutputTokens: 50 },
      });
      assert.ok((response.text ?? '').length > 0);
      const row = await rowOf(response);
      assert.deepEqual(row.losses, []);
    });

    test('tokens are counted', async () => {
      upstream.on('Count me.', (visit) => sendJson(visit, { totalTokens: 4711 }));
      const { totalTokens } = await client.models.countTokens({ model, contents: 'Count me.' });
      if (model === 'gemini') assert.equal(totalTokens, 4711);
      else assert.ok(Number(totalTokens) >= 2 && Number(totalTokens) < 20, `${totalTokens} tokens`);
    });
  });
}

for (const wire of ['openai', 'anthropic'] as const) {
  describe(`a provider that speaks ${wire} and fails`, () => {
    const model = `scripted-${wire}`;

    test('is an ApiError with its status and words', async () => {
      others.on('too many', (visit) => sendReply(visit, 429, errorBody(wire, 'Slow down.')));
      await assert.rejects(client.models.generateContent({ model, contents: 'too many' }), (error) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error.status, 429);
        const told = JSON.parse(error.message) as { error: { message: string; status: string } };
        assert.deepEqual([told.error.message, told.error.status], ['Slow down.', 'RESOURCE_EXHAUSTED']);
        return true;
      });
    });

    test('in the middle of a stream is an ApiError after what had come', async () => {
      for (const [name, last, status] of [
        ['cut', '', 502],
        ['told', streamError(wire, 'Overloaded.'), 500],
      ] as const) {
        others.on(name, (visit) => {
          beginStream(visit);
          visit.response.write(opening(wire) + token(wire, 'Hel'));
          setTimeout(() => visit.response.end(last), 30);
        });
        let text = '';
        const stream = await client.models.generateContentStream({ model, contents: name });
        await assert.rejects(
          async () => {
            for await (const one of stream) text += one.text ?? '';
          },
          (error) => error instanceof ApiError && error.status === status,
        );
        assert.equal(text, 'Hel');
      }
    });

    test('or is slow, is left when its client leaves', async () => {
      others.on('endless', (visit) => {
        beginStream(visit);
        visit.response.write(opening(wire) + token(wire, 'Hel'));
      });
      const abort = new AbortController();
      const config = { abortSignal: abort.signal };
      const stream = await client.models.generateContentStream({ model, contents: 'endless', config });
      await assert.rejects(async () => {
        for await (const _ of stream) abort.abort();
      });
      await eventually(() => others.visitsOf('endless').find((visit) => visit.wire === wire)?.leftAt);
    });
  });
}

test('thinking of Anthropic comes as thoughts, goes back to it as it was, and a budget for it goes there', async () => {
  const thinking = { type: 'thinking', thinking: 'First I think.', signature: 'c2ln' };
  others.on('think', (visit) => {
    const content = [thinking, { type: 'text', text: 'Done.' }];
    const usage = { input_tokens: 10, output_tokens: 9 };
    sendReply(visit, 200, {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'real-a',
      content,
      stop_reason: 'end_turn',
      usage,
    });
  });
  const config = { thinkingConfig: { thinkingBudget: 2048, includeThoughts: true }, maxOutputTokens: 4096 };
  const response = await client.models.generateContent({ model: 'scripted-anthropic', contents: 'think', config });
  assert.equal(response.text, 'Done.');
  const said = response.candidates?.[0]?.content as Content;
  assert.deepEqual([said.parts?.[0]?.text, said.parts?.[0]?.thought], ['First I think.', true]);
  const [visit] = others.visitsOf('think');
  assert.ok(visit !== undefined && 'thinking' in visit.body, visit?.text);
  const contents = [{ role: 'user', parts: [{ text: 'think' }] }, said, { role: 'user', parts: [{ text: 'go on' }] }];
  await client.models.generateContent({ model: 'scripted-anthropic', contents, config });
  const body = others.visitsOf('go on')[0]?.body as { messages: { content: object[] }[] } | undefined;
  assert.deepEqual(body?.messages[1]?.content[0], thinking);
});
