import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { complaintAboutNode } from './node-version.ts';

test('a Node older than 22.18 is refused in one sentence', () => {
  assert.equal(complaintAboutNode('v20.20.2'), 'Tierline needs Node 22.18 or later, and this is v20.20.2.');
  assert.match(complaintAboutNode('v22.17.1') ?? '', /22\.18/);
  for (const version of ['v22.18.0', 'v23.0.0', 'v24.21.0', process.version])
    assert.equal(complaintAboutNode(version), null);
});

test('it is the version that the package asks for', () => {
  const file = new URL('../../package.json', import.meta.url);
  assert.match(readFileSync(file, 'utf8'), /"node": ">=22\.18"/);
});
