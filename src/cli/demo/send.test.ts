import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { generateWorkload } from '../../provider/simulated/workload.ts';
import { type DemoAnswer, sendItem } from './send.ts';

interface Canned {
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

/** The demo's reading of one canned answer. */
async function read(t: TestContext, canned: Canned, stream: boolean): Promise<DemoAnswer> {
  const server = createServer((_incoming, response) => {
    response.writeHead(canned.status ?? 200, canned.headers);
    response.end(canned.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const [item] = generateWorkload({ seed: 1, count: 1 });
  assert.ok(item !== undefined);
  const gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return await sendItem(item, { dialect: 'openai', stream }, { gatewayUrl, key: 'k' });
}

test('a header is preferred to the cost inside usage', async (t) => {
  const body = JSON.stringify({ choices: [{ message: { content: 'hi' } }], usage: { cost: 0.5 } });
  const plain = await read(t, { body }, false);
  assert.deepEqual([plain.text, plain.costUsd, plain.model], ['hi', 0.5, null]);
  const headers = { 'x-tierline-cost-usd': '0.25', 'x-tierline-model': 'small', 'x-tierline-attempts': '2' };
  const told = await read(t, { body, headers }, false);
  assert.deepEqual([told.costUsd, told.model, told.attempts], [0.25, 'small', 2]);
});

test('a stream that reports an error or breaks off is a failure', async (t) => {
  const piece = 'data: {"choices":[{"delta":{"content":"par"}}]}\n\n';
  const broken = await read(t, { body: piece }, true);
  assert.match(broken.error ?? '', /ended before/);
  const reported = await read(t, { body: `${piece}data: {"error":{"message":"too much to do"}}\n\n` }, true);
  assert.equal(reported.error, 'too much to do');
  const whole = await read(t, { body: `${piece}data: [DONE]\n\n` }, true);
  assert.deepEqual([whole.text, whole.error], ['par', null]);
});

test('an error status is a failure that says what came', async (t) => {
  const refused = await read(t, { status: 429, body: '{"error":{"message":"slow down"}}' }, false);
  assert.equal(refused.status, 429);
  assert.match(refused.error ?? '', /HTTP 429: .*slow down/);
  const garbled = await read(t, { body: '<html>' }, false);
  assert.ok(garbled.error !== null);
});
