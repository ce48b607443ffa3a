// What learned routing is worth on real models' answers, from one command: `npm run bench:routing -- --data <folder>`. Trains on part of the
// rows of each set and tells what the router does on the rest; seeded. The folder holds the sets by the names below, with prices.json.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findTokenPrices } from '../../src/cli/learn/token-prices.ts';
import type { Artifact } from '../../src/learn/artifact/artifact.ts';
import { type Assessment, assess } from '../../src/learn/assess/assess.ts';
import type { Figure } from '../../src/learn/assess/figures.ts';
import { readRows } from '../../src/learn/rows/read-rows.ts';
import type { Row } from '../../src/learn/rows/row.ts';
import { familiesOf, splitRows } from '../../src/learn/rows/split.ts';
import { train } from '../../src/learn/train/train.ts';
import { floorsKept } from './floors.ts';

type Figures = Record<string, Figure | string | number | boolean>;

interface Case {
  name: string;
  file: string;
  models: readonly string[];
  pair: readonly [weak: string, strong: string];
  isGated: boolean;
  label: string;
  without: readonly string[];
  /** What is looked at. */
  figures: (assessment: Assessment) => Figures;
}

const MIXTRAL = 'mistralai/Mixtral-8x7B-Instruct-v0.1';
const GPT4 = 'gpt-4-1106-preview';
const POOL = [
  'Meta-Llama-3_1-8B-Instruct',
  'gemini-1.5-flash-002',
  'Meta-Llama-3_1-70B-Instruct',
  'gemini-1.5-pro-002',
  'gpt-4o-2024-05-13',
];

const promptOnly = ({ pair }: Assessment): Figures => {
  if (pair === null) return {};
  const { promptOnly: own, against } = pair;
  return { APGR: own.apgr, 'CPT 50': own.cpt50, 'CPT 80': own.cpt80, 'APGR of length': against.length.apgr };
};
const gated = ({ pair }: Assessment): Figures => ({
  'APGR with its answer': pair?.gated?.apgr ?? 'none',
  ...Object.fromEntries(Object.entries(pair?.agreement ?? {}).map(([model, { apgr }]) => [`and ${model}'s`, apgr])),
});
const policy = ({ policy: told }: Assessment): Figures =>
  Object.fromEntries(
    (told?.points ?? []).flatMap(({ point, difference, saving }) => [
      [`${point}: points`, difference],
      [`${point}: saved`, saving],
    ]),
  );
const hull = ({ policy: told }: Assessment): Figures => {
  if (told === null) return {};
  const best = (figures: Record<string, number>): number => Math.max(...Object.values(figures));
  return {
    AIQ: told.hull.policy,
    'AIQ of the best model': best(told.hull.models),
    'AIQ of the best pair': best(told.hull.pairs),
  };
};

const CASES: readonly Case[] = [
  {
    name: 'MMLU',
    file: 'mmlu_gpt4_mixtral.train1500',
    models: [MIXTRAL, GPT4],
    pair: [MIXTRAL, GPT4],
    isGated: false,
    label: 'correct',
    without: [],
    figures: promptOnly,
  },
  {
    name: 'MMLU without suspect labels',
    file: 'mmlu_gpt4_mixtral.train1500',
    models: [MIXTRAL, GPT4],
    pair: [MIXTRAL, GPT4],
    isGated: false,
    label: 'correct',
    without: ['label_suspect'],
    figures: promptOnly,
  },
  {
    name: 'GSM8K',
    file: 'gsm8k_gpt4_mixtral.train400',
    models: [MIXTRAL, GPT4],
    pair: [MIXTRAL, GPT4],
    isGated: true,
    label: 'correct_lenient',
    without: [],
    figures: (told) => ({ ...promptOnly(told), ...gated(told) }),
  },
  {
    name: 'MMLU-Pro, flash to gpt-4o',
    file: 'mmlu_pro.dev',
    models: ['gemini-1.5-flash-002', 'gpt-4o-2024-05-13'],
    pair: ['gemini-1.5-flash-002', 'gpt-4o-2024-05-13'],
    isGated: true,
    label: 'correct',
    without: [],
    figures: (told) => ({ ...gated(told), ...policy(told) }),
  },
  {
    name: 'CRUX',
    file: 'zeroeval_crux.dev',
    models: ['gemini-1.5-flash', 'gpt-4o-mini-2024-07-18', 'gpt-4o-2024-08-06'],
    pair: ['gpt-4o-mini-2024-07-18', 'gpt-4o-2024-08-06'],
    isGated: true,
    label: 'correct',
    without: [],
    figures: (told) => ({ ...gated(told), ...policy(told) }),
  },
  {
    name: 'MATH level 5',
    file: 'zeroeval_math_l5.dev',
    models: ['Qwen2.5-7B-Instruct', 'gpt-4o-mini-2024-07-18', 'o1-mini-2024-09-12'],
    pair: ['gpt-4o-mini-2024-07-18', 'o1-mini-2024-09-12'],
    isGated: true,
    label: 'correct',
    without: [],
    figures: (told) => ({ 'one model': told.policy?.isOneModel ?? false, ...policy(told) }),
  },
  {
    name: 'MMLU-Pro, a pool of five',
    file: 'mmlu_pro.dev',
    models: POOL,
    pair: ['gemini-1.5-flash-002', 'gpt-4o-2024-05-13'],
    isGated: true,
    label: 'correct',
    without: [],
    figures: (told) => ({ ...hull(told), ...policy(told) }),
  },
];

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    splits: { type: 'string', default: '1' },
    floors: { type: 'boolean', default: false },
    resplits: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
});

const log = (text: string): void => void process.stderr.write(`${text}\n`);

/** Share of the rows that are trained on. */
const TRAINED = 0.7;

function rowsOf({ file, label, without, models }: Case, folder: string): { path: string; rows: Row[]; digest: string } {
  const path = join(folder, `${file}.jsonl.gz`);
  const { rows, digest } = readRows([path], { label, without, models });
  return { path, rows, digest };
}

function trainOn(
  rows: readonly Row[],
  one: Case,
  { path, digest, seed }: { path: string; digest: string; seed: number },
): Artifact {
  const { models, isGated, label, without } = one;
  return train(rows, {
    models,
    reference: one.pair[1],
    isGated,
    prices: findTokenPrices(models, { file: null, data: [path], config: null, atMs: Date.now() }),
    snapshots: {},
    embedded: null,
    source: { digest, label, without },
    seed,
    made: new Date(0).toISOString(),
  }).artifact;
}

function runCase(one: Case, folder: string, seed: number): Figures {
  const startedAt = performance.now();
  const { path, rows, digest } = rowsOf(one, folder);
  const parts = splitRows(familiesOf(rows), [TRAINED, 1 - TRAINED], seed);
  const artifact = trainOn(
    rows.filter((_, row) => parts[row] === 0),
    one,
    { path, digest, seed },
  );
  const trainedSeconds = (performance.now() - startedAt) / 1000;
  const rest = rows.filter((_, row) => parts[row] === 1);
  const [weak, strong] = one.pair;
  const prices = findTokenPrices(one.models, { file: null, data: [path], config: null, atMs: Date.now() });
  const assessment = assess(artifact, rest, { pair: { weak, strong }, prices });
  return {
    trained: rows.length - rest.length,
    tested: rest.length,
    seconds: Math.round(10 * trainedSeconds) / 10,
    ...one.figures(assessment),
  };
}

function say(figure: Figure | string | number | boolean): string {
  if (typeof figure !== 'object')
    return typeof figure === 'number' ? String(Math.round(figure * 1e4) / 1e4) : String(figure);
  const { value, low, high } = figure;
  const three = (one: number | null): string => (one === null ? '?' : one.toFixed(4));
  return value === null ? 'none' : `${three(value)} [${three(low)}, ${three(high)}]`;
}

const folder = options.data ?? '../shared/data';
if (!existsSync(join(folder, 'prices.json'))) {
  log(`There is no routing data in ${folder}; say with --data where it is.`);
  process.exit(1);
}
const results: Record<string, unknown>[] = [];
for (const one of CASES) {
  if (options.only !== undefined && one.name !== options.only) continue;
  for (let split = 0; split < Number(options.splits); split++) {
    const seed = Number(options.seed) + split;
    const figures = runCase(one, folder, seed);
    results.push({ case: one.name, seed, ...figures });
    log(`${one.name} (seed ${seed})`);
    for (const [name, figure] of Object.entries(figures)) log(`  ${name.padEnd(36)} ${say(figure)}`);
  }
  if (options.floors && one.isGated) {
    const { path, rows } = rowsOf(one, folder);
    const kept = floorsKept(rows, {
      models: one.models,
      reference: one.pair[1],
      resplits: Number(options.resplits),
      seed: Number(options.seed),
      prices: findTokenPrices(one.models, { file: null, data: [path], config: null, atMs: Date.now() }),
    });
    results.push({ case: one.name, floors: kept });
    for (const { floor, share, saving } of kept)
      log(
        `  floor ${floor}: kept in ${(100 * share).toFixed(0)} % of ${options.resplits} resplits, ${(100 * saving).toFixed(1)} % saved`,
      );
  }
}
if (options.json) process.stdout.write(`${JSON.stringify({ data: 'public routing data', results }, null, 2)}\n`);
