// The gate `json_schema`: the answer is JSON and follows a schema, the operator's or the one that the client asked for.
import { isObject } from '../call/json.ts';
import { ONLY_CALLS, onlyCalls, openingOf, textOf } from './answer-text.ts';
import { type Answer, failed, type Gate, passed, type Question, type Verdict } from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';
import { readJson, startsOf } from './json-answer.ts';
import type { SchemaCache } from './schema-cache.ts';
import type { CompiledSchema, SchemaCompiler } from './schema-check.ts';

const NAME = 'json_schema';

export interface SchemaUse {
  /** For the operator's own schemas, which are compiled once. */
  compiler: SchemaCompiler;
  /** For those of requests. */
  cache: SchemaCache;
}

export function createJsonSchemaGate(
  { schema: source, isFenced }: GateConfigOf<'json_schema'>,
  { compiler, cache }: SchemaUse,
): Gate {
  const own = source === 'request' ? null : { schema: source, compiled: compiler.compile(source) };
  const schemaFor = (question: Question): { schema: object; compiled: CompiledSchema } | null => {
    if (own !== null) return own;
    return question.schema === null ? null : { schema: question.schema, compiled: cache.get(question.schema) };
  };
  const early = (answer: Answer, question: Question): Verdict | null => {
    const first = openingOf(answer)?.[0];
    const schema = source === 'request' ? question.schema : source;
    if (first === undefined || schema === null) return null;
    return startsOf(typesOf(schema), isFenced).has(first) ? null : failed(NAME, 'is not JSON of the wanted type', 0);
  };
  const check = (answer: Answer, question: Question): Verdict => {
    if (onlyCalls(answer)) return passed(NAME, ONLY_CALLS);
    const wanted = schemaFor(question);
    if (wanted === null) return passed(NAME, 'the client asked for no schema');
    if (!wanted.compiled.ok) return failed(NAME, `the schema cannot be used: ${wanted.compiled.problem}`);
    const reading = readJson(textOf(answer), isFenced);
    if (!reading.ok) return failed(NAME, reading.reason, 0);
    const problem = wanted.compiled.check(reading.value);
    return problem === null ? passed(NAME, 'follows the schema', 1) : failed(NAME, problem, 0);
  };
  return { name: NAME, isCostly: false, early, check };
}

/** The types that a schema allows at its top; null where it does not say them there. */
function typesOf(schema: object): readonly string[] | null {
  if (!isObject(schema)) return null;
  const { type, nullable } = schema;
  const types = Array.isArray(type) ? type : [type];
  if (!types.every((item) => typeof item === 'string')) return null;
  // OpenAPI's word, which Ajv heeds.
  return nullable === true ? [...types, 'null'] : types;
}
