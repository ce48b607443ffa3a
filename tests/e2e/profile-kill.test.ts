// A run of `tierline profile` that is killed at any point loses no answer that was paid, knows which were under way, and goes on without
// paying for anything twice.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { parseObject } from '../../src/call/json.ts';
import { startUpstream } from '../../src/lifecycle/profile/upstream.fixture.ts';
import { createRandom } from '../../src/stats/random.ts';
import { CommandProcess, eventually, temporaryFolder } from './support.ts';

const ROUNDS = 20;
const SAMPLES = 420;
const CONCURRENCY = 6;
const MODELS = ['small', 'large'];

interface Kept {
  kind: string;
  key: string;
  model: string;
  sample: string;
  costNanoUsd: number;
}

/** The whole lines of a file; what a killed process tore is no line. */
function wholeLines(path: string): string[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
}

function keptIn(path: string): Kept[] {
  const lines = wholeLines(path).flatMap((line) => (parseObject(line) as unknown as Kept | null) ?? []);
  return lines.filter(({ kind }) => kind === 'answer');
}

test(`${ROUNDS} runs killed with SIGKILL lose no paid answer, and the last one finishes what they began`, async (t) => {
  const upstream = await startUpstream(t, ({ prompt }) => ({
    text: `answer to ${prompt}`,
    delayMs: (prompt.length * 7 + prompt.charCodeAt(prompt.length - 1)) % 13,
  }));
  const folder = temporaryFolder(t);
  const price = { input: 1, output: 2 };
  writeFileSync(
    join(folder, 'tierline.yaml'),
    stringify({
      providers: { up: { dialect: 'openai', base_url: upstream.url, api_key: 'test' } },
      models: { small: { use: 'up/small', tier: 'small', price }, large: { use: 'up/large', tier: 'mid', price } },
      tasks: { letter: { accept: [{ pattern: 'answer' }], route: 'small' } },
    }),
  );
  const samples = join(folder, 'tierline/samples/letter.jsonl');
  const answers = join(folder, 'tierline/answers/letter.jsonl');
  mkdirSync(dirname(samples), { recursive: true });
  const lines = Array.from(
    { length: SAMPLES },
    (_, at) => `${JSON.stringify({ id: `s${at}`, prompt: `question ${at}` })}\n`,
  );
  writeFileSync(samples, lines.join(''));

  const start = (): CommandProcess =>
    new CommandProcess(['profile', '--max-usd', '100', '--concurrency', String(CONCURRENCY)], { cwd: folder });
  const random = createRandom(11);
  let lost = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = upstream.asked.length;
    const keptBefore = keptIn(answers).length;
    const killAfter = 1 + Math.floor(random() * 35);
    const run = start();
    await eventually(() => upstream.asked.length - before >= killAfter || run.child.exitCode !== null, 20_000);
    run.child.kill('SIGKILL');
    const { signal } = await run.ended;
    assert.equal(signal, 'SIGKILL', `round ${round} ended by itself:\n${run.stderr}`);
    const asked = upstream.asked.slice(before);
    const kept = keptIn(answers);
    const unkept = asked.length - (kept.length - keptBefore);
    // A slot asks again only when its answer is kept, so whatever is not kept was under way.
    assert.ok(unkept >= 0 && unkept <= CONCURRENCY * MODELS.length, `round ${round}: ${unkept} of ${asked.length}`);
    // And what was under way is known: it may have been billed.
    const keys = new Set(kept.map(({ key }) => key));
    const started = wholeLines(`${answers}.started`).filter((key) => !keys.has(key));
    assert.ok(new Set(started).size >= unkept, `round ${round}: ${started.length} starts for ${unkept}`);
    lost += unkept;
  }
  const left = SAMPLES * MODELS.length - keptIn(answers).length;
  const beforeLast = upstream.asked.length;
  const last = start();
  const { code } = await last.ended;
  assert.equal(code, 0, last.stderr);
  assert.match(last.stderr, /questions were under way when an earlier run was killed/);

  const kept = keptIn(answers);
  assert.equal(upstream.asked.length - beforeLast, left, 'the last run asks exactly what is missing');
  assert.equal(kept.length, SAMPLES * MODELS.length);
  assert.equal(
    new Set(kept.map(({ model, sample }) => `${model} ${sample}`)).size,
    kept.length,
    'nothing is kept twice',
  );
  assert.equal(upstream.asked.length, kept.length + lost, 'nothing that was kept was asked again');
  t.diagnostic(
    `${upstream.asked.length} questions for ${kept.length} answers; ${lost} were under way at ${ROUNDS} kills`,
  );
  const profile = JSON.parse(readFileSync(join(folder, 'tierline/profile/letter.json'), 'utf8')) as {
    spent: { nanoUsd: number; unknown: number };
    models: { judged: number; missing: number; cost: { totalNanoUsd: number } }[];
  };
  assert.deepEqual(
    profile.models.map(({ judged, missing, cost }) => [judged, missing, cost.totalNanoUsd]),
    MODELS.map(() => [SAMPLES, 0, SAMPLES * 120_000]),
  );
  assert.equal(profile.spent.nanoUsd, kept.length * 120_000);
  assert.ok(profile.spent.unknown >= lost, 'what may have been billed for nothing is told as unknown');
});
