import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, type Gate, passed, type RatedRequest } from '../../gate/gate.ts';
import { toSample } from '../samples/sample.ts';
import { toTaskRequest } from './ask-router.ts';
import { judgeCall } from './judge-call.ts';
import { routedCall } from './scripted.fixture.ts';

test('a gate that rates requests sees the sample as its row has it: task, tenant and all', async () => {
  const seen: (RatedRequest | null)[] = [];
  const gate: Gate = {
    name: 'learned',
    isCostly: false,
    check: (_answer, _question, { request }) => {
      seen.push(request);
      return request === null ? failed('learned', 'nothing to rate') : passed('learned', 'rated');
    },
  };
  const sample = toSample({ prompt: 'Is it so?', tags: { tenant: 'acme' } });
  const { verdicts } = await judgeCall(
    { gates: [gate], reference: null, own: new Map() },
    {
      sample,
      inbound: toTaskRequest(sample, 'label'),
      call: routedCall({ key: sample.digest, answer: { text: 'yes', finish: { reason: 'stop', raw: 'stop' } } }),
      ask: () => Promise.resolve({ text: '', costNanoUsd: 0 }),
      task: 'label',
    },
  );
  assert.deepEqual(
    verdicts.map(({ pass }) => pass),
    [true],
  );
  const [{ view, task, tenant } = assert.fail()] = seen.flatMap((one) => one ?? []);
  assert.deepEqual([view.ask, task, tenant], ['Is it so?', 'label', 'acme']);
});
