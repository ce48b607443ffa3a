import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseConfig } from './load.ts';
import { loadGates } from './load-gates.ts';
import { ConfigError } from './problem.ts';
import { BASE } from './sample.test.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-gates-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'good.mjs'), 'export const check = () => true;');
writeFileSync(join(folder, 'learned.json'), '{}');
writeFileSync(join(folder, 'bad.mjs'), 'export const check = ;');

const load = (tasks: string, ...scorerOf: Parameters<typeof loadGates>[2][]) =>
  loadGates(
    parseConfig(`${BASE}\ntasks: ${tasks}`, { file: join(folder, 'tierline.yaml'), env: {} }),
    () => 1,
    ...scorerOf,
  );

test('every task gets its gates, one without accept gets none', async () => {
  const gates = await load(
    '{ a: { route: small, accept: [{ module: good.mjs }, { refusal: true }] }, b: { route: small } }',
  );
  assert.deepEqual(
    [...gates].map(([task, list]) => [task, list.map(({ name }) => name)]),
    [
      ['a', ['module', 'refusal', 'finish']],
      ['b', []],
    ],
  );
});

test('everything that cannot be loaded is told at once, each with its place', async () => {
  const refused = load(
    '{ a: { route: small, accept: [{ refusal: true }, { module: bad.mjs }] }, b: { route: small, accept: [{ language: xx }] } }',
  );
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      [
        ['tasks', 'a', 'accept', 1, 'module'],
        ['tasks', 'b', 'accept', 0, 'language'],
      ],
    );
    assert.match(
      error.message,
      /tierline\.yaml {2}tasks\.a\.accept\[1\]\.module: the module .*bad\.mjs cannot be loaded/,
    );
    return true;
  });
});

test('an artifact is read by whoever can, by its path; where nobody can that is a problem with its place', async () => {
  const task = '{ a: { route: small, accept: [{ learned: { artifact: learned.json, min: 0.5 } }] } }';
  const asked: string[] = [];
  const score = () => ({ chance: 0.7, accepts: null, prefers: null, say: 'so it is' });
  const gates = await load(task, (file) => {
    asked.push(file);
    return { id: '0123456789ab', models: ['small'], mayPrefer: false, score };
  });
  assert.deepEqual(asked, [join(folder, 'learned.json')]);
  assert.deepEqual(
    gates.get('a')?.map(({ name }) => name),
    ['learned', 'finish'],
  );
  await assert.rejects(load(task), /tasks\.a\.accept\[0\]\.learned: the artifact .*learned\.json cannot be loaded/);
});
