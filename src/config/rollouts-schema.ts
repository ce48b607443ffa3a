// The schema of `rollouts`: by task, the route that is tried in the place of the task's own, and what stops it.
import { z } from 'zod';
import { name, number, percent, share, whole } from './leaf.ts';
import { routeSchema } from './route-schema.ts';

const STEPS = [5, 25, 50, 100];

const stepsSchema = z
  .array(percent)
  .refine((steps) => steps.every((step, at) => at === 0 || step > (steps[at - 1] as number)), {
    error: 'a step is not above the one before it',
  })
  .refine((steps) => steps.at(-1) === 100, 'the last step is 100, when everybody is on the candidate');

const ratio = number(0.01, 1000);

const rolloutSchema = z
  .strictObject({
    candidate: routeSchema,
    steps: stepsSchema.default(STEPS),
    by: z.enum(['session', 'tenant']).default('session'),
    approval: z.enum(['auto', 'ask']).default('auto'),
    canary_share: share.refine((value) => value > 0, 'must be above 0').default(1),
    min_calls: whole(1).default(200),
    min_canaries: whole(1).default(100),
    max_loss: number(0.1, 50).default(3),
    max_cost_ratio: ratio.default(1.1),
    max_latency_ratio: ratio.default(1.5),
    max_error_rise: number(0, 100).default(1),
    max_canaries: whole(1).default(6000),
  })
  .refine((rollout) => rollout.min_canaries <= rollout.max_canaries, {
    error: '`max_canaries` is below `min_canaries`, so no step could ever be decided',
  });
export type FileRollout = z.output<typeof rolloutSchema>;

export const rolloutsSchema = z.record(name, rolloutSchema);
