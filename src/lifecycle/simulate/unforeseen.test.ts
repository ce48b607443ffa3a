import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Inbound } from '../../dialect/inbound.ts';
import { openaiChat } from '../../dialect/openai-chat.ts';
import { labelRoute, PREDICTED, policyOf, predicting, writeScenes } from './kept.fixture.ts';
import { attemptOf, many, rowOf } from './rows.fixture.ts';
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
