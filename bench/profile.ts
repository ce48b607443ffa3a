// How long a profile takes beside what the slowest model's latency and the rate limits of providers allow: 500 samples with three models
// and 32 questions at once each, against the simulated provider. Prints the time, the least that was possible, and their ratio.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseConfig } from '../src/config/load.ts';
import { openUnrecorded } from '../src/instance.ts';
import { placesOf } from '../src/lifecycle/places.ts';
import { measure, openMeasurement } from '../src/lifecycle/profile/measure.ts';
import { prepareTasks } from '../src/lifecycle/profile/prepare.ts';
import { Spending } from '../src/lifecycle/profile/spending.ts';
import { startSimulatedProvider } from '../src/provider/simulated/server.ts';
import { generateWorkload } from '../src/provider/simulated/workload.ts';

const SAMPLES = 500;
const CONCURRENCY = 32;
const MODELS = ['small', 'mid', 'frontier'] as const;

interface Round {
  name: string;
  /** 1 is lifelike. */
  speed: number;
  rateLimit?: { requests: number; windowMs: number };
}

const ROUNDS: readonly Round[] = [
  { name: 'latency alone', speed: 1 },
  { name: '60 a second', speed: 4, rateLimit: { requests: 60, windowMs: 1000 } },
  { name: '150 in five seconds', speed: 4, rateLimit: { requests: 150, windowMs: 5000 } },
];

/** Seconds of one run, and the longest of its answers' sums over the lanes: what 32 at once would need without any pause. */
async function play({ speed, rateLimit }: Round): Promise<{ seconds: number; leastSeconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-bench-profile-'));
  const provider = await startSimulatedProvider({ speed, ...(rateLimit === undefined ? {} : { rateLimit }) });
  const models = MODELS.map(
    (tier) => `  ${tier}: { use: sim/sim-${tier}, tier: ${tier}, price: { input: 1, output: 2 } }`,
  ).join('\n');
  const config = parseConfig(
    `providers: { sim: { dialect: openai, base_url: ${provider.url}/v1, api_key: bench } }\nmodels:\n${models}\ntasks: { ticket-label: { accept: [{ length: { max_words: 1 } }], route: small } }`,
    { file: join(folder, 'tierline.yaml'), env: {} },
  );
  const path = placesOf(join(folder, 'tierline'), 'ticket-label').samples;
  mkdirSync(dirname(path), { recursive: true });
  const items = generateWorkload({ seed: 3, count: SAMPLES, tasks: ['ticket-label'] });
  writeFileSync(
    path,
    items.map(({ id, messages, reference }) => `${JSON.stringify({ id, messages, reference })}\n`).join(''),
  );
  const instance = await openUnrecorded(config);
  const { engine } = instance;
  const tasks = await prepareTasks({ config, engine, tasks: [], models: null, limit: null });
  const measurement = openMeasurement(tasks, Date.now());
  try {
    const startedAt = performance.now();
    const { profiles } = await measure(measurement, {
      engine,
      spending: new Spending(null),
      lanes: { concurrency: CONCURRENCY, maxTries: 3, maxFailures: 6, maxIdleMs: 300_000 },
      signal: new AbortController().signal,
      clock: { nowMs: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) },
      onProgress: () => undefined,
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const [profile] = profiles;
    if (profile === undefined || profile.models.some(({ missing }) => missing > 0))
      throw new Error('answers are missing');
    const slowest = Math.max(...profile.models.map(({ latencyMs }) => latencyMs?.mean ?? 0));
    const byLatency = (slowest * SAMPLES) / CONCURRENCY / 1000;
    // The first window is open at once; the last questions may wait for one that is not full.
    const windows = rateLimit === undefined ? 0 : Math.ceil(SAMPLES / rateLimit.requests) - 1;
    const byLimit = rateLimit === undefined ? 0 : (windows * rateLimit.windowMs) / 1000;
    return { seconds, leastSeconds: Math.max(byLatency, byLimit) };
  } finally {
    measurement.close();
    await instance.close();
    await provider.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

console.log(`${SAMPLES} samples, ${MODELS.length} models, ${CONCURRENCY} questions at once for each`);
for (const round of ROUNDS) {
  const { seconds, leastSeconds } = await play(round);
  const ratio = (seconds / leastSeconds).toFixed(2);
  console.log(`${round.name}: ${seconds.toFixed(2)} s; ${leastSeconds.toFixed(2)} s was possible; ${ratio} times`);
}
