// What tests of rows share: a folder with a configuration, samples, and answers that were kept, as a profile leaves them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { toUsage } from '../../call/usage.ts';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import type { RunHead } from '../evaluate/run-file.ts';
import { answerKey, type KeptAnswer, type KeptLine } from '../profile/answer.ts';
import { type SampleLine, toSample } from '../samples/sample.ts';

export const LABEL = 'label: { accept: [{ one_of: [yes, no] }], route: small }';

const HEAD = `providers: { simulated: {} }
models:
  small: { use: simulated/sim-small, tier: small, price: { input: 1, output: 2 } }
  large: { use: simulated/sim-frontier, tier: frontier, price: { input: 10, output: 20 } }
  judge: { use: simulated/sim-mid, price: { input: 1, output: 1 } }
`;

export interface Kept {
  config: Config;
  folder: string;
  /** The folder's file as a path. */
  at: (name: string) => string;
}

/** `tasks`: lines of YAML; `files`: lines of files in the folder of artifacts. */
export function keep(t: TestContext, tasks: string, files: Readonly<Record<string, readonly object[]>> = {}): Kept {
  const root = mkdtempSync(join(tmpdir(), 'tierline-rows-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, 'tierline');
  const at = (name: string): string => join(folder, name);
  for (const [name, lines] of Object.entries(files)) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  const text = `${HEAD}tasks:\n${tasks.replaceAll(/^/gm, '  ')}\n`;
  writeFileSync(join(root, 'tierline.yaml'), text);
  return { config: parseConfig(text, { file: join(root, 'tierline.yaml'), env: {} }), folder, at };
}

const UPSTREAMS: Readonly<Record<string, string>> = { small: 'simulated/sim-small', large: 'simulated/sim-frontier' };

/** What `small` or `large` said; null: its provider refused the request. */
export function keptAnswer(
  line: SampleLine,
  model: 'small' | 'large',
  said: string | KeptAnswer['answer'],
  more: Partial<KeptAnswer> = {},
): KeptLine {
  const sample = toSample(line);
  const upstream = UPSTREAMS[model] as string;
  return {
    kind: 'answer',
    key: answerKey(sample, [upstream]),
    sample: sample.id,
    model,
    upstream,
    at: '2026-11-01T00:00:00.000Z',
    latencyMs: 10,
    answer: typeof said === 'string' ? { text: said, finish: { reason: 'stop', raw: 'stop' } } : said,
    error: said === null ? { code: 'upstream_rejected', httpStatus: 400, message: 'too long' } : null,
    usage: toUsage({ inputTokens: 100, outputTokens: 10 }),
    costNanoUsd: model === 'small' ? 120_000 : 1_200_000,
    costBasis: 'measured',
    responseModel: null,
    ...more,
  };
}

/** The head of an evaluation of the task `label`. */
export function runHead(id: string): RunHead {
  return {
    kind: 'run',
    version: 1,
    id,
    task: 'label',
    startedAt: '2026-11-02T00:00:00.000Z',
    config: { file: 'tierline.yaml', digest: 'c', route: 'small' },
    samples: { source: 'evaluation', count: 1, digest: 's' },
  };
}

/** The rows in a file, none without one. */
export function rowsIn(path: string): RowLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as RowLine);
}
