import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCollector, YoungCollector } from './young-collector.ts';

const MEBIBYTE = 1024 * 1024;

test('a collection comes after every eight mebibytes of bodies, however they are spread', () => {
  let opened = 0;
  let collected = 0;
  const young = new YoungCollector(() => {
    opened++;
    return () => void collected++;
  });
  for (let body = 0; body < 7; body++) young.add(MEBIBYTE);
  assert.deepEqual([opened, collected], [0, 0]);
  young.add(MEBIBYTE);
  assert.deepEqual([opened, collected], [1, 1]);
  young.add(100 * MEBIBYTE);
  young.add(1);
  assert.deepEqual([opened, collected], [1, 2]);
});

test('what V8 offers collects the young generation only: buffers that nobody holds are given back', async () => {
  const collect = openCollector();
  const before = process.memoryUsage().arrayBuffers;
  for (let piece = 0; piece < 64; piece++) Buffer.allocUnsafeSlow(64 * 1024);
  const piled = process.memoryUsage().arrayBuffers;
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  const after = process.memoryUsage().arrayBuffers;
  assert.ok(after - before < (piled - before) / 2 || piled <= before, `${before} ${piled} ${after}`);
});
