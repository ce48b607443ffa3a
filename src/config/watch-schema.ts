// The schema of `watch`.
import { z } from 'zod';
import { duration, flag, number, share, timeout, whole } from './leaf.ts';
import type { WatchConfig } from './watch-config.ts';

const OFF = z.union([z.literal('off'), z.literal(false)]).transform(() => null);

export const watchSchema = z.strictObject({
  drift: flag.default(true),
  false_alarms: share.refine((value) => value > 0 && value <= 0.5, 'must be above 0 and at most 50%').default(0.05),
  learn_calls: whole(100, 100_000).default(500),
  actions: z
    .strictObject({
      freeze_rollouts: flag.default(false),
      bypass: z.union([OFF, timeout], 'expected off or a duration such as 24h').default(null),
      mark_stale: flag.default(false),
      reprofile: z
        .union(
          [
            OFF,
            z.strictObject({
              max_usd: number(0, 1_000_000),
              every: duration.refine((ms) => ms > 0, 'must be above 0').default(7 * 86_400_000),
            }),
          ],
          'expected off or { max_usd, every }',
        )
        .default(null),
    })
    .prefault({}),
});

export function resolveWatch(file: z.output<typeof watchSchema>): WatchConfig {
  const { freeze_rollouts: freezesRollouts, bypass: bypassMs, mark_stale: marksStale, reprofile } = file.actions;
  return {
    isWatching: file.drift,
    falseAlarms: file.false_alarms,
    learnCalls: file.learn_calls,
    actions: {
      freezesRollouts,
      bypassMs,
      marksStale,
      reprofile:
        reprofile === null ? null : { maxNanoUsd: Math.round(reprofile.max_usd * 1e9), everyMs: reprofile.every },
    },
  };
}
