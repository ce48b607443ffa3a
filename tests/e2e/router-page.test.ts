// A router from rows to a page in a real browser, whose figures are those of the JSON. Where no Chromium is installed the browser's tests
// are left out.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { AssessedRouter } from '../../src/cli/learn/assessed-router.ts';
import { makeRows, PRICES } from '../../src/cli/learn/rows.fixture.ts';
import { findChromium, openInChromium } from './chromium.ts';
import { fileScope, run, temporaryFolder } from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=1">.jsonl';

const scope = fileScope();
const folder = temporaryFolder(scope);
const page = join(folder, 'router.html');
let said = '';
let assessed: AssessedRouter;

before(async () => {
  const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(join(folder, 'prices.json'), JSON.stringify(PRICES));
  writeFileSync(join(folder, 'train.jsonl'), lines(makeRows(240)));
  writeFileSync(join(folder, HOSTILE), lines(makeRows(160, 2)));
  const trained = await run(['train', '--data', 'train.jsonl', '--out', 'router.json'], { cwd: folder });
  assert.equal(trained.code, 0, trained.stderr);
  const args = ['evaluate', '--router', 'router.json', '--data', HOSTILE];
  const text = await run([...args, '--html', page], { cwd: folder });
  assert.equal(text.code, 0, text.stderr);
  said = text.stdout;
  assessed = JSON.parse((await run([...args, '--json'], { cwd: folder })).stdout) as AssessedRouter;
});

describe('the commands', () => {
  test('print tables that fit into a terminal, and what the router comes to', () => {
    for (const line of said.split('\n')) assert.ok(line.length <= 110, line);
    assert.match(said, /\n=> .*large/);
  });

  test('refuse a typo in one sentence, with the exit code of an error', async () => {
    const args = ['--router', 'router.json', '--data', 'train.jsonl'];
    for (const more of [
      ['--label', 'corect'],
      ['--pair', 'small,huge'],
      ['--pair', 'small'],
      ['--prices', 'none.json'],
    ]) {
      const { code, stderr, stdout } = await run(['evaluate', ...args, ...more], { cwd: folder });
      assert.notEqual(code, 0, more.join(' '));
      assert.equal(stdout, '');
      assert.ok(stderr.includes(more[1]?.split(',').at(-1) ?? '?'), stderr);
      assert.doesNotMatch(stderr, / {4}at /);
    }
    const bare = await run(['evaluate', '--router', 'router.json'], { cwd: folder });
    assert.equal(bare.code, 1);
    assert.match(bare.stderr, /Say with --data on which rows/);
    assert.ok(!existsSync(join(folder, 'none.json')));
  });
});

const command = findChromium();

describe('the page in a browser', { skip: command === null && 'no Chromium' }, () => {
  test('asks for nothing but itself, and complains of nothing', async (t) => {
    const { ask, requests, complaints } = await openInChromium(t, command as string, page);
    assert.equal(requests.length, 1);
    assert.deepEqual(complaints, []);
    assert.equal(await ask('document.title'), 'What the router is worth');
    assert.equal(await ask('document.querySelectorAll("img, script").length'), 0);
    assert.ok((await ask<string>('document.body.innerText')).includes(HOSTILE));
  });

  test('shows the figures of the JSON', async (t) => {
    const { ask } = await openInChromium(t, command as string, page);
    const cells = await ask<string[][]>(
      `[...[...document.querySelectorAll("table")].find((one) => one.caption.innerText.startsWith("Between")).tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))`,
    );
    const { promptOnly } = assessed.assessment.pair ?? assert.fail('no pair');
    const [value, range = ''] = (cells[0]?.[1] ?? '').split('\n');
    assert.equal(value, promptOnly.apgr.value?.toFixed(3));
    assert.equal(range, `${promptOnly.apgr.low?.toFixed(3)} to ${promptOnly.apgr.high?.toFixed(3)}`);
  });

  test('nothing runs out of the page or of a chart, wide or narrow', async (t) => {
    const { ask, show } = await openInChromium(t, command as string, page);
    for (const width of [1280, 700, 390]) {
      await show({ width, scheme: 'light' });
      assert.ok(await ask('document.documentElement.scrollWidth <= innerWidth'), `${width}`);
      const outside = await ask<string[]>(
        `[...document.querySelectorAll("svg.chart")].flatMap((svg) => { const room = svg.getBoundingClientRect(); return [...svg.querySelectorAll("text, circle, path")].filter((one) => { const box = one.getBoundingClientRect(); return box.left < room.left - 3 || box.right > room.right + 3 || box.top < room.top - 3 || box.bottom > room.bottom + 3; }).map((one) => one.outerHTML); })`,
      );
      assert.deepEqual(outside, []);
    }
  });

  test('lines are drawn in the colours of their reader', async (t) => {
    const { ask, show } = await openInChromium(t, command as string, page);
    const stroke = 'getComputedStyle(document.querySelector("path.line.policy")).stroke';
    await show({ width: 900, scheme: 'light' });
    const light = await ask(stroke);
    await show({ width: 900, scheme: 'dark' });
    assert.notEqual(await ask(stroke), light);
  });
});

test('the page is one file with everything in it', () => {
  const text = readFileSync(page, 'utf8');
  assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org)/);
  assert.ok(text.length < 400_000, `${text.length}`);
});
