// Puts changes of tasks into the text of a configuration: numbers in their places, new keys and rules after the last ones, every other character
// stays. It does not know whether the result is valid; whoever calls it asks `parseConfig`.
import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { hidePlaceholders, showPlaceholders } from '../../config/placeholders.ts';
import { type Path, writePath } from '../../config/problem.ts';
import { editConfig } from '../calibrate/edit-config.ts';
import type { Change, RuleCondition, RuleRoute } from './recalibration.ts';

export interface Edited {
  text: string;
  /** Changes that were not made, and why, for people. */
  left: string[];
}

/** One by one: each new text is read again, so that no place has moved. */
export function applyChanges(source: string, changes: readonly Change[]): Edited {
  const edited: Edited = { text: source, left: [] };
  for (const change of changes) {
    try {
      edited.text = change.kind === 'number' ? withNumber(edited.text, change) : withRule(edited.text, change);
    } catch (error) {
      edited.left.push((error as Error).message.replace(/\.$/, ''));
    }
  }
  return edited;
}

type NumberChange = Extract<Change, { kind: 'number' }>;
type RuleChange = Extract<Change, { kind: 'rule' }>;

/** Throws Error for a place that cannot be written to. */
function withNumber(text: string, { path, value, unit }: NumberChange): string {
  const [, task = '', section = '', key = ''] = path.map(String);
  // A number among gates stands there already, or nowhere.
  if (section !== 'output') return editConfig(text, [{ path, value }]);
  const own = taskMap(text, task);
  const output = pairOf(own, 'output');
  const member = `${key}: ${unit === 'share' ? percentage(value) : value}`;
  if (output === undefined) return inserted(text, own, `output: { ${member} }`);
  if (!isMap(output.value)) throw notWritten(path.slice(0, -1));
  if (pairOf(output.value, key) !== undefined) return editConfig(text, [{ path, value }]);
  return inserted(text, output.value, member);
}

/** Throws Error for rules that cannot be written to. */
function withRule(text: string, { task, when, route }: RuleChange): string {
  const own = taskMap(text, task);
  const rules = pairOf(own, 'rules');
  const rule = ruleOf(when, route);
  if (rules === undefined)
    return inserted(text, own, own.flow === true ? `rules: [${rule}]` : ['rules:', `  - ${rule}`]);
  if (!isSeq(rules.value)) throw notWritten(['tasks', task, 'rules']);
  // Behind the others: calls that one of them decides are none that this one was found by.
  return appended(text, rules.value, rule);
}

/** As a configuration's own examples write it. */
function ruleOf({ by, name }: RuleCondition, { model, fallback }: RuleRoute): string {
  const to =
    fallback.length === 0
      ? scalar(model)
      : `{ model: ${scalar(model)}, fallback: ${fallback.length === 1 ? scalar(fallback[0] ?? '') : `[${fallback.map(scalar).join(', ')}]`} }`;
  return `{ when: { ${by}: ${scalar(name)} }, route: ${to} }`;
}

/** A name on one line, quoted where YAML would take it for something else: `no` is a language and no answer. */
function scalar(name: string): string {
  const isPlain = /^[A-Za-z][\w./@+-]*$/.test(name) && !/^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i.test(name);
  return isPlain ? name : JSON.stringify(name.replaceAll('${', () => '$${'));
}

function percentage(share: number): string {
  return `${Math.round(share * 1e5) / 1e3}%`;
}

function taskMap(text: string, task: string): YAMLMap {
  const document = parseDocument(hidePlaceholders(text), { merge: true, stringKeys: true, prettyErrors: false });
  const tasks = isMap(document.contents) ? pairOf(document.contents, 'tasks')?.value : undefined;
  const own = isMap(tasks) ? pairOf(tasks, task)?.value : undefined;
  if (!isMap(own)) throw notWritten(['tasks', task]);
  return own;
}

function notWritten(path: Path): Error {
  return new Error(
    `${writePath(path)} is not written out in its place (an alias, or empty), so nothing can be added there.`,
  );
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && showPlaceholders(String(key.value)) === name);
}

/** With a new member behind the last one; more than one line only where members have lines of their own. */
function inserted(text: string, map: YAMLMap, member: string | readonly string[]): string {
  const lines = typeof member === 'string' ? [member] : member;
  if (map.flow === true || map.items.length === 0)
    return beforeClosing(text, { of: map, sign: '}', member: lines.join(' ') });
  const indent = ' '.repeat(columnOf(text, startOf(map.items[0]?.key)));
  return afterLast(
    text,
    map,
    lines.map((line) => `${indent}${line}`),
  );
}

function appended(text: string, list: YAMLSeq, item: string): string {
  if (list.flow === true || list.items.length === 0) return beforeClosing(text, { of: list, sign: ']', member: item });
  const dash = text.lastIndexOf('-', startOf(list.items[0]));
  return afterLast(text, list, [`${' '.repeat(columnOf(text, dash))}- ${item}`]);
}

function beforeClosing(
  text: string,
  { of, sign, member }: { of: YAMLMap | YAMLSeq; sign: string; member: string },
): string {
  const close = text.lastIndexOf(sign, endOf(of) - 1);
  const at = trimmed(text, close);
  const isFirst = of.items.length === 0;
  const before = isFirst ? '' : text.charAt(at - 1) === ',' ? ' ' : ', ';
  const pad = sign === '}' ? ' ' : '';
  return `${text.slice(0, at)}${isFirst ? pad : before}${member}${pad}${text.slice(close)}`;
}

/** On lines of their own, behind a comment that stands on the line of the last item. */
function afterLast(text: string, of: YAMLMap | YAMLSeq, lines: readonly string[]): string {
  const last = of.items.at(-1);
  const node = isMap(of) ? ((last as Pair).value ?? (last as Pair).key) : last;
  const next = text.indexOf('\n', trimmed(text, endOf(node)));
  const end = next < 0 ? text.length : next;
  const at = text.charAt(end - 1) === '\r' ? end - 1 : end;
  const breaks = at < end ? '\r\n' : '\n';
  return `${text.slice(0, at)}${lines.map((line) => `${breaks}${line}`).join('')}${text.slice(at)}`;
}

function rangeOf(node: unknown): readonly number[] {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? node.range
    : [0, 0];
}

function startOf(node: unknown): number {
  return rangeOf(node)[0] ?? 0;
}

function endOf(node: unknown): number {
  return rangeOf(node)[1] ?? 0;
}

/** The place behind the last character before `end` that is no white space. */
function trimmed(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text.charAt(at - 1))) at--;
  return at;
}

function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf('\n', at - 1) + 1);
}
