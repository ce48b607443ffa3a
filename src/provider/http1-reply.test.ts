import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { MalformedReply, type ReplyProgress, ReplyReader } from './http1-reply.ts';

/** Reads pieces as they come, each in memory of its own as the connection hands it over. */
class Reading {
  status = 0;
  headers: IncomingHttpHeaders = {};
  /** As they were when they were handed on. */
  readonly copies: Buffer[] = [];
  readonly pieces: Buffer[] = [];
  readonly reader = new ReplyReader({
    onHead: (status, headers) => {
      this.status = status;
      this.headers = headers;
    },
    onData: (bytes) => {
      this.pieces.push(bytes);
      this.copies.push(Buffer.from(bytes));
    },
  });
  progress: ReplyProgress = 'open';

  push(...texts: (Buffer | string)[]): this {
    for (const text of texts) this.progress = this.reader.push(Buffer.from(text as string));
    return this;
  }

  get body(): string {
    return Buffer.concat(this.pieces).toString();
  }
}

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

/** Bytes cut at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % bytes.length).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('a chunked body', () => {
  test('leaves in one piece for each read, however many chunks there are in it', () => {
    const reading = new Reading().push(`${CHUNKED}1\r\na\r\n2\r\nbc\r\n`, '3\r\ndef\r\n4;x=y\r\nghij\r\n0\r\n\r\n');
    assert.deepEqual(reading.copies.map(String), ['abc', 'defghij']);
    assert.equal(reading.progress, 'done');
    assert.equal(reading.reader.isReusable, true);
  });

  test('keeps its pieces when a size or a line end comes in two reads', () => {
    for (const parts of [
      ['1\r\na\r\n', 'c', '\r\n', 'twelve bytes', '\r', '\n0\r\n\r\n'],
      ['1\r', '\na\r\nc\r', '\ntwelve', ' bytes\r\n0', '\r\n\r', '\n'],
      ['1\r\na', '\r\nc\r\ntwelve bytes\r\n', '0\r\nx-trailer: y\r\n', '\r\n'],
    ]) {
      const reading = new Reading().push(CHUNKED, ...parts);
      assert.equal(reading.body, 'atwelve bytes');
      assert.equal(reading.progress, 'done');
    }
  });

  test('shares a read with its head and with what comes behind it', () => {
    const reading = new Reading().push(`${CHUNKED}1\r\na\r\n1\r\nb\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n`);
    assert.deepEqual([reading.body, reading.progress, reading.reader.isReusable], ['ab', 'done', false]);
  });

  test('of chunks with a size that is wrong is malformed', () => {
    for (const bytes of ['x\r\n', '\r\n', '-1\r\n', 'ffffffffffffff\r\n', '1\r\nab\r\n', '1\r\na\rb', '0x1\r\n'])
      assert.throws(() => new Reading().push(`${CHUNKED}${bytes}`), MalformedReply, JSON.stringify(bytes));
  });

  const chunk = fc.record({
    body: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((text) => Buffer.from(text)),
      fc.integer({ min: 1, max: 20_000 }).map((size) => Buffer.alloc(size, 'event ')),
    ),
    size: fc.constantFrom('', ';ext=1', ' ', ';a="b"'),
    lineEnd: fc.constantFrom('\r\n', '\r\n', '\n'),
  });

  test('law: joined in place is as joined from the chunks, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(chunk, { maxLength: 12 }),
        fc.constantFrom('', 'x-trailer: 1\r\n'),
        fc.array(fc.nat(), { maxLength: 20 }),
        (chunks, trailer, places) => {
          const parts = chunks.map(({ body, size, lineEnd }) =>
            Buffer.concat([Buffer.from(`${body.length.toString(16)}${size}${lineEnd}`), body, Buffer.from(lineEnd)]),
          );
          const bytes = Buffer.concat([Buffer.from(CHUNKED), ...parts, Buffer.from(`0\r\n${trailer}\r\n`)]);
          const reads = cut(bytes, places).filter((read) => read.length > 0);
          const reading = new Reading();
          for (const [index, read] of reads.entries()) {
            const before = reading.pieces.length;
            reading.push(read);
            assert.ok(reading.pieces.length <= before + 1, 'one piece for a read');
            assert.equal(reading.progress, index === reads.length - 1 ? 'done' : 'open');
          }
          const whole = Buffer.concat(chunks.map(({ body }) => body));
          assert.equal(Buffer.compare(Buffer.concat(reading.copies), whole), 0);
          assert.equal(
            Buffer.compare(Buffer.concat(reading.pieces), whole),
            0,
            'later reads leave earlier pieces alone',
          );
          assert.equal(reading.reader.isReusable, true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a body', () => {
  test('law: with a length, or that ends with the connection, is the same however it is cut', () => {
    const bodies = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(), { maxLength: 10 }), fc.boolean(), (body, places, hasLength) => {
        const head = `HTTP/1.1 200 OK\r\n${hasLength ? `content-length: ${body.length}\r\n` : ''}\r\n`;
        const reading = new Reading();
        for (const read of cut(Buffer.concat([Buffer.from(head), body]), places)) reading.push(read);
        assert.equal(Buffer.compare(Buffer.concat(reading.pieces), body), 0);
        assert.equal(reading.progress, hasLength ? 'done' : 'open');
        assert.equal(reading.reader.end(), hasLength ? 'open' : 'done');
        assert.equal(reading.reader.isReusable, hasLength);
      }),
    );
  });

  test('behind other heads is told from them', () => {
    const reading = new Reading().push('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\na: b\r\n\r\n');
    assert.equal(reading.status, 0);
    reading.push('HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok');
    assert.deepEqual([reading.status, reading.body, reading.progress], [201, 'ok', 'done']);
  });
});

describe('a head', () => {
  const read = (line: string): Reading => new Reading().push(`HTTP/1.1 200 OK\r\ncontent-length: 0\r\n${line}\r\n\r\n`);

  test('has the values of its headers as they are', () => {
    const { headers } = read('x-a:  b: c\t\r\nX-E: \xe9"#\r\nx-a: d\r\nx-empty:');
    assert.deepEqual({ ...headers }, { 'content-length': '0', 'x-a': 'b: c, d', 'x-e': 'Ã©"#', 'x-empty': '' });
  });

  test('with a byte in a value that could end a line for somebody is malformed', () => {
    for (const value of ['a\nx-injected: 1', 'a\rb', 'a\r', '\0', 'a\x0b', '\x1b[2J', '\x7f'])
      assert.throws(() => read(`x-a: ${value}`), MalformedReply, JSON.stringify(value));
  });

  test('with a line that is no header is malformed', () => {
    for (const line of ['x-a', ': b', 'x a: b', 'x-a : b', ' folded: b', '\tfolded', 'x-é: b', 'content-length: 1'])
      assert.throws(() => read(line), MalformedReply, line);
  });
});
