import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { Spending } from '../lifecycle/profile/spending.ts';
import type { CommandIo } from './command-io.ts';
import { hear } from './heard.fixture.ts';
import { askForLeave, follow, type PaidWork, stopOnSignal, tellLeft } from './paid-run.ts';

function listen(): { io: CommandIo; heard: string[] } {
  const { io, warnings } = hear();
  return { io: { ...io, print: assert.fail }, heard: warnings };
}

const work = (more: Partial<PaidWork> = {}): PaidWork => ({
  count: 12,
  what: '12 questions to small',
  expected: { low: 2_000_000_000, high: 2_000_000_000 },
  unpriced: [],
  lost: 0,
  ...more,
});

describe('leave to spend', () => {
  test('is given by a ceiling or by --yes, and what it will cost is told', async () => {
    const { io, heard } = listen();
    assert.equal(await askForLeave(work(), { maxUsd: 2.5 }, io), 2_500_000_000);
    assert.equal(await askForLeave(work(), { yes: true }, io), null);
    assert.deepEqual(heard, [
      '12 questions to small, about $2.00, judges not included; at most $2.50',
      '12 questions to small, about $2.00, judges not included',
    ]);
  });

  test('is refused where nobody could be asked, with what would have been asked', async () => {
    await assert.rejects(
      askForLeave(work({ expected: { low: 1e9, high: 3e9 }, beside: null }), {}, listen().io),
      /^Error: This would ask 12 questions to small, about \$1\.00 to \$3\.00\. Nobody is here to ask: .*--max-usd, or --yes\.$/,
    );
  });

  test('is not asked for when there is nothing to spend on', async () => {
    const { io, heard } = listen();
    assert.equal(await askForLeave(work({ count: 0 }), {}, io), null);
    assert.deepEqual(heard, []);
  });

  test('under a ceiling needs every price', async () => {
    const unpriced = work({ expected: null, unpriced: ['free'] });
    await assert.rejects(
      askForLeave(unpriced, { maxUsd: 1 }, listen().io),
      /A ceiling needs prices, and free has none/,
    );
    const { io, heard } = listen();
    await askForLeave(unpriced, { yes: true }, io);
    assert.match(heard[0] ?? '', /an unknown sum \(no price: free\)/);
  });

  test('begins with what an earlier run may have lost', async () => {
    const { io, heard } = listen();
    await askForLeave(work({ lost: 3 }), { maxUsd: 9 }, io);
    assert.match(heard[0] ?? '', /^3 questions were under way when an earlier run was killed/);
  });
});

test('the first signal asks for an end, the second is left to do what signals do', () => {
  const { io, heard } = listen();
  const signals = new EventEmitter();
  const { signal, release } = stopOnSignal(io, signals as never);
  signals.emit('SIGINT');
  assert.ok(signal.aborted);
  assert.equal(signals.listenerCount('SIGINT'), 0);
  assert.match(heard[0] ?? '', /^stopping: answers under way are paid for and waited for/);
  release();
  assert.equal(signals.listenerCount('SIGTERM'), 0);
});

test('progress tells spend and ceiling, and the last word of each provider is remembered', async () => {
  const { io, heard } = listen();
  const spending = new Spending(1_000_000_000);
  const { advance, note, noteOf, finish } = await follow(
    new Map([
      ['small', 9],
      ['large', 1],
    ]),
    { spending, io },
  );
  spending.settle('g', 0, 250_000_000);
  advance('small');
  advance('nobody');
  note('small: slow down', 'small');
  finish(false);
  assert.equal(heard[0], '10 questions');
  assert.match(heard[1] ?? '', /^10 % {2}\$0\.25 of \$1\.00 spent, .* left$/);
  assert.deepEqual([noteOf('small'), noteOf('large')], ['small: slow down', null]);
  assert.match(heard.at(-1) ?? '', /^done in .*, \$0\.25 spent$/);
});

test('nothing to follow says nothing', async () => {
  const { io, heard } = listen();
  const { advance, note, finish } = await follow(new Map(), { spending: new Spending(null), io });
  advance('small');
  note('x', 'small');
  finish(true);
  assert.deepEqual(heard, []);
});

test('what is left is told with its reason, and what a provider said last', () => {
  const { io, heard } = listen();
  const spending = new Spending(null);
  spending.settle('g', 5, null);
  tellLeft(
    new Map([
      ['done', { left: 0, reason: null, waitedMs: 0 }],
      ['stuck', { left: 4, reason: 'stuck', waitedMs: 0 }],
      ['full', { left: 2, reason: 'ceiling', waitedMs: 4000 }],
      ['stopped', { left: 7, reason: null, waitedMs: 0 }],
    ]),
    { spending, noteOf: (lane) => `${lane}: no such key`, io },
  );
  assert.deepEqual(heard, [
    'stuck: 4 questions are left, its provider will not answer any (stuck: no such key); run it again to go on',
    'full: waited 4.00 s because its provider asked for that',
    'full: 2 questions are left, the ceiling is reached; run it again to go on',
    'what 1 answers cost is not known',
  ]);
});
