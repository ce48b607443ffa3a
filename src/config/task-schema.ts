// The schema of `tasks`.
import { z } from 'zod';
import { COMPARISONS } from '../gate/reference-config.ts';
import { acceptSchema, pointer } from './accept-schema.ts';
import { taskCanarySchema } from './canary-schema.ts';
import { CONSEQUENCES, INPUT_STRUCTURES, PROMPT_CACHING } from './config.ts';
import { flag, number, oneOrMore, share, text, timeout, whole } from './leaf.ts';
import { limitsShape } from './limits-schema.ts';
import { matchSchema, rulesSchema } from './match-schema.ts';
import { routeSchema } from './route-schema.ts';

/** Pass rates that profiles are held against; a task's go before those of the file. */
export const thresholdsShape = {
  default_from: share.optional(),
  gated_from: share.optional(),
  confidence: share.refine((value) => value >= 0.5 && value < 1, 'must be from 50% to below 100%').optional(),
};

const inputSchema = z.strictObject({
  typical_tokens: whole(1).optional(),
  largest_tokens: whole(1).optional(),
  languages: oneOrMore.optional(),
  structure: z.array(z.enum(INPUT_STRUCTURES)).optional(),
});

const referenceSchema = z.union(
  [
    z.enum(COMPARISONS),
    z.strictObject({
      compare: z.enum(COMPARISONS),
      at: pointer.optional(),
      tolerance: number(0).optional(),
      fenced: flag.default(false),
    }),
  ],
  'expected exact, text, number, json, contains or { compare, at, tolerance }',
);

export const taskSchema = z.strictObject({
  owner: text.optional(),
  description: text.optional(),
  match: matchSchema.optional(),
  consequence: z.enum(CONSEQUENCES).optional(),
  input: inputSchema.optional(),
  output: z
    .strictObject({
      typical_tokens: whole(1).optional(),
      largest_tokens: whole(1).optional(),
      pass_rate: share.optional(),
    })
    .optional(),
  volume: whole(0).optional(),
  latency_budget: timeout.optional(),
  reference: referenceSchema.optional(),
  profile: z.strictObject(thresholdsShape).optional(),
  ...limitsShape,
  canary: taskCanarySchema.optional(),
  strict: flag.optional(),
  accept: acceptSchema.optional(),
  prompt_caching: z.enum(PROMPT_CACHING).optional(),
  rules: rulesSchema.optional(),
  route: routeSchema,
});
export type FileTask = z.output<typeof taskSchema>;
