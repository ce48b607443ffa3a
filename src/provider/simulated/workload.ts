// A mixed workload of checkable requests, as an application with five tasks would send them.
// It must never put a solution into a prompt, except in the worked examples that are not asked.
import type { JsonObject } from '../../call/json.ts';
import { createDraw } from './draw.ts';
import { TASK_KINDS, type TaskKind } from './models.ts';
import { buildProblem, PROBLEM_KINDS } from './problems/build.ts';
import { createProblemId, markOf } from './problems/problem.ts';
import { countTokens } from './tokens.ts';

/** One request of the workload. */
export interface WorkloadItem {
  task: TaskKind;
  id: string;
  /** 0 trivial, 1 the hardest there is. */
  difficulty: number;
  messages: [{ role: 'system'; content: string }, { role: 'user'; content: string }];
  /** JSON schema of the answer, where the answer is JSON. */
  schema?: JsonObject;
  /** A right answer. */
  reference: string;
  /** Whether an answer, as the model wrote it, is right. */
  check: (answer: string) => boolean;
}

export interface WorkloadOptions {
  seed: number;
  count: number;
  /** The tasks to draw from, in equal shares; all five when not said. */
  tasks?: readonly TaskKind[];
}

/** Long enough for the prompt caches of providers, which begin at 1,024 tokens. */
const SYSTEM_PROMPT_TOKENS = 1_300;
/** Above 1, easy requests are more frequent than hard ones, as in real traffic. */
const EASE = 1.5;

const systemPrompts = new Map<TaskKind, string>();

/** The system prompt that all requests of a task share: instructions, then worked examples up to a fixed length. */
export function systemPromptOf(task: TaskKind): string {
  const known = systemPrompts.get(task);
  if (known !== undefined) return known;
  const draw = createDraw('examples', task);
  let prompt = `${PROBLEM_KINDS[task].instructions}\n\nWorked examples:`;
  while (countTokens(prompt) < SYSTEM_PROMPT_TOKENS) {
    const example = buildProblem(task, createProblemId(draw, draw.unit()));
    prompt += `\n\n---\n${example.text}\n=> ${example.reference}`;
  }
  systemPrompts.set(task, prompt);
  return prompt;
}

/** The workload for a seed: item n is the same whatever the count. */
export function generateWorkload({ seed, count, tasks = TASK_KINDS }: WorkloadOptions): WorkloadItem[] {
  return Array.from({ length: count }, (_, index) => {
    const draw = createDraw('workload', seed, index);
    const task = draw.pick(tasks);
    const { id, difficulty, text, schema, reference, check } = buildProblem(
      task,
      createProblemId(draw, draw.unit() ** EASE),
    );
    return {
      task,
      id,
      difficulty,
      messages: [
        { role: 'system', content: systemPromptOf(task) },
        { role: 'user', content: `${text}\n\n${markOf(task, id)}` },
      ],
      schema,
      reference,
      check,
    };
  });
}
