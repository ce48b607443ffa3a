// A regular expression of the configuration as a zod schema.
import { z } from 'zod';
import { patternProblem } from '../call/pattern.ts';

export const pattern = z.string().transform((source, context) => {
  const problem = patternProblem(source);
  if (problem === null) return new RegExp(source, 'u');
  context.issues.push({ code: 'custom', input: source, message: problem });
  return z.NEVER;
});
