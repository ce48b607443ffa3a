// What every command does that spends money at providers: asks for leave, stops when told to, shows how it goes, and says what is left.
import type { NanoUsd } from '../call/money.ts';
import { showDuration, showUsd } from '../ledger/display.ts';
import type { LaneResult } from '../lifecycle/profile/lane.ts';
import type { Spending } from '../lifecycle/profile/spending.ts';
import type { CommandIo } from './command-io.ts';
import { type Progress, startProgress } from './progress.ts';

/** How often a question is tried, how many failures in a row a lane may have, and how long it may be refused for its rate limit alone. */
export const LANE_LIMITS = { maxTries: 3, maxFailures: 6, maxIdleMs: 300_000 };

export interface PaidWork {
  /** Questions that are to be asked. */
  count: number;
  /** What is asked of whom, as in `Ask ...?`, without its cost. */
  what: string;
  /** What they are expected to cost, from and to; null when a price is not known. */
  expected: { low: NanoUsd; high: NanoUsd } | null;
  /** Models without a price. */
  unpriced: readonly string[];
  /** Questions of earlier runs that were killed under way. */
  lost: number;
  /** What is spent beside it, as the rest of a sentence; `judges not included` when left out, null for nothing. */
  beside?: string | null;
}

/** The ceiling in nano-dollars; null for none. Rejects when there is no leave to spend. */
export async function askForLeave(
  { count, what, expected, unpriced, lost, beside = 'judges not included' }: PaidWork,
  { maxUsd, yes }: { maxUsd?: number | undefined; yes?: boolean | undefined },
  io: CommandIo,
): Promise<NanoUsd | null> {
  if (lost > 0)
    io.warn(
      `${lost} questions were under way when an earlier run was killed; they may have been billed, and are asked again`,
    );
  const ceiling = maxUsd === undefined ? null : Math.round(maxUsd * 1e9);
  if (count === 0) return ceiling;
  const whole = `${what}, ${sayCost(expected, unpriced)}${beside === null ? '' : `, ${beside}`}`;
  if (ceiling !== null && unpriced.length > 0)
    throw new Error(
      `A ceiling needs prices, and ${unpriced.join(', ')} has none: say it under \`price\`, or leave it out.`,
    );
  if (yes === true || ceiling !== null) {
    io.warn(ceiling === null ? whole : `${whole}; at most ${showUsd(ceiling)}`);
    return ceiling;
  }
  if (!io.isTTY || !process.stdin.isTTY)
    throw new Error(
      `This would ask ${whole}. Nobody is here to ask: say how much it may spend with --max-usd, or --yes.`,
    );
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: `Ask ${whole}?`, output: process.stderr });
  if (isCancel(answer) || !answer) throw new Error('Nothing was asked and nothing spent.');
  return ceiling;
}

function sayCost(expected: PaidWork['expected'], unpriced: readonly string[]): string {
  if (expected === null) return `an unknown sum (no price: ${unpriced.join(', ')})`;
  const [low, high] = [showUsd(expected.low), showUsd(expected.high)];
  return low === high ? `about ${low}` : `about ${low} to ${high}`;
}

/** The first signal lets what is under way come to its end, because it is paid for; the second ends the process. */
export function stopOnSignal(
  io: CommandIo,
  from: Pick<NodeJS.Process, 'once' | 'removeListener'> = process,
): { signal: AbortSignal; release: () => void } {
  const stop = new AbortController();
  const onSignal = (): void => {
    io.warn('stopping: answers under way are paid for and waited for; once more to end at once');
    stop.abort();
  };
  from.once('SIGINT', onSignal);
  from.once('SIGTERM', onSignal);
  return {
    signal: stop.signal,
    release: () => {
      from.removeListener('SIGINT', onSignal);
      from.removeListener('SIGTERM', onSignal);
    },
  };
}

export interface Followed {
  /** One question of this lane has its answer. */
  advance: (lane: string) => void;
  note: (message: string, lane?: string) => void;
  /** The last that was noted of a lane, for the end. */
  noteOf: (lane: string) => string | null;
  finish: (isStopped: boolean) => void;
}

/** Spend and time left, as answers come: `lanes` says how many questions each has. The time is that of the slowest. */
export async function follow(
  lanes: ReadonlyMap<string, number>,
  { spending, io }: { spending: Spending; io: CommandIo },
): Promise<Followed> {
  const total = [...lanes.values()].reduce((sum, count) => sum + count, 0);
  const notes = new Map<string, string>();
  const noteOf = (lane: string): string | null => notes.get(lane) ?? null;
  if (total === 0) return { advance: () => undefined, note: () => undefined, noteOf, finish: () => undefined };
  const open = new Map([...lanes].map(([lane, left]) => [lane, { left, done: 0 }]));
  const startedAt = performance.now();
  const progress: Progress = await startProgress({
    total,
    title: `${total} questions`,
    isTTY: io.isTTY,
    print: io.warn,
    output: process.stderr,
  });
  const say = (): string => {
    const elapsed = performance.now() - startedAt;
    const rests = [...open.values()].map(({ left, done }) => (done === 0 ? 0 : (elapsed / done) * left));
    const ceiling = spending.ceiling === null ? '' : ` of ${showUsd(spending.ceiling)}`;
    return `${showUsd(Math.round(spending.spent))}${ceiling} spent, ${showDuration(Math.max(...rests))} left`;
  };
  return {
    advance: (name) => {
      const lane = open.get(name);
      if (lane === undefined) return;
      lane.left--;
      lane.done++;
      progress.advance(say());
    },
    note: (message, lane) => {
      if (lane !== undefined) notes.set(lane, message);
      progress.note(message);
    },
    noteOf,
    finish: (isStopped) =>
      progress.finish(
        `${isStopped ? 'stopped after' : 'done in'} ${showDuration(performance.now() - startedAt)}, ${showUsd(Math.round(spending.spent))} spent`,
      ),
  };
}

const REASONS: Readonly<Record<NonNullable<LaneResult['reason']>, string>> = {
  failing: 'its provider keeps failing',
  stuck: 'its provider will not answer any',
  limited: 'its provider keeps refusing it for its rate limit',
  ceiling: 'the ceiling is reached',
};

/** Says what was not done, by lane, and why. */
export function tellLeft(
  lanes: ReadonlyMap<string, LaneResult>,
  { spending, noteOf, io }: { spending: Spending; noteOf?: Followed['noteOf']; io: CommandIo },
): void {
  for (const [lane, { left, reason, waitedMs }] of lanes) {
    if (waitedMs >= 1000) io.warn(`${lane}: waited ${showDuration(waitedMs)} because its provider asked for that`);
    if (left === 0 || reason === null) continue;
    const note = reason === 'ceiling' ? null : (noteOf?.(lane) ?? null);
    const why = note === null ? REASONS[reason] : `${REASONS[reason]} (${note})`;
    io.warn(`${lane}: ${left} questions are left, ${why}; run it again to go on`);
  }
  if (spending.unknown > 0) io.warn(`what ${spending.unknown} answers cost is not known`);
}
