// Reads files of rows, packed or not, or tells every line that is wrong. Rows that ask the same become one; nothing is dropped unsaid.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { isObject } from '../../call/json.ts';
import { AS_PUBLISHED, countLabels, type Outcome, type Reading, type Row, toRow } from './row.ts';

export interface RowSet {
  rows: Row[];
  /** 24 hexadecimal digits of the SHA-256 of the files as they are. */
  digest: string;
  /** Lines that ask what an earlier one asks: their outcomes have been added to it. */
  folded: number;
  /** Lines without an outcome that counts. */
  empty: number;
  /** Lines left out because of a mark they carry. */
  leftOut: number;
  /** Lines with an outcome that has not got the label that was asked for, and counts by `correct` or `score` instead. */
  unlabelled: number;
  /** Marks that some lines carry about their labels: `label_suspect`. */
  marks: string[];
  /** Members of outcomes that say how good an answer was: `correct`, `correct_lenient`. */
  labels: string[];
  /** Models of which there is an outcome, counted or not. */
  models: Set<string>;
}

export interface ReadOptions extends Partial<Reading> {
  /** Lines in which one of these members says something (true, or a reason) are left out: `label_suspect`. */
  without?: readonly string[];
  /** Whether rows that ask the same become one, which they do when this is left out. */
  isFolding?: boolean;
}

/** Lines that are told; the rest is counted. */
const MOST_TOLD = 10;

/** Throws Error for a file that is missing, empty or wrong, with every line that is. */
export function readRows(files: readonly string[], options: ReadOptions = {}): RowSet {
  const texts = files.map((file) => ({ file, bytes: readWhole(file) }));
  const set: RowSet = {
    rows: [],
    digest: digestOf(texts.map(({ bytes }) => bytes)),
    folded: 0,
    empty: 0,
    leftOut: 0,
    unlabelled: 0,
    marks: [],
    labels: [],
    models: new Set(),
  };
  const known = new Map<string, number>();
  const { label = AS_PUBLISHED.label } = options;
  let isLabelled = false;
  for (const { file, bytes } of texts)
    isLabelled = addLines(set, known, { file, text: unpack(bytes, file), options }) || isLabelled;
  if (set.rows.length === 0) throw new Error(`Rows in ${files.join(', ')}: ${sayNone(set, options.models)}.`);
  if (isLabelled) return set;
  if (label !== AS_PUBLISHED.label) throw new Error(noLabel(files, label, set.labels));
  // Rows that are graded by nothing but their scores are what they should be.
  return { ...set, unlabelled: 0 };
}

function noLabel(files: readonly string[], label: string, labels: readonly string[]): string {
  const known = labels.length === 0 ? '' : ` There are: ${labels.join(', ')}.`;
  return `Rows in ${files.join(', ')}: no outcome has the label ${label} with a value from 0 to 1.${known}`;
}

function readWhole(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new Error(`Rows in ${file}: ${reason}.`, { cause: error });
  }
}

/** By the first bytes and not by the name: a file that was unpacked on the way keeps its name. */
function unpack(bytes: Buffer, file: string): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    throw new Error(`Rows in ${file}: it is packed, and damaged (${(error as Error).message}).`, { cause: error });
  }
}

function digestOf(files: readonly Buffer[]): string {
  return hash('sha256', Buffer.concat(files), 'hex').slice(0, 24);
}

interface Lines {
  file: string;
  text: string;
  options: ReadOptions;
}

const MOST_NAMED = 20;

function sayNone({ models: told }: RowSet, wanted: readonly string[] | null | undefined): string {
  const known = [...told];
  if (wanted === undefined || wanted === null || known.length === 0)
    return 'there are none with an outcome that counts';
  const others = known.length > MOST_NAMED ? `${known.slice(0, MOST_NAMED).join(', ')} and more` : known.join(', ');
  return `there are none with an outcome of ${wanted.join(', ')} that counts; their outcomes are of ${others}`;
}

/** Whether any outcome has the label that was asked for. */
function addLines(set: RowSet, known: Map<string, number>, { file, text, options }: Lines): boolean {
  const { without = [], isFolding = true, ...told } = options;
  const reading = { ...AS_PUBLISHED, ...told };
  const problems: string[] = [];
  let isLabelled = false;
  for (const [index, line] of text
    .replace(/^\u{feff}/u, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    try {
      const json: unknown = parseLine(line);
      note(set, json);
      if (without.some((mark) => isMarked(json, mark))) {
        set.leftOut++;
        continue;
      }
      add(set, isFolding ? known : null, toRow(json, index + 1, reading));
      const { labelled, instead } = countLabels(json, reading);
      if (labelled > 0) isLabelled = true;
      if (instead > 0) set.unlabelled++;
    } catch (error) {
      problems.push(`line ${index + 1}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new Error(report(file, problems));
  return isLabelled;
}

/** Whether a member says something: true, a reason, a number; neither null nor false nor nothing. */
function isMarked(json: unknown, name: string): boolean {
  return isObject(json) && Boolean(json[name]);
}

/** What a line may be read by. */
function note({ marks, labels, models }: RowSet, json: unknown): void {
  if (!isObject(json)) return;
  for (const name of Object.keys(json))
    if (isMarked(json, name) && (name.startsWith('label_') || name.includes('suspect')) && !marks.includes(name))
      marks.push(name);
  if (!isObject(json.outcomes)) return;
  for (const model of Object.keys(json.outcomes)) models.add(model);
  const [outcome] = Object.values(json.outcomes);
  if (!isObject(outcome)) return;
  for (const [name, value] of Object.entries(outcome))
    if (name.startsWith('correct') && value !== null && !labels.includes(name)) labels.push(name);
}

/** `known`: where the rows of the set are, by what they ask; null when each stays by itself. */
function add(set: RowSet, known: Map<string, number> | null, row: Row | null): void {
  if (row === null) {
    set.empty++;
    return;
  }
  const key = known === null ? '' : keyOf(row);
  const at = known?.get(key);
  if (at === undefined) {
    known?.set(key, set.rows.length);
    set.rows.push(row);
    return;
  }
  set.folded++;
  set.rows[at] = fold(set.rows[at] as Row, row);
}

/** Requests that differ in nothing but white space and capitals are one. */
function keyOf({ task, segment, prompt }: Row): string {
  return hash('sha256', JSON.stringify([task, segment, prompt.toLowerCase().replaceAll(/\s+/g, ' ').trim()]), 'base64');
}

/** Of a model that answered twice the qualities are averaged; its other facts are the first one's. */
function fold(first: Row, second: Row): Row {
  const weight = first.weight + second.weight;
  const outcomes = new Map(first.outcomes);
  for (const [model, outcome] of second.outcomes) {
    const before = outcomes.get(model);
    outcomes.set(model, before === undefined ? outcome : mix(before, outcome, second.weight / weight));
  }
  return { ...first, weight, outcomes };
}

function mix(first: Outcome, second: Outcome, share: number): Outcome {
  return { ...first, quality: first.quality * (1 - share) + second.quality * share };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error('is not JSON');
  }
}

function report(file: string, problems: readonly string[]): string {
  const told = problems.slice(0, MOST_TOLD).map((problem) => `  ${problem}`);
  const rest = problems.length - told.length;
  const count = problems.length === 1 ? 'one line is' : `${problems.length} lines are`;
  return [`Rows in ${file}: ${count} wrong.`, ...told, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n');
}
