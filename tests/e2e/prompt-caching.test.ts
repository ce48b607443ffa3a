// A tool loop of twelve turns with prompt caching: behind a route that may choose between models it reads as much from the
// provider's cache as without a router, with either client and without naming a session. The provider is the simulated
// one, which bills its cache as the real ones do.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { CallRow } from '../../src/call/row.ts';
import { totalInputTokens } from '../../src/call/usage.ts';
import { type SimulatedProvider, startSimulatedProvider } from '../../src/provider/simulated/server.ts';
import { eventually, fileScope, type GatewayProcess, readRows, startGateway } from './support.ts';

const TURNS = 12;
const MARK = { type: 'ephemeral' as const };
const NAME = 'read_page';
const PARAMETERS = { type: 'object' as const, properties: { page: { type: 'string' } }, required: ['page'] };
const RESULT = (turn: number): string =>
  `Page ${turn}. ${'The report goes on for a while and says more of the same. '.repeat(12)} ${turn < TURNS ? `Next call: ${NAME}` : 'The end'}`;

const scope = fileScope();
let provider: SimulatedProvider;
let gateway: GatewayProcess;

before(async () => {
  provider = await startSimulatedProvider({ speed: 0 });
  scope.after(() => provider.close());
  const price = (input: number) => ({
    price: {
      input,
      output: input * 5,
      cache_read: input / 10,
      cache_write_5m: input * 1.25,
      cache_write_1h: input * 2,
    },
  });
  const accept = [{ length: { max_words: 100_000 } }];
  gateway = await startGateway(scope, {
    config: {
      providers: {
        anthropic: { base_url: provider.url, api_key: 'shared-key' },
        openai: { base_url: `${provider.url}/v1`, api_key: 'shared-key' },
      },
      models: {
        small: { use: 'anthropic/sim-small', tier: 'small', ...price(0.25) },
        frontier: { use: 'anthropic/sim-frontier', tier: 'frontier', ...price(5) },
        'o-small': { use: 'openai/sim-small', tier: 'small', ...price(0.25) },
        'o-frontier': { use: 'openai/sim-frontier', tier: 'frontier', ...price(5) },
      },
      baseline: 'frontier',
      prompt_caching: 'auto',
      keys: Array.from('abcdefghi', (letter) => ({ key: `key-of-${letter}`, tenant: `tenant-${letter}` })),
      tasks: {
        ladder: { route: { cascade: ['small', 'frontier'] }, accept },
        cheapest: { route: { best: 'cost', quality: '90%', among: ['small', 'frontier'] } },
        'o-ladder': { route: { cascade: ['o-small', 'o-frontier'] }, accept },
        plain: { prompt_caching: 'off', route: { model: 'small', fallback: 'frontier' } },
        moving: {
          rules: [{ when: { contains: 'now be cheap' }, route: { model: 'small', fallback: 'frontier' } }],
          route: { model: 'frontier', fallback: 'small' },
        },
      },
    },
  });
});

/** Long instructions, another text for every loop. */
const instructions = (topic: string): string =>
  `You read reports on ${topic}. ${'Read with care and be brief. '.repeat(220)}`;

interface Rates {
  /** Share of all input that was read from the cache, 0 to 1. */
  hitRate: number;
  written: number;
  turns: number;
}

interface Target {
  url: string;
  key: string;
  model: string;
  topic: string;
  /** Whether the client asks for Anthropic's automatic caching itself. */
  marks?: boolean;
}

class Tally {
  private read = 0;
  private all = 0;
  private written = 0;
  private turns = 0;

  add(read: number, written: number, fresh: number): void {
    this.read += read;
    this.written += written;
    this.all += read + written + fresh;
    this.turns++;
  }

  get rates(): Rates {
    return { hitRate: this.read / this.all, written: this.written, turns: this.turns };
  }
}

async function anthropicLoop({ url, key, model, topic, marks }: Target): Promise<Rates> {
  const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
  const tally = new Tally();
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: `Please use ${NAME} for ${topic}.` }];
  const tools: Anthropic.Tool[] = [{ name: NAME, description: 'A page.', input_schema: PARAMETERS }];
  for (let turn = 1; turn <= TURNS; turn++) {
    const { content, usage } = await client.messages.create({
      model,
      max_tokens: 300,
      system: instructions(topic),
      messages,
      tools,
      ...(marks === true ? { cache_control: MARK } : {}),
    });
    tally.add(usage.cache_read_input_tokens ?? 0, usage.cache_creation_input_tokens ?? 0, usage.input_tokens);
    const calls = content.filter((block) => block.type === 'tool_use');
    if (calls.length === 0) break;
    const results = calls.map(({ id }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: RESULT(turn + 1),
    }));
    messages.push({ role: 'assistant', content }, { role: 'user', content: results });
  }
  return tally.rates;
}

async function openaiLoop({ url, key, model, topic }: Target): Promise<Rates> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  const tally = new Tally();
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: instructions(topic) },
    { role: 'user', content: `Please use ${NAME} for ${topic}.` },
  ];
  const tools: OpenAI.ChatCompletionTool[] = [
    { type: 'function', function: { name: NAME, description: 'A page.', parameters: PARAMETERS } },
  ];
  for (let turn = 1; turn <= TURNS; turn++) {
    const { choices, usage } = await client.chat.completions.create({
      model,
      max_completion_tokens: 300,
      messages,
      tools,
    });
    const details = usage?.prompt_tokens_details;
    const read = details?.cached_tokens ?? 0;
    const written = details?.cache_write_tokens ?? 0;
    tally.add(read, written, (usage?.prompt_tokens ?? 0) - read - written);
    const message = choices[0]?.message;
    const calls = message?.tool_calls ?? [];
    if (message === undefined || calls.length === 0) break;
    messages.push(message);
    for (const { id } of calls) messages.push({ role: 'tool', tool_call_id: id, content: RESULT(turn + 1) });
  }
  return tally.rates;
}

const LOOPS = { anthropic: anthropicLoop, openai: openaiLoop };

const rowsOf = (tenant: string, least: number): Promise<CallRow[]> =>
  eventually(() => {
    const rows = readRows(gateway.ledgerPath).filter((row) => row.tenant === tenant);
    return rows.length >= least ? rows : null;
  });

const modelsOf = (rows: readonly CallRow[]): string[] => [...new Set(rows.map(({ model }) => String(model)))];

describe('a loop of twelve turns on a route with a choice reads as much from the cache as without a router', () => {
  // An OpenAI client of Claude is measured by what Anthropic's own client reads of the same loop.
  const cases = [
    { client: 'anthropic', task: 'ladder', tenant: 'a', alone: anthropicLoop, model: 'sim-small' },
    { client: 'anthropic', task: 'cheapest', tenant: 'b', alone: anthropicLoop, model: 'sim-frontier' },
    { client: 'openai', task: 'ladder', tenant: 'c', alone: anthropicLoop, model: 'sim-small' },
    { client: 'openai', task: 'cheapest', tenant: 'd', alone: anthropicLoop, model: 'sim-frontier' },
    { client: 'openai', task: 'o-ladder', tenant: 'e', alone: openaiLoop, model: 'sim-small' },
  ] as const;
  for (const { client, task, tenant, alone: loopAlone, model } of cases) {
    test(`${client} client, ${task}`, async (t) => {
      const topic = `${client}${task}`;
      const alone = await loopAlone({ url: provider.url, key: 'own-key', model, topic, marks: true });
      const routed = await LOOPS[client]({ url: gateway.url, key: `key-of-${tenant}`, model: `auto/${task}`, topic });
      t.diagnostic(`read from the cache: ${alone.hitRate.toFixed(4)} alone, ${routed.hitRate.toFixed(4)} routed`);
      assert.deepEqual([alone.turns, routed.turns], [TURNS, TURNS]);
      assert.ok(alone.hitRate > 0.75, `the loop alone reads ${alone.hitRate}`);
      assert.ok(routed.hitRate >= alone.hitRate - 0.003, `${routed.hitRate} instead of ${alone.hitRate}`);
      const rows = await rowsOf(`tenant-${tenant}`, TURNS);
      assert.equal(modelsOf(rows).length, 1, 'the loop keeps its model');
      assert.deepEqual(modelsOf(rows), [rows[0]?.planned[0]]);
      assert.ok(
        rows.every(({ session }) => session === null),
        'no session was named',
      );
      const read = rows.reduce((sum, { usage }) => sum + (usage?.cacheReadTokens ?? 0), 0);
      const all = rows.reduce((sum, { usage }) => sum + (usage === null ? 0 : totalInputTokens(usage)), 0);
      assert.equal(read / all, routed.hitRate, 'the ledger says the same');
    });
  }

  test('and nothing where caching was not asked for', async () => {
    const target = { url: gateway.url, key: 'key-of-f', model: 'auto/plain', topic: 'plain' };
    for (const loop of Object.values(LOOPS))
      assert.deepEqual(await loop(target), { hitRate: 0, written: 0, turns: TURNS });
  });
});

test('a pin that moves costs one turn its cache, and the reason has the numbers', async () => {
  const client = new Anthropic({ baseURL: gateway.url, apiKey: 'key-of-g', maxRetries: 0 });
  const system = instructions('moves');
  const messages: Anthropic.MessageParam[] = [];
  const tools: Anthropic.Tool[] = [{ name: 'unused', input_schema: PARAMETERS }];
  const reads: number[] = [];
  for (const said of ['First.', 'Second.', 'And now be cheap.', 'Fourth: now be cheap.', 'Fifth: now be cheap.']) {
    messages.push({ role: 'user', content: said });
    const { content, usage } = await client.messages.create({
      model: 'auto/moving',
      max_tokens: 300,
      system,
      messages,
      tools,
    });
    messages.push({ role: 'assistant', content });
    const read = usage.cache_read_input_tokens ?? 0;
    reads.push(read / (read + (usage.cache_creation_input_tokens ?? 0) + usage.input_tokens));
  }
  const rows = await rowsOf('tenant-g', 5);
  assert.deepEqual(
    rows.map(({ model }) => model),
    ['frontier', 'frontier', 'small', 'small', 'small'],
  );
  assert.equal(reads[0], 0);
  assert.equal(reads[2], 0, 'nothing of it is cached at the other model');
  for (const turn of [1, 3, 4]) assert.ok((reads[turn] ?? 0) > 0.9, `turn ${turn} reads ${reads[turn]}`);
  const [reason] = rows[2]?.reasons.filter(({ step }) => step === 'pin') ?? [];
  assert.match(
    reason?.say ?? '',
    /^the session moves from frontier: \$0\.\d+ with \d{4} tokens cached, \$0\.\d+ at small$/,
  );
});

test('two tenants with the same prompt share nothing where the provider can keep them apart', async () => {
  const loop = (key: string) => openaiLoop({ url: gateway.url, key, model: 'auto/o-ladder', topic: 'shared' });
  const [first, second] = [await loop('key-of-h'), await loop('key-of-i')];
  assert.ok(Math.abs(second.hitRate - first.hitRate) < 0.002, 'the second has read nothing that the first has left');
  const [row] = await rowsOf('tenant-i', TURNS);
  assert.equal(row?.usage?.cacheReadTokens, 0);
});
