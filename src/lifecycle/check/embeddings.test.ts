import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCatalog } from '../../catalog/catalog.ts';
import { compilePolicy, modelPartsOf } from '../../compile-policy.ts';
import { parseConfig } from '../../config/load.ts';
import { findMisplacedEmbeddings } from './embeddings.ts';
import { findUngated } from './worth.ts';

const HEAD = `
providers: { local: { dialect: openai, base_url: "http://h/v1" } }
models:
  cheap: { use: local/a, tier: small }
  dear: { use: local/b, tier: frontier }
  vectors: local/text-embedding-3-small
  wide: { use: local/c, kind: embedding }
`;

function compiled(text: string) {
  const config = parseConfig(`${HEAD}${text}`, { file: '/t.yaml', env: {} });
  return [config, compilePolicy(config, modelPartsOf(config, createCatalog()))] as const;
}

const told = (text: string): string[] =>
  findMisplacedEmbeddings(...compiled(text)).map(({ level, at, say }) => `${level} ${at}: ${say}`);

describe('a model that makes embeddings', () => {
  test('may be all of a route, or in none', () => {
    assert.deepEqual(told('tasks: { search: { route: vectors } }'), []);
    assert.deepEqual(told('tasks: { t: { route: { tier: small, fallback: dear } } }\ndefault: cheap'), []);
  });

  test('is told wherever it stands beside another one', () => {
    const say =
      'no request can use vectors here: embeddings are asked of one model alone, and chat of models that talk';
    const cascade = '{ cascade: [vectors, cheap], attempt_timeout: 1s }';
    assert.deepEqual(told(`tasks: { t: { route: ${cascade} } }`), [`error tasks.t.route: ${say}`]);
    assert.deepEqual(told('tasks: { t: { route: { model: cheap, fallback: [dear, vectors] } } }'), [
      `error tasks.t.route: ${say}`,
    ]);
    assert.deepEqual(told('tasks: { t: { route: cheap, rules: [{ route: { model: vectors, fallback: wide } }] } }'), [
      `error tasks.t.rules[0].route: ${say.replace('vectors', 'vectors, wide')}`,
    ]);
    assert.deepEqual(told('default: { model: vectors, fallback: cheap }'), [`error default: ${say}`]);
  });

  test('is no baseline', () => {
    assert.deepEqual(told('baseline: vectors\ndefault: cheap'), [
      'error baseline: vectors makes embeddings and cannot talk, so nothing is known to be saved against it',
    ]);
    assert.deepEqual(told('baseline: cheap'), []);
  });
});

describe('a task for embeddings', () => {
  const ungated = (text: string) => findUngated(...compiled(text)).map(({ at }) => at);

  test('is told that its gates check nothing', () => {
    assert.deepEqual(told('tasks: { search: { accept: [{ finish: complete }], route: vectors } }'), [
      'warning tasks.search.accept: checks nothing: the task asks for embeddings, and gates look at answers',
    ]);
    assert.deepEqual(told('tasks: { t: { accept: [{ finish: complete }], route: cheap } }'), []);
  });

  test('is not asked for gates; one that also talks is', () => {
    assert.deepEqual(ungated('tasks: { search: { route: vectors } }'), []);
    assert.deepEqual(ungated('tasks: { t: { route: cheap }, mixed: { route: vectors, rules: [{ route: cheap }] } }'), [
      'tasks.t',
      'tasks.mixed',
    ]);
  });
});
