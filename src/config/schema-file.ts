// Files that the configuration names: whether they are there, and what JSON schemas hold.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { isObject, type JsonObject } from '../call/json.ts';
import { SchemaCompiler } from '../gate/schema-check.ts';
import { nearest } from './nearest.ts';

/** What is wrong, before it has a place. */
export interface Flaw {
  message: string;
  hint?: string | null;
}

const compiler = new SchemaCompiler('operator');

/** The schema in a file; `path` may be relative to `folder`. */
export function readSchemaFile(path: string, folder: string): { schema: JsonObject } | { finding: Flaw } {
  const file = resolve(folder, path);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { finding: unreadable(file, (error as NodeJS.ErrnoException).code ?? 'unknown error') };
  }
  try {
    const schema: unknown = JSON.parse(text);
    if (isObject(schema)) return { schema };
    return { finding: { message: `${file} holds no JSON schema: expected an object` } };
  } catch (error) {
    return { finding: { message: `${file} is not JSON: ${(error as Error).message}` } };
  }
}

/** What is wrong with a schema, or null. `file` is where it stands; null: in the configuration itself. */
export function schemaFinding(schema: object, file: string | null): Flaw | null {
  const compiled = compiler.compile(schema);
  return compiled.ok ? null : { message: `${file ?? 'this'} is no JSON schema that can be used: ${compiled.problem}` };
}

/** What is wrong with a path that is to be an artifact, or null. */
export function missingArtifact(file: string): (Flaw & { awaits?: 'artifact' }) | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { ...unreadable(file, 'ENOENT'), awaits: 'artifact' };
  return stat.isFile() ? null : { message: `${file} is no file` };
}

function unreadable(file: string, code: string): Flaw {
  if (code !== 'ENOENT') return { message: `${file} cannot be read (${code})` };
  const near = nearest(basename(file), namesIn(dirname(file)));
  return {
    message: `there is no file ${file}`,
    hint: near === null ? 'The path counts from the folder of the configuration.' : `Did you mean "${near}"?`,
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
