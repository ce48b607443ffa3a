import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toUsage } from '../call/usage.ts';
import { sampleAttempt, sampleRow } from '../ledger/sample-row.test.ts';
import { History, type Observed } from './history.ts';

interface Seen {
  model?: string;
  task?: string | null;
  status?: 'ok' | 'error' | 'partial';
  outputTokens?: number | null;
  latencyMs?: number;
  passes?: boolean[];
}

function row({ model = 'm', task = 't', status = 'ok', outputTokens = 10, latencyMs = 100, passes }: Seen): Observed {
  const usage = outputTokens === null ? null : toUsage({ outputTokens });
  const verdicts = passes?.map((pass) => ({ pass }));
  return { task, attempts: [{ model, status, latencyMs, usage, verdicts: verdicts ?? null }] };
}
function after(rows: Seen[], history = new History()): History {
  for (const seen of rows) history.observe(row(seen));
  return history;
}
const times = (count: number, seen: (index: number) => Seen): Seen[] =>
  Array.from({ length: count }, (_, index) => seen(index));

test('nothing is known of what was never seen, and tasks are kept apart', () => {
  const history = after([{ task: 't' }, { task: null, outputTokens: 99 }]);
  assert.equal(history.recordOf('u', 'm'), null);
  assert.equal(history.recordOf('t', 'n'), null);
  assert.equal(history.recordOf('t', 'm')?.outputTokens, 10);
  assert.equal(history.recordOf(null, 'm')?.outputTokens, 99);
});

test('rows of the ledger are what it reads, every attempt under its own model', () => {
  const history = new History();
  const attempts = [
    sampleAttempt({ model: 'a', status: 'error', usage: null }),
    sampleAttempt({ model: 'b', status: 'ok', usage: toUsage({ outputTokens: 5 }) }),
  ];
  history.observe(sampleRow({ task: 't', attempts }));
  assert.equal(history.recordOf('t', 'a'), null, 'an attempt that failed says nothing about answers');
  assert.equal(history.recordOf('t', 'b')?.outputTokens, 5);
});

test('lengths are averaged, later the recent ones weigh more', () => {
  const few = after([{ outputTokens: 10 }, { outputTokens: 20 }, { outputTokens: 60 }]);
  assert.equal(few.recordOf('t', 'm')?.outputTokens, 30);
  const changed = after([...times(200, () => ({ outputTokens: 10 })), ...times(100, () => ({ outputTokens: 110 }))]);
  assert.ok((changed.recordOf('t', 'm')?.outputTokens ?? 0) > 109);
  assert.equal(after([{ outputTokens: null }]).recordOf('t', 'm')?.outputTokens, null);
});

describe('judgements', () => {
  test('a gate that broke says nothing of the model', () => {
    const history = after([{ passes: [true] }]);
    const verdicts = [{ pass: true }, { pass: false, isBroken: true as const }];
    history.observe({ task: 't', attempts: [{ model: 'm', status: 'ok', latencyMs: 1, usage: null, verdicts }] });
    const record = history.recordOf('t', 'm');
    assert.deepEqual([record?.judged, record?.passed], [1, 1]);
  });

  test('count only where gates judged, and an answer passes when all of them passed', () => {
    const record = after([{}, { passes: [true, true] }, { passes: [true, false] }, { passes: [] }]).recordOf('t', 'm');
    assert.deepEqual([record?.judged, record?.passed], [2, 1]);
  });

  test('fade, so that the rate follows a model that changes, and never say more than 500', () => {
    const record = after([
      ...times(2000, () => ({ passes: [true] })),
      ...times(2000, () => ({ passes: [false] })),
    ]).recordOf('t', 'm');
    assert.ok(Math.abs((record?.judged ?? 0) - 500) < 1, String(record?.judged));
    assert.ok((record?.passed ?? 1) / (record?.judged ?? 1) < 0.03);
  });
});

describe('latency', () => {
  test('is the time within which 95 of 100 answers were complete, once there are twenty', () => {
    assert.equal(after(times(19, () => ({}))).recordOf('t', 'm')?.p95LatencyMs, null);
    const record = after(times(100, (index) => ({ latencyMs: index + 1 }))).recordOf('t', 'm');
    assert.equal(record?.p95LatencyMs, 95);
  });

  test('forgets what is long past', () => {
    const rows = [...times(200, () => ({ latencyMs: 9000 })), ...times(200, () => ({ latencyMs: 10 }))];
    assert.equal(after(rows).recordOf('t', 'm')?.p95LatencyMs, 10);
  });
});

test('how often a call goes on a conversation is counted where sessions were looked at', () => {
  const history = new History();
  for (const isFollowUp of [true, false, null, true, true]) history.observe(row({}), isFollowUp);
  assert.equal(history.recordOf('t', 'm')?.followRate, 0.75);
  history.observe(row({ model: 'n' }));
  assert.equal(history.recordOf('t', 'n')?.followRate, null);
});

test('a judgement that was cut short says nothing about the answer', () => {
  const history = new History();
  const cut = row({ passes: [true, false] });
  for (const stopped of ['late', 'beaten'] as const)
    history.observe({ ...cut, attempts: cut.attempts.map((attempt) => ({ ...attempt, stopped })) });
  history.observe({ ...cut, errorCode: 'client_gone' });
  assert.deepEqual([history.recordOf('t', 'm')?.judged, history.recordOf('t', 'm')?.outputTokens], [0, 10]);
  history.observe({ ...cut, attempts: cut.attempts.map((attempt) => ({ ...attempt, stopped: 'rejected' as const })) });
  assert.equal(history.recordOf('t', 'm')?.judged, 1);
});

describe('what is assumed of a model', () => {
  const assumed = { task: 't', model: 'm', passRate: { share: 0.9, trials: 50 }, outputTokens: 100, p95LatencyMs: 700 };

  test('is known before the first call', () => {
    const history = new History();
    history.assume(assumed);
    const { judged, passed, outputTokens, p95LatencyMs } = history.recordOf('t', 'm') ?? {};
    assert.deepEqual([judged, passed, outputTokens, p95LatencyMs], [50, 45, 100, 700]);
    assert.equal(history.recordOf('t', 'other'), null);
  });

  test('counts as two hundred judgements at most, so that calls outweigh it', () => {
    const history = new History();
    history.assume({ ...assumed, passRate: { share: 1, trials: 5000 } });
    assert.equal(history.recordOf('t', 'm')?.judged, 200);
    for (let call = 0; call < 300; call++) history.observe(judgedCall(false));
    const { judged = 0, passed = 0 } = history.recordOf('t', 'm') ?? {};
    assert.ok(passed / judged < 0.45, String(passed / judged));
  });

  test('is moved by calls, not replaced by the first of them', () => {
    const history = new History();
    history.assume(assumed);
    history.observe(judgedCall(true));
    const { outputTokens, p95LatencyMs } = history.recordOf('t', 'm') ?? {};
    assert.equal(outputTokens, 95.5);
    assert.equal(p95LatencyMs, 700);
    for (let call = 0; call < 19; call++) history.observe(judgedCall(true));
    assert.equal(history.recordOf('t', 'm')?.p95LatencyMs, 40);
  });

  test('leaves open what is not known', () => {
    const history = new History();
    history.assume({ task: null, model: 'm', passRate: null, outputTokens: null, p95LatencyMs: null });
    assert.deepEqual(history.recordOf(null, 'm'), {
      outputTokens: null,
      judged: 0,
      passed: 0,
      followRate: null,
      p95LatencyMs: null,
    });
  });

  function judgedCall(pass: boolean): Parameters<History['observe']>[0] {
    const usage = toUsage({ outputTokens: 10 });
    return { task: 't', attempts: [{ model: 'm', status: 'ok', latencyMs: 40, usage, verdicts: [{ pass }] }] };
  }
});
