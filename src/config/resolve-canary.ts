// Makes of the file's canaries what each task has. They cost money, so there are none unless the file has the section.
import type { CanaryConfig, TaskCanaryConfig } from './canary-config.ts';
import type { FileCanary, FileTaskCanary } from './canary-schema.ts';
import type { TaskConfig } from './config.ts';
import { type Report, unknownName } from './names.ts';
import type { Path } from './problem.ts';
import type { FileConfig } from './schema.ts';

const SHARE = 0.05;

export interface CanaryContext {
  models: ReadonlySet<string>;
  tasks: ReadonlyMap<string, TaskConfig>;
  baseline: string | null;
  report: Report;
}

type Said = Exclude<FileTaskCanary, 'off'>;

export function resolveCanary({ canary, tasks }: FileConfig, context: CanaryContext): CanaryConfig | null {
  for (const [name, { canary: own }] of Object.entries(tasks))
    if (own !== undefined && own !== 'off' && canary === undefined)
      context.report({
        path: ['tasks', name, 'canary'],
        at: 'key',
        message: 'says how a task is watched, but the file has no section `canary`, which is where the budget stands',
        hint: 'Add for example: canary: { budget_usd: 5 }',
      });
  if (canary === undefined) return null;
  checkModels(canary, ['canary'], context);
  for (const [index, task] of (canary.tasks ?? []).entries())
    if (!context.tasks.has(task))
      context.report(unknownName('task', task, { path: ['canary', 'tasks', index], known: context.tasks.keys() }));
  const resolved = new Map<string, TaskCanaryConfig>();
  for (const [name, { canary: own }] of Object.entries(tasks)) {
    if (own === 'off' || (own === undefined && canary.tasks?.includes(name) === false)) continue;
    const path: Path = own === undefined ? ['canary'] : ['tasks', name, 'canary'];
    if (own !== undefined) checkModels(own, path, context);
    const config = resolveTask({ ...canary, ...definedOf(own ?? {}) }, path, context);
    if (config !== null) resolved.set(name, config);
  }
  return { budgetNanoUsd: Math.round(canary.budget_usd * 1e9), isMasked: canary.mask, tasks: resolved };
}

function definedOf(said: Said): Said {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function resolveTask(said: Said, path: Path, { baseline, report }: CanaryContext): TaskCanaryConfig | null {
  const reference = said.reference ?? baseline;
  const grading = said.grade ?? 'accept';
  if (reference === null) {
    report({
      path,
      at: 'key',
      message: 'names no `reference`, the model that answers again, and the file has no `baseline` to take for it',
    });
    return null;
  }
  if (grading === 'judge' && said.judge === undefined) {
    report({ path, at: 'key', message: 'is graded by a judge, but has no `judge: { model, rubric }`' });
    return null;
  }
  const usualGap = said.usual_gap === undefined ? null : said.usual_gap / 100;
  return {
    share: said.share ?? SHARE,
    reference,
    grading,
    usualGap,
    judge: grading === 'judge' ? (said.judge ?? null) : null,
  };
}

function checkModels({ reference, judge }: Said | FileCanary, path: Path, { models, report }: CanaryContext): void {
  if (reference !== undefined && !models.has(reference))
    report(unknownName('model', reference, { path: [...path, 'reference'], known: models }));
  if (judge !== undefined && !models.has(judge.model))
    report(unknownName('model', judge.model, { path: [...path, 'judge', 'model'], known: models }));
}
