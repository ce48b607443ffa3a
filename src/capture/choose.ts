// Which calls are kept, and what of their headers. Whoever has no part in `capture` costs a call nothing.

import type { Config, MatchRule } from '../config/config.ts';
import { CREDENTIAL_HEADERS, READ_HEADERS } from './headers.ts';

export interface CaptureRules {
  share: number;
  /** Null: all but the private ones. */
  tasks: ReadonlySet<string> | null;
  privateTasks: ReadonlySet<string>;
  privateTenants: ReadonlySet<string>;
  /** Names of the headers that are kept. */
  headers: readonly string[];
  isMasked: boolean;
}

/** Null when nothing is to be captured. */
export function captureRules(config: Pick<Config, 'capture' | 'tasks' | 'tenants' | 'rules'>): CaptureRules | null {
  const { capture, tasks, tenants } = config;
  if (capture === null || capture.share === 0) return null;
  const isPrivate = ([, { isPrivate: own }]: [string, { isPrivate: boolean }]): boolean => own;
  return {
    share: capture.share,
    tasks: capture.tasks,
    privateTasks: new Set([...tasks].filter(isPrivate).map(([name]) => name)),
    privateTenants: new Set([...tenants].filter(isPrivate).map(([name]) => name)),
    headers: headersOf(config),
    isMasked: capture.isMasked,
  };
}

/** The same for the same call, in every process: by its id. What a private tenant says is never kept. */
export function isCaptured(rules: CaptureRules, call: { id: string; tenant: string; task: string | null }): boolean {
  const { share, tasks, privateTasks, privateTenants } = rules;
  const { id, tenant, task } = call;
  if (privateTenants.has(tenant)) return false;
  const isNamed = tasks === null ? task === null || !privateTasks.has(task) : task !== null && tasks.has(task);
  return isNamed && fractionOf(id) < share;
}

/** A number in [0, 1) that is as good as drawn: FNV-1a with the finish of MurmurHash3. */
function fractionOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** What the routing of a request reads: the headers of rules and matchers, and those that have a meaning of their own. */
function headersOf({ tasks, rules }: Pick<Config, 'tasks' | 'rules'>): string[] {
  const matched = [...tasks.values()].flatMap(({ match, rules: own }) => [...match, ...own.map(({ when }) => when)]);
  const all = [...matched, ...rules.map(({ when }) => when)].filter((rule): rule is MatchRule => rule !== null);
  const names = new Set([...READ_HEADERS, ...all.flatMap(({ headers }) => [...headers.keys()])]);
  return [...names].filter((name) => !CREDENTIAL_HEADERS.test(name));
}

export function keptHeaders(
  { headers: names }: CaptureRules,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return kept;
}
