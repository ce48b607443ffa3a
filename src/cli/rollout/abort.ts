// tierline rollout abort: a person ends a rollout, and everybody is back on the route of the task. The configuration is left as it is.
import type { Config } from '../../config/config.ts';
import type { RolloutConfig } from '../../config/rollout-config.ts';
import { abortByPerson } from '../../watch/rollout/by-person.ts';
import { isOver, type RolloutState } from '../../watch/rollout/rollout-state.ts';
import type { CommandIo } from '../command-io.ts';
import { evidenceOf, happen, type OpenedRollouts, openRollouts, refuseUnknownTask } from './opened.ts';
import { routesOf } from './status.ts';

export interface AbortOptions {
  config: Config;
  ledger: string;
  task: string;
  /** For the history. */
  why?: string | undefined;
  json?: boolean | undefined;
  nowMs: number;
}

/** Throws a sentence where there is nothing to end, with what to do instead. */
export function abortCommand(options: AbortOptions, io: Pick<CommandIo, 'print'>): void {
  const { config, ledger, task, why, json, nowMs } = options;
  const opened = openRollouts(ledger);
  refuseUnknownTask(task, config, opened);
  const own = config.rollouts.get(task);
  const state = endable(task, own, opened);
  const isSame = own?.digest === state.candidateDigest;
  const known = own !== undefined && isSame ? evidenceOf(opened.kept, state, own) : null;
  const said = {
    at: new Date(nowMs).toISOString(),
    why: why?.trim() || 'A person ended it.',
    evidence: typeof known === 'string' ? null : known,
  };
  const { rollout, status, percent } = happen(opened, abortByPerson(state, said));
  const note = own === undefined ? 'The configuration has it no longer.' : isSame ? sayKept(task) : sayOther(task);
  if (json === true) {
    const ended = { task, rollout, status, from: state.percent, percent, why: said.why, note };
    io.print(`${JSON.stringify(ended, null, 2)}\n`);
    return;
  }
  const base = routesOf(task, config).base ?? 'the route of the task';
  const back = `All callers go back to ${base}; a running gateway follows within seconds.`;
  io.print(`${task}: ended at ${state.percent} %. ${back}\n${note}\n`);
}

function endable(task: string, own: RolloutConfig | undefined, { states }: OpenedRollouts): RolloutState {
  const state = states.get(task);
  if (state !== undefined && !isOver(state)) return state;
  const place = `\`rollouts.${task}\``;
  if (own !== undefined && state?.candidateDigest !== own.digest)
    throw new Error(
      `The rollout of ${task} has not begun yet: take ${place} out of the configuration, and it never does.`,
    );
  if (state === undefined) throw new Error(`${task} has no rollout.`);
  const day = new Date(state.sinceMs).toISOString().slice(0, 10);
  if (state.status !== 'finished') {
    const how = state.status === 'aborted' ? 'aborted' : 'rolled back';
    throw new Error(`The rollout of ${task} has ended already: ${how} on ${day}.`);
  }
  const back =
    own === undefined
      ? 'and the configuration has it no longer.'
      : `and is over: take ${place} out of the configuration, and all callers are back on the route of the task.`;
  throw new Error(`The rollout of ${task} reached everybody on ${day}, ${back}`);
}

function sayKept(task: string): string {
  return (
    `The configuration keeps the candidate. It is not tried again until it is changed, or \`tierline rollout start ${task}\` ` +
    `begins it again; take \`rollouts.${task}\` out if you are done with it.`
  );
}

function sayOther(task: string): string {
  return (
    'The candidate in the configuration is another one, which a gateway begins as soon as it has read it: take ' +
    `\`rollouts.${task}\` out if it should not.`
  );
}
