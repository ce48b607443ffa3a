// `tierline evaluate --router`: what an artifact is worth on rows that it was not trained on.
import { basename } from 'node:path';
import type { Config } from '../../config/config.ts';
import { readArtifact } from '../../learn/artifact/artifact.ts';
import { type Assessment, assess } from '../../learn/assess/assess.ts';
import { readRows } from '../../learn/rows/read-rows.ts';
import type { CommandIo } from '../command-io.ts';
import { assessmentText } from './assess-text.ts';
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
}

/** The same router by another label, or without rows that carry a mark. */
export interface Variant {
  label: string;
  without: readonly string[];
  assessment: Assessment;
}

export interface AssessedRouter {
  router: { file: string; id: string; made: string; reference: string; models: readonly string[]; trainedOn: object };
  data: { files: readonly string[]; rows: number; label: string; without: readonly string[]; isTrainingData: boolean };
  assessment: Assessment;
  variants: readonly Variant[];
}

/** Rejects with an Error whose message is for the user. */
export async function assessCommand(options: AssessCommandOptions, io: CommandIo): Promise<void> {
  const assessed = assessRouter(options);
  if (assessed.data.isTrainingData)
    io.warn('these are the rows that the router was trained on: on others it does worse');
  if (options.html !== null) {
    const { writeFileSync } = await import('node:fs');
    const { assessmentPage } = await import('./assess-page.ts');
    writeFileSync(options.html, assessmentPage(assessed));
    io.warn(`wrote ${options.html}`);
  }
  io.print(options.json ? JSON.stringify(assessed, null, 2) : assessmentText(assessed));
}

export function assessRouter({
  router,
  data,
  pair,
  label: asked,
  without,
  prices: file,
  config,
}: AssessCommandOptions): AssessedRouter {
  const { artifact, id } = open(router);
  const { models } = artifact.estimator;
  const label = asked ?? artifact.trainedOn.label;
  const prices = new Map([
    ...findTokenPrices(models, { file, data, config, atMs: Date.now() }),
    ...(file === null
      ? Object.entries(artifact.prices).flatMap(([model, price]) => (price === null ? [] : [[model, price] as const]))
      : []),
  ]);
  const chosen = pair ?? (models.length === 2 ? [otherOf(models, artifact.reference), artifact.reference] : null);
  const assessBy = (
    by: string,
    left: readonly string[],
  ): { assessment: Assessment; digest: string; marks: readonly string[]; labels: readonly string[] } => {
    const set = readRows(data, { label: by, models, without: left, isFolding: false });
    return {
      assessment: assess(artifact, set.rows, {
        pair: chosen === null ? null : { weak: chosen[0] as string, strong: chosen[1] as string },
        prices,
      }),
      digest: set.digest,
      marks: set.marks,
      labels: set.labels,
    };
  };
  const main = assessBy(label, without);
  const others: [string, readonly string[]][] = [
    ...main.labels.filter((one) => one !== label).map((one): [string, readonly string[]] => [one, without]),
    ...main.marks
      .filter((mark) => !without.includes(mark))
      .map((mark): [string, readonly string[]] => [label, [...without, mark]]),
  ];
  return {
    router: {
      file: basename(router),
      id,
      made: artifact.made,
      reference: artifact.reference,
      models,
      trainedOn: artifact.trainedOn,
    },
    data: {
      files: data.map((one) => basename(one)),
      rows: main.assessment.rows,
      label,
      without,
      isTrainingData: main.digest === artifact.trainedOn.digest,
    },
    assessment: main.assessment,
    variants: others.map(([by, left]) => ({ label: by, without: left, assessment: assessBy(by, left).assessment })),
  };
}

function open(file: string): ReturnType<typeof readArtifact> {
  try {
    return readArtifact(file);
  } catch (error) {
    throw new Error(`The artifact ${file} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}

function otherOf(models: readonly string[], reference: string): string {
  return models.find((model) => model !== reference) ?? reference;
}
