import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { type ErrorCode, TierlineError } from './call/errors.ts';
import { type Cost, UNKNOWN_COST } from './call/money.ts';
import { emptyPlan, plainAttempt } from './call/plan.ts';
import type { CallRow, CallStatus } from './call/row.ts';
import { toUsage, type Usage } from './call/usage.ts';
import type { Verdict } from './call/verdict.ts';
import type { Delivered, DeliveryOutcome } from './delivery/deliver.ts';
import type { Deployment } from './delivery/deployment.ts';
import { createFacts } from './dialect/pipe.ts';
import type { Carriage } from './provider/carriage.ts';
import type { Connection } from './provider/connection.ts';
import { type CallFacts, type Pricing, spentOn, toCallRow } from './record.ts';

const USAGE = toUsage({ inputTokens: 10, outputTokens: 2 });

const CALL: CallFacts = {
  id: 'req_1',
  atMs: 1_000,
  startedAt: 100,
  tenant: 'acme',
  session: 's1',
  dialect: 'openai-chat',
  stream: true,
  requestedModel: 'auto',
  asks: 'tools',
  maxOutputTokens: 64,
  messages: 2,
  plan: {
    ...emptyPlan(),
    task: 'triage',
    arm: { rollout: 'r-1', arm: 'base', percent: 5 },
    attempts: [plainAttempt('small', 'small'), plainAttempt('big', 'frontier')],
    reasons: [{ step: 'route', say: 'small, then big' }],
  },
  decisionUs: 42,
  encoderNanoUsd: 0,
};

interface Made {
  isSent?: boolean;
  model?: string;
  status?: CallStatus;
  httpStatus?: number | null;
  code?: ErrorCode;
  usage?: Usage | null;
  headers?: IncomingHttpHeaders;
  firstTokenAt?: number | null;
  losses?: string[];
}

function exchange(made: Made = {}): Delivered {
  const model = made.model ?? 'small';
  const facts = createFacts();
  facts.usage = made.usage === undefined ? USAGE : made.usage;
  facts.finishReason = 'stop';
  facts.responseModel = `${model}-2026`;
  return {
    verdicts: null,
    stopped: null,
    text: null,
    tokens: 0,
    attempt: plainAttempt(model, model === 'big' ? 'frontier' : 'small'),
    deployment: { connection: { name: 'prov' } as Connection, upstreamModel: `up-${model}` } as Deployment,
    carriage: { losses: made.losses ?? [] } as unknown as Carriage,
    result: {
      status: made.status ?? 'ok',
      httpStatus: made.httpStatus === undefined ? 200 : made.httpStatus,
      headers: made.headers ?? {},
      error: made.code === undefined ? null : new TierlineError(made.code),
      retryAfterMs: null,
      facts,
      body: null,
      closing: null,
      isCommitted: made.status === undefined || made.status === 'partial',
      isSent: made.isSent ?? true,
      startedAt: 110,
      firstTokenAt: made.firstTokenAt === undefined ? 130 : made.firstTokenAt,
      endedAt: 150,
    },
  };
}

const refused = (httpStatus: number): Delivered =>
  exchange({ status: 'error', httpStatus, code: 'upstream_error', usage: null, firstTokenAt: null });

/** One nano-dollar per token, ten times as much on the baseline. */
function pricing(changes: Partial<Pricing> = {}): Pricing {
  const cost = (usage: Usage, times: number): Cost => ({
    nanoUsd: (usage.inputTokens + usage.outputTokens) * times,
    basis: 'measured',
  });
  return {
    costOf: (_exchange, usage) => cost(usage, 1),
    baselineModel: 'big',
    baselineOf: (_exchange, usage) => cost(usage, 10),
    ...changes,
  };
}

function row(exchanges: Delivered[], answer: Delivered | null, prices: Pricing = pricing()): CallRow {
  const outcome: DeliveryOutcome = { exchanges, answer, error: null };
  return toCallRow(CALL, outcome, { httpStatus: 200, errorCode: null, pricing: prices });
}

const answered = (made: Made = {}, prices: Pricing = pricing()): CallRow => {
  const one = exchange(made);
  return row([one], one, prices);
};

describe('the row of an answered call', () => {
  test('repeats the facts of the call, the plan and the answer', () => {
    const made = answered({ losses: ['top_k'] });
    const { latencyMs, attempts, ...rest } = made;
    assert.ok(latencyMs !== null && latencyMs >= 0);
    assert.equal(attempts.length, 1);
    assert.deepEqual(rest, {
      id: 'req_1',
      atMs: 1_000,
      tenant: 'acme',
      task: 'triage',
      session: 's1',
      dialect: 'openai-chat',
      stream: true,
      requestedModel: 'auto',
      asks: 'tools',
      maxOutputTokens: 64,
      messages: 2,
      arm: { rollout: 'r-1', arm: 'base', percent: 5 },
      prediction: null,
      model: 'small',
      tier: 'small',
      provider: 'prov',
      responseModel: 'small-2026',
      reasons: [{ step: 'route', say: 'small, then big' }],
      planned: ['small', 'big'],
      losses: ['top_k'],
      status: 'ok',
      httpStatus: 200,
      errorCode: null,
      finishReason: 'stop',
      escalated: false,
      usage: USAGE,
      costNanoUsd: 12,
      costBasis: 'measured',
      baselineModel: 'big',
      baselineNanoUsd: 120,
      baselineBasis: 'measured',
      ttftMs: 30,
      decisionUs: 42,
    });
  });

  test('has an attempt with its own times, counted from the start of the call', () => {
    const [attempt] = answered({ headers: { 'x-request-id': 'up-7' } }).attempts;
    assert.deepEqual(attempt, {
      index: 0,
      model: 'small',
      provider: 'prov',
      upstreamModel: 'up-small',
      status: 'ok',
      httpStatus: 200,
      errorCode: null,
      startMs: 10,
      latencyMs: 40,
      ttftMs: 20,
      usage: USAGE,
      costNanoUsd: 12,
      costBasis: 'measured',
      upstreamRequestId: 'up-7',
      verdicts: null,
      stopped: null,
      expected: null,
    });
  });

  test("finds the provider's request id under either name", () => {
    assert.equal(answered({ headers: { 'request-id': 'req_a' } }).attempts[0]?.upstreamRequestId, 'req_a');
    assert.equal(answered().attempts[0]?.upstreamRequestId, null);
  });

  test('has no time to a first token that never came', () => {
    const made = answered({ firstTokenAt: null });
    assert.equal(made.ttftMs, null);
    assert.equal(made.attempts[0]?.ttftMs, null);
  });

  test('counts as escalated only when another model than the first of the plan answered', () => {
    const first = exchange({ status: 'error', httpStatus: 500, code: 'upstream_error', usage: null });
    const second = exchange({ model: 'big' });
    assert.equal(row([first, second], second).escalated, true);
    const retry = exchange();
    assert.equal(row([first, retry], retry).escalated, false);
    assert.equal(row([first], null).escalated, false);
  });
});

describe('what an attempt costs', () => {
  const attemptCost = (made: Made, prices: Pricing = pricing()): [number | null, string] => {
    const attempt = answered(made, prices).attempts[0] ?? assert.fail();
    return [attempt.costNanoUsd, attempt.costBasis];
  };

  test('is measured for a complete answer with usage, unknown without', () => {
    assert.deepEqual(attemptCost({}), [12, 'measured']);
    assert.deepEqual(attemptCost({ usage: null }), [null, 'unknown']);
  });

  test('is nothing for a refusal, whatever the status', () => {
    for (const httpStatus of [301, 400, 401, 429, 500, 529]) {
      assert.deepEqual(attemptCost({ status: 'error', httpStatus, code: 'upstream_error', usage: null }), [
        0,
        'measured',
      ]);
    }
  });

  test('is nothing when the provider was never reached', () => {
    const made: Made = { status: 'error', httpStatus: null, code: 'upstream_unreachable', usage: null };
    assert.deepEqual(attemptCost(made), [0, 'measured']);
  });

  test('is an estimate for an answer that broke off with some usage told, unknown with none', () => {
    for (const status of ['partial', 'client_gone', 'error'] as const) {
      assert.deepEqual(attemptCost({ status, code: 'upstream_truncated' }), [12, 'estimated']);
      assert.deepEqual(attemptCost({ status, code: 'upstream_truncated', usage: null }), [null, 'unknown']);
    }
  });

  test('is unknown when a time-out leaves open whether the provider worked', () => {
    const made: Made = { status: 'error', httpStatus: null, code: 'upstream_timeout', usage: null };
    assert.deepEqual(attemptCost(made), [null, 'unknown']);
  });

  test('stays unknown, not an estimate, for a model without a price', () => {
    const unpriced = pricing({ costOf: () => UNKNOWN_COST });
    assert.deepEqual(attemptCost({}, unpriced), [null, 'unknown']);
    assert.deepEqual(attemptCost({ status: 'partial', code: 'upstream_truncated' }, unpriced), [null, 'unknown']);
  });
});

describe('what a call costs', () => {
  test('is the sum of all attempts, failed ones included', () => {
    const broken = exchange({ status: 'error', code: 'upstream_truncated' });
    const answer = exchange({ model: 'big' });
    const made = row([refused(503), broken, answer], answer);
    assert.equal(made.costNanoUsd, 24);
    assert.equal(made.costBasis, 'estimated');
    assert.deepEqual(made.usage, USAGE);
  });

  test('is unknown as soon as one attempt is, even when the answer itself is measured', () => {
    const broken = exchange({ status: 'error', code: 'upstream_truncated', usage: null });
    const answer = exchange();
    const made = row([broken, answer], answer);
    assert.deepEqual([made.costNanoUsd, made.costBasis], [null, 'unknown']);
    assert.equal(made.attempts[1]?.costNanoUsd, 12);
  });

  test('is nothing, and measured, when nothing was sent', () => {
    const made = row([], null);
    assert.deepEqual([made.costNanoUsd, made.costBasis], [0, 'measured']);
    assert.deepEqual([made.model, made.tier, made.provider, made.usage], [null, null, null, null]);
    assert.equal(made.status, 'error');
  });

  test('law: is the exact sum, measured only when every attempt is', () => {
    const attempt = fc.record({
      status: fc.constantFrom<CallStatus>('ok', 'partial'),
      usage: fc.option(fc.nat(1e9).map((inputTokens) => toUsage({ inputTokens }))),
    });
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 6 }), (list) => {
        const made = list.map((one) => exchange(one));
        const { costNanoUsd, costBasis } = row(made, made.at(-1) ?? null);
        const sum = list.reduce((total, { usage }) => total + (usage?.inputTokens ?? 0), 0);
        const isKnown = list.every(({ usage }) => usage !== null);
        const isMeasured = list.every(({ status }) => status === 'ok');
        assert.equal(costNanoUsd, isKnown ? sum : null);
        assert.equal(costBasis, isKnown ? (isMeasured ? 'measured' : 'estimated') : 'unknown');
      }),
    );
  });
});

describe('what judging cost', () => {
  const verdict = (costNanoUsd: number | null): Verdict => ({
    gate: 'judge',
    pass: true,
    score: 1,
    reason: '',
    costNanoUsd,
  });
  const judged = (made: Made, ...costs: (number | null)[]): Delivered => ({
    ...exchange(made),
    verdicts: costs.map(verdict),
  });
  const cost = ({ costNanoUsd, costBasis }: CallRow): unknown[] => [costNanoUsd, costBasis];

  test('is part of the call, whether the answer was taken or not', () => {
    const taken = judged({ model: 'big' }, 0, 100);
    assert.deepEqual(cost(row([judged({}, 1000), taken], taken)), [1124, 'measured']);
  });

  test('makes the call unknown when it is', () => {
    const one = judged({}, null);
    assert.deepEqual(cost(row([one], one)), [null, 'unknown']);
  });

  test('is an estimate when the judge was stopped with its answer, or left by the client', () => {
    const beaten: Delivered = { ...judged({}, 5), stopped: 'beaten' };
    const other = exchange({ model: 'big' });
    assert.deepEqual(cost(row([beaten, other], other)), [29, 'estimated']);
    const left: DeliveryOutcome = { exchanges: [judged({}, 5)], answer: null, error: null };
    const made = toCallRow(CALL, left, { httpStatus: 499, errorCode: 'client_gone', pricing: pricing() });
    assert.deepEqual([...cost(made), made.status], [17, 'estimated', 'client_gone']);
  });

  test('counts in what is spent before the call is over', () => {
    assert.deepEqual(spentOn([judged({}, 5), refused(500)], pricing()), { nanoUsd: 17, basis: 'measured' });
    assert.deepEqual(spentOn([judged({}, null)], pricing()), UNKNOWN_COST);
    assert.deepEqual(spentOn([], pricing()), { nanoUsd: 0, basis: 'measured' });
  });
});

test('what was spent to decide is part of the call and stands in its prediction; what is not known makes it unknown', () => {
  const prediction: CallRow['prediction'] = {
    artifact: 'a',
    how: 'predicted',
    why: null,
    chances: {},
    first: 'small',
    propensity: 1,
    encoderNanoUsd: 0,
  };
  const made = (encoderNanoUsd: number | null, plan = { ...CALL.plan, prediction }): unknown[] => {
    const outcome = { exchanges: [exchange()], answer: exchange(), error: null };
    const told = { httpStatus: 200, errorCode: null, pricing: pricing() };
    const made = toCallRow({ ...CALL, plan, encoderNanoUsd }, outcome, told);
    return [made.costNanoUsd, made.costBasis, made.prediction?.encoderNanoUsd];
  };
  assert.deepEqual(made(0), [12, 'measured', 0]);
  assert.deepEqual(made(100), [112, 'measured', 100]);
  assert.deepEqual(made(null), [null, 'unknown', null]);
  assert.deepEqual(made(100, { ...CALL.plan, prediction: null as never }), [112, 'measured', undefined]);
});

describe('what the baseline would have cost', () => {
  const baseline = (made: CallRow): [number | null, string] => [made.baselineNanoUsd, made.baselineBasis];

  test('is unknown without a baseline, without usage and without a price', () => {
    const none = answered({}, pricing({ baselineModel: null }));
    assert.deepEqual(baseline(none), [null, 'unknown']);
    assert.equal(none.baselineModel, null);
    assert.deepEqual(baseline(answered({ usage: null })), [null, 'unknown']);
    assert.deepEqual(baseline(answered({}, pricing({ baselineOf: () => UNKNOWN_COST }))), [null, 'unknown']);
  });

  test('is nothing for a call that failed: it would have failed there too', () => {
    assert.deepEqual(baseline(row([refused(500)], null)), [0, 'measured']);
    assert.deepEqual(baseline(row([], null)), [0, 'measured']);
  });

  test('is an estimate when the answer broke off, or when it had to be scaled', () => {
    assert.deepEqual(baseline(answered({ status: 'partial', code: 'upstream_truncated' })), [120, 'estimated']);
    const scaled = pricing({ baselineOf: () => ({ nanoUsd: 7, basis: 'estimated' }) });
    assert.deepEqual(baseline(answered({}, scaled)), [7, 'estimated']);
  });
});

describe('the status of a call', () => {
  test('is that of its last exchange, with what the client was told', () => {
    for (const status of ['partial', 'client_gone'] as const) {
      const one = exchange({ status, code: 'upstream_truncated' });
      assert.equal(row([one], one).status, status);
    }
    const outcome: DeliveryOutcome = { exchanges: [refused(429)], answer: null, error: null };
    const made = toCallRow(CALL, outcome, { httpStatus: 429, errorCode: 'upstream_error', pricing: pricing() });
    assert.deepEqual([made.status, made.httpStatus, made.errorCode], ['error', 429, 'upstream_error']);
    assert.equal(made.attempts[0]?.errorCode, 'upstream_error');
  });

  test('of a broken answer names the model that gave it', () => {
    const one = exchange({ status: 'partial', code: 'upstream_truncated' });
    const made = row([one], one);
    assert.deepEqual([made.model, made.tier, made.responseModel], ['small', 'small', 'small-2026']);
  });
});
