// Rows for the ledger's tests: one plain row to vary, and arbitrary ones for laws. Holds no test of its own.
import * as fc from 'fast-check';
import type { Arm } from '../call/arm.ts';
import type { CostBasis } from '../call/money.ts';
import type { Reason } from '../call/plan.ts';
import type { Prediction } from '../call/prediction.ts';
import type { AttemptRow, CallRow, CallStatus, StopReason } from '../call/row.ts';
import { toUsage, type Usage } from '../call/usage.ts';
import { createLineWriter } from './line-writer.ts';

/** Noon of a day, UTC. */
export const NOON_MS = Date.UTC(2026, 2, 1, 12);

export function sampleRow(changes: Partial<CallRow> = {}): CallRow {
  return {
    id: 'req_1',
    atMs: NOON_MS,
    tenant: 'acme',
    task: 'ticket-triage',
    arm: null,
    session: 's-1',
    dialect: 'openai-chat',
    stream: false,
    requestedModel: 'auto',
    asks: 'tools',
    maxOutputTokens: 256,
    messages: 3,
    prediction: null,
    model: 'haiku',
    tier: 'small',
    provider: 'anthropic',
    responseModel: 'claude-haiku-4-5',
    reasons: [{ step: 'task', say: 'header x-tierline-task' }],
    planned: ['haiku', 'sonnet'],
    losses: [],
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    finishReason: 'stop',
    escalated: false,
    usage: toUsage({ inputTokens: 100, cacheReadTokens: 20, outputTokens: 10, reasoningTokens: 4 }),
    costNanoUsd: 1_000_000,
    costBasis: 'measured',
    baselineModel: 'sonnet',
    baselineNanoUsd: 3_000_000,
    baselineBasis: 'estimated',
    latencyMs: 412.25,
    ttftMs: 88.5,
    decisionUs: 41.5,
    attempts: [sampleAttempt()],
    ...changes,
  };
}

export function sampleAttempt(changes: Partial<AttemptRow> = {}): AttemptRow {
  return {
    index: 0,
    model: 'haiku',
    provider: 'anthropic',
    upstreamModel: 'claude-haiku-4-5',
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    startMs: 0.5,
    latencyMs: 411.5,
    ttftMs: 88.25,
    usage: toUsage({ inputTokens: 100, cacheReadTokens: 20, outputTokens: 10, reasoningTokens: 4 }),
    costNanoUsd: 1_000_000,
    costBasis: 'measured',
    upstreamRequestId: 'up_1',
    verdicts: null,
    stopped: null,
    expected: null,
    ...changes,
  };
}

/** A line as the first release wrote it: two attempts, an escalation, a loss. */
export const FIRST_LINE = [
  '[1,"req_old",1772366400000,"größe","triage",null,"openai-chat",1,"auto","haiku","small","anthropic",' +
    '"claude-haiku-4-5","ok",200,null,"stop",1,100,20,0,0,10,4,0,0,1260000,"measured","sonnet",3000000,"estimated",' +
    '412.331,88.1175,41.7]',
  '[{"step":"task","say":"header x-tierline-task"}]',
  '["haiku","sonnet"]',
  '["seed"]',
  '[[0,"haiku","anthropic","claude-haiku-4-5","error",500,"upstream_error",0.5,411.5,null,null,null,null,null,null,' +
    'null,null,null,0,"measured",null],[1,"sonnet","anthropic","claude-haiku-4-5","ok",200,null,0.5,411.5,88.25,100,' +
    '20,0,0,10,4,0,0,1000000,"measured","up_1"]]',
].join('\t');

/** The row of that line; its time to the first token is kept to the microsecond. */
export const FIRST_LINE_ROW: CallRow = sampleRow({
  id: 'req_old',
  asks: null,
  maxOutputTokens: null,
  messages: null,
  prediction: null,
  tenant: 'größe',
  task: 'triage',
  arm: null,
  session: null,
  stream: true,
  escalated: true,
  latencyMs: 412.331,
  ttftMs: 88.118,
  decisionUs: 41.7,
  costNanoUsd: 1_260_000,
  losses: ['seed'],
  attempts: [
    sampleAttempt({
      status: 'error',
      httpStatus: 500,
      errorCode: 'upstream_error',
      usage: null,
      costNanoUsd: 0,
      ttftMs: null,
      upstreamRequestId: null,
    }),
    sampleAttempt({ index: 1, model: 'sonnet' }),
  ],
});

/** The lines of a segment that holds these rows and nothing else. */
export function linesOf(...rows: CallRow[]): string {
  const writer = createLineWriter();
  for (const row of rows) writer.add(row);
  return writer.take().bytes.toString();
}

const word = fc.constantFrom('acme', 'null', '', 'größe', 'a\tb\nc', '"; DROP TABLE calls; --', '\u{1f642}');
const text = fc.oneof(word, fc.string({ unit: 'grapheme' }));
const tokens = fc.nat(200_000);
/** To the microsecond, as the ledger keeps it. */
const ms = fc.nat(120_000_000).map((us) => us / 1000);
const amount = fc.option(fc.nat(2_000_000_000));
const verdict = fc.record({
  gate: text,
  pass: fc.boolean(),
  score: fc.option(fc.constantFrom(0, 0.25, 1)),
  reason: text,
  costNanoUsd: fc.option(fc.nat(1_000_000)),
});
const prediction: fc.Arbitrary<Prediction> = fc.record({
  artifact: fc.constantFrom('0123456789ab', 'fedcba987654'),
  how: fc.constantFrom('predicted', 'explored', 'pinned', 'static'),
  why: fc.constantFrom(null, 'no_evidence', 'broken', 'late', 'resting'),
  chances: fc.dictionary(word, fc.constantFrom(0, 0.5, 0.9312, 1)),
  first: text,
  propensity: fc.constantFrom(0.01, 0.98, 1),
  encoderNanoUsd: fc.constantFrom(0, 120, null),
});
const arm: fc.Arbitrary<Arm> = fc.record({
  rollout: fc.constantFrom('r-1', 'r-2'),
  arm: fc.constantFrom('base', 'candidate'),
  percent: fc.constantFrom(0, 0.5, 5, 100),
});
const status = fc.constantFrom<CallStatus>('ok', 'error', 'partial', 'client_gone');
const basis = fc.constantFrom<CostBasis>('measured', 'estimated', 'unknown');
const step = fc.constantFrom<Reason['step']>('request', 'task', 'route', 'guard');

const usage: fc.Arbitrary<Usage> = fc.record({
  inputTokens: tokens,
  cacheReadTokens: tokens,
  cacheWrite5mTokens: tokens,
  cacheWrite1hTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
  audioInputTokens: tokens,
  audioOutputTokens: tokens,
});

const attempt: fc.Arbitrary<AttemptRow> = fc.record({
  index: fc.constant(0),
  model: word,
  provider: word,
  upstreamModel: text,
  status,
  httpStatus: fc.option(fc.integer({ min: 100, max: 599 })),
  errorCode: fc.option(text),
  startMs: ms,
  latencyMs: ms,
  ttftMs: fc.option(ms),
  usage: fc.option(usage),
  costNanoUsd: amount,
  costBasis: basis,
  upstreamRequestId: fc.option(text),
  verdicts: fc.option(fc.array(verdict, { maxLength: 3 })),
  stopped: fc.option(fc.constantFrom<StopReason>('rejected', 'late', 'beaten')),
  expected: fc.option(
    fc.record({
      inputTokens: tokens,
      cachedTokens: tokens,
      outputTokens: fc.option(tokens),
      costNanoUsd: amount,
      passRate: fc.option(fc.nat(1_000_000).map((millionths) => millionths / 1e6)),
    }),
  ),
});

const row: fc.Arbitrary<CallRow> = fc.record({
  id: fc.constant(''),
  // A few hours, so that rollups have something to merge.
  atMs: fc.integer({ min: NOON_MS, max: NOON_MS + 3 * 3_600_000 }),
  tenant: word,
  task: fc.option(word),
  arm: fc.option(arm),
  session: fc.option(text),
  dialect: word,
  stream: fc.boolean(),
  requestedModel: text,
  asks: fc.option(text),
  maxOutputTokens: fc.option(tokens),
  messages: fc.option(tokens),
  prediction: fc.option(prediction),
  model: fc.option(word),
  tier: fc.option(word),
  provider: fc.option(word),
  responseModel: fc.option(text),
  reasons: fc.array(fc.record({ step, say: text }), { maxLength: 3 }),
  planned: fc.array(word, { maxLength: 3 }),
  losses: fc.array(text, { maxLength: 2 }),
  status,
  httpStatus: fc.integer({ min: 100, max: 599 }),
  errorCode: fc.option(text),
  finishReason: fc.option(text),
  escalated: fc.boolean(),
  usage: fc.option(usage),
  costNanoUsd: amount,
  costBasis: basis,
  baselineModel: fc.option(word),
  baselineNanoUsd: amount,
  baselineBasis: basis,
  latencyMs: ms,
  ttftMs: fc.option(ms),
  decisionUs: ms,
  attempts: fc.array(attempt, { maxLength: 3 }),
});

/** Rows with distinct ids, their attempts numbered. */
export const someRows: fc.Arbitrary<CallRow[]> = fc.array(row, { minLength: 1, maxLength: 40 }).map((rows) =>
  // Cloned: fast-check's records have no prototype, and a strict comparison would see that.
  structuredClone(rows).map((drawn, number) => ({
    ...drawn,
    id: `req_${String(number).padStart(4, '0')}`,
    attempts: drawn.attempts.map((one, index) => ({ ...one, index })),
  })),
);
