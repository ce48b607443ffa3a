// `tierline ready`: the list before a launch. It calls nobody; what was measured and what the ledger knows is used where it is there.
import { createCatalog } from '../catalog/catalog.ts';
import { compilePolicy, modelPartsOf } from '../compile-policy.ts';
import type { Config } from '../config/config.ts';
import { readConfigFile } from '../config/load.ts';
import { loadPredictors } from '../config/load-predictors.ts';
import { readPriors } from '../evidence/priors.ts';
import { loadPredictor } from '../learn/load-predictor.ts';
import { artifactsFolder } from '../lifecycle/places.ts';
import type { Point, PointGroup, Readiness } from '../lifecycle/ready/point.ts';
import { checkReadiness } from '../lifecycle/ready/readiness.ts';
import { NO_STATE } from '../policy/state.ts';
import { seedHistory } from '../seed-history.ts';

export interface ReadyCommandOptions {
  config: Config;
  /** The configuration's file; null when the environment decided. */
  path: string | null;
  /** What was found, for people. */
  sentence: string;
  maxAgeMs: number;
  minSamples: number;
  folder?: string | undefined;
  strict?: boolean | undefined;
  json?: boolean | undefined;
  /** Milliseconds since 1970. */
  nowMs: number;
}

/** The exit code: 0 ready, 1 not. */
export function readyCommand(options: ReadyCommandOptions, print: (text: string) => void): 0 | 1 {
  const { path, sentence, nowMs, maxAgeMs, minSamples, strict: isStrict = false } = options;
  const { config, predictors } = loadPredictors(options.config, loadPredictor);
  const history = seedHistory(config.ledger.path, readPriors(config).priors);
  const readiness = checkReadiness({
    config,
    policy: compilePolicy(config, modelPartsOf(config, createCatalog()), predictors),
    state: { ...NO_STATE, nowMs, recordOf: (task, model) => history.recordOf(task, model) },
    text: path === null ? null : readConfigFile(path),
    folder: options.folder ?? artifactsFolder(config),
    maxAgeMs,
    minSamples,
    isStrict,
  });
  print(options.json === true ? `${JSON.stringify(readiness, null, 2)}\n` : writeReadiness(readiness, sentence));
  return readiness.isReady ? 0 : 1;
}

function writeReadiness(readiness: Readiness, sentence: string): string {
  return `${[`${sayVerdict(readiness)}\n${sentence}`, ...readiness.groups.map(writeGroup)].join('\n\n')}\n`;
}

function sayVerdict({ isReady, counts: { ok, missing, open } }: Readiness): string {
  const rest = `${open} open, ${ok} done`;
  if (isReady) return `Ready: nothing is missing, ${rest}.`;
  const what = missing === 1 ? '1 point is missing' : `${missing} points are missing`;
  return `Not ready: ${what}, ${rest}.`;
}

function writeGroup({ task, points }: PointGroup): string {
  return [task ?? 'The configuration as a whole', ...points.flatMap(writePoint)].join('\n');
}

function writePoint({ state, code, say, mend }: Point): string[] {
  const line = `  ${state.padEnd(7)}  ${code.padEnd(15)} ${say}`;
  return mend === null ? [line] : [line, `${' '.repeat(27)}-> ${mend}`];
}
