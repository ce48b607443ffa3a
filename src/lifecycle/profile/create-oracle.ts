// The oracle of a task's samples: its gates, its references, and the gates that samples bring themselves.
import { dirname } from 'node:path';
import { countTokens } from '../../catalog/token-count.ts';
import type { FileGate } from '../../config/accept-schema.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { writePath } from '../../config/problem.ts';
import { resolveAccept } from '../../config/resolve-accept.ts';
import type { Finding } from '../../config/source.ts';
import { compileGates, createSchemaUse } from '../../gate/compile.ts';
import type { Gate } from '../../gate/gate.ts';
import { loadScorer } from '../../learn/load-predictor.ts';
import type { Engine } from '../../router.ts';
import type { Sample } from '../samples/sample.ts';
import type { Oracle } from './oracle.ts';

interface OracleParts {
  samples: readonly Sample[];
  config: Config;
  engine: Pick<Engine, 'gatesOf'>;
  /** Where the samples are from, for messages. */
  file: string;
}

/** Rejects with Error when nothing says what an acceptable answer is, and for gates of a sample that cannot be made. */
export async function createOracle(task: TaskConfig, parts: OracleParts): Promise<Oracle> {
  const { samples, engine } = parts;
  const judged = samples.filter(({ reference, accept }) => reference !== undefined || accept.length > 0).length;
  if (task.accept.length === 0 && judged < samples.length)
    throw new Error(
      `Nothing says what an acceptable answer of ${task.name} is: give the task gates under \`accept\`, or every sample a \`reference\` (${judged} of ${samples.length} have one).`,
    );
  return { gates: engine.gatesOf(task.name), reference: task.reference, own: await ownGates(parts) };
}

/** Equal lists are compiled once. */
async function ownGates({ samples, config, file }: OracleParts): Promise<Oracle['own']> {
  const own = new Map<string, readonly Gate[]>();
  const compiled = new Map<string, Promise<readonly Gate[]>>();
  const schemas = createSchemaUse();
  for (const { id, digest, accept } of samples) {
    if (accept.length === 0) continue;
    const key = JSON.stringify(accept, (_, value: unknown) => (value instanceof RegExp ? String(value) : value));
    const gates = compiled.get(key) ?? compileOwn(accept, { config, schemas, of: `Sample ${id} in ${file}` });
    compiled.set(key, gates);
    own.set(digest, await gates);
  }
  return own;
}

async function compileOwn(
  accept: readonly FileGate[],
  { config, schemas, of }: { config: Config; schemas: ReturnType<typeof createSchemaUse>; of: string },
): Promise<readonly Gate[]> {
  const { models, providers } = config;
  const folder = config.file === null ? process.cwd() : dirname(config.file);
  const findings: Finding[] = [];
  const names = {
    providers: new Set(providers.keys()),
    models: new Set(models.keys()),
    tasks: new Set(config.tasks.keys()),
    tiers: new Set(config.tiers),
  };
  const ladder = { names, models, providers, folder, report: (finding: Finding) => void findings.push(finding) };
  // Whether an answer has to be complete is the task's to say, unless the sample says it.
  const gates = resolveAccept(accept, ['accept'], ladder).slice(0, accept.length);
  for (const { path, message } of findings) throw new Error(`${of}: ${writePath(path)} ${message}.`);
  const countTokensOf = (text: string): number => countTokens(text, 'generic');
  const compiled = await compileGates(gates, { folder, schemas, countTokens: countTokensOf, scorerOf: loadScorer });
  for (const { index, message } of compiled.problems) throw new Error(`${of}: accept[${index}] ${message}.`);
  return compiled.gates;
}
