// docs/alerts.md says what is sent: its examples are held against the code, and the one for receivers is run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { configJsonSchema } from '../../config/json-schema.ts';
import { ALARM_RULES } from '../alarm.ts';
import { alarmOf, configOf, noticeOf, recoveryOf, startReceiver } from './alert.fixture.ts';
import { createAlerts } from './alerts.ts';
import { toLine, toMessage } from './message.ts';
import { alertMetrics } from './prometheus.ts';

const PAGE = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8');

function blocksOf(language: string): string[] {
  return [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map(([, , text = '']) => text);
}

const notice = noticeOf({
  alarm: {
    key: 'pass_rate/ticket-triage/tenant:acme',
    task: 'ticket-triage',
    segment: 'tenant:acme',
    severity: 'critical',
    sentence: 'The pass rate of ticket-triage fell from 96.0% to 81.0%.',
  },
});

test('the check for receivers takes what is sent, and nothing else', async () => {
  const [example = ''] = blocksOf('js');
  const module: unknown = await import(`data:text/javascript,${encodeURIComponent(example)}`);
  const { isFromTierline } = module as {
    isFromTierline: (headers: IncomingHttpHeaders, body: string, secret: string, nowMs?: number) => boolean;
  };
  for (const secret of ['a plain secret of some length', `whsec_${Buffer.alloc(24, 3).toString('base64')}`]) {
    const place = await startReceiver({ status: 200 });
    const config = configOf({ sinks: [{ kind: 'webhook', url: place.url, secret }] });
    const alerts = createAlerts({ config, warn: assert.fail });
    alerts.raise(alarmOf());
    alerts.clear(recoveryOf());
    await alerts.close();
    await place.close();
    assert.equal(place.received.length, 2);
    for (const { headers, body } of place.received) {
      assert.equal(isFromTierline(headers, body, secret), true);
      assert.equal(isFromTierline(headers, `${body} `, secret), false);
      assert.equal(isFromTierline(headers, body, 'another secret of some length'), false);
      assert.equal(isFromTierline({ ...headers, 'webhook-id': 'another' }, body, secret), false);
      assert.equal(isFromTierline(headers, body, secret, Date.now() + 600_000), false);
      assert.equal(isFromTierline({}, body, secret), false);
      const { 'webhook-signature': _, ...unsigned } = headers;
      assert.equal(isFromTierline(unsigned, body, secret), false);
    }
  }
});

test('the body on the page is the body', () => {
  const [example = ''] = blocksOf('json');
  assert.deepEqual(JSON.parse(example), toMessage(notice));
});

test('the lines of the log and of Prometheus are those that are written', () => {
  const [log = '', metrics = ''] = blocksOf('text');
  const over = noticeOf({ kind: 'recovered', sentence: 'The pass rate of ticket-triage is 95.5% again.' });
  assert.deepEqual(log.trimEnd().split('\n'), [toLine(notice), toLine(over)]);
  const written = alertMetrics([notice.alert], { pass_rate: 1 });
  assert.ok(written.startsWith(metrics), written);
});

test('the page and the configuration have every rule', () => {
  const rows = [...PAGE.matchAll(/^\| `([a-z_]+)` \| [^|]+ \|$/gm)].map(([, rule]) => rule);
  assert.deepEqual(
    rows.filter((rule) => (ALARM_RULES as readonly unknown[]).includes(rule)),
    [...ALARM_RULES],
  );
  const { alerts } = configJsonSchema().properties as { alerts: { properties: { rules: { properties: object } } } };
  assert.deepEqual(Object.keys(alerts.properties.rules.properties), [...ALARM_RULES]);
});
