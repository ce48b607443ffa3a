// Reads the lines of a journal, those of older releases too. It must never let a line through that is not sound JSON:
// the tables keep the texts as they are.
import { type Note, toNote } from '../call/note.ts';
import type { Words } from './form.ts';
import type { CallFigures, Definition, LineRow } from './line-row.ts';
import { isFirstLine, readFirstLine } from './line-v1.ts';
import { createLineWriter } from './line-writer.ts';
import { NOTE } from './note-line.ts';

/** A release may append figures; a line of an older one has fewer of them, never fewer than these. */
const LEAST_FIGURES = 9;
const LEAST_ATTEMPT_FIGURES = 6;
const ATTEMPTS = 8;

/** Whether a line defines a form. */
export const isDefinition = (line: string): boolean => line.startsWith('=');

/** Whether a line is a note. */
export const isNote = (line: string): boolean => line.startsWith(NOTE);

/** Reads a note's line without its newline; throws a sentence saying what is wrong with it. */
export function readNote(line: string): Note {
  const note = toNote(JSON.parse(line.slice(NOTE.length)));
  if (note === null) throw new Error('a note without its members');
  return note;
}

/** Reads a line without its newline; throws a sentence saying what is wrong with it. */
export function readLine(line: string): LineRow {
  if (isFirstLine(line)) return readWholeRow(line);
  const idAt = line.indexOf('\t') + 1;
  const figuresAt = line.indexOf('\t', idAt) + 1;
  const form = toNumber(line.slice(0, Math.max(0, idAt - 1)));
  if (form === null || figuresAt === 0) throw new Error('not a journal line');
  const id: unknown = JSON.parse(line.slice(idAt, figuresAt - 1));
  if (typeof id !== 'string') throw new Error('a journal line without an id');
  const text = line.slice(figuresAt);
  const figures: unknown = JSON.parse(text);
  if (!isFigures(figures)) throw new Error('a journal line without its figures');
  return { form, id, text, figures };
}

/** Reads a definition without its newline; throws a sentence saying what is wrong with it. */
export function readDefinition(line: string): Definition {
  const tab = line.indexOf('\t');
  const number = toNumber(line.slice(1, Math.max(1, tab)));
  if (number === null) throw new Error('a form without its number');
  const text = line.slice(tab + 1);
  const words: unknown = JSON.parse(text);
  if (!isWords(words)) throw new Error('a form without its words');
  return { number, form: { text, words } };
}

/** As this release would have written it. */
function readWholeRow(line: string): LineRow {
  const writer = createLineWriter();
  writer.add(readFirstLine(line));
  const [definition = '', row = ''] = writer.take().bytes.toString().split('\n');
  return { ...readLine(row), form: readDefinition(definition).form };
}

function toNumber(digits: string): number | null {
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

function isWords(value: unknown): value is Words {
  return value !== null && typeof value === 'object' && 'attempts' in value && Array.isArray(value.attempts);
}

function isFigures(value: unknown): value is CallFigures {
  if (!Array.isArray(value) || value.length < LEAST_FIGURES) return false;
  for (let place = 0; place < 6; place++) if (!isNumber(value[place])) return false;
  return isUsage(value[6]) && isText(value[7]) && Array.isArray(value[ATTEMPTS]) && value[ATTEMPTS].every(isAttempt);
}

function isAttempt(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < LEAST_ATTEMPT_FIGURES) return false;
  for (let place = 0; place < 4; place++) if (!isNumber(value[place])) return false;
  return isUsage(value[4]) && isText(value[5]);
}

const isUsage = (value: unknown): boolean => value === null || (Array.isArray(value) && value.every(isNumber));
const isNumber = (value: unknown): boolean => value === null || typeof value === 'number';
const isText = (value: unknown): boolean => value === null || typeof value === 'string';
