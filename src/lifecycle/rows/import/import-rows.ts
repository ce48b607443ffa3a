// Rows from other people's data: which forms there are, and who reads each.
import { basename } from 'node:path';
import { readRecords } from '../../audit/records.ts';
import { type Imported, type ImportOptions } from './imported.ts';
import { PairwiseImport } from './pairwise.ts';
import { importPromptfooResults } from './promptfoo-results.ts';
import { WideImport } from './wide.ts';

export const FORMATS = ['wide', 'routerbench', 'routellm', 'pairwise', 'promptfoo'] as const;
export type Format = (typeof FORMATS)[number];

export interface ImportRowsOptions extends ImportOptions {
  format: Format;
  /** The column with what was asked, in a table; `prompt` when left out. */
  promptColumn?: string | undefined;
}

/** Rejects with Error for a file that is missing or is none of its format. */
export async function importRows(
  path: string,
  { format, promptColumn = 'prompt', ...options }: ImportRowsOptions,
): Promise<Imported> {
  try {
    if (format === 'promptfoo') return importPromptfooResults(path, options);
    const reader =
      format === 'pairwise' ? new PairwiseImport(options) : new WideImport({ ...options, kind: format, promptColumn });
    await readRecords(path, (record) => reader.take(record));
    return reader.end();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error(`There is no file ${path}.`, { cause: error });
    throw error;
  }
}

/** A file's name without its endings, for data that nobody has named. */
export function datasetOf(path: string): string {
  return basename(path).replace(/(?:\.(?:csv|tsv|jsonl|ndjson|json|gz))+$/i, '');
}

/** `gpt-4=large,mixtral`: names there, and here where they differ. Throws Error for two that would be one. */
export function readModels(pairs: readonly string[]): Map<string, string> {
  const models = new Map<string, string>();
  for (const pair of pairs) {
    const [there = '', here = there] = pair.split('=', 2).map((name) => name.trim());
    if (there === '' || here === '')
      throw new Error(`${JSON.stringify(pair)} does not name a model; write gpt-4=large.`);
    if ([...models.values()].includes(here)) throw new Error(`Two models of the data would be ${here}.`);
    models.set(there, here);
  }
  return models;
}
