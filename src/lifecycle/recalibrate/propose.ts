// From what the ledger tells of a task to what its configuration should say: segments first, then thresholds by those that are left, then what
// the first model's answers come to under these. Pure; it changes no file and asks nobody.
import type { AttemptRow, CallRow } from '../../call/row.ts';
import type { RouteConfig, TaskConfig } from '../../config/config.ts';
import type { Gate } from '../../gate/gate.ts';
import type { PolicyRoute } from '../../policy/policy.ts';
import { hear } from '../simulate/row-evidence.ts';
import { rowUnder, type ScoreBound, scoreBounds, verdictOf } from '../simulate/score-bounds.ts';
import type { TaskEvidence } from './gather.ts';
import { findIdle } from './idle.ts';
import { labelsOf } from './labels.ts';
import { type Length, refitLengths } from './lengths.ts';
import { refitPassRate } from './pass-rate.ts';
import type { PredictorAdvice } from './predictors.ts';
import type { Change, Refit, RuleRoute, TaskRecalibration } from './recalibration.ts';
import { refitSegments, type SegmentFinding, type SegmentsRefit } from './segments.ts';
import { refitThresholds, type ScoredAnswer, type ThresholdDial, type ThresholdsRefit } from './thresholds.ts';
import { type Decay, weightAt } from './weights.ts';

export interface Proposing {
  task: TaskConfig;
  /** Routes of the task as they are compiled, with their places; its own is the one at `tasks.<task>.route`. */
  routes: readonly { at: string; route: PolicyRoute }[];
  gates: readonly Pick<Gate, 'name'>[];
  /** Names of the configured models. */
  models: ReadonlySet<string>;
  predictors: PredictorAdvice[];
  decay: Decay;
  /** What answers of a segment may be worse by, 0 to 1. */
  maxLoss: number;
  /** What accepted answers have to be right in, 0 to 1; null: from which on a model may be the task's default. */
  target: number | null;
}

/** The same evidence gives the same proposal. */
export function propose(evidence: TaskEvidence, proposing: Proposing): TaskRecalibration {
  const { task, routes, predictors, maxLoss } = proposing;
  const first = firstOf(ownRoute(task.name, routes));
  const segments = refitSegments(evidence.canaries, { maxLoss });
  const rules = rulesIn(segments, proposing);
  const staying = withoutMoved(evidence, rules);
  const thresholds = thresholdsFor(staying, proposing);
  const bounds = scoreBounds(task.accept).map((bound, at) => ({ ...bound, min: takenOf(thresholds, at) ?? bound.min }));
  const refits = [...lengthsFor(staying, first, proposing), ...passRateFor(staying, first, { bounds, proposing })];
  const { canaries, opinions, ungraded, triedBy } = evidence;
  const references = new Set(canaries.map(({ reference }) => reference));
  return {
    task: task.name,
    first,
    seen: {
      calls: evidence.rows.length,
      canaries: canaries.length,
      ungraded,
      feedback: opinions.filter(({ isWeak }) => !isWeak).length,
      weak: opinions.filter(({ isWeak }) => isWeak).length,
    },
    refits,
    thresholds,
    segments,
    predictors,
    idle: findIdle({ task, routes, calls: evidence.rows.length, triedBy, references }),
    changes: [...numbersIn(refits), ...thresholdsIn(thresholds), ...rules],
  };
}

function ownRoute(task: string, routes: Proposing['routes']): PolicyRoute | undefined {
  return routes.find(({ at }) => at === `tasks.${task}.route`)?.route;
}

function firstOf(route: PolicyRoute | undefined): string | null {
  return route === undefined || route.mode !== null || route.predict !== null ? null : (route.models[0] ?? null);
}

/** The attempt that gave the call its answer. */
function answeringIn({ attempts, model, status }: CallRow): AttemptRow | null {
  if (status !== 'ok') return null;
  return attempts.findLast((attempt) => attempt.model === model && attempt.status === 'ok') ?? null;
}

/** Where the first model is another for every request, of whichever it was. */
function lengthsFor({ rows }: TaskEvidence, first: string | null, { task, decay }: Proposing): Refit[] {
  const lengths = rows.flatMap((row): Length[] => {
    const usage = answeringIn(row)?.usage ?? null;
    const isFirst = row.model === (first ?? row.planned[0]);
    return usage === null || !isFirst || row.dialect === 'openai-embeddings'
      ? []
      : [{ value: usage.outputTokens, weight: weightAt(row.atMs, decay) }];
  });
  const { name, typicalOutputTokens: typical, largestOutputTokens: largest } = task;
  return inOrder(refitLengths(lengths, { task: name, typical, largest }));
}

/** What is typical is never said to be more than what is largest. */
function inOrder([typical, largest]: readonly Refit[]): Refit[] {
  if (typical === undefined || largest === undefined) return [];
  const valueOf = ({ verdict, value, inForce }: Refit): number | null => (verdict === 'change' ? value : inForce);
  const [usual, most] = [valueOf(typical), valueOf(largest)];
  if (usual === null || most === null || usual <= most) return [typical, largest];
  if (largest.verdict === 'change') return [typical, { ...largest, value: usual }];
  return [
    { ...typical, verdict: 'few', say: `it is more than \`largest_tokens\`, of which is known: ${largest.say}` },
    largest,
  ];
}

/** The first attempt on the first model, as gates with these bounds see it. */
function passRateFor(
  { rows, canaries, opinions }: TaskEvidence,
  first: string | null,
  { bounds, proposing }: { bounds: readonly ScoreBound[]; proposing: Proposing },
): Refit[] {
  if (first === null) return [];
  const { task, gates, decay } = proposing;
  const own = rows.filter(({ planned }) => planned[0] === first).map((row) => rowUnder(row, bounds));
  const judged = own.flatMap((row) => {
    const attempt = row.attempts.findLast(({ model }) => model === first);
    const heard = attempt === undefined || row.status === 'client_gone' ? 'open' : hear(attempt, gates);
    return heard === 'open' ? [] : [{ passed: heard === 'passed', weight: weightAt(row.atMs, decay) }];
  });
  const isGated = own.some(({ attempts }) =>
    attempts.some(({ model, verdicts }) => model === first && verdicts !== null),
  );
  const accepted = own.filter((row) => row.model === first && isAccepted(answeringIn(row)));
  const { labels } = labelsOf(accepted, { canaries, opinions, decay });
  return [refitPassRate({ task: task.name, verdicts: isGated ? judged : null, labels, inForce: task.typicalPassRate })];
}

function isAccepted(attempt: AttemptRow | null): boolean {
  return attempt !== null && (attempt.verdicts ?? []).every(({ pass }) => pass);
}

function thresholdsFor(
  { rows, canaries, opinions }: TaskEvidence,
  { task, gates, decay, target }: Proposing,
): ThresholdsRefit {
  const bounds = scoreBounds(task.accept);
  const dials = bounds.map(
    ({ gate, index, min }): ThresholdDial => ({
      path: ['tasks', task.name, 'accept', index, gate, 'min'],
      name: `${gate}.min`,
      inForce: min,
    }),
  );
  const scored = new Map<string, (number | null)[]>();
  const accepted = rows.filter((row) => {
    const attempt = answeringIn(rowUnder(row, bounds));
    if (attempt === null || hear(attempt, gates) !== 'passed') return false;
    scored.set(
      row.id,
      bounds.map((bound) => verdictOf(attempt.verdicts ?? [], bound)?.score ?? null),
    );
    return true;
  });
  const { labels } = labelsOf(accepted, { canaries, opinions, decay });
  const answers = labels.map(
    ({ id, weight, right }): ScoredAnswer => ({ id, weight, right, scores: scored.get(id) ?? [] }),
  );
  const { defaultFrom, confidence } = task.thresholds;
  return refitThresholds(answers, dials, { quality: target ?? defaultFrom, confidence });
}

/** What is left to the route when these rules are in force; which rows are of a language nobody knows. */
function withoutMoved(evidence: TaskEvidence, rules: readonly Change[]): TaskEvidence {
  const moved = new Set(rules.flatMap((rule) => (rule.kind === 'rule' ? [`${rule.when.by}:${rule.when.name}`] : [])));
  return {
    ...evidence,
    rows: evidence.rows.filter(({ tenant }) => !moved.has(`tenant:${tenant}`)),
    canaries: evidence.canaries.filter(({ segments }) => !segments.some((segment) => moved.has(segment))),
  };
}

function takenOf({ verdict, dials }: ThresholdsRefit, at: number): number | null {
  return verdict === 'change' ? (dials[at]?.chosen ?? null) : null;
}

function numbersIn(refits: readonly Refit[]): Change[] {
  return refits.flatMap(({ verdict, value, path, unit }): Change[] =>
    verdict === 'change' && value !== null ? [{ kind: 'number', path, value, unit }] : [],
  );
}

function thresholdsIn(thresholds: ThresholdsRefit): Change[] {
  return thresholds.dials.flatMap(({ path, inForce }, at): Change[] => {
    const value = takenOf(thresholds, at);
    return value === null || value === inForce ? [] : [{ kind: 'number', path, value, unit: 'share' }];
  });
}

function rulesIn({ findings }: SegmentsRefit, proposing: Proposing): Change[] {
  return findings.flatMap((finding): Change[] => {
    const route = finding.verdict === 'rule' ? betterFor(finding, proposing) : null;
    return route === null ? [] : [{ kind: 'rule', task: proposing.task.name, when: finding.condition, route }];
  });
}

/** The reference that was seen to be better; where it is not configured any more, the last model of a cascade. Null where there is neither. */
function betterFor(
  { reference }: SegmentFinding,
  { task: { name, route }, models, routes }: Proposing,
): RuleRoute | null {
  const own = ownRoute(name, routes);
  const last = own?.isCascade === true ? (own.models[own.ownCount - 1] ?? null) : null;
  const model = models.has(reference) ? reference : last;
  return model === null ? null : { model, fallback: fallbacksOf(route).filter((name) => name !== model) };
}

function fallbacksOf({ targets, ownCount }: RouteConfig): string[] {
  return targets.slice(ownCount).map(({ name }) => name);
}
