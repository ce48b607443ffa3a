// Findings about a configuration that only observes: what of it rests meanwhile.
import type { Config } from '../../config/config.ts';
import type { Finding } from './finding.ts';

export function findObserving({ observes, baseline, tasks, canary, rollouts }: Config): Finding[] {
  if (!observes) return [];
  const resting = [
    ...(tasks.size > 0 ? ['routes and gates'] : []),
    ...(rollouts.size > 0 ? ['rollouts'] : []),
    ...(canary === null ? [] : ['canaries']),
  ];
  const rest = resting.length === 0 ? '' : `; ${resting.join(', ')} rest until it is false`;
  const say = `every call goes to the model it asks for, and is only counted${rest}`;
  const findings: Finding[] = [{ level: 'note', code: 'observing', at: 'observe', say }];
  if (baseline === null) {
    const missing = 'there is none, so `auto` stands for nothing while calls are observed, and is refused';
    findings.push({ level: 'note', code: 'observing', at: 'baseline', say: missing });
  }
  return findings;
}
