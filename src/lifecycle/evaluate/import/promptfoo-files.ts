// The files that a promptfoo configuration refers to: prompts, tests, values. Programs are never run; what would have to be is refused by name.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { isObject, type Json } from '../../../call/json.ts';
import { readCsv } from './csv.ts';

/** The path of a reference, `file://tests.csv` or `tests.csv`, from a folder. */
export function pathOf(reference: string, folder: string): string {
  return resolve(folder, reference.replace(/^file:\/\//, ''));
}

/** Paths that a reference stands for; `*` in its last part is any run of characters. Throws Error when there is none. */
export function pathsOf(reference: string, folder: string): string[] {
  const path = pathOf(reference, folder);
  const name = basename(path);
  if (dirname(path).includes('*')) throw new Error(`${reference}: a * is understood in the name of a file only`);
  if (!name.includes('*')) {
    if (!existsSync(path)) throw new Error(`${reference}: there is no file ${path}`);
    return [path];
  }
  const parts = name.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`));
  const pattern = new RegExp(`^${parts.join('[^/]*')}$`);
  const found = existsSync(dirname(path)) ? readdirSync(dirname(path)).filter((one) => pattern.test(one)) : [];
  if (found.length === 0) throw new Error(`${reference}: no file is called so`);
  return found.toSorted().map((one) => join(dirname(path), one));
}

/** JSON, lines of JSON, YAML or a table, by the file's name. Throws Error for programs and anything else. */
export function readData(path: string): Json {
  const text = (): string => readFileSync(path, 'utf8');
  try {
    switch (extname(path).toLowerCase()) {
      case '.json':
        return JSON.parse(text()) as Json;
      case '.jsonl':
        return linesOf(text()).map((line) => JSON.parse(line) as Json);
      case '.yaml':
      case '.yml':
        return parse(text()) as Json;
      case '.csv':
        return readCsv(text());
    }
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
  throw new Error(`${path}: only .json, .jsonl, .yaml, .yml and .csv are read, and no program is run`);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

const TEXTS = new Set(['.txt', '.md', '.j2', '']);
const DATA = new Set(['.json', '.yaml', '.yml']);

/** The value of a variable that is a file: text as it is, JSON and YAML as data. Throws Error for media and programs. */
export function readValue(reference: string, folder: string): Json {
  const [path = ''] = pathsOf(reference, folder);
  const kind = extname(path).toLowerCase();
  if (DATA.has(kind)) return readData(path);
  if (TEXTS.has(kind) || kind === '.html' || kind === '.csv') return readFileSync(path, 'utf8').trim();
  throw new Error(`${reference}: files of this kind are not taken over`);
}

export interface Prompt {
  /** What it is called, for --prompt. */
  label: string;
  /** A text, or messages of a conversation. */
  template: Json;
}

/** The prompts of a configuration; `{{prompt}}` where it has none, as promptfoo does. Throws Error for what is none. */
export function readPrompts(written: unknown, folder: string): Prompt[] {
  if (written === undefined) return [{ label: '{{prompt}}', template: '{{prompt}}' }];
  const list = Array.isArray(written) ? written : [written];
  return list.flatMap((item) => promptsOf(item, folder));
}

function promptsOf(item: unknown, folder: string): Prompt[] {
  if (isObject(item)) {
    const source = item.raw ?? item.id;
    if (typeof source !== 'string') throw new Error('a prompt has neither `raw` nor `id`');
    const found = promptsOf(source, folder);
    const { label } = item;
    return typeof label === 'string' && found.length === 1 ? found.map((prompt) => ({ ...prompt, label })) : found;
  }
  if (typeof item !== 'string') throw new Error('a prompt is no text');
  if (/^(exec:|langfuse:\/\/|portkey:\/\/|helicone:\/\/)/.test(item))
    throw new Error(`the prompt ${item} is made by a program or kept elsewhere, which is not supported`);
  const isFile = item.startsWith('file://') || /^[\w./-]+\.(txt|md|j2|json|ya?ml|csv|js|ts|mjs|cjs|py)$/.test(item);
  return isFile
    ? pathsOf(item, folder).flatMap((path) => promptFile(path))
    : [{ label: item, template: asMessages(item) }];
}

function promptFile(path: string): Prompt[] {
  const kind = extname(path).toLowerCase();
  const label = basename(path);
  if (kind === '.csv')
    return readCsv(readFileSync(path, 'utf8')).map(({ prompt = '', label: own }) => ({
      label: own ?? prompt,
      template: prompt,
    }));
  if (DATA.has(kind)) return [{ label, template: readData(path) }];
  if (!TEXTS.has(kind)) throw new Error(`the prompt ${path} is a program, and no program is run`);
  const parts = readFileSync(path, 'utf8')
    .split(/^---$/m)
    .map((part) => part.trim());
  return parts.map((part, index) => ({
    label: parts.length === 1 ? label : `${label} ${index + 1}`,
    template: asMessages(part),
  }));
}

/** A text may hold messages as JSON. */
function asMessages(text: string): Json {
  if (!/^\s*\[/.test(text)) return text;
  try {
    const read = JSON.parse(text) as Json;
    return Array.isArray(read) && read.every(isObject) ? read : text;
  } catch {
    return text;
  }
}
