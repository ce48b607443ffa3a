import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CallRow } from '../call/row.ts';
import { openLedger } from '../ledger/ledger.ts';
import { sampleAttempt, sampleRow } from '../ledger/sample-row.test.ts';
import { explainCommand } from './explain.ts';

async function explain(t: TestContext, row: CallRow, options: { id?: string; json?: boolean } = {}): Promise<string> {
  const ledger = openLedger({ path: ':memory:' });
  t.after(() => ledger.close());
  void ledger.record(row);
  await ledger.flush();
  let text = '';
  explainCommand({ ledger: ledger.path, id: row.id, ...options }, (more) => {
    text += more;
  });
  return text;
}

const ESCALATED = sampleRow({
  escalated: true,
  stream: true,
  model: 'sonnet',
  tier: 'mid',
  losses: ['top_k'],
  reasons: [
    { step: 'task', say: 'header x-tierline-task names ticket-triage' },
    { step: 'guard', say: 'haiku stays: 1,200 of 200,000 tokens' },
  ],
  attempts: [
    sampleAttempt({
      status: 'error',
      httpStatus: 529,
      errorCode: 'upstream_error',
      ttftMs: null,
      costNanoUsd: null,
      costBasis: 'unknown',
    }),
    sampleAttempt({ index: 1, model: 'sonnet', startMs: 120, upstreamRequestId: 'req_up_2' }),
  ],
});

test('an answer that is given although a gate refused it is told as such', async (t) => {
  const verdict = { gate: 'one_of', pass: false, score: 0, reason: 'no', costNanoUsd: 0 };
  const page = await explain(t, sampleRow({ attempts: [sampleAttempt({ verdicts: [verdict] })] }));
  assert.match(page, /answered by .*\n +given although the gate one_of refused it\n/);
  assert.doesNotMatch(await explain(t, sampleRow({ attempts: [sampleAttempt()] })), /given although/);
});

test('a call without an answer is compared with nothing', async (t) => {
  const row = sampleRow({
    model: null,
    tier: null,
    status: 'error',
    errorCode: 'upstream_timeout',
    baselineNanoUsd: 0,
  });
  assert.match(await explain(t, row), /baseline +none: there was no answer\n/);
});

test('the page tells what was asked, why it went where it went, and what each attempt came to', async (t) => {
  const page = await explain(t, ESCALATED);
  const expected = [
    'Call req_1',
    /asked +auto \(openai-chat, streamed\)/,
    /session +s-1/,
    /outcome +ok, HTTP 200, finished with stop/,
    /answered by +sonnet \(mid\) at anthropic, which calls itself claude-haiku-4-5; not the first model/,
    /models +haiku, then sonnet \(decided in 42 µs\)/,
    /guard +haiku stays: 1,200 of 200,000 tokens/,
    /1\. haiku at anthropic \(claude-haiku-4-5\)\n +error, HTTP 529, upstream_error\n/,
    /began after 120 ms, took 412 ms, first token after 88 ms/,
    /cost unknown\n/,
    /2\. sonnet.*\n +ok, HTTP 200\n/,
    /provider's request id req_up_2/,
    /input +100\n +cache read +20\n +output +10\n +of it reasoning +4\n/,
    /cost +\$0\.001 \(measured\)/,
    /baseline +sonnet would have cost \$0\.003 \(estimated\)/,
    /saved +\$0\.002 \(66\.7%\)/,
    /Lost in translation\n +top_k\n/,
  ];
  for (const part of expected)
    assert.ok(typeof part === 'string' ? page.includes(part) : part.test(page), `${part}\n${page}`);
});

const CASCADE = sampleRow({
  escalated: true,
  model: 'opus',
  attempts: [
    sampleAttempt({
      verdicts: [
        { gate: 'finish', pass: true, score: 1, reason: 'is complete', costNanoUsd: 0 },
        { gate: 'judge', pass: false, score: 0.333333, reason: 'opus: curt\u001b[2J', costNanoUsd: 2_000_000 },
      ],
      expected: { inputTokens: 1300, cachedTokens: 0, outputTokens: 12, costNanoUsd: 1_500_000, passRate: 0.625 },
    }),
    sampleAttempt({
      index: 1,
      model: 'sonnet',
      status: 'partial',
      stopped: 'late',
      usage: null,
      expected: { inputTokens: 1300, cachedTokens: 0, outputTokens: null, costNanoUsd: null, passRate: null },
    }),
    sampleAttempt({
      index: 2,
      model: 'opus',
      verdicts: [{ gate: 'module', pass: true, score: null, reason: 'gate.mjs is content', costNanoUsd: null }],
    }),
  ],
});

test('an attempt tells what the gates said, why it was stopped, and what had been expected of it', async (t) => {
  const page = await explain(t, CASCADE);
  const expected = [
    '\n     gate finish: passed (score 1): is complete\n',
    '\n     gate judge: FAILED (score 0.33): opus: curt\ufffd[2J, cost $0.002\n',
    '\n     expected 1,300 / 12 tokens, $0.0015, passing in 62.5% or more\n     came to  120 / 10 tokens, $0.001\n',
    '\n     partial, HTTP 200\n     stopped: it took longer than the time of its attempt\n     began',
    '\n     expected 1,300 / - tokens, -\n     came to  - / - tokens, $0.001\n',
    '\n     gate module: passed: gate.mjs is content, cost unknown\n',
  ];
  for (const part of expected) assert.ok(page.includes(part), `${part}\n${page}`);
  assert.deepEqual(JSON.parse(await explain(t, CASCADE, { json: true })), CASCADE);
});

test('an attempt that nobody judged or stopped says nothing of it', async (t) => {
  assert.doesNotMatch(await explain(t, ESCALATED), /gate \w+: |stopped|expected|came to/);
});

test('a call that never reached a model has a page too', async (t) => {
  const page = await explain(
    t,
    sampleRow({
      model: null,
      task: null,
      session: null,
      usage: null,
      planned: [],
      attempts: [],
      status: 'error',
      errorCode: 'model_not_found',
      finishReason: null,
      costNanoUsd: null,
      costBasis: 'unknown',
    }),
  );
  assert.match(page, /outcome +error, HTTP 200, model_not_found\n/);
  assert.match(page, /answered by +no model/);
  assert.match(page, /models +no model/);
  assert.match(page, /Attempts\n +none/);
  assert.match(page, /Tokens\n +not reported/);
  assert.match(page, /saved +unknown/);
  assert.ok(!page.includes('session'));
});

test('--json is the row as it was recorded', async (t) => {
  assert.deepEqual(JSON.parse(await explain(t, ESCALATED, { json: true })), ESCALATED);
});

test('an id that is not there is told without steering the terminal', async (t) => {
  await assert.rejects(explain(t, ESCALATED, { id: 'x\u001b[2J' }), /has no call "x\ufffd\[2J"/);
});

test('what a learned router said is told, model by model', async (t) => {
  const expected = { inputTokens: 10, cachedTokens: 0, outputTokens: null, costNanoUsd: 5, passRate: 0.93 };
  const prediction: CallRow['prediction'] = {
    artifact: '0123456789ab',
    how: 'explored',
    why: 'no_evidence',
    chances: { haiku: 0.93, sonnet: 0.5 },
    first: 'haiku',
    propensity: 0.01,
    encoderNanoUsd: 0,
  };
  const page = await explain(t, sampleRow({ prediction, attempts: [sampleAttempt({ expected })] }));
  assert.match(page, /artifact +0123456789ab\n +chances +haiku 93\.0%, sonnet 50\.0%\n/);
  assert.match(page, /first +haiku: explored, without a forecast \(no evidence\), with a probability of 1\.0%\n/);
  assert.match(page, /expected 10 \/ - tokens, \$0\.000000005, acceptable in 93\.0%\n/);
  const bare = await explain(t, sampleRow({ prediction: { ...prediction, chances: {} } }));
  assert.match(bare, /chances +none were told\n/);
  assert.doesNotMatch(page, /encoder/);
  const costing = async (encoderNanoUsd: number | null) =>
    explain(t, sampleRow({ prediction: { ...prediction, encoderNanoUsd } }));
  assert.match(await costing(700), /encoder +cost \$0\.0000007\n/);
  assert.match(await costing(null), /encoder +cost -\n/);
  assert.doesNotMatch(await explain(t, sampleRow()), /artifact/);
});

test('a call of a rollout is told with its side, any other without', async (t) => {
  const page = await explain(t, sampleRow({ arm: { rollout: 'r-1', arm: 'candidate', percent: 5 } }));
  assert.match(page, /task +ticket-triage\n +rollout +candidate of r-1 \(5 %\)\n/);
  assert.doesNotMatch(await explain(t, sampleRow()), /rollout/);
});
