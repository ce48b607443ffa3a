// What an audit knows of a task: its requests, its volume, and what a profile of it is held against.
import type { ReferenceConfig } from '../gate/reference-config.ts';
import type { InputConfig, TaskConfig, ThresholdsConfig } from './config.ts';
import type { Report } from './names.ts';
import type { Path } from './problem.ts';
import type { FileTask } from './task-schema.ts';

/** Where the file says nothing: 19 of 20 answers pass without supervision, 17 of 20 with it. */
const DEFAULTS: ThresholdsConfig = { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 };

type FileThresholds = NonNullable<FileTask['profile']>;

/** Those of the file, what is left out filled in from `usual`. */
export function resolveThresholds(
  file: FileThresholds | undefined,
  { usual = DEFAULTS, path, report }: { usual?: ThresholdsConfig; path: Path; report: Report },
): ThresholdsConfig {
  const thresholds = {
    defaultFrom: file?.default_from ?? usual.defaultFrom,
    gatedFrom: file?.gated_from ?? usual.gatedFrom,
    confidence: file?.confidence ?? usual.confidence,
  };
  if (thresholds.gatedFrom > thresholds.defaultFrom) {
    const message = `gated_from is ${thresholds.gatedFrom} and default_from ${thresholds.defaultFrom}: a model would need gates where it needs none`;
    report({ path, at: 'value', message });
  }
  return thresholds;
}

type Audited = Pick<TaskConfig, 'input' | 'largestOutputTokens' | 'volume' | 'latencyBudgetMs' | 'reference'>;

export function resolveAudited(file: FileTask, path: Path, report: Report): Audited {
  const { input, output } = file;
  refuseReversed(input, [...path, 'input'], report);
  refuseReversed(output, [...path, 'output'], report);
  return {
    input: resolveInput(input),
    largestOutputTokens: output?.largest_tokens ?? null,
    volume: file.volume ?? null,
    latencyBudgetMs: file.latency_budget ?? null,
    reference: resolveReference(file.reference, [...path, 'reference'], report),
  };
}

function resolveInput(input: FileTask['input']): InputConfig {
  return {
    typicalTokens: input?.typical_tokens ?? null,
    largestTokens: input?.largest_tokens ?? null,
    languages: input?.languages ?? [],
    structure: input?.structure ?? [],
  };
}

function refuseReversed(
  sizes: { typical_tokens?: number | undefined; largest_tokens?: number | undefined } | undefined,
  path: Path,
  report: Report,
): void {
  const { typical_tokens: typical, largest_tokens: largest } = sizes ?? {};
  if (typical === undefined || largest === undefined || typical <= largest) return;
  report({
    path: [...path, 'largest_tokens'],
    at: 'value',
    message: `is ${largest}, less than what is typical (${typical})`,
  });
}

function resolveReference(file: FileTask['reference'], path: Path, report: Report): ReferenceConfig | null {
  if (file === undefined) return null;
  if (typeof file === 'string') return { compare: file, at: null, tolerance: 0, isFenced: false };
  const { compare, at = null, tolerance = 0, fenced } = file;
  if (tolerance > 0 && compare !== 'number')
    report({ path: [...path, 'tolerance'], at: 'key', message: '`tolerance` belongs to `compare: number`' });
  return { compare, at, tolerance, isFenced: fenced };
}
