// A trained router as the planner asks it: which models to try for a request, in which order.
import type { Forecast, Predictor, PredictorQuestion } from '../../policy/predictor.ts';
import { createEstimator, type Estimator } from '../estimator/estimator.ts';
import { featureRequestOf } from '../features/feature-request.ts';
import { chooseLadder, type Strategy, startColumns } from '../ladder/ladder.ts';
import { createPool } from '../ladder/pool.ts';
import { strategyAt } from '../train/operate.ts';
import type { Artifact, Policy } from './artifact.ts';
import { type Demand, standAt } from './stand.ts';

export interface PredictorOptions extends Demand {
  id: string;
  /** Whether a learned gate goes through the order; without one there is no second model. */
  isGated: boolean;
}

export function createPredictor(artifact: Artifact, { id, isGated, ...demand }: PredictorOptions): Predictor {
  const { estimator: state, reference, policy } = artifact;
  if (policy === null)
    throw new Error('it was trained without prices, so it cannot choose by cost; train it again with them');
  const mostCalls = isGated ? policy.mostCalls : 1;
  const choose = createChooser(policy, { level: standAt(policy, demand), mostCalls, models: state.models });
  const estimator = createEstimator(state);
  warmUp(estimator);
  return {
    id,
    models: state.models,
    reference,
    isCascade: mostCalls > 1,
    encoder: state.encoder?.name ?? null,
    forecast: (question) => forecast(question, { estimator, choose, reference, isFree: policy.isFree }),
  };
}

/** The first forecasts run uncompiled and would be late. */
function warmUp({ expect, state }: Estimator): void {
  const text = 'Which of these 12 words is (not) the right one? A. none, B. 3.5 of them. '.repeat(20);
  const facts = { characters: text.length, turns: 1, hasTools: false, hasSchema: false, hasImages: false };
  const embedding = state.encoder === null ? null : new Float32Array(state.encoder.dimensions);
  for (let time = 0; time < WARM; time++) expect({ text, facts, task: null, segment: null }, embedding);
}

const WARM = 40;

interface Choosers {
  estimator: Estimator;
  choose: Chooser;
  reference: string;
  isFree: boolean;
}

/** The models to try, as places, for one request; null where none of the ladders is left. */
type Chooser = (
  expected: { order: Float64Array; chances: Float64Array },
  among: ReadonlySet<number>,
) => readonly number[] | null;

/** Level null: the reference alone keeps what is asked. */
function createChooser(
  policy: Policy,
  { level, mostCalls, models }: { level: number | null; mostCalls: number; models: readonly string[] },
): Chooser {
  const chosen = level === null ? undefined : policy.levels[level];
  if (chosen === undefined) return () => null;
  const pool = createPool(models, 1);
  // Guards leave the same models again and again.
  const strategies = new Map<string, Strategy | null>();
  return ({ order, chances }, among) => {
    const left = [...among].sort((one, other) => one - other).join();
    let strategy = strategies.get(left);
    if (strategy === undefined) {
      strategy = strategyAt(chosen, { among, isFree: policy.isFree, mostCalls });
      strategies.set(left, strategy);
    }
    if (strategy === null) return null;
    pool.order.set(order);
    pool.prior.set(chances);
    return chooseLadder(strategy.ladders, startColumns(pool), 0).models;
  };
}

function forecast(
  { view, task, tenant, options, embedding }: PredictorQuestion,
  { estimator, choose, reference, isFree }: Choosers,
): Forecast {
  const { models, encoder } = estimator.state;
  if (encoder !== null && embedding === null)
    return { chances: {}, order: null, say: 'its embedding was not there in time' };
  const expected = estimator.expect(featureRequestOf({ view, task, tenant }), embedding);
  if (!expected.isKnown) return { chances: {}, order: null, say: 'few of its words were in what it was trained on' };
  const chances: Record<string, number> = {};
  const among = new Set<number>();
  for (const { model } of options) {
    const at = models.indexOf(model);
    if (at < 0) continue;
    among.add(at);
    chances[model] = expected.chances[at] as number;
  }
  const ladder = choose(expected, among);
  if (ladder !== null) {
    const say = isFree ? 'the best value for this request' : 'the best value on the whole';
    return { chances, order: ladder.map((at) => models[at] as string), say };
  }
  return among.has(models.indexOf(reference))
    ? { chances, order: [reference], say: 'only the reference keeps what is asked' }
    : { chances, order: null, say: 'none of its ladders is left' };
}
