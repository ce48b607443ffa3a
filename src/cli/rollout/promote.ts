// tierline rollout promote: a person moves a rollout to its next step, or makes of one that has reached everybody the route of its task.
import type { Config } from '../../config/config.ts';
import type { RolloutConfig } from '../../config/rollout-config.ts';
import type { Environment } from '../../config/source.ts';
import { withCandidateAsRoute } from '../../lifecycle/rollout/edit-rollout.ts';
import { moveByPerson } from '../../watch/rollout/by-person.ts';
import { isOver, type RolloutState } from '../../watch/rollout/rollout-state.ts';
import type { CommandIo } from '../command-io.ts';
import { makeChange, planChange, showChange } from './change.ts';
import { evidenceOf, happen, type OpenedRollouts, openRollouts, refuseUnknownTask } from './opened.ts';
import { type Standing, standingOf } from './standing.ts';
import { routesOf } from './status.ts';

export interface PromoteOptions {
  config: Config;
  ledger: string;
  task: string;
  /** The step it has to go to, percent: for whoever wants to be sure. */
  to?: number | undefined;
  /** Whether nobody is to be asked. */
  yes?: boolean | undefined;
  write?: boolean | undefined;
  json?: boolean | undefined;
  /** Asks a person; null where nobody can be asked. */
  ask: ((question: string) => Promise<boolean>) | null;
  nowMs: () => number;
  /** The process's own when left out. */
  env?: Environment;
}

/** Rejects with a sentence for a rollout that cannot be moved on, and when the person says no. */
export async function promoteCommand(options: PromoteOptions, io: Pick<CommandIo, 'print'>): Promise<void> {
  const { config, ledger, task } = options;
  const opened = openRollouts(ledger);
  refuseUnknownTask(task, config, opened);
  const { own, state } = runningOf(task, config, opened);
  if (state.status === 'finished') makeRoute(options, io);
  else await moveOn({ own, state, opened }, options, io);
}

interface Moving {
  own: RolloutConfig;
  state: RolloutState;
  opened: OpenedRollouts;
}

function runningOf(task: string, { rollouts }: Config, { states }: OpenedRollouts): Omit<Moving, 'opened'> {
  const own = rollouts.get(task);
  if (own === undefined) {
    const names = rollouts.size === 0 ? 'no task' : `only ${[...rollouts.keys()].join(', ')}`;
    throw new Error(`${task} has no rollout in the configuration; ${names} has.`);
  }
  const state = states.get(task);
  if (state?.candidateDigest !== own.digest)
    throw new Error(
      `The rollout of ${task} has not begun yet: it begins as soon as a gateway has read the configuration.`,
    );
  if (isOver(state) && state.status !== 'finished') {
    const how = state.status === 'aborted' ? 'aborted' : 'rolled back';
    throw new Error(
      `The rollout of ${task} was ${how} on ${dayOf(state.sinceMs)}. \`tierline rollout start ${task}\` begins it again.`,
    );
  }
  return { own, state };
}

async function moveOn(
  { own, state, opened }: Moving,
  options: PromoteOptions,
  io: Pick<CommandIo, 'print'>,
): Promise<void> {
  const { task, to, yes, ask, json, nowMs } = options;
  const standing = standingOf(task, own, opened);
  const { next, percent } = standing;
  if (next === null) throw new Error(`The steps of ${task} end at ${percent} %: there is none to go on to.`);
  if (to !== undefined && to !== next)
    throw new Error(
      `The next step of ${task} is ${next} %, not ${to} %: it stands at ${percent} %, and steps are ${own.stepsPercent.join(', ')}.`,
    );
  const isAwaited = state.status === 'waiting_for_approval';
  if (!isAwaited && yes !== true) await askFor(standing, ask);
  const known = evidenceOf(opened.kept, state, own);
  const after = happen(
    opened,
    moveByPerson(
      state,
      { steps: own.stepsPercent },
      {
        at: new Date(nowMs()).toISOString(),
        why: isAwaited ? 'A person approved it.' : 'A person moved it on before the evidence asked for it.',
        evidence: typeof known === 'string' ? null : known,
      },
    ),
  );
  if (json === true) {
    const { rollout, status } = after;
    const moved = { task, rollout, status, from: percent, percent: after.percent, isAsked: isAwaited };
    io.print(`${JSON.stringify(moved, null, 2)}\n`);
    return;
  }
  const how = isAwaited ? 'approved' : 'moved on by hand; the evidence has not asked for it';
  const end = after.status === 'finished' ? ` \`tierline rollout promote ${task}\` then makes it the route.` : '';
  io.print(
    `${task}: from ${percent} % to ${after.percent} %, ${how}. A running gateway follows within seconds.${end}\n`,
  );
}

/** Rejects unless a person says yes. */
async function askFor(standing: Standing, ask: PromoteOptions['ask']): Promise<void> {
  const { task, percent, next, verdict, sentence, unjudged } = standing;
  const known =
    verdict === 'promote'
      ? 'The evidence is enough, but no gateway has gone on; none does while an alert holds it.'
      : `The evidence has not asked for it. ${sentence ?? unjudged ?? ''}`.trimEnd();
  const move = `${task} would go from ${percent} % to ${next} %. ${known}`;
  if (ask === null) throw new Error(`${move} Say --yes if you want it all the same.`);
  if (!(await ask(`${move} All the same?`))) throw new Error('Nothing was changed.');
}

function makeRoute({ config, task, to, write, json, env }: PromoteOptions, io: Pick<CommandIo, 'print'>): void {
  if (to !== undefined) throw new Error(`The rollout of ${task} has reached everybody: there is no step to go to.`);
  if (config.file === null) throw new Error('There is no tierline.yaml here to change; name one with --config.');
  const change = planChange(config.file, (text) => withCandidateAsRoute(text, task), env);
  if (write === true) makeChange(change);
  if (json === true) {
    const { file, diff } = change;
    io.print(`${JSON.stringify({ task, config: file, diff, isWritten: write === true }, null, 2)}\n`);
    return;
  }
  const { candidate, base } = routesOf(task, config);
  const said =
    write === true
      ? `Written: ${candidate} is the route of ${task} in place of ${base}, and the rollout is out of the configuration.`
      : 'Nothing was changed; --write does it.';
  io.print(`${showChange(change)}\n\n${said}\n`);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
