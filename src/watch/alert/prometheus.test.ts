import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALARM_RULES, type Alarm } from '../alarm.ts';
import { noticeOf } from './alert.fixture.ts';
import { alertMetrics } from './prometheus.ts';

const alertOf = (alarm: Partial<Alarm>) => noticeOf({ alarm }).alert;

const seriesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('what is active is a gauge, and every rule has its total', () => {
  const text = alertMetrics(
    [alertOf({ segment: 'tenant:acme', severity: 'critical' }), alertOf({ rule: 'price_changed', task: null })],
    { pass_rate: 3 },
  );
  assert.ok(text.endsWith('\n'));
  assert.deepEqual(
    text.split('\n').filter((line) => line.startsWith('# TYPE')),
    ['# TYPE tierline_alert_active gauge', '# TYPE tierline_alerts_total counter'],
  );
  const [first, second, third, ...rest] = seriesOf(text);
  assert.deepEqual(
    [first, second, third],
    [
      'tierline_alert_active{rule="pass_rate",task="triage",segment="tenant:acme",severity="critical"} 1',
      'tierline_alert_active{rule="price_changed",task="",segment="",severity="warning"} 1',
      'tierline_alerts_total{rule="pass_rate"} 3',
    ],
  );
  assert.equal(rest.length, ALARM_RULES.length - 1);
  assert.ok(rest.every((line) => line.endsWith('"} 0')));
});

test('two alerts with the same labels are one series', () => {
  const text = alertMetrics([alertOf({ key: 'a' }), alertOf({ key: 'b' })]);
  assert.equal(seriesOf(text).filter((line) => line.startsWith('tierline_alert_active')).length, 1);
});

test('any label is escaped so that it can be read back from its line', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'n', 'ü', '}', ',') }), (task) => {
      const [line = ''] = seriesOf(alertMetrics([alertOf({ task })]));
      const [, written = ''] =
        /^tierline_alert_active\{rule="pass_rate",task="((?:[^"\\]|\\["\\n])*)",segment=""/.exec(line) ?? [];
      const read = written.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
      assert.equal(read, task);
    }),
    { seed: 4 },
  );
});
