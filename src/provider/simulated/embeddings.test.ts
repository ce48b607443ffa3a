import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../../call/json.ts';
import { embed } from './embeddings.ts';
import { Refusal } from './refusal.ts';
import { startSimulatedProvider } from './server.ts';

interface Reply {
  data: { index: number; embedding: number[] | string }[];
  usage: { prompt_tokens: number; total_tokens: number };
}

const ask = (input: Json, more: JsonObject = {}): Reply =>
  embed({ model: 'sim-embed', input, ...more }).reply as unknown as Reply;
const vector = (input: Json, more: JsonObject = {}): number[] => ask(input, more).data[0]?.embedding as number[];
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);

test('a vector has the length 1, the dimensions asked for, and depends on the text alone', () => {
  for (const dimensions of [undefined, 8, 1536]) {
    const found = vector('the quick brown fox', dimensions === undefined ? {} : { dimensions });
    assert.equal(found.length, dimensions ?? 256);
    assert.ok(Math.abs(Math.hypot(...found) - 1) < 1e-6);
  }
  assert.deepEqual(vector('the quick brown fox'), vector('the quick brown fox'));
  assert.notDeepEqual(vector('the quick brown fox'), vector('a lazy dog'));
});

test('texts with words in common are nearer than others', () => {
  const query = vector('refund for a broken printer');
  assert.ok(dot(query, vector('The printer is broken')) > dot(query, vector('Where is my parcel?')) + 0.2);
});

test('base64 holds the same numbers as the list', () => {
  const plain = vector('some text', { dimensions: 16 });
  const bytes = Buffer.from(
    ask('some text', { dimensions: 16, encoding_format: 'base64' }).data[0]?.embedding as string,
    'base64',
  );
  assert.deepEqual(
    Array.from({ length: 16 }, (_, at) => bytes.readFloatLE(at * 4)),
    plain,
  );
});

test('every input has its vector in its place, tokens included, and usage counts them all', () => {
  const many = ask(['one', 'two words']);
  assert.deepEqual(
    many.data.map(({ index }) => index),
    [0, 1],
  );
  assert.deepEqual(many.data[1]?.embedding, vector('two words'));
  assert.deepEqual(many.usage, { prompt_tokens: 3, total_tokens: 3 });
  assert.equal(ask([5, 6, 7]).data.length, 1);
  assert.deepEqual(ask([[5, 6], [7]]).usage, { prompt_tokens: 3, total_tokens: 3 });
});

test('what OpenAI would refuse is refused', () => {
  const refused = (body: JsonObject): number => {
    try {
      embed(body);
    } catch (error) {
      assert.ok(error instanceof Refusal);
      return error.status;
    }
    return assert.fail(JSON.stringify(body).slice(0, 100));
  };
  const model = 'sim-embed';
  assert.equal(refused({ model: 'sim-small', input: 'x' }), 404);
  assert.equal(refused({ input: 'x' }), 400);
  for (const input of [undefined, null, '', [], {}, [''], [true], ['a', 1], 'word '.repeat(9000)] as Json[])
    assert.equal(refused({ model, input }), 400, JSON.stringify(input)?.slice(0, 60));
  for (const dimensions of [0, 1.5, 'many', 100_000]) assert.equal(refused({ model, input: 'x', dimensions }), 400);
});

test('the server answers embeddings, lists the model and counts its work', async (t) => {
  const server = await startSimulatedProvider({ speed: 0 });
  t.after(() => server.close());
  const response = await fetch(`${server.url}/v1/embeddings`, {
    method: 'POST',
    body: JSON.stringify({ model: 'sim-embed', input: ['one', 'two'] }),
  });
  assert.equal(response.status, 200);
  assert.deepEqual(((await response.json()) as Reply).data[0]?.embedding, vector('one'));
  assert.deepEqual(server.stats().models, {
    'sim-embed': { answers: 1, inputTokens: 2, cachedTokens: 0, outputTokens: 0 },
  });
  const models = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: { id: string }[] };
  assert.ok(models.data.some(({ id }) => id === 'sim-embed'));
});
