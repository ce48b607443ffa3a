import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { type Piece, writePiece } from './scratch.ts';

const SIZE = 64 * 1024;

function piece(body: Buffer | string, before = '', after = ''): Piece {
  return { before, body, bodyBytes: Buffer.byteLength(body), after };
}

function bytesOf({ before, body, after }: Piece): Buffer {
  return Buffer.concat([Buffer.from(before, 'latin1'), Buffer.from(body as string), Buffer.from(after, 'latin1')]);
}

/** A socket's place that takes what it gets only when it is told to, and copies nothing. */
class Slow extends Writable {
  readonly taken: Buffer[] = [];
  /** What the pieces lay in. */
  readonly memory = new Set<ArrayBufferLike>();
  private readonly held: [chunk: Buffer, callback: () => void][] = [];
  override _write(chunk: Buffer, _: string, callback: () => void): void {
    this.held.push([chunk, callback]);
  }
  /** The bytes are looked at only now. */
  takeAll(): Buffer {
    for (let next = this.held.shift(); next !== undefined; next = this.held.shift()) {
      this.memory.add(next[0].buffer);
      this.taken.push(Buffer.from(next[0]));
      next[1]();
    }
    return Buffer.concat(this.taken);
  }
}

/** As a socket whose kernel buffer has room: taken within the write. */
class Quick extends Writable {
  readonly taken: Buffer[] = [];
  override _write(chunk: Buffer, _: string, callback: () => void): void {
    this.taken.push(Buffer.from(chunk));
    callback();
  }
}

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('', 'é', '€', '𝄞', '\ud800'));
/** Sizes around the size of the desk matter most. */
const size = fc.oneof(
  fc.nat(200),
  fc.integer({ min: SIZE - 40, max: SIZE + 40 }),
  fc.integer({ min: 20_000, max: 30_000 }),
);
const body = fc.oneof(
  text,
  fc.tuple(size, fc.nat(255)).map(([length, byte]) => Buffer.alloc(length, byte)),
  fc.tuple(size, fc.constantFrom('x', 'é', '€', '𝄞')).map(([length, unit]) => unit.repeat(length / unit.length)),
);
const head = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const pieces = fc.tuple(body, head, head).map(([made, before, behind]) => piece(made, before, behind));

describe('a piece', () => {
  test('leaves as one write: head, body and what closes it', () => {
    const quick = new Quick();
    assert.equal(writePiece(quick, piece('é€', 'a\xe9', 'z')), true);
    assert.deepEqual(quick.taken, [Buffer.from('61e9c3a9e282ac7a', 'hex')]);
    writePiece(quick, piece(Buffer.from([1, 2])));
    assert.deepEqual(quick.taken[1], Buffer.from([1, 2]));
  });

  test('that fills the desk to the last byte leaves as one write, a larger one in its parts', () => {
    const quick = new Quick({ highWaterMark: 10 * SIZE });
    writePiece(quick, piece('x'.repeat(SIZE - 2), 'a', 'b'));
    assert.deepEqual(
      quick.taken.map((chunk) => chunk.length),
      [SIZE],
    );
    writePiece(quick, piece('x'.repeat(SIZE - 1), 'a', 'b'));
    assert.deepEqual(
      quick.taken.slice(1).map((chunk) => chunk.length),
      [1, SIZE - 1, 1],
    );
  });

  test('tells when the reader is behind', () => {
    const slow = new Slow({ highWaterMark: 100 });
    assert.equal(writePiece(slow, piece('x'.repeat(50))), true);
    assert.equal(writePiece(slow, piece('x'.repeat(60))), false);
    const large = new Slow({ highWaterMark: 100 });
    assert.equal(writePiece(large, piece('x'.repeat(SIZE), 'a', 'b')), false);
  });

  test('to something that is closed is dropped', async () => {
    const slow = new Slow();
    slow.on('error', () => {});
    slow.destroy();
    assert.equal(writePiece(slow, piece('x')), false);
    await turn();
    const quick = new Quick();
    writePiece(quick, piece('next'));
    assert.equal(String(quick.taken[0]), 'next');
  });
});

test("law: many readers, slow and quick, get their own bytes and nobody else's", () => {
  const steps = fc.array(fc.record({ to: fc.nat(4), piece: pieces, isTaken: fc.boolean() }), { maxLength: 25 });
  fc.assert(
    fc.property(steps, (made) => {
      const readers = [new Slow(), new Slow(), new Slow(), new Quick(), new Quick()];
      const sent: Buffer[][] = readers.map(() => []);
      for (const { to, piece: one, isTaken } of made) {
        const reader = readers[to] as Slow | Quick;
        writePiece(reader, one);
        sent[to]?.push(bytesOf(one));
        if (isTaken && reader instanceof Slow) reader.takeAll();
      }
      for (const [index, reader] of readers.entries()) {
        const got = reader instanceof Slow ? reader.takeAll() : Buffer.concat(reader.taken);
        assert.equal(Buffer.compare(got, Buffer.concat(sent[index] as Buffer[])), 0);
      }
    }),
    { numRuns: 80 },
  );
});

test('what waits for a slow reader holds little more memory than its bytes', () => {
  const slow = new Slow({ highWaterMark: 10_000_000 });
  for (let index = 0; index < 1000; index++) writePiece(slow, piece(`piece ${index}`));
  assert.equal(slow.takeAll().toString(), Array.from({ length: 1000 }, (_, index) => `piece ${index}`).join(''));
  const held = [...slow.memory].reduce((sum, buffer) => sum + buffer.byteLength, 0);
  assert.ok(held <= 2 * SIZE, `holds ${held}`);
});

describe('over sockets', () => {
  let server: net.Server;
  const received: Buffer[][] = [];
  const clients: Socket[] = [];

  before(async () => {
    server = net.createServer((socket) => {
      const mine: Buffer[] = [];
      socket.once('data', (first: Buffer) => {
        received[first[0] as number] = mine;
        mine.push(first.subarray(1));
        socket.on('data', (chunk: Buffer) => mine.push(chunk)).pause();
        // A reader that lets the writer run ahead.
        const timer = setInterval(() => socket.resume(), 5);
        socket.on('close', () => clearInterval(timer));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    for (const client of clients) client.destroy();
    server.close();
  });

  test('bytes arrive unchanged, the first while they are still connecting', async () => {
    const sent: Buffer[][] = [];
    for (let index = 0; index < 8; index++) {
      clients.push(net.connect((server.address() as AddressInfo).port, '127.0.0.1'));
      sent.push([]);
    }
    for (const [index, client] of clients.entries()) writePiece(client, piece(Buffer.of(index)));
    const made = fc.sample(fc.tuple(fc.nat(7), pieces), { numRuns: 400, seed: 7 });
    for (const [to, one] of made) {
      writePiece(clients[to] as Socket, one);
      sent[to]?.push(bytesOf(one));
      if (to === 0) await turn();
    }
    await Promise.all(clients.map((client) => once(client.end(), 'close')));
    for (const [index, parts] of sent.entries())
      assert.equal(Buffer.compare(Buffer.concat(received[index] ?? []), Buffer.concat(parts)), 0, `socket ${index}`);
  });
});
