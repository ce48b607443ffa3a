// `tierline rows import`: other people's data of models' answers as rows; what could not be taken over is listed, and nothing is lost silently.
import { datasetOf, FORMATS, type Format, importRows, readModels } from '../lifecycle/rows/import/import-rows.ts';
import { toLines, writeRows } from '../lifecycle/rows/write-rows.ts';
import type { CommandIo } from './command-io.ts';
import { type RowsResult, sayRows } from './rows-text.ts';

export interface RowsImportOptions {
  file: string;
  format: string | undefined;
  /** A file, `-` for standard output. */
  out: string | undefined;
  task?: string | undefined;
  dataset?: string | undefined;
  /** `there` or `there=here`. */
  models?: readonly string[] | undefined;
  promptColumn?: string | undefined;
  unmasked?: boolean | undefined;
  json?: boolean | undefined;
}

/** The exit code: 0 when everything was taken over, 2 when something was left out. Rejects with Error when there are no rows. */
export async function rowsImportCommand(options: RowsImportOptions, io: CommandIo): Promise<0 | 2> {
  const { file, out, task = null, dataset = datasetOf(file), models, promptColumn } = options;
  const format = formatOf(options.format);
  if (out === undefined) throw new Error('Say where the rows go: --out rows.jsonl, or --out - for standard output.');
  if (out === '-' && options.json === true)
    throw new Error('Rows and their summary cannot both go to standard output: leave --json out, or name a file.');
  const named = models === undefined ? null : readModels(models);
  const { rows, left } = await importRows(file, { format, dataset, task, models: named, promptColumn });
  const { text, tally } = toLines(rows, options.unmasked !== true);
  const result: RowsResult = { task, file: out, ...tally, left: left.list(), unasked: {} };
  if (result.rows === 0) throw new Error(`There are no rows to write. ${sayRows(result).trimEnd()}`);
  if (out === '-') io.print(text);
  else writeRows(out, text);
  const summary =
    options.json === true ? `${JSON.stringify({ format, dataset, ...result }, null, 2)}\n` : sayRows(result);
  if (out === '-') io.warn(summary.trimEnd());
  else io.print(summary);
  return result.left.length > 0 ? 2 : 0;
}

function formatOf(named: string | undefined): Format {
  const found = FORMATS.find((format) => format === named);
  if (found !== undefined) return found;
  const problem = named === undefined ? 'Say what the file is' : `There is no format ${JSON.stringify(named)}`;
  throw new Error(`${problem}: --format ${FORMATS.join(', ')}.`);
}
