// Streamed cascades through the built gateway: whatever becomes of the cheap answer, the client's SDK sees one coherent
// answer of one model, with signs of life while it waits, and the ledger tells what happened and what it cost.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { askSdk, cheaply, other, SETUPS, type Seen, startCascades, write } from './cascade-gateway.ts';
import type { ScriptedGateway } from './scripted-gateway.ts';
import { ending, type Script, streamError, token } from './scripted-upstream.ts';
import { fileScope } from './support.ts';

const scope = fileScope();
let scripted: ScriptedGateway;

before(async () => {
  scripted = await startCascades(scope);
});

interface Failure {
  name: string;
  task?: string;
  /** What the cheap model does, after a moment in which the client waits. */
  script: Script;
  /** Status and stop of the cheap attempt, the gate that refused it. */
  ending: [string, string | null, string | null];
}

const FAILURES: readonly Failure[] = [
  { name: 'is too slow', script: () => {}, ending: ['error', 'late', null] },
  {
    name: 'stalls past its time',
    script: (visit) => write(visit, 'Hello'),
    task: 'hold',
    ending: ['partial', 'late', null],
  },
  { name: 'stalls', task: 'patient', script: (visit) => write(visit, 'Hello'), ending: ['error', null, null] },
  {
    name: 'sends an error in the middle',
    script: async (visit) => {
      await write(visit, 'Hello');
      visit.response.end(streamError(visit.wire, 'overloaded'));
    },
    ending: ['error', null, null],
  },
  {
    name: 'is cut off at its length',
    script: async (visit) => {
      await write(visit, 'Hello', ' there');
      visit.response.end(ending(visit.wire, 'length'));
    },
    ending: ['ok', null, 'finish'],
  },
  {
    name: 'ends without a finish',
    script: async (visit) => {
      await write(visit, 'Hello', ' there');
      visit.response.end();
    },
    ending: ['error', null, null],
  },
  {
    name: 'is refused at its last token',
    script: async (visit) => {
      await write(visit, 'Hello', ' there', ' 9');
      visit.response.end(ending(visit.wire));
    },
    ending: ['ok', null, 'pattern'],
  },
];

/** One answer of the strong model, in order, and nothing of another; comments only before it. */
function expectStrong(seen: Seen): void {
  assert.equal(seen.error, null);
  assert.equal(seen.text, 'Strong answer');
  assert.equal(seen.models.length, 1, String(seen.models));
  assert.match(String(seen.finish), /^(stop|end_turn)$/);
  assert.equal(seen.requests, 1);
  assert.doesNotMatch(seen.raw, /Hello|overloaded/);
  const first = seen.raw.search(/^(data|event):/m);
  assert.match(seen.raw.slice(0, first), /^(: keep-alive\n\n)+$/, 'a waiting client hears that it is alive');
  assert.doesNotMatch(seen.raw.slice(first), /^:/m);
  assert.equal(seen.raw.match(/"role":\s*"assistant"/g)?.length, 1, seen.raw);
}

for (const { wire, cheap, name } of SETUPS) {
  for (const { name: what, task = 'hold', script, ending: expected } of FAILURES) {
    test(`${name}: when the cheap answer ${what}, the strong one is the only one`, async () => {
      const { upstream, gateway } = scripted;
      const text = `${what} ${name}`;
      upstream.on(
        text,
        cheaply(async (visit) => {
          await sleep(150);
          await script(visit);
        }),
      );
      const seen = await askSdk(gateway.url, { wire, text, task: `${task}-${cheap}` });
      expectStrong(seen);
      const row = await gateway.row(String(seen.headers.get('x-tierline-request-id')));
      const [first, second] = row.attempts;
      const failed = first?.verdicts?.find(({ pass }) => !pass)?.gate ?? null;
      assert.deepEqual([first?.status, first?.stopped, failed], expected);
      assert.deepEqual(
        [second?.model, second?.status, second?.costBasis],
        [`strong-${other(cheap)}`, 'ok', 'measured'],
      );
      assert.deepEqual([row.status, row.escalated, row.attempts.length], ['ok', true, 2]);
      const isMeasured = first?.status === 'ok';
      assert.equal(row.costBasis, isMeasured ? 'measured' : 'estimated');
      assert.ok((first?.costNanoUsd ?? 0) > 0, 'what was thrown away is paid');
      assert.equal(row.costNanoUsd, (first?.costNanoUsd ?? 0) + 10 * 10_000 + 2 * 20_000);
      assert.equal(seen.costNanoUsd, row.costNanoUsd, 'usage.cost is that of the whole call');
      const [visit] = upstream.visitsOf(text);
      if (expected[1] === 'late') assert.ok(visit?.leftAt, 'the late one is not paid any longer');
    });
  }

  test(`${name}: a cheap answer that passes is held to its end and given whole`, async () => {
    const { upstream, gateway } = scripted;
    const text = `good ${name}`;
    upstream.on(text, async (visit) => {
      await sleep(60);
      await write(visit, 'Hello', ' there');
      visit.response.end(ending(visit.wire));
    });
    const seen = await askSdk(gateway.url, { wire, text, task: `hold-${cheap}` });
    assert.deepEqual([seen.error, seen.text, seen.models.length], [null, 'Hello there', 1]);
    assert.equal(upstream.visitsOf(text).length, 1);
    const row = await gateway.row(String(seen.headers.get('x-tierline-request-id')));
    assert.deepEqual([row.model, row.escalated, row.costNanoUsd], [`cheap-${cheap}`, false, 14_000]);
    assert.deepEqual(
      row.attempts[0]?.verdicts?.map(({ gate, pass }) => [gate, pass]),
      [
        ['pattern', true],
        ['finish', true],
      ],
    );
    assert.equal(seen.costNanoUsd, 14_000);
  });

  test(`${name}: an early gate stops the cheap answer while it is being written`, async () => {
    const { upstream, gateway } = scripted;
    const text = `early ${name}`;
    upstream.on(
      text,
      cheaply(async (visit) => {
        await write(visit, 'Hello', ' 9');
        while (visit.leftAt === null) {
          visit.response.write(': and so on\n\n');
          await sleep(10);
        }
      }),
    );
    const seen = await askSdk(gateway.url, { wire, text, task: `early-${cheap}` });
    assert.deepEqual([seen.error, seen.text], [null, 'Strong answer']);
    assert.doesNotMatch(seen.raw, /Hello/);
    const row = await gateway.row(String(seen.headers.get('x-tierline-request-id')));
    const [first] = row.attempts;
    assert.deepEqual([first?.status, first?.stopped, first?.costBasis], ['partial', 'rejected', 'estimated']);
    assert.deepEqual(
      first?.verdicts?.map(({ gate, pass }) => [gate, pass]),
      [['pattern', false]],
    );
    assert.equal(seen.costNanoUsd, row.costNanoUsd);
  });

  test(`${name}: an answer that is complete at once gets its verdict and its measured cost, though an early gate would refuse it`, async () => {
    const { upstream, gateway } = scripted;
    const text = `at once ${name}`;
    upstream.on(
      text,
      cheaply(async (visit) => {
        await write(visit);
        visit.response.end(token(visit.wire, '9') + ending(visit.wire));
      }),
    );
    const seen = await askSdk(gateway.url, { wire, text, task: `early-${cheap}` });
    assert.equal(seen.text, 'Strong answer');
    const row = await gateway.row(String(seen.headers.get('x-tierline-request-id')));
    assert.deepEqual(
      row.attempts.map(({ status, stopped, costBasis }) => [status, stopped, costBasis]),
      [
        ['ok', null, 'measured'],
        ['ok', null, 'measured'],
      ],
    );
  });

  test(`${name}: after its first tokens an answer flows, and is given to its end`, async () => {
    const { upstream, gateway } = scripted;
    const text = `first tokens ${name}`;
    upstream.on(text, async (visit) => {
      await write(visit, 'Hello', ' there', ' my');
      await sleep(120);
      visit.response.end(ending(visit.wire));
    });
    const seen = await askSdk(gateway.url, { wire, text, task: `first-${cheap}` });
    assert.deepEqual([seen.error, seen.text], [null, 'Hello there my']);
    assert.equal(seen.headers.get('x-tierline-model'), `cheap-${cheap}`);
    assert.equal(seen.headers.get('x-tierline-attempts'), '1');
    assert.doesNotMatch(seen.raw, /keep-alive/, 'one that flows needs no signs of life');
  });

  test(`${name}: a refusal within the first tokens is the strong model's turn, one after them is too late`, async () => {
    const { upstream, gateway } = scripted;
    for (const [pieces, expected] of [
      [['9', ' there'], 'Strong answer'],
      [['Hello', ' there', ' 9'], 'Hello there 9'],
    ] as const) {
      const text = `${expected} ${name}`;
      upstream.on(
        text,
        cheaply(async (visit) => {
          await write(visit, ...pieces);
          visit.response.end(ending(visit.wire));
        }),
      );
      const seen = await askSdk(gateway.url, { wire, text, task: `first-${cheap}` });
      assert.deepEqual([seen.error, seen.text], [null, expected]);
      const row = await gateway.row(String(seen.headers.get('x-tierline-request-id')));
      assert.equal(row.attempts[0]?.verdicts?.[0]?.pass, false);
      assert.equal(row.escalated, expected === 'Strong answer');
    }
  });
}
