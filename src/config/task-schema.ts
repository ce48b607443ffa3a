// The schema of `tasks`.
import { z } from 'zod';
import { acceptSchema } from './accept-schema.ts';
import { CONSEQUENCES, PROMPT_CACHING } from './config.ts';
import { flag, share, text, whole } from './leaf.ts';
import { limitsShape } from './limits-schema.ts';
import { matchSchema, rulesSchema } from './match-schema.ts';
import { routeSchema } from './route-schema.ts';

export const taskSchema = z.strictObject({
  owner: text.optional(),
  description: text.optional(),
  match: matchSchema.optional(),
  consequence: z.enum(CONSEQUENCES).optional(),
  output: z.strictObject({ typical_tokens: whole(1).optional(), pass_rate: share.optional() }).optional(),
  ...limitsShape,
  strict: flag.optional(),
  accept: acceptSchema.optional(),
  prompt_caching: z.enum(PROMPT_CACHING).optional(),
  rules: rulesSchema.optional(),
  route: routeSchema,
});
export type FileTask = z.output<typeof taskSchema>;
