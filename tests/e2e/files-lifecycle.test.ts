// Files and batches while the gateway changes under them: a reload in the middle of a stream, a drain, and an order whose client
// has left when the gateway is told to stop.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { FilesUpstream } from './files-upstream.ts';
import { eventually, type GatewayProcess, readRows, type Scope, startGateway, temporaryFolder } from './support.ts';

interface Place {
  gateway: GatewayProcess;
  upstream: FilesUpstream;
  folder: string;
  client: Anthropic;
}

async function start(scope: Scope): Promise<Place> {
  const upstream = await new FilesUpstream().listen(scope);
  const folder = temporaryFolder(scope);
  const config = {
    providers: { anthropic: { api_key: 'k', base_url: upstream.url } },
    models: { haiku: 'anthropic/claude-haiku-4-5' },
    keys: [{ key: 'key-of-acme', tenant: 'acme' }],
  };
  const gateway = await startGateway(scope, { folder, config });
  return { gateway, upstream, folder, client: clientOf(gateway) };
}

const clientOf = (gateway: GatewayProcess): Anthropic =>
  new Anthropic({ baseURL: gateway.url, apiKey: 'key-of-acme', maxRetries: 0 });

const ORDER = {
  requests: [
    { custom_id: 'r', params: { model: 'haiku', max_tokens: 9, messages: [{ role: 'user' as const, content: 'hi' }] } },
  ],
};

const line = (id: number): object => ({
  custom_id: `n${id}`,
  result: {
    type: 'succeeded',
    message: { model: 'claude-haiku-4-5', stop_reason: 'end_turn', usage: { input_tokens: 5, output_tokens: 5 } },
  },
});
const LINES = 200;

/** A batch that has ended, and its results on their way: the first piece has been read. */
async function resultsUnderWay({ upstream, client, gateway }: Place): Promise<() => Promise<string>> {
  const { id } = await client.messages.batches.create(ORDER);
  upstream.end(
    id,
    Array.from({ length: LINES }, (_, at) => line(at)),
  );
  upstream.pace = { pieceBytes: 2000, pauseMs: 20 };
  const response = await fetch(`${gateway.url}/v1/messages/batches/${id}/results`, {
    headers: { 'x-api-key': 'key-of-acme', 'anthropic-version': '2023-06-01' },
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  const decoder = new TextDecoder();
  const read = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (value !== undefined) text += decoder.decode(value, { stream: true });
    return !done;
  };
  await read();
  return async () => {
    while (await read());
    return text;
  };
}

test('results that stream while the configuration is reloaded come whole, with every row', async (t) => {
  const place = await start(t);
  const rest = await resultsUnderWay(place);
  const path = join(place.folder, 'tierline.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('haiku:', 'renamed:'));
  place.gateway.child.kill('SIGHUP');
  await place.gateway.printed(/configuration reloaded/);
  assert.equal((await rest()).trimEnd().split('\n').length, LINES);
  await eventually(() => place.gateway.rows().length === LINES);
});

test('results that stream while the gateway is told to stop come whole, with every row', async (t) => {
  const place = await start(t);
  const rest = await resultsUnderWay(place);
  place.gateway.child.kill('SIGTERM');
  assert.equal((await rest()).trimEnd().split('\n').length, LINES);
  assert.equal((await place.gateway.ended).code, 0);
  assert.equal(readRows(place.gateway.ledgerPath).length, LINES);
});

test('an order whose client has left is waited for when the gateway stops', async (t) => {
  const { gateway, upstream, folder } = await start(t);
  upstream.orderMs = 800;
  const body = JSON.stringify(ORDER);
  const headers = { 'x-api-key': 'key-of-acme', 'anthropic-version': '2023-06-01', 'content-length': body.length };
  const sent = request(`${gateway.url}/v1/messages/batches`, { method: 'POST', headers });
  sent.on('error', () => undefined);
  sent.end(body);
  await eventually(() => upstream.seen.length === 1);
  sent.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await gateway.stop()).code, 0);
  assert.equal(upstream.batches.length, 1);
  const next = await startGateway(t, { folder });
  const listed = await clientOf(next).messages.batches.list();
  assert.deepEqual(
    listed.data.map(({ id }) => id),
    upstream.batches.map(({ id }) => id),
  );
});
