import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyPlan } from '../call/plan.ts';
import { createRequestIds } from '../call/request-id.ts';
import type { AnswerFacts } from '../call-client.ts';
import { answerHeaders, providerHeaders } from './headers.ts';

const toObject = (list: string[]): Record<string, string> =>
  Object.fromEntries(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] as string]] : [])));

test('what the provider says about the request reaches the client, what belongs to its connection does not', () => {
  const out = toObject(
    providerHeaders({
      'x-request-id': 'req_1',
      'retry-after': '3',
      'x-ratelimit-remaining-requests': '99',
      'openai-processing-ms': '5',
      'content-length': '10',
      'content-encoding': 'gzip',
      connection: 'close',
      'set-cookie': ['a=b'],
      server: 'cloudflare',
      'transfer-encoding': 'chunked',
      'x-tierline-cost-usd': '0',
      'access-control-allow-origin': '*',
    }),
  );
  assert.deepEqual(out, {
    'x-request-id': 'req_1',
    'retry-after': '3',
    'x-ratelimit-remaining-requests': '99',
    'openai-processing-ms': '5',
  });
});

test('a value that could end a line, or cannot be sent at all, stays away from the client', () => {
  const values = ['a\nx-injected: 1', 'a\r\nb: c', 'a\rb', '\0', '\x7f', 'name \u010a', '中'];
  for (const value of values) assert.deepEqual(providerHeaders({ 'x-a': value, 'x-b': ['1', value] }), [], value);
  assert.deepEqual(providerHeaders({ 'x-a': 'a\tb "c" \xe9' }), ['x-a', 'a\tb "c" \xe9']);
});

const answer: AnswerFacts = {
  plan: {
    ...emptyPlan(),
    task: 'triagé',
    reasons: [
      { step: 'task', say: 'header names it\r\nx: y' },
      { step: 'route', say: 'small' },
    ],
  },
  model: 'haiku',
  attempts: 2,
  losses: ['top_k'],
  cost: 1250,
  baseline: 10_000_000,
};

test('an answer tells model, task, plan, attempts, losses, cost and baseline', () => {
  const list: string[] = [];
  answerHeaders(list, 'req_9', answer, { hasHeaders: true, isLitellmCompatible: true });
  assert.deepEqual(toObject(list), {
    'x-tierline-request-id': 'req_9',
    'x-tierline-model': 'haiku',
    'x-tierline-task': 'triag?',
    'x-tierline-plan': 'header names it??x: y; small',
    'x-tierline-attempts': '2',
    'x-tierline-losses': 'top_k',
    'x-tierline-cost-usd': '0.00000125',
    'x-tierline-baseline-usd': '0.01',
    'x-litellm-response-cost': '0.00000125',
  });
});

test('an unknown cost has no header, and headers can be switched off but for the id', () => {
  const unknown: string[] = [];
  answerHeaders(
    unknown,
    'req_9',
    { ...answer, cost: null, baseline: null },
    { hasHeaders: true, isLitellmCompatible: true },
  );
  assert.ok(!unknown.some((name) => name.includes('usd') || name.includes('litellm')));
  const off: string[] = [];
  answerHeaders(off, 'req_9', answer, { hasHeaders: false, isLitellmCompatible: false });
  assert.deepEqual(off, ['x-tierline-request-id', 'req_9']);
});

test('request ids sort by time and never repeat', () => {
  let now = 1_700_000_000_000;
  const next = createRequestIds(() => now, 'abcd');
  const ids = Array.from({ length: 5000 }, (_, index) => {
    if (index % 7 === 0) now++;
    return next();
  });
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual([...ids].sort(), ids);
  assert.match(ids[0] as string, /^req_[0-9a-z]+$/);
});

test('a provider cannot say what an answer cost, in our words or those of LiteLLM', () => {
  assert.deepEqual(providerHeaders({ 'x-tierline-cost-usd': '0', 'x-litellm-response-cost': '0', ok: '1' }), [
    'ok',
    '1',
  ]);
});
