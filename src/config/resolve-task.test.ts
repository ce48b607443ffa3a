import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteConfig, TaskConfig } from './config.ts';
import { BASE, onlyProblemOf, parse, problemsOf, routeTo } from './sample.test.ts';

function task(written: string): TaskConfig {
  const found = parse(`${BASE}\ntasks: { t: ${written} }`).tasks.get('t');
  assert.ok(found);
  return found;
}
const problem = (written: string): string => onlyProblemOf(`${BASE}\ntasks: { t: ${written} }`);
const route = (written: string): RouteConfig => task(`{ route: ${written} }`).route;

test('a task has a route and, unless it says more, nothing else', () => {
  assert.deepEqual(task('{ route: small }'), {
    name: 't',
    owner: null,
    description: null,
    match: [],
    consequence: null,
    input: { typicalTokens: null, largestTokens: null, languages: [], structure: [] },
    typicalOutputTokens: null,
    largestOutputTokens: null,
    typicalPassRate: null,
    volume: null,
    latencyBudgetMs: null,
    reference: null,
    thresholds: { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 },
    isPrivate: false,
    regions: null,
    allow: null,
    deny: [],
    maxCostNanoUsd: null,
    isStrict: false,
    accept: [],
    marksCache: false,
    rules: [],
    route: routeTo({ kind: 'model', name: 'small' }),
  });
});

test('what a task says about itself is kept', () => {
  const found = task(
    '{ owner: a, description: b, consequence: reviewed, output: { typical_tokens: 12 }, private: true, strict: true, route: mid }',
  );
  assert.deepEqual(
    [found.owner, found.description, found.consequence, found.typicalOutputTokens, found.isPrivate, found.isStrict],
    ['a', 'b', 'reviewed', 12, true, true],
  );
});

test('a task is as strict as the file unless it says otherwise', () => {
  const config = parse(`${BASE}\nstrict: true\ntasks: { a: { route: small }, b: { route: small, strict: false } }`);
  assert.equal(config.tasks.get('a')?.isStrict, true);
  assert.equal(config.tasks.get('b')?.isStrict, false);
});

test('tasks keep the order of the file', () => {
  const config = parse(`${BASE}\ntasks: { z: { route: small }, a: { route: small }, m1: { route: mid } }`);
  assert.deepEqual([...config.tasks.keys()], ['z', 'a', 'm1']);
});

test('a route is a model or a tier with fallbacks', () => {
  const tiny =
    'providers: { simulated: {} }\ntiers: [tiny, large]\nmodels: { m: { use: simulated/a, tier: tiny }, n: { use: simulated/b, tier: large } }';
  const at = (written: string): RouteConfig | null => parse(`${tiny}\ndefault: ${written}`).defaultRoute;
  assert.deepEqual(at('tiny'), routeTo({ kind: 'tier', name: 'tiny' }));
  assert.deepEqual(at('m'), routeTo({ kind: 'model', name: 'm' }));
  assert.deepEqual(
    at('{ tier: tiny, fallback: n }'),
    routeTo({ kind: 'tier', name: 'tiny' }, { kind: 'model', name: 'n' }),
  );
  assert.deepEqual(
    at('{ model: m, fallback: [n, large] }'),
    routeTo({ kind: 'model', name: 'm' }, { kind: 'model', name: 'n' }, { kind: 'tier', name: 'large' }),
  );
});

test('a name that is both model and tier is the model, unless the route says tier', () => {
  assert.deepEqual(route('small').targets, [{ kind: 'model', name: 'small' }]);
  assert.deepEqual(route('{ tier: small }').targets, [{ kind: 'tier', name: 'small' }]);
});

test('routes that lead nowhere are refused', () => {
  assert.match(problem('{ route: smal }'), /tasks\.t\.route: there is no model or tier "smal" \[Did you mean "small"/);
  assert.match(problem('{ route: { model: smal } }'), /route\.model: there is no model "smal"/);
  assert.match(problem('{ route: { tier: smal } }'), /route\.tier: there is no tier "smal"/);
  assert.match(problem('{ route: { model: frontier } }'), /"frontier" is a tier: write tier: frontier/);
  assert.match(problem('{ route: frontier }'), /no model stands on the tier "frontier"/);
  assert.match(problem('{ route: { model: small, fallback: [md] } }'), /fallback\[0\]: .*Did you mean "mid"/);
  assert.match(
    problem('{ route: { model: small, fallback: [mid, mid] } }'),
    /fallback\[1\]: "mid" stands in this route already/,
  );
  assert.match(
    problem('{ route: { model: small, tier: mid } }'),
    /either a model, a tier, a cascade, what is best or an artifact that predicts it/,
  );
  assert.match(
    problem('{ route: {} }'),
    /either a model, a tier, a cascade, what is best or an artifact that predicts it/,
  );
  assert.match(onlyProblemOf(`${BASE}\ndefault: nope`), /default: there is no model or tier "nope"/);
});

test('conditions are normalised', () => {
  const found = task(`{ route: small, match: {
    header: { X-Feature: triage, x-b: [c, d] }, metadata: { Team: clinic }, model: [gpt, "code-*"], path: /v1/messages,
    when: { min_input_tokens: 5, max_input_tokens: 10, has_tools: true, has_images: false, has_schema: true, stream: false, contains: [Refund], matches: "^a+$" } } }`);
  assert.deepEqual(found.match, [
    {
      headers: new Map([
        ['x-feature', ['triage']],
        ['x-b', ['c', 'd']],
      ]),
      metadata: new Map([['Team', ['clinic']]]),
      models: ['gpt', 'code-*'],
      paths: ['/v1/messages'],
      when: {
        minInputTokens: 5,
        maxInputTokens: 10,
        hasTools: true,
        hasImages: false,
        hasSchema: true,
        hasCode: null,
        hasTables: null,
        hasMath: null,
        stream: false,
        languages: [],
        tenants: [],
        time: null,
        contains: ['refund'],
        matches: /^a+$/u,
      },
    },
  ]);
});

test('any is a list of rules', () => {
  const found = task('{ route: small, match: { any: [{ model: a }, { path: "/v1/*" }] } }');
  assert.deepEqual(
    found.match.map(({ models, paths, when }) => [models, paths, when]),
    [
      [['a'], [], null],
      [[], ['/v1/*'], null],
    ],
  );
});

test('rules that would claim everything or nothing are refused', () => {
  assert.match(problem('{ route: small, match: {} }'), /says nothing, so it would claim every request/);
  assert.match(problem('{ route: small, match: { header: {}, when: {} } }'), /says nothing/);
  assert.match(problem('{ route: small, match: { any: [{}] } }'), /any\[0\]: says nothing/);
  assert.match(problem('{ route: small, match: { any: [] } }'), /must not be an empty list/);
  assert.match(problem('{ route: small, match: { any: [{ model: a }], path: /v1 } }'), /`any` stands alone/);
  assert.match(
    problem('{ route: small, match: { when: { min_input_tokens: 9, max_input_tokens: 5 } } }'),
    /no request can match/,
  );
  assert.match(problem('{ route: small, match: { path: v1 } }'), /begins with a slash: \/v1/);
  assert.match(problem('{ route: small, match: { when: { matches: "(a+)+" } } }'), /matches: a repeated group/);
  assert.match(
    problem('{ route: small, match: { when: { matches: "(a" } } }'),
    /matches: not a valid regular expression/,
  );
});

test('two tasks with the same rule are refused, however they are written', () => {
  const both = (one: string, other: string): string[] =>
    problemsOf(`${BASE}\ntasks: { a: { route: small, match: ${one} }, b: { route: mid, match: ${other} } }`);
  const expected = ['tasks.b.match: claims the same requests as the task "a", which comes first'];
  assert.deepEqual(both('{ header: { X-A: one } }', '{ header: { x-a: [one] } }'), expected);
  assert.deepEqual(both('{ metadata: { x: 1a, y: [b, c] } }', '{ metadata: { y: [c, b], x: 1a } }'), expected);
  assert.deepEqual(both('{ any: [{ model: x }, { path: /y }] }', '{ path: /y }'), expected);
  assert.deepEqual(both('{ when: { matches: a+ } }', '{ when: { matches: a+ } }'), expected);
});

test('rules that differ anywhere are two rules', () => {
  const rules = [
    '{ model: a }',
    '{ model: b }',
    '{ path: /a }',
    '{ header: { a: b } }',
    '{ metadata: { a: b } }',
    '{ when: { matches: a } }',
    '{ when: { matches: b } }',
    '{ when: { stream: true } }',
    '{ model: a, when: { stream: true } }',
  ];
  const tasks = rules.map((rule, index) => `t${index}: { route: small, match: ${rule} }`);
  assert.equal(parse(`${BASE}\ntasks: { ${tasks.join(', ')} }`).tasks.size, rules.length);
});

test('a private task may only reach models with a private deployment', () => {
  const file = (taskRoute: string, isPrivate: boolean): string => `
providers: { simulated: {}, local: { dialect: openai, base_url: "http://h", private: ${isPrivate} } }
models: { a: { use: simulated/x, tier: small }, b: { tier: mid, use: local/x }, c: { deployments: [{ use: simulated/x }, { use: local/x }] } }
tasks: { t: { private: true, route: ${taskRoute} } }`;
  parse(file('a', false));
  parse(file('{ model: a, fallback: c }', false));
  parse(file('{ model: a, fallback: b }', true));
  const refused =
    /tasks\.t\.route: belongs to a private task, but its model "b" is served by "local", which is not private/;
  assert.match(onlyProblemOf(file('b', false)), refused);
  assert.match(onlyProblemOf(file('mid', false)), refused);
  assert.match(onlyProblemOf(file('{ tier: small, fallback: b }', false)), refused);
});
