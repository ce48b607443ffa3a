// The list before a launch: every task and the configuration as a whole, point by point. Whoever calls it has read the evidence.
import type { Config, TaskConfig } from '../../config/config.ts';
import type { Policy } from '../../policy/policy.ts';
import type { PlanState } from '../../policy/state.ts';
import { isForEmbeddings } from '../check/embeddings.ts';
import { findAll } from '../check/find-all.ts';
import type { Finding } from '../check/finding.ts';
import { type Evidence, readEvidence } from './evidence.ts';
import { filePoints } from './file-points.ts';
import { heldOutPoints } from './held-out-points.ts';
import { measuredPoints } from './measured-points.ts';
import { missing, ok, open, type Point, type PointGroup, type Readiness, toReadiness } from './point.ts';
import { routePoints } from './route-points.ts';
import { saidPoints } from './said-points.ts';
import type { TaskFacts } from './task-facts.ts';
import { alertsPoint, canaryPoint } from './watch-points.ts';

export interface ReadyOptions {
  config: Config;
  policy: Policy;
  /** The time, and what is known of earlier calls. */
  state: PlanState;
  /** Of the configuration's file; null when there is none. */
  text: string | null;
  /** Where samples, profiles and evaluations are. */
  folder: string;
  maxAgeMs: number;
  minSamples: number;
  isStrict: boolean;
}

export function checkReadiness(options: ReadyOptions): Readiness {
  const { config, policy, state, text, isStrict } = options;
  const findings = findAll(config, policy, state);
  const tasks = [...config.tasks.values()];
  const groups = tasks.map((task): PointGroup => {
    const own = findings.filter(({ at }) => belongsTo(at, task));
    return { task: task.name, points: [...taskPoints(task, options), ...toPoints(own)] };
  });
  const rest = findings.filter(({ at }) => !tasks.some((task) => belongsTo(at, task)));
  const none = tasks.length === 0 ? [missing('tasks', 'no task is configured', 'tasks')] : [];
  const whole = [...none, ...filePoints(config, text), alertsPoint(config), ...toPoints(rest)];
  return toReadiness([...groups, { task: null, points: whole }], isStrict);
}

function taskPoints(task: TaskConfig, options: ReadyOptions): Point[] {
  const { config, policy, state, folder, maxAgeMs, minSamples } = options;
  const policyTask = policy.tasksByName.get(task.name);
  if (policyTask === undefined) return [];
  const isTalk = !isForEmbeddings(task, config, policy);
  const evidence: Evidence = readEvidence(config, task, folder);
  const facts: TaskFacts = { config, task, policy, policyTask, evidence, nowMs: state.nowMs, maxAgeMs, minSamples };
  if (!isTalk)
    return [ok('kind', 'it asks for embeddings: there are no answers to check or measure'), ...routePoints(facts)];
  return [
    ...saidPoints(facts),
    ...measuredPoints(facts),
    ...routePoints(facts),
    ...heldOutPoints(facts),
    canaryPoint(facts),
  ];
}

function belongsTo(at: string, { name }: TaskConfig): boolean {
  const key = `tasks.${name}`;
  return at === key || at.startsWith(`${key}.`);
}

/** Told by points of their own. */
const OWN_POINTS = new Set(['no_gate', 'no_price']);

/** What `tierline check` finds beside them. Notes are no points. */
function toPoints(findings: readonly Finding[]): Point[] {
  return findings
    .filter(({ level, code }) => level !== 'note' && !OWN_POINTS.has(code))
    .map(({ level, code, at, say }) => (level === 'error' ? missing(code, say, at) : open(code, say, at)));
}
