// What a learned router adds to a request: features and prior scores of prompts of 4 KB, by an estimator as an artifact holds it, of made-up
// rows, five models and 57 topics, with the learners of the dearest mix. Microseconds for one request, each call timed by itself, and
// the bytes that it leaves for the garbage collector: `npm run bench:predict`, or with `-- --json` one object of figures.
import { performance } from 'node:perf_hooks';
import { createEstimator, type EstimatorState } from '../src/learn/estimator/estimator.ts';
import { createLearner } from '../src/learn/estimator/learners.ts';
import {
  createExtractor,
  extractAll,
  type FeatureRequest,
  rarityOf,
  USUAL_GRAMS,
} from '../src/learn/features/extract.ts';
import type { RequestFeatures } from '../src/learn/features/features.ts';
import type { Examples, LearnerName } from '../src/learn/learners/learner.ts';
import { createRandom } from '../src/stats/random.ts';
import { round } from './measure.ts';

const MODELS = ['tiny', 'small', 'mid', 'large', 'frontier'];
const TOPICS = 57;
const MIX: readonly LearnerName[] = ['direction', 'topics', 'kernel', 'factors'];
const ROWS = 1600;
const PROMPTS = 1000;
const PROMPT_CHARACTERS = 4096;
const CALLS = 20_000;
/** Learners alone are no more than a hint where time goes. */
const LEARNER_CALLS = 4000;
const WARM_UP = 2000;

const COMMON =
  'the of and to in is that it for was a an which what how many not if he they would following best true'.split(' ');
const SYLLABLES = 'ba ce di fo gu ha ki lo me nu pa re si to va wi xe yo za tri sta ment ing ous ate er al ic'.split(
  ' ',
);

/** A word for a number: the same for the same, short ones first. */
function wordOf(rank: number): string {
  if (rank < COMMON.length) return COMMON[rank] as string;
  let word = '';
  for (let rest = rank; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    word += SYLLABLES[rest % SYLLABLES.length];
  return word;
}

/** Text of about so many characters: words as often as in a language, some of them of the topic's own, numbers, signs, and choices at the end. */
function textOf(topic: number, characters: number, random: () => number): string {
  let text = '';
  while (text.length < characters - 120) {
    const chance = random();
    const rank = Math.floor(20_000 ** random());
    if (chance < 0.05) text += String(Math.floor(10_000 * random()));
    else text += wordOf(chance < 0.2 ? 300 + 40 * topic + Math.floor(40 * random()) : rank);
    text += chance > 0.97 ? '. The ' : chance > 0.94 ? ', ' : chance > 0.93 ? '\n' : ' ';
  }
  return `${text}?\n${['A', 'B', 'C', 'D'].map((letter) => `${letter}. ${wordOf(Math.floor(20_000 ** random()))} 12`).join('\n')}`;
}

function requestOf(topic: number, characters: number, random: () => number): FeatureRequest {
  // As a request comes: read from bytes, in one piece.
  const text = Buffer.from(textOf(topic, characters, random)).toString();
  const facts = { characters: text.length + 500, turns: 1, hasTools: false, hasSchema: false, hasImages: false };
  return { text, facts, task: 'answer', segment: null };
}

function estimatorState(): EstimatorState {
  const random = createRandom(1);
  const topics = Int32Array.from({ length: ROWS }, () => Math.floor(TOPICS * random()));
  const requests = [...topics].map((topic) => requestOf(topic, 300 + 1200 * random(), random));
  const grams = USUAL_GRAMS;
  const rarity = rarityOf(requests, grams);
  const examples: Examples = {
    ...extractAll(requests, { grams, rarity }),
    embedded: null,
    models: MODELS,
    qualities: MODELS.map((_, model) =>
      Float64Array.from(topics, (topic) =>
        Number(random() < 0.4 + 0.1 * model + (((topic * 7 + model) % 11) - 5) / 30),
      ),
    ),
    weights: new Float64Array(ROWS).fill(1),
    families: Int32Array.from({ length: ROWS }, (_, row) => row),
    topics,
    topicCount: TOPICS,
  };
  const parts = MIX.map((name) => ({
    name,
    order: 1,
    chance: 1,
    state: createLearner(name).fit(examples, { seed: 1 }),
  }));
  return {
    models: MODELS,
    grams,
    rarity,
    encoder: null,
    prior: { models: MODELS.length, parts, curves: MODELS.map(() => ({ kind: 'platt', slope: 1, offset: 0 })) },
    judges: MODELS.map(() => null),
    leastKnown: 0,
  };
}

/**
 * Median and 99th percentile of single calls by the clock, and the mean of the time that they had a core, which is what there is to compare
 * where the machine has other work; in microseconds.
 */
function times(call: (at: number) => unknown, calls: number): { p50: number; p99: number; core: number } {
  for (let at = 0; at < WARM_UP; at++) call(at);
  const taken = new Float64Array(calls);
  const before = process.threadCpuUsage();
  for (let at = 0; at < calls; at++) {
    const from = performance.now();
    call(at);
    taken[at] = (performance.now() - from) * 1000;
  }
  const { user, system } = process.threadCpuUsage(before);
  taken.sort();
  const at = (share: number): number => round(taken[Math.floor(taken.length * share)] as number);
  return { p50: at(0.5), p99: at(0.99), core: round((user + system) / calls) };
}

/** Bytes left by one call: the median of batches short enough that nothing is collected meanwhile. Null without `--expose-gc`. */
function allocated(call: (at: number) => unknown): number | null {
  const { gc } = globalThis;
  if (gc === undefined) return null;
  const batches = Array.from({ length: 15 }, (_, batch) => {
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < 200; at++) call(batch * 200 + at);
    return (process.memoryUsage().heapUsed - before) / 200;
  });
  return Math.round(batches.sort((one, other) => one - other)[7] as number);
}

function main(): void {
  const state = estimatorState();
  const random = createRandom(2);
  const prompts = Array.from({ length: PROMPTS }, () =>
    requestOf(Math.floor(TOPICS * random()), PROMPT_CHARACTERS, random),
  );
  const promptAt = (at: number): FeatureRequest => prompts[at % PROMPTS] as FeatureRequest;
  const estimator = createEstimator(state);
  const extractor = createExtractor(state);
  const figures: Record<string, number | null> = {};
  const add = (name: string, call: (at: number) => unknown, calls = CALLS): void => {
    const { p50, p99, core } = times(call, calls);
    figures[`${name}_p50_us`] = p50;
    figures[`${name}_p99_us`] = p99;
    figures[`${name}_core_us`] = core;
    figures[`${name}_allocated_bytes`] = allocated(call);
  };
  add('predict', (at) => estimator.expect(promptAt(at)));
  add('features', (at) => extractor.extract(promptAt(at)));
  // Taken out of the extractor, so that a learner is timed alone.
  const taken = prompts.slice(0, 100).map((prompt): RequestFeatures => structuredClone(extractor.extract(prompt)));
  const out = new Float64Array(MODELS.length);
  for (const { name, state: own } of state.prior.parts) {
    const rate = createLearner(name).rater(own);
    add(name, (at) => rate(taken[at % taken.length] as RequestFeatures, out), LEARNER_CALLS);
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
  else
    for (const [name, value] of Object.entries(figures))
      console.log(`${name.padEnd(28)} ${value ?? 'needs --expose-gc'}`);
}

main();
