// What the calls of a log tell of each model on each task: how often its answers pass, how long they are and take, what judging them costs.
// Of the whole log at once, so that it does not matter in which order its rows come.
import type { AttemptRow, CallRow } from '../../call/row.ts';
import type { TrackRecord } from '../../call/track-record.ts';
import type { Prior } from '../../evidence/priors.ts';
import type { Gate } from '../../gate/gate.ts';
import { ascending, mean, quantile } from '../../stats/quantile.ts';

/** A pass rate, where it comes from, and how many verdicts it rests on. */
export interface Rate {
  name: string;
  share: number;
  judged: number;
}

export interface RowEvidence {
  /** How often gates let an answer through. */
  acceptOf: (task: string | null, model: string) => Rate | null;
  /** How often an answer is good: by the profile, whose samples may have references, else by the gates. */
  goodOf: (task: string | null, model: string) => Rate | null;
  /** How often an answer that its gates let through is good; null where nobody knows better than the gates. */
  precisionOf: (task: string | null, model: string) => Rate | null;
  outputTokensOf: (task: string | null, model: string) => number | null;
  /** A latency such as the model has on this task, the same for the same call; null when there is no record. */
  latencyOf: (task: string | null, model: string, id: string) => number | null;
  /** What judges of an answer cost: on this task, else as in the model's profile; null when none was asked. */
  judgeCostOf: (task: string | null, model: string) => number | null;
  /** What the planner is told. */
  recordOf: (task: string | null, model: string) => TrackRecord | null;
}

/** Fewer verdicts than these say little: what a profile says goes before. */
const LEAST_JUDGED = 20;
const LEAST_TIMED = 20;
/** The planner's history forgets older judgements. */
const MOST_JUDGED = 500;

/** What gates said of an answer of the log. `open`: nobody asked them all. */
export type Heard = 'passed' | 'failed' | 'open';

/** `gates`: those of the task now. Verdicts of gates that it no longer has are about something else. */
export function hear({ verdicts, stopped }: AttemptRow, gates: readonly Pick<Gate, 'name'>[]): Heard {
  if (verdicts === null || verdicts.length === 0 || stopped === 'late' || stopped === 'beaten') return 'open';
  const names = new Set(gates.map(({ name }) => name));
  if (!verdicts.every(({ gate }) => names.has(gate))) return 'open';
  if (verdicts.some(({ pass, isBroken }) => !pass && isBroken !== true)) return 'failed';
  if (verdicts.some(({ isBroken }) => isBroken === true)) return 'open';
  return verdicts.length >= gates.length ? 'passed' : 'open';
}

interface Seen {
  judged: number;
  passed: number;
  outputs: number[];
  /** Of the outputs, when all of them are there. */
  outputMean: number | null;
  latencies: number[];
}

export function createRowEvidence(
  rows: Iterable<CallRow>,
  { gatesOf, priors }: { gatesOf: (task: string | null) => readonly Gate[]; priors: readonly Prior[] },
): RowEvidence {
  const seen = new Map<string, Seen>();
  const judgeCosts = new Map<string, number[]>();
  const measured = new Map(priors.map((prior) => [keyOf(prior.task, prior.model), prior]));
  for (const row of rows) {
    for (const attempt of row.attempts) {
      observe(seen, row, { attempt, gates: gatesOf(row.task) });
      const cost = judgeCostIn(attempt);
      if (cost !== null) listIn(judgeCosts, row.task ?? '').push(cost);
    }
  }
  for (const own of seen.values()) {
    own.latencies.sort((one, other) => one - other);
    own.outputMean = mean(own.outputs);
  }
  const judgeMeans = new Map([...judgeCosts].map(([task, costs]) => [task, mean(ascending(costs))]));
  const find = (task: string | null, model: string) => ({
    own: seen.get(keyOf(task, model)) ?? null,
    prior: measured.get(keyOf(task, model)) ?? null,
  });
  const acceptOf: RowEvidence['acceptOf'] = (task, model) => {
    const { own, prior } = find(task, model);
    if (own !== null && own.judged >= LEAST_JUDGED)
      return { name: nameOf(task, model, 'gates'), share: own.passed / own.judged, judged: own.judged };
    if (prior === null || prior.passRate === null || prior.acceptRate === null) return null;
    return { name: nameOf(task, model, 'gates'), share: prior.acceptRate, judged: prior.passRate.trials };
  };
  const goodOf: RowEvidence['goodOf'] = (task, model) => {
    const { prior } = find(task, model);
    if (prior === null || prior.passRate === null) return acceptOf(task, model);
    return { name: nameOf(task, model, 'profile'), share: prior.passRate.share, judged: prior.passRate.trials };
  };
  const precisionOf: RowEvidence['precisionOf'] = (task, model) => {
    const { passRate = null, acceptRate = null } = find(task, model).prior ?? {};
    if (passRate === null || acceptRate === null || acceptRate === 0 || acceptRate === passRate.share) return null;
    const share = passRate.share / acceptRate;
    return { name: nameOf(task, model, 'gated profile'), share, judged: passRate.trials * acceptRate };
  };
  const outputTokensOf: RowEvidence['outputTokensOf'] = (task, model) => {
    const { own, prior } = find(task, model);
    return own?.outputMean ?? prior?.outputTokens ?? null;
  };
  return {
    acceptOf,
    goodOf,
    precisionOf,
    outputTokensOf,
    latencyOf: (task, model, id) => {
      const { own, prior } = find(task, model);
      if (own === null || own.latencies.length === 0) return prior?.latencyMs?.mean ?? null;
      return own.latencies[spread(`${id}\n${model}`) % own.latencies.length] ?? null;
    },
    judgeCostOf: (task, model) => judgeMeans.get(task ?? '') ?? find(task, model).prior?.judgingNanoUsd ?? null,
    recordOf: (task, model) => {
      const { own, prior } = find(task, model);
      if (own === null && prior === null) return null;
      const rate = acceptOf(task, model);
      const judged = Math.min(MOST_JUDGED, rate?.judged ?? 0);
      const isTimed = own !== null && own.latencies.length >= LEAST_TIMED;
      return {
        outputTokens: outputTokensOf(task, model),
        judged,
        passed: judged * (rate?.share ?? 0),
        followRate: null,
        p95LatencyMs: isTimed ? quantile(own.latencies, 0.95) : (prior?.latencyMs?.p95 ?? null),
      };
    },
  };
}

function nameOf(task: string | null, model: string, by: string): string {
  return `${model} on ${task ?? '-'} by ${by}`;
}

function keyOf(task: string | null, model: string): string {
  return JSON.stringify([task, model]);
}

function listIn(lists: Map<string, number[]>, key: string): number[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}

function observe(
  seen: Map<string, Seen>,
  row: CallRow,
  { attempt, gates }: { attempt: AttemptRow; gates: readonly Gate[] },
): void {
  const heard = gates.length === 0 || row.status === 'client_gone' ? 'open' : hear(attempt, gates);
  if (attempt.status !== 'ok' && heard === 'open') return;
  const key = keyOf(row.task, attempt.model);
  const found = seen.get(key) ?? { judged: 0, passed: 0, outputs: [], outputMean: null, latencies: [] };
  seen.set(key, found);
  if (heard !== 'open') found.judged++;
  if (heard === 'passed') found.passed++;
  if (attempt.status !== 'ok') return;
  found.latencies.push(attempt.latencyMs);
  if (attempt.usage !== null) found.outputs.push(attempt.usage.outputTokens);
}

/** What was paid for verdicts; null when nobody was. */
function judgeCostIn({ verdicts }: AttemptRow): number | null {
  const paid = (verdicts ?? []).flatMap(({ costNanoUsd }) =>
    costNanoUsd !== null && costNanoUsd > 0 ? costNanoUsd : [],
  );
  return paid.length === 0 ? null : paid.reduce((sum, cost) => sum + cost, 0);
}

/** A number below 2^32 out of a text, spread evenly: FNV-1a, with the mixing of MurmurHash3, since ids of a log differ little. */
export function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
