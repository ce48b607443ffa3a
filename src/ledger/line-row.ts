// What the lines of a journal say.
import type { Words } from './form.ts';

/** A usage as it stands in a line, in the order of `TOKEN_COLUMNS`. */
export type TokenFigures = (number | null)[];

/** Figures of a call by their places in a line. Those of the attempts, which nothing here asks for, come after them. */
export type CallFigures = [
  atMs: number | null,
  latencyUs: number | null,
  ttftUs: number | null,
  decisionNs: number | null,
  costNanoUsd: number | null,
  baselineNanoUsd: number | null,
  usage: TokenFigures | null,
  session: string | null,
  ...unknown[],
];

/** A row as a line carries it. */
export interface LineRow {
  /** Number of a form that the same segment defines, or the form itself. */
  form: number | Form;
  id: string;
  /** JSON of the figures, as it goes into the tables. */
  text: string;
  figures: CallFigures;
}

/** A form and its JSON, as it goes into the tables. */
export interface Form {
  text: string;
  words: Words;
}

export interface Definition {
  number: number;
  form: Form;
}
