import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import OpenAI from 'openai';
import type { RunnableToolFunctionWithParse } from 'openai/lib/RunnableFunction';
import { startSimulatedProvider } from './server.ts';
import { generateWorkload, systemPromptOf } from './workload.ts';

async function createClient(t: TestContext): Promise<OpenAI> {
  const provider = await startSimulatedProvider({ speed: 0 });
  t.after(provider.close);
  return new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: 'any', maxRetries: 0 });
}

const user = (content: string) => [{ role: 'user' as const, content }];
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'kelvin'] } },
      required: ['city', 'unit'],
    },
  },
};

test('a completion has text, finish and usage that adds up', async (t) => {
  const client = await createClient(t);
  const reply = await client.chat.completions.create({ model: 'sim-small', messages: user('Hi') });
  const [choice] = reply.choices;
  assert.equal(choice?.message.content, 'This is sim-small, a simulated model. You wrote: Hi');
  assert.equal(choice?.finish_reason, 'stop');
  assert.equal(reply.model, 'sim-small');
  const usage = reply.usage;
  assert.ok(usage !== undefined && usage.prompt_tokens > 0);
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  assert.equal(usage.completion_tokens_details?.reasoning_tokens, 0);
});

test('a stream says the same as the completion, with usage only when asked', async (t) => {
  const client = await createClient(t);
  const request = { model: 'sim-mid', messages: user('Grüße, 世界 👩‍👩‍👧!') };
  const whole = await client.chat.completions.create(request);
  for (const includeUsage of [true, false]) {
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: includeUsage },
    });
    let text = '';
    const finishes: string[] = [];
    const usages: unknown[] = [];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason);
      if (chunk.usage) usages.push(chunk.usage);
    }
    assert.equal(text, whole.choices[0]?.message.content);
    assert.deepEqual(finishes, ['stop']);
    assert.deepEqual(usages, includeUsage ? [whole.usage] : []);
  }
});

test('the SDK completes a streamed tool loop', async (t) => {
  const client = await createClient(t);
  const asked: unknown[] = [];
  const tool: RunnableToolFunctionWithParse<object> = {
    type: 'function',
    function: {
      ...weather.function,
      description: 'The weather of a city',
      parse: (text) => JSON.parse(text) as object,
      function: (args) => {
        asked.push(args);
        return '21 degrees';
      },
    },
  };
  const runner = client.chat.completions.runTools({
    model: 'sim-mid',
    stream: true,
    messages: user('How is the weather in Paris, in celsius?'),
    tools: [tool],
  });
  assert.equal(await runner.finalContent(), 'The result of get_weather is: 21 degrees.');
  assert.deepEqual(asked, [{ city: 'Paris', unit: 'celsius' }]);
});

test('several mentioned tools are called in parallel, under different ids', async (t) => {
  const client = await createClient(t);
  const time = { type: 'function' as const, function: { name: 'local_time', parameters: { type: 'object' } } };
  const reply = await client.chat.completions.create({
    model: 'sim-mid',
    messages: user('weather and time in Rome'),
    tools: [weather, time],
  });
  const calls = reply.choices[0]?.message.tool_calls ?? [];
  assert.equal(reply.choices[0]?.finish_reason, 'tool_calls');
  assert.deepEqual(
    calls.map((call) => call.type === 'function' && call.function.name),
    ['get_weather', 'local_time'],
  );
  assert.equal(new Set(calls.map(({ id }) => id)).size, 2);
});

test('structured output fulfils the schema, streamed through the SDK helper', async (t) => {
  const client = await createClient(t);
  const [item] = generateWorkload({ seed: 2, count: 1, tasks: ['invoice-extract'] });
  assert.ok(item?.schema !== undefined);
  const stream = client.chat.completions.stream({
    model: 'sim-frontier',
    messages: item.messages,
    response_format: { type: 'json_schema', json_schema: { name: 'invoice', strict: true, schema: item.schema } },
  });
  const reply = await stream.finalChatCompletion();
  assert.ok(item.check(reply.choices[0]?.message.content ?? ''));
});

test('a long system prompt is cached by itself, in steps of 128 tokens', async (t) => {
  const client = await createClient(t);
  const ask = async (content: string, apiKey = 'any'): Promise<number | undefined> => {
    const reply = await client.withOptions({ apiKey }).chat.completions.create({
      model: 'sim-small',
      messages: [{ role: 'system', content: systemPromptOf('summary') }, ...user(content)],
    });
    return reply.usage?.prompt_tokens_details?.cached_tokens;
  };
  assert.equal(await ask('first'), 0);
  const cached = await ask('second');
  assert.ok(cached !== undefined && cached >= 1_024 && cached % 128 === 0, String(cached));
  assert.equal(await ask('third', 'another organisation'), 0);
});

test('n, reasoning effort, token limit and stop are honoured', async (t) => {
  const client = await createClient(t);
  const ask = (change: object) =>
    client.chat.completions.create({ model: 'sim-mid', messages: user('hello'), stream: false, ...change });
  const three = await ask({ n: 3 });
  assert.deepEqual(
    three.choices.map(({ index }) => index),
    [0, 1, 2],
  );
  const one = await ask({});
  assert.equal(three.usage?.completion_tokens, 3 * (one.usage?.completion_tokens ?? 0));
  const thought = await ask({ reasoning_effort: 'low' });
  assert.ok((thought.usage?.completion_tokens_details?.reasoning_tokens ?? 0) > 0);
  assert.equal((await ask({ max_completion_tokens: 3 })).choices[0]?.finish_reason, 'length');
  const stopped = await ask({ stop: ',' });
  assert.equal(stopped.choices[0]?.message.content, 'This is sim-mid');
  assert.equal(stopped.choices[0]?.finish_reason, 'stop');
});

test('errors arrive as the typed errors of the SDK', async (t) => {
  const client = await createClient(t);
  const ask = (content: string) => client.chat.completions.create({ model: 'sim-small', messages: user(content) });
  await assert.rejects(ask('[[sim:fail=429 retry-after=2]]'), OpenAI.RateLimitError);
  await assert.rejects(ask('[[sim:fail=503]]'), OpenAI.InternalServerError);
  await assert.rejects(client.chat.completions.create({ model: 'x', messages: user('y') }), OpenAI.NotFoundError);
});

test('a prompt is found again under the same cache key, and not under another', async (t) => {
  const provider = await startSimulatedProvider({ speed: 0 });
  t.after(provider.close);
  const client = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: 'any', maxRetries: 0 });
  const cachedUnder = async (prompt_cache_key: string): Promise<number> => {
    const messages = [{ role: 'user' as const, content: 'word '.repeat(1200) }];
    const { usage } = await client.chat.completions.create({ model: 'sim-mid', messages, prompt_cache_key });
    return usage?.prompt_tokens_details?.cached_tokens ?? 0;
  };
  assert.equal(await cachedUnder('a'), 0);
  assert.ok((await cachedUnder('a')) >= 1024);
  assert.equal(await cachedUnder('b'), 0);
});
