import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALARM_RULES } from '../alarm.ts';
import {
  alarmOf,
  configOf,
  createHastyClock,
  createMemorySink,
  recoveryOf,
  START_MS,
  settle,
} from './alert.fixture.ts';
import { MAX_ALERTS } from './alert-memory.ts';
import { type AlertsParts, createAlerts } from './alerts.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Alerts with one sink that remembers. */
function start(more: Partial<AlertsParts> = {}) {
  const clock = createHastyClock();
  const { sink, told } = createMemorySink();
  const lines: string[] = [];
  const alerts = createAlerts({
    config: configOf(),
    warn: (line) => lines.push(line),
    now: clock.now,
    sleep: clock.sleep,
    graceMs: Number.POSITIVE_INFINITY,
    open: () => sink,
    ...more,
  });
  const kinds = async (): Promise<string[]> => {
    await settle();
    return told.splice(0).map(({ kind }) => kind);
  };
  return { alerts, clock, told, lines, kinds };
}

test('there is a place in the configuration for every rule, and none besides', () => {
  assert.deepEqual(Object.keys(configOf().rules), [...ALARM_RULES]);
});

test('an alarm is told once, its recovery once, and nothing that was never raised', async () => {
  const { alerts, told, kinds } = start();
  alerts.clear(recoveryOf());
  alerts.raise(alarmOf());
  alerts.raise(alarmOf());
  await settle();
  assert.equal(told[0]?.sentence, 'The pass rate of triage fell from 96.0% to 81.0%.');
  assert.deepEqual(await kinds(), ['raised']);
  alerts.clear(recoveryOf());
  alerts.clear(recoveryOf());
  await settle();
  assert.equal(told[0]?.sentence, 'The pass rate of triage is 95.5% again.');
  assert.deepEqual(await kinds(), ['recovered']);
  alerts.raise(alarmOf());
  assert.deepEqual(await kinds(), ['raised']);
});

test('what is raised again is kept as it is now, and told again after a day', async () => {
  const { alerts, clock, told, kinds } = start();
  alerts.raise(alarmOf());
  await kinds();
  clock.nowMs += DAY_MS - 1;
  alerts.raise(alarmOf({ atMs: clock.nowMs, evidence: { now: 0.7 }, severity: 'critical' }));
  assert.deepEqual(await kinds(), []);
  const [active] = alerts.active();
  assert.deepEqual(
    [active?.firstMs, active?.lastMs, active?.toldMs, active?.severity, active?.evidence],
    [START_MS, clock.nowMs, START_MS, 'critical', { now: 0.7 }],
  );
  clock.nowMs += 1;
  alerts.raise(alarmOf({ atMs: clock.nowMs, sentence: 'It is 65.0% now.' }));
  await settle();
  assert.equal(told[0]?.sentence, 'It is 65.0% now.');
  assert.deepEqual(await kinds(), ['repeated']);
  clock.nowMs += DAY_MS - 1;
  alerts.raise(alarmOf());
  assert.deepEqual(await kinds(), []);
});

test('an event is told once within a day, leaves after an hour, and has no recovery', async () => {
  const { alerts, clock, kinds } = start();
  const event = () => alarmOf({ rule: 'model_changed', isEvent: true, atMs: clock.nowMs });
  alerts.raise(event());
  alerts.clear(recoveryOf(event().key));
  assert.equal(alerts.active().length, 1);
  clock.nowMs += HOUR_MS;
  assert.deepEqual(alerts.active(), []);
  alerts.raise(event());
  assert.deepEqual(await kinds(), ['raised']);
  clock.nowMs = START_MS + DAY_MS;
  assert.deepEqual(alerts.snapshot().alerts, [], 'a day later nothing is kept of it');
  alerts.raise(event());
  assert.deepEqual(await kinds(), ['raised']);
});

test('what had to be cleared still has to be when an event has its key', async () => {
  const { alerts, kinds } = start();
  alerts.raise(alarmOf());
  alerts.raise(alarmOf({ isEvent: true }));
  alerts.clear(recoveryOf());
  assert.deepEqual(await kinds(), ['raised', 'recovered']);
});

test('a rule that is off is told to nobody', async () => {
  const { alerts, kinds } = start({ config: configOf({ rules: { pass_rate: null } }) });
  alerts.raise(alarmOf());
  alerts.raise(alarmOf({ rule: 'errors' }));
  assert.deepEqual(await kinds(), ['raised']);
  assert.deepEqual(alerts.totals(), { errors: 1 });
});

test('a rule that is switched off ends its alerts, and says so', async () => {
  const { alerts, told, kinds } = start();
  alerts.raise(alarmOf());
  alerts.raise(alarmOf({ rule: 'errors' }));
  alerts.raise(alarmOf({ rule: 'model_changed', isEvent: true }));
  await kinds();
  alerts.under(configOf({ rules: { pass_rate: null, model_changed: null } }));
  await settle();
  assert.deepEqual(
    told.map(({ sentence }) => sentence),
    ['Not watched any more: pass_rate/triage (the rule pass_rate was switched off).'],
  );
  assert.deepEqual(
    alerts.active().map(({ rule }) => rule),
    ['errors'],
  );
});

test('sinks that stay are not opened again, and those that go are told nothing more', async () => {
  const opened: string[] = [];
  const told: string[] = [];
  const { alerts } = start({
    open: (config) => {
      opened.push(config.kind);
      return {
        name: config.kind,
        send: async ({ kind }) => {
          told.push(`${config.kind} ${kind}`);
        },
      };
    },
  });
  alerts.raise(alarmOf());
  await settle();
  alerts.under(configOf({ sinks: [{ kind: 'slack', url: 'https://s.example.com' }, ...configOf().sinks] }));
  alerts.clear(recoveryOf());
  await settle();
  alerts.under(configOf({ sinks: [] }));
  alerts.raise(alarmOf());
  await settle();
  assert.deepEqual(opened, ['log', 'slack']);
  assert.deepEqual(told, ['log raised', 'slack recovered', 'log recovered']);
});

test('a sink that goes still gets what was queued for it', async () => {
  const { alerts, kinds } = start();
  alerts.raise(alarmOf());
  alerts.under(configOf({ sinks: [] }));
  await alerts.close();
  assert.deepEqual(await kinds(), ['raised']);
});

test('whoever raises an alarm neither waits nor sees anything fail', async () => {
  let sends = 0;
  const { alerts } = start({
    warn: () => {
      throw new Error('no log');
    },
    open: () => ({
      name: 'x',
      send: () => {
        sends++;
        throw new Error('broken');
      },
    }),
  });
  alerts.raise(alarmOf());
  assert.equal(sends, 0, 'nothing is sent within the turn of the caller');
  alerts.restore('junk');
  await settle();
  assert.equal(sends, 1);
  await alerts.close();
});

test('after close nothing is told, and closing twice is closing once', async () => {
  const { alerts, kinds } = start();
  alerts.raise(alarmOf());
  await Promise.all([alerts.close(), alerts.close()]);
  alerts.raise(alarmOf({ rule: 'errors' }));
  alerts.clear(recoveryOf());
  alerts.under(configOf({ sinks: [] }));
  assert.deepEqual(await kinds(), ['raised']);
  assert.equal(alerts.active().length, 1, 'what was active stays for the snapshot');
});

test('a restart tells nothing twice and forgets nothing', async () => {
  const first = start();
  first.alerts.raise(alarmOf());
  first.alerts.raise(alarmOf({ rule: 'price_changed', isEvent: true }));
  const kept: unknown = JSON.parse(JSON.stringify(first.alerts.snapshot()));

  const second = start();
  second.alerts.restore(kept);
  assert.deepEqual(second.alerts.active(), first.alerts.active());
  second.alerts.raise(alarmOf());
  second.alerts.raise(alarmOf({ rule: 'price_changed', isEvent: true }));
  assert.deepEqual(await second.kinds(), []);
  second.alerts.clear(recoveryOf());
  assert.deepEqual(await second.kinds(), ['recovered']);
  assert.deepEqual(second.lines, []);
});

test('a snapshot from a clock that was ahead does not keep an alert silent', async () => {
  const { alerts, clock, kinds } = start();
  const [alert] = [{ ...alarmOf(), firstMs: START_MS, lastMs: START_MS, toldMs: START_MS + 300 * DAY_MS }];
  const { atMs: _, ...kept } = alert ?? assert.fail();
  alerts.restore({ version: 1, alerts: [kept] });
  clock.nowMs += DAY_MS;
  alerts.raise(alarmOf());
  assert.deepEqual(await kinds(), ['repeated']);
});

test('junk in a snapshot is left out with one warning; what is newer or off stays out silently', async () => {
  const { alerts, lines } = start({ config: configOf({ rules: { errors: null } }) });
  alerts.raise(alarmOf({ evidence: { newer: true } }));
  const other = start();
  other.alerts.raise(alarmOf());
  other.alerts.raise(alarmOf({ rule: 'errors' }));
  other.alerts.raise(alarmOf({ rule: 'fallback' }));
  alerts.restore({ version: 1, alerts: [...other.alerts.snapshot().alerts, { key: 'x' }] });
  assert.deepEqual(
    alerts.active().map(({ key, evidence }) => [key, evidence.newer ?? null]),
    [
      ['pass_rate/triage', true],
      ['fallback/triage', null],
    ],
  );
  assert.deepEqual(lines, ['alerts: of the active alerts that were kept something is ignored: 1 of 4 are no alerts']);
});

test('of more alerts than anybody reads the oldest are forgotten', () => {
  const { alerts } = start({ config: configOf({ sinks: [] }) });
  for (let at = 0; at <= MAX_ALERTS; at++) {
    if (at === MAX_ALERTS) alerts.raise(alarmOf({ segment: 'tenant:0' }));
    alerts.raise(alarmOf({ segment: `tenant:${at}` }));
  }
  const keys = new Set(alerts.active().map(({ key }) => key));
  assert.equal(keys.size, MAX_ALERTS);
  assert.ok(keys.has('pass_rate/triage/tenant:0'), 'it was raised again');
  assert.ok(!keys.has('pass_rate/triage/tenant:1'));
});
