// tierline rollout start: puts a rollout into the configuration, from where a gateway begins it; or begins one again that stands there and had ended.
// It never puts a candidate in front of callers at more than the first step.
import type { Config } from '../../config/config.ts';
import type { RolloutConfig } from '../../config/rollout-config.ts';
import type { Environment } from '../../config/source.ts';
import { withRollout } from '../../lifecycle/rollout/edit-rollout.ts';
import { abortByPerson } from '../../watch/rollout/by-person.ts';
import { isOver, type RolloutState, startEvent } from '../../watch/rollout/rollout-state.ts';
import type { CommandIo } from '../command-io.ts';
import { type Change, makeChange, planChange, showChange } from './change.ts';
import { happen, type OpenedRollouts, openRollouts, refuseUnknownTask } from './opened.ts';

export interface StartOptions {
  config: Config;
  ledger: string;
  task: string;
  /** A route as YAML on one line; undefined for the one that stands in the configuration. */
  candidate?: string | undefined;
  steps?: readonly number[] | undefined;
  by?: string | undefined;
  approval?: string | undefined;
  write?: boolean | undefined;
  json?: boolean | undefined;
  nowMs: number;
  /** The process's own when left out. */
  env?: Environment;
}

/** Throws a sentence for what cannot be started, and why. */
export function startCommand(options: StartOptions, io: Pick<CommandIo, 'print'>): void {
  const opened = openRollouts(options.ledger);
  refuseUnknownTask(options.task, options.config, opened);
  const { candidate } = options;
  if (candidate === undefined) startAgain(options, opened, io);
  else propose({ ...options, candidate }, opened, io);
}

function startAgain(options: StartOptions, opened: OpenedRollouts, io: Pick<CommandIo, 'print'>): void {
  const { config, task, steps, by, approval, json } = options;
  const own = config.rollouts.get(task);
  if (own === undefined)
    throw new Error(`${task} has no rollout in the configuration: name the route to try with --candidate.`);
  if (steps !== undefined || by !== undefined || approval !== undefined)
    throw new Error(
      '--steps, --by and --approval go with --candidate; without it the rollout begins as it is written.',
    );
  const state = opened.states.get(task);
  if (state?.candidateDigest !== own.digest)
    throw new Error(
      `The rollout of ${task} has not begun yet: it begins as soon as a gateway has read the configuration.`,
    );
  if (state.status === 'finished')
    throw new Error(
      `The rollout of ${task} has reached everybody. \`tierline rollout promote ${task}\` makes it the route.`,
    );
  if (!isOver(state)) throw new Error(`The rollout of ${task} is running, at ${state.percent} %.`);
  const begun = restart(own, opened, options.nowMs);
  if (json === true) {
    const { task: of, rollout, status, percent } = begun;
    io.print(`${JSON.stringify({ task: of, rollout, status, percent }, null, 2)}\n`);
  } else
    io.print(
      `${task}: begins again at ${begun.percent} % as ${begun.rollout}. A running gateway follows within seconds.\n`,
    );
}

function restart(config: RolloutConfig, opened: OpenedRollouts, nowMs: number): RolloutState {
  const { task, digest, stepsPercent: steps } = config;
  const candidate = { task, candidateDigest: digest, steps, at: new Date(nowMs).toISOString() };
  return happen(opened, startEvent(candidate, { by: 'person', why: 'A person begins it again.' }));
}

function propose(
  options: StartOptions & { candidate: string },
  opened: OpenedRollouts,
  io: Pick<CommandIo, 'print'>,
): void {
  const { config, task, candidate, steps = null, by = null, approval = null, env } = options;
  if (config.file === null)
    throw new Error('There is no tierline.yaml here to put a rollout into; name one with --config.');
  if (!config.tasks.has(task)) throw new Error(`The configuration has no task ${task} any more.`);
  const change = planChange(config.file, (text) => withRollout(text, task, { candidate, steps, by, approval }), env);
  const own = change.config.rollouts.get(task) as RolloutConfig;
  const notes = [...cautionsOf(own, change.config), ...sayFate(own, options, opened)];
  const isWritten = options.write === true && change.diff.length > 0;
  if (isWritten) put(change, own, { options, opened });
  if (options.json === true) {
    const { file, diff } = change;
    io.print(`${JSON.stringify({ task, config: file, diff, isWritten, notes }, null, 2)}\n`);
    return;
  }
  const end = isWritten
    ? `Written. A running gateway begins at ${own.stepsPercent[0]} % as soon as it has read the file.`
    : 'Nothing was changed; --write does it.';
  const said = change.diff.length === 0 ? [`${change.file} has it already.`] : [showChange(change), '', end];
  io.print(`${[...said, ...notes].join('\n')}\n`);
}

/** Whatever the events tell of the same candidate from earlier would be gone on with, up to everybody: so it begins anew before it is in the file. */
function put(
  change: Change,
  own: RolloutConfig,
  { options, opened }: { options: StartOptions; opened: OpenedRollouts },
): void {
  const { config, task, nowMs } = options;
  const state = opened.states.get(task);
  if (state?.candidateDigest === own.digest && config.rollouts.get(task)?.digest !== own.digest) {
    const said = {
      at: new Date(nowMs).toISOString(),
      why: 'It had been taken out of the configuration.',
      evidence: null,
    };
    if (!isOver(state)) happen(opened, abortByPerson(state, said));
    restart(own, opened, nowMs);
  }
  makeChange(change);
}

/** What may keep the rollout from ever going on. */
function cautionsOf({ task, canaryShare }: RolloutConfig, { canary, tasks }: Config): string[] {
  if (canary?.tasks.has(task) === true && canaryShare > 0) return [];
  return tasks.get(task)?.accept.length === 0
    ? [
        `Nothing tells how good answers of ${task} are, neither canaries nor gates: only a person can move it on. \`canary\` in the configuration has answers graded.`,
      ]
    : [
        `${task} has no canaries: pass rates of its gates decide, which is less than being as good. \`canary\` in the configuration has answers graded.`,
      ];
}

/** What becomes of the rollout that is there. */
function sayFate(own: RolloutConfig, { config, task }: StartOptions, { states }: OpenedRollouts): string[] {
  const state = states.get(task);
  const inForce = config.rollouts.get(task);
  if (state === undefined || inForce === undefined || state.candidateDigest !== inForce.digest) return [];
  if (inForce.digest !== own.digest)
    return isOver(state) && state.status !== 'finished'
      ? []
      : [
          `The candidate that is at ${state.percent} % now is replaced: the new one begins at ${own.stepsPercent[0]} %.`,
        ];
  if (!isOver(state)) return [`The candidate is the one that runs: it stays at ${state.percent} %.`];
  return state.status === 'finished'
    ? ['The candidate is the one that has reached everybody, and stays there.']
    : [`The candidate is the one that has ended: \`tierline rollout start ${task}\` begins it again.`];
}
