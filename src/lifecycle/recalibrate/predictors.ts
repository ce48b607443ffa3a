// What a predicted route needs to stay true: rows that are newer than its artifact, and the commands that train it anew. Nothing is trained here.
import { readArtifact } from '../../learn/artifact/artifact.ts';
import type { GradedCanary, Opinion } from './gather.ts';

/** What is known of an artifact; null for one that cannot be read. */
export interface ArtifactFacts {
  /** ISO 8601. */
  made: string;
  rows: number;
  label: string;
  without: readonly string[];
  seed: number;
  models: readonly string[];
  reference: string;
  encoder: string | null;
  isGated: boolean;
  /** Why it should not be relied on any more. */
  stale: string | null;
}

export interface PredictorAdvice {
  /** Where the route stands: `tasks.triage.route`. */
  at: string;
  file: string;
  made: string | null;
  trainedRows: number | null;
  stale: string | null;
  /** What has come in since it was made, of what rows can be made. */
  since: { canaries: number; feedback: number };
  /** What trains it anew, in order. */
  commands: string[];
}

export interface AdvisedRoute {
  task: string;
  at: string;
  /** As it is written in a command. */
  file: string;
  /** Where rows go, likewise. */
  rows: string;
}

/** `facts`: null for an artifact that cannot be read, which is then trained as `train` does by itself. */
export function adviseOn(
  { task, at, file, rows }: AdvisedRoute,
  facts: ArtifactFacts | null,
  { canaries, opinions }: { canaries: readonly Pick<GradedCanary, 'atMs'>[]; opinions: readonly Opinion[] },
): PredictorAdvice {
  const madeMs = facts === null ? Number.NEGATIVE_INFINITY : Date.parse(facts.made);
  const since = {
    canaries: canaries.filter(({ atMs }) => atMs > madeMs).length,
    feedback: opinions.filter(({ atMs, score, isWeak }) => atMs > madeMs && score !== null && !isWeak).length,
  };
  const sources = ['profile', ...(canaries.length > 0 ? ['canary'] : []), ...(opinions.length > 0 ? ['feedback'] : [])];
  const out = quoted(rows);
  return {
    at,
    file,
    made: facts?.made ?? null,
    trainedRows: facts?.rows ?? null,
    stale: facts?.stale ?? null,
    since,
    commands: [
      `tierline rows ${task} --from ${sources.join(',')} --out ${out}`,
      ['tierline train', `--data ${out}`, ...(facts === null ? [] : optionsOf(facts)), `--out ${quoted(file)}`].join(
        ' ',
      ),
    ],
  };
}

/** What is not as `tierline train` takes it by itself. */
function optionsOf({ models, reference, isGated, label, without, encoder, seed }: ArtifactFacts): string[] {
  return [
    `--models ${models.join(',')}`,
    `--reference ${reference}`,
    ...(isGated ? ['--gate'] : []),
    ...(label === 'correct' ? [] : [`--label ${quoted(label)}`]),
    ...without.map((mark) => `--without ${quoted(mark)}`),
    ...(encoder === null ? [] : [`--encoder ${quoted(encoder)}`]),
    ...(seed === 1 ? [] : [`--seed ${seed}`]),
  ];
}

function quoted(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** `encoders`: those of the configuration, which an artifact knows by other names. Null for a file that is no artifact. */
export function factsOfArtifact(file: string, encoders: readonly string[]): ArtifactFacts | null {
  try {
    const { made, trainedOn, estimator, reference, stale } = readArtifact(file).artifact;
    const { rows, label, without, seed } = trainedOn;
    return {
      made,
      rows,
      label,
      without,
      seed,
      models: estimator.models,
      reference,
      encoder:
        estimator.encoder === null ? null : encoders.length === 1 ? (encoders[0] ?? null) : estimator.encoder.name,
      isGated: estimator.judges.some((judge) => judge !== null),
      stale: stale?.reason ?? null,
    };
  } catch {
    return null;
  }
}
