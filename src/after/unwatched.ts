// Alerts that nobody looks at any more under a configuration: nothing would ever end them, and what they hold up would wait for ever.
import type { Config } from '../config/config.ts';
import type { AlarmRule, Recovery } from '../watch/alarm.ts';
import type { ActiveAlert } from '../watch/alert/active-alert.ts';

/** Rules that are looked at though drift is not. */
const WITHOUT_DRIFT: ReadonlySet<AlarmRule> = new Set(['canary_gap', 'budget', 'rollout', 'action']);

type Watched = Pick<Config, 'alerts' | 'canary' | 'tasks' | 'watch'>;

/** What ends them. Events end by themselves. */
export function unwatched(alerts: readonly ActiveAlert[], config: Watched, nowMs: number): Recovery[] {
  return alerts.flatMap((alert) => {
    const why = alert.isEvent ? null : whyUnwatched(alert, config);
    return why === null
      ? []
      : [{ key: alert.key, atMs: nowMs, sentence: `Not watched any more: ${alert.key} (${why}).` }];
  });
}

function whyUnwatched({ key, rule, task }: ActiveAlert, { alerts, canary, tasks, watch }: Watched): string | null {
  if (alerts.rules[rule] === null) return `the rule ${rule} was switched off`;
  if (task !== null && !tasks.has(task)) return `${task} is none of the configured tasks`;
  if (rule === 'budget') return canary === null ? 'there are no canaries' : null;
  if (rule === 'canary_gap' && (task === null || canary?.tasks.has(task) !== true)) return 'the task has no canaries';
  const isByDrift = !WITHOUT_DRIFT.has(rule) || key.startsWith('canary_gap/');
  return isByDrift && !watch.isWatching ? 'drift is not looked for' : null;
}
