// docs/dialects.md says what happens: every cell is carried again, and a difference that nobody tells of fails inside.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { writePage } from './page.ts';
import { carryAll } from './table.ts';

test('the page of crossings is what every feature did on its way between every two dialects', async () => {
  const tables = await carryAll();
  const page = readFileSync(new URL('../../docs/dialects.md', import.meta.url), 'utf8');
  assert.equal(page, writePage(tables), 'docs/dialects.md is out of date: npm run dialects');
});

test('in its own dialect everything passes that has a word', async () => {
  for (const { from, rows } of await carryAll()) {
    for (const { feature, cells } of rows) assert.match(cells[from].kind, /^(passes|-)$/, `${feature} in ${from}`);
  }
});
