import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../config/load.ts';
import { readEvents } from '../watch/rollout/events.ts';
import { Rollouts } from './rollouts.ts';

const { rollouts } = parseConfig(
  `
providers: { simulated: {} }
models: { small: simulated/sim-small, mid: simulated/sim-mid }
tasks: { t: { route: mid } }
rollouts: { t: { candidate: small, min_calls: 5, min_canaries: 5, max_loss: 50 } }
`,
  { file: '/c/tierline.yaml', env: {} },
);

test('a candidate that has to go goes, though the disk is full; the end is written when it can be', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-rollouts-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [kept, away] = [join(folder, 'kept'), join(folder, 'away')];
  const warnings: string[] = [];
  const running = new Rollouts({
    path: join(kept, 'events.jsonl'),
    warn: (sentence) => void warnings.push(sentence),
    raise: () => undefined,
    frozenBy: () => null,
  });
  running.under(rollouts);
  const started = running.rolloutOf('t') ?? assert.fail('it has not begun');
  // A folder that is a file takes no events.
  renameSync(kept, away);
  writeFileSync(kept, '');
  const gap = (arm: 'base' | 'candidate', value: number): void =>
    running.takeGap({ rollout: started.rollout, arm, percent: started.percent }, 't', { gap: value, atMs: 0 });
  for (let at = 0; at < 200 && running.rolloutOf('t') !== null; at++) {
    gap('base', 0);
    gap('candidate', -1);
  }
  assert.equal(running.rolloutOf('t'), null, 'everybody is on the old route');
  assert.equal(warnings.length, 1, warnings.join('\n'));
  rmSync(kept);
  renameSync(away, kept);
  gap('base', 0);
  gap('candidate', -1);
  assert.deepEqual(
    readEvents(join(kept, 'events.jsonl')).map(({ event }) => event),
    ['started', 'rolled_back'],
  );
});
