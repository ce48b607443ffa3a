// The schema of `canary`, of the file and of a task.
import { z } from 'zod';
import { GRADINGS } from './canary-config.ts';
import { flag, name, number, oneOrMore, share, text } from './leaf.ts';

const shape = {
  share: share.refine((value) => value > 0, 'must be above 0; write `off` for a task that wants none').optional(),
  reference: name.optional(),
  grade: z.enum(GRADINGS).optional(),
  usual_gap: number(-100, 100).optional(),
  judge: z.strictObject({ model: name, rubric: text }).optional(),
};

/** What holds for all tasks. */
export const canarySchema = z.strictObject({
  ...shape,
  tasks: oneOrMore.optional(),
  budget_usd: number(0, 1_000_000).default(5),
  mask: flag.default(true),
});

/** A task's own; what it does not say is as the file has it. */
export const taskCanarySchema = z.union(
  [z.literal('off'), z.literal(false).transform(() => 'off' as const), z.strictObject(shape)],
  'expected off or { share, reference, grade, judge }',
);

export type FileCanary = z.output<typeof canarySchema>;
export type FileTaskCanary = z.output<typeof taskCanarySchema>;
