// `tierline check`: what is wrong or probably not meant in a configuration that can be read. It calls nobody; what the
// ledger knows of earlier calls is used where there is one.
import { createCatalog } from '../catalog/catalog.ts';
import { compilePolicy, modelPartsOf } from '../compile-policy.ts';
import type { Config } from '../config/config.ts';
import { loadPredictors } from '../config/load-predictors.ts';
import { readPriors } from '../evidence/priors.ts';
import { loadPredictor } from '../learn/load-predictor.ts';
import { findAll, LEVELS } from '../lifecycle/check/find-all.ts';
import type { Finding } from '../lifecycle/check/finding.ts';
import { NO_STATE } from '../policy/state.ts';
import { seedHistory } from '../seed-history.ts';

export interface CheckOptions {
  config: Config;
  /** What was checked, for people. */
  sentence: string;
  json?: boolean;
  /** Whether warnings count as errors. */
  strict?: boolean;
  /** Milliseconds since 1970. */
  nowMs: number;
}

/** Prints the findings, worst first; the result is the exit code. */
export function checkCommand(options: CheckOptions, print: (text: string) => void): 0 | 1 {
  const findings = findingsOf(options);
  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length;
  const isBad = count('error') > 0 || (options.strict === true && count('warning') > 0);
  if (options.json === true) print(`${JSON.stringify({ ok: !isBad, findings }, null, 2)}\n`);
  else {
    const lines = findings.map(({ level, at, say }) => `${level.padEnd(8)} ${at}\n         ${say}`);
    const counts = LEVELS.map((level) => `${count(level)} ${level}${count(level) === 1 ? '' : 's'}`).join(', ');
    print(`${[options.sentence, ...lines, `${counts}.`].join('\n\n')}\n`);
  }
  return isBad ? 1 : 0;
}

function findingsOf({ config: written, nowMs }: CheckOptions): Finding[] {
  const { config, predictors } = loadPredictors(written, loadPredictor);
  const policy = compilePolicy(config, modelPartsOf(config, createCatalog()), predictors);
  const history = seedHistory(config.ledger.path, readPriors(config).priors);
  const recordOf = (task: string | null, model: string) => history.recordOf(task, model);
  return findAll(config, policy, { ...NO_STATE, nowMs, recordOf });
}
