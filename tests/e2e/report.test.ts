// The report of `tierline profile`, from a measurement on the simulated provider to a page in a real browser, whose figures are those of
// the JSON. Where no Chromium is installed the browser's tests are left out.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import type { ModelProfile, Profile } from '../../src/lifecycle/profile/profile.ts';
import { generateWorkload } from '../../src/provider/simulated/workload.ts';
import { findChromium, openInChromium } from './chromium.ts';
import { fileScope, run, temporaryFolder } from './support.ts';

const TASKS = ['arithmetic', 'ticket-label'];
const HOSTILE = '<script>document.title="taken"</script><img src="http://127.0.0.1:9/x" onerror="document.title=1">';

const scope = fileScope();
const folder = temporaryFolder(scope);
const page = join(folder, 'out/report.html');
let profiles: Profile[] = [];
let measured = '';

before(async () => {
  writeFileSync(
    join(folder, 'tierline.yaml'),
    stringify({
      providers: { simulated: { dialect: 'openai', seed: 1, speed: 50 } },
      models: {
        small: { use: 'simulated/sim-small', tier: 'small', price: { input: 0.25, output: 1.25 } },
        mid: { use: 'simulated/sim-mid', tier: 'mid', price: { input: 3, output: 15 } },
        frontier: { use: 'simulated/sim-frontier', tier: 'frontier', price: { input: 5, output: 25 } },
      },
      baseline: 'frontier',
      tasks: {
        arithmetic: { accept: [{ pattern: '^-?\\d+$' }], route: 'mid', volume: 90_000, owner: HOSTILE },
        'ticket-label': { route: 'small', latency_budget: '1s' },
      },
    }),
  );
  for (const task of TASKS) {
    const items = generateWorkload({ seed: 3, count: 80, tasks: [task as 'arithmetic'] });
    const path = join(folder, `tierline/samples/${task}.jsonl`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      items.map(({ messages, reference }) => `${JSON.stringify({ messages, reference })}\n`).join(''),
    );
  }
  const args = ['profile', '--max-usd', '10', '--html', page, '--svg', join(folder, 'out/charts')];
  const { code, stdout, stderr } = await run(args, { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /report: .*report\.html\n.*10 charts: /s);
  measured = stdout;
  profiles = TASKS.map(
    (task) => JSON.parse(readFileSync(join(folder, `tierline/profile/${task}.json`), 'utf8')) as Profile,
  );
});

describe('the command', () => {
  test('prints tables that fit into a terminal, and what to do', () => {
    for (const line of measured.split('\n')) assert.ok(line.length <= 110, line);
    assert.match(measured, /=> frontier for now: .*mid/);
    assert.match(measured, /│ ticket-label │/);
  });

  test('makes the same page from the profiles alone, and leaves them as they are', async () => {
    const bare = temporaryFolder(scope);
    mkdirSync(join(bare, 'tierline/profile'), { recursive: true });
    for (const file of ['tierline.yaml', ...TASKS.map((task) => `tierline/profile/${task}.json`)])
      writeFileSync(join(bare, file), readFileSync(join(folder, file)));
    const { code, stdout, stderr } = await run(['profile', '--offline', '--html', 'again.html'], { cwd: bare });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /arithmetic: there are no answers to judge; its profile is of 2/);
    assert.equal(stdout, measured);
    assert.equal(readFileSync(join(bare, 'again.html'), 'utf8'), readFileSync(page, 'utf8'));
    for (const profile of profiles)
      assert.deepEqual(JSON.parse(readFileSync(join(bare, `tierline/profile/${profile.task}.json`), 'utf8')), profile);
    assert.ok(!existsSync(join(bare, 'tierline/answers')));
  });

  test('without profiles or answers says so and writes nothing', async () => {
    const bare = temporaryFolder(scope);
    writeFileSync(join(bare, 'tierline.yaml'), readFileSync(join(folder, 'tierline.yaml')));
    const { code, stderr } = await run(['profile', '--offline', '--html', 'x.html'], { cwd: bare });
    assert.equal(code, 1);
    assert.match(stderr, /There are neither answers nor profiles in/);
    assert.ok(!existsSync(join(bare, 'x.html')));
  });

  test('tells a place that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, stderr } = await run(['profile', '--offline', '--html', 'file/x.html'], { cwd: folder });
    assert.equal(code, 1);
    assert.match(stderr, /tierline: .*file/);
    rmSync(join(folder, 'file'));
  });
});

const chromium = findChromium();

describe('in a browser', { skip: chromium === null && 'Chromium is not installed' }, () => {
  const open = (t: Parameters<typeof openInChromium>[0], file = page) => openInChromium(t, chromium as string, file);

  test('the page asks for nothing but itself and has nothing to complain of', async (t) => {
    const { requests, complaints, ask } = await open(t);
    assert.equal(requests.length, 1, requests.join('\n'));
    assert.match(requests[0] ?? '', /^file:.*report\.html$/);
    assert.deepEqual(complaints, []);
    assert.equal(await ask('document.title'), 'Which model for which task');
    assert.equal(await ask('document.scripts.length + document.images.length'), 0);
    assert.ok((await ask<string>('document.body.innerText')).includes(HOSTILE));
  });

  test('fits the screen, wide and narrow, light and dark', async (t) => {
    const { show, ask } = await open(t);
    for (const width of [1280, 768, 400, 320]) {
      for (const scheme of ['light', 'dark'] as const) {
        await show({ width, scheme });
        const wide = await ask<number>('document.documentElement.scrollWidth');
        assert.ok(wide <= width, `${wide} of ${width}`);
        const [red = 0] = await ask<number[]>(
          'getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)',
        );
        assert.equal(red > 128, scheme === 'light');
      }
    }
  });

  test('names are where their charts are: no text of a chart is outside of it or over another', async (t) => {
    const { ask } = await open(t);
    const outside = await ask<string[]>(`[...document.querySelectorAll('svg.chart')].flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < frame.left - 2 || box.right > frame.right + 12 || box.top < frame.top - 4 || box.bottom > frame.bottom + 4;
      }).map((text) => text.textContent);
    })`);
    assert.deepEqual(outside, []);
    const over = await ask<string[]>(`[...document.querySelectorAll('figure.frontier svg')].flatMap((svg) => {
      const texts = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
      return texts.flatMap(([one, a], at) => texts.slice(at + 1).filter(([, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4
      ).map(([other]) => one + ' over ' + other));
    })`);
    assert.deepEqual(over, []);
  });

  test('its figures are those of the profiles', async (t) => {
    const { ask } = await open(t);
    const tables = await ask<string[][][]>(`[...document.querySelectorAll('section.task')].map((section) =>
      [...section.querySelectorAll(':scope > .scroll tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim())))`);
    assert.equal(tables.length, TASKS.length);
    for (const [at, { models }] of profiles.entries()) {
      assert.equal(tables[at]?.length, models.length);
      for (const [row, model] of models.entries()) compare(tables[at]?.[row] ?? [], model);
    }
  });

  test('a chart that stands alone is drawn, in the colours of its reader', async (t) => {
    const { ask, requests, complaints, show } = await open(t, join(folder, 'out/charts/arithmetic-frontier.svg'));
    assert.equal(requests.length, 1);
    assert.deepEqual(complaints, []);
    assert.equal(await ask('document.querySelectorAll("circle.point, circle.off").length'), 3);
    const ground = 'getComputedStyle(document.querySelector(".ground")).fill';
    await show({ width: 500, scheme: 'light' });
    const light = await ask(ground);
    await show({ width: 500, scheme: 'dark' });
    assert.notEqual(await ask(ground), light);
  });
});

/** Reads the figures of a line as people do, and holds them against the profile's own. */
function compare(
  cells: readonly string[],
  { model, passRate, verdict, cost, outputTokens, latencyMs }: ModelProfile,
): void {
  const [name, share = '', range = '', chip = '', thousand = '', passed = '', tokens = '', time = ''] = cells;
  assert.equal(name, model);
  near(figure(share), 100 * (passRate.share ?? Number.NaN), 0.051);
  const [low = '', high = ''] = range.split(' to ');
  near(figure(low), 100 * passRate.low, 0.101);
  near(figure(high), 100 * passRate.high, 0.101);
  assert.ok(chip.endsWith(verdict), chip);
  near(figure(thousand), (cost.perCallNanoUsd ?? Number.NaN) / 1e6, 0.006 * figure(thousand));
  near(figure(passed), (cost.perPassNanoUsd ?? Number.NaN) / 1e6, 0.006 * figure(passed));
  const [p50 = '', p95 = ''] = tokens.split(' / ');
  near(figure(p50), outputTokens?.p50 ?? Number.NaN, 0.51);
  near(figure(p95), outputTokens?.p95 ?? Number.NaN, 0.51);
  const [fast = '', slow = ''] = time.split(' / ');
  near(millis(fast), latencyMs?.p50 ?? Number.NaN, 6);
  near(millis(slow), latencyMs?.p95 ?? Number.NaN, 6);
}

const figure = (text: string): number => Number(text.replaceAll(/[$,%\s]/g, ''));
const millis = (text: string): number => (text.endsWith(' ms') ? 1 : 1000) * Number.parseFloat(text);

function near(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
}
