import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MatchRule } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import { createMatcher } from '../../config/match.ts';
import { caller, view } from '../../policy/sample.test.ts';
import { covers } from './covers.ts';

function rule(written: string): MatchRule | null {
  const text = `providers: { simulated: {} }\nmodels: { m: simulated/x }\nrules: [{ when: ${written}, route: m }]`;
  return parseConfig(text, { file: '/t.yaml', env: {} }).rules[0]?.when ?? null;
}
const does = (wide: string, narrow: string): boolean => covers(rule(wide), rule(narrow));

test('what holds always takes in everything, and nothing else takes that in', () => {
  assert.equal(covers(null, rule('{ tenant: a }')), true);
  assert.equal(covers(null, null), true);
  assert.equal(does('{}', '{ has_code: true }'), true);
  assert.equal(covers(rule('{}'), null), true);
  assert.equal(covers(rule('{ tenant: a }'), null), false);
});

test('a condition less, or a wider one, takes in a narrower rule', () => {
  const cases: [string, string][] = [
    ['{ header: { a: [x, y] } }', '{ header: { a: x, b: z } }'],
    ['{ metadata: { a: x } }', '{ metadata: { a: x }, has_tools: true }'],
    ['{ model: "gpt-*" }', '{ model: [gpt-4o, "gpt-5*"] }'],
    ['{ path: /v1 }', '{ path: /v1/messages }'],
    ['{ path: "/v1/*" }', '{ path: /v1/messages }'],
    ['{ min_input_tokens: 10 }', '{ min_input_tokens: 20, max_input_tokens: 30 }'],
    ['{ max_input_tokens: 40 }', '{ max_input_tokens: 30 }'],
    ['{ has_code: true }', '{ has_code: true, language: de }'],
    ['{ language: [de, fr] }', '{ language: fr }'],
    ['{ tenant: [a, b] }', '{ tenant: b }'],
    ['{ contains: order }', '{ contains: [my order, orders] }'],
    ['{ matches: a+ }', '{ matches: a+, tenant: b }'],
    ['{ time: { from: 08:00, to: 09:00 } }', '{ time: { from: 08:00, to: 09:00 }, stream: true }'],
  ];
  for (const [wide, narrow] of cases) {
    assert.equal(does(wide, narrow), true, `${wide} takes in ${narrow}`);
    assert.equal(does(narrow, wide), false, `${narrow} does not take in ${wide}`);
  }
});

test('what cannot be told is not claimed', () => {
  assert.equal(does('{ header: { a: x } }', '{ header: { a: y } }'), false);
  assert.equal(does('{ matches: a }', '{ matches: ab }'), false);
  assert.equal(does('{ stream: true }', '{ stream: false }'), false);
  assert.equal(does('{ time: { from: 08:00, to: 18:00 } }', '{ time: { from: 09:00, to: 10:00 } }'), false);
  assert.equal(does('{ model: "a*b*c" }', '{ model: axbxc }'), false);
  assert.equal(does('{ path: /v1/messages }', '{ path: "/v1/*" }'), false);
});

test('law: no request that a narrower rule matches gets past the one that covers it', () => {
  const list = (values: string[]) => fc.subarray(values).map((some) => some as readonly string[]);
  const flag = fc.constantFrom(null, true, false);
  const someRule: fc.Arbitrary<MatchRule> = fc.record({
    headers: list(['x', 'y']).map((values) => new Map(values.length === 0 ? [] : [['h', values]])),
    metadata: fc.constant(new Map<string, readonly string[]>()),
    models: list(['auto', 'a*', '*o', 'b']),
    paths: list(['/v1', '/v1/chat', '*completions']),
    when: fc.option(
      fc.record({
        minInputTokens: fc.option(fc.nat(30)),
        maxInputTokens: fc.option(fc.nat(30)),
        hasTools: flag,
        hasImages: fc.constant(null),
        hasSchema: fc.constant(null),
        hasCode: fc.constant(null),
        hasTables: fc.constant(null),
        hasMath: fc.constant(null),
        stream: flag,
        languages: fc.constant([]),
        tenants: list(['acme', 'other']),
        time: fc.constant(null),
        contains: list(['w', 'wo', 'zz']),
        matches: fc.constant(null),
      }),
    ),
  });
  const someView = fc.record({
    model: fc.constantFrom('auto', 'b', 'foo'),
    hasTools: fc.boolean(),
    stream: fc.boolean(),
    text: fc.constantFrom('words '.repeat(2), 'w', 'zz', ''),
  });
  let covered = 0;
  fc.assert(
    fc.property(someRule, someRule, someView, fc.constantFrom('x', 'y', 'z'), (wide, narrow, fields, h) => {
      if (!covers(wide, narrow)) return;
      covered++;
      const asked = view({ ...fields, bytes: fields.text.length });
      const holds = (one: MatchRule) => createMatcher([one], (text) => text.length)(asked, caller({ h }), 0);
      assert.ok(!holds(narrow) || holds(wide));
    }),
    { numRuns: 5000 },
  );
  assert.ok(covered > 50, `${covered} covered`);
});
