// The price of usage as providers report it, to the nano-dollar. Every expected amount was worked out by hand from the
// price pages and is written as an integer, with its arithmetic beside it in nano-dollars per token (USD per million x 1000).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../src/call/json.ts';
import type { Usage } from '../src/call/usage.ts';
import { createCatalog } from '../src/catalog/catalog.ts';
import { type PricingOptions, priceUsage } from '../src/catalog/price-usage.ts';
import { overrideSpec } from '../src/catalog/spec-override.ts';
import { mergeAnthropicUsage, readAnthropicUsage } from '../src/dialect/anthropic-messages-usage.ts';
import { readOpenaiUsage } from '../src/dialect/openai-chat-usage.ts';

const catalog = createCatalog();
/** A Tuesday noon UTC, outside of DeepSeek's peak hours. */
const NOON = Date.UTC(2026, 10, 24, 12);

type Row = [
  what: string,
  model: string,
  usage: Usage | null,
  nanoUsd: number | null,
  arithmetic: string,
  options?: PricingOptions,
];

const chat = (prompt: number, completion: number, more: JsonObject = {}): Usage =>
  readOpenaiUsage({ prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion, ...more });
const cached = (cached_tokens: number, more: JsonObject = {}): JsonObject => ({
  prompt_tokens_details: { cached_tokens, ...more },
});
const messages = (input: number, output: number, more: JsonObject = {}): Usage =>
  readAnthropicUsage({ input_tokens: input, output_tokens: output, ...more });
/** A stream: usage of message_start, then of message_delta. */
const streamed = (start: JsonObject, delta: JsonObject): Usage => readAnthropicUsage(mergeAnthropicUsage(start, delta));
const writes = (fiveMinutes: number, oneHour: number, more: JsonObject = {}): JsonObject => ({
  cache_creation_input_tokens: fiveMinutes + oneHour,
  cache_creation: { ephemeral_5m_input_tokens: fiveMinutes, ephemeral_1h_input_tokens: oneHour },
  ...more,
});
const at = (...date: [number, number, number, number?, number?]): PricingOptions => ({
  atMs: Date.UTC(date[0], date[1] - 1, date[2], date[3] ?? 0, date[4] ?? 0),
});

const OPENAI_ROWS: Row[] = [
  ['a short answer', 'openai/gpt-4o-mini', chat(100, 20), 27_000, '100 x 150 + 20 x 600'],
  ['the dated name', 'openai/gpt-4o-mini-2024-07-18', chat(100, 20), 27_000, '100 x 150 + 20 x 600'],
  ['one token each way', 'openai/gpt-4o-mini', chat(1, 1), 750, '150 + 600'],
  ['a million tokens in', 'openai/gpt-4o', chat(1_000_000, 0), 2_500_000_000, '1000000 x 2500'],
  ['no tokens at all is free, not unknown', 'openai/gpt-4o', chat(0, 0), 0, '0'],
  [
    'a cache read inside the prompt count',
    'openai/gpt-4o',
    chat(2006, 300, cached(1920)),
    5_615_000,
    '86 x 2500 + 1920 x 1250 + 300 x 10000',
  ],
  ['a prompt wholly from the cache', 'openai/gpt-4o', chat(1024, 1, cached(1024)), 1_290_000, '1024 x 1250 + 10000'],
  ['the dated 4o', 'openai/gpt-4o-2024-11-20', chat(10, 10), 125_000, '10 x 2500 + 10 x 10000'],
  [
    'the first 4o, which costs twice as much',
    'openai/gpt-4o-2024-05-13',
    chat(10, 10),
    200_000,
    '10 x 5000 + 10 x 15000',
  ],
  [
    'a cache read where none is priced is input',
    'openai/gpt-4o-2024-05-13',
    chat(1000, 0, cached(600)),
    5_000_000,
    '400 x 5000 + 600 x 5000',
  ],
  ['mini', 'openai/gpt-5.4-mini', chat(1000, 500), 3_000_000, '1000 x 750 + 500 x 4500'],
  ['mini, cached', 'openai/gpt-5.4-mini', chat(1000, 500, cached(800)), 2_460_000, '200 x 750 + 800 x 75 + 500 x 4500'],
  ['mini, dated', 'openai/gpt-5.4-mini-2026-03-17', chat(3, 7), 33_750, '3 x 750 + 7 x 4500'],
  ['frontier', 'openai/gpt-5.5', chat(1000, 500), 20_000_000, '1000 x 5000 + 500 x 30000'],
  ['frontier, dated', 'openai/gpt-5.5-2026-04-23', chat(1, 1), 35_000, '5000 + 30000'],
  [
    'reasoning is part of the completion and billed once',
    'openai/gpt-5.5',
    chat(100, 900, { completion_tokens_details: { reasoning_tokens: 640 } }),
    27_500_000,
    '100 x 5000 + 900 x 30000',
  ],
  [
    'o4-mini with reasoning',
    'openai/o4-mini',
    chat(75, 1186, { completion_tokens_details: { reasoning_tokens: 1024 } }),
    5_300_900,
    '75 x 1100 + 1186 x 4400',
  ],
  ['just not long context', 'openai/gpt-5.5', chat(271_999, 10), 1_360_295_000, '271999 x 5000 + 10 x 30000'],
  [
    'long context switches the whole request, output too',
    'openai/gpt-5.5',
    chat(300_000, 1000),
    3_045_000_000,
    '300000 x 10000 + 1000 x 45000',
  ],
  [
    'long context counts cached tokens',
    'openai/gpt-5.5',
    chat(300_000, 0, cached(290_000)),
    390_000_000,
    '10000 x 10000 + 290000 x 1000',
  ],
  [
    'long context of the model before',
    'openai/gpt-5.4',
    chat(500_000, 2000),
    2_545_000_000,
    '500000 x 5000 + 2000 x 22500',
  ],
  ['below long context', 'openai/gpt-5.4', chat(100_000, 2000), 280_000_000, '100000 x 2500 + 2000 x 15000'],
  ['batch is half', 'openai/gpt-5.5', chat(1000, 500), 10_000_000, '(1000 x 5000 + 500 x 30000) / 2', { batch: true }],
  [
    'batch of an odd amount rounds half up',
    'openai/gpt-4o-mini',
    chat(1, 0, cached(1)),
    38,
    '75 / 2 = 37.5',
    { batch: true },
  ],
  [
    'batch of a long context',
    'openai/gpt-5.4',
    chat(500_000, 2000),
    1_272_500_000,
    '(500000 x 5000 + 2000 x 22500) / 2',
    { batch: true },
  ],
  [
    'batch of cached input',
    'openai/gpt-4o',
    chat(1000, 100, cached(600)),
    1_375_000,
    '(400 x 2500 + 600 x 1250 + 100 x 10000) / 2',
    { batch: true },
  ],
  ['flex is half', 'openai/o4-mini', chat(1001, 0), 550_550, '1001 x 1100 / 2', { serviceTier: 'flex' }],
  ['flex where it is not sold', 'openai/gpt-4o', chat(10, 10), null, 'no such price', { serviceTier: 'flex' }],
  [
    'priority of 4o',
    'openai/gpt-4o',
    chat(100, 10),
    595_000,
    '(100 x 2500 + 10 x 10000) x 1.7',
    { serviceTier: 'priority' },
  ],
  ['priority of 4o-mini is 5/3', 'openai/gpt-4o-mini', chat(1, 1), 1250, '250 + 1000', { serviceTier: 'priority' }],
  [
    'priority of gpt-5.5',
    'openai/gpt-5.5',
    chat(10, 10),
    875_000,
    '(10 x 5000 + 10 x 30000) x 2.5',
    { serviceTier: 'priority' },
  ],
  [
    'priority is not sold for a long context',
    'openai/gpt-5.5',
    chat(300_000, 1),
    null,
    'no such price',
    { serviceTier: 'priority' },
  ],
  [
    'the default tier by name',
    'openai/gpt-4o',
    chat(100, 10),
    350_000,
    '100 x 2500 + 10 x 10000',
    { serviceTier: 'default' },
  ],
  ['a tier by contract', 'openai/gpt-4o', chat(100, 10), null, 'no published price', { serviceTier: 'scale' }],
  [
    'audio in and out, each at its own rate',
    'openai/gpt-audio',
    chat(150, 60, { prompt_tokens_details: { audio_tokens: 100 }, completion_tokens_details: { audio_tokens: 40 } }),
    6_085_000,
    '50 x 2500 + 100 x 32000 + 20 x 10000 + 40 x 64000',
  ],
  [
    'audio on a model without an audio price',
    'openai/gpt-4o',
    chat(150, 60, { prompt_tokens_details: { audio_tokens: 100 } }),
    null,
    'no rate',
  ],
  [
    'audio answers without an audio price',
    'openai/gpt-4o-mini',
    chat(10, 60, { completion_tokens_details: { audio_tokens: 40 } }),
    null,
    'no rate',
  ],
  [
    'cache writes where they have a price',
    'openai/gpt-6-sol',
    chat(3000, 10, cached(1000, { cache_write_tokens: 1500 })),
    5_050_000,
    '500 x 2000 + 1000 x 200 + 1500 x 2500 + 10 x 10000',
  ],
  [
    'a price before it fell',
    'openai/gpt-5.6-sol',
    chat(1000, 100),
    8_000_000,
    '1000 x 5000 + 100 x 30000',
    at(2026, 8, 20, 23, 59),
  ],
  [
    'and from the day on',
    'openai/gpt-5.6-sol',
    chat(1000, 100),
    6_000_000,
    '1000 x 4000 + 100 x 20000',
    at(2026, 8, 21),
  ],
  ['a fine-tuned model', 'openai/ft:gpt-4o-mini-2024-07-18:acme::B1', chat(100, 10), 42_000, '100 x 300 + 10 x 1200'],
  [
    'an embedding has no output price and needs none',
    'openai/text-embedding-3-small',
    chat(1000, 0),
    20_000,
    '1000 x 20',
  ],
  ['an unknown model', 'openai/gpt-4o-mega', chat(100, 10), null, 'not listed'],
  ["a known name at a server of one's own", 'local/gpt-4o', chat(100, 10), null, 'not listed'],
  [
    'no usage reported',
    'openai/gpt-4o',
    null,
    null,
    'a stream without include_usage, or a client gone before the last event',
  ],
  ["a model of Azure at the maker's price", 'azure/gpt-4o', chat(100, 10), 350_000, '100 x 2500 + 10 x 10000'],
];

const COMPATIBLE_ROWS: Row[] = [
  [
    'DeepSeek tells hits and misses',
    'deepseek/deepseek-v4-flash',
    readOpenaiUsage({
      prompt_tokens: 1000,
      prompt_cache_hit_tokens: 600,
      prompt_cache_miss_tokens: 400,
      completion_tokens: 50,
    }),
    125_200,
    '400 x 220 + 600 x 7 + 50 x 660',
  ],
  [
    'DeepSeek at its first peak',
    'deepseek/deepseek-v4-flash',
    chat(1000, 50),
    506_000,
    '1000 x 440 + 50 x 1320',
    at(2026, 11, 24, 1),
  ],
  [
    'the minute after the first peak',
    'deepseek/deepseek-v4-flash',
    chat(1000, 50),
    253_000,
    '1000 x 220 + 50 x 660',
    at(2026, 11, 24, 4),
  ],
  [
    'DeepSeek at its second peak',
    'deepseek/deepseek-v4-pro',
    chat(1000, 50),
    1_518_000,
    '1000 x 1320 + 50 x 3960',
    at(2026, 11, 24, 9, 59),
  ],
  [
    'DeepSeek before peak hours were made',
    'deepseek/deepseek-v4-pro',
    chat(1000, 50),
    478_500,
    '1000 x 435 + 50 x 870',
    at(2026, 8, 16, 2),
  ],
  [
    'a rate with a fraction of a nano-dollar',
    'deepseek/deepseek-v4-flash',
    chat(1, 0, cached(1)),
    3,
    '2.8 rounded',
    at(2026, 6, 1),
  ],
  [
    'fractions are summed before rounding',
    'deepseek/deepseek-v4-pro',
    chat(12, 0, cached(12)),
    44,
    '12 x 3.625 = 43.5',
    at(2026, 6, 1),
  ],
  ['the old name of V4 Flash', 'deepseek/deepseek-chat', chat(1000, 50), 253_000, '1000 x 220 + 50 x 660'],
  ['Gemini Flash Lite', 'google/gemini-2.5-flash-lite', chat(1000, 100), 140_000, '1000 x 100 + 100 x 400'],
  [
    'Gemini with a path',
    'gemini/models/gemini-2.5-flash-lite',
    chat(1000, 100, cached(500)),
    95_000,
    '500 x 100 + 500 x 10 + 100 x 400',
  ],
  [
    'Gemini audio',
    'google/gemini-2.5-flash-lite',
    chat(1000, 0, { prompt_tokens_details: { audio_tokens: 250 } }),
    150_000,
    '750 x 100 + 250 x 300',
  ],
  [
    'Gemini Pro at 200000 tokens',
    'google/gemini-2.5-pro',
    chat(200_000, 100),
    251_000_000,
    '200000 x 1250 + 100 x 10000',
  ],
  [
    'Gemini Pro one token longer',
    'google/gemini-2.5-pro',
    chat(200_001, 100),
    501_502_500,
    '200001 x 2500 + 100 x 15000',
  ],
  [
    'Gemini batch halves all but cache reads',
    'google/gemini-2.5-pro',
    chat(1000, 100, cached(400)),
    925_000,
    '(600 x 1250 + 100 x 10000) / 2 + 400 x 125',
    { batch: true },
  ],
  [
    'xAI counts reasoning beside the completion',
    'xai/grok-4',
    readOpenaiUsage({
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 310,
      completion_tokens_details: { reasoning_tokens: 200 },
    }),
    3_450_000,
    '100 x 3000 + 210 x 15000',
  ],
  ['Groq', 'groq/llama-3.3-70b-versatile', chat(1000, 100), 669_000, '1000 x 590 + 100 x 790'],
  [
    'Groq, on demand by name',
    'groq/llama-3.1-8b-instant',
    chat(1000, 100),
    58_000,
    '1000 x 50 + 100 x 80',
    { serviceTier: 'on_demand' },
  ],
  [
    'OpenRouter, Claude with a cache write',
    'openrouter/anthropic/claude-haiku-4.5',
    chat(2000, 10, cached(0, { cache_write_tokens: 1500 })),
    2_425_000,
    '500 x 1000 + 1500 x 1250 + 10 x 5000',
  ],
  ['OpenRouter, a free model', 'openrouter/deepseek/deepseek-r1:free', chat(2000, 10), 0, 'free by name'],
];

const CLAUDE_ROWS: Row[] = [
  ['Haiku', 'anthropic/claude-haiku-4-5', messages(1000, 100), 1_500_000, '1000 x 1000 + 100 x 5000'],
  ['Haiku, dated', 'anthropic/claude-haiku-4-5-20251001', messages(7, 3), 22_000, '7 x 1000 + 3 x 5000'],
  ['Sonnet', 'anthropic/claude-sonnet-4-6', messages(1000, 100), 4_500_000, '1000 x 3000 + 100 x 15000'],
  ['Opus', 'anthropic/claude-opus-4-7', messages(1000, 100), 7_500_000, '1000 x 5000 + 100 x 25000'],
  [
    'a cache read beside the input count',
    'anthropic/claude-sonnet-4-6',
    messages(50, 10, { cache_read_input_tokens: 10_000 }),
    3_300_000,
    '50 x 3000 + 10000 x 300 + 10 x 15000',
  ],
  [
    'a cache write of five minutes',
    'anthropic/claude-haiku-4-5',
    messages(10, 10, writes(2000, 0)),
    2_560_000,
    '10 x 1000 + 2000 x 1250 + 10 x 5000',
  ],
  [
    'a cache write of one hour',
    'anthropic/claude-haiku-4-5',
    messages(10, 10, writes(0, 2000)),
    4_060_000,
    '10 x 1000 + 2000 x 2000 + 10 x 5000',
  ],
  [
    'both, and a read',
    'anthropic/claude-opus-4-7',
    messages(4, 1, writes(456, 100, { cache_read_input_tokens: 1800 })),
    4_795_000,
    '4 x 5000 + 456 x 6250 + 100 x 10000 + 1800 x 500 + 25000',
  ],
  [
    'a write without the split lives five minutes',
    'anthropic/claude-sonnet-4-6',
    messages(0, 0, { cache_creation_input_tokens: 100 }),
    375_000,
    '100 x 3750',
  ],
  [
    'thinking is part of the output',
    'anthropic/claude-opus-4-7',
    messages(10, 700, { output_tokens_details: { thinking_tokens: 600 } }),
    17_550_000,
    '10 x 5000 + 700 x 25000',
  ],
  [
    'a stream: input first, output last',
    'anthropic/claude-sonnet-4-6',
    streamed({ input_tokens: 25, cache_read_input_tokens: 0, output_tokens: 1 }, { output_tokens: 15 }),
    300_000,
    '25 x 3000 + 15 x 15000',
  ],
  [
    'a stream whose delta repeats the counts and leaves some null',
    'anthropic/claude-sonnet-4-6',
    streamed(
      { input_tokens: 25, ...writes(0, 400), output_tokens: 1 },
      { input_tokens: 25, cache_read_input_tokens: null, output_tokens: 15 },
    ),
    2_700_000,
    '25 x 3000 + 400 x 6000 + 15 x 15000',
  ],
  [
    'the client left: what message_start said is billed',
    'anthropic/claude-opus-4-7',
    streamed({ input_tokens: 2000, cache_read_input_tokens: 500, output_tokens: 3 }, {}),
    10_325_000,
    '2000 x 5000 + 500 x 500 + 3 x 25000',
  ],
  ['the client left before any usage', 'anthropic/claude-opus-4-7', null, null, 'unknown, not free'],
  [
    'batch is half, caches too',
    'anthropic/claude-haiku-4-5',
    messages(101, 1, writes(10, 0, { cache_read_input_tokens: 7 })),
    59_600,
    '(101 x 1000 + 10 x 1250 + 7 x 100 + 5000) / 2',
    { batch: true },
  ],
  [
    'batch as the answer says it',
    'anthropic/claude-sonnet-4-6',
    messages(1000, 100),
    2_250_000,
    '(1000 x 3000 + 100 x 15000) / 2',
    { serviceTier: 'batch' },
  ],
  [
    'priority is a contract at Anthropic',
    'anthropic/claude-sonnet-4-6',
    messages(1000, 100),
    null,
    'no published price',
    { serviceTier: 'priority' },
  ],
  [
    'the standard tier by name',
    'anthropic/claude-sonnet-4-6',
    messages(1000, 100),
    4_500_000,
    '1000 x 3000 + 100 x 15000',
    { serviceTier: 'standard' },
  ],
  [
    'Sonnet 4.6 has no long-context price any more',
    'anthropic/claude-sonnet-4-6',
    messages(300_000, 100),
    901_500_000,
    '300000 x 3000 + 100 x 15000',
  ],
  [
    'it had one before March 13, 2026',
    'anthropic/claude-sonnet-4-6',
    messages(300_000, 100),
    1_802_250_000,
    '300000 x 6000 + 100 x 22500',
    at(2026, 3, 12),
  ],
  [
    'Sonnet 4.5: reads and writes count for the mark',
    'anthropic/claude-sonnet-4-5',
    messages(1000, 10, writes(0, 100_000, { cache_read_input_tokens: 99_001 })),
    1_265_625_600,
    '1000 x 6000 + 99001 x 600 + 100000 x 12000 + 10 x 22500',
  ],
  [
    'Sonnet 4.5 at the mark',
    'anthropic/claude-sonnet-4-5',
    messages(1000, 10, { cache_read_input_tokens: 199_000 }),
    62_850_000,
    '1000 x 3000 + 199000 x 300 + 10 x 15000',
  ],
  [
    'Haiku 5.5 up to 100000 tokens',
    'anthropic/claude-haiku-5-5',
    messages(100_000, 100),
    10_050_000,
    '100000 x 100 + 100 x 500',
  ],
  [
    'Haiku 5.5 above',
    'anthropic/claude-haiku-5-5-20261007',
    messages(60_000, 100, { cache_read_input_tokens: 40_001 }),
    32_250_050,
    '60000 x 500 + 40001 x 50 + 100 x 2500',
  ],
  [
    'Sonnet 5.5 before its cache reads got cheaper',
    'anthropic/claude-sonnet-5-5',
    messages(0, 0, { cache_read_input_tokens: 1000 }),
    200_000,
    '1000 x 200',
    at(2026, 10, 6),
  ],
  [
    'and after',
    'anthropic/claude-sonnet-5-5',
    messages(0, 0, { cache_read_input_tokens: 1000 }),
    100_000,
    '1000 x 100',
    at(2026, 10, 7),
  ],
  [
    'Bedrock in a region costs a tenth more',
    'bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0',
    messages(1000, 100),
    1_650_000,
    '1000 x 1100 + 100 x 5500',
  ],
  [
    "Bedrock, global, with an hour's write",
    'bedrock/global.anthropic.claude-sonnet-4-6',
    messages(0, 0, writes(0, 10)),
    60_000,
    '10 x 6000',
  ],
  [
    'Vertex with its version',
    'vertex/claude-haiku-4-5@20251001',
    messages(1000, 100),
    1_500_000,
    '1000 x 1000 + 100 x 5000',
  ],
  [
    'a prefixed name',
    'anthropic/anthropic/claude-haiku-4-5',
    messages(1000, 100),
    1_500_000,
    '1000 x 1000 + 100 x 5000',
  ],
  ['a model that does not exist', 'anthropic/claude-haiku-9', messages(1000, 100), null, 'not listed'],
];

function find(name: string) {
  const slash = name.indexOf('/');
  return catalog.find(name.slice(0, slash), name.slice(slash + 1));
}

for (const [title, rows] of Object.entries({
  'OpenAI usage': OPENAI_ROWS,
  'usage of compatible providers': COMPATIBLE_ROWS,
  'Anthropic usage': CLAUDE_ROWS,
})) {
  describe(`costs of ${title}`, () => {
    for (const [what, model, usage, nanoUsd, arithmetic, options] of rows) {
      it(`${what}: ${model}, ${arithmetic}`, () => {
        const cost = priceUsage(usage, find(model), { atMs: NOON, ...options });
        assert.deepEqual(cost, { nanoUsd, basis: nanoUsd === null ? 'unknown' : 'measured' });
      });
    }
  });
}

describe('costs of overridden models', () => {
  const own = { vendor: 'local', id: 'llama' };
  const rows: [string, ReturnType<typeof find>, Usage, number | null, string][] = [
    [
      "a model of one's own",
      overrideSpec(null, own, { usdPerMillion: { input: 0.05, output: 0.2 } }),
      chat(1000, 10),
      52_000,
      '1000 x 50 + 10 x 200',
    ],
    [
      'without an output price',
      overrideSpec(null, own, { usdPerMillion: { input: 0.05 } }),
      chat(1000, 10),
      null,
      'no rate',
    ],
    ['free', overrideSpec(null, own, { usdPerMillion: { input: 0, output: 0 } }), chat(1000, 10), 0, '0'],
    [
      'a contract on input alone',
      overrideSpec(find('openai/gpt-4o'), own, { usdPerMillion: { input: 2 } }),
      chat(1000, 10, cached(400)),
      1_800_000,
      '600 x 2000 + 400 x 1250 + 10 x 10000',
    ],
    [
      'a flat price ends the long-context one',
      overrideSpec(find('openai/gpt-5.5'), own, { usdPerMillion: { input: 4, output: 20, cacheRead: 0.4 } }),
      chat(300_000, 10),
      1_200_200_000,
      '300000 x 4000 + 10 x 20000',
    ],
  ];
  for (const [what, spec, usage, nanoUsd, arithmetic] of rows) {
    it(`${what}: ${arithmetic}`, () => {
      assert.equal(priceUsage(usage, spec, { atMs: NOON }).nanoUsd, nanoUsd);
    });
  }
});
