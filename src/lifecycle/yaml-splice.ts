// Changes in the text of a YAML file: pieces are put in at their places, every other character stays, comments too. It knows nothing of what the
// file means; whoever calls it asks whether the result is valid.
import { isAlias, isCollection, isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';
import { isObject } from '../call/json.ts';
import { hidePlaceholders, showPlaceholders } from '../config/placeholders.ts';

/** A piece of text in the place of another. */
export interface Splice {
  from: number;
  to: number;
  text: string;
}

/** The map at the top of a configuration; null for a text without keys. Throws a sentence for what is no such text. */
export function topOf(text: string): YAMLMap | null {
  const document = parseDocument(hidePlaceholders(text), { merge: true, stringKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) throw new Error(`The configuration is no valid YAML: ${broken.message.split('\n')[0]}`);
  const top = document.contents;
  if (isMap(top)) return top;
  if (top === null || (isScalar(top) && top.value === null)) return null;
  throw new Error('The configuration has no keys at the top.');
}

/** A new entry, as it is written in braces and as lines with an indentation. */
export interface NewEntry {
  inBraces: string;
  lines: (indent: string) => string;
}

/** Puts an entry into a section of the configuration, which is made where there is none. Throws a sentence where that cannot be told. */
export function withEntry(text: string, name: string, entry: NewEntry): string {
  const top = topOf(text);
  const section = top === null ? undefined : pairOf(top, name);
  if (section !== undefined) {
    if (isAlias(section.value)) throw new Error(`The ${name} of the configuration are an alias; write them out.`);
    return spliced(text, [addition(text, section, entry)]);
  }
  if (top?.flow === true)
    throw new Error('The configuration stands in braces as a whole; write its keys one below the other.');
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${name}:\n${entry.lines('  ')}\n`;
}

function addition(text: string, section: Pair, { inBraces, lines }: NewEntry): Splice {
  const entries = section.value;
  if (!isMap(entries) || entries.items.length === 0) {
    const from = endOf(section.key);
    const to = Math.max(colonAfter(text, from), isCollection(entries) ? endOf(entries) : 0);
    return { from, to, text: `:${lineBreakAfter(text, from, to)}${lines('  ')}` };
  }
  if (entries.flow === true) return beforeBrace(text, entries, inBraces);
  const at = lineEnd(text, lastEnd(text, entries));
  return { from: at, to: at, text: `\n${lines(' '.repeat(columnOf(text, entries.items[0])))}` };
}

/** Where only a heading stands, its colon and what remains of the line are written anew. */
function lineBreakAfter(text: string, from: number, to: number): string {
  return text.slice(from, to).includes('\n') ? '' : '\n';
}

/** New members of a map, each as `key: value` on one line, after its last one. */
export function insertion(text: string, map: YAMLMap, members: readonly string[]): Splice {
  if (map.flow === true || map.items.length === 0) return beforeBrace(text, map, members.join(', '));
  const indent = ' '.repeat(columnOf(text, map.items[0]));
  const at = lineEnd(text, lastEnd(text, map));
  return { from: at, to: at, text: members.map((member) => `\n${indent}${member}`).join('') };
}

/** Another value for a key, as it stands after the colon. */
export function replacement(text: string, pair: Pair, written: string): Splice {
  const from = endOf(pair.key);
  const to = Math.max(colonAfter(text, from), trimmedEnd(text, endOf(pair.value)));
  return { from, to, text: `:${written}` };
}

/** A member of a map, with its lines or with its comma. */
export function removal(text: string, map: YAMLMap, pair: Pair): Splice {
  const at = map.items.indexOf(pair);
  const from = startOf(pair.key);
  const to = Math.max(colonAfter(text, endOf(pair.key)), trimmedEnd(text, endOf(pair.value)));
  if (map.flow === true) {
    const [before, after] = [map.items[at - 1], map.items[at + 1]];
    if (after !== undefined) return { from, to: startOf(after.key), text: '' };
    return { from: before === undefined ? from : trimmedEnd(text, endOf(before.value ?? before.key)), to, text: '' };
  }
  const begin = text.lastIndexOf('\n', from - 1) + 1;
  const end = Math.min(text.length, lineEnd(text, to) + (text.charAt(lineEnd(text, to)) === '\r' ? 2 : 1));
  // Of two blank lines that would meet, one goes too.
  const isApart = /\n\r?\n$/.test(text.slice(0, begin)) && /^(?:\r?\n|$)/.test(text.slice(end));
  return { from: isApart ? text.lastIndexOf('\n', begin - 2) + 1 : begin, to: end, text: '' };
}

/** What stands after a key's colon, as it is written: white space and comments before the value too. */
export function writtenAfter(text: string, pair: Pair): string {
  const from = colonAfter(text, endOf(pair.key));
  return text.slice(from, Math.max(from, trimmedEnd(text, endOf(pair.value))));
}

function beforeBrace(text: string, map: YAMLMap, addition: string): Splice {
  const close = text.lastIndexOf('}', (map.range?.[1] ?? text.length) - 1);
  let at = close;
  while (/\s/.test(text.charAt(at - 1))) at--;
  const last = text.charAt(at - 1);
  return { from: at, to: close, text: `${last === '{' ? ' ' : last === ',' ? ' ' : ', '}${addition} ` };
}

/** A value on one line, as the configuration's own examples write it: `{ key: [a, b] }`. */
export function flowOf(value: unknown): string {
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

export function plain(node: unknown): unknown {
  if (isScalar(node)) return typeof node.value === 'string' ? showPlaceholders(node.value) : node.value;
  return isCollection(node) ? (node.toJSON() as unknown) : null;
}

export function hasComment(text: string, { key, value }: Pair): boolean {
  const end = value === null ? endOf(key) : trimmedEnd(text, endOf(value));
  return isCollection(value) && value.flow !== true && /(?:^|\s)#/.test(text.slice(endOf(key), end));
}

export function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && showPlaceholders(String(key.value)) === name);
}

function rangeOf(node: unknown): readonly number[] | null {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range : null;
}

/** Where the value of a node ends; of its text, without the white space and comments after it. */
function endOf(node: unknown): number {
  return rangeOf(node)?.[1] ?? 0;
}

function startOf(node: unknown): number {
  return rangeOf(node)?.[0] ?? 0;
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

export function columnOf(text: string, pair: Pair | undefined): number {
  const start = startOf(pair?.key);
  return start - (text.lastIndexOf('\n', start - 1) + 1);
}

export function spliced(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((one, other) => other.from - one.from || other.to - one.to)
    .reduce((result, { from, to, text: piece }) => result.slice(0, from) + piece + result.slice(to), text);
}
