// `tierline evaluate --router`: what an artifact is worth on rows that it was not trained on.
import { basename, dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { type Artifact, readArtifact } from '../../learn/artifact/artifact.ts';
import { type Assessment, assess } from '../../learn/assess/assess.ts';
import { sayWithoutLengths, type TokenPrices, withoutLengths } from '../../learn/estimator/cost.ts';
import { type RowSet, readRows } from '../../learn/rows/read-rows.ts';
import type { CommandIo } from '../command-io.ts';
import { assessmentText } from './assess-text.ts';
import { type AssessedRouter, sayVariant, type Variant } from './assessed-router.ts';
import type { TextVectors } from './row-vectors.ts';
import { findTokenPrices } from './token-prices.ts';

export interface AssessCommandOptions {
  router: string;
  data: readonly string[];
  pair: readonly [weak: string, strong: string] | null;
  /** Null: as the artifact was trained. */
  label: string | null;
  without: readonly string[];
  prices: string | null;
  json: boolean;
  html: string | null;
  config: Config | null;
  maxUsd?: number | undefined;
  yes?: boolean | undefined;
}

/** Rejects with an Error whose message is for the user. */
export async function assessCommand(options: AssessCommandOptions, io: CommandIo): Promise<void> {
  const assessed = assessRouter(options, await vectorsFor(options, io));
  for (const note of assessed.notes) io.warn(note);
  if (options.html !== null) {
    const [{ assessmentPage }, { replaceFile }] = await Promise.all([
      import('./page/assessment-page.ts'),
      import('../../config/replace-file.ts'),
    ]);
    try {
      replaceFile(options.html, assessmentPage(assessed));
    } catch (cause) {
      throw new Error(`The page cannot be written to ${options.html}: ${(cause as Error).message}.`, { cause });
    }
    io.warn(`page: ${options.html}`);
  }
  io.print(options.json ? JSON.stringify(assessed, null, 2) : assessmentText(assessed));
}

/** Of all requests that are rated, where the artifact wants any; null where it wants none. */
async function vectorsFor(
  { router, data, label, without, config, maxUsd, yes }: AssessCommandOptions,
  io: CommandIo,
): Promise<TextVectors['of'] | null> {
  const { estimator, trainedOn } = open(router).artifact;
  if (estimator.encoder === null) return null;
  const { vectorsOf } = await import('./row-vectors.ts');
  const by = { label: label ?? trainedOn.label, models: estimator.models, without, isFolding: false };
  const { rows } = readRows(data, by);
  const encoder = { known: estimator.encoder.name };
  return (await vectorsOf(rows, { encoder, config, folder: dirname(router), maxUsd, yes }, io)).of;
}

/** `embed`: vectors of requests, where the artifact wants any. Throws Error whose message is for the user. */
export function assessRouter(options: AssessCommandOptions, embed: TextVectors['of'] | null = null): AssessedRouter {
  const { router, data, without } = options;
  const { artifact, id } = open(router);
  const { reference, trainedOn, made } = artifact;
  const { models } = artifact.estimator;
  const label = options.label ?? trainedOn.label;
  const prices = pricesFor(artifact, options);
  const pair = pairFor(artifact, options.pair);
  const assessBy = (by: string, left: readonly string[]): { set: RowSet; assessment: Assessment } => {
    const set = readRows(data, { label: by, models, without: left, isFolding: false });
    const embedded = embed === null ? null : embed(set.rows.map(({ prompt }) => prompt));
    return { set, assessment: assess(artifact, set.rows, { pair, prices, embedded }) };
  };
  const { set, assessment } = assessBy(label, without);
  const isTrainingData = set.digest === trainedOn.digest;
  const notes = notesOn(artifact, { set, assessment, label, prices });
  if (without.length > 0 && set.leftOut === 0)
    notes.push(`No row is marked ${without.join(' or ')}: none was left out.`);
  if (isTrainingData) notes.unshift('These are the rows that the router was trained on: on others it does worse.');
  const variants: Variant[] = [];
  for (const other of othersOf(set, label, without)) {
    try {
      variants.push({ ...other, assessment: assessBy(other.label, other.without).assessment });
    } catch (error) {
      notes.push(`${sayVariant(other, label)}: ${(error as Error).message}`);
    }
  }
  return {
    router: { file: basename(router), id, made, reference, models, trainedOn },
    data: { files: data.map((one) => basename(one)), rows: assessment.rows, label, without, isTrainingData },
    assessment,
    variants,
    notes,
  };
}

/** By every other label that the rows have, and without the rows that carry a mark. */
function othersOf(
  { labels, marks }: RowSet,
  label: string,
  without: readonly string[],
): Pick<Variant, 'label' | 'without'>[] {
  return [
    ...labels.filter((one) => one !== label).map((one) => ({ label: one, without })),
    ...marks.filter((mark) => !without.includes(mark)).map((mark) => ({ label, without: [...without, mark] })),
  ];
}

/** The artifact's own count before those of a catalog; a file that the user names counts alone. */
function pricesFor(artifact: Artifact, { prices: file, data, config }: AssessCommandOptions): TokenPrices {
  const found = findTokenPrices(artifact.estimator.models, { file, data, config, atMs: Date.now() });
  if (file !== null) return found;
  const own = Object.entries(artifact.prices).flatMap(([model, price]) =>
    price === null ? [] : [[model, price] as const],
  );
  return new Map([...found, ...own]);
}

function pairFor(
  { reference, estimator: { models } }: Artifact,
  asked: AssessCommandOptions['pair'],
): { weak: string; strong: string } | null {
  if (asked !== null) {
    const [weak, strong] = asked;
    if (weak === strong) throw new Error(`--pair ${weak},${strong}: two different models are expected.`);
    const stranger = asked.find((model) => !models.includes(model));
    if (stranger !== undefined)
      throw new Error(`--pair: the artifact knows nothing of ${stranger}. It knows: ${models.join(', ')}.`);
    return { weak, strong };
  }
  const [other] = models.filter((model) => model !== reference);
  return models.length === 2 && other !== undefined ? { weak: other, strong: reference } : null;
}

/** Rows fewer than this leave every interval wide. */
const FEW = 100;

interface Noted {
  set: RowSet;
  assessment: Assessment;
  label: string;
  prices: TokenPrices;
}

function notesOn(artifact: Artifact, { set, assessment, label, prices }: Noted): string[] {
  const { models } = artifact.estimator;
  const { pair, policy, rows } = assessment;
  const notes: string[] = [];
  if (artifact.stale !== null) notes.push(`The artifact is marked as out of date: ${artifact.stale.reason}.`);
  if (set.unlabelled > 0)
    notes.push(
      `${set.unlabelled} of ${set.rows.length} rows have an outcome without the label ${label}; \`correct\` or \`score\` counts there.`,
    );
  const missing = assessment.models.filter((one) => one.rows === 0).map(({ model }) => model);
  if (missing.length > 0) notes.push(`No row has an outcome of ${missing.join(', ')}.`);
  const unpriced = assessment.models.filter((one) => one.rows > 0 && one.costUsd === null).map(({ model }) => model);
  if (unpriced.length > 0)
    notes.push(
      `What an answer of ${unpriced.join(', ')} costs is not known${unpriced.every((model) => prices.has(model)) ? ': the rows have no tokens' : '; say it with --prices'}. Nothing is said of spend.`,
    );
  const silent = withoutLengths(set.rows, models).filter((model) => prices.has(model));
  if (silent.length > 0) notes.push(sayWithoutLengths(silent));
  if (artifact.policy === null)
    notes.push('The artifact was trained without prices: it rates, and cannot choose by cost.');
  else if (policy === null && missing.length + unpriced.length === 0)
    notes.push(`No row has outcomes of all ${models.length} models: nothing is said of what the policy does.`);
  else if (policy !== null && policy.rows < rows)
    notes.push(`What the policy does is told on the ${policy.rows} of ${rows} rows that have outcomes of all models.`);
  if (policy !== null && policy.unknown > 0)
    notes.push(
      `${policy.unknown} of ${policy.rows} rows are unlike all that it was trained on: they have no forecast and count as sent to ${policy.reference}.`,
    );
  if (pair !== null && pair.quality.weak >= pair.quality.strong)
    notes.push(
      `${pair.weak} is no worse than ${pair.strong} on these rows: there is no gap to recover, and its figures mean nothing.`,
    );
  if (rows < FEW) notes.push(`These are ${rows} rows: the intervals are wide.`);
  return notes;
}

function open(file: string): ReturnType<typeof readArtifact> {
  try {
    return readArtifact(file);
  } catch (error) {
    throw new Error(`The artifact ${file} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}
