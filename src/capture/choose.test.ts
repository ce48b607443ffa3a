import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRequestIds } from '../call/request-id.ts';
import { parseConfig } from '../config/load.ts';
import { type CaptureRules, captureRules, isCaptured, keptHeaders } from './choose.ts';

function rules(capture: string, more = ''): CaptureRules | null {
  const text = `
providers: { simulated: {} }
models: { small: { use: simulated/sim-small, tier: small } }
tasks:
  open: { match: { header: { x-app: [a] } }, route: small }
  notes: { private: true, match: { any: [{ header: { x-api-key: [k], X-Team: [b] } }] }, route: small }
tenants: { clinic: { private: true } }
${capture}
${more}`;
  return captureRules(parseConfig(text, { file: '/tmp/tierline.yaml', env: {} }));
}

const chosen = (of: CaptureRules | null, call: { id?: string; tenant?: string; task?: string | null }): boolean =>
  of !== null && isCaptured(of, { id: 'req_1', tenant: 'default', task: null, ...call });

describe('a call is captured', () => {
  test('only where the configuration says so', () => {
    assert.equal(rules(''), null);
    assert.equal(rules('capture: { share: 0 }'), null);
    assert.ok(rules('capture: {}') !== null);
  });

  test('of every task that is not private and of none, when no task is named', () => {
    const all = rules('capture: { share: 100% }');
    assert.ok(chosen(all, { task: 'open' }));
    assert.ok(chosen(all, { task: null }));
    assert.ok(!chosen(all, { task: 'notes' }));
  });

  test('of the named tasks alone, a private one among them', () => {
    const named = rules('capture: { share: 100%, tasks: [notes] }');
    assert.ok(chosen(named, { task: 'notes' }));
    assert.ok(!chosen(named, { task: 'open' }));
    assert.ok(!chosen(named, { task: null }));
  });

  test('never of a private tenant', () => {
    assert.ok(!chosen(rules('capture: { share: 100% }'), { tenant: 'clinic', task: 'open' }));
    assert.ok(!chosen(rules('capture: { share: 100%, tasks: [open] }'), { tenant: 'clinic', task: 'open' }));
  });

  test('by its id: the same again, and about the share of many', () => {
    const nextId = createRequestIds();
    const ids = Array.from({ length: 20_000 }, nextId);
    const of = rules('capture: { share: 5% }');
    const kept = ids.filter((id) => chosen(of, { id }));
    assert.deepEqual(
      kept,
      ids.filter((id) => chosen(of, { id })),
    );
    // Six standard errors of a draw of 20,000 at 5 %.
    assert.ok(Math.abs(kept.length / ids.length - 0.05) < 0.0093, `${kept.length}`);
  });

  test('law: a larger share keeps what a smaller one keeps', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0.01, max: 1, noNaN: true }), (id, share) => {
        const half = rules(`capture: { share: ${share / 2} }`);
        if (chosen(half, { id })) assert.ok(chosen(rules(`capture: { share: ${share} }`), { id }));
      }),
      { numRuns: 50 },
    );
  });
});

describe('of the headers are kept', () => {
  test('those that routing reads, and no credential although a rule reads it', () => {
    const of = rules('capture: {}', 'rules: [{ when: { header: { x-plan: [pro] } }, route: small }]');
    assert.ok(of !== null);
    const sent = {
      'x-app': 'a',
      'x-team': ['b', 'c'],
      'x-plan': 'pro',
      'x-session-id': 's',
      'x-api-key': 'k',
      authorization: 'Bearer k',
      cookie: 'c',
      'user-agent': 'u',
    };
    assert.deepEqual(keptHeaders(of, sent), { 'x-app': 'a', 'x-team': 'b,c', 'x-plan': 'pro', 'x-session-id': 's' });
  });
});

test('a task that nobody configured, and a ledger in memory, are refused', () => {
  assert.throws(() => rules('capture: { tasks: [opn] }'), /capture\.tasks\[0\].*there is no task "opn"[\s\S]*"open"/);
  assert.throws(() => rules('capture: {}', 'ledger: { path: ":memory:" }'), /ledger in memory/);
});
