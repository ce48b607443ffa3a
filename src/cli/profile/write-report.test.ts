import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { TaskConfig } from '../../config/config.ts';
import { all, readMarkup, textOf } from '../../lifecycle/report/markup.fixture.ts';
import { profileOf, reportTask } from '../../lifecycle/report/report.fixture.ts';
import { toReportTasks, writeReport } from './write-report.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-report-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const MODELS = [
  { model: 'small', passed: 199, thousand: 1 },
  { model: 'frontier', passed: 200, thousand: 9 },
];
const TASK = reportTask(profileOf('triage', MODELS));

const BASELINE = { baseline: 'frontier', bill: null };

describe('a report', () => {
  test('is written where it was asked for, whole, and told', (t) => {
    const html = join(folderOf(t), 'new', 'report.html');
    assert.deepEqual(writeReport([TASK], { html }, BASELINE), [`report: ${html}`]);
    assert.equal(textOf(all(readMarkup(readFileSync(html, 'utf8').trim()), 'h2')[0]), 'triage');
    assert.deepEqual(readdirSync(join(html, '..')), ['report.html']);
  });

  test('its charts are files that can be read alone', (t) => {
    const svg = join(folderOf(t), 'charts');
    assert.deepEqual(writeReport([TASK], { svg }, BASELINE), [`5 charts: ${svg}`]);
    const files = readdirSync(svg);
    assert.deepEqual(
      files.toSorted(),
      ['frontier', 'gates', 'latency', 'output', 'thresholds'].map((kind) => `triage-${kind}.svg`),
    );
    for (const file of files)
      assert.equal(all(readMarkup(readFileSync(join(svg, file), 'utf8').trim()), 'svg').length, 1);
  });

  test('a task whose name is a path stays in the folder', (t) => {
    const svg = join(folderOf(t), 'charts');
    writeReport([reportTask(profileOf('../../out/\u{0}of', MODELS))], { svg }, BASELINE);
    assert.deepEqual(readdirSync(join(svg, '..')), ['charts']);
    assert.ok(readdirSync(svg).every((file) => file.startsWith('.._.._out__of-')));
  });

  test('that nobody asked for is none', () => {
    assert.deepEqual(writeReport([TASK], {}, BASELINE), []);
  });
});

test('what the configuration says of a task goes with its profile, of one that it does not know nothing', () => {
  const task = { name: 'triage', volume: 12, latencyBudgetMs: 800, owner: 'us' } as TaskConfig;
  const tasks = toReportTasks([TASK.profile, profileOf('old', MODELS)], { tasks: new Map([['triage', task]]) });
  assert.deepEqual(
    tasks.map(({ volume, latencyBudgetMs, owner }) => [volume, latencyBudgetMs, owner]),
    [
      [12, 800, 'us'],
      [null, null, null],
    ],
  );
});
