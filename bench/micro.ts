// Micro benchmarks of the hot path: `npm run bench`, or `npm run bench -- --json` for one object of named figures.
// Each figure is the median (p50) or the 99th percentile (p99) of many short batches, in microseconds per operation.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { toUsage } from '../src/call/usage.ts';
import type { Caller } from '../src/call/view.ts';
import { createCatalog } from '../src/catalog/catalog.ts';
import { priceUsage } from '../src/catalog/price-usage.ts';
import { parseConfig } from '../src/config/load.ts';
import { createConnections } from '../src/connections.ts';
import { anthropicMessages } from '../src/dialect/anthropic-messages.ts';
import { Inbound } from '../src/dialect/inbound.ts';
import { openaiChat } from '../src/dialect/openai-chat.ts';
import { createOpenaiTap } from '../src/dialect/openai-chat-tap.ts';
import { readReply } from '../src/dialect/reply.ts';
import { Translation } from '../src/dialect/translation.ts';
import { createEngine } from '../src/engine.ts';
import { decide } from '../src/policy/decide.ts';
import { scanJson } from '../src/wire/json-scan.ts';
import { splice } from '../src/wire/splice.ts';
import { type Figure, MEASURE_MS, measure, round, WARM_UP_MS } from './measure.ts';

/** Median time of one plan, each for a request that nobody has looked into yet; reading it is not counted. */
function planFigure(read: () => Inbound, plan: (view: Inbound) => unknown): number {
  const samples: number[] = [];
  const until = performance.now() + WARM_UP_MS + MEASURE_MS;
  const warmUntil = performance.now() + WARM_UP_MS;
  while (performance.now() < until) {
    const views = Array.from({ length: 10 }, read);
    const from = performance.now();
    for (const view of views) plan(view);
    if (from > warmUntil) samples.push(((performance.now() - from) * 1000) / views.length);
  }
  samples.sort((a, b) => a - b);
  return round(samples[Math.floor(samples.length / 2)] as number);
}

/** A conversation of about `bytes` bytes as a client would send it. */
function requestOf(bytes: number, model: string): Buffer {
  const line =
    'Review this module: it reads "config.json", opens a socket;\n\tif (err) return cb(err); naïve façade, 你好. ';
  const messages: { role: string; content: string }[] = [];
  for (let size = 0; size < bytes; size += 1100) {
    messages.push({ role: messages.length % 2 === 0 ? 'user' : 'assistant', content: line.repeat(10) });
  }
  return Buffer.from(JSON.stringify({ model, temperature: 0.2, max_tokens: 256, metadata: { app: 'desk' }, messages }));
}

const chunk = (delta: unknown, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const USAGE = {
  prompt_tokens: 25,
  completion_tokens: 50,
  total_tokens: 75,
  prompt_tokens_details: { cached_tokens: 0 },
};
const EVENTS = [
  chunk({ role: 'assistant', content: '' }),
  ...Array.from({ length: 50 }, (_, index) => chunk({ content: ` word${index}` })),
  chunk({}, 'stop'),
  `data: ${JSON.stringify({ id: 'chatcmpl-1', model: 'gpt-4o-mini', choices: [], usage: USAGE })}\n\n`,
  'data: [DONE]\n\n',
];
const READS = Array.from({ length: Math.ceil(EVENTS.length / 5) }, (_, index) =>
  Buffer.from(EVENTS.slice(index * 5, index * 5 + 5).join('')),
);
const REPLY = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o-mini',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'the gateway routes '.repeat(35) }, finish_reason: 'stop' },
    ],
    usage: USAGE,
  }),
);

/** Twenty tasks with every kind of match; the request belongs to the last one. */
function twentyTasks(): string {
  const kinds = [
    'header: { x-app: desk%n }',
    'metadata: { app: mail%n }',
    'path: /v2/%n',
    'when: { has_tools: true, min_input_tokens: 2000%n }',
  ];
  const tasks = Array.from(
    { length: 19 },
    (_, index) =>
      `  task-${index}: { match: { ${(kinds[index % 4] as string).replace('%n', String(index))} }, route: small }`,
  );
  return `providers: { openai: { api_key: k } }
models: { small: { use: openai/gpt-4o-mini, tier: small }, big: { use: openai/gpt-4o, tier: frontier } }
baseline: big
tasks:
${tasks.join('\n')}
  desk: { match: { metadata: { app: desk } }, route: { model: small, fallback: [big] } }
`;
}

async function main(): Promise<void> {
  const config = parseConfig(twentyTasks(), { file: 'bench.yaml', env: {} });
  const catalog = createCatalog();
  const connections = await createConnections(config);
  const { policy } = createEngine(config, { catalog, connections: connections.byName });
  const caller: Caller = { tenant: 'bench', path: '/v1/chat/completions', headers: { 'x-app': 'other' } };
  const small = requestOf(3500, 'auto');
  const large = requestOf(512 * 1024, 'auto');
  const span = scanJson(large, 512).span('model') as { start: number; end: number };
  const price = catalog.find('openai', 'gpt-4o-mini');
  const usage = toUsage({ inputTokens: 1000, cacheReadTokens: 200, outputTokens: 300 });
  const context = { costUsd: () => 0.001, includeUsage: true, createdAtSeconds: 1 };
  const figures: Figure[] = [
    { name: 'scan_4k', run: () => scanJson(small, 512) },
    { name: 'scan_512k', run: () => scanJson(large, 512) },
    { name: 'splice_512k', run: () => splice(large, [{ ...span, text: '"gpt-4o-mini"' }]) },
    { name: 'decode_4k', run: () => Inbound.read(openaiChat, small, 512) },
    { name: 'decode_and_plan', run: () => decide(policy, Inbound.read(openaiChat, small, 512), caller) },
    {
      name: 'translate_request_4k',
      run: () =>
        anthropicMessages.encodeRequest(openaiChat.decodeRequest(small), { model: 'claude', defaultMaxTokens: 1000 }),
    },
    { name: 'reply_1k', run: () => readReply('openai-chat', REPLY, () => 1250) },
    {
      name: 'tap_event',
      operations: EVENTS.length,
      run: () => {
        const tap = createOpenaiTap({ includeUsage: false, choices: 1, costOf: () => 1250 });
        for (const read of READS) tap.push(read);
        if (tap.state !== 'finished') throw new Error('the tap did not finish');
      },
    },
    {
      name: 'translate_event',
      operations: EVENTS.length,
      run: () => {
        const pipe = new Translation(openaiChat.createDecoder(), anthropicMessages.createEncoder(context));
        for (const read of READS) pipe.push(read);
        if (pipe.state !== 'finished') throw new Error('the translation did not finish');
      },
    },
    { name: 'price', run: () => priceUsage(usage, price) },
  ];
  const results: Record<string, number> = {};
  for (const figure of figures) Object.assign(results, measure(figure));
  // A view remembers what it has read, so the planner alone is the difference between deciding and only reading.
  results.plan_p50_us = round(
    Math.max(0, (results.decode_and_plan_p50_us as number) - (results.decode_4k_p50_us as number)),
  );
  results.plan_20_tasks_us = planFigure(
    () => Inbound.read(openaiChat, small, 512),
    (view) => decide(policy, view, caller),
  );
  await connections.close();
  Object.assign(results, figuresOf('ledger.ts'), figuresOf('gates.ts'));
  print(results);
}

/** Figures of another benchmark, in a process of its own. */
function figuresOf(file: string): Record<string, number> {
  const run = spawnSync(process.execPath, [path.join(import.meta.dirname, file), '--json'], { encoding: 'utf8' });
  return run.status === 0 ? (JSON.parse(run.stdout) as Record<string, number>) : {};
}

function print(results: Record<string, number>): void {
  if (process.argv.includes('--json')) console.log(JSON.stringify(results));
  else for (const [name, value] of Object.entries(results)) console.log(`${name.padEnd(30)} ${value}`);
}

await main();
