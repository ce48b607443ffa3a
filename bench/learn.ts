// How long learners take to learn and to rate: made-up requests as long and as alike as real ones (290 hashed columns that are used as
// words are, 55 facts, five models). Prints seconds to fit, seconds of all cores, and microseconds to rate one request: `npm run bench:learn`,
// or with numbers of rows behind `--`.
import { createReader } from '../src/learn/learners/examples.ts';
import { createFactors } from '../src/learn/learners/factors.ts';
import type { Examples, Learner } from '../src/learn/learners/learner.ts';
import { createLinear } from '../src/learn/learners/linear.ts';
import { createNeighbours } from '../src/learn/learners/neighbours.ts';
import { createTrees } from '../src/learn/learners/trees.ts';
import { createRandom } from '../src/stats/random.ts';

const COLUMNS = 65_536;
const WORDS = 290;
const FACTS = 55;
const PRICES = [1, 2, 5, 10, 30];

/** Words are drawn as in a language: the one that is used n-th most is used 1 / n as often. A tenth of them makes a request hard. */
function requests(rows: number): Examples {
  const random = createRandom(rows);
  const starts = new Int32Array(rows + 1);
  const indices: number[] = [];
  const dense = new Float64Array(rows * FACTS);
  const qualities = PRICES.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    const words = new Set<number>();
    while (words.size < WORDS) words.add(Math.imul(Math.floor(COLUMNS ** random()), 40_503) & (COLUMNS - 1));
    indices.push(...words);
    starts[row + 1] = indices.length;
    for (let at = 0; at < FACTS; at++) dense[row * FACTS + at] = random() ** 3;
    const hard = [...words].filter((word) => word % 10 === 0).length / WORDS - 0.1;
    for (const [model, price] of PRICES.entries()) {
      const odds = Math.log(price) - 1 - 40 * hard - 2 * (dense[row * FACTS] as number);
      (qualities[model] as Float64Array)[row] = Number(random() < 1 / (1 + Math.exp(-odds)));
    }
  }
  return {
    sparse: {
      rows,
      columns: COLUMNS,
      starts,
      indices: Int32Array.from(indices),
      values: new Float32Array(indices.length).fill(1 / Math.sqrt(WORDS / 2)),
      counts: new Float32Array(indices.length).fill(1),
    },
    dense: { rows, columns: FACTS, values: dense },
    embedded: null,
    models: PRICES.map(String),
    qualities,
    weights: new Float64Array(rows).fill(1),
    families: Int32Array.from({ length: rows }, (_, row) => row),
    topics: new Int32Array(rows).fill(-1),
    topicCount: 0,
  };
}

/** Seconds by the clock and of all cores. */
function time<Result>(work: () => Result): { result: Result; seconds: string } {
  const [from, before] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(before);
  const [clock, cores] = [(performance.now() - from) / 1000, (user + system) / 1e6];
  return { result, seconds: `${clock.toFixed(2).padStart(7)} s (${cores.toFixed(2)} s of cores)` };
}

function rateTimes<State>(learner: Learner<State>, state: State, examples: Examples): string {
  const rate = learner.rater(state);
  const reader = createReader(examples);
  const out = new Float64Array(examples.models.length);
  const times: number[] = [];
  for (let turn = 0; turn < 6000; turn++) {
    const request = reader(turn % examples.sparse.rows);
    const from = performance.now();
    rate(request, out);
    // The first ones are slow: nothing has been compiled yet.
    if (turn >= 1000) times.push((performance.now() - from) * 1000);
  }
  times.sort((one, other) => one - other);
  const at = (share: number): string => (times[Math.floor(times.length * share)] as number).toFixed(1);
  return `p50 ${at(0.5)} µs, p99 ${at(0.99)} µs`;
}

const learners: readonly [name: string, Learner<unknown>][] = [
  ['linear, squared', createLinear()],
  ['linear, logistic', createLinear({ loss: 'logistic', strengths: null })],
  ['neighbours', createNeighbours()],
  ['trees', createTrees()],
  ['factors', createFactors()],
];

const sizes = process.argv.slice(2).map(Number);
for (const rows of sizes.length > 0 ? sizes : [3000, 12_000]) {
  const examples = requests(rows);
  console.log(`${rows} rows, ${examples.models.length} models`);
  for (const [name, learner] of learners) {
    const tuning = time(() => learner.tuned?.(examples, { seed: 1 }) ?? learner);
    const tuned = tuning.result;
    const { result: state, seconds } = time(() => tuned.fit(examples, { seed: 1 }));
    const size = Math.round(JSON.stringify(learner.write(state)).length / 1000);
    console.log(
      `  ${name.padEnd(17)} tuned ${tuning.seconds}, fitted ${seconds}, ${size} kB; rates in ${rateTimes(learner, state, examples)}`,
    );
  }
}
