// Puts a rollout into the text of a configuration, and makes of one that has reached everybody the task's route. Pieces are put in at their places,
// every other character stays. A text that would say anything beside what was meant is refused; whether it is a valid configuration is told by
// `parseConfig`.
import { isDeepStrictEqual } from 'node:util';
import { isCollection, isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { isObject, type Json, type JsonObject } from '../../call/json.ts';
import { hidePlaceholders } from '../../config/placeholders.ts';
import {
  columnOf,
  flowOf,
  insertion,
  pairOf,
  removal,
  replacement,
  spliced,
  topOf,
  withEntry,
  writtenAfter,
} from '../yaml-splice.ts';

export interface RolloutEntry {
  /** A route as YAML on one line. */
  candidate: string;
  steps: readonly number[] | null;
  by: string | null;
  approval: string | null;
}

/** The text with the rollout in `rollouts`; what else stands there of that task stays. Throws a sentence where that cannot be. */
export function withRollout(text: string, task: string, entry: RolloutEntry): string {
  const candidate = readFlow(entry.candidate);
  const { steps, by, approval } = entry;
  const rest = Object.entries({ steps, by, approval }).filter(([, value]) => value !== null);
  const written: [string, string][] = [
    ['candidate', entry.candidate.trim()],
    ...rest.map(([key, value]): [string, string] => [key, flowOf(value)]),
  ];
  const old = existingOf(text, ['rollouts', task]);
  const edited =
    old === undefined ? added(text, task, written) : changed(text, mapOf(old, `rollouts.${task}`), written);
  const before = valueOf(text);
  const rollouts = objectAt(before, 'rollouts');
  const value = { ...objectAt(rollouts, task), candidate, ...Object.fromEntries(rest) };
  return checked(edited, { ...before, rollouts: { ...rollouts, [task]: value } }, 'A rollout');
}

/** The text with the candidate as the task's route, and without the rollout. Throws a sentence where that cannot be. */
export function withCandidateAsRoute(text: string, task: string): string {
  const own = mapOf(existingOf(text, ['tasks', task]), `tasks.${task}`);
  const rollout = mapOf(existingOf(text, ['rollouts', task]), `rollouts.${task}`);
  const candidate = pairOf(rollout, 'candidate');
  if (candidate === undefined) throw cannot('The candidate', 'is not written out in its place');
  const route = pairOf(own, 'route');
  const value = movedValue(text, candidate, { from: rollout, to: own });
  const top = topOf(text) as YAMLMap;
  const section = pairOf(top, 'rollouts') as Pair;
  const rollouts = section.value as YAMLMap;
  const isOnly = rollouts.items.length === 1;
  const edited = spliced(text, [
    route === undefined ? insertion(text, own, [`route:${value}`]) : replacement(text, route, value),
    isOnly ? removal(text, top, section) : removal(text, rollouts, pairOf(rollouts, task) as Pair),
  ]);
  const before = valueOf(text);
  const { [task]: gone, ...others } = objectAt(before, 'rollouts');
  const tasks = objectAt(before, 'tasks');
  const { rollouts: _, ...kept } = before;
  const next = { ...objectAt(tasks, task), route: objectAt({ gone }, 'gone')['candidate'] };
  const meant = { ...kept, tasks: { ...tasks, [task]: next } };
  return checked(edited, isOnly ? meant : { ...meant, rollouts: others }, 'The candidate');
}

function added(text: string, task: string, members: readonly [string, string][]): string {
  const entry = `${flowOf(task)}: { ${written(members).join(', ')} }`;
  return withEntry(text, 'rollouts', { inBraces: entry, lines: (indent) => `${indent}${entry}` });
}

function changed(text: string, map: YAMLMap, members: readonly [string, string][]): string {
  const news = members.filter(([key]) => pairOf(map, key) === undefined);
  const olds = members.flatMap(([key, value]) => {
    const pair = pairOf(map, key);
    const isSame = pair === undefined || isDeepStrictEqual(nodeValue(text, pair), readFlow(value));
    return isSame ? [] : [replacement(text, pair, ` ${value}`)];
  });
  return spliced(text, news.length === 0 ? olds : [...olds, insertion(text, map, written(news))]);
}

function written(members: readonly [string, string][]): string[] {
  return members.map(([key, value]) => `${key}: ${value}`);
}

/** A value as it is written in one map, for the same depth of another. */
function movedValue(text: string, pair: Pair, { from, to }: { from: YAMLMap; to: YAMLMap }): string {
  const own = writtenAfter(text, pair);
  const value = /^\s/.test(own) ? own : ` ${own}`;
  if (!value.includes('\n')) return value;
  if (to.flow !== true) {
    // In braces no line has a depth of its own.
    const depth = from.flow === true ? 0 : columnOf(text, from.items[0]);
    return shifted(value, columnOf(text, to.items[0]) - depth);
  }
  if (/(?:^|\s)#|\$\{/m.test(value))
    throw cannot('The candidate', 'has comments or variables on several lines, and the task stands in braces');
  return ` ${flowOf(nodeValue(text, pair))}`;
}

/** Lines after the first, by so many columns to the right. */
function shifted(text: string, by: number): string {
  if (by >= 0) return text.replaceAll(/\n(?=[^\r\n])/g, `\n${' '.repeat(by)}`);
  return text.replaceAll(new RegExp(`\\n {1,${-by}}`, 'g'), '\n');
}

/** What a route on one line says. Throws a sentence for what is none, or more than one. */
function readFlow(written: string): Json {
  const document = parseDocument(hidePlaceholders(`{ candidate: ${written} }`), { stringKeys: true });
  const map = document.contents;
  const isOne = document.errors.length === 0 && isMap(map) && map.items.length === 1 && !/[\r\n]/.test(written.trim());
  const value = isOne ? map.items[0]?.value : null;
  if (isScalar(value) ? value.value === null || value.value === '' : !isCollection(value))
    throw new Error(
      `${JSON.stringify(written)} is no route on one line: write a model, or as in '{ cascade: [small, mid] }'.`,
    );
  return (document.toJS() as { candidate: Json }).candidate;
}

function existingOf(text: string, [section, name]: [string, string]): Pair | undefined {
  const top = topOf(text);
  const entries = top === null ? undefined : pairOf(top, section)?.value;
  return isMap(entries) ? pairOf(entries, name) : undefined;
}

function mapOf(pair: Pair | undefined, place: string): YAMLMap {
  if (isMap(pair?.value)) return pair.value;
  throw cannot(place, 'is not written out in its place');
}

/** Everything that a text says, placeholders as they are hidden. */
function valueOf(text: string): JsonObject {
  const value: unknown = parseDocument(hidePlaceholders(text), { merge: true, stringKeys: true }).toJS();
  return isObject(value) ? withoutEmpty(value) : {};
}

/** A section that is only a heading is none. */
function withoutEmpty(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null));
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const inner = value[key];
  return isObject(inner) ? inner : {};
}

function nodeValue(text: string, pair: Pair): unknown {
  const document = parseDocument(hidePlaceholders(text), { merge: true, stringKeys: true });
  const { value } = pair;
  return isScalar(value) ? value.value : isCollection(value) ? (value.toJS(document) as unknown) : undefined;
}

/** A place may be written in more ways than are known here: what comes out is read again. */
function checked(edited: string, meant: JsonObject, what: string): string {
  let said: JsonObject | null;
  try {
    said = topOf(edited) === null ? null : valueOf(edited);
  } catch {
    said = null;
  }
  if (said === null || !isDeepStrictEqual(said, meant))
    throw cannot(what, 'cannot be put in its place without touching more');
  return edited;
}

function cannot(what: string, why: string): Error {
  return new Error(`${what} ${why}; change the configuration by hand.`);
}
