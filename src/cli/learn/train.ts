// `tierline train`: makes an artifact of rows, and says what it is worth on rows that it was not trained on.
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Table from 'cli-table3';
import type { Config } from '../../config/config.ts';
import { replaceFile } from '../../config/replace-file.ts';
import { type Artifact, artifactText } from '../../learn/artifact/artifact.ts';
import { type RowSet, readRows } from '../../learn/rows/read-rows.ts';
import type { Row } from '../../learn/rows/row.ts';
import { type Trained, type TrainOptions, train } from '../../learn/train/train.ts';
import type { CommandIo } from '../command-io.ts';
import { wrap } from '../profile/lines.ts';
import { findTokenPrices } from './token-prices.ts';
import { PROMISES, percentOf, signedPoints } from './words.ts';

/** Columns of a terminal that a line may take. */
const WIDTH = 110;

export interface TrainCommandOptions {
  data: readonly string[];
  models: readonly string[] | null;
  out: string;
  gate: boolean;
  reference: string | null;
  label: string;
  without: readonly string[];
  prices: string | null;
  seed: number;
  json: boolean;
  /** Null without a file. */
  config: Config | null;
  /** An encoder of the configuration, whose vectors are learned from as well; null: none. */
  encoder: string | null;
  maxUsd?: number | undefined;
  yes?: boolean | undefined;
}

/** Rejects with an Error whose message is for the user. */
export async function trainCommand(options: TrainCommandOptions, io: CommandIo): Promise<void> {
  const startedAt = performance.now();
  refusePlace(options.out);
  const { label, without } = options;
  const whole = readRows(options.data, { label, without });
  const models = options.models ?? modelsIn(whole.rows);
  refuseStrangers(models, options, whole.rows);
  const set = readRows(options.data, { label, without, models });
  const prices = findTokenPrices(models, {
    file: options.prices,
    data: options.data,
    config: options.config,
    atMs: Date.now(),
  });
  const embedded = await embed(set.rows, options, io);
  const progress = createStepProgress(io);
  const trained = train(set.rows, {
    models,
    reference: options.reference,
    isGated: options.gate,
    prices,
    snapshots: snapshotsOf(models, options.config),
    embedded,
    source: { digest: set.digest, label, without },
    seed: options.seed,
    made: new Date().toISOString(),
    onProgress: progress,
  });
  const text = artifactText(trained.artifact);
  write(options.out, text);
  const seconds = (performance.now() - startedAt) / 1000;
  const { folded, empty, leftOut, unlabelled } = set;
  const facts = { rows: set.rows.length, folded, empty, leftOut, unlabelled, bytes: Buffer.byteLength(text), seconds };
  const told = { ...trained, notes: [...notesOn(set, options), ...trained.notes] };
  io.print(options.json ? JSON.stringify(toJson(told, options.out, facts), null, 2) : toText(told, options.out, facts));
}

async function embed(
  rows: readonly Row[],
  { encoder, config, out, maxUsd, yes }: TrainCommandOptions,
  io: CommandIo,
): Promise<TrainOptions['embedded']> {
  if (encoder === null) return null;
  const { vectorsOf } = await import('./row-vectors.ts');
  const texts = rows.map(({ prompt }) => prompt);
  const options = { encoder: { written: encoder }, config, folder: dirname(out), maxUsd, yes };
  const { name, of } = await vectorsOf(rows, options, io);
  return { name, vectors: of(texts) };
}

interface Facts {
  rows: number;
  folded: number;
  empty: number;
  leftOut: number;
  unlabelled: number;
  bytes: number;
  seconds: number;
}

function notesOn({ unlabelled, leftOut }: RowSet, { label, without }: TrainCommandOptions): string[] {
  return [
    ...(unlabelled > 0
      ? [`${unlabelled} rows have an outcome without the label ${label}; \`correct\` or \`score\` counts there.`]
      : []),
    ...(without.length > 0 && leftOut === 0 ? [`No row is marked ${without.join(' or ')}: none was left out.`] : []),
  ];
}

function write(out: string, text: string): void {
  try {
    replaceFile(out, text);
  } catch (cause) {
    throw new Error(`The artifact cannot be written to ${out}: ${(cause as Error).message}.`, { cause });
  }
}

/** Before a minute of learning and not after it. */
function refusePlace(out: string): void {
  try {
    mkdirSync(dirname(out), { recursive: true });
    if (existsSync(out) && statSync(out).isDirectory()) throw new Error('it is a folder');
    accessSync(existsSync(out) ? out : dirname(out), constants.W_OK);
  } catch (cause) {
    throw new Error(`The artifact cannot be written to ${out}: ${(cause as Error).message}.`, { cause });
  }
}

/** Models that most rows know, in the order in which they are met. */
function modelsIn(rows: readonly Row[]): string[] {
  const counts = new Map<string, number>();
  for (const { outcomes } of rows) for (const model of outcomes.keys()) counts.set(model, (counts.get(model) ?? 0) + 1);
  const known = [...counts].filter(([, count]) => count >= rows.length / 2).map(([model]) => model);
  if (known.length > 12)
    throw new Error(
      `The rows have outcomes of ${known.length} models; say with --models which of them may be routed to.`,
    );
  return known;
}

function refuseStrangers(models: readonly string[], { reference }: TrainCommandOptions, rows: readonly Row[]): void {
  if (models.length < 2) throw new Error('A router needs two models at least; say --models a,b.');
  if (new Set(models).size < models.length) throw new Error(`--models names one twice: ${models.join(', ')}.`);
  const known = new Set(rows.flatMap(({ outcomes }) => [...outcomes.keys()]));
  const strangers = models.filter((model) => !known.has(model));
  if (strangers.length > 0)
    throw new Error(
      `No row has an outcome of ${strangers.join(', ')}. There are: ${[...known].slice(0, 20).join(', ')}.`,
    );
  if (reference !== null && !models.includes(reference))
    throw new Error(`--reference ${reference} is none of the models ${models.join(', ')}.`);
}

function snapshotsOf(models: readonly string[], config: Config | null): Record<string, string> {
  const found = models.flatMap((model): [string, string][] => {
    const upstream = config?.models.get(model)?.deployments[0]?.upstreamModel;
    return upstream === undefined ? [] : [[model, upstream]];
  });
  return Object.fromEntries(found);
}

const STEPS: Readonly<Record<string, string>> = {
  features: 'reading the requests',
  requests: 'learning from requests',
  answers: 'learning from answers',
  ladders: 'finding where to stand',
};

/** A line each time another tenth is reached, never one less than before; on a terminal it stays one line. */
function createStepProgress({ warn, isTTY }: CommandIo): (step: string, done: number) => void {
  let last = -1;
  return (step, done) => {
    const tenths = Math.floor(10 * done + 1e-9);
    if (tenths <= last) return;
    last = tenths;
    const line = `${String(tenths * 10).padStart(3)} %  ${tenths >= 10 ? 'done' : (STEPS[step] ?? step)}`;
    if (isTTY) process.stderr.write(`\r\u001b[K${line}${tenths >= 10 ? '\n' : ''}`);
    else warn(line);
  };
}

function toJson({ artifact, mixes, notes }: Trained, out: string, facts: Facts): object {
  const { estimator, reference, trainedOn, policy, prices } = artifact;
  return {
    artifact: out,
    ...facts,
    models: estimator.models,
    reference,
    prices,
    trainedOn,
    learners: mixes,
    gates: Object.fromEntries(estimator.models.map((model, at) => [model, estimator.judges[at] !== null])),
    points:
      policy === null
        ? null
        : Object.fromEntries(
            Object.entries(policy.points).map(([name, level]) => [
              name,
              level === null ? null : { level, ...policy.trials[level] },
            ]),
          ),
    notes,
  };
}

function toText(
  { artifact, mixes, notes }: Trained,
  out: string,
  { rows, folded, empty, leftOut, bytes, seconds }: Facts,
): string {
  const { estimator, reference } = artifact;
  const dropped = [
    folded > 0 ? `${folded} asked what another asks` : '',
    empty > 0 ? `${empty} had no outcome that counts` : '',
    leftOut > 0 ? `${leftOut} were left out` : '',
  ].filter((part) => part !== '');
  const names = (mix: object): string => Object.keys(mix).join(' + ');
  const judged = estimator.models.filter((_, at) => estimator.judges[at] !== null);
  const lines = [
    `${out}: ${(bytes / 1e6).toFixed(2)} MB, from ${rows} rows${dropped.length > 0 ? ` (${dropped.join(', ')})` : ''} in ${seconds.toFixed(1)} s.`,
    `Models, cheapest first: ${estimator.models.join(', ')}. Reference: ${reference}.`,
    `Order by ${names(mixes.order)}; chances by ${names(mixes.chance)}.${judged.length > 0 ? ` Looks at the answers of ${judged.join(', ')}.` : ''}`,
  ].flatMap((line) => wrap(line, WIDTH, 2));
  return [
    ...lines,
    ...placesText(artifact),
    ...notes.flatMap((note) => ['', ...wrap(note, WIDTH, 2)]),
    '',
    ...wrap(`Next: tierline evaluate --router ${out} --data <rows that it was not trained on>`, WIDTH, 2),
  ].join('\n');
}

/** Where it may stand, on rows that were rated and climbed by what was learned without them. */
function placesText({ policy, reference }: Artifact): string[] {
  if (policy === null) return [];
  const made = new Table({
    head: ['promised', 'points', 'at least', 'saved', 'calls', 'level'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [point, level] of Object.entries(policy.points) as [string, number | null][]) {
    const trial = level === null ? null : (policy.trials[level] ?? null);
    const name = PROMISES[point]?.name ?? point;
    if (trial === null) made.push([name, '0.0', '0.0', '0.0 %', '1.00', 'reference alone']);
    else
      made.push([
        name,
        signedPoints(trial.difference),
        signedPoints(trial.differenceLow),
        percentOf(1 - trial.cost / trial.referenceCost),
        trial.calls.toFixed(2),
        String(level),
      ]);
  }
  const verdict =
    policy.points.assured === null
      ? [`=> One model, no router: nothing cheaper than ${reference} can be vouched for on these rows.`]
      : [];
  const meanings = Object.values(PROMISES).map(({ name, meaning }) => `  ${name}: ${meaning}.`);
  return [
    '',
    ...wrap(`Each row by what was learned without it, against ${reference} for everything:`, WIDTH, 2),
    made.toString(),
    ...meanings.flatMap((meaning) => wrap(meaning, WIDTH, 4)),
    ...verdict.flatMap((sentence) => wrap(sentence, WIDTH, 3)),
  ];
}
