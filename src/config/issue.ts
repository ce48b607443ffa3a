// Turns what zod reports into findings: unknown keys with the nearest known one, unions down to the branch that was meant.
import { z } from 'zod';
import { isObject, type JsonObject } from '../call/json.ts';
import { configJsonSchema } from './json-schema.ts';
import { nearest } from './nearest.ts';
import type { Path } from './problem.ts';
import type { Finding } from './source.ts';

type Issue = z.core.$ZodIssue;

export function toFindings(issues: readonly Issue[], root: unknown): Finding[] {
  return branchFindings(issues, [], root);
}

/** What is said about a whole is not worth telling when something inside it is wrong: the one explains the other. */
function branchFindings(issues: readonly Issue[], base: Path, root: unknown): Finding[] {
  const isExplained = ({ code, path }: Issue): boolean =>
    code === 'custom' && issues.some((other) => isInside(other, path));
  return issues.filter((issue) => !isExplained(issue)).flatMap((issue) => toFinding(issue, base, root));
}

function isInside({ code, path }: Issue, outer: Issue['path']): boolean {
  const isDeeper = path.length > outer.length || (path.length === outer.length && code === 'unrecognized_keys');
  return isDeeper && outer.every((step, index) => step === path[index]);
}

function toFinding(issue: Issue, base: Path, root: unknown): Finding[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key]));
    case 'invalid_union':
      return unionFindings(issue, path, root);
    case 'invalid_key':
      return [{ path, at: 'key', message: issue.issues[0]?.message ?? 'is not a name' }];
    case 'invalid_value':
      return [wrongChoice(issue.values.map(String), path, root)];
    case 'invalid_type':
      return [wrongType(issue.expected, path, root)];
    default:
      return [{ path, at: 'value', message: issue.message }];
  }
}

function unknownKey(path: Path): Finding {
  const key = String(path.at(-1));
  const known = knownKeys(path.slice(0, -1));
  const near = nearest(key, known);
  return {
    path,
    at: 'key',
    message: 'there is no such key',
    hint: near === null ? `Keys here: ${[...known].join(', ')}.` : `Did you mean "${near}"?`,
  };
}

/** The issues of the one branch whose type fits what was written; else the union's own sentence. */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, path: Path, root: unknown): Finding[] {
  // A map is no misspelt word.
  const isMap = isObject(valueAt(root, path));
  const isOther = ({ path: inner, code }: Issue): boolean =>
    inner.length === 0 && (code === 'invalid_type' || (isMap && code === 'invalid_value'));
  const fitting = issue.errors.filter((branch) => !branch.some(isOther));
  const branch = fitting[0];
  if (fitting.length === 1 && branch !== undefined) return branchFindings(branch, path, root);
  const finding = withValue(issue.message, path, root);
  return [issue.message.startsWith('expected true') ? { ...finding, hint: flagHint(valueAt(root, path)) } : finding];
}

function wrongType(expected: string, path: Path, root: unknown): Finding {
  const words: Record<string, string> = {
    string: 'a text',
    object: 'a map of keys',
    record: 'a map of keys',
    array: 'a list',
  };
  const word = words[expected] ?? `a ${expected}`;
  const finding = withValue(`expected ${word}`, path, root);
  const keys = expected === 'object' ? [...knownKeys(path)] : [];
  return keys.length === 0 ? finding : { ...finding, hint: `Keys here: ${keys.join(', ')}.` };
}

function wrongChoice(choices: string[], path: Path, root: unknown): Finding {
  const value = valueAt(root, path);
  const near = typeof value === 'string' ? nearest(value, choices) : null;
  const flag = choices.includes('true') ? flagHint(value) : null;
  return {
    path,
    at: 'value',
    message: `expected ${choices.slice(0, -1).join(', ')}${choices.length > 1 ? ' or ' : ''}${choices.at(-1)}`,
    hint: flag ?? (near === null ? null : `Did you mean "${near}"?`),
  };
}

/** Words that were flags in YAML 1.1 and are texts in YAML 1.2. */
const OLD_FLAGS = new Map([
  ['yes', true],
  ['on', true],
  ['no', false],
  ['off', false],
]);

function flagHint(value: unknown): string | null {
  const flag = typeof value === 'string' ? OLD_FLAGS.get(value.toLowerCase()) : undefined;
  return flag === undefined ? null : `Write ${flag}: "${String(value)}" is a text in YAML 1.2.`;
}

/** Adds what stands there by its kind. The value itself is in the excerpt, where secrets are covered. */
function withValue(message: string, path: Path, root: unknown): Finding {
  const value = valueAt(root, path);
  if (value === undefined) return { path, at: 'key', message: `is missing; ${message}` };
  const kind = Array.isArray(value)
    ? 'a list'
    : isObject(value)
      ? 'a map'
      : value === null
        ? 'nothing'
        : `a ${typeof value}`;
  return { path, at: 'value', message: `${message}, found ${kind === 'a string' ? 'a text' : kind}` };
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, root);
}

/** The keys that the schema has at a path. */
function knownKeys(path: Path): Set<string> {
  let schemas: JsonObject[] = branches(configJsonSchema());
  for (const step of path) {
    schemas = schemas.flatMap((schema) => {
      const { properties, additionalProperties, items } = schema;
      const property = isObject(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined;
      return branches(property ?? (typeof step === 'number' ? items : additionalProperties));
    });
  }
  return new Set(schemas.flatMap((schema) => Object.keys(isObject(schema.properties) ? schema.properties : {})));
}

function branches(schema: unknown): JsonObject[] {
  if (!isObject(schema)) return [];
  return [schema, ...(Array.isArray(schema.anyOf) ? schema.anyOf.flatMap(branches) : [])];
}
