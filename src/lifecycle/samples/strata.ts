// Sorts calls into strata: those of about one length, one language and one kind of request. What a draw must not leave out is named here.
import { ascending, quantile } from '../../stats/quantile.ts';
import { createLikeness } from './likeness.ts';
import { digestOf } from './sample.ts';
import type { TrafficCall } from './traffic.ts';

/** What a sample is chosen for, as it stands in its `tags`. */
export interface Stratum {
  /** Quarter of the calls by length, `q1` the shortest. */
  length: string;
  /** ISO 639-1; `unknown` when the text does not tell. */
  language: string;
  /** Six digits of a hash: calls with nearly the same instructions and the same schema and tools share it. */
  cluster: string;
}

export interface SortedCall {
  call: TrafficCall;
  stratum: Stratum;
  /** Calls that ask nearly the same have one number. */
  group: number;
}

export interface Sorted {
  calls: SortedCall[];
  /** The longest request of each quarter but the last, in characters. */
  bounds: number[];
}

const QUARTERS = [0.25, 0.5, 0.75];

/** `taken`: requests that are samples already; their groups come back. */
export function sortCalls(
  calls: readonly TrafficCall[],
  taken: readonly TrafficCall[],
): Sorted & { takenGroups: ReadonlySet<number> } {
  const lengths = ascending(calls.map(({ length }) => length));
  const bounds = QUARTERS.map((share) => Math.floor(quantile(lengths, share) ?? 0));
  const clusters = createClusters();
  const said = createLikeness();
  const groupOf = (call: TrafficCall, cluster: string): number => said.groupOf(`${cluster}\n${call.said}`);
  const takenGroups = new Set(taken.map((call) => groupOf(call, clusters(call))));
  const sorted = calls.map((call): SortedCall => {
    const cluster = clusters(call);
    const length = `q${bounds.filter((bound) => call.length > bound).length + 1}`;
    return { call, stratum: { length, language: call.language ?? 'unknown', cluster }, group: groupOf(call, cluster) };
  });
  return { calls: sorted, bounds, takenGroups };
}

/** Named after the first instructions of their kind, so that the same log gives the same names. */
function createClusters(): (call: TrafficCall) => string {
  const likeness = createLikeness();
  const names = new Map<string, string>();
  return ({ frame: { instructions, form } }) => {
    // Numbers and dates in instructions are of the day, not of the task.
    const steady = instructions.replaceAll(/\d+/g, '0');
    const kind = `${likeness.groupOf(steady)} ${form}`;
    const name = names.get(kind) ?? digestOf([steady, form]).slice(0, 6);
    names.set(kind, name);
    return name;
  };
}
