// The schema of conditions on a request: `match` of tasks and `when` of rules. One set of predicates for both.
import { z } from 'zod';
import { DAYS } from './config.ts';
import { flag, text, texts, whole } from './leaf.ts';
import { pattern } from './pattern-leaf.ts';
import { routeSchema } from './route-schema.ts';
import { readClock } from './units.ts';

const language = z.string().regex(/^[a-z]{2}$/, 'expected a language as ISO 639-1 has it, such as en or de');

/** A time of day in minutes. */
const clock = z.string().transform((source, context) => {
  const reading = readClock(source);
  if ('value' in reading) return reading.value;
  context.issues.push({ code: 'custom', input: source, message: reading.problem });
  return z.NEVER;
});

const zone = z.string().refine(isZone, 'expected a time zone such as Europe/Berlin or UTC');

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

const timeSchema = z
  .strictObject({
    from: clock,
    to: clock,
    days: z.array(z.enum(DAYS)).min(1, 'must not be an empty list').optional(),
    zone: zone.default('UTC'),
  })
  .refine(({ from, to }) => from !== to, { error: 'ends when it begins, so no request can match' });

const whenShape = {
  min_input_tokens: whole(0).optional(),
  max_input_tokens: whole(0).optional(),
  has_tools: flag.optional(),
  has_images: flag.optional(),
  has_schema: flag.optional(),
  has_code: flag.optional(),
  has_tables: flag.optional(),
  has_math: flag.optional(),
  language: z
    .union([language, z.array(language).min(1, 'must not be an empty list')], 'expected a language or a list')
    .optional(),
  user_tier: texts.optional(),
  tenant: texts.optional(),
  time: timeSchema.optional(),
  stream: flag.optional(),
  contains: texts.optional(),
  matches: pattern.optional(),
};
const whenSchema = z.strictObject(whenShape);
export type FileWhen = z.output<typeof whenSchema>;

const requestShape = {
  header: z.record(text, texts).optional(),
  metadata: z.record(text, texts).optional(),
  model: texts.optional(),
  path: texts.optional(),
};
const ruleShape = { ...requestShape, when: whenSchema.optional() };
const NOTHING_SAID = 'says nothing, so it would claim every request; use `default` for that';
const ruleSchema = z
  .strictObject(ruleShape)
  .refine((rule) => Object.values(rule).some(isSaid), { error: NOTHING_SAID });

export const matchSchema = z
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

/** In a rule of a route, request and predicates stand side by side; without `when` it holds always. */
export const rulesSchema = z.array(
  z.strictObject({ when: z.strictObject({ ...requestShape, ...whenShape }).optional(), route: routeSchema }),
);
export type FileRequestRule = NonNullable<FileRules[number]['when']>;
export type FileRules = z.output<typeof rulesSchema>;
