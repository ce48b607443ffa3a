import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { anthropicMessages } from '../dialect/anthropic-messages.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { gemini } from '../dialect/gemini.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { openaiEmbeddings } from '../dialect/openai-embeddings.ts';
import { openaiResponses } from '../dialect/openai-responses.ts';
import {
  type Connection,
  createHttpConnection,
  type Endpoint,
  type HttpConnectionOptions,
  type PassOrder,
} from './connection.ts';
import type { Exchange, HttpUpstream, UpstreamRequest, UpstreamSink } from './http-upstream.ts';
import type { RawRequest, RawUpstream } from './raw-upstream.ts';

const EXCHANGE: Exchange = { abort: () => {}, pause: () => {}, resume: () => {} };
const SINK: UpstreamSink = { onHead: () => {}, onData: () => {}, onEnd: () => {}, onError: () => {} };
const TIMEOUTS = { firstByteMs: 11, idleMs: 22 };

function connect(dialect: Dialect, changes: Partial<HttpConnectionOptions> = {}) {
  const sent: UpstreamRequest[] = [];
  let closed = 0;
  const upstream: HttpUpstream = {
    send: (request) => {
      sent.push(request);
      return EXCHANGE;
    },
    close: () => {
      closed++;
      return Promise.resolve();
    },
  };
  const connection = createHttpConnection({
    name: 'prov',
    vendor: 'openai',
    habits: {},
    dialects: [dialect],
    isPrivate: false,
    upstream,
    basePath: '/v1',
    apiKey: 'sk-secret',
    auth: 'bearer',
    headers: {},
    query: {},
    hasModelInPath: false,
    anthropicVersion: '2023-06-01',
    anthropicBeta: [],
    ...changes,
  });
  return { connection, sent, closed: () => closed };
}

const endpoint = (dialect: Dialect, changes: Partial<Endpoint> = {}): Endpoint => ({
  dialect,
  model: 'm-1',
  stream: false,
  headers: {},
  query: '',
  isSameDialect: true,
  ...changes,
});

function request(
  dialect: Dialect,
  options: Partial<HttpConnectionOptions>,
  asked: Partial<Endpoint> = {},
): UpstreamRequest {
  const { connection, sent } = connect(dialect, options);
  connection.send(endpoint(dialect, asked), 'body', TIMEOUTS, SINK);
  return sent[0] ?? assert.fail('nothing was sent');
}

/** Headers by name; a name that is there twice is a failure. */
function headersOf({ headers }: UpstreamRequest): Record<string, string> {
  const map: Record<string, string> = {};
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    assert.equal(map[name], undefined, `${name} stands there twice`);
    map[name] = headers[index + 1] ?? '';
  }
  return map;
}

describe('the path', () => {
  test('is that of the dialect below the base path', () => {
    assert.equal(request(openaiChat, {}).path, '/v1/chat/completions');
    assert.equal(request(openaiChat, { basePath: '' }).path, '/chat/completions');
    assert.equal(request(anthropicMessages, {}).path, '/v1/messages');
    assert.equal(request(anthropicMessages, { basePath: '/proxy/v1' }).path, '/proxy/v1/messages');
  });

  test("has the model in it in Azure's older form, in safe letters", () => {
    const azure = { basePath: '/openai', hasModelInPath: true, query: { 'api-version': '2024-10-21' } };
    const path = '/openai/deployments/m-1/chat/completions?api-version=2024-10-21';
    assert.equal(request(openaiChat, azure).path, path);
    const odd = request(openaiChat, azure, { model: '../a/b?c#d e' }).path;
    assert.equal(odd, path.replace('m-1', '..%2Fa%2Fb%3Fc%23d%20e'));
  });

  test("has the operator's query fields, escaped", () => {
    assert.equal(request(openaiChat, { query: { a: 'b&c', d: '1' } }).path, '/v1/chat/completions?a=b%26c&d=1');
  });

  test("has the client's query for Anthropic's own clients only", () => {
    assert.equal(request(anthropicMessages, {}, { query: 'beta=true' }).path, '/v1/messages?beta=true');
    assert.equal(
      request(anthropicMessages, { query: { a: '1' } }, { query: 'beta=true' }).path,
      '/v1/messages?a=1&beta=true',
    );
    assert.equal(request(openaiChat, {}, { query: 'beta=true' }).path, '/v1/chat/completions');
    assert.equal(request(anthropicMessages, {}, { query: 'beta=true', isSameDialect: false }).path, '/v1/messages');
  });

  test('is that of what is spoken, where a provider speaks more than one dialect', () => {
    const { connection, sent } = connect(openaiChat, { dialects: [openaiChat, openaiResponses, openaiEmbeddings] });
    assert.equal(connection.dialect, openaiChat);
    for (const dialect of connection.speaks) connection.send(endpoint(dialect), 'body', TIMEOUTS, SINK);
    assert.deepEqual(
      sent.map(({ path }) => path),
      ['/v1/chat/completions', '/v1/responses', '/v1/embeddings'],
    );
    const dated = request(openaiEmbeddings, { hasModelInPath: true, basePath: '/openai' });
    assert.equal(dated.path, '/openai/deployments/m-1/embeddings');
  });

  test('of counting tokens is next to the messages, and only there', () => {
    const { connection, sent } = connect(anthropicMessages);
    connection.countTokens?.(endpoint(anthropicMessages), 'body', TIMEOUTS, SINK);
    assert.equal(sent[0]?.path, '/v1/messages/count_tokens');
    assert.equal(connect(openaiChat).connection.countTokens, null);
  });

  test('of Gemini has the model and what is asked of it, and no query of the client', () => {
    const { connection, sent } = connect(gemini, { basePath: '/v1beta' });
    const asked = endpoint(gemini, { model: 'tuned/a b', query: 'key=client' });
    connection.send(asked, 'body', TIMEOUTS, SINK);
    connection.send({ ...asked, stream: true }, 'body', TIMEOUTS, SINK);
    connection.countTokens?.(asked, 'body', TIMEOUTS, SINK);
    assert.deepEqual(
      sent.map(({ path }) => path),
      ['generateContent', 'streamGenerateContent?alt=sse', 'countTokens'].map(
        (method) => `/v1beta/models/tuned/a%20b:${method}`,
      ),
    );
  });
});

describe('the credential', () => {
  test('is sent the way the provider wants it', () => {
    const styles: [HttpConnectionOptions['auth'], string, string][] = [
      ['bearer', 'authorization', 'Bearer sk-secret'],
      ['x-api-key', 'x-api-key', 'sk-secret'],
      ['api-key', 'api-key', 'sk-secret'],
      ['x-goog-api-key', 'x-goog-api-key', 'sk-secret'],
    ];
    for (const [auth, name, value] of styles) {
      const headers = headersOf(request(openaiChat, { auth }));
      assert.equal(headers[name], value);
      assert.equal(Object.values(headers).filter((text) => text.includes('sk-secret')).length, 1);
    }
  });

  test('is not sent when there is none or none is wanted', () => {
    for (const options of [{ apiKey: null }, { auth: 'none' as const }]) {
      const headers = headersOf(request(openaiChat, options));
      assert.deepEqual(Object.keys(headers), ['content-type', 'user-agent', 'accept']);
    }
  });

  test('is told as a secret, so that errors can be cleaned of it', () => {
    assert.deepEqual(connect(openaiChat).connection.secrets, ['sk-secret']);
    assert.deepEqual(connect(openaiChat, { apiKey: null }).connection.secrets, []);
  });

  test('of the client never goes on, under whatever name', () => {
    const headers = {
      authorization: 'Bearer client',
      'x-api-key': 'client',
      'api-key': 'client',
      'x-goog-api-key': 'client',
      'proxy-authorization': 'client',
      cookie: 'client',
      host: 'client',
      'openai-organization': 'client',
    };
    for (const dialect of [openaiChat, anthropicMessages]) {
      for (const isSameDialect of [true, false]) {
        const sent = headersOf(request(dialect, { apiKey: null }, { headers, isSameDialect }));
        assert.ok(!Object.values(sent).some((value) => value.includes('client')), JSON.stringify(sent));
      }
    }
  });
});

describe('headers', () => {
  test('say what is sent and what is wanted back', () => {
    assert.equal(headersOf(request(openaiChat, {}))['content-type'], 'application/json');
    assert.equal(headersOf(request(openaiChat, {})).accept, 'application/json');
    assert.equal(headersOf(request(openaiChat, {}, { stream: true })).accept, 'text/event-stream');
    assert.equal(headersOf(request(openaiChat, {}))['accept-encoding'], undefined);
  });

  test("of the operator are added, and go before the gateway's own", () => {
    const headers = headersOf(
      request(openaiChat, { headers: { 'OpenAI-Organization': 'org-1', 'User-Agent': 'acme' } }),
    );
    assert.equal(headers['openai-organization'], 'org-1');
    assert.equal(headers['user-agent'], 'acme');
  });

  test('of an OpenAI client go on when they are part of the API', () => {
    const asked = { 'openai-beta': 'x=v1', 'idempotency-key': 'k', 'x-stainless-lang': 'js', 'x-tierline-task': 't' };
    const headers = headersOf(request(openaiChat, {}, { headers: asked }));
    assert.equal(headers['openai-beta'], 'x=v1');
    assert.equal(headers['idempotency-key'], 'k');
    assert.deepEqual([headers['x-stainless-lang'], headers['x-tierline-task']], [undefined, undefined]);
    const crossed = headersOf(request(openaiChat, {}, { headers: asked, isSameDialect: false }));
    assert.deepEqual([crossed['openai-beta'], crossed['idempotency-key']], [undefined, undefined]);
  });
});

describe('the version of Anthropic', () => {
  const client = { 'anthropic-version': '2099-01-01', 'anthropic-beta': 'files-api' };

  test("is the client's on its own dialect, else the operator's", () => {
    assert.equal(headersOf(request(anthropicMessages, {}, { headers: client }))['anthropic-version'], '2099-01-01');
    assert.equal(headersOf(request(anthropicMessages, {}))['anthropic-version'], '2023-06-01');
    const crossed = headersOf(request(anthropicMessages, {}, { headers: client, isSameDialect: false }));
    assert.equal(crossed['anthropic-version'], '2023-06-01');
    assert.equal(crossed['anthropic-beta'], undefined);
  });

  test("comes with the client's beta flags and then the operator's", () => {
    const options = { anthropicBeta: ['a', 'b'] };
    assert.equal(
      headersOf(request(anthropicMessages, options, { headers: client }))['anthropic-beta'],
      'files-api,a,b',
    );
    assert.equal(headersOf(request(anthropicMessages, options))['anthropic-beta'], 'a,b');
    const crossed = request(anthropicMessages, options, { headers: client, isSameDialect: false });
    assert.equal(headersOf(crossed)['anthropic-beta'], 'a,b');
    const empty = request(anthropicMessages, {}, { headers: { 'anthropic-beta': '' } });
    assert.equal(headersOf(empty)['anthropic-beta'], undefined);
  });

  test('is no concern of OpenAI', () => {
    const headers = headersOf(request(openaiChat, { anthropicBeta: ['a'] }, { headers: client }));
    assert.deepEqual([headers['anthropic-version'], headers['anthropic-beta']], [undefined, undefined]);
  });
});

test('body and time limits go on as they are, and closing closes the upstream', async () => {
  const { connection, sent, closed } = connect(openaiChat);
  const body = Buffer.from('{}');
  assert.equal(connection.send(endpoint(openaiChat), body, TIMEOUTS, SINK), EXCHANGE);
  assert.equal(sent[0]?.body, body);
  assert.deepEqual([sent[0]?.firstByteMs, sent[0]?.idleMs], [11, 22]);
  await connection.close();
  assert.equal(closed(), 1);
});

test('requests do not see the headers of each other', () => {
  const { connection, sent } = connect(openaiChat);
  const send = (one: Connection, headers: Endpoint['headers']): unknown =>
    one.send(endpoint(openaiChat, { headers }), '', TIMEOUTS, SINK);
  send(connection, { 'openai-beta': 'a' });
  send(connection, {});
  assert.equal(headersOf(sent[1] ?? assert.fail())['openai-beta'], undefined);
});

describe('what is handed on beside calls', () => {
  function pass(dialect: Dialect, options: Partial<HttpConnectionOptions>, order: Partial<PassOrder> = {}): RawRequest {
    let sent: RawRequest | undefined;
    const raw: RawUpstream = (asked) => {
      sent = asked;
      return new Promise(() => {});
    };
    const { connection } = connect(dialect, { ...options, raw });
    const asked = { method: 'GET', path: 'files/f-1', query: '', headers: {}, body: null, ...TIMEOUTS, ...order };
    void connection.pass?.(asked, new AbortController().signal);
    return sent ?? assert.fail('nothing was sent');
  }
  const headers = (asked: RawRequest) => headersOf(asked as unknown as UpstreamRequest);

  test('goes below the base path, with the operator’s query before the client’s', () => {
    assert.equal(pass(openaiChat, {}).path, '/v1/files/f-1');
    const asked = pass(openaiChat, { basePath: '/openai', query: { 'api-version': '1' } }, { query: 'limit=2' });
    assert.equal(asked.path, '/openai/files/f-1?api-version=1&limit=2');
    assert.deepEqual([asked.method, asked.firstByteMs, asked.idleMs], ['GET', 11, 22]);
  });

  test('has our key and what belongs to the dialect, and never the client’s key', () => {
    const client = {
      authorization: 'Bearer client',
      'x-api-key': 'client',
      cookie: 'c',
      'openai-beta': 'x',
      accept: 'a/b',
    };
    assert.deepEqual(headers(pass(openaiChat, { headers: { 'x-team': 't' } }, { headers: client })), {
      'user-agent': 'tierline',
      authorization: 'Bearer sk-secret',
      'x-team': 't',
      'openai-beta': 'x',
      accept: 'a/b',
      'accept-encoding': 'identity',
    });
    const anthropic = pass(
      anthropicMessages,
      { auth: 'x-api-key', anthropicBeta: ['own'] },
      { headers: { 'anthropic-version': '2024-01-01', 'anthropic-beta': 'files' } },
    );
    assert.deepEqual(headers(anthropic), {
      'user-agent': 'tierline',
      'x-api-key': 'sk-secret',
      'anthropic-version': '2024-01-01',
      'anthropic-beta': 'files,own',
      accept: '*/*',
      'accept-encoding': 'identity',
    });
  });

  test('says what the body is: the client’s type, and the length there is', () => {
    const client = {
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': '7',
      'content-encoding': 'gzip',
    };
    const bodyHeaders = (body: PassOrder['body'], method = 'POST') => {
      const all = headers(pass(openaiChat, {}, { method, headers: client, body }));
      return [all['content-type'], all['content-length'], all['content-encoding']];
    };
    assert.deepEqual(bodyHeaders(new Readable()), [client['content-type'], '7', 'gzip']);
    assert.deepEqual(bodyHeaders(Buffer.from('abc')), [client['content-type'], '3', undefined]);
    assert.deepEqual(bodyHeaders(null), [undefined, '0', undefined]);
    assert.deepEqual(bodyHeaders(null, 'GET'), [undefined, undefined, undefined]);
  });

  test('is not possible where nothing but calls is sent', () => {
    assert.equal(connect(openaiChat).connection.pass, null);
  });
});
