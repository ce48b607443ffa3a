import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../stats/random.ts';
import type { Notice } from './active-alert.ts';
import { createHastyClock, createMemorySink, noticeOf, settle } from './alert.fixture.ts';
import { Outbox, type OutboxParts, PATIENCE } from './outbox.ts';
import { SendError } from './sink.ts';

const down = (): never => {
  throw new SendError('it answered 503', { isFinal: false });
};
const refused = (): never => {
  throw new SendError('it answered 400', { isFinal: true });
};

function start(answer: (notice: Notice) => void | Promise<void>, more: Partial<OutboxParts> = {}) {
  const clock = createHastyClock();
  const { sink, told } = createMemorySink(answer);
  const lines: string[] = [];
  const outbox = new Outbox(sink, {
    warn: (line) => lines.push(line),
    sleep: clock.sleep,
    random: createRandom(5),
    ...more,
  });
  const offer = (...ids: string[]): void => {
    for (const id of ids) outbox.offer(noticeOf({ id }));
  };
  return { outbox, offer, clock, lines, ids: () => told.map(({ id }) => id) };
}

/** Fails so many times, then works. */
function failing(times: number, how: () => never): () => void {
  let left = times;
  return () => {
    if (left-- > 0) how();
  };
}

test('notices are sent in their order, one after the other', async () => {
  let underWay = 0;
  const { offer, ids, lines } = start(async () => {
    assert.equal(++underWay, 1);
    await settle();
    underWay--;
  });
  offer('1', '2');
  await settle();
  offer('3');
  await settle();
  await settle();
  await settle();
  assert.deepEqual(ids(), ['1', '2', '3']);
  assert.deepEqual(lines, []);
});

test('a failure that the next try mends is told to nobody', async () => {
  const { offer, ids, lines, clock } = start(failing(1, down));
  offer('1');
  await settle();
  assert.deepEqual(ids(), ['1']);
  assert.equal(clock.pauses.length, 1);
  assert.deepEqual(lines, []);
});

test('pauses grow, keep within half of their length, and end with the notice given up', async () => {
  const { offer, ids, lines, clock } = start(failing(PATIENCE.maxTries, down));
  offer('1', '2');
  await settle();
  assert.deepEqual(ids(), ['2'], 'the order is kept and the next one is not given up');
  const longest = [1000, 5000, 25_000, 125_000, 600_000];
  assert.equal(clock.pauses.length, longest.length);
  for (const [index, ms] of longest.entries()) {
    const pause = clock.pauses[index] ?? 0;
    assert.ok(pause >= ms / 2 && pause < ms, `${pause} of ${ms}`);
  }
  assert.notEqual((clock.pauses[0] ?? 0) * 5, clock.pauses[1], 'there is chance in it');
  assert.deepEqual(lines, [
    'alerts: webhook ops.example.com fails: it answered 503',
    'alerts: webhook ops.example.com works again',
    'alerts: webhook ops.example.com one alert was lost',
  ]);
});

test('what a receiver wants to be left alone for is waited for, within reason', async () => {
  const waits = [90_000, 9_999_999_999];
  const { offer, ids, clock } = start(() => {
    const retryAfterMs = waits.shift();
    if (retryAfterMs !== undefined) throw new SendError('it answered 429', { isFinal: false, retryAfterMs });
  });
  offer('1');
  await settle();
  assert.deepEqual(ids(), ['1']);
  assert.deepEqual(clock.pauses, [90_000, PATIENCE.maxRetryAfterMs]);
});

test('a short Retry-After does not shorten a pause', async () => {
  let fails = 3;
  const { offer, clock } = start(() => {
    if (fails-- > 0) throw new SendError('it answered 429', { isFinal: false, retryAfterMs: 1 });
  });
  offer('1');
  await settle();
  assert.ok((clock.pauses[2] ?? 0) >= 12_500, String(clock.pauses));
});

test('what is refused is not tried again, and fails once in the log for many', async () => {
  const { offer, ids, lines, clock } = start(failing(3, refused));
  offer('1', '2', '3', '4', '5');
  await settle();
  assert.deepEqual(ids(), ['4', '5']);
  assert.deepEqual(clock.pauses, []);
  assert.deepEqual(lines, [
    'alerts: webhook ops.example.com fails: it answered 400',
    'alerts: webhook ops.example.com works again',
    'alerts: webhook ops.example.com 3 alerts were lost',
  ]);
});

test('an error of another kind is final, and its words stay out of the log', async () => {
  const { offer, lines } = start(() => {
    throw new Error('POST https://hooks.example.com/secret-token');
  });
  offer('1');
  await settle();
  assert.deepEqual(lines, ['alerts: webhook ops.example.com fails: an alert could not be written']);
});

test('of more than fit the oldest are dropped, counted and told once', async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { offer, ids, lines } = start(() => gate);
  offer('first');
  await settle();
  offer(...Array.from({ length: PATIENCE.maxWaiting + 3 }, (_, index) => String(index)));
  assert.deepEqual(lines, ['alerts: webhook ops.example.com has 1000 alerts waiting: the oldest are dropped']);
  open();
  for (let turns = 0; turns < 300; turns++) await settle();
  assert.deepEqual(ids().slice(0, 2), ['first', '3']);
  assert.equal(ids().length, PATIENCE.maxWaiting + 1);
  assert.equal(lines[1], 'alerts: webhook ops.example.com 3 alerts were lost');
  assert.equal(lines.length, 2);
});

test('closing ends a pause, and tries what is left once more each', async () => {
  let tries = 0;
  const { outbox, offer, lines, ids } = start(
    ({ id }) => {
      tries++;
      if (id !== '2') down();
    },
    {
      // A pause that lasts until it is ended.
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    },
  );
  offer('1', '2', '3');
  await settle();
  assert.equal(tries, 1);
  await outbox.close(2000);
  assert.equal(tries, 4, 'one more of the first, one of each other');
  assert.deepEqual(ids(), ['2']);
  assert.deepEqual(lines, [
    'alerts: webhook ops.example.com fails: it answered 503',
    'alerts: webhook ops.example.com works again',
    'alerts: webhook ops.example.com fails: it answered 503',
    'alerts: webhook ops.example.com 2 alerts were lost',
  ]);
  offer('4');
  await settle();
  assert.equal(tries, 4, 'a closed one takes nothing');
});

test('closing waits no longer than it was told, ends what is under way, and says what was lost', async () => {
  let isEnded = false;
  const clock = createHastyClock();
  const lines: string[] = [];
  const outbox = new Outbox(
    {
      name: 'slack hooks.slack.com',
      send: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            isEnded = true;
            reject(new Error('cut'));
          });
        }),
    },
    { warn: (line) => lines.push(line), sleep: clock.sleep, random: Math.random },
  );
  outbox.offer(noticeOf({ id: '1' }));
  outbox.offer(noticeOf({ id: '2' }));
  await settle();
  await outbox.close(2000);
  assert.deepEqual(clock.pauses, [2000]);
  assert.ok(isEnded);
  await settle();
  assert.deepEqual(lines, ['alerts: slack hooks.slack.com 2 alerts were lost']);
});

test('closing an idle one takes no time and says nothing', async () => {
  const { outbox, clock, lines } = start(() => undefined);
  await outbox.close(2000);
  assert.deepEqual(clock.pauses, []);
  assert.deepEqual(lines, []);
});
