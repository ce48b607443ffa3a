import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { findGeminiRoute, readGeminiAddress } from './gemini-route.ts';

const STREAM = '/v1beta/models/m:streamGenerateContent';

describe('a request is from a client of Google', () => {
  const isGoogle = (path: string, query = '', headers = {}): boolean =>
    readGeminiAddress(path, query, headers) !== null;

  test('under its versions, known route or not', () => {
    for (const path of [
      '/v1beta/models',
      '/v1alpha/models/m:generateContent',
      '/v1beta/files',
      '/upload/v1beta/files',
      '/v1beta',
    ])
      assert.equal(isGoogle(path), true, path);
  });

  test('when it calls one of its methods, under any version or none', () => {
    for (const path of [
      '/v1/models/m:countTokens',
      '/models/a/b:generateContent',
      '/v1/models/m%3AstreamGenerateContent',
    ])
      assert.equal(isGoogle(path), true, path);
  });

  test('when it looks at models with its key', () => {
    for (const path of ['/v1/models', '/v1/models/m', '/models', '/v1/models/m:embedContent']) {
      assert.equal(isGoogle(path), false, path);
      assert.equal(isGoogle(path, 'key=k'), true, path);
      assert.equal(isGoogle(path, '', { 'x-goog-api-key': 'k' }), true, path);
    }
  });

  test('and not for any other route, whatever its key', () => {
    for (const path of [
      '/v1/chat/completions',
      '/v1/messages',
      '/v1/responses',
      '/v1/embeddings',
      '/healthz',
      '/v1betamax',
      '/',
    ])
      assert.equal(isGoogle(path, 'key=k', { 'x-goog-api-key': 'k' }), false, path);
  });
});

describe('the query', () => {
  test('has a key, which becomes the header that has none', () => {
    const headersOf = (query: string, headers: Record<string, string>) =>
      readGeminiAddress(STREAM, query, headers)?.headers;
    assert.deepEqual(headersOf('alt=sse&key=a%20b', { host: 'h' }), { host: 'h', 'x-goog-api-key': 'a b' });
    assert.deepEqual(headersOf('key=a', { 'x-goog-api-key': '' }), { 'x-goog-api-key': 'a' });
    assert.deepEqual(headersOf('key=a', { 'x-goog-api-key': 'own' }), { 'x-goog-api-key': 'own' });
    assert.deepEqual(headersOf('key=', { host: 'h' }), { host: 'h' });
  });

  test('says whether a stream comes as events', () => {
    const isArray = (path: string, query: string) => readGeminiAddress(path, query, {})?.isArray;
    assert.deepEqual([isArray(STREAM, 'alt=sse'), isArray(STREAM, 'key=k&$alt=sse')], [false, false]);
    assert.deepEqual([isArray(STREAM, ''), isArray(STREAM, 'alt=json')], [true, true]);
    assert.equal(isArray('/v1beta/models/m:generateContent', ''), false);
  });
});

describe('the route', () => {
  const refusal = (path: string, method: string): [string, string] => {
    try {
      findGeminiRoute(path, method);
    } catch (error) {
      assert.ok(error instanceof TierlineError);
      return [error.code, error.message];
    }
    return assert.fail(path);
  };

  test('names the model and the kind of answer', () => {
    const cases: [string, string, boolean][] = [
      ['/v1beta/models/m:generateContent', 'm', false],
      ['/models/m:streamGenerateContent', 'm', true],
      ['/v1/models/models/a/b:7b:generateContent', 'a/b:7b', false],
      ['/v1alpha/models/auto/task:generateContent', 'auto/task', false],
      ['/v1beta/models/a%2Fb%3Ac%3AgenerateContent', 'a/b:c', false],
      ['/v1beta/models/100%:generateContent', '100%', false],
    ];
    for (const [path, model, stream] of cases)
      assert.deepEqual(findGeminiRoute(path, 'POST'), { kind: 'call', named: { model, stream } });
    const counting = findGeminiRoute('/v1beta/models/m:countTokens', 'POST');
    assert.deepEqual(counting, { kind: 'count', named: { model: 'm', stream: false } });
  });

  test('leads to the models, one or all', () => {
    assert.deepEqual(findGeminiRoute('/v1beta/models', 'GET'), { kind: 'models', name: null });
    assert.deepEqual(findGeminiRoute('/v1beta/models/a%2Fb:7b', 'HEAD'), { kind: 'models', name: 'a/b:7b' });
    assert.deepEqual(findGeminiRoute('/v1/models/models/m', 'GET'), { kind: 'models', name: 'm' });
  });

  test('is refused when there is none, or none of the method', () => {
    for (const path of [
      '/v1beta',
      '/v1beta/models/',
      '/v1beta/tunedModels/m:generateContent',
      '/v1beta/models/m:embedContent',
    ])
      assert.equal(refusal(path, 'POST')[0], 'not_found', path);
    assert.deepEqual(refusal('/v1beta/models/m:generateContent', 'GET')[0], 'method_not_allowed');
    assert.match(refusal('/v1beta/models/m:embedContent', 'POST')[1], /embeddings go to POST \/v1\/embeddings/);
    assert.match(refusal('/v1beta/models', 'DELETE')[1], /answers GET and HEAD, not DELETE/);
    assert.match(refusal(`/v1beta/${'x'.repeat(900)}`, 'POST')[1], /^.{200,420}$/);
  });
});
