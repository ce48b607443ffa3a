import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { aWhile, call, echo, eventually, get, withLanes } from './lane.fixture.ts';
import type { LaneRequest } from './lane.ts';
import type { Responder } from './responder.ts';

const IDLE_MS = 75_000;

/** Holds requests back until the test answers them. */
class Desk {
  readonly open: { request: LaneRequest; responder: Responder; gone: number }[] = [];
  readonly onRequest = (request: LaneRequest, responder: Responder): void => {
    const one = { request, responder, gone: 0 };
    responder.onGone = () => {
      one.gone += 1;
    };
    this.open.push(one);
  };

  async at(index: number): Promise<(typeof this.open)[number]> {
    await eventually(
      () => this.open.length > index,
      () => `request ${index}`,
    );
    return this.open[index] as (typeof this.open)[number];
  }
}

describe('requests', () => {
  test('are handed on with target, headers and body, and answered on the same connection', async () => {
    await withLanes({}, async ({ connect, requests, others }) => {
      const client = await connect();
      client.socket.write(
        'POST /call?a=1 HTTP/1.1\r\nHost: a\r\nX-Api-Key:  k \r\nContent-Length: 4\r\n\r\n{"é"'.slice(0, -1),
      );
      const [answer] = await client.answers(1);
      assert.equal(answer?.status, 200);
      assert.equal(answer.reason, 'OK');
      assert.equal(answer.body.toString(), 'lane POST /call?a=1 {"é');
      assert.equal(answer.headers.connection, 'keep-alive');
      assert.equal(answer.headers['keep-alive'], `timeout=${IDLE_MS / 1000}`);
      assert.ok(Math.abs(Date.parse(String(answer.headers.date)) - Date.now()) < 3000);
      assert.deepEqual(requests[0]?.headers, { host: 'a', 'x-api-key': 'k', 'content-length': '4' });
      assert.equal(others.length, 0);
    });
  });

  test('come one after the other over one connection', async () => {
    await withLanes({}, async ({ connect, requests, sockets }) => {
      const client = await connect();
      for (let index = 0; index < 50; index++) {
        client.socket.write(call(`n${index}`));
        assert.equal((await client.texts(index + 1)).at(-1), `lane POST /call n${index}`);
      }
      assert.equal(requests.length, 50);
      assert.equal(sockets.length, 1);
      for (const event of ['data', 'end', 'close', 'drain', 'error'])
        assert.ok((sockets[0]?.listenerCount(event) ?? 0) <= 2, event);
    });
  });

  test('may have their bodies in pieces, of one byte too', async () => {
    await withLanes({}, async ({ connect, requests, others }) => {
      const client = await connect();
      const body = 'é1€2𝄞'.repeat(20);
      const bytes = Buffer.from(call(body));
      const from = bytes.length - Buffer.byteLength(body);
      await client.sendPieces([
        bytes.subarray(0, from),
        ...Array.from(bytes.subarray(from), (byte) => Buffer.of(byte)),
      ]);
      assert.deepEqual(await client.texts(1), [`lane POST /call ${body}`]);
      client.socket.write(call('after'));
      assert.equal((await client.texts(2))[1], 'lane POST /call after');
      assert.deepEqual([requests.length, others.length], [2, 0]);
    });
  });

  test('may be large', async () => {
    await withLanes({}, async ({ connect, others }) => {
      const client = await connect();
      const body = 'x'.repeat(5_000_000);
      client.socket.write(call(body));
      assert.equal((await client.texts(1))[0], `lane POST /call ${body}`);
      assert.equal(others.length, 0);
    });
  });

  test('that come ahead are answered in order, one at a time', async () => {
    const desk = new Desk();
    await withLanes({ onRequest: desk.onRequest }, async ({ connect }) => {
      const client = await connect();
      client.socket.write(call('1') + call('22') + call('333'));
      for (let index = 0; index < 3; index++) {
        const { request, responder } = await desk.at(index);
        await aWhile();
        assert.equal(desk.open.length, index + 1);
        echo(request, responder);
      }
      assert.deepEqual(
        await client.texts(3),
        ['1', '22', '333'].map((body) => `lane POST /call ${body}`),
      );
    });
  });

  test('far ahead hold the connection up, and none is lost', async () => {
    const desk = new Desk();
    let isHeld = true;
    const onRequest = (request: LaneRequest, responder: Responder): void =>
      isHeld ? desk.onRequest(request, responder) : void setImmediate(echo, request, responder);
    await withLanes({ onRequest }, async ({ connect, sockets }) => {
      const client = await connect();
      const bodies = Array.from({ length: 300 }, (_, index) => `${index}:${'y'.repeat(1000)}`);
      for (const body of bodies) client.socket.write(call(body));
      await eventually(() => sockets[0]?.isPaused() === true);
      assert.equal(desk.open.length, 1);
      isHeld = false;
      const { request, responder } = await desk.at(0);
      echo(request, responder);
      // A head that a packet cuts takes the rest over to node:http.
      const texts = (await client.texts(300)).map((text) => text.replace(/^(lane|node) /, ''));
      assert.deepEqual(
        texts,
        bodies.map((body) => `POST /call ${body}`),
      );
    });
  });

  test('by the thousand in one packet that are answered at once do not fill the stack', async () => {
    await withLanes({}, async ({ connect }) => {
      const client = await connect();
      client.socket.write(call('x').repeat(4000));
      const texts = await client.texts(4000);
      assert.ok(texts.every((text) => text.endsWith(' POST /call x')));
      assert.ok(texts.filter((text) => text.startsWith('lane ')).length > 500);
    });
  });

  test('of a client that does not read are not taken any more once its answers pile up', async () => {
    const answer = Buffer.alloc(40_000, 'z');
    const onRequest = (_: LaneRequest, responder: Responder): void => responder.send(200, [], answer);
    await withLanes({ onRequest }, async ({ connect, requests, sockets }) => {
      const client = await connect();
      client.socket.pause();
      const count = 1000;
      for (let index = 0; index < count; index++) client.socket.write(call(`${index}`));
      let waiting = 0;
      for (let index = 0; index < 200; index++) {
        await aWhile();
        waiting = Math.max(waiting, sockets[0]?.writableLength ?? 0);
      }
      assert.ok(waiting < 300_000, `${waiting} bytes wait`);
      assert.ok(requests.length < count);
      client.socket.resume();
      await eventually(() => requests.length === count);
      assert.deepEqual(
        requests.map(({ body }) => body.toString()),
        Array.from({ length: count }, (_, n) => `${n}`),
      );
      assert.equal((await client.answers(count)).at(-1)?.body.length, answer.length);
    });
  });

  test('law: however the bytes of many requests are cut, each is answered once and in order', async () => {
    const request = fc.oneof(
      fc.string({ minLength: 1, maxLength: 30 }).map((body) => ({ bytes: call(body), said: `POST /call ${body}` })),
      fc.constant({ bytes: get('/other'), said: 'GET /other ' }),
      fc.constant({ bytes: call('b', '/elsewhere'), said: 'POST /elsewhere b' }),
      fc.constant({
        bytes: 'POST /call HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n',
        said: 'POST /call c',
      }),
    );
    const onRequest = (lane: LaneRequest, responder: Responder): void => {
      if (lane.body.length % 3 === 0) echo(lane, responder);
      else setImmediate(echo, lane, responder);
    };
    await withLanes({ onRequest }, async ({ connect }) => {
      const isCalm = fc.array(request, { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(isCalm, fc.array(fc.nat(), { maxLength: 8 }), async (sent, cuts) => {
          const bytes = Buffer.from(sent.map((one) => one.bytes).join(''));
          const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
          const client = await connect();
          await client.sendPieces(places.slice(1).map((end, index) => bytes.subarray(places[index], end)));
          const texts = await client.texts(sent.length);
          assert.deepEqual(
            texts.map((text) => text.replace(/^(lane|node) /, '')),
            sent.map((one) => one.said),
          );
          client.socket.destroy();
        }),
        { numRuns: 150 },
      );
    });
  });
});

describe('a request of another kind', () => {
  const OTHERS: Record<string, [bytes: string, said: string]> = {
    'a GET': [get('/models'), 'GET /models '],
    'a HEAD': ['HEAD /call HTTP/1.1\r\nhost: a\r\n\r\n', 'HEAD /call '],
    'another target': [call('{}', '/elsewhere'), 'POST /elsewhere {}'],
    chunks: [
      'POST /call HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      'POST /call {}',
    ],
    'no body': ['POST /call HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n', 'POST /call '],
    'a line between': [`\r\n${call('{}')}`, 'POST /call {}'],
  };
  for (const [name, [bytes, said]] of Object.entries(OTHERS)) {
    test(`(${name}) goes to node:http, first or after calls, whole, cut and right behind a call`, async () => {
      await withLanes({}, async ({ connect, others, requests }) => {
        const first = await connect();
        first.socket.write(bytes);
        await eventually(() => others.length === 1);

        const whole = await connect();
        whole.socket.write(call('1'));
        await whole.answers(1);
        whole.socket.write(bytes);
        await eventually(() => others.length === 2);

        const cut = await connect();
        cut.socket.write(call('1'));
        await cut.answers(1);
        await cut.sendPieces([bytes.slice(0, 9), bytes.slice(9, 30), bytes.slice(30)]);
        await eventually(() => others.length === 3);

        const behind = await connect();
        behind.socket.write(call('1') + bytes);
        await eventually(() => others.length === 4);

        const pieces = await connect();
        await pieces.sendPieces([call('1') + bytes.slice(0, 9), bytes.slice(9)]);
        await eventually(() => others.length === 5);
        assert.deepEqual(
          others,
          Array.from({ length: 5 }, () => said),
        );
        assert.equal(requests.length, 4);
      });
    });
  }

  test('keeps its connection with node:http, which answers calls on it too', async () => {
    await withLanes({}, async ({ connect, requests }) => {
      const client = await connect();
      client.socket.write(call('1') + get('/models') + call('2') + call('3'));
      await aWhile();
      client.socket.write(call('4'));
      assert.deepEqual(await client.texts(5), [
        'lane POST /call 1',
        'node GET /models ',
        'node POST /call 2',
        'node POST /call 3',
        'node POST /call 4',
      ]);
      assert.equal(requests.length, 1);
    });
  });

  test('behind more than the connection takes ahead arrives with everything around it', async () => {
    const desk = new Desk();
    await withLanes({ onRequest: desk.onRequest }, async ({ connect, sockets, others }) => {
      const client = await connect();
      client.socket.write(call('1'));
      const { request, responder } = await desk.at(0);
      const bodies = Array.from({ length: 8 }, (_, index) => `${index}:${'y'.repeat(50_000)}`);
      client.socket.write(get('/models') + bodies.map((body) => call(body)).join(''));
      await eventually(() => sockets[0]?.isPaused() === true);
      await aWhile();
      echo(request, responder);
      const texts = await client.texts(10);
      assert.deepEqual(
        texts.slice(2),
        bodies.map((body) => `node POST /call ${body}`),
      );
      assert.equal(others.length, 9);
    });
  });

  test('leaves no listener of the lane behind', async () => {
    const counts = (socket: NodeJS.EventEmitter): Record<string, number> =>
      Object.fromEntries(
        ['data', 'end', 'close', 'drain', 'error', 'timeout'].map((e) => [e, socket.listenerCount(e)]),
      );
    let direct: Record<string, number> = {};
    await withLanes({}, async ({ server, connect, sockets }) => {
      const client = await connect();
      client.socket.write(call('1') + get('/models'));
      await client.answers(2);
      const ours = counts(sockets[0] as NodeJS.EventEmitter);
      server.removeAllListeners('connection');
      const plain = (await import('node:http')).createServer((_, response) => response.end());
      plain.listen(0, '127.0.0.1');
      await once(plain, 'listening');
      const [socket] = await Promise.all([
        once(plain, 'connection'),
        fetch(`http://127.0.0.1:${(plain.address() as { port: number }).port}`).then((answer) => answer.text()),
      ]);
      direct = counts(socket[0] as NodeJS.EventEmitter);
      plain.closeAllConnections();
      plain.close();
      assert.deepEqual(ours, direct);
    });
  });

  test('that is not HTTP is refused there', async () => {
    await withLanes({}, async ({ connect }) => {
      const client = await connect();
      client.socket.write(`${call('1')}\u0016\u0003\u0001 hello\r\n\r\n`);
      await eventually(() => client.isClosed);
      assert.match(client.bytes.toString('latin1'), /^HTTP\/1.1 200 .*HTTP\/1.1 400 Bad Request/s);
    });
  });
});

describe('a client that leaves', () => {
  const LEAVING = ['end', 'destroy', 'resetAndDestroy'] as const;
  for (const leave of LEAVING) {
    test(`(${leave}) in the middle of its body was never there`, async () => {
      await withLanes({}, async ({ connect, requests, sockets }) => {
        const client = await connect();
        client.socket.write(call('12345').slice(0, -2));
        await eventually(() => sockets.length === 1);
        await aWhile();
        client.socket[leave]();
        await eventually(() => sockets[0]?.closed === true);
        assert.equal(requests.length, 0);
      });
    });

    test(`(${leave}) while its answer is awaited is told of once, and what comes then goes nowhere`, async () => {
      const desk = new Desk();
      await withLanes({ onRequest: desk.onRequest }, async ({ connect, sockets }) => {
        const client = await connect();
        client.socket.write(call('1') + call('2'));
        const one = await desk.at(0);
        assert.equal(one.responder.isGone, false);
        client.socket[leave]();
        await eventually(() => one.gone > 0);
        assert.equal(one.responder.isGone, true);
        one.responder.send(200, [], 'late');
        one.responder.begin(200, []);
        assert.equal(one.responder.write('late'), true);
        one.responder.end('late');
        await aWhile();
        assert.equal(one.gone, 1);
        assert.equal(desk.open.length, 1, 'what came ahead is not begun for nobody');
        assert.equal(sockets[0]?.closed, true);
      });
    });

    test(`(${leave}) in the middle of a stream is told of once`, async () => {
      const desk = new Desk();
      await withLanes({ onRequest: desk.onRequest }, async ({ connect }) => {
        const client = await connect();
        client.socket.write(call('1'));
        const one = await desk.at(0);
        one.responder.begin(200, []);
        one.responder.write('a');
        await eventually(() => client.bytes.toString().endsWith('1\r\na\r\n'));
        client.socket[leave]();
        await eventually(() => one.gone > 0);
        one.responder.write('b');
        one.responder.end('c');
        await aWhile();
        assert.equal(one.gone, 1);
      });
    });
  }

  test('after its answer is no loss to anybody', async () => {
    const desk = new Desk();
    await withLanes({ onRequest: desk.onRequest }, async ({ connect, sockets }) => {
      const client = await connect();
      client.socket.write(call('1'));
      const one = await desk.at(0);
      one.responder.send(200, [], 'x');
      await client.answers(1);
      client.socket.end();
      await eventually(() => sockets[0]?.closed === true);
      assert.deepEqual([one.gone, one.responder.isGone], [0, false]);
    });
  });

  test('before what was ahead is begun leaves it alone, though the answer comes in the same moment', async () => {
    const desk = new Desk();
    await withLanes({ onRequest: desk.onRequest }, async ({ connect, sockets }) => {
      const client = await connect();
      client.socket.write(call('1') + call('2'));
      const one = await desk.at(0);
      sockets[0]?.destroy();
      one.responder.send(200, [], 'x');
      await aWhile();
      assert.equal(desk.open.length, 1);
    });
  });

  test('for its sending half only still gets the answer that is on its way', async () => {
    const answer = Buffer.alloc(20_000_000, 'z');
    const onRequest = (_: LaneRequest, responder: Responder): void => responder.send(200, [], answer);
    await withLanes({ onRequest }, async ({ connect, requests, sockets }) => {
      const client = await connect();
      client.socket.pause();
      client.socket.write(call('1'));
      await eventually(() => requests.length === 1);
      client.socket.end();
      await aWhile();
      client.socket.resume();
      assert.equal((await client.answers(1))[0]?.body.length, answer.length);
      await eventually(() => sockets[0]?.closed === true);
    });
  });
});
