import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from './load.ts';
import { ConfigError, writePath } from './problem.ts';
import { BASE, errorOf } from './sample.test.ts';

test('the report shows the file, the place, the line and the way out', () => {
  const text =
    'providers:\n  simulated: {}\nmodels:\n  haiku: simulated/sim-small\ntasks:\n  triage:\n    route: hiaku # the cheap one\n';
  assert.throws(() => parseConfig(text, { file: 'tierline.yaml', env: {} }), {
    message: [
      'tierline.yaml has one problem:',
      '',
      'tierline.yaml:7:12  tasks.triage.route: there is no model or tier "hiaku"',
      '  7 |     route: hiaku',
      '    |            ^^^^^',
      '  Did you mean "haiku"?',
    ].join('\n'),
  });
});

test('problems are told in the order of the file, each with the keys or values it means', () => {
  const error = errorOf(`${BASE}\nserver: { prot: 80,\n  port:\tbig }\nsever: {}`);
  assert.deepEqual(
    error.problems.map(({ line, column, excerpt }) => [line, column, excerpt]),
    [
      [5, 11, { text: 'server: { prot: 80,', length: 4 }],
      [6, 9, { text: '  port:\tbig }', length: 3 }],
      [7, 1, { text: 'sever: {}', length: 5 }],
    ],
  );
  assert.match(error.message, /3 problems/);
  assert.match(error.message, /\n {4}\| {8}\t\^\^\^\n/);
});

test('a problem without a place is told without one', () => {
  const problem = { path: ['a'], message: 'is odd', hint: 'Mend it.', line: null, column: null, excerpt: null };
  assert.equal(new ConfigError('f', [problem]).message, 'f has one problem:\n\nf  a: is odd\n  Mend it.');
});

test('paths are written as people write them', () => {
  assert.equal(writePath([]), '');
  assert.equal(writePath(['models', 'opus', 'deployments', 1, 'use']), 'models.opus.deployments[1].use');
  assert.equal(writePath(['models', 'a/b.c', 'tier']), 'models."a/b.c".tier');
});
