// How long the sentence encoder takes in its thread, and what the event loop sees of it meanwhile. `--json` for one object of figures.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createUseLite } from '../src/learn/encoders/use-lite.ts';

const ROUNDS = 100;
const BATCH = 200;
const WORDS =
  'please read the invoice of customer seven and put every line item with its total amount into a table'.split(' ');

/** Words in an order that no other number gives, `length` characters of them. */
function prompt(number: number, length: number): string {
  let text = `${number}`;
  for (let at = number; text.length < length; at += 1 + (number % 7)) text += ` ${WORDS[at % WORDS.length]}`;
  return text.slice(0, length);
}

interface Figures {
  /** Milliseconds by the clock. */
  p50: number;
  p99: number;
  /** Milliseconds of processor time, all threads together: what it takes on a machine that has nothing else to do. */
  cpu: number;
  /** Milliseconds that a timer of one millisecond is late, at worst and at the 99th percentile. */
  loopP99: number;
  loopMax: number;
}

/** `work` is done for each of the rounds, `each` texts in one. */
async function measure(
  work: (round: number) => Promise<unknown>,
  { rounds = ROUNDS, each = 1 } = {},
): Promise<Figures> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const took: number[] = [];
  const before = process.cpuUsage();
  loop.enable();
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    await work(round);
    took.push((performance.now() - from) / each);
  }
  loop.disable();
  const { user, system } = process.cpuUsage(before);
  took.sort((one, other) => one - other);
  const at = (share: number): number => round2(took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0);
  // The histogram counts the millisecond that was asked for.
  const late = (nanoseconds: number): number => round2(Math.max(0, nanoseconds / 1e6 - 1));
  return {
    p50: at(0.5),
    p99: at(0.99),
    cpu: round2((user + system) / 1000 / rounds / each),
    loopP99: late(loop.percentile(99)),
    loopMax: late(loop.max),
  };
}

const round2 = (value: number): number => Math.round(value * 100) / 100;

const encoder = createUseLite(import.meta.dirname);
const from = performance.now();
await encoder.encode('the first one loads the model');
const loadMs = round2(performance.now() - from);
const figures: Record<string, Figures> = {
  'no encoding, waits of 20 ms': await measure(() => sleep(20)),
  'short prompt, 60 characters': await measure((round) => encoder.encode(prompt(round, 60))),
  'prompt of 256 characters': await measure((round) => encoder.encode(prompt(round, 256))),
  'prompt of 2 KB, shortened': await measure((round) => encoder.encode(prompt(round, 2048))),
  '200 short prompts at once, each': await measure(
    (round) => Promise.all(Array.from({ length: BATCH }, (_, at) => encoder.encode(prompt(round * BATCH + at, 60)))),
    { rounds: 2, each: BATCH },
  ),
};
await encoder.close();
if (process.argv.includes('--json')) console.log(JSON.stringify({ loadMs, figures }));
else {
  console.log(`loading: ${loadMs} ms`);
  console.table(figures);
}
