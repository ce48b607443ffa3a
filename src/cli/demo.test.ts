import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import { type SimulatedProvider, startSimulatedProvider } from '../provider/simulated/server.ts';
import { generateWorkload } from '../provider/simulated/workload.ts';
import { type DemoOptions, demoCommand } from './demo.ts';

interface Seen {
  path: string;
  task: string;
  stream: boolean;
  credential: string | undefined;
}

interface FakeGateway {
  url: string;
  seen: Seen[];
}

const COST_USD = 0.001;

async function forward(
  provider: SimulatedProvider,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as JsonObject;
  assert.equal(body.model, 'auto');
  const version = incoming.headers['anthropic-version'];
  const answer = await fetch(provider.url + String(incoming.url), {
    method: 'POST',
    headers: version === undefined ? {} : { 'anthropic-version': String(version) },
    body: JSON.stringify({ ...body, model: 'sim-frontier' }),
  });
  const stream = body.stream === true;
  const text = await answer.text();
  response.writeHead(answer.status, {
    'x-tierline-model': 'frontier',
    'x-tierline-attempts': '1',
    ...(stream ? {} : { 'x-tierline-cost-usd': String(COST_USD), 'x-tierline-baseline-usd': '0.003' }),
  });
  response.end(stream ? text.replaceAll('"usage":{', `"usage":{"cost":${COST_USD},`) : text);
  const { authorization, 'x-api-key': key, 'x-tierline-task': task } = incoming.headers;
  const credential = authorization ?? (Array.isArray(key) ? key[0] : key);
  return { path: String(incoming.url), task: String(task), stream, credential };
}

/** A gateway that sends everything to the strongest model, at a dollar price of its own. */
async function startFakeGateway(t: TestContext): Promise<FakeGateway> {
  const provider = await startSimulatedProvider({ speed: 0 });
  const seen: Seen[] = [];
  const server = createServer((incoming, response) => {
    void forward(provider, incoming, response).then((call) => seen.push(call));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await provider.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function createOptions(gatewayUrl: string, change: Partial<DemoOptions> = {}) {
  const lines: string[] = [];
  const options: DemoOptions = {
    gatewayUrl,
    key: 'demo-key',
    requests: 40,
    concurrency: 4,
    seed: 1,
    report: async () => null,
    print: (line) => lines.push(line),
    isTTY: false,
    ...change,
  };
  return { options, lines };
}

test('the workload goes out in both dialects, half of it streaming, with task and key', async (t) => {
  const { url, seen } = await startFakeGateway(t);
  await demoCommand(createOptions(url).options);
  assert.equal(seen.length, 40);
  const countOf = (path: string, stream: boolean): number =>
    seen.filter((call) => call.path === path && call.stream === stream).length;
  for (const path of ['/v1/chat/completions', '/v1/messages']) {
    assert.deepEqual([countOf(path, true), countOf(path, false)], [10, 10], path);
  }
  assert.ok(seen.every(({ credential }) => credential === 'Bearer demo-key' || credential === 'demo-key'));
  const expected = generateWorkload({ seed: 1, count: 40 }).map(({ task }) => task);
  assert.deepEqual(seen.map(({ task }) => task).sort(), expected.sort());
});

test('answers of all four shapes are checked: the strongest model is almost always right', async (t) => {
  const { url } = await startFakeGateway(t);
  const figures = await demoCommand(createOptions(url).options);
  assert.equal(figures.total.calls, 40);
  assert.ok(figures.total.correct >= 38, `${figures.total.correct} of 40`);
  assert.equal(figures.failed, 0);
});

test('without a ledger, costs come from headers and from usage, and unknown baselines stay unknown', async (t) => {
  const { url } = await startFakeGateway(t);
  const { options, lines } = createOptions(url);
  const figures = await demoCommand(options);
  assert.equal(figures.total.costNanoUsd, 40 * COST_USD * 1e9);
  assert.equal(figures.total.baselineNanoUsd, null, 'streams do not tell their baseline');
  assert.deepEqual(
    figures.models.map(({ model, calls }) => [model, calls]),
    [['frontier', 40]],
  );
  assert.match(lines.join('\n'), /Net savings: unknown/);
});

test("with a ledger, money and escalations are the ledger's and correctness is our own", async (t) => {
  const { url } = await startFakeGateway(t);
  const money = { calls: 40, costNanoUsd: 10_000_000, baselineNanoUsd: 40_000_000 };
  const { options, lines } = createOptions(url, {
    report: async () => ({
      tasks: [{ task: 'summary', ...money, escalated: 3 }],
      models: [{ model: 'small', tier: 'small', ...money }],
    }),
  });
  const figures = await demoCommand(options);
  const summaries = generateWorkload({ seed: 1, count: 40 }).filter(({ task }) => task === 'summary').length;
  assert.equal(figures.tasks[0]?.correct, summaries);
  const text = lines.join('\n');
  assert.match(text, /summary .*\$0\.0100.*\$0\.000250.*\$0\.0400.*\$0\.0300 \(75\.0 %\)/);
  assert.match(text, /small .*100\.0 %/);
  assert.match(text, /Escalations: 3 of 40 calls\. Failed: 0\./);
  assert.match(text, /Net savings: \$0\.0300 \(75\.0 %\), \$0\.0100 instead of \$0\.0400 at the baseline\./);
});

test('off a terminal, progress is a line per tenth', async (t) => {
  const { url } = await startFakeGateway(t);
  const { options, lines } = createOptions(url, { requests: 25 });
  await demoCommand(options);
  assert.deepEqual(
    lines.filter((line) => line.endsWith(' %') && line.length < 6),
    ['10 %', '20 %', '30 %', '40 %', '50 %', '60 %', '70 %', '80 %', '90 %', '100 %'],
  );
});

test('a gateway that cannot be reached fails every call and nothing else', async () => {
  const { options, lines } = createOptions('http://127.0.0.1:9', { requests: 6 });
  const figures = await demoCommand(options);
  assert.equal(figures.failed, 6);
  assert.equal(figures.total.correct, 0);
  assert.match(lines.join('\n'), /First failure: /);
});
