// Puts tasks of the register into the text of a configuration: pieces are put in at their places, every other character stays. It does not
// know whether the result is valid; whoever calls it asks `parseConfig`.
import { isAlias, isCollection, isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';
import { isObject } from '../../call/json.ts';
import { hidePlaceholders, showPlaceholders } from '../../config/placeholders.ts';
import { taskSchema } from '../../config/task-schema.ts';
import { type Entry, TASK_KEYS, type TaskKey } from './register.ts';

export interface Applied {
  text: string;
  added: string[];
  /** Tasks that were there, with the keys that change. */
  updated: { task: string; keys: string[] }[];
  /** What was not done, and why, for people. */
  left: string[];
}

/** A piece of text in the place of another. */
interface Splice {
  from: number;
  to: number;
  text: string;
}

/** Throws a sentence for a text whose tasks cannot be told. */
export function applyTasks(source: string, entries: ReadonlyMap<string, Entry>): Applied {
  const applied: Applied = { text: source, added: [], updated: [], left: [] };
  // One by one: each new text is read again, so that no place has moved.
  for (const [name, entry] of entries) {
    if (entry.tier === undefined) applied.left.push(`${name} has no tier to be routed to`);
    else applied.text = applyTask(applied, name, entry);
  }
  return applied;
}

function applyTask(applied: Applied, name: string, entry: Entry): string {
  const { text } = applied;
  const document = parseDocument(hidePlaceholders(text), { merge: true, stringKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) throw new Error(`The configuration is no valid YAML: ${broken.message.split('\n')[0]}`);
  const top = document.contents;
  if (top !== null && !isMap(top) && !(isScalar(top) && top.value === null))
    throw new Error('The configuration has no keys at the top.');
  const section = isMap(top) ? pairOf(top, 'tasks') : undefined;
  if (section === undefined) {
    if (isMap(top) && top.flow === true)
      throw new Error('The configuration stands in braces as a whole; write its keys one below the other.');
    applied.added.push(name);
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}tasks:\n${blockOf(name, entry, '  ')}`;
  }
  const tasks = section.value;
  if (isAlias(tasks)) throw new Error('The tasks of the configuration are an alias; write them out.');
  const existing = isMap(tasks) ? pairOf(tasks, name) : undefined;
  if (existing !== undefined) return updateTask(applied, { name, entry, pair: existing });
  applied.added.push(name);
  return spliced(text, [addition(text, section, { name, entry })]);
}

function addition(text: string, section: Pair, { name, entry }: { name: string; entry: Entry }): Splice {
  const tasks = section.value;
  if (!isMap(tasks) || tasks.items.length === 0) {
    const from = endOf(section.key);
    const to = Math.max(colonAfter(text, from), isCollection(tasks) ? endOf(tasks) : 0);
    return { from, to, text: `:${lineBreakAfter(text, from, to)}${blockOf(name, entry, '  ').trimEnd()}` };
  }
  if (tasks.flow === true) return beforeBrace(text, tasks, `${name}: ${flowOf(valueOf(entry))}`);
  const at = lineEnd(text, lastEnd(text, tasks));
  return { from: at, to: at, text: `\n${blockOf(name, entry, ' '.repeat(columnOf(text, tasks.items[0]))).trimEnd()}` };
}

/** Where only a heading stands, its colon and what remains of the line are written anew. */
function lineBreakAfter(text: string, from: number, to: number): string {
  return text.slice(from, to).includes('\n') ? '' : '\n';
}

function updateTask(applied: Applied, { name, entry, pair }: { name: string; entry: Entry; pair: Pair }): string {
  const { text, left } = applied;
  const map = pair.value;
  if (!isMap(map)) {
    left.push(`${name} is no map of keys in the configuration`);
    return text;
  }
  const splices: Splice[] = [];
  const added: [string, unknown][] = [];
  const keys: string[] = [];
  for (const key of TASK_KEYS) {
    const value = entry[key];
    const old = pairOf(map, key);
    if (value === undefined || (old !== undefined && isSame(key, plain(old.value), value))) continue;
    if (old === undefined) added.push([key, value]);
    else if (key === 'accept' && entry.unanswered?.includes('accept') === true) {
      left.push(`${name}: accept stays as the configuration has it, for the register only suggests one`);
      continue;
    } else if (hasComment(text, old)) {
      left.push(`${name}: ${key} has comments inside and stays; the register says ${flowOf(value)}`);
      continue;
    } else splices.push(replacement(text, old, value));
    keys.push(key);
  }
  if (keys.length === 0) return text;
  applied.updated.push({ task: name, keys });
  if (added.length > 0) splices.push(insertion(text, map, added));
  return spliced(text, splices);
}

function insertion(text: string, map: YAMLMap, added: readonly [string, unknown][]): Splice {
  if (map.flow === true || map.items.length === 0)
    return beforeBrace(text, map, added.map(([key, value]) => `${key}: ${flowOf(value)}`).join(', '));
  const indent = ' '.repeat(columnOf(text, map.items[0]));
  const at = lineEnd(text, lastEnd(text, map));
  return { from: at, to: at, text: added.map(([key, value]) => `\n${indent}${key}: ${flowOf(value)}`).join('') };
}

function replacement(text: string, pair: Pair, value: unknown): Splice {
  const from = endOf(pair.key);
  const to = Math.max(colonAfter(text, from), trimmedEnd(text, endOf(pair.value)));
  return { from, to, text: `: ${flowOf(value)}` };
}

function beforeBrace(text: string, map: YAMLMap, addition: string): Splice {
  const close = text.lastIndexOf('}', (map.range?.[1] ?? text.length) - 1);
  let at = close;
  while (/\s/.test(text.charAt(at - 1))) at--;
  const last = text.charAt(at - 1);
  return { from: at, to: close, text: `${last === '{' ? ' ' : last === ',' ? ' ' : ', '}${addition} ` };
}

/** The task as a configuration writes it. */
function valueOf(entry: Entry): Record<string, unknown> {
  const keys = TASK_KEYS.filter((key) => entry[key] !== undefined);
  return { ...Object.fromEntries(keys.map((key) => [key, entry[key]])), route: entry.tier };
}

function blockOf(name: string, entry: Entry, indent: string): string {
  const lines = [`${flowOf(name)}:`];
  for (const [key, value] of Object.entries(valueOf(entry))) {
    const flow = flowOf(value);
    if (!Array.isArray(value) || flow.length <= 80) lines.push(`  ${key}: ${flow}`);
    else lines.push(`  ${key}:`, ...value.map((item) => `    - ${flowOf(item)}`));
  }
  return lines.map((line) => `${indent}${line}\n`).join('');
}

/** A value on one line, as the configuration's own examples write it: `{ key: [a, b] }`. */
function flowOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowOf).join(', ')}]`;
  // A text of several lines, and one that the configuration would take for a variable, are written so that they stay what they are.
  if (typeof value === 'string' && /[\n\r]/.test(value)) return JSON.stringify(escaped(value));
  if (typeof value === 'string' && /[,[\]{}]/.test(value)) return `'${escaped(value).replaceAll("'", "''")}'`;
  if (typeof value === 'string') return stringify(escaped(value), { singleQuote: true, lineWidth: 0 }).trimEnd();
  if (!isObject(value)) return stringify(value).trimEnd();
  const members = Object.entries(value).map(([key, member]) => `${flowOf(key)}: ${flowOf(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function escaped(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** Whether both say the same to the configuration: `2s` is `2000ms`. */
function isSame(key: TaskKey, one: unknown, other: unknown): boolean {
  const schema = taskSchema.shape[key];
  const read = (value: unknown): string => {
    const result = schema.safeParse(value);
    return JSON.stringify(result.success ? result.data : value);
  };
  return read(one) === read(other);
}

function plain(node: unknown): unknown {
  if (isScalar(node)) return typeof node.value === 'string' ? showPlaceholders(node.value) : node.value;
  return isCollection(node) ? (node.toJSON() as unknown) : null;
}

function hasComment(text: string, { key, value }: Pair): boolean {
  const end = value === null ? endOf(key) : trimmedEnd(text, endOf(value));
  return isCollection(value) && value.flow !== true && /(?:^|\s)#/.test(text.slice(endOf(key), end));
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && showPlaceholders(String(key.value)) === name);
}

function rangeOf(node: unknown): readonly number[] | null {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range : null;
}

/** Where the value of a node ends; of its text, without the white space and comments after it. */
function endOf(node: unknown): number {
  return rangeOf(node)?.[1] ?? 0;
}

function colonAfter(text: string, key: number): number {
  return text.indexOf(':', key) + 1;
}

function trimmedEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text.charAt(at - 1))) at--;
  return at;
}

function lastEnd(text: string, map: YAMLMap): number {
  const last = map.items.at(-1);
  const end = last?.value === null || last?.value === undefined ? endOf(last?.key) + 1 : endOf(last.value);
  return trimmedEnd(text, end);
}

/** The end of the line at a place, comments on it included. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : text.charAt(end - 1) === '\r' ? end - 1 : end;
}

function columnOf(text: string, pair: Pair | undefined): number {
  const start = rangeOf(pair?.key)?.[0] ?? 0;
  return start - (text.lastIndexOf('\n', start - 1) + 1);
}

function spliced(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((one, other) => other.from - one.from || other.to - one.to)
    .reduce((result, { from, to, text: piece }) => result.slice(0, from) + piece + result.slice(to), text);
}
