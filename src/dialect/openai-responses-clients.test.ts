// What a client's own library makes of the streams that are written for it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { ChatOpenAI } from '@langchain/openai';
import { streamText, tool } from 'ai';
import OpenAI from 'openai';
import { z } from 'zod';
import { TierlineError } from '../call/errors.ts';
import { toUsage } from '../call/usage.ts';
import type { ReplyContext } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { openaiResponses } from './openai-responses.ts';

const CONTEXT: ReplyContext = {
  costUsd: () => 0.25,
  includeUsage: true,
  createdAtSeconds: 1_700_000_000,
  origin: 'anthropic-messages',
};
const choice = 0;
const LOGPROBS = [{ token: 'Hel', logprob: -0.5, bytes: [1], top_logprobs: [] }];

const ANSWER: NeutralEvent[] = [
  { type: 'start', id: 'msg_1', model: 'claude-x' },
  { type: 'thinking', choice, text: 'Hm, ' },
  { type: 'thinking', choice, text: 'so.' },
  { type: 'thinking_signature', choice, signature: 'c2ln' },
  { type: 'part_end', choice },
  { type: 'redacted_thinking', choice, data: 'hidden' },
  { type: 'ping' },
  { type: 'text', choice, text: 'Hel' },
  { type: 'logprobs', choice, json: { content: LOGPROBS } },
  { type: 'text', choice, text: 'lo.' },
  { type: 'part_end', choice },
  { type: 'tool_start', choice, tool: 0, id: 'toolu_a', name: 'weather' },
  { type: 'tool_arguments', choice, tool: 0, json: '{"city":' },
  { type: 'tool_arguments', choice, tool: 0, json: '"Oslo"}' },
  { type: 'part_end', choice },
  { type: 'tool_start', choice, tool: 1, id: 'toolu_b', name: 'time' },
  { type: 'part_end', choice },
  { type: 'finish', choice, finish: { reason: 'tool_calls', raw: 'tool_use' } },
  { type: 'usage', usage: toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7, reasoningTokens: 3 }) },
  { type: 'end' },
];
const OUTPUT = ['reasoning', 'reasoning', 'message', 'function_call', 'function_call'];

const write = (events: readonly NeutralEvent[]): string => {
  const encoder = openaiResponses.createEncoder(CONTEXT);
  return events.map((event) => encoder.push(event)).join('');
};

/** A server that answers everything with one stream; stopped when the test is over. */
async function serve(stream: string, use: (baseURL: string) => Promise<void>): Promise<void> {
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(stream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const withOpenai = (stream: string, use: (client: OpenAI) => Promise<void>): Promise<void> =>
  serve(stream, (baseURL) => use(new OpenAI({ apiKey: 'k', baseURL, maxRetries: 0 })));

describe('the openai SDK', () => {
  test('puts the whole response together, and finds its end to be the same', async () => {
    await withOpenai(write(ANSWER), async (client) => {
      const stream = client.responses.stream({ model: 'x', input: 'Hi' });
      const types: string[] = [];
      for await (const event of stream) types.push(event.type);
      const final = await stream.finalResponse();
      assert.deepEqual(
        [types[0], types[1], types.at(-1)],
        ['response.created', 'response.in_progress', 'response.completed'],
      );
      assert.deepEqual(
        final.output.map(({ type }) => type),
        OUTPUT,
      );
      assert.deepEqual([final.status, final.output_text, final.model], ['completed', 'Hello.', 'claude-x']);
      const calls = final.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
      assert.deepEqual(
        calls.map(({ call_id, name, arguments: json }) => [call_id, name, json]),
        [
          ['toolu_a', 'weather', '{"city":"Oslo"}'],
          ['toolu_b', 'time', '{}'],
        ],
      );
      const { cost, ...usage } = final.usage as OpenAI.Responses.ResponseUsage & { cost: number };
      assert.equal(cost, 0.25);
      assert.deepEqual([usage.input_tokens, usage.output_tokens, usage.total_tokens], [100, 7, 107]);
    });
  });

  test('gathers from the pieces what the end says', async () => {
    const whole = write(ANSWER);
    const cut = whole.slice(0, whole.indexOf('event: response.completed'));
    const outputOf = async (stream: string): Promise<unknown> => {
      let output: unknown;
      await withOpenai(stream, async (client) => {
        output = (await client.responses.stream({ model: 'x', input: 'Hi' }).finalResponse()).output;
      });
      return output;
    };
    assert.deepEqual(await outputOf(cut), await outputOf(whole));
  });

  test('sees an incomplete answer as incomplete', async () => {
    const finish = { reason: 'length', raw: 'max_tokens' } as const;
    const cut = [...ANSWER.slice(0, 9), { type: 'finish', choice, finish } as const, { type: 'end' } as const];
    await withOpenai(write(cut), async (client) => {
      const final = await client.responses.stream({ model: 'x', input: 'Hi' }).finalResponse();
      assert.deepEqual([final.status, final.incomplete_details], ['incomplete', { reason: 'max_output_tokens' }]);
      const last = final.output.at(-1);
      assert.deepEqual([final.output_text, last?.type === 'message' && last.status], ['Hel', 'incomplete']);
    });
  });

  test('throws the error of a stream that breaks off, in its words', async () => {
    const upstream = { status: 429, message: 'Slow down.', type: 'rate_limit_error' };
    const error = new TierlineError('upstream_error', undefined, { upstream });
    const broken = write(ANSWER.slice(0, 9)) + openaiResponses.encodeStreamError(error, 'req1');
    await withOpenai(broken, async (client) => {
      const isTold = ({ message, code, type }: Record<string, unknown>): boolean =>
        /Slow down/.test(String(message)) && code === 'rate_limit_exceeded' && type === 'rate_limit_error';
      await assert.rejects(client.responses.stream({ model: 'x', input: 'Hi' }).finalResponse(), isTold);
      const events = await client.responses.create({ model: 'x', input: 'Hi', stream: true });
      await assert.rejects(gather(events), isTold);
    });
  });
});

describe('the default model of @ai-sdk/openai', () => {
  const ask = (baseURL: string, onError: (error: unknown) => void = () => undefined) =>
    streamText({
      model: createOpenAI({ apiKey: 'k', baseURL })('x'),
      prompt: 'Hi',
      maxRetries: 0,
      tools: {
        weather: tool({ inputSchema: z.object({ city: z.string() }) }),
        time: tool({ inputSchema: z.object({}) }),
      },
      onError: ({ error }) => onError(error),
    });

  test('reads words, reasoning, calls, finish and usage', async () => {
    await serve(write(ANSWER), async (baseURL) => {
      const result = ask(baseURL);
      assert.equal(await result.text, 'Hello.');
      assert.equal(await result.reasoningText, 'Hm, so.');
      assert.deepEqual(
        (await result.toolCalls).map(({ toolCallId, toolName, input }) => [toolCallId, toolName, input]),
        [
          ['toolu_a', 'weather', { city: 'Oslo' }],
          ['toolu_b', 'time', {}],
        ],
      );
      assert.equal(await result.finishReason, 'tool-calls');
      const { inputTokens, outputTokens, totalTokens } = await result.usage;
      assert.deepEqual([inputTokens, outputTokens, totalTokens], [100, 7, 107]);
    });
  });

  test('hears of an answer that breaks off, once and in its words', async () => {
    const broken =
      write(ANSWER.slice(0, 9)) + openaiResponses.encodeStreamError(new TierlineError('upstream_truncated'), 'r');
    await serve(broken, async (baseURL) => {
      const errors: string[] = [];
      const result = ask(baseURL, (error) => errors.push(JSON.stringify(error)));
      const parts = await gather(result.fullStream);
      assert.equal(errors.length, 1);
      assert.match(errors[0] ?? '', /ended before the answer was finished/);
      assert.ok(parts.some((part) => part.type === 'error'));
      assert.equal(await result.finishReason, 'error');
    });
  });
});

describe('LangChain with the responses API', () => {
  test('reads words, calls and usage', async () => {
    await serve(write(ANSWER), async (baseURL) => {
      const model = new ChatOpenAI({ model: 'x', apiKey: 'k', useResponsesApi: true, configuration: { baseURL } });
      const chunks = await gather(await model.stream('Hi'));
      const whole = chunks.reduce((sum, chunk) => sum.concat(chunk));
      assert.equal(whole.text, 'Hello.');
      assert.deepEqual(
        whole.tool_calls?.map(({ id, name, args }) => [id, name, args]),
        [
          ['toolu_a', 'weather', { city: 'Oslo' }],
          ['toolu_b', 'time', {}],
        ],
      );
      assert.deepEqual([whole.usage_metadata?.input_tokens, whole.usage_metadata?.output_tokens], [100, 7]);
    });
  });
});
