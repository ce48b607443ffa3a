// Compiles JSON schemas into checks, with Ajv. Schemas may come from requests: their patterns are checked before they
// run, nothing they refer to is ever fetched, and no schema changes what another one means.
import { createRequire } from 'node:module';
import type { Ajv, Options } from 'ajv';
import type { FormatsPlugin } from 'ajv-formats';
import { isObject } from '../call/json.ts';
import { patternProblem } from '../call/pattern.ts';
import { foreignRegExp, isQuick } from './foreign-pattern.ts';

/** What is wrong with a value, as the rest of a sentence about the answer; null when it follows the schema. */
export type SchemaCheck = (value: unknown) => string | null;

export type CompiledSchema = { ok: true; check: SchemaCheck } | { ok: false; problem: string };

type Draft = '2020' | '2019' | '07';
const MODULES: Readonly<Record<Draft, string>> = {
  '2020': 'ajv/dist/2020.js',
  '2019': 'ajv/dist/2019.js',
  '07': 'ajv/dist/ajv.js',
};
const DRAFTS: readonly [RegExp, Draft][] = [
  [/\/draft\/2020-12\//, '2020'],
  [/\/draft\/2019-09\//, '2019'],
  [/\/draft-0[67]\//, '07'],
];

// Ajv takes 60 ms to load, and most processes never meet a schema.
const require = createRequire(import.meta.url);

/** An Ajv instance keeps something of every schema it has compiled; after so many it is replaced. */
const RENEW_AFTER = 256;

/** Whose schemas are compiled. A pattern that can take forever is refused in the operator's, and not checked in a client's. */
export type SchemaOwner = 'operator' | 'client';

/** Compiles schemas; what it holds of those it has seen is bounded. */
export class SchemaCompiler {
  private readonly instances = new Map<Draft, { ajv: Ajv; compiled: number }>();
  private readonly owner: SchemaOwner;

  constructor(owner: SchemaOwner) {
    this.owner = owner;
  }

  /** Takes draft 2020-12, 2019-09, 07 and 06; without `$schema` the newest that fits. Costs milliseconds. */
  compile(schema: object): CompiledSchema {
    const { $schema, ...rest } = schema as Record<string, unknown>;
    const problem = hostileKey(rest, this.owner);
    if (problem !== null) return { ok: false, problem };
    if ($schema === undefined) {
      const newest = this.compileAs('2020', rest);
      if (newest.ok) return newest;
      const older = this.compileAs('07', rest);
      return older.ok ? older : newest;
    }
    const draft = typeof $schema === 'string' ? DRAFTS.find(([pattern]) => pattern.test($schema))?.[1] : undefined;
    return draft === undefined
      ? { ok: false, problem: 'its $schema is none of draft 2020-12, 2019-09, draft-07 and draft-06' }
      : this.compileAs(draft, rest);
  }

  private compileAs(draft: Draft, schema: object): CompiledSchema {
    try {
      const validate = this.instance(draft).compile(schema);
      const check: SchemaCheck = (value) => {
        if (validate(value) === true) return null;
        const { instancePath = '', message = 'does not follow the schema' } = validate.errors?.[0] ?? {};
        return instancePath === '' ? message : `${instancePath} ${message}`;
      };
      return { ok: true, check };
    } catch (error) {
      return { ok: false, problem: error instanceof Error ? error.message : String(error) };
    }
  }

  private instance(draft: Draft): Ajv {
    let entry = this.instances.get(draft);
    if (entry === undefined || entry.compiled >= RENEW_AFTER) {
      entry = { ajv: createAjv(draft, this.owner), compiled: 0 };
    }
    entry.compiled++;
    this.instances.set(draft, entry);
    return entry.ajv;
  }
}

/**
 * What would reach outside the schema: a promise, which passes for true, and the name of a schema of JSON Schema itself. Of
 * a client's also names of properties by a pattern that is not checked, because then nobody knows which are meant.
 */
function hostileKey(schema: unknown, owner: SchemaOwner): string | null {
  if (Array.isArray(schema)) return firstOf(schema.map((item) => hostileKey(item, owner)));
  if (!isObject(schema)) return null;
  if (schema.$async === true) return '$async schemas are not taken';
  if (typeof schema.$id === 'string' && schema.$id.includes('json-schema.org')) return `its $id is somebody else's`;
  if (owner === 'client' && isObject(schema.patternProperties)) {
    const slow = Object.keys(schema.patternProperties).find((source) => !isQuickOrWrong(source));
    if (slow !== undefined) return `its patternProperties "${slow}" can take too long`;
  }
  return firstOf(Object.values(schema).map((inner) => hostileKey(inner, owner)));
}

/** What is no pattern is left to Ajv to tell. */
function isQuickOrWrong(source: string): boolean {
  try {
    return isQuick(source);
  } catch {
    return true;
  }
}

function firstOf(problems: readonly (string | null)[]): string | null {
  return problems.find((problem) => problem !== null) ?? null;
}

function createAjv(draft: Draft, owner: SchemaOwner): Ajv {
  const regExp = owner === 'operator' ? ownRegExp : foreignRegExp;
  const { default: AjvOfDraft } = require(MODULES[draft]) as { default: new (options: Options) => Ajv };
  const { default: addFormats } = require('ajv-formats') as { default: FormatsPlugin };
  const ajv = new AjvOfDraft({
    strict: false,
    logger: false,
    addUsedSchema: false,
    code: { regExp: Object.assign((source: string) => regExp(source), { code: 'regExp' }) },
  });
  addFormats(ajv);
  return ajv;
}

function ownRegExp(source: string): RegExp {
  const problem = source === '' ? null : patternProblem(source);
  if (problem !== null) throw new Error(`pattern "${source}": ${problem}`);
  return new RegExp(source, 'u');
}
