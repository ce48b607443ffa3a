import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import * as fc from 'fast-check';
import { GeminiResponder } from './gemini-responder.ts';
import { KEEP_ALIVE, type Responder } from './responder.ts';

interface Fake extends Responder {
  status: number;
  headers: readonly string[];
  text: string;
  isEnded: boolean;
}

function fake(): Fake {
  const seen: Fake = {
    status: 0,
    headers: [],
    text: '',
    isEnded: false,
    hasBegun: false,
    isGone: false,
    onGone: null,
    onDrain: null,
    send: (status, headers, body) => {
      Object.assign(seen, { status, headers, isEnded: true });
      seen.text += String(body);
    },
    begin: (status, headers) => void Object.assign(seen, { status, headers, hasBegun: true }),
    write: (bytes) => {
      seen.text += String(bytes);
      return seen.text.length < 1000;
    },
    end: (last) => {
      seen.text += String(last ?? '');
      seen.isEnded = true;
    },
  };
  return seen;
}

const event = (value: object): string => `data: ${JSON.stringify(value)}\r\n\r\n`;

/** What a responder makes of the writes, the last of which ends it. */
function written(isArray: boolean, writes: readonly (string | Buffer)[], last: string | null = null): string {
  const inner = fake();
  const responder = new GeminiResponder(inner, isArray);
  for (const bytes of writes) responder.write(bytes);
  responder.end(last);
  assert.ok(inner.isEnded);
  return inner.text;
}

/** The JSON of each event, as a reader by the book finds it. */
function eventsIn(text: string): unknown[] {
  const found: unknown[] = [];
  const parser = createParser({ onEvent: ({ data }) => found.push(JSON.parse(data)) });
  parser.feed(text);
  return found;
}

describe('events', () => {
  test('go through as they are while nobody had to wait', () => {
    const bytes = Buffer.from(`: hm\n\n${event({ a: 'ü' })}`);
    assert.equal(written(false, [bytes], event({ b: 2 })), `${String(bytes)}${event({ b: 2 })}`);
  });

  test('that were waited for are one event with blanks before its JSON', () => {
    const text = written(false, [KEEP_ALIVE, KEEP_ALIVE, KEEP_ALIVE, event({ a: 1 }), event({ b: 2 })]);
    assert.equal(text, `data:   {"a":1}\r\n\r\n${event({ b: 2 })}`);
    assert.deepEqual(eventsIn(text), [{ a: 1 }, { b: 2 }]);
  });

  test('may follow lines of other kinds, which are left out then', () => {
    assert.deepEqual(eventsIn(written(false, [KEEP_ALIVE, ': hm\r\n\r\n', `id: 1\r\n${event({ a: 1 })}`])), [{ a: 1 }]);
  });

  test('may be the last words, an error for instance', () => {
    assert.equal(written(false, [KEEP_ALIVE], event({ error: {} })), 'data: {"error":{}}\r\n\r\n');
    assert.equal(written(false, [KEEP_ALIVE]), 'data: ');
  });
});

describe('an array', () => {
  test('has the events as its elements', () => {
    const text = written(true, [event({ a: 1 }), event({ b: 'x\n' }) + event({ c: 3 })], event({ d: 4 }).trimEnd());
    assert.deepEqual(JSON.parse(text), [{ a: 1 }, { b: 'x\n' }, { c: 3 }, { d: 4 }]);
    assert.match(text, /^\[\{"a":1\},\r\n/);
  });

  test('is empty when there are none, and may be waited for', () => {
    assert.equal(written(true, []), '[]');
    assert.deepEqual(JSON.parse(written(true, [KEEP_ALIVE, KEEP_ALIVE, event({ a: 1 }), KEEP_ALIVE])), [{ a: 1 }]);
  });

  test('has the type of one', () => {
    const inner = fake();
    new GeminiResponder(inner, true).begin(200, ['x-a', 'b', 'content-type', 'text/event-stream', 'x-c', 'd']);
    assert.deepEqual(inner.headers, ['x-a', 'b', 'content-type', 'application/json; charset=UTF-8', 'x-c', 'd']);
  });

  test('law: is the same list of objects however the events are cut into writes', () => {
    const objects = fc.array(
      fc.string({ unit: 'binary' }).map((text) => ({ text })),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(objects, fc.array(fc.nat(500), { maxLength: 8 }), (list, cuts) => {
        const bytes = Buffer.from(list.map(event).join(''));
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
        const writes = at.slice(1).map((stop, index) => bytes.subarray(at[index], stop));
        assert.deepEqual(JSON.parse(written(true, writes)), list);
      }),
    );
  });
});

test('whatever else a client is told or tells goes by unchanged', () => {
  const inner = fake();
  const responder = new GeminiResponder(inner, false);
  responder.send(404, ['a', 'b'], '{}');
  assert.deepEqual([inner.status, inner.headers, inner.text], [404, ['a', 'b'], '{}']);
  responder.begin(200, ['content-type', 'text/event-stream']);
  assert.deepEqual(
    [inner.headers, responder.hasBegun, responder.isGone],
    [['content-type', 'text/event-stream'], true, false],
  );
  const listener = (): void => {};
  responder.onGone = listener;
  responder.onDrain = listener;
  assert.deepEqual(
    [inner.onGone, inner.onDrain, responder.onGone, responder.onDrain],
    [listener, listener, listener, listener],
  );
  assert.equal(responder.write('x'), true);
  assert.equal(responder.write('x'.repeat(2000)), false);
});
