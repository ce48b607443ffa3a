import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Config } from './config/config.ts';
import { parseConfig } from './config/load.ts';
import { ConfigError } from './config/problem.ts';
import { openUnrecorded } from './instance.ts';
import { DEFAULT_PROMPT } from './learn/encoders/classifier-prompt.ts';
import { type Encoders, openEncoders } from './open-encoders.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tierline-open-encoders-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const configOf = (text: string, folder = '/nowhere'): Config =>
  parseConfig(text, { file: path.join(folder, 'tierline.yaml'), env: {} });

/** The encoders of a configuration with an engine that they can ask. */
async function opened(t: TestContext, config: Config): Promise<Encoders> {
  const instance = await openUnrecorded(config);
  const encoders = await openEncoders(config, () => instance.engine);
  t.after(async () => {
    await encoders.close();
    await instance.close();
  });
  return encoders;
}

/** A provider of chat that always says the same, and remembers what it was told. */
async function talking(t: TestContext, says: string): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { messages } = JSON.parse(text) as { messages: { content: string }[] };
      heard.push(messages[0]?.content ?? '');
      const message = { role: 'assistant', content: says };
      const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }], usage }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, heard };
}

test('a configuration without encoders opens none', async () => {
  const { byName, close } = await openEncoders(
    configOf('providers: { simulated: {} }\nmodels: { m: simulated/x }'),
    () => assert.fail('nobody is asked'),
  );
  assert.equal(byName.size, 0);
  await close();
});

test('encoders go by the names that their weights give them, and nobody is asked while they are opened', async () => {
  const config = configOf(`
providers: { simulated: {} }
models: { small: simulated/sim-small, vectors: { use: simulated/sim-embed, kind: embedding } }
encoders:
  one: { kind: use-lite }
  same: { kind: use-lite }
  two: { kind: embeddings, model: vectors }
  three: { kind: llm, model: small }`);
  const { byName, close } = await openEncoders(config, () => assert.fail('nobody is asked'));
  const names = [...byName.keys()];
  assert.equal(names.length, 3);
  assert.deepEqual(names.slice(0, 2), ['use-lite@0.2.0/256', 'http:sim-embed']);
  assert.match(names[2] ?? '', /^llm:sim-small:[0-9a-f]{12}$/);
  await close();
});

test('an embedding model is asked through its provider, and once for the same text', async (t) => {
  const { byName } = await opened(
    t,
    configOf(`
providers: { simulated: {} }
models: { vectors: { use: simulated/sim-embed, kind: embedding, price: { input: 0.02, output: 0 } } }
encoders: { two: { kind: embeddings, model: vectors } }`),
  );
  const encoder = byName.get('http:sim-embed');
  assert.ok(encoder !== undefined);
  const first = await encoder.encode('Where is my order?');
  assert.equal(first.vector.length, 256);
  assert.ok(Math.abs(Math.hypot(...first.vector) - 1) < 1e-5);
  assert.ok(first.costNanoUsd !== null && first.costNanoUsd > 0);
  assert.deepEqual(await encoder.encode('Where is my order?'), { ...first, costNanoUsd: 0 });
  assert.equal(encoder.statistics().hits, 1);
});

test('a chat model is asked for a rating, in the words of the operator or the default ones', async (t) => {
  const { url, heard } = await talking(t, '{"difficulty": 2, "needs": ["code"]}');
  const folder = folderOf(t);
  writeFileSync(path.join(folder, 'own.md'), 'How hard, from 0 to 10?');
  const { byName } = await opened(
    t,
    configOf(
      `
providers: { mine: { dialect: openai, base_url: ${url}, auth: none } }
models: { small: { use: mine/m, price: { input: 1, output: 10 } } }
encoders: { own: { kind: llm, model: small, prompt: own.md }, usual: { kind: llm, model: small } }`,
      folder,
    ),
  );
  const [own, usual] = [...byName.values()];
  assert.deepEqual(await own?.encode('x'), { vector: Float32Array.of(0.2, 0, 0, 1, 0, 0, 0, 0), costNanoUsd: 200_000 });
  await usual?.encode('x');
  assert.ok(heard[0]?.startsWith('How hard, from 0 to 10?\n'));
  assert.ok(heard[1]?.startsWith(`${DEFAULT_PROMPT}\n`));
});

test('what is missing is told with the entry and what helps', async (t) => {
  const folder = folderOf(t);
  const config = configOf(
    `
providers: { simulated: {} }
models: { m: simulated/x }
encoders: { a: { kind: onnx, path: nowhere }, b: { kind: use-lite }, c: { kind: onnx, path: ./also-nowhere } }`,
    folder,
  );
  await assert.rejects(
    openEncoders(config, () => assert.fail('nobody is asked')),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(
        error.problems.map(({ path: at, message }) => [at.join('.'), message]),
        [
          ['encoders.a', `there is no file ${path.join(folder, 'nowhere/model.onnx')}`],
          ['encoders.c', `there is no file ${path.join(folder, 'also-nowhere/model.onnx')}`],
        ],
      );
      return true;
    },
  );
});

test('a reload takes over what runs on this machine, and asks models anew', async () => {
  const text = `
providers: { simulated: {} }
models: { vectors: { use: simulated/sim-embed, kind: embedding } }
encoders: { stays: { kind: use-lite }, asks: { kind: embeddings, model: vectors } }`;
  const instance = await openUnrecorded(configOf(text));
  const [stays, asks] = [...instance.encoders.byName.values()];
  const first = await stays?.encode('Where is my order?');
  await asks?.encode('Where is my order?');
  await instance.reload(configOf(text), () => {});
  const [same, other] = [...instance.encoders.byName.values()];
  assert.equal(same, stays);
  assert.notEqual(other, asks);
  assert.equal((await same?.encode('Where is my order?'))?.vector, first?.vector);
  assert.ok(await same?.encode('Something else.'), 'it was not closed');
  await other?.encode('Where is my order?');
  await instance.reload(configOf(text.replace('stays: { kind: use-lite }, ', '')), () => {});
  // It waits for what earlier configurations have to close.
  await instance.close();
  await assert.rejects(Promise.resolve(stays?.encode('And again.')), /closed/);
});
