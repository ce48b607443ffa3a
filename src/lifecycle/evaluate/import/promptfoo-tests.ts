// The tests of a promptfoo configuration, wherever they stand, with what they have by default and the values of their variables.
import { isObject, type Json, type JsonObject } from '../../../call/json.ts';
import { type Assertion, readCompact } from './assertion.ts';
import { pathOf, pathsOf, readData, readValue } from './promptfoo-files.ts';
import type { Vars } from './template.ts';

export function readDefault(written: unknown, folder: string): JsonObject {
  if (written === undefined) return {};
  const read = typeof written === 'string' ? readData(pathOf(written, folder)) : written;
  if (isObject(read)) return read;
  throw new Error('`defaultTest` is no test.');
}

interface PlacedTest {
  test: JsonObject;
  at: string;
}

export function readTests(written: unknown, folder: string, left: (at: string, say: string) => void): PlacedTest[] {
  const list = written === undefined ? [] : Array.isArray(written) ? written : [written];
  return list.flatMap((item, index): PlacedTest[] => {
    const at = `tests[${index}]`;
    if (isObject(item) && item.path === undefined) return [{ test: item, at }];
    try {
      if (typeof item !== 'string') throw new Error('tests made by a program are not supported');
      if (/^(huggingface|https?):\/\//.test(item)) throw new Error(`${item} is kept elsewhere; nothing is downloaded`);
      return pathsOf(item, folder).flatMap((path) => testsOfFile(path));
    } catch (error) {
      left(at, (error as Error).message);
      return [];
    }
  });
}

function testsOfFile(path: string): PlacedTest[] {
  const read = readData(path);
  const name = path.split(/[\\/]/).at(-1) ?? path;
  const rows = Array.isArray(read) ? read : [read];
  return rows.map((row, index) => {
    if (!isObject(row)) throw new Error(`${name}: number ${index + 1} is no test`);
    return { test: name.toLowerCase().endsWith('.csv') ? fromRow(row) : row, at: `${name}[${index}]` };
  });
}

/** A row of a table: columns with two underscores before their name are not variables. */
function fromRow(row: JsonObject): JsonObject {
  const vars: JsonObject = {};
  const metadata: JsonObject = {};
  const options: JsonObject = {};
  const test: JsonObject = { vars, options, metadata };
  const asserts: Json[] = [];
  for (const [column, value] of Object.entries(row)) {
    const cell = asText(value);
    if (/^__expected\d*$/.test(column)) {
      if (cell.trim() !== '') asserts.push(toData(readCompact(cell.trim())));
    } else if (column === '__prefix' || column === '__suffix') options[column.slice(2)] = cell;
    else if (column === '__description') test.description = cell;
    else if (column === '__threshold') test.threshold = cell === '' ? undefined : Number(cell);
    else if (column.startsWith('__metadata:')) metadata[column.slice('__metadata:'.length)] = cell;
    else if (!column.startsWith('__')) vars[column] = cell;
  }
  return { ...test, assert: asserts };
}

function toData({ type, value, threshold }: Assertion): JsonObject {
  return { type, ...(value === undefined ? {} : { value }), ...(threshold === null ? {} : { threshold }) };
}

/** Members of the test go before those of the default; assertions of both hold, unless the test says otherwise. */
export function mergeTests(usual: JsonObject, test: JsonObject): JsonObject {
  const both = (key: string): JsonObject => ({ ...asObject(usual[key]), ...asObject(test[key]) });
  const options = both('options');
  const byDefault = options.disableDefaultAsserts === true ? [] : asList(usual.assert);
  return {
    ...usual,
    ...test,
    vars: typeof test.vars === 'string' ? test.vars : both('vars'),
    metadata: both('metadata'),
    options,
    assert: [...byDefault, ...asList(test.assert)],
  };
}

export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Words as they are, data as JSON. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

export function asList(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function varsOf({ vars }: JsonObject, folder: string): Record<string, Json> {
  const read = typeof vars === 'string' ? readData(pathOf(vars, folder)) : vars;
  const entries = Object.entries(asObject(read)).map(([name, value]): [string, Json] => [
    name,
    valueOf(value as Json, folder),
  ]);
  return Object.fromEntries(entries);
}

function valueOf(value: Json, folder: string): Json {
  if (Array.isArray(value)) return value.map((item) => valueOf(item, folder));
  return typeof value === 'string' && value.startsWith('file://') ? readValue(value, folder) : value;
}

/** A variable with a list stands for a test with each of its values. */
export function combinationsOf(vars: Record<string, Json>, isWhole: boolean): Vars[] {
  if (isWhole) return [vars];
  return Object.entries(vars).reduce<Vars[]>(
    (combinations, [name, value]) =>
      (Array.isArray(value) ? value : [value]).flatMap((one) =>
        combinations.map((known) => ({ ...known, [name]: one })),
      ),
    [{}],
  );
}
