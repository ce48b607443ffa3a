import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MatchRule, RuleConfig } from './config.ts';
import { BASE, onlyProblemOf, parse } from './sample.test.ts';

const rules = (written: string, extra = ''): readonly RuleConfig[] => parse(`${BASE}${extra}\nrules: ${written}`).rules;
const when = (written: string, extra = ''): MatchRule =>
  rules(`[{ when: ${written}, route: small }]`, extra)[0]?.when ?? assert.fail();
const problem = (written: string, extra = ''): string =>
  onlyProblemOf(`${BASE}${extra}\nrules: [{ when: ${written}, route: small }]`);

test('a rule says request and predicates side by side', () => {
  const rule = when(
    '{ header: { X-App: desk }, metadata: { team: a }, model: "gpt-*", path: /v1, min_input_tokens: 5, has_code: true, has_tables: false, has_math: true, language: [de, fr], tenant: acme }',
  );
  assert.deepEqual([...rule.headers], [['x-app', ['desk']]]);
  assert.deepEqual([...rule.metadata], [['team', ['a']]]);
  assert.deepEqual([rule.models, rule.paths], [['gpt-*'], ['/v1']]);
  const { minInputTokens, hasCode, hasTables, hasMath, languages, tenants, hasTools, time } =
    rule.when ?? assert.fail();
  assert.deepEqual([minInputTokens, hasCode, hasTables, hasMath], [5, true, false, true]);
  assert.deepEqual([languages, tenants, hasTools, time], [['de', 'fr'], ['acme'], null, null]);
});

test('a rule about the request alone has no predicates, and one without `when` holds always', () => {
  assert.equal(when('{ header: { a: b } }').when, null);
  assert.deepEqual(
    rules('[{ route: small }, { route: { tier: mid, fallback: small } }]').map((rule) => [
      rule.when,
      rule.route.targets.length,
    ]),
    [
      [null, 1],
      [null, 2],
    ],
  );
});

test('rules of a task are its own', () => {
  const config = parse(`${BASE}tasks: { t: { route: mid, rules: [{ when: { language: en }, route: small }] } }`);
  assert.deepEqual(config.rules, []);
  assert.deepEqual(config.tasks.get('t')?.rules[0]?.when?.when?.languages, ['en']);
});

test('a time is minutes of the day, days of the week and a zone', () => {
  const at = when('{ time: { from: "08:00", to: "18:30", days: [mon, sun], zone: Europe/Berlin } }').when?.time;
  assert.deepEqual(at, { fromMinute: 480, toMinute: 1110, days: [1, 0], zone: 'Europe/Berlin' });
  assert.deepEqual(when('{ time: { from: 22:00, to: 24:00 } }').when?.time, {
    fromMinute: 1320,
    toMinute: 1440,
    days: [],
    zone: 'UTC',
  });
  assert.match(problem('{ time: { from: 8am, to: "18:00" } }'), /time\.from: expected a time of day such as 08:00/);
  assert.match(problem('{ time: { from: "24:01", to: "18:00" } }'), /expected a time of day/);
  assert.match(problem('{ time: { from: "08:00", to: "08:00" } }'), /ends when it begins/);
  assert.match(problem('{ time: { from: "08:00", to: "09:00", days: [munday] } }'), /Did you mean "sun"|expected/);
  assert.match(problem('{ time: { from: "08:00", to: "09:00", zone: Europe/Berlyn } }'), /zone: expected a time zone/);
});

test('the tier of a user is read where the file says', () => {
  const header = when('{ user_tier: [free, trial] }', 'user_tier: { header: X-User-Tier }');
  assert.deepEqual([...header.headers], [['x-user-tier', ['free', 'trial']]]);
  const metadata = when('{ user_tier: free, metadata: { team: a } }', 'user_tier: { metadata: plan }');
  assert.deepEqual(
    [...metadata.metadata],
    [
      ['team', ['a']],
      ['plan', ['free']],
    ],
  );
  const inMatch = parse(
    `${BASE}user_tier: { header: x-t }\ntasks: { t: { route: small, match: { when: { user_tier: free } } } }`,
  ).tasks.get('t');
  assert.deepEqual([...(inMatch?.match[0]?.headers ?? [])], [['x-t', ['free']]]);
  assert.match(problem('{ user_tier: free }'), /user_tier: needs the top-level `user_tier`.*\[For example/);
  assert.match(
    problem('{ user_tier: free, header: { x-t: pro } }', 'user_tier: { header: x-t }'),
    /is "x-t", which this rule names already/,
  );
  assert.match(onlyProblemOf(`${BASE}user_tier: { header: a, metadata: b }`), /either from a `header` or/);
  assert.match(onlyProblemOf(`${BASE}user_tier: {}`), /either from a `header` or/);
});

test('what a rule cannot ask for is refused', () => {
  assert.match(problem('{ language: german }'), /language.*ISO 639-1/);
  assert.match(problem('{ has_codes: true }'), /Did you mean "has_code"/);
  assert.match(problem('{ min_input_tokens: 9, max_input_tokens: 5 }'), /no request can match/);
  assert.match(problem('{ path: v1 }'), /begins with a slash/);
  assert.match(onlyProblemOf(`${BASE}rules: [{ when: {} }]`), /rules\[0\]\.route: is missing/);
  assert.match(onlyProblemOf(`${BASE}rules: [{ route: smal }]`), /rules\[0\]\.route: .*Did you mean "small"/);
});
