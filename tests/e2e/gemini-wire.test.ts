// What Gemini clients see on the wire: keys, names, errors in Google's shape, bytes that stay as they are, streams that wait,
// break, come as an array or are left; and that a key in the query is seen by nobody else.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { ApiError, type Content, type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import {
  beginStream,
  chunk,
  type GeminiUpstream,
  say,
  sayHello,
  sendJson,
  startGeminiUpstream,
  toEvent,
  USAGE,
} from './gemini-upstream.ts';
import { eventually, fileScope, type GatewayProcess, startGateway } from './support.ts';

const KEY = 'key-of-the-google-client';
const PROVIDER_KEY = 'key-of-the-provider-0123456789';
const PRICE = { input: 1, output: 2 };

const scope = fileScope();
let upstream: GeminiUpstream;
let home: GeminiUpstream;
let gateway: GatewayProcess;
let client: GoogleGenAI;

before(async () => {
  upstream = await startGeminiUpstream();
  home = await startGeminiUpstream();
  scope.after(async () => void (await Promise.all([upstream.close(), home.close()])));
  const google = { dialect: 'gemini', api_key: PROVIDER_KEY };
  gateway = await startGateway(scope, {
    config: {
      providers: {
        google: { ...google, base_url: upstream.url },
        home: { ...google, base_url: home.url, private: true },
        simulated: { dialect: 'openai', speed: 50 },
      },
      models: {
        gemini: { use: 'google/gemini-real', price: PRICE },
        strong: { use: 'google/gemini-strong', price: PRICE },
        'team/odd:7b@x': { use: 'google/gemini-odd', price: PRICE },
        both: { deployments: [{ use: 'google/gemini-real', weight: 1000 }, { use: 'home/gemini-home' }], price: PRICE },
        openai: { use: 'simulated/sim-small', price: PRICE },
      },
      keys: { google: { key: KEY, tenant: 'google' } },
      tasks: {
        greeting: { route: 'gemini' },
        notes: { private: true, route: 'both' },
        judged: { route: { cascade: ['gemini', 'strong'] }, accept: [{ length: { min_characters: 3 } }] },
      },
      default: 'gemini',
      server: { port: 0, max_body: '64KB' },
      timeouts: { keep_alive: '100ms' },
      retries: { max_attempts: 1 },
      breaker: { min_requests: 10_000 },
    },
  });
  client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: gateway.url } });
});

const ask = (text: string): object => ({ contents: [{ role: 'user', parts: [{ text }] }] });

function post(address: string, body: object | string, headers: Record<string, string> = { 'x-goog-api-key': KEY }) {
  return fetch(`${gateway.url}${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function collect(stream: AsyncIterable<GenerateContentResponse>): Promise<GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  for await (const one of stream) chunks.push(one);
  return chunks;
}

const textOf = (chunks: readonly GenerateContentResponse[]): string => chunks.map(({ text }) => text ?? '').join('');
const rowOf = (response: Response) => gateway.row(String(response.headers.get('x-tierline-request-id')));

/** The error of an answer, in Google's shape. */
async function errorOf(response: Response, status: number): Promise<{ message: string; status: string }> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  const { error, ...rest } = JSON.parse(text) as { error: { code: number; message: string; status: string } };
  assert.deepEqual(rest, {});
  assert.equal(error.code, status);
  assert.match(error.status, /^[A-Z_]+$/);
  return error;
}

describe('the key', () => {
  test('in the query is taken, and seen by nobody else', async () => {
    for (const method of ['generateContent?', 'streamGenerateContent?alt=sse&', 'countTokens?']) {
      const response = await post(`/v1beta/models/gemini:${method}key=${KEY}`, ask('query key'), {});
      assert.equal(response.status, 200, await response.text());
    }
    const refused = await errorOf(
      await post('/v1beta/models/gemini:generateContent?key=wrong-secret', ask('x'), {}),
      401,
    );
    const lost = await errorOf(await post(`/v1beta/nowhere?key=${KEY}`, {}, {}), 404);
    assert.ok(!`${refused.message}${lost.message}`.includes('secret') && !lost.message.includes(KEY));
    for (const visit of upstream.visitsOf('query key')) {
      assert.ok(!JSON.stringify([visit.path, visit.headers, visit.text]).includes(KEY));
      assert.equal(visit.headers['x-goog-api-key'], PROVIDER_KEY);
    }
    const folder = path.dirname(gateway.ledgerPath);
    const written = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'tierline.yaml')
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
    assert.ok(written.length > 0);
    for (const text of [...written, gateway.stdout, gateway.stderr]) assert.ok(!text.includes(KEY));
  });

  test('in a header or as a token is taken as well, and none is refused', async () => {
    const places: Record<string, string>[] = [{ 'x-goog-api-key': KEY }, { authorization: `Bearer ${KEY}` }];
    for (const headers of places)
      assert.equal((await post('/v1beta/models/gemini:generateContent', ask('header key'), headers)).status, 200);
    assert.equal(
      (await errorOf(await post('/v1beta/models/gemini:generateContent', ask('x'), {}), 401)).status,
      'UNAUTHENTICATED',
    );
  });
});

describe('the name of the model', () => {
  test('may have slashes, colons, escapes and a prefix', async () => {
    const names = ['team/odd:7b@x', 'team%2Fodd%3A7b%40x', 'models/team/odd:7b@x', 'team/odd:7b@x%3AgenerateContent'];
    for (const [at, name] of names.entries()) {
      const method = name.endsWith('generateContent') ? '' : ':generateContent';
      const response = await post(`/v1beta/models/${name}${method}`, ask(`name ${at}`));
      assert.equal(response.status, 200, name);
      assert.equal(upstream.visitsOf(`name ${at}`)[0]?.path, '/v1beta/models/gemini-odd:generateContent');
      assert.equal((await rowOf(response)).requestedModel, 'team/odd:7b@x');
    }
  });

  test('may be auto, auto with a task, or a provider name, under each version', async () => {
    for (const version of ['/v1beta', '/v1', '/v1alpha', '']) {
      for (const name of ['auto', 'auto/greeting', 'google/gemini-odd', 'gemini-odd']) {
        const response = await post(`${version}/models/${name}:generateContent`, ask('hello'));
        assert.equal(response.status, 200, `${version} ${name}`);
        assert.equal((await rowOf(response)).model, name.startsWith('auto') ? 'gemini' : 'team/odd:7b@x');
      }
    }
    const error = await errorOf(await post('/v1beta/models/auto/nope:generateContent', ask('x')), 404);
    assert.equal(error.status, 'NOT_FOUND');
  });

  test('in the body is made that of the provider, and nothing else of the body changes', async () => {
    const body =
      '{ "model": "models/gemini", "contents":[{"role":"user","parts":[{"text":"own \\u0062ody"}]}],\n "odd": 1.0 }';
    assert.equal((await post('/v1beta/models/gemini:generateContent', body)).status, 200);
    assert.equal(upstream.visitsOf('own body')[0]?.text, body.replace('models/gemini', 'models/gemini-real'));
  });
});

describe('models', () => {
  test('are listed and shown in the shape of Google', async () => {
    const names: (string | undefined)[] = [];
    for await (const model of await client.models.list()) names.push(model.name);
    assert.deepEqual(names.slice(0, 2), ['models/gemini', 'models/strong']);
    assert.ok(names.includes('models/auto/greeting') && names.includes('models/team/odd:7b@x'));
    for (const name of ['team/odd:7b@x', 'models/gemini', 'auto/judged']) {
      const shown = await client.models.get({ model: name });
      assert.equal(shown.name, `models/${name.replace('models/', '')}`);
      assert.deepEqual(shown.supportedActions, ['generateContent', 'countTokens']);
    }
    await assert.rejects(
      client.models.get({ model: 'nope' }),
      (error) => error instanceof ApiError && error.status === 404,
    );
  });

  test('under /v1 are for Google when its key says so, else for OpenAI', async () => {
    const list = async (headers: Record<string, string>): Promise<object> =>
      (await (await fetch(`${gateway.url}/v1/models`, { headers })).json()) as object;
    assert.deepEqual(Object.keys(await list({ 'x-goog-api-key': KEY })), ['models']);
    assert.deepEqual(Object.keys(await list({ authorization: `Bearer ${KEY}` })), ['object', 'data']);
  });
});

describe('errors have the shape of Google', () => {
  test('for routes, methods and bodies', async () => {
    const wrong: [Promise<Response>, number, string][] = [
      [post('/v1beta/models/gemini:embedContent', {}), 404, 'NOT_FOUND'],
      [post('/v1beta/files', {}), 404, 'NOT_FOUND'],
      [fetch(`${gateway.url}/v1beta/models/gemini:generateContent`), 405, 'INVALID_ARGUMENT'],
      [post('/v1beta/models/gemini:generateContent', '{"contents":'), 400, 'INVALID_ARGUMENT'],
      [post('/v1beta/models/gemini:generateContent', '[]'), 400, 'INVALID_ARGUMENT'],
      [post('/v1beta/models/gemini:generateContent', {}), 400, 'INVALID_ARGUMENT'],
      [post('/v1beta/models/gemini:generateContent', { contents: [] }), 400, 'INVALID_ARGUMENT'],
      [post('/v1beta/models/gemini:generateContent', { contents: ['x'] }), 400, 'INVALID_ARGUMENT'],
      [post('/v1beta/models/gemini:generateContent', { ...ask('x'), tools: [], Tools: [] }), 400, 'INVALID_ARGUMENT'],
      [
        post('/v1beta/models/gemini:generateContent', { ...ask('x'), generationConfig: {}, generation_config: {} }),
        400,
        'INVALID_ARGUMENT',
      ],
      [post('/v1beta/models/gemini:generateContent', ask('x'.repeat(70_000))), 413, 'INVALID_ARGUMENT'],
      [
        post('/v1beta/models/gemini:generateContent', ask('x'), { 'x-goog-api-key': KEY, 'content-encoding': 'odd' }),
        415,
        'INVALID_ARGUMENT',
      ],
      [post('/v1beta/models/nope:generateContent', ask('x')), 404, 'NOT_FOUND'],
    ];
    for (const [answered, status, word] of wrong) assert.equal((await errorOf(await answered, status)).status, word);
  });

  test('those of a provider reach the SDK with status and words, and tell how long to wait', async () => {
    upstream.on('too many', (visit) =>
      sendJson(visit, { error: { code: 429, message: 'Quota is used up.', status: 'RESOURCE_EXHAUSTED' } }, 429, {
        'retry-after': '7',
      }),
    );
    await assert.rejects(client.models.generateContent({ model: 'gemini', contents: 'too many' }), (error) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.status, 429);
      assert.match(error.message, /Quota is used up.*RESOURCE_EXHAUSTED/);
      return true;
    });
    const response = await post('/v1beta/models/gemini:generateContent', ask('too many'));
    assert.equal(response.headers.get('retry-after'), '7');
    upstream.on('my key', (visit) =>
      sendJson(visit, { error: { code: 400, message: `bad ${PROVIDER_KEY}`, status: 'X' } }, 400),
    );
    assert.ok(
      !(await (await post('/v1beta/models/gemini:generateContent', ask('my key'))).text()).includes(PROVIDER_KEY),
    );
  });

  test('an error of a provider that speaks OpenAI is told in the words of Google', async () => {
    const body = { ...ask('Hello'), cachedContent: 'cachedContents/1' };
    assert.match(
      (await errorOf(await post('/v1beta/models/openai:generateContent', body), 400)).message,
      /cachedContent/,
    );
  });
});

describe('a stream', () => {
  const sse = '/v1beta/models/gemini:streamGenerateContent?alt=sse';

  test('keeps its bytes but for the cost', async () => {
    const events = [
      toEvent(chunk([{ text: 'Grüße ' }], undefined, { usageMetadata: { promptTokenCount: 10 } })),
      toEvent(chunk([{ text: 'cost' }, { odd: { usageMetadata: {} } }])),
      toEvent(chunk([{ text: '' }], 'STOP')),
    ];
    upstream.on('bytes', async (visit) => {
      beginStream(visit);
      visit.response.end(events.join(''));
    });
    const response = await post(sse, ask('bytes'));
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const [visit] = upstream.visitsOf('bytes');
    assert.deepEqual(
      [visit?.path, visit?.text],
      ['/v1beta/models/gemini-real:streamGenerateContent?alt=sse', JSON.stringify(ask('bytes'))],
    );
    assert.equal(
      await response.text(),
      events.join('').replace('"totalTokenCount":12}', '"totalTokenCount":12,"cost":0.000014}'),
    );
  });

  test('without alt=sse is one array, whose elements are the events', async () => {
    for (const model of ['gemini', 'openai']) {
      const response = await post(`/v1beta/models/${model}:streamGenerateContent`, ask('Say hello.'));
      assert.equal(response.headers.get('content-type'), 'application/json; charset=UTF-8');
      const list = (await response.json()) as { candidates: Content[]; usageMetadata?: object }[];
      assert.ok(list.length > 1);
      assert.ok('cost' in (list.at(-1)?.usageMetadata ?? {}));
      assert.equal((await rowOf(response)).stream, true);
    }
  });

  test('that breaks off is an error for the SDK, in an array too', async () => {
    upstream.on('cut', (visit) => {
      beginStream(visit);
      visit.response.write(toEvent(chunk([{ text: 'Hel' }])));
      setTimeout(() => visit.response.end(), 30);
    });
    const seen: string[] = [];
    const stream = await client.models.generateContentStream({ model: 'gemini', contents: 'cut' });
    await assert.rejects(
      async () => {
        for await (const { text } of stream) seen.push(text ?? '');
      },
      (error) => error instanceof ApiError && error.status === 502,
    );
    assert.deepEqual(seen, ['Hel']);
    const list = (await (await post('/v1beta/models/gemini:streamGenerateContent', ask('cut'))).json()) as object[];
    assert.deepEqual(
      list.map((one) => Object.keys(one)[0]),
      ['candidates', 'error'],
    );
  });

  test('with an error in the middle ends with that error, however the provider says it', async () => {
    const error = { error: { code: 503, message: 'Overloaded.', status: 'UNAVAILABLE' } };
    for (const [name, told] of [
      ['event error', toEvent(error)],
      ['bare error', `${JSON.stringify(error, null, 2)}\n`],
    ] as const) {
      upstream.on(name, (visit) => {
        beginStream(visit);
        visit.response.write(toEvent(chunk([{ text: 'Hel' }])));
        setTimeout(() => visit.response.end(told), 30);
      });
      const response = await post(sse, ask(name));
      assert.match(await response.text(), /\r\n\r\ndata: \{"error":\{"code":503,"message":"Overloaded\."/);
      const row = await rowOf(response);
      assert.deepEqual([row.status, row.errorCode], ['partial', 'upstream_error']);
    }
  });

  test('that is left by its client is left by the gateway', async () => {
    upstream.on('endless', (visit) => {
      beginStream(visit);
      visit.response.write(toEvent(chunk([{ text: 'Hel' }])));
    });
    const abort = new AbortController();
    const config = { abortSignal: abort.signal };
    const stream = await client.models.generateContentStream({ model: 'gemini', contents: 'endless', config });
    await assert.rejects(async () => {
      for await (const _ of stream) abort.abort();
    });
    await eventually(() => upstream.visitsOf('endless')[0]?.isLeft);
  });

  test('that is held back keeps its client waiting, whichever way it reads', async () => {
    upstream.on('slow', (visit) => void setTimeout(() => sayHello(visit), 450));
    const chunks = await collect(await client.models.generateContentStream({ model: 'auto/judged', contents: 'slow' }));
    assert.equal(textOf(chunks), 'Hello there');
    const response = await post('/v1beta/models/auto/judged:streamGenerateContent?alt=sse', ask('slow'));
    assert.match(await response.text(), /^data: {3,}\{"candidates".*\}\r\n\r\ndata: \{/);
    const list = await (await post('/v1beta/models/auto/judged:streamGenerateContent', ask('slow'))).text();
    assert.match(list, /^ {3,}\[/);
    assert.equal((JSON.parse(list) as object[]).length, 2);
  });

  test('that is refused by its gates goes to the next model', async () => {
    upstream.on('short', (visit) => say(visit, [{ text: visit.path.includes('strong') ? 'Long enough.' : 'No' }]));
    const chunks = await collect(
      await client.models.generateContentStream({ model: 'auto/judged', contents: 'short' }),
    );
    assert.equal(textOf(chunks), 'Long enough.');
    assert.equal(
      (await client.models.generateContent({ model: 'auto/judged', contents: 'short' })).text,
      'Long enough.',
    );
  });

  test('without an answer, because the prompt was blocked, is complete', async () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: USAGE, modelVersion: 'v' };
    upstream.on('blocked', (visit) => {
      if (!visit.path.includes('stream')) return sendJson(visit, blocked);
      beginStream(visit);
      visit.response.end(toEvent(blocked));
    });
    for (const address of [sse, '/v1beta/models/gemini:generateContent']) {
      const response = await post(address, ask('blocked'));
      assert.match(await response.text(), /"blockReason":"SAFETY".*"cost":/);
      const row = await rowOf(response);
      assert.deepEqual([row.status, row.finishReason], ['ok', 'SAFETY']);
    }
  });
});

test('signatures of thoughts and calls come back to the provider byte for byte', async () => {
  const thought = { text: 'I should look.', thought: true, thoughtSignature: 'c2lnbmVkIQ==' };
  const call = { functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'YWxzbyBzaWduZWQ=' };
  upstream.on('look', (visit) => {
    const isSecond = visit.text.includes('functionResponse');
    say(visit, isSecond ? [{ text: 'Seen.' }] : [thought, call]);
  });
  const contents: Content[] = [{ role: 'user', parts: [{ text: 'look' }] }];
  const config = { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } };
  const first = await collect(await client.models.generateContentStream({ model: 'gemini', contents, config }));
  contents.push({ role: 'model', parts: first.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []) });
  contents.push({ role: 'user', parts: [{ functionResponse: { name: 'look', response: { output: 'a tree' } } }] });
  assert.equal((await client.models.generateContent({ model: 'gemini', contents, config })).text, 'Seen.');
  const brought = upstream.visitsOf('look')[1]?.body as { contents: Content[] };
  assert.deepEqual(brought.contents[1]?.parts, [thought, call]);
  const elsewhere = await client.models.generateContent({ model: 'openai', contents });
  const { losses } = await gateway.row(String(elsewhere.sdkHttpResponse?.headers?.['x-tierline-request-id']));
  assert.ok(
    losses.some((loss) => loss.includes('signed')),
    losses.join('; '),
  );
});

test('a task is named by a header or by labels, and snake case is read', async () => {
  const headers = { 'x-goog-api-key': KEY, 'x-tierline-task': 'greeting' };
  const named = await post('/v1beta/models/auto:generateContent', ask('x'), headers);
  assert.equal(named.headers.get('x-tierline-task'), 'greeting');
  const labels = { task: 'greeting', session_id: 'session-77' };
  const labelled = await post('/v1beta/models/auto:generateContent', { ...ask('x'), labels });
  const row = await rowOf(labelled);
  assert.deepEqual([row.task, row.session], ['greeting', 'session-77']);
  const snake = {
    contents: [{ parts: [{ text: 'Hi' }, { inline_data: { mime_type: 'image/png', data: 'iVBORw0KGgo=' } }] }],
    system_instruction: { parts: [{ text: 'Be brief.' }] },
    generation_config: { max_output_tokens: 40 },
  };
  const crossed = await post('/v1beta/models/openai:generateContent', snake);
  assert.equal(crossed.status, 200, await crossed.clone().text());
  assert.equal(crossed.headers.get('x-tierline-losses'), null);
});

describe('counting', () => {
  test('a private task counts at the private place', async () => {
    const count = (visit: Parameters<typeof sendJson>[0]) => sendJson(visit, { totalTokens: 7 });
    home.on('counting', count);
    for (let index = 0; index < 5; index++) {
      const response = await post('/v1beta/models/auto/notes:countTokens', ask('counting'));
      assert.deepEqual(await response.json(), { totalTokens: 7 });
    }
    assert.deepEqual([upstream.visitsOf('counting').length, home.visitsOf('counting').length], [0, 5]);
    assert.equal(home.visitsOf('counting')[0]?.path, '/v1beta/models/gemini-home:countTokens');
    const refused = await post('/v1beta/models/gemini:countTokens', ask('x'), {
      'x-goog-api-key': KEY,
      'x-tierline-task': 'notes',
    });
    assert.equal((await errorOf(refused, 403)).status, 'PERMISSION_DENIED');
  });

  test('a whole request is counted as it is, with the model of the provider', async () => {
    const whole = { generateContentRequest: { model: 'models/gemini', ...ask('whole') } };
    upstream.on('', (visit) => sendJson(visit, { totalTokens: 9 }));
    const response = await post('/v1beta/models/gemini:countTokens', whole);
    assert.deepEqual(await response.json(), { totalTokens: 9 });
    const sent = upstream.visits.at(-1);
    assert.equal(sent?.text, JSON.stringify(whole).replace('models/gemini', 'models/gemini-real'));
    const estimated = await post('/v1beta/models/openai:countTokens', whole);
    const { totalTokens } = (await estimated.json()) as { totalTokens: number };
    assert.ok(totalTokens >= 1 && totalTokens < 10);
  });
});
