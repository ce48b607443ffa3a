// What watching finds, how soon, how often it cries for nothing, and what it adds to a request. `npm run bench:watch`, or with `-- --json` one object
// of figures; `-- --only canary,rollout` for some parts, `-- --runs 20` for a shorter look.
import { parseArgs } from 'node:util';
import { simulateCanaries } from './watch/canary.ts';
import { simulateDrift } from './watch/drift.ts';
import { measureRequestPath } from './watch/request-path.ts';
import { simulateRollouts } from './watch/rollout.ts';
import { simulateSwaps } from './watch/swap.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string' }, runs: { type: 'string', default: '200' } },
});
const options = { runs: Number(values.runs), seed: 1 };

type Figures = Record<string, number>;
const PARTS: Record<string, () => Figures | Promise<Figures>> = {
  canary: () => simulateCanaries(options),
  rollout: () => simulateRollouts(options),
  swap: () => simulateSwaps(options),
  drift: () => simulateDrift(options),
  path: () => measureRequestPath({ rounds: 8, calls: 1500, rate: 250 }),
};

const wanted = values.only?.split(',') ?? Object.keys(PARTS);
const figures: Figures = {};
for (const name of wanted) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`There is no part ${name}: ${Object.keys(PARTS).join(', ')}.`);
  Object.assign(figures, await part());
}

if (values.json === true) console.log(JSON.stringify(figures, null, 2));
else for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(44)} ${figure}`);
