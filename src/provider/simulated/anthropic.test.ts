import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { startSimulatedProvider } from './server.ts';
import { generateWorkload, systemPromptOf } from './workload.ts';

async function createClient(t: TestContext): Promise<Anthropic> {
  const provider = await startSimulatedProvider({ speed: 0 });
  t.after(provider.close);
  return new Anthropic({ baseURL: provider.url, apiKey: 'any', maxRetries: 0 });
}

const ask = (content: string) => ({
  model: 'sim-mid',
  max_tokens: 2_000,
  messages: [{ role: 'user' as const, content }],
});
const textOf = (message: { content: { type: string; text?: string }[] }): string =>
  message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');

test('a message has text, stop reason and usage', async (t) => {
  const client = await createClient(t);
  const message = await client.messages.create(ask('Hi'));
  assert.equal(textOf(message), 'This is sim-mid, a simulated model. You wrote: Hi');
  assert.equal(message.stop_reason, 'end_turn');
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
  assert.deepEqual(message.usage.cache_creation, { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 });
});

test('a stream has the documented order of events and ends in the same message', async (t) => {
  const client = await createClient(t);
  const request = { ...ask('Grüße, 世界 👩‍👩‍👧!'), thinking: { type: 'adaptive' as const } };
  const types: string[] = [];
  const stream = client.messages.stream(request).on('streamEvent', ({ type }) => types.push(type));
  const message = await stream.finalMessage();
  const order = types.filter((type, index) => type !== types[index - 1]);
  const block = ['content_block_start', 'content_block_delta', 'content_block_stop'];
  assert.deepEqual(order, ['message_start', ...block, ...block, 'message_delta', 'message_stop']);
  const whole = await client.messages.create(request);
  assert.deepEqual(message.content, whole.content);
  assert.deepEqual(
    message.content.map(({ type }) => type),
    ['thinking', 'text'],
  );
  assert.equal(message.usage.output_tokens, whole.usage.output_tokens);
  assert.ok((whole.usage.output_tokens_details?.thinking_tokens ?? 0) > 0);
});

test('the SDK completes a streamed tool loop', async (t) => {
  const client = await createClient(t);
  const asked: unknown[] = [];
  const weather = betaTool({
    name: 'get_weather',
    description: 'The weather of a city',
    inputSchema: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city', 'days'],
    },
    run: (input) => {
      asked.push(input);
      return 'sunny';
    },
  });
  const runner = client.beta.messages.toolRunner({
    ...ask('The weather in Lisbon for 3 days?'),
    tools: [weather],
    stream: true,
  });
  let last = '';
  for await (const stream of runner) last = textOf(await stream.finalMessage());
  assert.equal(last, 'The result of get_weather is: sunny.');
  assert.deepEqual(asked, [{ city: 'Lisbon', days: 3 }]);
});

test('structured output and a forced tool give the object of the schema', async (t) => {
  const client = await createClient(t);
  const [item] = generateWorkload({ seed: 2, count: 1, tasks: ['invoice-extract'] });
  assert.ok(item?.schema !== undefined);
  const request = { ...ask(item.messages[1].content), model: 'sim-frontier' };
  const schema = item.schema as Record<string, unknown>;
  const structured = await client.messages
    .stream({ ...request, output_config: { format: { type: 'json_schema', schema } } })
    .finalMessage();
  assert.ok(item.check(textOf(structured)));
  const forced = await client.messages.create({
    ...request,
    tools: [{ name: 'record', input_schema: { type: 'object', ...schema } }],
    tool_choice: { type: 'tool', name: 'record' },
  });
  assert.equal(forced.stop_reason, 'tool_use');
  const [block] = forced.content;
  assert.ok(block?.type === 'tool_use' && item.check(JSON.stringify(block.input)));
});

test('a conversation that the SDK wants kept on the server is sent again in whole', async (t) => {
  const client = await createClient(t);
  const thread = client.beta.messages.thread({ model: 'sim-mid', max_tokens: 100 });
  await thread.send({ role: 'user', content: 'first' });
  const second = await thread.send({ role: 'user', content: 'second' });
  assert.match(textOf(second), /You wrote: second$/);
  const alone = await client.messages.create(ask('second'));
  assert.ok(second.usage.input_tokens > alone.usage.input_tokens + 10, 'the first turn was read as well');
});

test('an empty tool input streams as an empty object', async (t) => {
  const client = await createClient(t);
  const message = await client.messages
    .stream({ ...ask('ping!'), tools: [{ name: 'ping', input_schema: { type: 'object', properties: {} } }] })
    .finalMessage();
  const [block] = message.content;
  assert.ok(block?.type === 'tool_use');
  assert.deepEqual(block.input, {});
});

test('only what cache_control marks is written and read, five minutes and one hour apart', async (t) => {
  const client = await createClient(t);
  const usageOf = async (content: string, ttl?: '5m' | '1h') => {
    const control = ttl === undefined ? {} : { cache_control: { type: 'ephemeral' as const, ttl } };
    const system = [{ type: 'text' as const, text: systemPromptOf('arithmetic'), ...control }];
    return (await client.messages.create({ ...ask(content), system })).usage;
  };
  const plain = await usageOf('one');
  assert.equal(plain.cache_creation_input_tokens, 0);
  const written = await usageOf('two', '1h');
  assert.equal(written.cache_creation?.ephemeral_1h_input_tokens, written.cache_creation_input_tokens);
  assert.ok((written.cache_creation_input_tokens ?? 0) > 1_024);
  assert.equal(written.input_tokens + (written.cache_creation_input_tokens ?? 0), plain.input_tokens);
  const read = await usageOf('three', '1h');
  assert.equal(read.cache_read_input_tokens, written.cache_creation_input_tokens);
  assert.equal(read.cache_creation_input_tokens, 0);
  const large = { type: 'ephemeral' as const };
  const fiveMinutes = await client.messages.create({ ...ask('word '.repeat(1_500)), cache_control: large });
  assert.equal(
    fiveMinutes.usage.cache_creation?.ephemeral_5m_input_tokens,
    fiveMinutes.usage.cache_creation_input_tokens,
  );
  assert.ok((fiveMinutes.usage.cache_creation_input_tokens ?? 0) >= 1_500);
});

test('more than four breakpoints are refused', async (t) => {
  const client = await createClient(t);
  const block = { type: 'text' as const, text: 'x', cache_control: { type: 'ephemeral' as const } };
  await assert.rejects(
    client.messages.create({
      ...ask(''),
      messages: [{ role: 'user', content: Array.from({ length: 5 }, () => block) }],
    }),
    /maximum of 4 blocks/,
  );
});

test('limits and stop sequences end a message with their own reasons', async (t) => {
  const client = await createClient(t);
  const cut = await client.messages.create({ ...ask('Hi'), max_tokens: 3 });
  assert.deepEqual([cut.stop_reason, cut.usage.output_tokens], ['max_tokens', 3]);
  const stopped = await client.messages.create({ ...ask('Hi'), stop_sequences: [' a '] });
  assert.deepEqual([stopped.stop_reason, stopped.stop_sequence], ['stop_sequence', ' a ']);
  assert.equal(textOf(stopped), 'This is sim-mid,');
});

test('counting tokens agrees with the usage of the message', async (t) => {
  const client = await createClient(t);
  const { max_tokens: _limit, ...counted } = ask('How many tokens is this?');
  const { input_tokens } = await client.messages.countTokens(counted);
  assert.equal(input_tokens, (await client.messages.create(ask('How many tokens is this?'))).usage.input_tokens);
});

test('errors arrive as the typed errors of the SDK', async (t) => {
  const client = await createClient(t);
  await assert.rejects(client.messages.create(ask('[[sim:fail=429]]')), Anthropic.RateLimitError);
  await assert.rejects(client.messages.create(ask('[[sim:fail=529]]')), /overloaded_error/);
  await assert.rejects(client.messages.create({ ...ask('x'), model: 'y' }), Anthropic.NotFoundError);
});

const MARK = { type: 'ephemeral' as const };

test('marks are refused where Anthropic refuses them', async (t) => {
  const client = await createClient(t);
  const marked = (content: object[]) => ({ ...ask(''), messages: [{ role: 'user', content }] }) as never;
  const tool = { name: 'f', input_schema: { type: 'object' as const } };
  const refused: [object, RegExp][] = [
    [marked([{ type: 'text', text: '', cache_control: MARK }]), /empty text/],
    [marked([{ type: 'thinking', thinking: 'x', signature: 's', cache_control: MARK }]), /thinking/],
    [{ ...ask('a'), tools: [{ ...tool, defer_loading: true, cache_control: MARK }] }, /defer_loading/],
    [
      {
        ...(marked([{ type: 'text', text: 'a', cache_control: { ...MARK, ttl: '1h' } }]) as object),
        cache_control: MARK,
      },
      /ttl/,
    ],
    [
      {
        ...(marked(
          Array.from({ length: 4 }, () => ({ type: 'text', text: 'a', cache_control: MARK })).concat([
            { type: 'text', text: 'b' } as never,
          ]),
        ) as object),
        cache_control: MARK,
      },
      /maximum of 4/,
    ],
  ];
  for (const [body, why] of refused) await assert.rejects(client.messages.create(body as never), why);
});

test('a mark at the top is one on the last block that can bear it, and none beside a mark that is there', async (t) => {
  const client = await createClient(t);
  const long = 'word '.repeat(1200);
  const blank = [
    { type: 'text' as const, text: long },
    { type: 'text' as const, text: '' },
  ];
  const body = { ...ask(''), cache_control: MARK, messages: [{ role: 'user' as const, content: blank }] };
  const first = await client.messages.create(body);
  assert.ok((first.usage.cache_creation_input_tokens ?? 0) > 1200);
  const again = await client.messages.create({
    ...body,
    messages: [{ role: 'user', content: [{ type: 'text', text: long, cache_control: MARK }, ...blank.slice(1)] }],
  });
  assert.equal(again.usage.cache_read_input_tokens, first.usage.cache_creation_input_tokens);
});

test('a result that asks for the next call gets it, and another one does not', async (t) => {
  const client = await createClient(t);
  const tools = [{ name: 'read_page', input_schema: { type: 'object' as const, properties: {} } }];
  const answerTo = (result: string) =>
    client.messages.create({
      ...ask(''),
      tools,
      messages: [
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'read_page', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: result }] },
      ],
    });
  assert.equal((await answerTo('Page 1. Next call: read_page')).stop_reason, 'tool_use');
  assert.equal((await answerTo('Page 1. Next call: other_tool')).stop_reason, 'end_turn');
  assert.equal((await answerTo('read_page is done')).stop_reason, 'end_turn');
});
