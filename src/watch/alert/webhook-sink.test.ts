import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import type { SinkConfig } from '../../config/alerts-config.ts';
import { alarmOf, configOf, createHastyClock, recoveryOf, START_MS, startReceiver } from './alert.fixture.ts';
import { createAlerts } from './alerts.ts';
import { keyOf, signWebhook } from './webhook-sink.ts';

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

async function receiver(...answers: Parameters<typeof startReceiver>) {
  const started = await startReceiver(...answers);
  cleanups.push(started.close);
  return started;
}

function start(sinks: readonly SinkConfig[], more: { timeoutMs?: number; repeatMs?: number } = {}) {
  const clock = createHastyClock();
  const lines: string[] = [];
  const alerts = createAlerts({
    config: configOf({ sinks, repeatMs: more.repeatMs ?? 3_600_000 }),
    warn: (line) => lines.push(line),
    now: clock.now,
    sleep: clock.sleep,
    graceMs: Number.POSITIVE_INFINITY,
    timeoutMs: more.timeoutMs ?? 5_000,
  });
  return { alerts, clock, lines };
}

/** As a receiver would, from the specification and not from our code. */
function signatureOf(key: Buffer, { headers, body }: { headers: Record<string, unknown>; body: string }): string {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

test('a signature is the one of the reference implementations', () => {
  const signature = signWebhook(keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
  });
  assert.equal(signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  assert.deepEqual(keyOf('a plain secret ü'), Buffer.from('a plain secret ü', 'utf8'));
});

test('an alert and its recovery arrive over HTTP at every endpoint, each signed with its own secret', async () => {
  const one = await receiver({ status: 200 });
  const other = await receiver({ status: 204 });
  const key = Buffer.alloc(32, 7);
  const { alerts, lines } = start([
    { kind: 'webhook', url: one.url, secret: `whsec_${key.toString('base64')}` },
    { kind: 'webhook', url: other.url, secret: 'a plain secret of some length' },
  ]);
  alerts.raise(alarmOf({ segment: 'tenant:ü' }));
  alerts.clear(recoveryOf('pass_rate/triage/tenant:ü', START_MS + 5000));
  await alerts.close();
  for (const [place, secret] of [
    [one, key],
    [other, Buffer.from('a plain secret of some length')],
  ] as const) {
    const [raised, recovered] = place.received;
    assert.ok(raised !== undefined && recovered !== undefined && place.received.length === 2);
    for (const received of place.received) {
      assert.equal(received.headers['webhook-signature'], signatureOf(secret, received));
      assert.equal(received.headers['content-type'], 'application/json');
      assert.equal(received.headers['webhook-timestamp'], String(START_MS / 1000));
    }
    assert.notEqual(raised.headers['webhook-id'], recovered.headers['webhook-id']);
    assert.deepEqual(JSON.parse(recovered.body), {
      type: 'alert.recovered',
      timestamp: new Date(START_MS + 5000).toISOString(),
      data: {
        key: 'pass_rate/triage/tenant:ü',
        rule: 'pass_rate',
        task: 'triage',
        segment: 'tenant:ü',
        severity: 'warning',
        sentence: 'The pass rate of triage is 95.5% again.',
        evidence: { before: 0.96, now: 0.81 },
        isEvent: false,
        firstAt: new Date(START_MS).toISOString(),
        lastAt: new Date(START_MS).toISOString(),
      },
    });
  }
  assert.equal(one.received[0]?.headers['webhook-id'], other.received[0]?.headers['webhook-id']);
  assert.deepEqual(lines, []);
});

test('an id has no dot, which stands between the parts of what is signed', async () => {
  const place = await receiver({ status: 200 });
  const { alerts } = start([{ kind: 'webhook', url: place.url, secret: null }]);
  alerts.raise(alarmOf());
  await alerts.close();
  const headers = place.received[0]?.headers ?? assert.fail();
  assert.match(String(headers['webhook-id']), /^[\w-]{16,}$/);
  assert.ok(!('webhook-signature' in headers), 'without a secret nothing is signed');
});

test('after a 500 and a 429 the same alert comes again, signed for its new time, when it may', async () => {
  const place = await receiver(
    { status: 500 },
    { status: 429, headers: { 'retry-after': '40' } },
    { status: 503, headers: { 'retry-after': new Date(START_MS + 600_000).toUTCString() } },
    { status: 200 },
  );
  const secret = 'a plain secret of some length';
  const { alerts, clock, lines } = start([{ kind: 'webhook', url: place.url, secret }]);
  alerts.raise(alarmOf());
  await place.until(4);
  await alerts.close();
  assert.equal(new Set(place.received.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal(new Set(place.received.map(({ body }) => body)).size, 1);
  for (const received of place.received)
    assert.equal(received.headers['webhook-signature'], signatureOf(Buffer.from(secret), received));
  assert.ok((clock.pauses[0] ?? 0) < 1000, String(clock.pauses));
  assert.equal(clock.pauses[1], 40_000);
  const times = place.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  assert.ok((times[2] ?? 0) - (times[1] ?? 0) >= 40);
  assert.equal(times[3], START_MS / 1000 + 600, 'a date is waited for as well');
  assert.deepEqual(lines, [
    `alerts: webhook ${place.host} fails: it answered 429`,
    `alerts: webhook ${place.host} works again`,
  ]);
});

test('a redirect is not followed, for it could lead an alert anywhere', async () => {
  const elsewhere = await receiver({ status: 200 });
  const place = await receiver({ status: 307, headers: { location: elsewhere.url } });
  const { alerts, lines, clock } = start([{ kind: 'webhook', url: place.url, secret: null }]);
  alerts.raise(alarmOf());
  await alerts.close();
  assert.equal(elsewhere.received.length, 0);
  assert.equal(place.received.length, 1);
  assert.deepEqual(clock.pauses, []);
  assert.deepEqual(lines, [
    `alerts: webhook ${place.host} fails: it answered 307`,
    `alerts: webhook ${place.host} one alert was lost`,
  ]);
});

test('neither an address nor a secret is ever in the log, whatever goes wrong', async () => {
  const gone = await startReceiver();
  await gone.close();
  const refusing = await receiver({ status: 403 });
  const url = `${gone.url}?token=query-token`;
  const { alerts, lines } = start([
    { kind: 'webhook', url, secret: 'the-secret-itself' },
    { kind: 'slack', url: refusing.url },
    { kind: 'webhook', url: 'http://127.0.0.1:1/bad-port-token', secret: null },
  ]);
  alerts.raise(alarmOf());
  await refusing.until(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await alerts.close();
  const told = lines.join('\n');
  assert.match(
    told,
    new RegExp(`^alerts: webhook ${gone.host} fails: it could not be reached \\(ECONNREFUSED\\)$`, 'm'),
  );
  assert.match(told, new RegExp(`^alerts: slack ${refusing.host} fails: it answered 403$`, 'm'));
  assert.match(told, /^alerts: webhook 127.0.0.1:1 fails: it could not be reached/m);
  assert.doesNotMatch(told, /token|secret|http/);
});

test('a receiver that never answers is given up after its time', async () => {
  const { createServer } = await import('node:net');
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const { alerts, lines } = start([{ kind: 'webhook', url: `http://127.0.0.1:${port}/`, secret: null }], {
    timeoutMs: 30,
  });
  alerts.raise(alarmOf());
  await alerts.close();
  server.close();
  assert.equal(lines[0], `alerts: webhook 127.0.0.1:${port} fails: it did not answer within 0.03 s`);
});

test('a notice that cannot be written is lost, and the next one is sent', async () => {
  const place = await receiver({ status: 200 });
  const { alerts, lines } = start([{ kind: 'webhook', url: place.url, secret: null }]);
  alerts.raise(alarmOf({ atMs: Number.NaN }));
  alerts.raise(alarmOf({ rule: 'errors' }));
  await alerts.close();
  assert.deepEqual(
    place.received.map(({ body }) => (JSON.parse(body) as { data: { rule: string } }).data.rule),
    ['errors'],
  );
  assert.equal(lines[0], `alerts: webhook ${place.host} fails: an alert could not be written`);
});
