// `tierline rows`: what is known of models' answers, as the rows that a router is trained on; tells what has become of every answer.
import type { Config } from '../config/config.ts';
import { openUnrecorded } from '../instance.ts';
import { artifactsFolder, placesOf } from '../lifecycle/places.ts';
import { gatherRows, type TaskRows } from '../lifecycle/rows/gather-rows.ts';
import type { RowSource } from '../lifecycle/rows/sample-row.ts';
import { toLines, writeRows } from '../lifecycle/rows/write-rows.ts';
import type { CommandIo } from './command-io.ts';
import { type RowsResult, sayRows } from './rows-text.ts';

export interface RowsOptions {
  config: Config;
  tasks: readonly string[];
  models: readonly string[] | null;
  sources: readonly RowSource[];
  /** One file for all tasks, `-` for standard output; a file for each task when left out. */
  out?: string | undefined;
  folder?: string | undefined;
  unmasked?: boolean | undefined;
  /** Weak signals count as feedback. */
  weak?: boolean | undefined;
  json?: boolean | undefined;
}

const STDOUT = '-';

/** The exit code: 0 when every kept answer is in a row, 2 when something was left out. Rejects with Error when there are no rows at all. */
export async function rowsCommand(options: RowsOptions, io: CommandIo): Promise<0 | 2> {
  const { config, tasks, models, sources, out, folder = artifactsFolder(config) } = options;
  if (out === STDOUT && options.json === true)
    throw new Error('Rows and their summary cannot both go to standard output: leave --json out, or name a file.');
  const isWeakTaken = options.weak === true;
  if (isWeakTaken && !sources.includes('feedback'))
    throw new Error('--weak takes weak signals as feedback: name feedback under --from as well.');
  const instance = await openUnrecorded(config);
  let gathered: TaskRows[];
  try {
    const { engine } = instance;
    const { config: opened } = instance;
    gathered = await gatherRows({ config: opened, engine, tasks, models, sources, folder, isWeakTaken });
  } finally {
    await instance.close();
  }
  const isMasked = options.unmasked !== true;
  const written = gathered.map(({ task, rows, left, unasked }) => {
    const { text, tally } = toLines(rows.values(), isMasked);
    const file = out ?? placesOf(folder, task).rows;
    return { text, result: { task, file, ...tally, left, unasked: Object.fromEntries(unasked) } };
  });
  const results: RowsResult[] = written.map(({ result }) => result);
  if (results.every(({ rows }) => rows === 0))
    throw new Error(`There are no rows to write. ${results.map(sayRows).join('').trimEnd()}`);
  write(written, out, io);
  const said = results.map(sayRows).join('');
  if (out === STDOUT) io.warn(said.trimEnd());
  else io.print(options.json === true ? `${JSON.stringify({ tasks: results }, null, 2)}\n` : said);
  return results.some(({ left }) => left.length > 0) ? 2 : 0;
}

function write(written: readonly { text: string; result: RowsResult }[], out: string | undefined, io: CommandIo): void {
  const whole = written.map(({ text }) => text).join('');
  if (out === STDOUT) io.print(whole);
  else if (out !== undefined) writeRows(out, whole);
  else for (const { text, result } of written) if (result.rows > 0) writeRows(result.file, text);
}
