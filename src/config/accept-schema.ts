// The schema of `accept`: a list of gates, each a map with the gate's name as its key.
import { z } from 'zod';
import { LIKENESSES } from '../gate/compare-answers.ts';
import { CODE_LANGUAGES, LENGTH_UNITS } from '../gate/gate-config.ts';
import { pointerProblem } from '../gate/json-pointer.ts';
import { flag, name, share, text, texts, timeout, whole } from './leaf.ts';
import { pattern } from './pattern-leaf.ts';

const on = flag.refine((value) => value, 'a gate that is not wanted is left out; write true');
export const pointer = text.superRefine((written, context) => {
  const message = pointerProblem(written);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

const labels = z
  .array(z.union([text, z.number(), z.boolean()], 'expected a text, a number, true or false'))
  .min(1, 'must not be an empty list');

const bounds = Object.fromEntries(
  LENGTH_UNITS.flatMap((unit) => [
    [`min_${unit}`, whole(0).optional()],
    [`max_${unit}`, whole(0).optional()],
  ]),
);

const codeLanguages = z.array(z.enum(CODE_LANGUAGES)).min(1, 'must not be an empty list');
const shapes = {
  json_schema: z
    .union([text, z.record(z.string(), z.json())], 'expected a file, `request` or a schema')
    .describe('The answer is JSON that follows a schema: a file, an inline schema, or the one of the request.'),
  one_of: z.union(
    [
      labels,
      z.strictObject({
        values: labels,
        at: pointer.optional(),
        ignore_case: flag.default(false),
        fenced: flag.default(false),
      }),
    ],
    'expected a list of labels or { values, at, ignore_case }',
  ),
  pattern,
  length: z
    .strictObject(bounds)
    .refine((limits) => Object.values(limits).some((limit) => limit !== undefined), 'says neither min nor max'),
  refusal: on,
  hedging: on,
  finish: z.enum(['complete', 'any']),
  tool_calls: z.enum(['valid']),
  language: z.union(
    [texts, z.strictObject({ is: texts, min_letters: whole(1).default(20) })],
    'expected `same`, a language, a list of languages or { is, min_letters }',
  ),
  code: z.union(
    [z.enum(['parses']), z.strictObject({ languages: codeLanguages })],
    'expected `parses` or { languages }',
  ),
  logprobs: z.strictObject({ min: share, at: z.enum(['first-token', 'mean']).default('mean') }),
  confidence: z
    .strictObject({ min: share, at: pointer.optional(), pattern: pattern.optional(), fenced: flag.default(false) })
    .refine(({ at, pattern: other }) => (at === undefined) !== (other === undefined), {
      error: 'needs either `at`, a JSON pointer, or a `pattern` with one group',
    }),
  judge: z.strictObject({ model: name, rubric: text, min: share }),
  agreement: z
    .strictObject({
      with: name,
      compare: z.enum([...LIKENESSES, 'embedding']).default('auto'),
      by: name.optional(),
      min: share.optional(),
      at: pointer.optional(),
      pattern: pattern.optional(),
      tolerance: share.default(1e-6),
    })
    .refine(({ at, pattern: other }) => at === undefined || other === undefined, {
      error: 'takes either `at`, a JSON pointer, or a `pattern` with one group',
    })
    .refine(
      ({ compare, by, min }) => (compare === 'embedding' ? by !== undefined : by === undefined && min === undefined),
      {
        error: '`compare: embedding` needs `by`, the model that makes the vectors; nothing else takes `by` or `min`',
      },
    ),
  learned: z.strictObject({ artifact: text, min: share.optional() }),
  module: z.union(
    [text, z.strictObject({ file: text, time_limit: timeout.default(1_000) })],
    'expected a file or { file, time_limit }',
  ),
};

/** Names of the gates, as the file writes them. */
export const GATE_KEYS = Object.keys(shapes) as (keyof typeof shapes)[];

const optional = Object.fromEntries(GATE_KEYS.map((key) => [key, shapes[key].optional()])) as {
  [Key in keyof typeof shapes]: z.ZodOptional<(typeof shapes)[Key]>;
};

const gateSchema = z.strictObject({ ...optional, fenced: flag.optional() }).superRefine((gate, context) => {
  if (GATE_KEYS.filter((key) => gate[key] !== undefined).length !== 1) {
    context.addIssue({ code: 'custom', message: 'each item names exactly one gate, as in - refusal: true' });
  } else if (gate.fenced !== undefined && gate.json_schema === undefined) {
    const message = '`fenced` belongs to json_schema; one_of and confidence have their own';
    context.addIssue({ code: 'custom', message });
  }
});
export type FileGate = z.output<typeof gateSchema>;

export const acceptSchema = z.array(gateSchema);
