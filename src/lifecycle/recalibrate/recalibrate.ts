// A recalibration from beginning to end: what the ledger tells of each task, what its configuration should say, the text with the changes, and
// what they would do. It reads files, asks no model and writes nothing.
import { dirname, join, relative } from 'node:path';
import { createCatalog } from '../../catalog/catalog.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import type { Environment } from '../../config/source.ts';
import { readPriors } from '../../evidence/priors.ts';
import { openLedgerReader } from '../../ledger/reader.ts';
import { lineDiff } from '../calibrate/line-diff.ts';
import { compiledRoutesOf, type PlacedRoute, routesOf } from '../check/reach.ts';
import { placesOf } from '../places.ts';
import { type RowsRead, readRows } from '../simulate/simulate-ledger.ts';
import { type SimulatedPolicy, toSimulatedPolicy } from '../simulate/simulated-policy.ts';
import { applyChanges } from './edit-task.ts';
import { effectOf, isPlayable, mayMove } from './effect.ts';
import { evidenceOf, type NotesRead, readNotes, ruledSegments, type TaskEvidence } from './gather.ts';
import { adviseOn, factsOfArtifact, type PredictorAdvice } from './predictors.ts';
import { propose } from './propose.ts';
import type { Change, Effect, Recalibration, TaskRecalibration } from './recalibration.ts';

export interface RecalibrateOptions {
  config: Config;
  /** The configuration's file, and what stands in it. */
  file: string;
  text: string;
  /** Path of the ledger. */
  ledger: string;
  /** Names of tasks; all when there are none. */
  tasks: readonly string[];
  sinceMs: number;
  halfLifeMs: number;
  /** What answers of a segment may be worse by, 0 to 1. */
  maxLoss: number;
  /** What accepted answers have to be right in, 0 to 1; null: as each task says. */
  target: number | null;
  nowMs: number;
  env: Environment;
  /** Paths in commands are told from here. */
  cwd: string;
}

export interface Recalibrated {
  recalibration: Recalibration;
  /** The configuration with the changes. */
  text: string;
}

/** Rejects with a sentence for a task or ledger that is not there, and with ConfigError when the result would be no valid configuration. */
export async function recalibrate(options: RecalibrateOptions): Promise<Recalibrated> {
  const { config, file, text: before, sinceMs, halfLifeMs, nowMs, env } = options;
  const chosen = chosenTasks(options);
  const rows = rowsOf(options, chosen);
  const decay = { nowMs, halfLifeMs };
  const notes = notesOf(options);
  const current = await toSimulatedPolicy(config, createCatalog());
  const proposed = chosen.map((task) => {
    const evidence = evidenceOf(task.name, { rows: rows.rows, notes, decay, ruled: ruledSegments(task.rules) });
    return { evidence, proposal: proposalFor(task, evidence, { current, options }) };
  });
  const changes = proposed.flatMap(({ proposal }) => proposal.changes);
  const { text, left } = applyChanges(before, changes);
  // Whether it is valid is known before anything is told of its effect.
  const diff = lineDiff(before, text, file);
  if (diff !== '') parseConfig(text, { file, env });
  const effect =
    diff === ''
      ? null
      : await playChanges(options, { changes, current, rows, evidences: proposed.map(({ evidence }) => evidence) });
  return {
    recalibration: {
      version: 1,
      since: new Date(sinceMs).toISOString(),
      halfLifeMs,
      tasks: proposed.map(({ proposal }) => proposal),
      diff,
      left,
      effect,
      notes: notesFor(rows),
    },
    text,
  };
}

function chosenTasks({ config: { tasks }, tasks: names }: RecalibrateOptions): TaskConfig[] {
  const unknown = names.find((name) => !tasks.has(name));
  if (unknown !== undefined)
    throw new Error(`There is no task ${JSON.stringify(unknown)}. Tasks: ${[...tasks.keys()].join(', ') || 'none'}.`);
  const chosen = [...tasks.values()].filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.length === 0) throw new Error('The configuration has no tasks.');
  return chosen;
}

function rowsOf({ ledger, sinceMs, nowMs }: RecalibrateOptions, chosen: readonly TaskConfig[]): RowsRead {
  const [only, ...others] = chosen;
  const task = others.length === 0 ? only?.name : undefined;
  return readRows({ path: ledger, sinceMs, untilMs: nowMs + 1, task });
}

function notesOf({ ledger, sinceMs }: RecalibrateOptions): NotesRead {
  const reader = openLedgerReader(ledger);
  try {
    return readNotes(reader, sinceMs);
  } finally {
    reader.close();
  }
}

function proposalFor(
  task: TaskConfig,
  evidence: TaskEvidence,
  { current, options }: { current: SimulatedPolicy; options: RecalibrateOptions },
): TaskRecalibration {
  const { nowMs, halfLifeMs, maxLoss, target } = options;
  const policyTask = current.policy.tasksByName.get(task.name);
  const own = `tasks.${task.name}.`;
  return propose(evidence, {
    task,
    routes: policyTask === undefined ? [] : compiledRoutesOf(policyTask).filter(({ at }) => at.startsWith(own)),
    gates: current.gatesOf(task.name),
    models: new Set(current.config.models.keys()),
    predictors: routesOf(current.config)
      .filter((placed) => placed.at.startsWith(own))
      .flatMap((placed) => adviceFor(placed, evidence, options)),
    decay: { nowMs, halfLifeMs },
    maxLoss,
    target,
  });
}

function adviceFor(
  { at, route: { predict } }: PlacedRoute,
  evidence: TaskEvidence,
  { config, cwd, file }: RecalibrateOptions,
): PredictorAdvice[] {
  if (predict === null) return [];
  const { task } = evidence;
  const short = (path: string): string => relative(cwd, path) || path;
  const rows = placesOf(join(dirname(file), 'tierline'), task).rows;
  const route = { task, at, file: short(predict.file), rows: short(rows) };
  return [adviseOn(route, factsOfArtifact(predict.file, [...config.encoders.keys()]), evidence)];
}

interface Played {
  changes: readonly Change[];
  current: SimulatedPolicy;
  rows: RowsRead;
  evidences: readonly TaskEvidence[];
}

/** Null when nothing would go elsewhere. */
async function playChanges(
  { text, file, env, config, ledger, sinceMs }: RecalibrateOptions,
  { changes, current, rows, evidences }: Played,
): Promise<Effect | null> {
  if (!mayMove(changes, config) || rows.rows.length === 0) return null;
  const playable = applyChanges(text, changes.filter(isPlayable)).text;
  const candidate = await toSimulatedPolicy(parseConfig(playable, { file, env }), createCatalog());
  return effectOf({
    sides: { current, candidate },
    rows,
    source: { path: ledger, sinceMs, priors: readPriors(config).priors },
    canaries: evidences.flatMap(({ canaries }) => canaries),
    changes,
    tasks: new Set(evidences.map(({ task }) => task)),
    file,
  });
}

function notesFor({ isCut, rows }: RowsRead): string[] {
  return isCut ? [`Only the newest ${rows.length} calls of the period were read.`] : [];
}
