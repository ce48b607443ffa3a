// Points about the held-out set of a task: enough of it, fresh enough, and used.
import { quantile } from '../../stats/quantile.ts';
import type { Sample } from '../samples/sample.ts';
import { missing, ok, open, type Point } from './point.ts';
import { routesOf, type TaskFacts } from './task-facts.ts';

export function heldOutPoints(facts: TaskFacts): Point[] {
  return [sizePoint(facts), freshnessPoint(facts), evaluationPoint(facts)];
}

function sizePoint({ task, evidence: { heldOut }, minSamples }: TaskFacts): Point {
  const code = 'evaluation_set';
  const mend = `more lines in tierline/evaluation/${task.name}.jsonl`;
  if (heldOut.problem !== null) return missing(code, heldOut.problem, mend);
  if (heldOut.value === null) return missing(code, 'there are no samples', mend);
  const { samples, seen } = heldOut.value;
  if (samples.length < minSamples)
    return missing(code, `${samples.length} samples; it takes ${minSamples} (--min-samples)`, mend);
  if (seen.size === 0) return ok(code, `${samples.length} samples that nothing was chosen with`);
  const said = `${seen.size} of ${samples.length} samples were used to measure models and choose thresholds`;
  return samples.length - seen.size >= minSamples ? ok(code, said) : open(code, said, mend);
}

/** Samples older than a model may have been read by it; of a sample without a date, the file's counts. */
function freshnessPoint(facts: TaskFacts): Point {
  const { heldOut, heldOutAtMs, profile } = facts.evidence;
  const code = 'freshness';
  const own = new Set(routesOf(facts).flatMap(({ all }) => all.map(({ name }) => name)));
  const snapshots = (profile.value?.models ?? [])
    .filter(({ model }) => own.has(model))
    .flatMap((model) => model.snapshots);
  const dated = snapshots.flatMap((name) => dateIn(name) ?? []).toSorted((one, other) => other.atMs - one.atMs);
  const newest = dated[0];
  if (newest === undefined || heldOut.value === null || heldOutAtMs === null)
    return open(
      code,
      'whether the samples are younger than the models cannot be told: no snapshot names its date',
      null,
    );
  const atMs = middleOf(heldOut.value.samples, heldOutAtMs);
  const said = `half of the samples are from ${day(atMs)} or later, ${newest.name} is of ${day(newest.atMs)}`;
  return atMs >= newest.atMs ? ok(code, said) : open(code, said, 'samples of newer requests');
}

function middleOf(samples: readonly Sample[], fileAtMs: number): number {
  const times = samples.map(({ at }) => (at === null ? fileAtMs : Date.parse(at)));
  return quantile(
    times.toSorted((one, other) => one - other),
    0.5,
  ) as number;
}

/** The date in a snapshot's name: `claude-haiku-4-5-20251001`, `gpt-4o-2024-07-18`; null when there is none. */
export function dateIn(name: string): { name: string; atMs: number } | null {
  const [, year, month, dayOfMonth] = /(?:^|[^\d])(20\d\d)-?(0[1-9]|1[0-2])-?([0-2]\d|3[01])(?!\d)/.exec(name) ?? [];
  if (year === undefined) return null;
  const atMs = Date.parse(`${year}-${month}-${dayOfMonth}T00:00:00Z`);
  return Number.isNaN(atMs) ? null : { name, atMs };
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function evaluationPoint({ task, evidence: { evaluation }, nowMs, maxAgeMs }: TaskFacts): Point {
  const code = 'evaluation';
  const mend = `tierline evaluate ${task.name}`;
  if (evaluation.problem !== null) return missing(code, evaluation.problem, mend);
  const run = evaluation.value;
  if (run === null) return open(code, 'the configuration as it stands has not been evaluated', mend);
  const verdicts = [...run.verdicts.values()];
  const passed = verdicts.filter(({ pass }) => pass === true).length;
  const atMs = Date.parse(run.head.startedAt);
  const said = `${passed} of ${verdicts.length} held-out samples passed on ${day(atMs)} (${run.head.id})`;
  return nowMs - atMs > maxAgeMs ? open(code, `${said}, which is long ago`, mend) : ok(code, said);
}
