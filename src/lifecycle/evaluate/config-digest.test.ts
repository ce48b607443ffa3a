import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseConfig } from '../../config/load.ts';
import { toSample } from '../samples/sample.ts';
import { configDigest, oracleDigest, taskOracle } from './config-digest.ts';
import { folderWith } from './scripted.fixture.ts';

const BASE = `
server: { port: 4400 }
providers: { local: { dialect: openai, base_url: "http://127.0.0.1:1/v1", api_key: "\${KEY}" } }
models:
  small: { use: local/s, tier: small, price: { input: 1, output: 1 } }
  mid: { use: local/m, tier: mid, price: { input: 10, output: 10 } }
tasks:
  t: { owner: us, accept: [{ pattern: '^a' }, { one_of: [a, b] }], route: { cascade: [small, mid] } }
  other: { route: small }
`;
const digest = (text: string, { key = 'one', file = '/a/tierline.yaml' } = {}): string => {
  const config = parseConfig(text, { file, env: { KEY: key } });
  return configDigest(config, config.tasks.get('t') as never);
};
const changed = (from: string, to: string): string => {
  assert.ok(BASE.includes(from), from);
  return digest(BASE.replace(from, to));
};

describe('a configuration is the same to a task', () => {
  test('wherever its file lies, whichever key it has, whatever other tasks do', () => {
    const usual = digest(BASE);
    assert.equal(digest(BASE, { key: 'two', file: '/b/candidate.yaml' }), usual);
    assert.equal(changed('other: { route: small }', 'other: { route: mid }'), usual);
    assert.equal(changed('port: 4400', 'port: 4401'), usual);
    assert.equal(changed('owner: us', 'owner: them'), usual);
    assert.equal(changed('owner: us', 'latency_budget: 2s, volume: 7, input: { largest_tokens: 9 }'), usual);
  });

  test('and another one as soon as a call of the task may end in another way', () => {
    const usual = digest(BASE);
    const changes: [string, string][] = [
      ['cascade: [small, mid]', 'cascade: [mid, small]'],
      ["pattern: '^a'", "pattern: '^b'"],
      ['one_of: [a, b]', 'one_of: [a, c]'],
      ['use: local/s', 'use: local/s2'],
      ['127.0.0.1:1', '127.0.0.1:2'],
      ['input: 1,', 'input: 2,'],
      ['owner: us', 'deny: mid'],
      ['server:', 'timeouts: { total: 9s }\nserver:'],
    ];
    const digests = changes.map(([from, to]) => changed(from, to));
    assert.equal(new Set([usual, ...digests]).size, changes.length + 1, digests.join(' '));
  });
});

test('a gate that is a module is what its file says', (t) => {
  const folder = folderWith(t, { 'gate.mjs': 'export const check = () => true;' });
  const text = BASE.replace("{ pattern: '^a' }", '{ module: gate.mjs }');
  const file = join(folder, 'tierline.yaml');
  const before = digest(text, { file });
  assert.equal(digest(text, { file }), before);
  writeFileSync(join(folder, 'gate.mjs'), 'export const check = () => false;');
  assert.notEqual(digest(text, { file }), before);
});

test('an oracle is its gates, the reference of the sample and what the sample brings itself', () => {
  const config = parseConfig(BASE, { file: '/a/tierline.yaml', env: { KEY: 'key' } });
  const ofTask = taskOracle(config.tasks.get('t') as never);
  const of = (line: object, oracle = ofTask): string => oracleDigest(oracle, toSample({ prompt: 'p', ...line }));
  const all = [
    of({}),
    of({ reference: null }),
    of({ reference: 'a' }),
    of({ accept: [{ pattern: 'x' }] }),
    of({ accept: [{ pattern: 'y' }] }),
    of({}, taskOracle(config.tasks.get('other') as never)),
  ];
  assert.equal(new Set(all).size, all.length, all.join(' '));
  assert.equal(
    of({ prompt: 'another', reference: 'a', weight: 3 }),
    of({ reference: 'a' }),
    'the question is no part of it',
  );
});
