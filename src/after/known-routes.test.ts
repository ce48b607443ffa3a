import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../config/load.ts';
import { KnownRoutes } from './known-routes.ts';

const config = (tasks: string) =>
  parseConfig(
    `providers: { simulated: {} }\nmodels: { small: simulated/sim-small, mid: simulated/sim-mid }\ntasks: ${tasks}\n`,
    { file: '/c/tierline.yaml', env: {} },
  );

test('a task is changed when its route, its rules or its gates are, and nothing else counts', () => {
  const routes = new KnownRoutes();
  const changed = (tasks: string) => routes.changed(config(tasks));
  assert.deepEqual(changed('{ a: { route: small }, b: { route: mid } }'), []);
  assert.deepEqual(changed('{ a: { route: small, owner: us }, b: { route: mid } }'), []);
  assert.deepEqual(changed('{ a: { route: mid }, b: { route: mid } }'), ['a']);
  assert.deepEqual(changed('{ a: { route: mid }, b: { route: mid, accept: [{ refusal: true }] } }'), ['b']);
  const ruled = '{ a: { route: mid, rules: [{ when: { min_input_tokens: 9 }, route: small }] }, b: { route: mid } }';
  assert.deepEqual(changed(ruled), ['a', 'b']);
});

test('a change that came while nobody was there is seen, and a new task is none', () => {
  const routes = new KnownRoutes();
  routes.changed(config('{ a: { route: small } }'));
  const next = new KnownRoutes();
  next.restore(JSON.parse(JSON.stringify(routes.snapshot())));
  next.restore('no routes');
  assert.deepEqual(next.changed(config('{ a: { route: mid }, c: { route: mid } }')), ['a']);
});
