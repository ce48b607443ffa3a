// What the readers of other people's data have in common: rows that grow while a file is read, and what could not be taken over.
import type { RowLine } from '../../../learn/rows/row.ts';
import { LeftOut } from '../left-out.ts';
import type { OutcomeLine } from '../outcome-line.ts';

export interface ImportOptions {
  /** The name of the data, as it stands in each row. */
  dataset: string;
  /** The task whose rows they become; null: of none. */
  task: string | null;
  /** The name here of each model that is taken over, by its name there; null: all, under their names there. */
  models: ReadonlyMap<string, string> | null;
}

/** What is said of one request. */
export interface ImportedRow extends Pick<RowLine, 'request'> {
  id: string;
  prompt: string;
  category?: string;
  reference?: unknown;
  /** ISO 8601. */
  at?: string;
  /** By the names of the models there. */
  outcomes: ReadonlyMap<string, OutcomeLine>;
}

export class Imported {
  readonly rows: RowLine[] = [];
  readonly left = new LeftOut();
  private readonly options: ImportOptions;

  constructor(options: ImportOptions) {
    this.options = options;
  }

  /** Whether outcomes of the model are taken over. */
  takes(model: string): boolean {
    const { models } = this.options;
    return models === null || models.has(model);
  }

  /** What it is called here. */
  nameOf(model: string): string {
    return this.options.models?.get(model) ?? model;
  }

  add({ outcomes, ...row }: ImportedRow): void {
    const { dataset, task } = this.options;
    const named = [...outcomes].filter(([model]) => this.takes(model)).map(([model, one]) => [this.nameOf(model), one]);
    this.rows.push({
      dataset,
      ...(task === null ? {} : { task }),
      ...row,
      source: 'import',
      outcomes: Object.fromEntries(named) as RowLine['outcomes'],
    });
  }

  /** Throws Error for a model that was named and of which there is nothing: its name is probably another one there. */
  check(known: Iterable<string>): void {
    const found = new Set(this.rows.flatMap(({ outcomes }) => Object.keys(outcomes)));
    const missing = [...(this.options.models ?? [])].filter(([, name]) => !found.has(name)).map(([model]) => model);
    if (missing.length > 0)
      throw new Error(`There is no outcome of ${missing.join(', ')}. There are: ${[...known].join(', ') || 'none'}.`);
  }
}
