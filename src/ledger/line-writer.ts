// A call as a line of the journal: the number of its form, its id, its figures. A form is defined by a line of its own
// before the first row that uses it. JSON texts divided by tabs (JSON never contains a bare tab or newline).

import type { Note } from '../call/note.ts';
import type { Expected } from '../call/plan.ts';
import type { AttemptRow, CallRow } from '../call/row.ts';
import type { Usage } from '../call/usage.ts';
import { fits, toWords, type Words } from './form.ts';
import { LineBuffer, type Lines } from './line-buffer.ts';
import { NOTE } from './note-line.ts';

/**
 * Rows until all forms are defined afresh: so many are in use at most, and so far a damaged definition reaches.
 * A reader relies on it and keeps no more than these.
 */
export const ROWS_PER_GENERATION = 4096;

const TAB = 0x09;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** Forms of one tenant that are compared with a row; where words change with every call, comparing more is in vain. */
const FORMS_PER_TENANT = 64;

export interface LineWriter {
  /**
   * Adds the lines for a row: its form, if it is new, and the row. Times are kept to the microsecond. A number that is not
   * finite, or a member that is missing, becomes null. Throws, and adds nothing, when the row is no JSON.
   */
  add(row: CallRow): void;
  /** Adds the line for a note. Throws, and adds nothing, when it is no JSON. */
  addNote(note: Note): void;
  isEmpty(): boolean;
  /** What has been added since the last time; valid until the next row is added. */
  take(): Lines;
  /** Defines every form afresh from here on: a new segment begins, or lines were lost. Not while rows wait to be taken. */
  forget(): void;
}

interface Form {
  number: number;
  words: Words;
}

/** A writer for the journal of one instance. Numbers of forms are never given twice. */
export function createLineWriter(): LineWriter {
  return new JournalLineWriter();
}

class JournalLineWriter implements LineWriter {
  readonly #out = new LineBuffer();
  readonly #tenants = new Map<string, Form[]>();
  #ends: number[] = [];
  #isTaken = false;
  #next = 0;
  #rowsLeft = ROWS_PER_GENERATION;

  add(row: CallRow): void {
    if (this.#isTaken) this.#clear();
    const start = this.#out.length;
    if (--this.#rowsLeft < 0) this.forget();
    try {
      putRow(this.#out, (this.#find(row) ?? this.#define(row)).number, row);
    } catch (error) {
      this.#out.length = start;
      // The form may have been defined in what is taken back.
      this.forget();
      throw error;
    }
    this.#ends.push(this.#out.length);
  }

  addNote(note: Note): void {
    if (this.#isTaken) this.#clear();
    this.#out.text(`${NOTE}${JSON.stringify(note)}\n`);
    this.#ends.push(this.#out.length);
  }

  isEmpty(): boolean {
    return this.#isTaken || this.#ends.length === 0;
  }

  take(): Lines {
    if (this.#isTaken) this.#clear();
    this.#isTaken = true;
    return { bytes: this.#out.view(), ends: this.#ends };
  }

  forget(): void {
    this.#tenants.clear();
    this.#rowsLeft = ROWS_PER_GENERATION;
  }

  #clear(): void {
    this.#isTaken = false;
    this.#out.length = 0;
    this.#ends = [];
  }

  #find(row: CallRow): Form | undefined {
    const forms = this.#tenants.get(row.tenant);
    if (forms !== undefined) for (const form of forms) if (fits(form.words, row)) return form;
    return undefined;
  }

  #define(row: CallRow): Form {
    const text = JSON.stringify(toWords(row));
    // A copy of its own: whoever made the row may go on with the arrays in it.
    const form = { number: this.#next++, words: JSON.parse(text) as Words };
    const forms = this.#tenants.get(row.tenant);
    if (forms === undefined) this.#tenants.set(row.tenant, [form]);
    else {
      if (forms.length === FORMS_PER_TENANT) forms.length = 0;
      forms.push(form);
    }
    this.#out.text(`=${form.number}\t${text}\n`);
    return form;
  }
}

/** The order of the figures is that of `CallFigures`. */
function putRow(out: LineBuffer, form: number, row: CallRow): void {
  out.number(form);
  out.byte(TAB);
  out.string(row.id);
  out.byte(TAB);
  out.byte(OPEN);
  out.number(row.atMs);
  out.byte(COMMA);
  out.number(thousandths(row.latencyMs));
  out.byte(COMMA);
  out.number(thousandths(row.ttftMs));
  out.byte(COMMA);
  out.number(thousandths(row.decisionUs));
  out.byte(COMMA);
  out.number(row.costNanoUsd);
  out.byte(COMMA);
  out.number(row.baselineNanoUsd);
  out.byte(COMMA);
  putUsage(out, row.usage);
  out.byte(COMMA);
  out.string(row.session);
  out.byte(COMMA);
  out.byte(OPEN);
  for (let i = 0; i < row.attempts.length; i++) {
    if (i > 0) out.byte(COMMA);
    putAttempt(out, row.attempts[i] as AttemptRow);
  }
  out.byte(CLOSE);
  out.byte(COMMA);
  out.number(row.maxOutputTokens);
  out.byte(COMMA);
  out.number(row.messages);
  // Few calls have one, and a line without it is read in one pass.
  if (row.prediction != null) {
    out.byte(COMMA);
    out.text(JSON.stringify(row.prediction));
  }
  out.byte(CLOSE);
  out.byte(NEWLINE);
}

function putAttempt(out: LineBuffer, attempt: AttemptRow): void {
  out.byte(OPEN);
  out.number(thousandths(attempt.startMs));
  out.byte(COMMA);
  out.number(thousandths(attempt.latencyMs));
  out.byte(COMMA);
  out.number(thousandths(attempt.ttftMs));
  out.byte(COMMA);
  out.number(attempt.costNanoUsd);
  out.byte(COMMA);
  putUsage(out, attempt.usage);
  out.byte(COMMA);
  out.string(attempt.upstreamRequestId);
  out.byte(COMMA);
  if (attempt.verdicts === null) out.number(null);
  else out.text(JSON.stringify(attempt.verdicts));
  out.byte(COMMA);
  putExpected(out, attempt.expected);
  out.byte(CLOSE);
}

function putExpected(out: LineBuffer, expected: Expected | null | undefined): void {
  if (expected == null) return out.number(null);
  out.byte(OPEN);
  out.number(expected.inputTokens);
  out.byte(COMMA);
  out.number(expected.cachedTokens);
  out.byte(COMMA);
  out.number(expected.outputTokens);
  out.byte(COMMA);
  out.number(expected.costNanoUsd);
  out.byte(COMMA);
  out.number(expected.passRate === null ? null : Math.round(expected.passRate * 1e6));
  out.byte(CLOSE);
}

function putUsage(out: LineBuffer, usage: Usage | null | undefined): void {
  if (usage == null) return out.number(null);
  out.byte(OPEN);
  out.number(usage.inputTokens);
  out.byte(COMMA);
  out.number(usage.cacheReadTokens);
  out.byte(COMMA);
  out.number(usage.cacheWrite5mTokens);
  out.byte(COMMA);
  out.number(usage.cacheWrite1hTokens);
  out.byte(COMMA);
  out.number(usage.outputTokens);
  out.byte(COMMA);
  out.number(usage.reasoningTokens);
  out.byte(COMMA);
  out.number(usage.audioInputTokens);
  out.byte(COMMA);
  out.number(usage.audioOutputTokens);
  out.byte(CLOSE);
}

/** Whole microseconds of milliseconds, nanoseconds of microseconds: digits beyond say nothing and cost most. */
const thousandths = (value: number | null | undefined): number | null =>
  typeof value === 'number' ? Math.round(value * 1000) : null;
