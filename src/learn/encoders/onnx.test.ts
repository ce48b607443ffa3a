import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { GateProblem } from '../../gate/peer.ts';
import { installPackage, temporaryFolder } from './encoder.fixture.ts';
import { openOnnx } from './onnx.ts';

/** A session whose vectors of tokens are [id, 1]; the model's file says its inputs. */
const RUNTIME = `
exports.Tensor = class { constructor(type, data, dims) { Object.assign(this, { type, data, dims }); } };
exports.InferenceSession = { create: async (file) => ({
  inputNames: require('node:fs').readFileSync(file, 'utf8').split(' '),
  outputNames: ['pooler', 'last_hidden_state'],
  run: async (feeds, fetches) => {
    const { input_ids: ids, attention_mask: mask } = feeds;
    if (Object.values(feeds).some(({ type }) => type !== 'int64')) throw new Error('wrong type');
    if (ids.data.includes(13n)) throw new Error('unlucky');
    const data = Float32Array.from([...ids.data].flatMap((id, at) => (mask.data[at] ? [Number(id), 1] : [1e6, 1e6])));
    return { [fetches[0]]: { data, dims: [...ids.dims, 2] } };
  },
}) };`;
/** A token for each word, its length, with the first number that the files say before it. */
const TOKENIZERS = `exports.Tokenizer = class {
  constructor(tokenizer, config) { this.first = tokenizer.first + (config.more ?? 0); }
  encode(text) { return { ids: [this.first, ...text.split(' ').map(({ length }) => length)] }; }
};`;

function install(
  t: TestContext,
  inputs = 'input_ids attention_mask token_type_ids',
): { model: string; folder: string } {
  const folder = temporaryFolder(t);
  installPackage(folder, 'onnxruntime-node', RUNTIME);
  installPackage(folder, '@huggingface/tokenizers', TOKENIZERS);
  const model = path.join(folder, 'model');
  mkdirSync(model);
  writeFileSync(path.join(model, 'model.onnx'), inputs);
  writeFileSync(path.join(model, 'tokenizer.json'), '{"first":2}');
  return { model, folder };
}

const rounded = (vector: Float32Array): number[] => [...vector].map((value) => Math.round(value * 1e4) / 1e4);
const unit = (x: number, y: number): number[] => rounded(Float32Array.of(x / Math.hypot(x, y), y / Math.hypot(x, y)));

test('texts go through tokenizer, model and pooling, in batches', async (t) => {
  const encoder = await openOnnx(install(t));
  t.after(() => encoder.close());
  assert.deepEqual([encoder.dimensions, encoder.sentTo], [null, null]);
  const both = await Promise.all([encoder.encode('four'), encoder.encode('a bb ')]);
  assert.deepEqual(
    both.map(({ vector }) => rounded(vector)),
    [unit(2 + 4, 2), unit(2 + 1 + 2, 3)],
  );
  assert.deepEqual(
    both.map(({ costNanoUsd }) => costNanoUsd),
    [0, 0],
  );
  assert.equal(encoder.dimensions, 2);
  await assert.rejects(encoder.encode('thirteen-long'), /unlucky/);
  await assert.rejects(encoder.encode('  '), /there are no words/);
});

test('the name changes with every file that the vectors depend on, and with none else', async (t) => {
  const options = install(t);
  const names: string[] = [];
  const note = async (): Promise<void> => {
    const encoder = await openOnnx(options);
    names.push(encoder.name);
    await encoder.close();
  };
  await note();
  writeFileSync(path.join(options.model, 'README.md'), 'words');
  await note();
  assert.equal(names[0], names[1]);
  assert.match(names[0] as string, /^onnx:[0-9a-f]{12}$/);
  for (const [file, text] of [
    ['tokenizer.json', '{"first":3}'],
    ['tokenizer_config.json', '{"more":1}'],
    ['model.onnx_data', 'weights'],
    ['model.onnx', 'input_ids'],
  ] as const) {
    writeFileSync(path.join(options.model, file), text);
    await note();
  }
  assert.equal(new Set(names).size, 5);
});

test('the tokenizer gets its configuration where there is one, and a model only the inputs that it has', async (t) => {
  const options = install(t, 'input_ids attention_mask');
  writeFileSync(path.join(options.model, 'tokenizer_config.json'), '{"more":5}');
  const encoder = await openOnnx(options);
  t.after(() => encoder.close());
  assert.deepEqual(rounded((await encoder.encode('four')).vector), unit(7 + 4, 2));
});

test('an input that is none of a sentence model is told by its name', async (t) => {
  const encoder = await openOnnx(install(t, 'input_ids attention_mask pixel_values'));
  t.after(() => encoder.close());
  await assert.rejects(encoder.encode('x'), /the model wants an input "pixel_values"/);
});

test('a missing file or package is told before anything is loaded', async (t) => {
  const { folder, model } = install(t);
  const nowhere = path.join(folder, 'nowhere');
  await assert.rejects(openOnnx({ model: nowhere, folder }), new GateProblem(`there is no file ${nowhere}/model.onnx`));
  await assert.rejects(
    openOnnx({ model, folder: temporaryFolder(t) }),
    new GateProblem('needs the package onnxruntime-node, which is not installed', {
      hint: 'Run: npm install onnxruntime-node',
    }),
  );
});
