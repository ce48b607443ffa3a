import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Caller, View } from '../call/view.ts';
import { view as sampleView } from '../policy/sample.test.ts';
import type { MatchRule, TimeRule, WhenRule } from './config.ts';
import { createMatcher } from './match.ts';

const rule = (fields: Partial<MatchRule>): MatchRule => ({
  headers: new Map(),
  metadata: new Map(),
  models: [],
  paths: [],
  when: null,
  ...fields,
});
const when = (fields: Partial<WhenRule>): MatchRule =>
  rule({
    when: {
      minInputTokens: null,
      maxInputTokens: null,
      hasTools: null,
      hasImages: null,
      hasSchema: null,
      hasCode: null,
      hasTables: null,
      hasMath: null,
      stream: null,
      languages: [],
      tenants: [],
      time: null,
      contains: [],
      matches: null,
      ...fields,
    },
  });
const view = (fields: Partial<View> = {}): View => sampleView({ text: 'Please REFUND order 17', ...fields });
const caller = (fields: Partial<Caller> = {}): Caller => ({
  tenant: 't',
  path: '/v1/messages',
  headers: {},
  ...fields,
});
const holds = (rules: MatchRule[], asked: View = view(), who: Caller = caller(), nowMs = 0): boolean =>
  createMatcher(rules, (text) => text.length)(asked, who, nowMs);

test('no rule matches nothing, any of several is enough', () => {
  assert.equal(holds([]), false);
  assert.equal(holds([when({ stream: true }), when({ stream: false })]), true);
});

test('headers and metadata match one of their values', () => {
  const header = rule({ headers: new Map([['x-app', ['desk', 'mail']]]) });
  assert.equal(holds([header], view(), caller({ headers: { 'x-app': 'mail' } })), true);
  assert.equal(holds([header], view(), caller({ headers: { 'x-app': ['desk', 'other'] } })), true);
  assert.equal(holds([header], view(), caller({ headers: { 'x-app': 'mailer' } })), false);
  assert.equal(holds([header]), false);
  const metadata = rule({ metadata: new Map([['app', ['desk']]]) });
  assert.equal(holds([metadata], view({ metadata: { app: 'desk' } })), true);
  assert.equal(holds([metadata]), false);
});

test('models and paths take wildcards, a plain path is a prefix', () => {
  assert.equal(holds([rule({ models: ['gpt-4*'] })], view({ model: 'gpt-4o-mini' })), true);
  assert.equal(holds([rule({ models: ['gpt-4.1'] })], view({ model: 'gpt-4x1' })), false, 'a dot is a dot');
  assert.equal(holds([rule({ paths: ['/v1'] })]), true);
  assert.equal(holds([rule({ paths: ['*/chat/completions'] })]), false);
  assert.equal(holds([rule({ paths: ['/v1/*s'] })]), true);
});

test('every part of a rule has to hold', () => {
  const both = rule({ models: ['auto'], paths: ['/v2'] });
  assert.equal(holds([both]), false);
});

test('predicates over the request', () => {
  assert.equal(holds([when({ hasTools: true })], view({ hasTools: true })), true);
  assert.equal(holds([when({ hasTools: false })], view({ hasTools: true })), false);
  assert.equal(holds([when({ hasImages: true })]), false);
  assert.equal(holds([when({ hasSchema: true })], view({ hasSchema: true })), true);
  assert.equal(holds([when({ contains: ['refund'] })]), true, 'whatever the case');
  assert.equal(holds([when({ contains: ['invoice', 'order'] })]), true);
  assert.equal(holds([when({ contains: ['invoice'] })]), false);
  assert.equal(holds([when({ matches: /order \d+/u })]), true);
  assert.equal(holds([when({ matches: /^order/u })]), false);
});

test('length is counted in tokens, and only when it could matter', () => {
  const long = view({ bytes: 5000, text: 'x'.repeat(1000) });
  assert.equal(holds([when({ minInputTokens: 1000 })], long), true);
  assert.equal(holds([when({ minInputTokens: 1001 })], long), false);
  assert.equal(holds([when({ maxInputTokens: 1000 })], long), true);
  assert.equal(holds([when({ maxInputTokens: 999 })], long), false);
  const short = view();
  Object.defineProperty(short, 'text', { get: () => assert.fail('text was read') });
  assert.equal(holds([when({ maxInputTokens: 50 })], short), true);
  assert.equal(holds([when({ minInputTokens: 51 })], short), false);
});

describe('predicates over the text', () => {
  const german = 'Kannst du mir bitte sagen, was das ist und wie ich das machen kann?';

  test('hold for what the text looks like', () => {
    const code = view({ text: 'def f(x):\n| a | b |\n|---|---|\n3x + 5 = 20' });
    for (const fact of ['hasCode', 'hasTables', 'hasMath'] as const) {
      assert.equal(holds([when({ [fact]: true })], code), true, fact);
      assert.equal(holds([when({ [fact]: false })], code), false, fact);
      assert.equal(holds([when({ [fact]: true })], view({ text: 'plain words' })), false, fact);
      assert.equal(holds([when({ [fact]: false })], view({ text: 'plain words' })), true, fact);
    }
    assert.equal(holds([when({ languages: ['fr', 'de'] })], view({ ask: german })), true);
    assert.equal(holds([when({ languages: ['en'] })], view({ ask: german })), false);
  });

  test('do not hold when it cannot be told, whatever is asked for', () => {
    const silent = view({ text: '', ask: '' });
    for (const wanted of [true, false]) {
      assert.equal(holds([when({ hasCode: wanted })], silent), false);
      assert.equal(holds([when({ hasTables: wanted })], silent), false);
      assert.equal(holds([when({ hasMath: wanted })], silent), false);
    }
    assert.equal(holds([when({ languages: ['en', 'de'] })], view({ ask: 'ok' })), false);
  });
});

test('a tenant is one of those named', () => {
  assert.equal(holds([when({ tenants: ['a', 't'] })]), true);
  assert.equal(holds([when({ tenants: ['a'] })]), false);
});

describe('a time of day', () => {
  const rule = (fields: Partial<TimeRule>): MatchRule =>
    when({ time: { fromMinute: 8 * 60, toMinute: 18 * 60, days: [], zone: 'UTC', ...fields } });
  /** The fourth of January 2026 is a Sunday. */
  const at = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 0, 4 + day, hour, minute);
  const holdsAt = (given: MatchRule, nowMs: number): boolean => holds([given], view(), caller(), nowMs);

  test('begins with its first minute and ends before its last', () => {
    assert.deepEqual(
      [at(1, 7, 59), at(1, 8), at(1, 17, 59), at(1, 18)].map((now) => holdsAt(rule({}), now)),
      [false, true, true, false],
    );
  });

  test('is on the days it names, in its own zone', () => {
    const weekdays = rule({ days: [1, 2, 3, 4, 5] });
    assert.deepEqual(
      [holdsAt(weekdays, at(0, 9)), holdsAt(weekdays, at(1, 9)), holdsAt(weekdays, at(6, 9))],
      [false, true, false],
    );
    const tokyo = rule({ days: [1], zone: 'Asia/Tokyo' });
    assert.equal(holdsAt(tokyo, at(0, 23, 30)), true, 'half past eight on Monday there');
    assert.equal(holdsAt(tokyo, at(1, 9)), false, 'six in the evening there');
  });

  test('past midnight it belongs to the day it began on', () => {
    const night = rule({ fromMinute: 22 * 60, toMinute: 6 * 60, days: [5] });
    assert.deepEqual(
      [at(5, 21, 59), at(5, 22), at(6, 5, 59), at(6, 6), at(6, 23), at(5, 3)].map((now) => holdsAt(night, now)),
      [false, true, true, false, false, false],
    );
    const everyNight = rule({ fromMinute: 22 * 60, toMinute: 6 * 60 });
    assert.deepEqual([holdsAt(everyNight, at(0, 3)), holdsAt(everyNight, at(0, 12))], [true, false]);
  });
});
