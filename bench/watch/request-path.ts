// What watching adds to a request: two built gateways before one upstream, one that compares every call and has 5 % answered again, one that does
// neither, loaded in turns. The ratio of their latencies, round by round, is what counts: the machine is the same for both.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { round } from '../measure.ts';

export interface PathOptions {
  rounds: number;
  /** Calls of a round. */
  calls: number;
  /** Calls a second: what the machine can well do, for a queue would measure its own length. */
  rate: number;
}

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const REPLY = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'up-model-2026',
  system_fingerprint: 'fp_1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'billing' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 250, completion_tokens: 2, total_tokens: 252 },
});
const WORDS = 'the invoice of last month has not come and I would like to have it by tomorrow please help me '.repeat(
  10,
);

/** Medians over the rounds: latencies in milliseconds, and their ratios, watched over unwatched. */
export async function measureRequestPath(options: PathOptions): Promise<Record<string, number>> {
  const upstream = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(REPLY));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  const watched = await startGateway(port, { canary: { share: '5%', budget_usd: 1000 } });
  const plain = await startGateway(port, { watch: { drift: false } });
  try {
    const ratios: { p50: number; p99: number }[] = [];
    const seen: { watched: Spread; plain: Spread }[] = [];
    for (let at = -1; at < options.rounds; at++) {
      // Whoever comes first in a round comes second in the next.
      const order = at % 2 === 0 ? [watched, plain] : [plain, watched];
      const [first, second] = [await load(order[0] as Gateway, options), await load(order[1] as Gateway, options)];
      const pair = at % 2 === 0 ? { watched: first, plain: second } : { watched: second, plain: first };
      // The first round warms up.
      if (at < 0) continue;
      seen.push(pair);
      ratios.push({ p50: pair.watched.p50 / pair.plain.p50, p99: pair.watched.p99 / pair.plain.p99 });
    }
    return {
      path_p50_ms_watched: median(seen.map((pair) => pair.watched.p50)),
      path_p50_ms_unwatched: median(seen.map((pair) => pair.plain.p50)),
      path_p99_ms_watched: median(seen.map((pair) => pair.watched.p99)),
      path_p99_ms_unwatched: median(seen.map((pair) => pair.plain.p99)),
      path_p50_ratio: median(ratios.map(({ p50 }) => p50)),
      path_p99_ratio: median(ratios.map(({ p99 }) => p99)),
    };
  } finally {
    await Promise.all([watched.stop(), plain.stop()]);
    upstream.close();
  }
}

interface Gateway {
  url: string;
  agent: Agent;
  stop: () => Promise<void>;
}

async function startGateway(upstreamPort: number, more: object): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-bench-'));
  const config = {
    server: { port: 0 },
    ledger: { path: join(folder, 'ledger.db') },
    providers: { up: { dialect: 'openai', base_url: `http://127.0.0.1:${upstreamPort}/v1`, api_key: 'k-bench' } },
    models: {
      cheap: { use: 'up/cheap', tier: 'small', price: { input: 1, output: 2 } },
      strong: { use: 'up/strong', tier: 'frontier', price: { input: 10, output: 20 } },
    },
    baseline: 'strong',
    tasks: { t: { accept: [{ one_of: ['billing', 'bug'] }], route: { cascade: ['cheap', 'strong'] } } },
    ...more,
  };
  const file = join(folder, 'tierline.yaml');
  writeFileSync(file, stringify(config));
  const child = spawn(process.execPath, ['--max-semi-space-size=8', MAIN, 'serve', '--config', file]);
  const url = await listening(child);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    url,
    agent,
    stop: async () => {
      agent.destroy();
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (text: Buffer): void => {
      said += text.toString();
      const [, url] = /Tierline listens on (\S+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', () => reject(new Error(`the gateway ended: ${said}`)));
  });
}

interface Spread {
  p50: number;
  p99: number;
}

async function load(gateway: Gateway, { calls, rate }: PathOptions): Promise<Spread> {
  const times: number[] = [];
  const one = async (at: number): Promise<void> => {
    const body = JSON.stringify({ model: 'auto/t', messages: [{ role: 'user', content: `${at} ${WORDS}` }] });
    const from = performance.now();
    const status = await send(gateway, { session: `s${at % 500}`, body });
    if (status !== 200) throw new Error(`the gateway answered with ${status}`);
    times.push(performance.now() - from);
  };
  const under: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let at = 0; at < calls; at++) {
    const wait = startedAt + (at * 1000) / rate - performance.now();
    if (wait > 0) await sleep(wait);
    under.push(one(at));
  }
  await Promise.all(under);
  times.sort((one, other) => one - other);
  const quantile = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: quantile(0.5), p99: quantile(0.99) };
}

/** The status of an answer that has been read to its end. */
function send({ url, agent }: Gateway, { session, body }: { session: string; body: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-session-id': session,
    };
    const sent = ask(`${url}/v1/chat/completions`, { method: 'POST', agent, headers }, (reply) => {
      reply.resume();
      reply.once('end', () => resolve(reply.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const value = ((sorted[Math.floor(middle - 0.5)] ?? 0) + (sorted[Math.ceil(middle - 0.5)] ?? 0)) / 2;
  return round(value);
}
