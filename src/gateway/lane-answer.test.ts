import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aWhile, type Client, call, echo, eventually, get, type Site, withLanes } from './lane.fixture.ts';
import type { LaneRequest } from './lane.ts';
import type { Responder } from './responder.ts';

const IDLE_MS = 75_000;
const BODY_MS = 300_000;

/** A client whose one call is answered by hand. */
async function withCall(
  run: (responder: Responder, client: Client, site: Site) => Promise<void>,
  isClosing = (): boolean => false,
): Promise<void> {
  let responder: Responder | null = null;
  const onRequest = (request: LaneRequest, back: Responder): void => {
    if (responder === null) responder = back;
    else echo(request, back);
  };
  await withLanes({ onRequest, isClosing }, async (site) => {
    const client = await site.connect();
    client.socket.write(call('1'));
    await eventually(() => responder !== null);
    await run(responder as unknown as Responder, client, site);
  });
}

describe('an answer', () => {
  test('that is whole has its length in bytes, whatever it is made of', async () => {
    const bodies = ['', '{}', 'é€𝄞', '\ud800', 'é'.repeat(500_000), Buffer.alloc(1_000_000, 7), Buffer.from([0, 255])];
    let index = 0;
    const onRequest = (_: LaneRequest, responder: Responder): void => responder.send(200, [], bodies[index] ?? '');
    await withLanes({ onRequest }, async ({ connect }) => {
      const client = await connect();
      for (; index < bodies.length; index++) {
        client.socket.write(call('1'));
        const answer = (await client.answers(index + 1)).at(-1);
        assert.deepEqual(answer?.body, Buffer.from(bodies[index] as string));
        assert.equal(answer?.headers['content-length'], String(answer?.body.length));
      }
    });
  });

  test('has its headers in order and a text for its status', async () => {
    const REASONS = { 200: 'OK', 400: 'Bad Request', 404: 'Not Found', 429: 'Too Many Requests', 529: '' };
    let status = 200;
    const onRequest = (_: LaneRequest, responder: Responder): void =>
      responder.send(status, ['x-b', '1', 'x-a', 'two words', 'x-empty', ''], 'x');
    await withLanes({ onRequest }, async ({ connect }) => {
      let count = 0;
      const client = await connect();
      for (const [code, reason] of Object.entries(REASONS)) {
        status = Number(code);
        client.socket.write(call('1'));
        const answer = (await client.answers(++count)).at(-1);
        assert.equal(answer?.status, status);
        assert.equal(answer.reason, reason);
        assert.deepEqual(Object.keys(answer.headers).slice(-4), ['x-b', 'x-a', 'x-empty', 'content-length']);
        assert.equal(answer.headers['x-a'], 'two words');
      }
    });
  });

  test('in pieces goes out piece by piece, its head with the first', async () => {
    await withCall(async (responder, client) => {
      assert.equal(responder.hasBegun, false);
      responder.begin(200, ['content-type', 'text/event-stream']);
      assert.equal(responder.hasBegun, true);
      await aWhile();
      assert.equal(client.bytes.length, 0);
      assert.equal(responder.write(''), true);
      assert.equal(responder.write(Buffer.alloc(0)), true);
      responder.write('é');
      await eventually(() => client.bytes.toString().endsWith('\r\n\r\n2\r\né\r\n'));
      responder.write(Buffer.from('b'));
      await eventually(() => client.bytes.toString().endsWith('é\r\n1\r\nb\r\n'));
      responder.end('c');
      const [answer] = await client.answers(1);
      assert.equal(answer?.body.toString(), 'ébc');
      assert.equal(answer.headers['content-type'], 'text/event-stream');
      assert.equal(answer.headers['content-length'], undefined);
    });
  });

  test('in pieces may be without any, and end with nothing or an empty piece', async () => {
    const ends: (Buffer | string | null)[] = [null, '', Buffer.alloc(0), 'x'];
    let index = 0;
    const onRequest = (_: LaneRequest, responder: Responder): void => {
      responder.begin(200, []);
      responder.end(ends[index] as Buffer | string | null);
    };
    await withLanes({ onRequest }, async ({ connect }) => {
      const client = await connect();
      for (; index < ends.length; index++) {
        client.socket.write(call('1'));
        const answer = (await client.answers(index + 1)).at(-1);
        assert.equal(answer?.body.toString(), String(ends[index] ?? ''));
      }
    });
  });

  test('in pieces larger than any buffer arrives whole', async () => {
    await withCall(async (responder, client) => {
      const pieces = ['é'.repeat(300_000), Buffer.alloc(65_536, 1), Buffer.alloc(65_530, 2), 'x', '€'.repeat(40_000)];
      responder.begin(200, []);
      for (const piece of pieces) responder.write(piece);
      responder.end('z'.repeat(100_000));
      const [answer] = await client.answers(1);
      const whole = Buffer.concat([...pieces, 'z'.repeat(100_000)].map((piece) => Buffer.from(piece as string)));
      assert.equal(Buffer.compare(answer?.body ?? Buffer.alloc(0), whole), 0);
    });
  });

  test('to a slow reader says when to wait and when to go on', async () => {
    await withCall(async (responder, client) => {
      let drains = 0;
      responder.onDrain = () => {
        drains += 1;
      };
      client.socket.pause();
      responder.begin(200, []);
      const piece = Buffer.alloc(50_000, 'p');
      let count = 1;
      while (responder.write(piece)) {
        count += 1;
        assert.ok(count < 10_000);
        await aWhile();
      }
      await aWhile();
      assert.equal(drains, 0);
      client.socket.resume();
      await eventually(() => drains === 1);
      responder.end(null);
      assert.equal((await client.answers(1))[0]?.body.length, count * piece.length);
    });
  });

  test('that is over takes nothing any more, and nothing of it gets into the next', async () => {
    await withCall(async (responder, client) => {
      let gone = 0;
      responder.onGone = () => {
        gone += 1;
      };
      responder.begin(200, []);
      responder.end('first');
      const late = (): void => {
        assert.equal(responder.write('late'), true);
        responder.end('late');
        responder.send(200, [], 'late');
        responder.begin(200, []);
      };
      late();
      client.socket.write(call('2'));
      const [first, second] = await client.answers(2);
      late();
      assert.equal(first?.body.toString(), 'first');
      assert.equal(second?.body.toString(), 'lane POST /call 2');
      client.socket.write(call('3'));
      assert.equal((await client.texts(3))[2], 'lane POST /call 3');
      client.socket.destroy();
      await aWhile();
      assert.equal(gone, 0);
    });
  });
});

describe('waiting', () => {
  const later = (ms: number): number => performance.now() + ms;

  test('for the next request ends after a while, before the first as well', async () => {
    await withLanes({}, async ({ connect, lanes, sockets }) => {
      const fresh = await connect();
      const used = await connect();
      used.socket.write(call('1'));
      await used.answers(1);
      lanes.sweep(later(IDLE_MS - 1000));
      await aWhile();
      assert.deepEqual([fresh.isClosed, used.isClosed], [false, false]);
      lanes.sweep(later(IDLE_MS));
      await eventually(() => fresh.isClosed && used.isClosed);
      assert.ok(sockets.every((socket) => socket.destroyed));
    });
  });

  test('for an answer never ends here', async () => {
    await withCall(async (responder, client, { lanes }) => {
      lanes.sweep(later(10 * BODY_MS));
      await aWhile();
      responder.send(200, [], 'x');
      assert.deepEqual(await client.texts(1), ['x']);
    });
  });

  test('for the rest of a body ends with a 408', async () => {
    await withLanes({}, async ({ connect, lanes, requests }) => {
      const client = await connect();
      client.socket.write(call('12345').slice(0, -2));
      await aWhile();
      lanes.sweep(later(IDLE_MS + 1000));
      await aWhile();
      assert.equal(client.isClosed, false);
      lanes.sweep(later(BODY_MS));
      const [answer] = await client.answers(1);
      assert.equal(answer?.status, 408);
      assert.equal(answer.headers.connection, 'close');
      client.socket.write(`45${call('6')}`);
      await eventually(() => client.isClosed);
      assert.equal(requests.length, 0);
    });
  });

  test('for a client to take its answer is longer, but not for ever', async () => {
    await withCall(async (responder, client, { lanes, sockets }) => {
      client.socket.pause();
      responder.send(200, [], Buffer.alloc(20_000_000));
      lanes.sweep(later(IDLE_MS));
      await aWhile();
      assert.equal(sockets[0]?.destroyed, false);
      lanes.sweep(later(IDLE_MS + BODY_MS));
      assert.equal(sockets[0]?.destroyed, true);
    });
  });
});

describe('closing', () => {
  test('ends idle connections at once and the others after their answers', async () => {
    let isClosing = false;
    await withCall(
      async (responder, client, { lanes, connect }) => {
        const idle = await connect();
        isClosing = true;
        lanes.closeIdle();
        await eventually(() => idle.isClosed);
        assert.equal(client.isClosed, false);
        responder.send(200, [], 'x');
        const [answer] = await client.answers(1);
        assert.equal(answer?.headers.connection, 'close');
        assert.equal(answer.headers['keep-alive'], undefined);
        await eventually(() => client.isClosed);
      },
      () => isClosing,
    );
  });

  test('lets a large answer that is on its way arrive', async () => {
    await withCall(async (responder, client, { lanes }) => {
      const body = Buffer.alloc(20_000_000, 'z');
      client.socket.pause();
      responder.send(200, [], body);
      await aWhile();
      lanes.closeIdle();
      client.socket.resume();
      assert.equal((await client.answers(1))[0]?.body.length, body.length);
      await eventually(() => client.isClosed);
    });
  });

  test('does not wait for a client that has sent far ahead', async () => {
    let isClosing = false;
    await withCall(
      async (responder, client, { sockets, requests }) => {
        for (let index = 0; index < 4; index++) client.socket.write(call('y'.repeat(50_000)));
        await eventually(() => sockets[0]?.isPaused() === true);
        isClosing = true;
        responder.send(200, [], 'x');
        await eventually(() => client.isClosed && sockets[0]?.closed === true);
        assert.equal((await client.answers(1))[0]?.headers.connection, 'close');
        assert.equal(requests.length, 1);
      },
      () => isClosing,
    );
  });

  test('leaves what begins meanwhile to node:http', async () => {
    let isClosing = false;
    await withLanes({ isClosing: () => isClosing }, async ({ connect, others, requests }) => {
      const client = await connect();
      await aWhile();
      isClosing = true;
      client.socket.write(call('1'));
      await client.answers(1);
      assert.deepEqual([others, requests.length], [['POST /call 1'], 0]);
    });
  });

  test('for good cuts off every connection, also in the middle of an answer', async () => {
    await withCall(async (responder, client, { lanes, connect }) => {
      const handed = await connect();
      handed.socket.write(get('/models'));
      await handed.answers(1);
      responder.begin(200, []);
      responder.write('x');
      lanes.closeAll();
      await eventually(() => client.isClosed && responder.isGone);
      assert.equal(handed.isClosed, false, 'what has gone over to node:http is its own business');
    });
  });
});
