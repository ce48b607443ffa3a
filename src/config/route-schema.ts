// The schema of everything a route can be written as.
import { z } from 'zod';
import { PROMISE_NAMES } from '../policy/predictor.ts';
import { duration, name, number, oneOrMore, share, text, timeout, whole } from './leaf.ts';

const streamSchema = z.union(
  [z.enum(['hold', 'early']), z.strictObject({ first_tokens: whole(1, 100_000) })],
  'expected hold, early or { first_tokens: 20 }',
);

const KINDS = ['model', 'tier', 'cascade', 'best', 'predict'] as const;
/** Keys that only a predictor knows what to do with. */
const FORESEEN = ['promise', 'static', 'explore', 'encoder_timeout'] as const;
const LADDER = z.array(name).min(2, 'a cascade has at least two models').max(20, 'a cascade has at most 20 models');

const routeObject = z
  .strictObject({
    model: name.optional(),
    tier: name.optional(),
    cascade: LADDER.optional(),
    best: z.enum(['cost', 'quality']).optional(),
    predict: text.optional(),
    among: z.array(name).min(1, 'must not be an empty list').optional(),
    quality: share.optional(),
    max_cost_usd: number(0, 1_000_000).optional(),
    promise: z.enum(PROMISE_NAMES).optional(),
    static: name.optional(),
    explore: share.refine((value) => value <= 0.5, 'must be at most 50%').optional(),
    encoder_timeout: timeout.optional(),
    fallback: oneOrMore.optional(),
    attempt_timeout: timeout.optional(),
    hedge: z.strictObject({ below: share, after: duration }).optional(),
    stream: streamSchema.optional(),
    otherwise: z.enum(['answer', 'error']).optional(),
    latency: timeout.optional(),
  })
  .superRefine((route, context) => {
    const problem = problemOf(route);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

type RouteObject = Partial<
  Record<
    | (typeof KINDS)[number]
    | (typeof FORESEEN)[number]
    | 'among'
    | 'quality'
    | 'max_cost_usd'
    | 'hedge'
    | 'attempt_timeout',
    unknown
  >
>;

/** What belongs together and what does not, of keys that are right each by itself. */
function problemOf(route: RouteObject): string | null {
  const has = (key: keyof RouteObject): boolean => route[key] !== undefined;
  const kinds = KINDS.filter(has);
  if (kinds.length !== 1) {
    const said = kinds.length === 0 ? '' : `, not ${kinds.join(' and ')} at once`;
    return `a route names either a model, a tier, a cascade, what is best or an artifact that predicts it${said}`;
  }
  if (has('predict')) return problemOfPredicted(has);
  const foreseen = FORESEEN.find(has);
  if (foreseen !== undefined) return `\`${foreseen}\` belongs to \`predict\`, where an artifact chooses`;
  if (has('best') !== has('among')) return '`best` and `among` go together: the models to choose from';
  if ((route.best === 'cost') !== has('quality')) return '`best: cost` and `quality` go together: the least pass rate';
  if ((route.best === 'quality') !== has('max_cost_usd'))
    return '`best: quality` and `max_cost_usd` go together: what a request may cost';
  const paced = (['attempt_timeout', 'hedge'] as const).find(has);
  if (paced !== undefined && !has('cascade'))
    return `\`${paced}\` belongs to a cascade, where another model takes over`;
  return null;
}

function problemOfPredicted(has: (key: keyof RouteObject) => boolean): string | null {
  if ((['quality', 'max_cost_usd', 'promise'] as const).filter(has).length > 1)
    return '`predict` takes one of `promise`, `quality`, the least pass rate, and `max_cost_usd`, what a request may cost';
  return has('hedge')
    ? '`hedge` belongs to a cascade that is written down: a predicted one is another for every request'
    : null;
}

/** A model or tier name, or an object. */
export const routeSchema = z.union(
  [name, routeObject],
  'expected a model, a tier or { model | tier | cascade | best | predict, fallback }',
);
export type FileRoute = z.output<typeof routeSchema>;
export type FileRouteObject = Exclude<FileRoute, string>;
