import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttemptRow, CallRow } from '../call/row.ts';
import type { Verdict } from '../call/verdict.ts';
import { sampleAttempt, sampleRow } from '../ledger/sample-row.test.ts';
import type { Observation } from '../watch/observation.ts';
import { toObservation } from './observe.ts';

const observe = (more: Partial<CallRow> = {}, fingerprint: string | null = null): Observation =>
  toObservation({ row: sampleRow(more), fingerprint }, ['tenant:acme']) ?? assert.fail('nothing was seen');
const attempt = (more: Partial<AttemptRow> = {}): AttemptRow => sampleAttempt(more);
const failed = (more: Partial<AttemptRow> = {}): AttemptRow =>
  attempt({ status: 'error', httpStatus: 500, usage: null, ...more });
const verdict = (pass: boolean, more: Partial<Verdict> = {}): Verdict => ({
  gate: 'g',
  pass,
  score: null,
  reason: '',
  costNanoUsd: 0,
  ...more,
});

test('an answered call is seen with its figures, and without its content', () => {
  const arm = { rollout: 'r', arm: 'base', percent: 5 } as const;
  assert.deepEqual(observe({ arm }, 'fp_1'), {
    id: 'req_1',
    atMs: Date.UTC(2026, 2, 1, 12),
    task: 'ticket-triage',
    tenant: 'acme',
    segments: ['tenant:acme'],
    model: 'haiku',
    provider: 'anthropic',
    responseModel: 'claude-haiku-4-5',
    fingerprint: 'fp_1',
    upstreamModel: 'claude-haiku-4-5',
    isPassed: null,
    isEscalated: false,
    isFailed: false,
    isFallback: false,
    isUnforeseen: null,
    inputTokens: 120,
    cachedShare: 20 / 120,
    outputTokens: 10,
    costNanoUsd: 1_000_000,
    latencyMs: 412.25,
    decisionUs: 41.5,
    arm,
  });
});

test('a call of no task, and one whose client had left, are not seen', () => {
  assert.equal(toObservation({ row: sampleRow({ task: null }), fingerprint: null }, []), null);
  const left = sampleRow({ status: 'client_gone', errorCode: 'client_gone' });
  assert.equal(toObservation({ row: left, fingerprint: null }, []), null);
});

test('a call without a complete answer has failed', () => {
  const none = { model: null, provider: null, responseModel: null, usage: null, costNanoUsd: null };
  const seen = observe({ status: 'error', errorCode: 'upstream_error', attempts: [failed()], ...none });
  assert.deepEqual([seen.isFailed, seen.upstreamModel, seen.inputTokens], [true, null, null]);
  assert.deepEqual([seen.cachedShare, seen.outputTokens, seen.costNanoUsd], [null, null, null]);
  assert.equal(seen.isFallback, false, 'and nobody took over');
  assert.equal(observe({ status: 'partial' }).isFailed, true);
  assert.equal(observe({ status: 'ok' }).isFailed, false);
});

test('what is not known of its tokens is not taken for nothing', () => {
  const { usage } = sampleRow();
  assert.ok(usage !== null);
  const empty = { ...usage, inputTokens: 0, cacheReadTokens: 0 };
  assert.deepEqual([observe({ usage: empty }).inputTokens, observe({ usage: empty }).cachedShare], [0, null]);
});

test('whether it was escalated, or a forecast came too late, is as its row says', () => {
  assert.equal(observe({ escalated: true }).isEscalated, true);
  const prediction = {
    artifact: 'a',
    how: 'predicted',
    why: null,
    chances: {},
    first: 'haiku',
    propensity: 1,
    encoderNanoUsd: 0,
  } as const;
  assert.equal(observe({ prediction }).isUnforeseen, false);
  assert.equal(observe({ prediction: { ...prediction, how: 'static', why: 'late' } }).isUnforeseen, true);
});

describe('a fallback', () => {
  const isFallback = (...attempts: AttemptRow[]): boolean => observe({ attempts }).isFallback;

  test('is another model, provider or name of a model that answers because one has failed', () => {
    assert.equal(isFallback(failed({ model: 'sonnet' }), attempt()), true);
    assert.equal(isFallback(failed({ provider: 'bedrock' }), attempt()), true);
    assert.equal(isFallback(failed({ upstreamModel: 'haiku-eu' }), attempt()), true);
  });

  test('is not the same place, asked again', () => {
    assert.equal(isFallback(failed(), attempt()), false);
    assert.equal(isFallback(failed(), failed({ httpStatus: 429 }), attempt()), false);
    assert.equal(isFallback(failed(), failed({ model: 'sonnet' }), attempt()), true);
  });

  test('is none where the attempt before was refused, late or beaten', () => {
    for (const stopped of ['rejected', 'late', 'beaten'] as const)
      assert.equal(isFallback(failed({ model: 'sonnet', stopped }), attempt()), false, stopped);
    assert.equal(isFallback(attempt({ model: 'sonnet', verdicts: [verdict(false)] }), attempt()), false);
  });
});

describe('whether gates passed it', () => {
  const isPassed = (...attempts: Partial<AttemptRow>[]): boolean | null =>
    observe({ attempts: attempts.map(attempt) }).isPassed;

  test('is what they said of the first answer they saw, whoever answered in the end', () => {
    assert.equal(isPassed({ verdicts: [verdict(true), verdict(true)] }), true);
    assert.equal(
      isPassed({ model: 'sonnet', verdicts: [verdict(true), verdict(false)] }, { verdicts: [verdict(true)] }),
      false,
    );
    assert.equal(isPassed({ verdicts: null }, { verdicts: [verdict(true)] }), true);
  });

  test('is not known where none spoke, or one of them broke', () => {
    assert.equal(isPassed({ verdicts: null }), null);
    assert.equal(isPassed({ verdicts: [verdict(false, { isBroken: true })] }, { verdicts: [verdict(true)] }), null);
  });

  test('says nothing of an answer that came too late, or was beaten', () => {
    for (const stopped of ['late', 'beaten'] as const)
      assert.equal(isPassed({ stopped, verdicts: [verdict(false)] }, { verdicts: [verdict(true)] }), true, stopped);
    assert.equal(isPassed({ stopped: 'rejected', verdicts: [verdict(false)] }, { verdicts: [verdict(true)] }), false);
  });
});
