import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller, View } from '../call/view.ts';
import { view as sampleView } from '../policy/sample.test.ts';
import type { MatchRule, WhenRule } from './config.ts';
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
