// Brings what was found into the text of a register. What people wrote stays, comments and order too: a key is only changed when it still
// is what the audit wrote there itself, and one that people took out is not put back.
import { createHash } from 'node:crypto';
import { Document, isMap, isPair, isScalar, type Node, type Pair, parseDocument, visit } from 'yaml';
import { type Entry, parseRegister, type Question, type Register, type RegisterSource, TASK_KEYS } from './register.ts';

export interface Found {
  /** By name. One that people have renamed is found by its fingerprint. */
  entries: ReadonlyMap<string, Entry>;
  sources: readonly RegisterSource[];
  at: string;
  /** Of logs; left as they are when not given. */
  span?: Register['made']['span'];
  calls?: number;
  spendUsd?: number;
}

export interface Merged {
  text: string;
  /** Names as they stand in the register now. */
  added: string[];
  updated: string[];
  /** Keys that were not changed because people had. */
  kept: { task: string; keys: string[] }[];
}

const HEADER = ` The register of tasks: made by \`tierline audit\`, meant to be edited. What you write stays when an audit runs again.
 \`unanswered\` lists what nobody has answered yet; take \`accept\` off it once the suggested gates are yours.`;

/** What the audit itself writes besides evidence. */
const OWN_KEYS = [...TASK_KEYS, 'tier', 'reason'] as const;

/** `source`: the register as it is, null for none. Throws a sentence when that is no register. */
export function mergeRegister(source: string | null, found: Found, file: string): Merged {
  const before = source === null ? null : parseRegister(source, file);
  const document = source === null ? emptyDocument() : parseDocument(source);
  const merged: Merged = { text: '', added: [], updated: [], kept: [] };
  for (const [name, entry] of found.entries) {
    const existing = nameOfEntry(before, name, entry);
    if (existing === null) {
      const free = freeName(document, name);
      document.setIn(['tasks', free], entryNode(document, withDigests(entry)));
      merged.added.push(free);
    } else {
      const kept = updateEntry(document, existing, { old: before?.tasks[existing] ?? {}, entry });
      merged.updated.push(existing);
      if (kept.length > 0) merged.kept.push({ task: existing, keys: kept });
    }
  }
  setMade(document, before, found);
  merged.text = document.toString({ lineWidth: 110 });
  parseRegister(merged.text, file);
  return merged;
}

export interface Answered {
  name: string;
  /** What people said: it counts as theirs from now on. */
  answers: Entry;
  /** What the audit makes of it, which may change with the next run. */
  own: Pick<Entry, 'tier' | 'reason'>;
  at: string;
}

/** Puts answers into an entry, which is made if it is not there. Throws a sentence when the result would be no register. */
export function answerEntry(source: string | null, { name, answers, own, at }: Answered, file: string): string {
  const before = source === null ? null : parseRegister(source, file);
  const document = source === null ? emptyDocument() : parseDocument(source);
  if (source === null) setMade(document, null, { entries: new Map(), sources: [], at });
  if (!document.hasIn(['tasks', name])) document.setIn(['tasks', name], entryNode(document, {}));
  const old = before?.tasks[name] ?? {};
  const written = { ...old.evidence?.written };
  // A tier that people have changed stays theirs.
  const isOurs = old.tier === undefined || written['tier'] === digestOf(old.tier);
  const keys = { ...answers, ...(isOurs ? own : {}) };
  for (const [key, value] of Object.entries(keys)) {
    if (value !== undefined && digestOf(value) !== digestOf(old[key as keyof Entry] ?? null))
      put(document, [name, key], value);
  }
  if (isOurs && own.tier !== undefined) {
    const digests = { ...written, ...digestsOf(own) };
    put(document, [name, 'evidence'], { ...old.evidence, written: digests });
  }
  const text = document.toString({ lineWidth: 110 });
  parseRegister(text, file);
  return text;
}

function emptyDocument(): Document {
  const document = new Document({ version: 1, made: { at: '', from: [] }, tasks: {} });
  document.commentBefore = HEADER;
  return document;
}

/** The same name, unless that is another task by its fingerprint; else whatever has the fingerprint. */
function nameOfEntry(before: Register | null, name: string, entry: Entry): string | null {
  const print = entry.evidence?.log?.fingerprint;
  const prints = Object.entries(before?.tasks ?? {}).filter(
    ([, { evidence }]) => print !== undefined && evidence?.log?.fingerprint === print,
  );
  if (prints[0] !== undefined) return prints[0][0];
  return before?.tasks[name] === undefined ? null : name;
}

function freeName(document: Document, name: string): string {
  let free = name;
  for (let count = 2; document.hasIn(['tasks', free]); count++) free = `${name}-${count}`;
  return free;
}

function withDigests(entry: Entry): Entry {
  const written = digestsOf(entry);
  return Object.keys(written).length === 0 ? entry : { ...entry, evidence: { ...entry.evidence, written } };
}

function digestsOf(entry: Entry): Record<string, string> {
  return Object.fromEntries(OWN_KEYS.flatMap((key) => (entry[key] === undefined ? [] : [[key, digestOf(entry[key])]])));
}

function digestOf(value: unknown): string {
  // A letter first, or YAML would have to quote what looks like a number.
  return `d${createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 5)}`;
}

/** The keys that stayed as people had them although the audit would say something else. */
function updateEntry(document: Document, name: string, { old, entry }: { old: Entry; entry: Entry }): string[] {
  const written = { ...old.evidence?.written };
  const kept: string[] = [];
  for (const key of OWN_KEYS) {
    const value = entry[key];
    const isOurs = old[key] === undefined ? written[key] === undefined : written[key] === digestOf(old[key]);
    if (value === undefined) continue;
    if (!isOurs) {
      if (digestOf(value) !== digestOf(old[key] ?? null)) kept.push(key);
      continue;
    }
    written[key] = digestOf(value);
    if (digestOf(old[key] ?? null) !== written[key]) put(document, [name, key], value);
  }
  const digests = Object.keys(written).length === 0 ? {} : { written };
  const evidence = { ...old.evidence, ...entry.evidence, ...digests };
  put(document, [name, 'evidence'], evidence);
  setUnanswered(document, name, old);
  return kept;
}

/** Questions are only taken off: what people have answered stays answered. */
function setUnanswered(document: Document, name: string, old: Entry): void {
  const before = old.unanswered ?? [];
  const isTheirs = (key: Question): boolean =>
    old[key] !== undefined && old.evidence?.written?.[key] !== digestOf(old[key]);
  const open = before.filter((key) => (key === 'accept' ? !isTheirs(key) : old[key] === undefined));
  if (open.length !== before.length) put(document, [name, 'unanswered'], open);
}

function setMade(document: Document, before: Register | null, found: Found): void {
  const names = new Set(found.sources.map(({ source }) => source));
  const from = [...(before?.made.from ?? []).filter(({ source }) => !names.has(source)), ...found.sources];
  const made: Register['made'] = { ...before?.made, at: found.at, from };
  if (found.span !== undefined) made.span = found.span;
  if (found.calls !== undefined) made.calls = found.calls;
  if (found.spendUsd !== undefined) made.spend_usd = found.spendUsd;
  document.set('made', entryNode(document, made));
}

/** The order in which an entry tells things: what people say, what was found, what follows from it. */
const ORDER: readonly string[] = [...OWN_KEYS, 'unanswered', 'evidence'];

/** Sets a key of an entry: in its place when it is there, else where the order has it. */
function put(document: Document, [name, key]: readonly [name: string, key: string], value: unknown): void {
  const node = nodeOf(document, value);
  const entry: unknown = document.getIn(['tasks', name]);
  if (!isMap(entry) || entry.has(key)) {
    document.setIn(['tasks', name, key], node);
    return;
  }
  const rank = (pair: Pair): number => ORDER.indexOf(isScalar(pair.key) ? String(pair.key.value) : '');
  const after = entry.items.findIndex((pair) => rank(pair) > ORDER.indexOf(key));
  entry.items.splice(after < 0 ? entry.items.length : after, 0, document.createPair(key, node));
}

/** A new node, with short things on one line, as people write them: sizes, lists, gates. */
function nodeOf(document: Document, value: unknown): Node {
  const node = document.createNode(value) as Node;
  visit(node, {
    Collection: (_, part, path) => {
      const key = path.findLast(isPair)?.key;
      const isDigests = isScalar(key) && key.value === 'written';
      part.flow = isDigests || JSON.stringify(part.toJS(document)).length <= 96;
    },
  });
  return node;
}

/** An entry stands on lines of its own, however short it is. */
function entryNode(document: Document, entry: object): Node {
  const node = nodeOf(document, entry);
  if (isMap(node)) node.flow = false;
  return node;
}
