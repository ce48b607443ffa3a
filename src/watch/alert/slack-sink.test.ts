import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alarmOf, configOf, createHastyClock, noticeOf, START_MS, startReceiver } from './alert.fixture.ts';
import { createAlerts } from './alerts.ts';
import { escapeSlack, toSlack } from './slack-sink.ts';

interface Message {
  text: string;
  blocks: [{ type: string; text: { type: string; text: string } }, { elements: [{ text: string }] }];
}
const messageOf = (notice: Parameters<typeof toSlack>[0]): Message => toSlack(notice) as unknown as Message;

test('a message tells severity, sentence, what it is about, and since when', () => {
  const { text, blocks } = messageOf(noticeOf({ alarm: { severity: 'critical', segment: 'tenant:acme' } }));
  assert.equal(text, 'Critical: The pass rate of triage fell from 96.0% to 81.0%.');
  assert.deepEqual(blocks, [
    {
      type: 'section',
      text: {
        type: 'mrkdwn',
        text: ':red_circle: *Critical*\nThe pass rate of triage fell from 96.0% to 81.0%.',
      },
    },
    {
      type: 'context',
      elements: [
        {
          type: 'mrkdwn',
          text: `pass_rate · triage · tenant:acme · since <!date^${START_MS / 1000}^{date_short_pretty} {time}|2026-11-10T12:00:00.000Z>`,
        },
      ],
    },
  ]);
});

test('a warning, a repetition and a recovery look different, and an event is not since anything', () => {
  const heads = [
    messageOf(noticeOf()),
    messageOf(noticeOf({ kind: 'repeated', alarm: { severity: 'critical' } })),
    messageOf(noticeOf({ kind: 'recovered', sentence: 'It is over.' })),
  ].map(({ blocks }) => blocks[0].text.text.split('\n')[0]);
  assert.deepEqual(heads, [
    ':large_yellow_circle: *Warning*',
    ':red_circle: *Critical, still active*',
    ':large_green_circle: *Recovered (warning)*',
  ]);
  const event = messageOf(noticeOf({ alarm: { rule: 'price_changed', task: null, isEvent: true } }));
  assert.equal(event.blocks[1].elements[0].text, 'price_changed');
});

test('nothing in a name or a sentence becomes a mention or a link', () => {
  const { text, blocks } = messageOf(
    noticeOf({ sentence: '<!channel> a & b <https://evil.example.com|click>', alarm: { segment: 'x:<@U1>' } }),
  );
  const escaped = '&lt;!channel&gt; a &amp; b &lt;https://evil.example.com|click&gt;';
  assert.equal(text, `Warning: ${escaped}`);
  assert.ok(blocks[0].text.text.endsWith(`\n${escaped}`));
  assert.match(blocks[1].elements[0].text, /· x:&lt;@U1&gt; ·/);
});

test('escaped texts have no sign of their own, can be read back, and fit', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('&', '<', '>', 'a', ';', 'lt', '😀') }),
      fc.nat(40),
      (text, extra) => {
        const max = extra + 1;
        const escaped = escapeSlack(text, max);
        assert.ok(escaped.length <= max, `${escaped.length} of ${max}`);
        assert.doesNotMatch(escaped, /[<>]|&(?!(?:amp|lt|gt);)/);
        assert.doesNotMatch(escaped, /\p{Cs}/u, 'half a character');
        const plain = escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
        if (plain !== text) assert.ok(plain.endsWith('…') && text.startsWith(plain.slice(0, -1)), `${text} ${escaped}`);
      },
    ),
    { seed: 3 },
  );
});

test('a sentence of any length makes a message that Slack takes', () => {
  const { text, blocks } = messageOf(noticeOf({ sentence: '<'.repeat(20_000), alarm: { task: '&'.repeat(5000) } }));
  assert.ok(text.length <= 3000 && blocks[0].text.text.length <= 3000 && blocks[1].elements[0].text.length <= 3000);
  assert.ok(blocks[0].text.text.length > 2900);
});

test('a message arrives at the address of an incoming webhook', async () => {
  const place = await startReceiver({ status: 200 });
  const clock = createHastyClock();
  const alerts = createAlerts({
    config: configOf({ sinks: [{ kind: 'slack', url: place.url }] }),
    warn: assert.fail,
    now: clock.now,
    sleep: clock.sleep,
    graceMs: Number.POSITIVE_INFINITY,
  });
  alerts.raise(alarmOf());
  await alerts.close();
  await place.close();
  const [received] = place.received;
  assert.equal(received?.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(received?.body ?? ''), toSlack(noticeOf()));
});
