import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notice } from './active-alert.ts';
import { noticeOf } from './alert.fixture.ts';
import { createLogSink } from './log-sink.ts';
import { toMessage } from './message.ts';

async function linesOf(form: 'sentence' | 'json', ...notices: Notice[]): Promise<string[]> {
  const lines: string[] = [];
  const sink = createLogSink(form, (line) => lines.push(line));
  for (const notice of notices) await sink.send(notice, new AbortController().signal);
  return lines;
}

test('people read a sentence, and whether it is over', async () => {
  const lines = await linesOf(
    'sentence',
    noticeOf({ alarm: { severity: 'critical' } }),
    noticeOf({ kind: 'repeated' }),
    noticeOf({ kind: 'recovered', sentence: 'It is over.' }),
  );
  assert.deepEqual(lines, [
    'alert (critical): The pass rate of triage fell from 96.0% to 81.0%.',
    'alert, still active (warning): The pass rate of triage fell from 96.0% to 81.0%.',
    'alert over: It is over.',
  ]);
});

test('a sentence cannot begin another line, nor colour the terminal', async () => {
  const [line] = await linesOf('sentence', noticeOf({ sentence: 'a\r\n\u001b[31mb\u2028c\u0085d' }));
  assert.equal(line, 'alert (warning): a [31mb c d');
});

test('programs read a line of JSON, the body of a webhook', async () => {
  const notice = noticeOf({ sentence: 'a\nb' });
  const [line = ''] = await linesOf('json', notice);
  assert.ok(!line.includes('\n'));
  assert.deepEqual(JSON.parse(line), toMessage(notice));
});

test('a log that cannot be written to is an error of the sink', async () => {
  const sink = createLogSink('sentence', () => {
    throw new Error('closed');
  });
  await assert.rejects(() => sink.send(noticeOf(), new AbortController().signal), /closed/);
});
