import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onlyProblemOf, parse } from './sample.test.ts';

const FILE = `
providers: { simulated: { region: eu }, far: { dialect: openai, base_url: "http://h", region: us } }
models: { small: simulated/sim-small, mid: { use: far/x, tier: mid } }
`;

test('a task and a tenant are limited in the same words', () => {
  const written = 'private: true, regions: eu, allow: [small, mid], deny: mid, max_cost_usd: 0.002';
  const config = parse(`${FILE}tenants: { acme: { ${written} } }\ntasks: { t: { route: small, ${written} } }`);
  const expected = {
    isPrivate: true,
    regions: ['eu'],
    allow: [
      { kind: 'model', name: 'small' },
      { kind: 'model', name: 'mid' },
    ],
    deny: [{ kind: 'model', name: 'mid' }],
    maxCostNanoUsd: 2_000_000,
  };
  assert.deepEqual(config.tenants.get('acme'), expected);
  const { isPrivate, regions, allow, deny, maxCostNanoUsd } = config.tasks.get('t') ?? assert.fail();
  assert.deepEqual({ isPrivate, regions, allow, deny, maxCostNanoUsd }, expected);
});

test('a tenant that says nothing is not limited', () => {
  assert.deepEqual(parse(`${FILE}tenants: { acme: {} }`).tenants.get('acme'), {
    isPrivate: false,
    regions: null,
    allow: null,
    deny: [],
    maxCostNanoUsd: null,
  });
});

test('names that lead nowhere are refused with the nearest', () => {
  const problem = (written: string): string => onlyProblemOf(`${FILE}tenants: { acme: { ${written} } }`);
  assert.match(problem('allow: [smal]'), /^tenants\.acme\.allow\[0\]: .*Did you mean "small"/);
  assert.match(problem('deny: [md]'), /^tenants\.acme\.deny\[0\]: .*Did you mean "mid"/);
  assert.match(problem('regions: [eu, ue]'), /^tenants\.acme\.regions\[1\]: there is no provider in the region "ue"/);
  assert.match(problem('max_cost_usd: -1'), /max_cost_usd: expected a number/);
  assert.match(problem('privat: true'), /Did you mean "private"/);
  assert.match(
    onlyProblemOf(`providers: { simulated: {} }\nmodels: { m: simulated/x }\ntenants: { a: { regions: eu } }`),
    /\[Say where a provider runs: region: eu\]/,
  );
});
