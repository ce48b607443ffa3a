// Which models a task's route tries for a typical call, and in which order. Rules, hedges and guards look at single requests
// and are left out; what is left out is said.
import type { ModelConfig, RouteConfig, TaskConfig } from '../../config/config.ts';
import type { Fraction } from '../../stats/fraction.ts';
import type { Rate } from './evidence.ts';

export interface Candidate {
  name: string;
  /** Position of its tier on the ladder; -1 for none. */
  rank: number;
  /** Nano-dollars; null when not known. */
  perCall: Fraction | null;
  passRate: Rate | null;
}

export interface TypicalRoute {
  /** In the order in which they are tried; only the first where nothing escalates. */
  models: string[];
  isCascade: boolean;
  /** Whether answers are held against the task's gates. */
  isGated: boolean;
  notes: string[];
}

export function typicalRoute(
  task: TaskConfig,
  models: ReadonlyMap<string, ModelConfig>,
  toCandidate: (name: string) => Candidate,
): TypicalRoute {
  const { route } = task;
  const own = [...new Set(route.targets.slice(0, route.ownCount).flatMap((target) => namesOf(target, models)))];
  const names = namesInOrder(route, own, toCandidate);
  const hasGates = task.accept.length > 0;
  const isCascade = route.isCascade && names.length > 1 && hasGates;
  const otherwise = route.otherwise ?? (task.consequence === 'irreversible' ? 'error' : 'answer');
  const notes: string[] = [];
  if (route.isCascade && !hasGates)
    notes.push('nothing checks its answers, so its cascade never goes on but for failures');
  if (route.predict !== null)
    notes.push(
      `an artifact predicts its route, so this is the bill of its static route (${names[0]}); \`tierline evaluate\` measures what it saves`,
    );
  if (task.rules.length > 0) notes.push('its rules are left out');
  if (isCascade && route.hedge !== null)
    notes.push('its hedge is left out: answers that it starts beside others cost more');
  if (isCascade && route.attemptTimeoutMs !== null)
    notes.push('answers that its attempt_timeout cuts off are left out: they cost twice');
  return {
    models: isCascade ? names : names.slice(0, 1),
    isCascade,
    isGated: hasGates && (isCascade || otherwise === 'error'),
    notes,
  };
}

/** Of a predicted route only where it goes without a forecast: what artifacts say hangs on single requests. */
function namesInOrder(route: RouteConfig, own: string[], toCandidate: (name: string) => Candidate): string[] {
  if (route.predict !== null) return route.predict.static === null ? own : [route.predict.static];
  return route.mode === null ? own : sortByMode(own.map(toCandidate), route.mode);
}

function namesOf({ kind, name }: RouteConfig['targets'][number], models: ReadonlyMap<string, ModelConfig>): string[] {
  return kind === 'model'
    ? [name]
    : [...models.values()].filter(({ tier }) => tier === name).map((model) => model.name);
}

/** As the planner sorts, with the lower ends of measured pass rates: good enough and cheap first, else trusted first. */
function sortByMode(candidates: readonly Candidate[], mode: NonNullable<RouteConfig['mode']>): string[] {
  const trust = (one: Candidate, other: Candidate): number => other.rank - one.rank;
  const low = ({ passRate }: Candidate): number => passRate?.interval?.low.toNumber() ?? -1;
  const sorted =
    mode.best === 'quality'
      ? candidates.toSorted((one, other) => low(other) - low(one) || trust(one, other))
      : [
          ...candidates.filter((one) => low(one) >= mode.quality).toSorted(byCost),
          ...candidates.filter((one) => low(one) < mode.quality).toSorted(trust),
        ];
  return sorted.map(({ name }) => name);
}

function byCost({ perCall: one }: Candidate, { perCall: other }: Candidate): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return one.compare(other);
}
