// A trained router as a gate asks it: how likely an answer is to be acceptable, and whether to stop at it.
import type { GivenAnswer, Score, Scorer, ScorerQuestion } from '../../gate/scorer.ts';
import { answerKey } from '../answers/answer-key.ts';
import { createEstimator, type Estimator, type Expectation } from '../estimator/estimator.ts';
import type { FeatureRequest } from '../features/extract.ts';
import { featureRequestOf } from '../features/feature-request.ts';
import { believe } from '../ladder/belief.ts';
import { chooseLadder, type Ladder, rungColumns, startColumns } from '../ladder/ladder.ts';
import { createPool, numberAnswers, type Pool } from '../ladder/pool.ts';
import { weigh } from '../ladder/small-regression.ts';
import { meanLogprobOf, responseOf } from '../rows/response-of.ts';
import { strategyAt } from '../train/operate.ts';
import type { Artifact, Policy } from './artifact.ts';
import { type Demand, standAt } from './stand.ts';

export interface ScorerOptions extends Demand {
  id: string;
}

export function createScorer(artifact: Artifact, { id, ...demand }: ScorerOptions): Scorer {
  const { estimator: state, policy } = artifact;
  const estimator = createEstimator(state);
  const level = policy === null ? null : standAt(policy, demand);
  return {
    id,
    models: state.models,
    mayPrefer: policy !== null,
    score: (question) => score(question, { estimator, policy, level }),
  };
}

interface Standing {
  estimator: Estimator;
  policy: Policy | null;
  level: number | null;
}

const UNTOLD = { chance: null, accepts: null, prefers: null };

function score({ request: asked, given, earlier }: ScorerQuestion, { estimator, policy, level }: Standing): Score {
  const { models } = estimator.state;
  const at = models.indexOf(given.model);
  if (at < 0) return { ...UNTOLD, say: `it knows nothing of ${given.model}` };
  const { encoder } = estimator.state;
  const made = asked.embedding;
  const embedding = encoder !== null && made?.encoder === encoder.name ? made.vector : null;
  if (encoder !== null && embedding === null)
    return { ...UNTOLD, say: `it wants the request's embedding by ${encoder.name}` };
  const request = featureRequestOf(asked);
  const expected = estimator.expect(request, embedding);
  if (!expected.isKnown) return { ...UNTOLD, say: 'few words of the request were in what it was trained on' };
  const pool = poolOfAnswers([...earlier, given], { estimator, request, expected });
  const seen = [...new Set([...earlier, given].map(({ model }) => models.indexOf(model)))]
    .filter((model) => model >= 0)
    .sort((one, other) => one - other);
  const belief = policy?.climbing.beliefs.find((one) => one.seen.join() === seen.join());
  const alone = pool.judged[at] as number;
  if (policy === null || belief === undefined) return { ...UNTOLD, chance: alone, say: 'the answer by itself' };
  const believed = believe(pool, belief);
  const chance = believed.chances[0] as number;
  const chosen = seen[believed.chosen[0] as number] as number;
  const goingOn = level === null ? null : worthGoingOn(pool, { policy, level, seen, believed });
  return {
    chance,
    accepts: goingOn === null ? null : goingOn <= chance,
    prefers: chosen === at ? null : (models[chosen] ?? null),
    say: `${sayOf(pool, { at, chosen, models })}${sayGoingOn(goingOn)}`,
  };
}

interface Reached {
  policy: Policy;
  level: number;
  seen: readonly number[];
  believed: ReturnType<typeof believe>;
}

/** What it is worth to go on; minus infinity at the end of a ladder, null where no ladder begins as the call did. */
function worthGoingOn(pool: Pool, { policy, level, seen, believed }: Reached): number | null {
  const ladder = ladderOf(pool, { policy, level, seen });
  if (ladder === null) return null;
  const rung = ladder.rungs[seen.length - 1];
  return rung === undefined ? Number.NEGATIVE_INFINITY : weigh(rung, rungColumns(pool, believed).values);
}

/** The ladder that the request climbs; where guards, a pin or a cascade by hand have led elsewhere, the best one that begins as the call did. */
function ladderOf(pool: Pool, { policy, level, seen }: Omit<Reached, 'believed'>): Ladder | null {
  const chosen = policy.levels[level];
  if (chosen === undefined) return null;
  const { isFree, mostCalls } = policy;
  const start = startColumns(pool);
  const planned = strategyAt(chosen, { among: null, isFree, mostCalls });
  const own = planned === null ? null : chooseLadder(planned.ladders, start, 0);
  if (own !== null && startsWith(own.models, seen)) return own;
  const others = chosen.ladders.filter(({ models }) => startsWith(models, seen));
  return others.length === 0 ? null : chooseLadder(others, start, 0);
}

function startsWith(models: Ladder['models'], seen: readonly number[]): boolean {
  return seen.every((model, at) => models[at] === model);
}

/** A pool of the one request, filled in where there are answers. */
function poolOfAnswers(
  answers: readonly GivenAnswer[],
  { estimator, request, expected }: { estimator: Estimator; request: FeatureRequest; expected: Expectation },
): Pool {
  const { models } = estimator.state;
  const pool = createPool(models, 1);
  pool.order.set(expected.order);
  pool.prior.set(expected.chances);
  pool.judged.set(expected.chances);
  const keys: (string | null)[] = models.map(() => null);
  for (const { model, answer } of answers) {
    const at = models.indexOf(model);
    if (at < 0) continue;
    const text = responseOf(answer);
    keys[at] = answerKey(text);
    const meanLogprob = meanLogprobOf(answer.logprobs);
    pool.judged[at] = estimator.judge(at, request, { text, final: null, meanLogprob });
  }
  numberAnswers(keys, pool.said);
  return pool;
}

/** In the same units as the chance: what the next answer is expected to bring, less its price. */
function sayGoingOn(worth: number | null): string {
  if (worth === null) return '';
  return worth === Number.NEGATIVE_INFINITY ? '; nobody else is asked' : `; to ask on is worth ${worth.toFixed(2)}`;
}

function sayOf(pool: Pool, { at, chosen, models }: { at: number; chosen: number; models: readonly string[] }): string {
  const same = models.filter(
    (_, model) => model !== at && pool.said[model] !== -1 && pool.said[model] === pool.said[at],
  );
  if (same.length > 0) return `${same.join(' and ')} said the same`;
  const answered = models.filter((_, model) => pool.said[model] !== -1).length;
  if (answered < 2) return 'the answer by itself';
  return chosen === at ? 'others said something else' : `${models[chosen]}'s answer is likelier to be right`;
}
