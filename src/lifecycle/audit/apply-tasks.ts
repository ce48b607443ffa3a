// Puts tasks of the register into the text of a configuration: pieces are put in at their places, every other character stays. It does not
// know whether the result is valid; whoever calls it asks `parseConfig`.
import { isMap, type Pair } from 'yaml';
import { taskSchema } from '../../config/task-schema.ts';
import {
  flowOf,
  hasComment,
  insertion,
  pairOf,
  plain,
  replacement,
  type Splice,
  spliced,
  topOf,
  withEntry,
} from '../yaml-splice.ts';
import { type Entry, TASK_KEYS, type TaskKey } from './register.ts';

export interface Applied {
  text: string;
  added: string[];
  /** Tasks that were there, with the keys that change. */
  updated: { task: string; keys: string[] }[];
  /** What was not done, and why, for people. */
  left: string[];
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
  const top = topOf(text);
  const tasks = top === null ? undefined : pairOf(top, 'tasks')?.value;
  const existing = isMap(tasks) ? pairOf(tasks, name) : undefined;
  if (existing !== undefined) return updateTask(applied, { name, entry, pair: existing });
  const edited = withEntry(text, 'tasks', {
    inBraces: `${name}: ${flowOf(valueOf(entry))}`,
    lines: (indent) => blockOf(name, entry, indent).trimEnd(),
  });
  applied.added.push(name);
  return edited;
}

function updateTask(applied: Applied, { name, entry, pair }: { name: string; entry: Entry; pair: Pair }): string {
  const { text, left } = applied;
  const map = pair.value;
  if (!isMap(map)) {
    left.push(`${name} is no map of keys in the configuration`);
    return text;
  }
  const splices: Splice[] = [];
  const added: string[] = [];
  const keys: string[] = [];
  for (const key of TASK_KEYS) {
    const value = entry[key];
    const old = pairOf(map, key);
    if (value === undefined || (old !== undefined && isSame(key, plain(old.value), value))) continue;
    if (old === undefined) added.push(`${key}: ${flowOf(value)}`);
    else if (key === 'accept' && entry.unanswered?.includes('accept') === true) {
      left.push(`${name}: accept stays as the configuration has it, for the register only suggests one`);
      continue;
    } else if (hasComment(text, old)) {
      left.push(`${name}: ${key} has comments inside and stays; the register says ${flowOf(value)}`);
      continue;
    } else splices.push(replacement(text, old, ` ${flowOf(value)}`));
    keys.push(key);
  }
  if (keys.length === 0) return text;
  applied.updated.push({ task: name, keys });
  if (added.length > 0) splices.push(insertion(text, map, added));
  return spliced(text, splices);
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

/** Whether both say the same to the configuration: `2s` is `2000ms`. */
function isSame(key: TaskKey, one: unknown, other: unknown): boolean {
  const schema = taskSchema.shape[key];
  const read = (value: unknown): string => {
    const result = schema.safeParse(value);
    return JSON.stringify(result.success ? result.data : value);
  };
  return read(one) === read(other);
}
