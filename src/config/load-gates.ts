// Makes the gates of all tasks, once per configuration. What cannot be loaded is a problem of the configuration like any
// other, told with its place.
import { dirname } from 'node:path';
import { compileGates, createSchemaUse } from '../gate/compile.ts';
import type { Gate } from '../gate/gate.ts';
import type { Scorer } from '../gate/scorer.ts';
import type { Config } from './config.ts';
import { ConfigError, type Problem } from './problem.ts';

/** Gates by task, for every task. `countTokens` estimates; `scorerOf` reads an artifact. Rejects with ConfigError. */
export async function loadGates(
  config: Config,
  countTokens: (text: string) => number,
  scorerOf?: (file: string) => Scorer,
): Promise<ReadonlyMap<string, readonly Gate[]>> {
  const folder = config.file === null ? process.cwd() : dirname(config.file);
  const schemas = createSchemaUse();
  const gates = new Map<string, readonly Gate[]>();
  const problems: Problem[] = [];
  for (const task of config.tasks.values()) {
    const compiled = await compileGates(task.accept, { folder, countTokens, schemas, ...(scorerOf && { scorerOf }) });
    gates.set(task.name, compiled.gates);
    for (const { index, message, hint } of compiled.problems) {
      const path = ['tasks', task.name, 'accept', index, task.accept[index]?.kind ?? ''];
      problems.push({ path, message, hint, line: null, column: null, excerpt: null });
    }
  }
  if (problems.length > 0) throw new ConfigError(config.file ?? 'the environment', problems);
  return gates;
}
