// The clients people use, each through a whole streamed tool loop against the real process: the tool is called with
// arguments that fit its schema, the answer uses its result, usage arrives, and every request has its priced row.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { type AIMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { isStepCount, type LanguageModel, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { z } from 'zod';
import { fileScope, type GatewayProcess, readRows, startGateway } from './support.ts';

const QUESTION = 'Please call get_weather for the city "Paris" in celsius.';
const RESULT = 'light rain, 17 degrees, report 4711';
const DESCRIPTION = 'The weather in a city.';
const PARAMETERS = z.strictObject({ city: z.string().min(1), unit: z.enum(['celsius', 'fahrenheit']) });
const SCHEMA = z.toJSONSchema(PARAMETERS, { target: 'draft-7' }) as { type: 'object'; [key: string]: unknown };

/** The upstream dialects, by the names of the models that speak them. */
const MODELS = ['openai-small', 'anthropic-small'] as const;

const scope = fileScope();
let gateway: GatewayProcess;

const CLIENTS = ['openai', 'anthropic', 'ai-sdk-openai', 'ai-sdk-anthropic', 'langchain'] as const;
type Client = (typeof CLIENTS)[number];

before(async () => {
  const price = { input: 0.25, output: 1.25, cache_read: 0.025, cache_write_5m: 0.3, cache_write_1h: 0.5 };
  const tenants = CLIENTS.flatMap((client) => MODELS.map((model) => `${client}.${model}`));
  gateway = await startGateway(scope, {
    config: {
      providers: {
        'simulated-openai': { dialect: 'openai', speed: 50 },
        'simulated-anthropic': { dialect: 'anthropic', speed: 50 },
      },
      models: {
        'openai-small': { use: 'simulated-openai/sim-small', price },
        'anthropic-small': { use: 'simulated-anthropic/sim-small', price },
      },
      baseline: 'openai-small',
      keys: tenants.map((tenant) => ({ key: keyOf(tenant), tenant })),
    },
  });
});

function keyOf(tenant: string): string {
  return `key-of-${tenant}`;
}

interface Loop {
  /** What the tool was called with. */
  args: unknown[];
  /** The last answer. */
  text: string;
  /** Input and output tokens of each request. */
  usage: { input: number | undefined; output: number | undefined }[];
}

interface Target {
  model: string;
  key: string;
}

async function openaiLoop({ model, key }: Target): Promise<Loop> {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 });
  const loop: Loop = { args: [], text: '', usage: [] };
  const runner = client.chat.completions.runTools({
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: QUESTION }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: DESCRIPTION,
          parameters: SCHEMA,
          parse: (text: string): unknown => JSON.parse(text),
          function: (args: unknown) => {
            loop.args.push(args);
            return RESULT;
          },
        },
      },
    ],
  });
  runner.on('chunk', ({ usage }) => {
    if (usage) loop.usage.push({ input: usage.prompt_tokens, output: usage.completion_tokens });
  });
  loop.text = (await runner.finalContent()) ?? '';
  return loop;
}

async function anthropicLoop({ model, key }: Target): Promise<Loop> {
  const client = new Anthropic({ baseURL: gateway.url, apiKey: key, maxRetries: 0 });
  const loop: Loop = { args: [], text: '', usage: [] };
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: QUESTION }];
  const tools: Anthropic.Tool[] = [{ name: 'get_weather', description: DESCRIPTION, input_schema: SCHEMA }];
  for (let step = 0; step < 3; step++) {
    const reply = await client.messages.stream({ model, max_tokens: 300, messages, tools }).finalMessage();
    loop.usage.push({ input: reply.usage.input_tokens, output: reply.usage.output_tokens });
    const calls = reply.content.filter((block) => block.type === 'tool_use');
    loop.args.push(...calls.map((call) => call.input));
    loop.text = reply.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    assert.equal(reply.stop_reason, calls.length > 0 ? 'tool_use' : 'end_turn');
    if (calls.length === 0) break;
    messages.push({ role: 'assistant', content: reply.content });
    messages.push({
      role: 'user',
      content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: RESULT })),
    });
  }
  return loop;
}

async function aiSdkLoop(model: LanguageModel): Promise<Loop> {
  const loop: Loop = { args: [], text: '', usage: [] };
  const stream = streamText({
    model,
    prompt: QUESTION,
    maxRetries: 0,
    maxOutputTokens: 300,
    stopWhen: isStepCount(3),
    onError: ({ error }) => {
      throw error;
    },
    tools: {
      get_weather: tool({
        description: DESCRIPTION,
        inputSchema: PARAMETERS,
        execute: (args) => {
          loop.args.push(args);
          return RESULT;
        },
      }),
    },
  });
  loop.text = await stream.text;
  for (const { usage } of await stream.steps) loop.usage.push({ input: usage.inputTokens, output: usage.outputTokens });
  return loop;
}

async function langchainLoop({ model, key }: Target): Promise<Loop> {
  const loop: Loop = { args: [], text: '', usage: [] };
  const chat = new ChatOpenAI({ model, apiKey: key, maxRetries: 0, configuration: { baseURL: `${gateway.url}/v1` } });
  const bound = chat.bindTools([
    { type: 'function', function: { name: 'get_weather', description: DESCRIPTION, parameters: SCHEMA } },
  ]);
  const messages: (HumanMessage | AIMessageChunk | ToolMessage)[] = [new HumanMessage(QUESTION)];
  for (let step = 0; step < 3; step++) {
    let reply: AIMessageChunk | undefined;
    for await (const chunk of await bound.stream(messages)) reply = reply === undefined ? chunk : reply.concat(chunk);
    assert.ok(reply);
    loop.usage.push({ input: reply.usage_metadata?.input_tokens, output: reply.usage_metadata?.output_tokens });
    loop.text = reply.text;
    const calls = reply.tool_calls ?? [];
    loop.args.push(...calls.map(({ args }) => args));
    if (calls.length === 0) break;
    messages.push(reply, ...calls.map(({ id = '' }) => new ToolMessage({ tool_call_id: id, content: RESULT })));
  }
  return loop;
}

const LOOPS: Record<Client, (target: Target) => Promise<Loop>> = {
  openai: openaiLoop,
  anthropic: anthropicLoop,
  'ai-sdk-openai': ({ model, key }) =>
    aiSdkLoop(createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key }).chat(model)),
  'ai-sdk-anthropic': ({ model, key }) =>
    aiSdkLoop(createAnthropic({ baseURL: `${gateway.url}/v1`, apiKey: key })(model)),
  langchain: langchainLoop,
};

for (const client of CLIENTS) {
  for (const model of MODELS) {
    test(`${client} completes a streamed tool loop on ${model}`, { timeout: 20_000 }, async () => {
      const loop = await LOOPS[client]({ model, key: keyOf(`${client}.${model}`) });
      assert.deepEqual(loop.args, [{ city: 'Paris', unit: 'celsius' }]);
      assert.ok(PARAMETERS.safeParse(loop.args[0]).success);
      assert.ok(loop.text.includes(RESULT), loop.text);
      assert.equal(loop.usage.length, 2);
      for (const { input, output } of loop.usage) {
        assert.ok(Number.isInteger(input) && Number(input) > 10, `input tokens: ${input}`);
        assert.ok(Number.isInteger(output) && Number(output) > 0, `output tokens: ${output}`);
      }
    });
  }
}

test('the ledger has one priced row per request of every loop', async () => {
  await gateway.stop();
  const rows = readRows(gateway.ledgerPath);
  assert.equal(rows.length, CLIENTS.length * MODELS.length * 2);
  for (const client of CLIENTS) {
    for (const model of MODELS) {
      const own = rows.filter(({ tenant }) => tenant === `${client}.${model}`);
      assert.deepEqual(
        own.map((row) => [row.status, row.model, row.stream, row.costBasis]),
        Array.from({ length: 2 }, () => ['ok', model, true, 'measured']),
      );
      for (const { usage, costNanoUsd, baselineNanoUsd, dialect, ttftMs, losses } of own) {
        assert.equal(dialect, client.endsWith('anthropic') ? 'anthropic-messages' : 'openai-chat');
        assert.equal(costNanoUsd, (usage?.inputTokens ?? 0) * 250 + (usage?.outputTokens ?? 0) * 1250);
        assert.ok(baselineNanoUsd !== null && baselineNanoUsd > 0);
        assert.ok(ttftMs !== null && ttftMs > 0);
        // The AI SDK asks Anthropic's models to stream arguments eagerly, for which OpenAI has no word.
        assert.deepEqual(
          losses.filter((loss) => !loss.includes('eager_input_streaming')),
          [],
        );
      }
      assert.match(String(own[0]?.finishReason), /^tool_(calls|use)$/);
    }
  }
});
