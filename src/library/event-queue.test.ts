import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { EventQueue } from './event-queue.ts';

interface Heard {
  queue: EventQueue;
  drained: () => number;
  left: () => number;
}

function open(): Heard {
  let drained = 0;
  let left = 0;
  const queue = new EventQueue({ onDrain: () => drained++, onLeave: () => left++ });
  return { queue, drained: () => drained, left: () => left };
}

async function readAll(queue: EventQueue): Promise<string[]> {
  const events: string[] = [];
  for await (const event of queue) events.push(event);
  return events;
}

test('events come out in the order in which they went in, whoever is faster', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.string(), fc.boolean())), async (steps) => {
      const { queue } = open();
      const all = readAll(queue);
      for (const [event, isSlow] of steps) {
        queue.push(event);
        if (isSlow) await Promise.resolve();
      }
      queue.end();
      assert.deepEqual(
        await all,
        steps.map(([event]) => event),
      );
    }),
  );
});

test('a writer that is faster is told to pause, and told once that there is room again', async () => {
  const { queue, drained } = open();
  let written = 0;
  while (queue.push(String(written))) written++;
  assert.ok(written > 8 && written < 1000, String(written));
  await queue.next();
  assert.equal(drained(), 0, 'one event read makes no room yet');
  for (let read = 1; read <= written; read++) await queue.next();
  assert.equal(drained(), 1);
  assert.equal(queue.push('more'), true);
});

test('an error comes after the events that are there, and once', async () => {
  const { queue } = open();
  queue.push('a');
  queue.fail(new Error('broken'));
  assert.deepEqual(await queue.next(), { done: false, value: 'a' });
  await assert.rejects(queue.next(), /broken/);
  assert.deepEqual(await queue.next(), { done: true, value: undefined });
});

test('a reader that waits is told of the end and of an error', async () => {
  const ended = open();
  const end = ended.queue.next();
  ended.queue.end();
  assert.equal((await end).done, true);
  const failed = open();
  const failure = failed.queue.next();
  failed.queue.fail(new Error('broken'));
  await assert.rejects(failure, /broken/);
});

test('a reader that leaves early is told of, one that leaves after the end is not', async () => {
  const early = open();
  early.queue.push('a');
  early.queue.push('b');
  for await (const _ of early.queue) break;
  assert.equal(early.left(), 1);
  assert.equal(early.queue.push('c'), true);
  assert.deepEqual(await readAll(early.queue), []);
  const late = open();
  late.queue.end();
  await late.queue.return();
  assert.equal(late.left(), 0);
});

test('what is said after the end is not heard', async () => {
  const { queue } = open();
  queue.end();
  queue.push('late');
  queue.fail(new Error('late'));
  assert.deepEqual(await readAll(queue), []);
});
