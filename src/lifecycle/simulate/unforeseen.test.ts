import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { CallRow } from '../../call/row.ts';
import type { Verdict } from '../../call/verdict.ts';
import { Inbound } from '../../dialect/inbound.ts';
import { openaiChat } from '../../dialect/openai-chat.ts';
import { labelRoute, PREDICTED, policyOf, predicting, voting, writeScenes } from './kept.fixture.ts';
import { attemptOf, judged, many, rowOf } from './rows.fixture.ts';
import { playRows } from './simulate-ledger.ts';
import { simulateProfile } from './simulate-profile.ts';

const ROWS = many(2, (at) => rowOf([attemptOf(at === 0 ? 'small' : 'mid')]));

const policies = async (encoder: string | null = null) => ({
  current: await policyOf(labelRoute('small')),
  candidate: await policyOf(PREDICTED, 'tierline.yaml', predicting(encoder)),
});

/** The request of a call as the gateway kept it. */
function captured(text: string) {
  const body = { model: 'auto/label', messages: [{ role: 'user', content: text }] };
  const view = Inbound.read(openaiChat, Buffer.from(JSON.stringify(body)), 64);
  return { view, caller: { tenant: 'default', path: '/v1/chat/completions', headers: {} } };
}

describe('a predicted route over the ledger', () => {
  test('cannot be told without the text of the request, and that is said', async () => {
    const pairs = await playRows(await policies(), ROWS, { priors: [] });
    for (const { candidate } of pairs) {
      assert.equal(candidate.first, null);
      assert.deepEqual(
        candidate.gaps.map(({ reason }) => reason),
        ['its predicted route depends on the text of the request, which the ledger does not keep; `capture` keeps it'],
      );
    }
    assert.equal(pairs.length, 2);
    assert.deepEqual(
      pairs.map(({ current }) => current.first),
      ['small', 'small'],
    );
  });

  test('is played by the requests that were kept', async () => {
    const requestOf = (id: string) => captured(id === 'req_0000' ? 'an easy one' : 'another');
    const pairs = await playRows(await policies(), ROWS, { priors: [], requestOf });
    assert.deepEqual(
      pairs.map(({ candidate }) => candidate.first),
      ['small', 'mid'],
    );
  });

  test('cannot be told where its artifact wants embeddings', async () => {
    const requestOf = () => captured('an easy one');
    const [pair] = await playRows(await policies('mini'), ROWS, { priors: [], requestOf });
    assert.equal(pair?.candidate.first, null);
    assert.match(pair?.candidate.gaps[0]?.reason ?? '', /depends on embeddings \(mini\)/);
  });
});

describe('a predicted route over samples', () => {
  async function play(t: TestContext, encoder: string | null) {
    const said = { small: { text: 'yes' }, mid: { text: 'yes' } };
    const file = writeScenes(t, [
      { line: { id: 's1', prompt: 'an easy one', reference: 'yes' }, said },
      { line: { id: 's2', prompt: 'another', reference: 'yes' }, said },
    ]);
    const sides = {
      current: await policyOf(labelRoute('small'), file),
      candidate: await policyOf(PREDICTED, file, predicting(encoder)),
    };
    return simulateProfile(sides, { task: null, nowMs: 0, recordOf: () => null });
  }

  test('is played sample by sample', async (t) => {
    const pairs = await play(t, null);
    assert.deepEqual(
      pairs.map(({ candidate }) => candidate.first),
      ['small', 'mid'],
    );
  });

  test('cannot be told where its artifact wants embeddings', async (t) => {
    const pairs = await play(t, 'mini');
    assert.deepEqual(
      pairs.map(({ candidate }) => candidate.first),
      [null, null],
    );
  });
});

describe('a predicted cascade', () => {
  test('over samples is gated by its artifact, whose votes may give an earlier answer, and costs all that was tried', async (t) => {
    const file = writeScenes(t, [
      { line: { id: 's1', prompt: 'one', reference: 'yes' }, said: { small: { text: 'yes' }, mid: { text: 'no' } } },
      { line: { id: 's2', prompt: 'two', reference: 'yes' }, said: { small: { text: 'no' }, mid: { text: 'yes' } } },
    ]);
    const sides = {
      current: await policyOf(labelRoute('small'), file),
      candidate: await policyOf(PREDICTED, file, voting),
    };
    const pairs = await simulateProfile(sides, { task: null, nowMs: 0, recordOf: () => null });
    assert.deepEqual(
      pairs.map(({ candidate: { first, answers, good, cost } }) => [first, [...(answers ?? [])], good, cost]),
      [
        ['small', [['small', 1]], 1, { low: 200, high: 200 }],
        ['small', [['mid', 1]], 1, { low: 200, high: 200 }],
      ],
    );
  });

  test('over samples overrules no gate of the task', async (t) => {
    const said = { small: { text: 'perhaps' }, mid: { text: 'no' } };
    const file = writeScenes(t, [{ line: { id: 's1', prompt: 'one', reference: 'no' }, said }]);
    const policy = await policyOf(PREDICTED, file, voting);
    const sides = { current: policy, candidate: policy };
    const [pair] = await simulateProfile(sides, { task: null, nowMs: 0, recordOf: () => null });
    assert.deepEqual(pair?.candidate.answers, new Map([['mid', 1]]));
  });

  const learned = (pass: boolean, prefers?: string): Verdict => ({
    gate: 'learned',
    pass,
    score: 0.5,
    reason: '',
    costNanoUsd: 0,
    ...(prefers === undefined ? {} : { prefers }),
  });
  const verdicts = (last: Verdict): Verdict[] => [...judged(true), last];
  const predictedBy = (artifact: string, prefers?: string) =>
    rowOf(
      [
        attemptOf('small', { verdicts: verdicts(learned(false)) }),
        attemptOf('mid', { verdicts: verdicts(learned(true, prefers)) }),
      ],
      {
        model: prefers ?? 'mid',
        prediction: {
          artifact,
          how: 'predicted',
          why: null,
          chances: {},
          first: 'small',
          propensity: 1,
          encoderNanoUsd: 0,
        },
      },
    );
  const overLedger = async (row: CallRow) => {
    const policy = await policyOf(PREDICTED, 'tierline.yaml', voting);
    const requestOf = () => captured('one');
    const [pair] = await playRows({ current: policy, candidate: policy }, [row], { priors: [], requestOf });
    return pair?.candidate ?? assert.fail();
  };

  test('over the ledger ends as it did, where the same artifact decided', async () => {
    assert.deepEqual((await overLedger(predictedBy('0123456789ab'))).answers, new Map([['mid', 1]]));
    const preferred = await overLedger(predictedBy('0123456789ab', 'small'));
    assert.deepEqual([preferred.answers, preferred.good], [new Map([['small', 1]]), 1]);
    assert.deepEqual(preferred.cost, { low: 2_400_000, high: 2_400_000 });
  });

  test('over the ledger is not guessed where another artifact decided, or none', async () => {
    for (const row of [predictedBy('ffffffffffff'), rowOf([attemptOf('small', { verdicts: judged(true) })])]) {
      const played = await overLedger(row);
      assert.deepEqual([played.first, played.answers, played.good], ['small', null, null]);
      assert.ok(
        played.gaps.some(({ of, reason }) => of === 'route' && reason === 'how often small passes is not known'),
      );
    }
  });
});
