import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { readLaneHead } from './lane-head.ts';

const PLAIN = { host: 'gateway', 'content-length': '2' };

function head(headers: Record<string, string> | string[], first = 'POST /v1/messages HTTP/1.1'): Buffer {
  const lines = Array.isArray(headers) ? headers : Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${[first, ...lines].join('\r\n')}\r\n\r\n{}`, 'latin1');
}

/** A plain head with one more line. */
function withLine(line: string): Buffer {
  return head(['host: gateway', 'content-length: 2', line]);
}

describe('a head of the plain kind', () => {
  test('is read as the SDK of OpenAI sends it', () => {
    const bytes = head(
      {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'User-Agent': 'OpenAI/JS 7.57.0',
        'X-Stainless-Retry-Count': '0',
        'X-Stainless-Lang': 'js',
        Authorization: 'Bearer sk-1',
        Host: '127.0.0.1:4000',
        Connection: 'keep-alive',
        'Accept-Encoding': 'gzip, deflate',
        'Content-Length': '2',
      },
      'POST /v1/chat/completions?a=1&b=%20 HTTP/1.1',
    );
    const read = readLaneHead(bytes);
    assert.equal(read?.target, '/v1/chat/completions?a=1&b=%20');
    assert.equal(read.bodyBytes, 2);
    assert.equal(read.headBytes, bytes.length - 2);
    assert.equal(read.headers.authorization, 'Bearer sk-1');
    assert.equal(read.headers['x-stainless-lang'], 'js');
    assert.equal(Object.keys(read.headers).length, 10);
  });

  test('has values with colons, commas, tabs, nothing and Latin-1 in them', () => {
    const read = readLaneHead(head(['host:a:1', 'content-length:\t2 ', 'x-a: b: c, d\te ', 'x-empty:', 'x-e: \xe9']));
    assert.deepEqual(read?.headers, {
      host: 'a:1',
      'content-length': '2',
      'x-a': 'b: c, d\te',
      'x-empty': '',
      'x-e': 'é',
    });
  });

  test('may have its body, and more, still to come or behind it', () => {
    const bytes = head(PLAIN);
    assert.equal(readLaneHead(bytes.subarray(0, -2))?.headBytes, bytes.length - 2);
    assert.equal(readLaneHead(Buffer.concat([bytes, bytes]))?.headBytes, bytes.length - 2);
  });

  test('is incomplete without any one of its last bytes', () => {
    const bytes = head(PLAIN);
    for (let size = 0; size < bytes.length - 2; size++) assert.equal(readLaneHead(bytes.subarray(0, size)), null);
  });

  test('has at most 200 headers and 32 KB', () => {
    const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `x-${index}: y`);
    assert.notEqual(readLaneHead(head(['host: a', 'content-length: 2', ...lines(198)])), null);
    assert.equal(readLaneHead(head(['host: a', 'content-length: 2', ...lines(199)])), null);
    const spare = 32 * 1024 - head({ ...PLAIN, 'x-long': '' }).length + '\r\n\r\n{}'.length;
    assert.notEqual(readLaneHead(head({ ...PLAIN, 'x-long': 'y'.repeat(spare) })), null);
    assert.equal(readLaneHead(head({ ...PLAIN, 'x-long': 'y'.repeat(spare + 1) })), null);
  });
});

describe('left to node:http is', () => {
  const cases: Record<string, Buffer> = {
    'another method': head(PLAIN, 'GET /v1/messages HTTP/1.1'),
    'a method in lower case': head(PLAIN, 'post /v1/messages HTTP/1.1'),
    'HTTP/1.0': head(PLAIN, 'POST /v1/messages HTTP/1.0'),
    'HTTP/2.0': head(PLAIN, 'POST /v1/messages HTTP/2.0'),
    'no version': head(PLAIN, 'POST /v1/messages'),
    'a target with its origin': head(PLAIN, 'POST http://gateway/v1/messages HTTP/1.1'),
    'a target that is a star': head(PLAIN, 'POST * HTTP/1.1'),
    'a target with a space': head(PLAIN, 'POST /v1/messages /x HTTP/1.1'),
    'a target after two spaces': head(PLAIN, 'POST  /v1/messages HTTP/1.1'),
    'a target with Latin-1': head(PLAIN, 'POST /v1/messages?\xe9 HTTP/1.1'),
    'a tab before the version': head(PLAIN, 'POST /v1/messages\tHTTP/1.1'),
    'an empty line first': Buffer.concat([Buffer.from('\r\n'), head(PLAIN)]),
    'no header at all': Buffer.from('POST /v1/messages HTTP/1.1\r\n\r\n'),
    'no host': head({ 'content-length': '2' }),
    'no length': head({ host: 'a' }),
    chunks: head({ host: 'a', 'transfer-encoding': 'chunked' }),
    'chunks and a length': withLine('Transfer-Encoding: chunked'),
    'chunks under a name with a space': withLine('Transfer-Encoding : chunked'),
    'two lengths': withLine('Content-Length: 3'),
    'the same length twice': withLine('content-length: 2'),
    'two hosts': withLine('Host: other'),
    'any name twice': head(['host: a', 'content-length: 2', 'x-a: 1', 'X-A: 1']),
    expect: withLine('Expect: 100-continue'),
    upgrade: withLine('Upgrade: websocket'),
    'a packed body': withLine('Content-Encoding: gzip'),
    'a trailer': withLine('Trailer: x'),
    te: withLine('TE: trailers'),
    'settings of HTTP/2': withLine('HTTP2-Settings: AAMAAABkAAQAAP__'),
    'connection: close': withLine('Connection: close'),
    'connection: keep-alive, upgrade': withLine('Connection: keep-alive, upgrade'),
    'set-cookie': withLine('Set-Cookie: a=b'),
    'proxy-connection': withLine('Proxy-Connection: close'),
    'a space before the colon': withLine('x-a : b'),
    'a name with a space': withLine('x a: b'),
    'a name in Latin-1': withLine('x-\xe9: b'),
    'an empty name': withLine(': b'),
    'a line without a colon': withLine('x-a'),
    'a line that is folded': withLine('x-a: b\r\n c'),
    'a folded line in front': head([' x-a: b', 'host: a', 'content-length: 2']),
    'a bare LF in a value': withLine('x-a: b\ncontent-length: 9'),
    'a bare CR in a value': withLine('x-a: b\rc'),
    'a CR before the end of a line': withLine('x-a: b\r'),
    'a zero byte': withLine('x-a: b\0'),
    'a delete byte': withLine('x-a: b\x7f'),
    'an escape byte': withLine('x-a: \x1b[2J'),
    'lines that end in LF': Buffer.from('POST /v1/messages HTTP/1.1\nhost: a\ncontent-length: 2\n\n{}'),
  };
  for (const name of ['__proto__', 'constructor', 'Constructor'])
    cases[`a header named ${name}`] = withLine(`${name}: x`);
  const lengths = [
    '',
    '0',
    '-1',
    '+2',
    '2 2',
    '2,2',
    '02',
    '0x2',
    '2.0',
    '1e1',
    'two',
    '2;',
    '1'.repeat(16),
    '\xa02',
    '2\xa0',
    '²',
  ];
  for (const length of lengths) cases[`the length "${length}"`] = head({ host: 'a', 'content-length': length });

  for (const [name, bytes] of Object.entries(cases)) test(name, () => assert.equal(readLaneHead(bytes), null));

  test('and nothing is missing in these cases but what they are about', () => {
    assert.notEqual(readLaneHead(withLine('x-a: b')), null);
    assert.notEqual(readLaneHead(head({ host: 'a', 'content-length': '2' })), null);
  });
});

test('a header may have any other name that objects have', () => {
  const read = readLaneHead(head({ ...PLAIN, toString: 'a', hasOwnProperty: 'b', __defineGetter__: 'c' }));
  assert.deepEqual(Object.entries(read?.headers ?? {}).slice(2), [
    ['tostring', 'a'],
    ['hasownproperty', 'b'],
    ['__definegetter__', 'c'],
  ]);
});

test('a name is read the same the first time, the second time, and when too many have come to remember it', () => {
  const long = `X-${'Y'.repeat(100)}`;
  for (let index = 0; index < 2000; index++) {
    const name = `X-Name-${index % 1000}`;
    const read = readLaneHead(head({ ...PLAIN, [name]: 'a', [long]: 'b' }));
    assert.deepEqual([read?.headers[name.toLowerCase()], read?.headers[long.toLowerCase()]], ['a', 'b']);
  }
  for (let index = 0; index < 3; index++) {
    assert.equal(readLaneHead(withLine('Expect: x')), null);
    assert.equal(readLaneHead(withLine(`X-Odd name ${index % 2}: x`)), null);
    assert.equal(readLaneHead(head(['host: a', 'content-length: 2', 'x-a: 1', 'X-a: 2'])), null);
  }
});

test('only spaces and tabs around a value are not part of it', () => {
  for (const space of ['\xa0', '\x85']) {
    const read = readLaneHead(withLine(`x-api-key:\t ${space}key${space} \t`));
    assert.equal(read?.headers['x-api-key'], `${space}key${space}`);
  }
});

interface Seen {
  method: string | undefined;
  target: string | undefined;
  headers: Record<string, unknown>;
  body: string;
}

describe('beside node:http', () => {
  let server: Server;
  let seen: Seen[] = [];

  before(async () => {
    server = http.createServer({ insecureHTTPParser: false, maxHeaderSize: 32 * 1024 }, (request, response) => {
      take(request);
      request.on('end', () => response.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  function take(request: IncomingMessage): void {
    const { method, url: target, headers } = request;
    const one = { method, target, headers: { ...headers }, body: '' };
    seen.push(one);
    request.on('data', (chunk: Buffer) => {
      one.body += chunk.toString('latin1');
    });
  }

  /** What node:http makes of the bytes, which end with a request to close. */
  async function read(bytes: Buffer): Promise<Seen[]> {
    seen = [];
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket
      .on('error', () => {})
      .resume()
      .write(bytes);
    await once(socket, 'close');
    return seen;
  }

  const LAST = Buffer.from('GET /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');

  const value = fc.oneof(
    fc.constantFrom('2', '12', '02', '+2', '2, 2', 'chunked', 'close', 'keep-alive', 'Keep-Alive', 'a:b', '', '\xa02'),
    fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
  );
  const name = fc.oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'Host',
        'Connection',
        'Content-Length',
        'content_length',
        'Cookie',
        'Set-Cookie',
        'Date',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('Transfer-Encoding', 'Keep-Alive', 'Expect', 'X-\xe9', 'a b', 'Origin', 'Age'),
    },
  );
  const padding = fc.constantFrom('', ' ', '\t', '  ', ' \t', '\xa0', '\x85');
  const line = fc.tuple(name, padding, value, padding).map(([n, before, v, behind]) => `${n}:${before}${v}${behind}`);
  const target = fc.oneof(
    fc.constantFrom('/v1/messages', '/', '//x/y', '/?', '/#a', '/a?b#c?d', '/\\', '/a"<>^`{|}', '/%zz', '/..;/'),
    fc
      .string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) })
      .map((t) => `/${t}`),
  );
  const damage = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('put', 'drop', 'swap' as const),
    byte: fc.oneof(fc.constantFrom(0, 9, 10, 13, 32, 0x3a, 0x7f, 0x85, 0xa0), fc.integer({ min: 0, max: 255 })),
  });
  const damages = fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(damage, { minLength: 1, maxLength: 3 }));
  const heads = fc.record({
    target,
    lines: fc.array(line, { maxLength: 6 }),
    length: fc.integer({ min: 1, max: 40 }),
    place: fc.nat(6),
    damages,
  });

  function build(made: typeof heads extends fc.Arbitrary<infer T> ? T : never): Buffer {
    const lines = [...made.lines];
    lines.splice(made.place, 0, 'Host: gateway', `Content-Length: ${made.length}`);
    let bytes = Buffer.from(`POST ${made.target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    for (const { at, kind, byte } of made.damages) {
      const from = at % bytes.length;
      const put = kind === 'drop' ? [] : [byte];
      bytes = Buffer.concat([
        bytes.subarray(0, from),
        Buffer.from(put),
        bytes.subarray(from + (kind === 'put' ? 0 : 1)),
      ]);
    }
    return bytes;
  }

  test('law: what a lane accepts, node:http reads as the same request, to the same byte', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(heads, async (made) => {
        const bytes = build(made);
        const lane = readLaneHead(bytes);
        if (lane === null || lane.bodyBytes > 500) return;
        accepted += 1;
        const body = Buffer.alloc(lane.bodyBytes, 'GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n');
        const [first, last, ...more] = await read(Buffer.concat([bytes.subarray(0, lane.headBytes), body, LAST]));
        assert.deepEqual(first, {
          method: 'POST',
          target: lane.target,
          headers: lane.headers,
          body: body.toString('latin1'),
        });
        assert.equal(last?.target, '/last');
        assert.equal(more.length, 0);
      }),
      { numRuns: 500 },
    );
    assert.ok(accepted > 100, `only ${accepted} heads were accepted`);
  });
});
