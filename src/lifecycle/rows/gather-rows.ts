// From a configuration to the rows of its tasks: which tasks have something, and what the chosen sources tell of each. It asks nobody and
// writes nothing.
import { existsSync } from 'node:fs';
import type { NoteKind } from '../../call/note.ts';
import { capturedFolder } from '../../capture/capture.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { type LedgerReader, openLedgerReader } from '../../ledger/reader.ts';
import type { Engine } from '../../router.ts';
import { listRuns } from '../evaluate/run-file.ts';
import { placesOf } from '../places.ts';
import { type PreparedTask, prepareTasks } from '../profile/prepare.ts';
import { canaryRows } from './canary-rows.ts';
import { evaluationRows } from './evaluation-rows.ts';
import { feedbackRows } from './feedback-rows.ts';
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
  /** Whether weak signals count as feedback. */
  isWeakTaken?: boolean | undefined;
}

export interface TaskRows extends SourcedRows {
  task: string;
}

/** With the ledger that the configuration names, where a source wants it and it is there. */
interface Gathering extends GatherOptions {
  ledger: LedgerReader | null;
}

/** What makes something of each source. */
const MAKERS: Readonly<Record<RowSource, string>> = {
  profile: '`tierline profile`',
  evaluate: '`tierline evaluate`',
  feedback: '`POST /v1/feedback`',
  canary: 'a canary',
};
const NOTED: ReadonlySet<RowSource> = new Set(['feedback', 'canary']);

/** Rejects with Error for a task or model that nobody configured, for files that are wrong, and when there is nothing to make rows of. */
export async function gatherRows(options: GatherOptions): Promise<TaskRows[]> {
  const { models, ledger: at } = options.config;
  const unknown = options.models?.find((name) => !models.has(name));
  if (unknown !== undefined)
    throw new Error(`There is no model ${JSON.stringify(unknown)}. Models: ${listOf(models)}.`);
  const isWanted = options.sources.some((source) => NOTED.has(source)) && existsSync(at.path);
  const ledger = isWanted ? openLedgerReader(at.path) : null;
  try {
    return await gatherWith({ ...options, ledger });
  } finally {
    ledger?.close();
  }
}

async function gatherWith(options: Gathering): Promise<TaskRows[]> {
  const { config, tasks } = options;
  const named = tasks.map((name) => {
    const task = config.tasks.get(name);
    if (task === undefined)
      throw new Error(`There is no task ${JSON.stringify(name)}. Tasks: ${listOf(config.tasks)}.`);
    if (sourcesOf(task, options).length === 0) throw new Error(`Of ${name} ${sayNone(options)}`);
    return task;
  });
  const chosen =
    named.length > 0 ? named : [...config.tasks.values()].filter((task) => sourcesOf(task, options).length > 0);
  if (chosen.length === 0) throw new Error(capital(sayNone(options)));
  const gathered: TaskRows[] = [];
  for (const task of chosen) gathered.push({ task: task.name, ...(await rowsOf(task, options)) });
  return gathered;
}

async function rowsOf(task: TaskConfig, options: Gathering): Promise<SourcedRows> {
  let joined: SourcedRows = { rows: new Map(), left: [], unasked: new Map() };
  for (const source of sourcesOf(task, options)) joined = joinRows(joined, await rowsFrom(source, task, options));
  return joined;
}

function rowsFrom(source: RowSource, task: TaskConfig, options: Gathering): Promise<SourcedRows> {
  if (source === 'profile') return fromProfile(task, options);
  if (source === 'evaluate') return evaluationRows(task, options);
  const { config, models, isWeakTaken = false } = options;
  // Without a ledger no task has anything of these.
  const ledger = options.ledger as LedgerReader;
  const noted = { config, models, ledger, captured: capturedFolder(config.ledger.path) };
  return source === 'feedback' ? feedbackRows(task, { ...noted, isWeakTaken }) : canaryRows(task, noted);
}

async function fromProfile({ name }: TaskConfig, options: GatherOptions): Promise<SourcedRows> {
  const [prepared] = await prepareTasks({ ...options, tasks: [name], limit: null });
  return profileRows(prepared as PreparedTask, options.engine);
}

/** The chosen sources of which the task has something. */
function sourcesOf({ name }: TaskConfig, { folder, sources, ledger }: Gathering): RowSource[] {
  const { samples, answers, evaluations } = placesOf(folder, name);
  const hasNote = (kind: NoteKind): boolean => {
    for (const _ of ledger?.notes({ kind, task: name }) ?? []) return true;
    return false;
  };
  const has: Record<RowSource, () => boolean> = {
    profile: () => existsSync(samples) && existsSync(answers),
    evaluate: () => listRuns(evaluations).length > 0,
    feedback: () => hasNote('feedback'),
    canary: () => hasNote('canary'),
  };
  return sources.filter((source) => has[source]());
}

function sayNone({ config, folder, sources }: GatherOptions): string {
  const places = [
    ...(sources.some((source) => !NOTED.has(source)) ? [folder] : []),
    ...(sources.some((source) => NOTED.has(source)) ? [config.ledger.path] : []),
  ];
  const makers = sources.map((source) => MAKERS[source]);
  return `there are no answers in ${places.join(' and ')}: ${makers.join(' and ')} ${makers.length === 1 ? 'makes some' : 'make some'}.`;
}

function capital(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}

function listOf(named: ReadonlyMap<string, unknown>): string {
  return [...named.keys()].join(', ') || 'none';
}
