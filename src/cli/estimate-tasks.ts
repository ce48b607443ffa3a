// `tierline estimate`: the monthly bill of every task of a configuration, from its volumes and profiles.
import { createCatalog } from '../catalog/catalog.ts';
import { loadPredictors } from '../config/load-predictors.ts';
import { loadPredictor } from '../learn/load-predictor.ts';
import { configuredModels, findModel } from '../lifecycle/estimate/model.ts';
import { readProfile } from '../lifecycle/estimate/read-profile.ts';
import { sensitivityOf } from '../lifecycle/estimate/sensitivity.ts';
import { billOf, priceNotesOf, type Setting } from '../lifecycle/estimate/task-bill.ts';
import { artifactsFolder, placesOf } from '../lifecycle/places.ts';
import { Fraction } from '../stats/fraction.ts';
import type { CommandIo } from './command-io.ts';
import { tasksJson } from './estimate-tasks-json.ts';
import { type TasksPage, wholeComparisons } from './estimate-tasks-page.ts';
import { tasksText } from './estimate-tasks-text.ts';
import { findConfig } from './find-config.ts';

export interface TasksOptions {
  config?: string;
  /** Where profiles are. */
  folder?: string;
  task?: string;
  /** Instead of the configuration's. */
  baseline?: string;
  cachedShare?: Fraction;
  /** Dollars: per call, per answer. */
  overhead?: Fraction;
  judge?: Fraction;
  batch?: boolean;
  /** Milliseconds since 1970. */
  at?: number;
  sensitivity: boolean;
  json?: boolean;
}

const NANO = Fraction.of(1e9);

/** Prints the bills; false when a price is not known. Throws a sentence where there is no task to reckon with. */
export function tasksCommand(options: TasksOptions, nowMs: number, { print }: CommandIo): boolean {
  const catalog = createCatalog();
  const setting = toSetting(options, nowMs, catalog);
  const { config } = setting;
  const folder = options.folder ?? artifactsFolder(config);
  const bills = [...config.tasks.values()]
    .filter(({ name }) => options.task === undefined || name === options.task)
    .map((task) => billOf(task, readProfile(placesOf(folder, task.name).profile, task.name), setting));
  const page: TasksPage = {
    setting,
    bills,
    sensitivity: options.sensitivity ? sensitivityOf(wholeComparisons(bills, setting)) : [],
    notes: [...new Set(bills.flatMap(priceNotesOf))],
    pricesAsOf: catalog.asOf,
  };
  print(options.json === true ? tasksJson(page) : tasksText(page));
  return bills.every(({ models }) => models.every(({ tokens, perCall }) => tokens === null || perCall !== null));
}

function toSetting(options: TasksOptions, nowMs: number, catalog: ReturnType<typeof createCatalog>): Setting {
  const { config } = loadPredictors(findConfig(options.config).config, loadPredictor);
  const { baseline = config.baseline, task } = options;
  if (config.tasks.size === 0)
    throw new Error(
      'There is no task to estimate: the configuration has none. `tierline estimate month --help` tells how to reckon without.',
    );
  if (task !== undefined && !config.tasks.has(task))
    throw new Error(`There is no task "${task}"; there are ${[...config.tasks.keys()].join(', ')}.`);
  const models = configuredModels(config, catalog);
  if (options.baseline !== undefined) models.set(options.baseline, findModel(options.baseline, { catalog, config }));
  return {
    config,
    models,
    baseline,
    time: { atMs: options.at ?? nowMs, isSpread: options.at === undefined, isBatch: options.batch === true },
    cachedShare: options.cachedShare ?? Fraction.ZERO,
    overhead: options.overhead?.times(NANO) ?? null,
    judge: options.judge?.times(NANO) ?? null,
  };
}
