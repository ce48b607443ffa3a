// `tierline train`: makes an artifact of rows, and says what it is worth on rows that it was not trained on.

import type { Config } from '../../config/config.ts';
import { saveArtifact } from '../../learn/artifact/artifact.ts';
import { readRows } from '../../learn/rows/read-rows.ts';
import type { Row } from '../../learn/rows/row.ts';
import { type Trained, train } from '../../learn/train/train.ts';
import type { CommandIo } from '../command-io.ts';
import { findTokenPrices } from './token-prices.ts';

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
}

/** Rejects with an Error whose message is for the user. */
export async function trainCommand(options: TrainCommandOptions, io: CommandIo): Promise<void> {
  const startedAt = performance.now();
  const set = readRows(options.data, { label: options.label, models: options.models, without: options.without });
  const models = options.models ?? modelsIn(set.rows);
  refuseStrangers(models, options, set.rows);
  const progress = createStepProgress(io);
  const trained = train(set.rows, {
    models,
    reference: options.reference,
    isGated: options.gate,
    prices: findTokenPrices(models, {
      file: options.prices,
      data: options.data,
      config: options.config,
      atMs: Date.now(),
    }),
    snapshots: snapshotsOf(models, options.config),
    embedded: null,
    source: { digest: set.digest, label: options.label, without: options.without },
    seed: options.seed,
    made: new Date().toISOString(),
    onProgress: progress,
  });
  const bytes = saveArtifact(options.out, trained.artifact);
  const seconds = (performance.now() - startedAt) / 1000;
  const facts = { rows: set.rows.length, folded: set.folded, empty: set.empty, leftOut: set.leftOut, bytes, seconds };
  io.print(
    options.json ? JSON.stringify(toJson(trained, options.out, facts), null, 2) : toText(trained, options.out, facts),
  );
}

interface Facts {
  rows: number;
  folded: number;
  empty: number;
  leftOut: number;
  bytes: number;
  seconds: number;
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

/** A line each time another step or another tenth is reached; on a terminal it stays one line. */
function createStepProgress({ warn, isTTY }: CommandIo): (step: string, done: number) => void {
  let last = '';
  return (step, done) => {
    const line = `${String(Math.floor(10 * done) * 10).padStart(3)} %  ${STEPS[step] ?? step}`;
    if (line === last) return;
    last = line;
    if (isTTY) process.stderr.write(`\r\u001b[K${line}${done >= 1 ? '\n' : ''}`);
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

const PROMISES: Readonly<Record<string, string>> = {
  assured: 'at most 0.5 points worse, assured',
  equal: 'no worse, as far as can be seen',
  half: '0.5 points worse, likewise',
  most: '95 % of what it has over the cheapest',
};

function toText(
  { artifact, mixes, notes }: Trained,
  out: string,
  { rows, folded, empty, leftOut, bytes, seconds }: Facts,
): string {
  const { estimator, reference, policy, trainedOn } = artifact;
  const dropped = [
    folded > 0 ? `${folded} asked what another asks` : '',
    empty > 0 ? `${empty} had no outcome that counts` : '',
    leftOut > 0 ? `${leftOut} were left out` : '',
  ].filter((part) => part !== '');
  const names = (mix: object): string => Object.keys(mix).join(' + ');
  const lines = [
    `${out}: ${(bytes / 1e6).toFixed(2)} MB, from ${rows} rows${dropped.length > 0 ? ` (${dropped.join(', ')})` : ''} in ${seconds.toFixed(1)} s.`,
    `Models, cheapest first: ${estimator.models.join(', ')}. Reference: ${reference}.`,
    `Order by ${names(mixes.order)}; chances by ${names(mixes.chance)}.`,
  ];
  if (policy !== null) {
    lines.push(
      '',
      `On ${trainedOn.rows} rows, each by what was learned without it, against ${reference} for everything:`,
    );
    for (const [name, level] of Object.entries(policy.points)) {
      const trial = level === null ? null : policy.trials[level as number];
      const figures =
        trial == null
          ? `${reference} alone keeps it`
          : `${points(trial.difference)} points (at least ${points(trial.differenceLow)}), ${percent(1 - trial.cost / trial.referenceCost)} saved, ${trial.calls.toFixed(2)} calls`;
      lines.push(`  ${(PROMISES[name] ?? name).padEnd(38)} ${figures}`);
    }
  }
  for (const note of notes) lines.push('', note);
  lines.push('', `Next: tierline evaluate --router ${out} --data <rows that it was not trained on>`);
  return lines.join('\n');
}

function points(share: number): string {
  return `${share >= 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
