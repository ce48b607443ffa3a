// From a configuration to the rows of its tasks: which tasks have something, and what the chosen sources tell of each. It asks nobody and
// writes nothing.
import { existsSync } from 'node:fs';
import type { Config, TaskConfig } from '../../config/config.ts';
import type { Engine } from '../../router.ts';
import { listRuns } from '../evaluate/run-file.ts';
import { placesOf } from '../places.ts';
import { type PreparedTask, prepareTasks } from '../profile/prepare.ts';
import { evaluationRows } from './evaluation-rows.ts';
import { profileRows } from './profile-rows.ts';
import type { RowSource } from './sample-row.ts';
import { joinRows, type SourcedRows } from './sourced-rows.ts';

export interface GatherOptions {
  config: Config;
  engine: Engine;
  /** Names of tasks; empty: every task of which there is something. */
  tasks: readonly string[];
  /** Names of models; null: those that may serve the task. */
  models: readonly string[] | null;
  sources: readonly RowSource[];
  folder: string;
}

export interface TaskRows extends SourcedRows {
  task: string;
}

/** Rejects with Error for a task or model that nobody configured, for files that are wrong, and when there is nothing to make rows of. */
export async function gatherRows(options: GatherOptions): Promise<TaskRows[]> {
  const { config, tasks, sources, folder } = options;
  const named = tasks.map((name) => {
    const task = config.tasks.get(name);
    if (task === undefined)
      throw new Error(`There is no task ${JSON.stringify(name)}. Tasks: ${listOf(config.tasks)}.`);
    const found = sourcesOf(task, options);
    if (found.length === 0) throw new Error(`Of ${name} there are no answers in ${folder}: ${adviceFor(sources)}.`);
    return task;
  });
  const chosen =
    named.length > 0 ? named : [...config.tasks.values()].filter((task) => sourcesOf(task, options).length > 0);
  if (chosen.length === 0) throw new Error(`There are no answers in ${folder}: ${adviceFor(sources)}.`);
  const gathered: TaskRows[] = [];
  for (const task of chosen) gathered.push({ task: task.name, ...(await rowsOf(task, options)) });
  return gathered;
}

async function rowsOf(task: TaskConfig, options: GatherOptions): Promise<SourcedRows> {
  let joined: SourcedRows = { rows: new Map(), left: [], unasked: new Map() };
  for (const source of sourcesOf(task, options)) {
    const rows = source === 'profile' ? await fromProfile(task, options) : await evaluationRows(task, options);
    joined = joinRows(joined, rows);
  }
  return joined;
}

async function fromProfile({ name }: TaskConfig, options: GatherOptions): Promise<SourcedRows> {
  const [prepared] = await prepareTasks({ ...options, tasks: [name], limit: null });
  return profileRows(prepared as PreparedTask, options.engine);
}

/** The chosen sources of which the task has something. */
function sourcesOf({ name }: TaskConfig, { folder, sources }: GatherOptions): RowSource[] {
  const { samples, answers, evaluations } = placesOf(folder, name);
  const has: Record<RowSource, () => boolean> = {
    profile: () => existsSync(samples) && existsSync(answers),
    evaluate: () => listRuns(evaluations).length > 0,
  };
  return sources.filter((source) => has[source]());
}

function adviceFor(sources: readonly RowSource[]): string {
  return (
    sources.map((source) => `\`tierline ${source}\``).join(' and ') +
    (sources.length === 1 ? ' makes some' : ' make some')
  );
}

function listOf(named: ReadonlyMap<string, unknown>): string {
  return [...named.keys()].join(', ') || 'none';
}
