import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Config } from './config.ts';
import { parseConfig } from './load.ts';
import { ConfigError } from './problem.ts';
import { encoderFiles } from './resolve-encoders.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-encoders-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'prompts'));
writeFileSync(join(folder, 'prompts/router.md'), '\nHow hard is it?\n');
writeFileSync(join(folder, 'prompts/empty.md'), ' \n');

function read(encoders: string): Config {
  const text = `providers: { simulated: {} }
models:
  small: simulated/sim-small
  vectors: { use: simulated/sim-embed, kind: embedding }
  talks: { use: simulated/sim-mid, kind: chat }
encoders:
  ${encoders}
`;
  return parseConfig(text, { file: join(folder, 'tierline.yaml'), env: {} });
}

function problemsOf(encoders: string): string[] {
  try {
    read(encoders);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(
      ({ line, path, message, hint }) => `${line} ${path.join('.')}: ${message}${hint === null ? '' : ` (${hint})`}`,
    );
  }
  return [];
}

test('there are none where the file names none', () => {
  const config = parseConfig('providers: { simulated: {} }\nmodels: { m: simulated/x }', {
    file: '/c/t.yaml',
    env: {},
  });
  assert.equal(config.encoders.size, 0);
});

test('every kind is read, with paths that count from the folder of the file', () => {
  const config = read(
    '{ a: { kind: use-lite }, b: { kind: embeddings, model: vectors }, c: { kind: onnx, path: models/mini }, d: { kind: llm, model: talks, prompt: prompts/router.md }, e: { kind: llm, model: small } }',
  );
  const file = join(folder, 'prompts/router.md');
  assert.deepEqual(
    [...config.encoders.values()],
    [
      { kind: 'use-lite', name: 'a' },
      { kind: 'embeddings', name: 'b', model: 'vectors' },
      { kind: 'onnx', name: 'c', folder: join(folder, 'models/mini') },
      { kind: 'llm', name: 'd', model: 'talks', prompt: { text: 'How hard is it?', file } },
      { kind: 'llm', name: 'e', model: 'small', prompt: null },
    ],
  );
  assert.deepEqual(encoderFiles(config.encoders), [file]);
});

test('what cannot be meant is told with its line', () => {
  const cases: [encoder: string, problem: string][] = [
    [
      'x: { kind: embeddings, model: vector }',
      '7 encoders.x.model: there is no model "vector" (Did you mean "vectors"?)',
    ],
    ['x: { kind: embeddings, model: talks }', '7 encoders.x.model: "talks" makes no embeddings'],
    ['x: { kind: llm, model: vectors }', '7 encoders.x.model: "vectors" makes embeddings and cannot talk'],
    [
      'x: { kind: llm, model: small, prompt: nowhere.md }',
      `7 encoders.x.prompt: there is no file ${join(folder, 'nowhere.md')}`,
    ],
    [
      'x: { kind: llm, model: small, prompt: prompts/empty.md }',
      `7 encoders.x.prompt: ${join(folder, 'prompts/empty.md')} is empty`,
    ],
    [
      'x: { kind: llm, model: small, prompt: prompts }',
      `7 encoders.x.prompt: ${join(folder, 'prompts')} cannot be read (EISDIR)`,
    ],
    ['x: { kind: bert }', '7 encoders.x.kind: expected { kind } with use-lite, embeddings, onnx or llm'],
    ['x: use-lite', '7 encoders.x: expected a map of keys'],
    ['x: { kind: use-lite, model: small }', '7 encoders.x.model: there is no such key'],
    ['x: { kind: onnx }', '7 encoders.x.path: is missing; expected a text'],
  ];
  for (const [encoder, problem] of cases) {
    const told = problemsOf(encoder);
    assert.equal(told.length, 1, told.join('\n'));
    assert.ok(told[0]?.startsWith(problem), `${told[0]}\n${problem}`);
  }
});

test('one that is wrong does not hide what is wrong with another', () => {
  const told = problemsOf('{ x: { kind: onnx }, y: { kind: llm, model: nobody } }');
  assert.equal(told.length, 2, told.join('\n'));
});
