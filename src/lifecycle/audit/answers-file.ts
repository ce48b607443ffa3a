// Answers from a file instead of a terminal, for scripts: `tasks:` with the keys of the register's entries.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { name } from '../../config/leaf.ts';
import { taskSchema } from '../../config/task-schema.ts';
import type { Answers } from './interview.ts';
import { TASK_KEYS, type TaskKey } from './register.ts';

const answersSchema = z.strictObject({
  tasks: z.record(
    name.refine((value) => !value.includes('/'), 'a task name has no slash'),
    taskSchema.pick(Object.fromEntries(TASK_KEYS.map((key) => [key, true])) as Record<TaskKey, true>),
  ),
});

/** By task, as they are written. Throws a sentence that names the file and every mistake. */
export function readAnswers(file: string): Map<string, Answers> {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Error(
      code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${message.split('\n')[0]}`,
      { cause },
    );
  }
  const result = answersSchema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `  ${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new Error([`${file} holds no answers to an audit:`, ...new Set(problems)].join('\n'));
  }
  return new Map(Object.entries((value as { tasks: Record<string, Answers> }).tasks));
}
