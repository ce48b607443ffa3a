// Tables with a line for each request and a column for each model: CSV, or lines of JSON. Beside the column of a model there may be others
// with its name and what they hold: `gpt-4|cost`, `gpt-4|response`.
//
// RouterBench is such a table (github.com/withmartian/routerbench, arXiv 2403.12031, looked up in November 2026): `sample_id`, `prompt`,
// `eval_name`, `<model>` from 0 to 1, `<model>|model_response`, `<model>|total_cost` in dollars; it is published as pickled data frames,
// which `to_csv` writes as CSV, lists of texts as Python writes them. So are the answers that RouteLLM evaluates with
// (github.com/lm-sys/RouteLLM, routellm/evals, looked up in November 2026): `prompt`, `<model>` True or False, `<model>_response`.
import type { JsonObject } from '../../../call/json.ts';
import type { LogRecord } from '../../audit/cutter.ts';
import { numberIn, textIn } from '../../audit/loose.ts';
import type { OutcomeLine } from '../outcome-line.ts';
import { Imported, type ImportOptions } from './imported.ts';
import { readTextList } from './text-list.ts';

export interface WideOptions extends ImportOptions {
  kind: 'wide' | 'routerbench' | 'routellm';
  /** The column with what was asked. */
  promptColumn: string;
}

const ENDINGS = {
  cost: ['|cost', '|total_cost', '|cost_usd'],
  response: ['|response', '|model_response', '_response'],
  input: ['|input_tokens'],
  output: ['|output_tokens'],
} as const;
const ANY_ENDING = Object.values(ENDINGS).flat();

/** Takes the records of a table one after the other. */
export class WideImport {
  readonly imported: Imported;
  private readonly options: WideOptions;
  private readonly known = new Set<string>();
  private isFirst = true;

  /** Throws Error when nobody says which columns are models. */
  constructor(options: WideOptions) {
    if (options.kind === 'wide' && options.models === null)
      throw new Error(
        'Say which columns are models: --models gpt-4,mixtral, or gpt-4=large under the name they have here.',
      );
    this.options = options;
    this.imported = new Imported(options);
  }

  /** Throws Error for a table without the column of prompts. */
  take({ line, value }: LogRecord): void {
    const { imported, options } = this;
    if (value === null) {
      imported.left.add(null, 'cannot be read');
      return;
    }
    if (this.isFirst) this.checkColumns(value);
    this.isFirst = false;
    const prompt = this.promptOf(value);
    if (prompt === null) {
      imported.left.add(null, `without a text in ${options.promptColumn}`);
      return;
    }
    const outcomes = new Map<string, OutcomeLine>();
    for (const model of this.modelsIn(value)) {
      this.known.add(model);
      const outcome = imported.takes(model) ? this.outcomeOf(value, model) : null;
      if (outcome !== null) outcomes.set(model, outcome);
    }
    const category = textIn(value, 'category', 'subject', 'eval_name');
    const { reference } = value;
    imported.add({
      id: textIn(value, 'id', 'sample_id', 'question_id') ?? `${options.dataset}:${line}`,
      prompt,
      ...(category === null ? {} : { category }),
      ...(reference === undefined || reference === '' ? {} : { reference }),
      outcomes,
    });
  }

  /** Throws Error for a model that was named and has no column. */
  end(): Imported {
    this.imported.check(this.known);
    return this.imported;
  }

  private checkColumns(record: JsonObject): void {
    const { promptColumn } = this.options;
    if (record[promptColumn] !== undefined) return;
    const columns = Object.keys(record);
    const told = columns.slice(0, 12).join(', ');
    const rest = columns.length > 12 ? ` and ${columns.length - 12} more` : '';
    throw new Error(
      `There is no column ${JSON.stringify(promptColumn)}; there are ${told}${rest}. Name it with --prompt-column.`,
    );
  }

  /** Several texts of a list are what was said one after the other, by whom is not kept. */
  private promptOf(record: JsonObject): string | null {
    const { kind, promptColumn } = this.options;
    const text = textIn(record, promptColumn);
    return text === null || kind !== 'routerbench' ? text : (readTextList(text)?.join('\n') ?? text);
  }

  private modelsIn(record: JsonObject): string[] {
    const { kind, models, promptColumn } = this.options;
    const columns = Object.keys(record).filter((name) => !ANY_ENDING.some((ending) => name.endsWith(ending)));
    if (kind !== 'routerbench')
      return columns.filter((name) => name !== promptColumn && (models?.has(name) === true || isValue(record[name])));
    return columns.filter((name) =>
      [...ENDINGS.cost, ...ENDINGS.response].some((ending) => `${name}${ending}` in record),
    );
  }

  private outcomeOf(record: JsonObject, model: string): OutcomeLine | null {
    const quality = qualityOf(record[model]);
    if (quality === null) {
      const isEmpty = [undefined, null, ''].includes(record[model] as null);
      this.imported.left.add(this.imported.nameOf(model), isEmpty ? 'no value' : 'its value is not from 0 to 1');
      return null;
    }
    const cell = (endings: readonly string[]): string[] => endings.map((ending) => `${model}${ending}`);
    const cost = numberIn(record, ...cell(ENDINGS.cost));
    const response = textIn(record, ...cell(ENDINGS.response));
    const input = numberIn(record, ...cell(ENDINGS.input));
    const output = numberIn(record, ...cell(ENDINGS.output));
    return {
      ...(Number.isInteger(quality) ? { correct: quality } : { score: quality }),
      ...(response === null ? {} : { response: this.responseOf(response) }),
      ...(isAmount(input) ? { input_tokens: input } : {}),
      ...(isAmount(output) ? { output_tokens: output } : {}),
      ...(isAmount(cost) ? { cost_usd: cost } : {}),
    };
  }

  private responseOf(text: string): string {
    return this.options.kind === 'routerbench' ? (readTextList(text)?.join('\n') ?? text) : text;
  }
}

function isAmount(value: number | null): value is number {
  return value !== null && value >= 0;
}

function isValue(value: unknown): boolean {
  return qualityOf(value) !== null;
}

/** Yes and no, or a number from 0 to 1; null for anything else. */
function qualityOf(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true' ? 1 : 0;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= 1 ? number : null;
}
