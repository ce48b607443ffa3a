// The forms that the lines of a segment refer to, and their numbers in the tables. It must never hold more of them than
// rows can refer to: where the words change with every call, a segment defines as many forms as it has rows.
import type { DatabaseSync } from 'node:sqlite';
import type { Words } from './form.ts';
import type { Form } from './line-row.ts';
import { ROWS_PER_GENERATION } from './line-writer.ts';

/** A form as the applier knows it. `id` is its key in the table, null until a row needs it there. */
export interface KnownForm {
  readonly text: string;
  readonly words: Words;
  id: number | bigint | null;
}

export interface Forms {
  /** From here on, rows of this segment may refer to the form by this number. */
  define(number: number, form: Form): void;
  /** The form of this number, or undefined when its definition is missing. */
  get(number: number): KnownForm | undefined;
  /** The form with these words, whatever number they have. */
  known(form: Form): KnownForm;
  /** The form's key in the table, where it is put when it is new. */
  idOf(form: KnownForm): number | bigint;
  /** Another segment begins: its numbers mean other forms. */
  forgetNumbers(): void;
  /** Forgets everything: a transaction was rolled back, and forms with it. */
  clear(): void;
}

export function createForms(db: DatabaseSync): Forms {
  const insert = db.prepare('INSERT INTO forms (words) VALUES (?)');
  const byNumber = new Map<number, KnownForm>();
  const byText = new Map<string, KnownForm>();

  function known(form: Form): KnownForm {
    let found = byText.get(form.text);
    if (found === undefined) {
      found = { ...form, id: null };
      if (byText.size >= ROWS_PER_GENERATION) byText.clear();
      byText.set(form.text, found);
    }
    return found;
  }

  return {
    define(number, form) {
      byNumber.set(number, known(form));
      if (byNumber.size > ROWS_PER_GENERATION) byNumber.delete(byNumber.keys().next().value as number);
    },
    get: (number) => byNumber.get(number),
    known,
    idOf(form) {
      form.id ??= insert.run(form.text).lastInsertRowid;
      return form.id;
    },
    forgetNumbers: () => byNumber.clear(),
    clear() {
      byNumber.clear();
      byText.clear();
    },
  };
}
