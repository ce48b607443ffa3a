import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dataSpan, EventCutter, lastBoundary, nextBoundary } from './sse.ts';

const STREAMS = [
  'data: {"a":1}\n\ndata: {"b":2}\n\ndata: [DONE]\n\n',
  ': keep-alive\r\n\r\nevent: x\r\ndata: 1\r\n\r\nevent: y\r\ndata: 2\r\n\r\n',
  'event: message_start\ndata: {"text":"Grüße 世界 👩‍👩‍👧"}\n\nevent: ping\ndata: {}\n\n',
];

test('only whole events come out, the rest is kept for later', () => {
  const cutter = new EventCutter();
  assert.equal(cutter.push(Buffer.from('data: {"a"')), null);
  assert.equal(cutter.push(Buffer.from(':1}\n'))?.toString(), undefined);
  assert.equal(cutter.push(Buffer.from('\ndata: 2\n\ndata: 3'))?.toString(), 'data: {"a":1}\n\ndata: 2\n\n');
  assert.equal(cutter.remainder().toString(), 'data: 3');
});

test('a chunk of whole events passes without being copied', () => {
  const chunk = Buffer.from('data: 1\n\ndata: 2\n\n');
  assert.equal(new EventCutter().push(chunk)?.buffer, chunk.buffer);
});

test('law: whatever the cuts, every byte comes out once, in order, and only at event ends', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STREAMS), fc.array(fc.nat(200), { maxLength: 12 }), (stream, cuts) => {
      const bytes = Buffer.from(stream);
      const cutter = new EventCutter();
      const out: Buffer[] = [];
      const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
      let from = 0;
      for (const place of [...places, bytes.length]) {
        const events = cutter.push(bytes.subarray(from, place));
        if (events !== null) {
          assert.match(events.toString('latin1').slice(-4), /\n\r?\n$/);
          out.push(events);
        }
        from = place;
      }
      assert.deepEqual(Buffer.concat(out), bytes);
      assert.equal(cutter.remainder().length, 0);
    }),
  );
});

test('the end of every event is found one by one, and the last one from the end, in both line endings', () => {
  for (const stream of STREAMS) {
    const bytes = Buffer.from(stream);
    const ends: number[] = [];
    for (let at = nextBoundary(bytes, 0); at > 0; at = nextBoundary(bytes, at)) ends.push(at);
    assert.equal(ends.length, stream.includes('[DONE]') || stream.startsWith(':') ? 3 : 2);
    assert.equal(ends.at(-1), bytes.length);
    for (const [index, end] of ends.entries()) {
      assert.equal(lastBoundary(bytes.subarray(0, end)), end);
      assert.equal(lastBoundary(bytes.subarray(0, end - 1)), ends[index - 1] ?? 0);
    }
  }
});

test('the data of an event is found behind its name, with and without a space', () => {
  const data = (text: string): string | null => {
    const event = Buffer.from(text);
    const span = dataSpan(event);
    return span === null ? null : event.toString('utf8', span.start, span.end);
  };
  assert.equal(data('data: {"a":1}\n\n'), '{"a":1}');
  assert.equal(data('data:{"a":1}\r\n\r\n'), '{"a":1}');
  assert.equal(data('event: x\ndata: 1\n\n'), '1');
  assert.equal(data(': comment\n\n'), null);
  assert.equal(data('data: 1\ndata: 2\n\n'), null, 'data over several lines is passed on unread');
});
