import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCatalog } from '../../catalog/catalog.ts';
import { compilePolicy, modelPartsOf } from '../../compile-policy.ts';
import { parseConfig } from '../../config/load.ts';
import { state } from '../../policy/sample.test.ts';
import { findAll } from './find-all.ts';

function told(task: string, code: string, rest = ''): string[] {
  const text = `
providers: { local: { dialect: openai, base_url: "http://h/v1" } }
models:
  cheap: { use: local/a, tier: small, price: { input: 1, output: 1 } }
  second: { use: local/c, price: { input: 2, output: 2 } }
  dear: { use: local/b, tier: frontier, price: { input: 10, output: 10 } }
  grader: { use: local/d, price: { input: 1, output: 1 } }
  idle: { use: local/e, price: { input: 1, output: 1 } }
tasks: { t: { output: { typical_tokens: 100 }, ${task} } }
${rest}`;
  const config = parseConfig(text, { file: '/t.yaml', env: {} });
  const policy = compilePolicy(config, modelPartsOf(config, createCatalog()));
  return findAll(config, policy, state({}))
    .filter((finding) => finding.code === code)
    .map(({ level, at, say }) => `${level} ${at}: ${say}`);
}

const accept = (...seconds: string[]): string =>
  `accept: [${seconds.map((model) => `{ agreement: { with: ${model} } }`).join(', ')}]`;

test('a second model that answers on the ladder itself is told, the last of the ladder is nobody to check', () => {
  const own = (task: string): string[] => told(task, 'own_second');
  assert.deepEqual(own(`${accept('cheap')}, route: { cascade: [cheap, dear] }`), [
    'warning tasks.t.route: cheap is asked for second answers and cannot vouch for its own, which are refused whatever they say; compare with another model',
  ]);
  assert.deepEqual(own(`${accept('second')}, route: { cascade: [cheap, dear] }`), []);
  assert.deepEqual(own(`${accept('dear')}, route: { cascade: [cheap, dear] }`), []);
  assert.match(own(`${accept('second')}, route: { cascade: [cheap, second, dear] }`)[0] ?? '', /second is asked/);
  assert.equal(own(`${accept('cheap', 'second')}, route: { cascade: [cheap, second, dear] }`).length, 2);
});

test('a route that rather has an error than a wrong answer checks its last model too', () => {
  const own = (task: string): string[] => told(task, 'own_second');
  const strict = `${accept('dear')}, route: { cascade: [cheap, dear], otherwise: error }`;
  assert.match(own(strict)[0] ?? '', /^warning tasks\.t\.route: dear is asked/);
  assert.match(own(`${accept('dear')}, consequence: irreversible, route: dear`)[0] ?? '', /dear is asked/);
  assert.deepEqual(own(`${accept('dear')}, route: dear`), []);
  const rules = `rules: [{ route: { cascade: [second, dear] } }], route: { cascade: [cheap, dear] }`;
  assert.match(own(`${accept('second')}, ${rules}`)[0] ?? '', /^warning tasks\.t\.rules\[0\]\.route/);
});

test('a candidate of a rollout is looked at, too', () => {
  const rollout = 'rollouts: { t: { candidate: { cascade: [second, dear] } } }';
  const found = told(`${accept('second')}, route: { cascade: [cheap, dear] }`, 'own_second', rollout);
  assert.match(found[0] ?? '', /^warning rollouts\.t\.candidate: second is asked/);
});

test('what a second answer costs counts in what a cascade has to spare', () => {
  const cost = (task: string): string => told(task, 'cascade_cost')[0] ?? '';
  const route = 'route: { cascade: [cheap, dear] }';
  assert.match(
    cost(`accept: [{ refusal: true }], ${route}`),
    /at least 10 % .* cheap costs \$0\.0011 and dear \$0\.011/,
  );
  assert.match(
    cost(`${accept('second')}, ${route}`),
    /at least 30 % .* cheap with the second answer of second costs \$0\.0033 and dear/,
  );
  assert.match(cost(`${accept('dear')}, ${route}`), /^warning .* cannot pay/);
});

test('a model that only gates ask is not idle', () => {
  const judge = '{ judge: { model: grader, rubric: Polite., min: 0.5 } }';
  const task = `accept: [{ agreement: { with: second } }, ${judge}], route: { cascade: [cheap, dear] }`;
  assert.deepEqual(
    told(task, 'idle_model').map((line) => line.split(':')[0]),
    ['note models.idle'],
  );
});

test('neither is one that compares answers, or makes vectors for learned routers', () => {
  const task =
    'accept: [{ agreement: { with: second, compare: embedding, by: grader } }], route: { cascade: [cheap, dear] }';
  const rest = 'encoders: { rate: { kind: llm, model: idle } }';
  assert.deepEqual(told(task, 'idle_model', rest), []);
});
