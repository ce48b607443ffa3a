import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { noticeOf } from './alert.fixture.ts';
import { readSnapshot } from './snapshot.ts';

const alert = noticeOf().alert;
const read = (...alerts: unknown[]) => readSnapshot({ version: 1, alerts });

test('what was written is read back, as a copy', () => {
  const { alerts, problem } = read(alert, { ...alert, key: 'other', task: null, segment: 'tenant:a', isEvent: true });
  assert.equal(problem, null);
  assert.deepEqual(alerts[0], alert);
  assert.notEqual(alerts[0]?.evidence, alert.evidence);
  assert.equal(alerts[1]?.isEvent, true);
});

test('an alert with anything wrong is left out, and the others are kept', () => {
  const flaws: Record<string, unknown>[] = [
    { key: '' },
    { key: 7 },
    { rule: 'weather' },
    { task: undefined },
    { segment: 3 },
    { severity: 'info' },
    { sentence: null },
    { evidence: [] },
    { evidence: 'x' },
    { isEvent: 'no' },
    { firstMs: -1 },
    { lastMs: Number.NaN },
    { lastMs: 9e15 },
    { toldMs: '5' },
    { another: 1 },
  ];
  for (const flaw of flaws) {
    const { alerts, problem } = read({ ...alert, key: 'flawed', ...flaw }, alert);
    assert.deepEqual(alerts, [alert], JSON.stringify(flaw));
    assert.equal(problem, '1 of 2 are no alerts');
  }
});

test('of two with one key the second is junk', () => {
  const { alerts, problem } = read(alert, { ...alert, sentence: 'another' });
  assert.deepEqual(alerts, [alert]);
  assert.equal(problem, '1 of 2 are no alerts');
});

test('another version, and what is no snapshot at all, is none', () => {
  const circle: Record<string, unknown> = { version: 1 };
  circle.alerts = [circle];
  for (const value of [
    null,
    undefined,
    'x',
    [],
    {},
    { version: 2, alerts: [] },
    { version: 1, alerts: {} },
    circle,
    7n,
  ])
    assert.deepEqual(readSnapshot(value), { alerts: [], problem: 'it is no snapshot of this version' });
});

test('nothing that is read makes it throw, nor comes through unless it is an alert', () => {
  const member = fc.constantFrom(...Object.keys(alert));
  const broken = fc.tuple(member, fc.anything()).map(([name, value]) => ({ ...alert, [name]: value }));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.anything(), broken)), (alerts) => {
      for (const kept of read(...alerts).alerts) {
        assert.deepEqual(Object.keys(kept).sort(), Object.keys(alert).sort());
        assert.equal(typeof kept.key, 'string');
        assert.ok(Number.isFinite(kept.firstMs + kept.lastMs + kept.toldMs));
      }
    }),
    { seed: 5 },
  );
});
