import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { View } from '../../call/view.ts';
import { featureRequestOf } from './feature-request.ts';

test('a request is rated by what the user asked last, and by the length and shape of all of it', () => {
  const view = {
    ask: 'And this one?',
    text: 'You sort tickets.\nThis one?\nAnd this one?',
    messageCount: 3,
    hasTools: true,
    hasSchema: false,
    hasImages: true,
  } as View;
  assert.deepEqual(featureRequestOf({ view, task: 'sort', tenant: 'acme' }), {
    text: 'And this one?',
    facts: { characters: 41, turns: 3, hasTools: true, hasSchema: false, hasImages: true },
    task: 'sort',
    segment: 'acme',
  });
});
