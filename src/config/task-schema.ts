// The schema of `tasks` and of everything a route can be written as.
import { z } from 'zod';
import { acceptSchema } from './accept-schema.ts';
import { CONSEQUENCES } from './config.ts';
import { flag, name, text, texts, whole } from './leaf.ts';
import { pattern } from './pattern-leaf.ts';

const oneOrMore = z
  .union([name, z.array(name).min(1, 'must not be an empty list')], 'expected a name or a list of names')
  .transform((value) => (typeof value === 'string' ? [value] : value));

const routeObject = z
  .strictObject({
    model: name.optional(),
    tier: name.optional(),
    fallback: oneOrMore.optional(),
  })
  .refine((route) => (route.model === undefined) !== (route.tier === undefined), {
    error: 'a route names either a model or a tier',
  });

/** A model or tier name, or `{ model | tier, fallback }`. */
export const routeSchema = z.union([name, routeObject], 'expected a model, a tier or { model | tier, fallback }');
export type FileRoute = z.output<typeof routeSchema>;

const whenSchema = z.strictObject({
  min_input_tokens: whole(0).optional(),
  max_input_tokens: whole(0).optional(),
  has_tools: flag.optional(),
  has_images: flag.optional(),
  has_schema: flag.optional(),
  stream: flag.optional(),
  contains: texts.optional(),
  matches: pattern.optional(),
});

const ruleShape = {
  header: z.record(text, texts).optional(),
  metadata: z.record(text, texts).optional(),
  model: texts.optional(),
  path: texts.optional(),
  when: whenSchema.optional(),
};
const NOTHING_SAID = 'says nothing, so it would claim every request; use `default` for that';
const ruleSchema = z
  .strictObject(ruleShape)
  .refine((rule) => Object.values(rule).some(isSaid), { error: NOTHING_SAID });

const matchSchema = z
  .strictObject({ ...ruleShape, any: z.array(ruleSchema).min(1, 'must not be an empty list').optional() })
  .refine((match) => Object.values(match).some(isSaid), { error: NOTHING_SAID })
  .refine(({ any, ...rest }) => any === undefined || !Object.values(rest).some(isSaid), {
    error: '`any` stands alone: move the other conditions into each of its items',
  });
export type FileRule = z.output<typeof ruleSchema>;
export type FileMatch = z.output<typeof matchSchema>;

function isSaid(condition: unknown): boolean {
  return typeof condition === 'object' && condition !== null && Object.keys(condition).length > 0;
}

export const taskSchema = z.strictObject({
  owner: text.optional(),
  description: text.optional(),
  match: matchSchema.optional(),
  consequence: z.enum(CONSEQUENCES).optional(),
  output: z.strictObject({ typical_tokens: whole(1).optional() }).optional(),
  private: flag.default(false),
  strict: flag.optional(),
  accept: acceptSchema.optional(),
  route: routeSchema,
});
export type FileTask = z.output<typeof taskSchema>;
