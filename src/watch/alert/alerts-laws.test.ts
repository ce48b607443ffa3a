// What holds for any sequence of alarms, recoveries, pauses and restarts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Notice } from './active-alert.ts';
import { alarmOf, configOf, createHastyClock, createMemorySink, settle } from './alert.fixture.ts';
import { type Alerts, createAlerts } from './alerts.ts';

const REPEAT_MS = 1000;
const KEYS = ['a', 'b', 'event'] as const;

type Step = { do: 'raise' | 'clear'; key: (typeof KEYS)[number] } | { do: 'wait'; ms: number } | { do: 'restart' };

const key = fc.constantFrom(...KEYS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('raise' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clear' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1500 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

async function play(steps: readonly Step[]) {
  const clock = createHastyClock();
  const { sink, told } = createMemorySink();
  const open = (): Alerts =>
    createAlerts({ config: configOf({ repeatMs: REPEAT_MS }), warn: assert.fail, now: clock.now, open: () => sink });
  let alerts = open();
  /** What is raised and not cleared, told in the simplest way there is. */
  const lasting = new Set<string>();
  let begun = 0;
  for (const next of steps) {
    if (next.do === 'wait') clock.nowMs += next.ms;
    else if (next.do === 'restart') {
      await settle();
      const kept: unknown = JSON.parse(JSON.stringify(alerts.snapshot()));
      alerts = open();
      alerts.restore(kept);
    } else if (next.do === 'clear') {
      alerts.clear({ key: next.key, atMs: clock.nowMs, sentence: 'over' });
      lasting.delete(next.key);
    } else {
      const isEvent = next.key === 'event';
      alerts.raise(alarmOf({ key: next.key, isEvent, atMs: clock.nowMs }));
      if (!isEvent && !lasting.has(next.key)) begun++;
      if (!isEvent) lasting.add(next.key);
    }
    const active = alerts.active().filter(({ isEvent }) => !isEvent);
    assert.deepEqual(new Set(active.map((alert) => alert.key)), lasting);
  }
  await settle();
  return { told, begun };
}

function checkKey(notices: readonly Notice[]): void {
  let before: Notice | null = null;
  for (const notice of notices) {
    const { kind, alert } = notice;
    const sinceMs = before === null ? Number.POSITIVE_INFINITY : alert.toldMs - before.alert.toldMs;
    if (alert.isEvent) {
      assert.equal(kind, 'raised');
      assert.ok(sinceMs >= REPEAT_MS, `an event again after ${sinceMs} ms`);
    } else if (before === null || before.kind === 'recovered') assert.equal(kind, 'raised');
    else if (kind === 'repeated') assert.ok(sinceMs >= REPEAT_MS, `again after ${sinceMs} ms`);
    else assert.equal(kind, 'recovered');
    before = notice;
  }
}

test('for each key raised, repeated no sooner than allowed, and recovered take turns; nothing that began is left out', async () => {
  let repeated = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      const { told, begun } = await play(steps);
      for (const each of KEYS) checkKey(told.filter(({ alert }) => alert.key === each));
      assert.equal(told.filter(({ kind, alert }) => kind === 'raised' && !alert.isEvent).length, begun);
      assert.equal(new Set(told.map(({ id }) => id)).size, told.length);
      repeated += told.filter(({ kind }) => kind === 'repeated').length;
    }),
    { numRuns: 150, seed: 11 },
  );
  assert.ok(repeated > 50, `only ${repeated} repeats were seen`);
});
