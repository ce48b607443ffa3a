import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { View } from '../../call/view.ts';
import { rowRequestOf } from './row-request.ts';

const view = {
  ask: 'And of Spain?',
  text: 'Be brief.\nThe capital of France?\nParis.\nAnd of Spain?',
  messageCount: 3,
  hasTools: true,
  hasSchema: false,
  hasImages: true,
} as View;

test('a row is made of the last turn of the user, and told what else the request holds', () => {
  assert.deepEqual(rowRequestOf(view), {
    prompt: 'And of Spain?',
    facts: { characters: 53, turns: 3, hasTools: true, hasSchema: false, hasImages: true },
  });
});

test('each fact is the one of its name', () => {
  const one = rowRequestOf({ ...view, hasTools: false, hasSchema: true, hasImages: false }).facts;
  assert.deepEqual([one.hasTools, one.hasSchema, one.hasImages], [false, true, false]);
});
