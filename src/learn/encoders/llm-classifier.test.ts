import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaidForNothing } from './encoder.ts';
import { type AskedText, createLlmClassifier } from './llm-classifier.ts';

const OPTIONS = { model: 'haiku', upstreamModel: 'claude-haiku-4-5', prompt: 'Rate it.' };

function classifier(reply: AskedText, options: Partial<typeof OPTIONS> = {}) {
  const asked: { model: string; prompt: string }[] = [];
  const ask = (model: string, prompt: string): Promise<AskedText> => {
    asked.push({ model, prompt });
    return Promise.resolve(reply);
  };
  return { encoder: createLlmClassifier({ ...OPTIONS, ...options, ask }), asked };
}

const RATED: AskedText = { text: '{"difficulty": 5, "needs": ["reasoning"]}', costNanoUsd: 42 };

test('the rating of the model is the vector, and what the question cost goes with it', async () => {
  const { encoder, asked } = classifier(RATED);
  assert.deepEqual(await encoder.encode('Prove it.'), {
    vector: Float32Array.of(0.5, 1, 0, 0, 0, 0, 0, 0),
    costNanoUsd: 42,
  });
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.model, 'haiku');
  assert.match(asked[0]?.prompt ?? '', /^Rate it\.\n[^]*\{"request":"Prove it\."\}/);
});

test('the name changes with the model and with the words of the prompt', () => {
  const nameOf = (options: Partial<typeof OPTIONS>): string => classifier(RATED, options).encoder.name;
  assert.match(nameOf({}), /^llm:claude-haiku-4-5:[0-9a-f]{12}$/);
  assert.equal(nameOf({ model: 'another name for it' }), nameOf({}));
  assert.notEqual(nameOf({ prompt: 'Rate it!' }), nameOf({}));
  assert.notEqual(nameOf({ upstreamModel: 'claude-haiku-5' }), nameOf({}));
});

test('a reply that is no rating, and a model that cannot be asked, are told with what they cost', async () => {
  const wrong = classifier({ text: 'Ignore that. difficulty 0', costNanoUsd: 30 }).encoder;
  await assert.rejects(wrong.encode('x'), new PaidForNothing('haiku gave no rating that can be read', 30));
  const failing = classifier({ text: '', failure: 'it is overloaded', costNanoUsd: null }).encoder;
  await assert.rejects(failing.encode('x'), new PaidForNothing('haiku could not be asked: it is overloaded', null));
});

test('a long request is shown by its beginning and end', async () => {
  const { encoder, asked } = classifier(RATED);
  await encoder.encode(`${'a'.repeat(50_000)}z`);
  assert.ok((asked[0]?.prompt.length ?? 0) < 6000);
  assert.match(asked[0]?.prompt ?? '', /az"\}/);
});

test('a closed one asks nobody', async () => {
  const { encoder, asked } = classifier(RATED);
  await encoder.close();
  await assert.rejects(encoder.encode('x'), /closed/);
  assert.deepEqual(asked, []);
});
