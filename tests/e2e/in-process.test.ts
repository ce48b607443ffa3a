// The library as its users have it: the built package in this process, under the AI SDK, against the simulated provider and
// against an upstream that does as it is told; and every call with its row in the ledger.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { APICallError, generateObject, generateText, isStepCount, Output, RetryError, streamText, tool } from 'ai';
import { z } from 'zod';
import type * as Tierline from '../../src/index.ts';
import {
  answer,
  beginStream,
  errorBody,
  opening,
  type ScriptedUpstream,
  sendJson,
  startScriptedUpstream,
  streamError,
  token,
} from './scripted-upstream.ts';
import { eventually, fileScope, PACKAGE, readRows, temporaryFolder } from './support.ts';

const { createRouter, toLanguageModel } = (await import(
  pathToFileURL(join(PACKAGE, 'dist/index.js')).href
)) as typeof Tierline;

type SpecVersion = 'v3' | 'v4';
const VERSIONS: readonly SpecVersion[] = ['v3', 'v4'];
const PRICE = { input: 0.25, output: 1.25, cache_read: 0.025, cache_write_5m: 0.3, cache_write_1h: 0.5 };
/** A red square. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAROxCnMTAAAAAElFTkSuQmCC';

const scope = fileScope();
let ledgerPath: string;
let upstream: ScriptedUpstream;
let router: Tierline.Router;

before(async () => {
  upstream = await startScriptedUpstream();
  scope.after(() => upstream.close());
  ledgerPath = join(temporaryFolder(scope), 'ledger.db');
  const schema = { type: 'object', required: ['label'], properties: { label: { enum: ['billing', 'bug'] } } };
  router = await createRouter({
    providers: {
      'simulated-openai': { dialect: 'openai', speed: 50 },
      'simulated-anthropic': { dialect: 'anthropic', speed: 50 },
      'up-openai': { dialect: 'openai', base_url: `${upstream.url}/v1`, api_key: 'key-0123456789' },
      'up-anthropic': { dialect: 'anthropic', base_url: upstream.url, api_key: 'key-0123456789' },
    },
    models: {
      'openai-small': { use: 'simulated-openai/sim-small', price: PRICE },
      'anthropic-small': { use: 'simulated-anthropic/sim-small', price: PRICE },
      openai: { use: 'up-openai/real-o', price: PRICE },
      anthropic: { use: 'up-anthropic/real-a', price: PRICE },
    },
    baseline: 'anthropic-small',
    retries: { max_attempts: 1 },
    breaker: { min_requests: 10_000 },
    tasks: {
      'ticket-triage': {
        accept: [{ json_schema: schema }],
        route: { cascade: ['openai', 'anthropic-small'] },
      },
    },
    ledger: { path: ledgerPath },
  });
  scope.after(() => router.close());
});

function modelOf(name: string, version: SpecVersion, options: Tierline.LanguageModelOptions = {}) {
  return version === 'v4'
    ? toLanguageModel(router, name, { ...options, specificationVersion: 'v4' })
    : toLanguageModel(router, name, { ...options, specificationVersion: 'v3' });
}

/** The one row of a session; the tables follow the journal, so it may take a moment to show. */
function rowOf(session: string): Promise<Tierline.CallRow> {
  return eventually(() => readRows(ledgerPath).find((row) => row.session === session));
}

const WEATHER = {
  get_weather: tool({
    description: 'The weather in a city.',
    inputSchema: z.strictObject({ city: z.string().min(1), unit: z.enum(['celsius', 'fahrenheit']) }),
    execute: () => 'light rain, 17 degrees, report 4711',
  }),
};

for (const version of VERSIONS) {
  describe(`a model of specification ${version}`, () => {
    for (const name of ['openai-small', 'anthropic-small']) {
      test(`${name} answers generateText, and its row has the same figures`, async () => {
        const session = `generate-${version}-${name}`;
        const result = await generateText({ model: modelOf(name, version, { session }), prompt: 'Hello there' });
        assert.match(result.text, /Hello there/);
        assert.deepEqual([result.finishReason, result.warnings], ['stop', []]);
        const row = await rowOf(session);
        const told = result.providerMetadata?.tierline;
        assert.deepEqual(
          [told?.requestId, told?.model, told?.costNanoUsd, told?.baselineNanoUsd],
          [row.id, name, row.costNanoUsd, row.baselineNanoUsd],
        );
        assert.ok((row.costNanoUsd ?? 0) > 0);
        assert.deepEqual([row.dialect, row.status, row.stream], ['neutral', 'ok', false]);
        assert.deepEqual(
          [result.usage.inputTokens, result.usage.outputTokens],
          [row.usage?.inputTokens, row.usage?.outputTokens],
        );
      });

      test(`${name} goes through a streamed tool loop, one priced row per step`, async () => {
        const session = `loop-${version}-${name}`;
        const stream = streamText({
          model: modelOf(name, version, { session }),
          prompt: 'Please call get_weather for the city "Paris" in celsius.',
          tools: WEATHER,
          stopWhen: isStepCount(3),
        });
        assert.match(await stream.text, /report 4711/);
        const steps = await stream.steps;
        assert.deepEqual(
          steps.map(({ finishReason, toolCalls }) => [finishReason, toolCalls.map(({ input }) => input)]),
          [
            ['tool-calls', [{ city: 'Paris', unit: 'celsius' }]],
            ['stop', []],
          ],
        );
        const rows = await eventually(() => {
          const own = readRows(ledgerPath).filter((row) => row.session === session);
          return own.length === 2 ? own : null;
        });
        const costs = steps.map(({ providerMetadata }) => providerMetadata?.tierline?.costNanoUsd);
        assert.deepEqual(new Set(rows.map(({ costNanoUsd }) => costNanoUsd)), new Set(costs));
        assert.ok(rows.every(({ status, stream, ttftMs }) => status === 'ok' && stream && ttftMs !== null));
      });
    }

    test('gives an object on a cascade: the cheap answer is refused by its gate, the next one passes', async () => {
      const session = `object-${version}`;
      const asked = {
        model: modelOf('auto/ticket-triage', version, { session }),
        prompt: 'Label this ticket: the invoice is wrong.',
      };
      const schema = z.object({ label: z.enum(['billing', 'bug']) });
      const { object, providerMetadata } = await generateObject({ ...asked, schema });
      assert.ok(schema.safeParse(object).success);
      const row = await rowOf(session);
      assert.deepEqual(
        row.attempts.map(({ model, verdicts }) => [model, verdicts?.every(({ pass }) => pass)]),
        [
          ['openai', false],
          ['anthropic-small', true],
        ],
      );
      assert.deepEqual([row.task, row.escalated, row.model], ['ticket-triage', true, 'anthropic-small']);
      const told = providerMetadata?.tierline;
      assert.deepEqual([told?.attempts, told?.escalated, told?.costNanoUsd], [2, true, row.costNanoUsd]);
      const { output } = await generateText({ ...asked, output: Output.object({ schema }) });
      assert.ok(schema.safeParse(output).success);
    });

    test('carries pictures, thoughts and limits to either dialect, and tells what it could not', async () => {
      const content = [
        { type: 'text' as const, text: `look-${version}` },
        { type: 'file' as const, data: PICTURE, mediaType: 'image/png' },
      ];
      for (const name of ['openai', 'anthropic']) {
        const result = await generateText({
          model: modelOf(name, version),
          messages: [{ role: 'user', content }],
          maxOutputTokens: 4000,
          seed: 7,
          providerOptions: {
            anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } },
            openai: { store: true },
          },
        });
        assert.equal(result.text, 'Hello there');
        const lost = result.warnings?.map((warning) => ('feature' in warning ? warning.feature : '')) ?? [];
        assert.ok(lost.includes('providerOptions.openai.store'), String(lost));
        assert.equal(lost.includes('seed'), name === 'anthropic');
      }
      const [openai, anthropic] = upstream.visitsOf(`look-${version}`).slice(-2);
      assert.ok(openai && anthropic);
      assert.ok(openai.text.includes(`data:image/png;base64,${PICTURE}`));
      assert.deepEqual([openai.body.seed, openai.body.max_completion_tokens ?? openai.body.max_tokens], [7, 4000]);
      assert.ok(anthropic.text.includes(`"media_type":"image/png","data":"${PICTURE}"`));
      assert.equal(anthropic.body.max_tokens, 4000);
    });

    test('brings a signed thought back to who made it', async () => {
      const name = `think-${version}`;
      upstream.on(name, (visit) =>
        sendJson(visit, 200, {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'real-a',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig-1' },
            { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris', unit: 'celsius' } },
          ],
          stop_reason: 'tool_use',
          stop_sequence: null,
          usage: { input_tokens: 10, output_tokens: 2 },
        }),
      );
      const { steps } = await generateText({
        model: modelOf('anthropic', version),
        prompt: name,
        tools: WEATHER,
        stopWhen: isStepCount(2),
      });
      assert.equal(steps[0]?.reasoningText, 'hm');
      const second = upstream.visits.at(-1)?.body.messages as { content: unknown[] }[];
      assert.deepEqual(second[1]?.content[0], { type: 'thinking', thinking: 'hm', signature: 'sig-1' });
    });

    test('is tried again by the SDK when the provider is overloaded, and each try has its row', async () => {
      const name = `overloaded-${version}`;
      upstream.on(name, (visit) => {
        if (visit.number > 1) answer(visit);
        else sendJson(visit, 529, errorBody('anthropic', 'Overloaded'), { 'retry-after-ms': '20' });
      });
      const model = modelOf('anthropic', version, { session: name });
      const { text } = await generateText({ model, prompt: name });
      assert.equal(text, 'Hello there');
      const rows = await eventually(() => {
        const own = readRows(ledgerPath).filter((row) => row.session === name);
        return own.length === 2 ? own : null;
      });
      assert.deepEqual(rows.map(({ status }) => status).sort(), ['error', 'ok']);
    });

    test('fails once and for all where another try would change nothing', async () => {
      const name = `wrong-${version}`;
      upstream.on(name, (visit) => sendJson(visit, 400, errorBody('openai', 'temperature is too high')));
      await assert.rejects(generateText({ model: modelOf('openai', version), prompt: name }), (error) => {
        assert.ok(APICallError.isInstance(error) && !RetryError.isInstance(error));
        assert.deepEqual([error.statusCode, error.isRetryable], [400, false]);
        assert.match(error.message, /temperature is too high/);
        assert.equal((error.data as { code?: string }).code, 'upstream_error');
        return true;
      });
      assert.equal(upstream.visitsOf(name).length, 1);
    });

    test('tells an error in the middle of a stream, after the text that came', async () => {
      const name = `broken-${version}`;
      upstream.on(name, (visit) => {
        beginStream(visit);
        visit.response.write(opening('openai') + token('openai', 'Hel'));
        setTimeout(() => visit.response.end(streamError('openai', 'the model fell over')), 50);
      });
      const stream = streamText({
        model: modelOf('openai', version, { session: name }),
        prompt: name,
        maxRetries: 0,
        onError: () => {},
      });
      let text = '';
      const errors: unknown[] = [];
      for await (const part of stream.fullStream) {
        if (part.type === 'text-delta') text += part.text;
        if (part.type === 'error') errors.push(part.error);
      }
      assert.equal(text, 'Hel');
      assert.equal(errors.length, 1);
      assert.ok(APICallError.isInstance(errors[0]));
      assert.match(errors[0].message, /the model fell over/);
      assert.equal((await rowOf(name)).status, 'partial');
    });

    test('leaves the provider when its signal says so, before and in the middle of an answer', async () => {
      for (const isStream of [false, true]) {
        const name = `abort-${version}-${isStream ? 'stream' : 'plain'}`;
        upstream.on(name, (visit) => {
          if (!isStream) return;
          beginStream(visit);
          visit.response.write(opening('openai') + token('openai', 'Hel'));
        });
        const stop = new AbortController();
        const asked = {
          model: modelOf('openai', version, { session: name }),
          prompt: name,
          abortSignal: stop.signal,
        };
        if (isStream) {
          const kinds: string[] = [];
          for await (const part of streamText(asked).fullStream) {
            kinds.push(part.type);
            if (part.type === 'text-delta') stop.abort();
          }
          assert.equal(kinds.at(-1), 'abort');
        } else {
          const failed = assert.rejects(generateText(asked), { name: 'AbortError' });
          await eventually(() => upstream.visitsOf(name)[0]);
          stop.abort();
          await failed;
        }
        await eventually(() => upstream.visitsOf(name)[0]?.leftAt);
        const row = await rowOf(name);
        assert.deepEqual([row.status, row.errorCode], ['client_gone', 'client_gone']);
      }
    });
  });
}

test('a chat in process is the same call as one through the gateway: bytes of its own dialect, and cost in its usage', async () => {
  const { reply, facts } = await router.chat({
    model: 'openai',
    messages: [{ role: 'user', content: 'plain-chat' }],
    x_unknown: { kept: 1.5 },
  });
  const visit = upstream.visitsOf('plain-chat')[0];
  assert.deepEqual(visit?.body, {
    model: 'real-o',
    messages: [{ role: 'user', content: 'plain-chat' }],
    x_unknown: { kept: 1.5 },
  });
  const usage = reply.usage as { cost?: number };
  assert.equal(usage.cost, (facts.costNanoUsd ?? 0) / 1e9);
  assert.equal(facts.dialect, 'openai-chat');
});
