// Makes gates of what the configuration says, once per configuration: schemas are compiled, packages and modules loaded.
import { createAgreementGate } from './agreement.ts';
import { createCodeGate } from './code.ts';
import { createConfidenceGate } from './confidence.ts';
import { createFinishGate } from './finish.ts';
import type { Gate } from './gate.ts';
import type { GateConfig } from './gate-config.ts';
import { createHedgingGate } from './hedging.ts';
import { createJsonSchemaGate, type SchemaUse } from './json-schema.ts';
import { createJudgeGate } from './judge.ts';
import { createLabelsGate } from './labels.ts';
import { createLanguageGate } from './language.ts';
import { createLearnedGate } from './learned.ts';
import { createLengthGate } from './length.ts';
import { createLogprobsGate } from './logprobs.ts';
import { loadModuleGate } from './module-gate.ts';
import { createPatternGate } from './pattern.ts';
import { GateProblem } from './peer.ts';
import { createRefusalGate } from './refusal.ts';
import { SchemaCache } from './schema-cache.ts';
import { SchemaCompiler } from './schema-check.ts';
import type { Scorer } from './scorer.ts';
import { createToolCallsGate } from './tool-calls.ts';

export interface GateDeps {
  /** Folder whose `node_modules` are searched for parsers and language detection. */
  folder: string;
  /** Estimated tokens of a text, for bounds in tokens. */
  countTokens: (text: string) => number;
  /** Shared by all gates of a configuration, so that a request's schema is compiled once; made here when left out. */
  schemas?: SchemaUse;
  /** The scorer in an artifact file. Throws GateProblem; where it is left out, none can be loaded. */
  scorerOf?: (file: string) => Scorer;
}

export interface CompiledGates {
  gates: Gate[];
  /** Gates that could not be made, by their place in the list. */
  problems: { index: number; message: string; hint: string | null }[];
}

/** Never rejects for what the user can mend: that is in `problems`. */
export async function compileGates(configs: readonly GateConfig[], deps: GateDeps): Promise<CompiledGates> {
  const whole = { scorerOf: noScorer, ...deps, schemas: deps.schemas ?? createSchemaUse() };
  const compiled: CompiledGates = { gates: [], problems: [] };
  for (const [index, config] of configs.entries()) {
    try {
      const gate = await compileGate(config, whole);
      if (gate !== null) compiled.gates.push(gate);
    } catch (error) {
      if (!(error instanceof GateProblem)) throw error;
      compiled.problems.push({ index, message: error.message, hint: error.hint });
    }
  }
  return compiled;
}

function noScorer(file: string): Scorer {
  throw new GateProblem(`the artifact ${file} cannot be loaded: nothing here reads artifacts`);
}

/** What gates of one configuration share about schemas. */
export function createSchemaUse(): SchemaUse {
  return { compiler: new SchemaCompiler('operator'), cache: new SchemaCache() };
}

function compileGate(config: GateConfig, deps: Required<GateDeps>): Gate | null | Promise<Gate> {
  switch (config.kind) {
    case 'json_schema':
      return createJsonSchemaGate(config, deps.schemas);
    case 'one_of':
      return createLabelsGate(config);
    case 'pattern':
      return createPatternGate(config);
    case 'length':
      return createLengthGate(config, deps.countTokens);
    case 'refusal':
      return createRefusalGate();
    case 'hedging':
      return createHedgingGate();
    case 'finish':
      return config.expect === 'any' ? null : createFinishGate();
    case 'tool_calls':
      return createToolCallsGate(deps.schemas.cache);
    case 'language':
      return createLanguageGate(config, deps.folder);
    case 'code':
      return createCodeGate(config, deps.folder);
    case 'logprobs':
      return createLogprobsGate(config);
    case 'confidence':
      return createConfidenceGate(config);
    case 'judge':
      return createJudgeGate(config);
    case 'agreement':
      return createAgreementGate(config);
    case 'learned':
      return createLearnedGate(deps.scorerOf(config.file), config);
    case 'module':
      return loadModuleGate(config);
  }
}
