// tierline rollout status: where each rollout stands, what is known of both arms, and what is still needed.
import Table from 'cli-table3';
import { sayRoute } from '../../compile-policy.ts';
import type { Config } from '../../config/config.ts';
import { showCount, showDuration, showText, UNKNOWN } from '../../ledger/display.ts';
import type { PerArm } from '../../watch/rollout/evidence.ts';
import type { CommandIo } from '../command-io.ts';
import { type Kept, type OpenedRollouts, openRollouts, refuseUnknownTask } from './opened.ts';
import { type Standing, standingsOf } from './standing.ts';

export interface StatusOptions {
  config: Config;
  ledger: string;
  task: string | undefined;
  /** Whether every event is told. */
  history?: boolean | undefined;
  json?: boolean | undefined;
  nowMs: number;
}

/** Throws a sentence for an unknown task and for events that cannot be read. */
export function statusCommand(options: StatusOptions, io: Pick<CommandIo, 'print'>): void {
  const { config, ledger, task, history = false, json, nowMs } = options;
  const opened = openRollouts(ledger);
  if (task !== undefined) refuseUnknownTask(task, config, opened);
  const standings = standingsOf(config, opened).filter((one) => task === undefined || one.task === task);
  if (json === true) {
    const { path, writtenMs } = opened.kept;
    const evidence = { path, writtenAt: writtenMs === null ? null : new Date(writtenMs).toISOString() };
    const rollouts = standings.map((standing) => toJson(standing, config, history));
    io.print(`${JSON.stringify({ events: opened.path, evidence, rollouts }, null, 2)}\n`);
    return;
  }
  io.print(standings.length === 0 ? sayNone(task) : toText(standings, { config, opened, history, nowMs }));
}

function sayNone(task: string | undefined): string {
  const begin = `tierline rollout start ${task ?? '<task>'} --candidate <route>`;
  return `${task === undefined ? 'There are no rollouts' : `${task} has no rollout`}. \`${begin}\` begins one.\n`;
}

function toJson({ sinceMs, history, ...standing }: Standing, config: Config, withHistory: boolean): object {
  const since = sinceMs === null ? null : new Date(sinceMs).toISOString();
  return { ...standing, ...routesOf(standing.task, config), since, ...(withHistory ? { history } : {}) };
}

/** Both routes in a few words. */
export function routesOf(task: string, { tasks, rollouts }: Pick<Config, 'tasks' | 'rollouts'>) {
  const [base, candidate] = [tasks.get(task)?.route, rollouts.get(task)?.candidate];
  return {
    base: base === undefined ? null : sayRoute(base),
    candidate: candidate === undefined ? null : sayRoute(candidate),
  };
}

interface Told {
  config: Config;
  opened: OpenedRollouts;
  history: boolean;
  nowMs: number;
}

function toText(standings: readonly Standing[], { config, opened, history, nowMs }: Told): string {
  const table = new Table({
    head: ['task', 'step', 'status', 'since (UTC)', 'calls', 'canaries'],
    style: { head: [], border: [], compact: true },
  });
  for (const standing of standings) {
    const { task, sinceMs, calls, canaries } = standing;
    const since = sinceMs === null ? UNKNOWN : minuteOf(sinceMs);
    table.push([
      showText(task),
      sayStep(standing),
      STATUSES[standing.status],
      since,
      sayArms(calls),
      sayArms(canaries),
    ]);
  }
  const details = standings.map((standing) =>
    [...detailsOf(standing, config), ...(history ? historyOf(standing) : [])].join('\n'),
  );
  const parts = [
    `${table.toString()}\nCalls and canaries: of the candidate / of the base arm.`,
    ...details,
    ...ageOf(opened.kept, standings, nowMs),
  ];
  return `${parts.join('\n\n')}\n`;
}

const STATUSES: Readonly<Record<Standing['status'], string>> = {
  not_begun: 'not begun',
  running: 'running',
  waiting_for_approval: 'waits for approval',
  finished: 'finished',
  rolled_back: 'rolled back',
  aborted: 'aborted',
};

function sayStep({ status, percent, percentBefore, step, steps }: Standing): string {
  if (status === 'not_begun') return UNKNOWN;
  if (status === 'rolled_back' || status === 'aborted')
    return percentBefore === null ? '0 %' : `0 %, from ${percentBefore} %`;
  return step === null ? `${percent} %` : `${percent} %, ${step} of ${steps.length}`;
}

function sayArms(counts: PerArm<number> | null): string {
  return counts === null ? UNKNOWN : `${showCount(counts.candidate)} / ${showCount(counts.base)}`;
}

function detailsOf(standing: Standing, config: Config): string[] {
  const { task, isConfigured, measures, unjudged, why, rollout } = standing;
  const { base, candidate } = routesOf(task, config);
  const routes = candidate === null ? '' : `: ${candidate} in place of ${base}`;
  const id = rollout === null ? '' : ` (${showText(rollout)})`;
  return [
    `${showText(task)}${id}${routes}`,
    ...(isConfigured || standing.status === 'finished'
      ? []
      : ['The configuration has it no longer: all callers are on the route of the task.']),
    ...(isEnded(standing) && why !== null ? [showText(why)] : []),
    ...measures.map(({ says, sentence }) => `${says.padEnd(4)}  ${sentence}`),
    ...(unjudged === null ? [] : [unjudged]),
    ...nextOf(standing, config),
  ].map((line, at) => (at === 0 ? line : `  ${line}`));
}

function isEnded({ status }: Standing): boolean {
  return status === 'finished' || status === 'rolled_back' || status === 'aborted';
}

/** What has to happen before anything changes. */
function nextOf(standing: Standing, config: Config): string[] {
  const { task, status, isConfigured, next, verdict } = standing;
  if (status === 'not_begun') return [`It begins at ${next} % as soon as a gateway has read the configuration.`];
  if (!isConfigured) return [];
  if (status === 'finished') return [`\`tierline rollout promote ${task}\` makes it the route of the task.`];
  if (isEnded(standing)) return [`\`tierline rollout start ${task}\` begins it again.`];
  if (verdict === 'roll_back') return ['That is enough to go back; a running gateway does it.'];
  if (status === 'waiting_for_approval')
    return [`It waits for a person: \`tierline rollout promote ${task}\` goes on to ${next} %.`];
  if (verdict === 'promote') {
    const asks = config.rollouts.get(task)?.approval === 'ask';
    const what = asks ? 'a running gateway asks for approval' : 'a running gateway goes on, unless an alert holds it';
    return [`That is enough for ${next} %; ${what}.`];
  }
  return verdict === 'wait' ? [neededOf(standing)] : [];
}

function neededOf({ needs, next, left }: Standing): string {
  const missing = [
    [needs?.candidateCalls ?? 0, 'calls of the candidate'],
    [needs?.baseCalls ?? 0, 'calls of the base arm'],
    [needs?.canaries ?? 0, 'pairs of canaries'],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`${showCount(Number(count))} more ${what}`]));
  if (missing.length > 0) return `Needed for ${next} % at least: ${missing.join(', ')}.`;
  const until = left === null ? '' : `; after ${showCount(left.count)} more ${left.of} of the candidate it is given up`;
  return `Needed for ${next} %: that quality is shown${until}.`;
}

function historyOf({ history }: Standing): string[] {
  return history.map(
    ({ at, event, percent, by, why }) =>
      `  ${minuteOf(Date.parse(at))}  ${event.padEnd(11)} ${`${percent} %`.padStart(5)}  ${by.padEnd(8)}  ${showText(why)}`,
  );
}

function ageOf({ writtenMs }: Kept, standings: readonly Standing[], nowMs: number): string[] {
  if (writtenMs === null || standings.every(({ verdict }) => verdict === null)) return [];
  return [`The evidence is what a gateway wrote ${showDuration(Math.max(0, nowMs - writtenMs))} ago.`];
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
