import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import type { Config } from '../config/config.ts';
import { doubtsAbout } from '../lifecycle/judges/doubts.ts';
import type { JudgeReport } from '../lifecycle/judges/judge-report.ts';
import { plant, type Scope, scriptedReply, startScriptedJudge } from '../lifecycle/judges/scripted-judge.fixture.ts';
import { hear } from './heard.fixture.ts';
import { type JudgeOptions, judgeCommand } from './judge.ts';

interface Ran {
  code: number;
  text: string;
  warnings: string[];
}

async function run(config: Config, more: Partial<JudgeOptions> = {}): Promise<Ran> {
  const { io, text, warnings } = hear();
  const options = { config, tasks: [], judges: null, pairs: 20, concurrency: 8, maxUsd: 1, ...more };
  const code = await judgeCommand(options, io);
  return { code, text: text(), warnings };
}

const written = (config: Config): JudgeReport =>
  JSON.parse(readFileSync(join(dirname(config.file as string), 'tierline/judges/letters.json'), 'utf8')) as JudgeReport;

async function planted(scope: Scope, reply: (prompt: string) => string | number, samples = 60) {
  const judge = await startScriptedJudge(scope, reply);
  return { judge, config: plant(scope, judge.url, { samples, right: { small: 0.5, mid: 0.7 } }) };
}

describe('tierline judge', () => {
  test('asks about every labelled answer and pair, keeps what was paid, and asks nothing twice', async (t) => {
    const { judge, config } = await planted(t, (prompt) => scriptedReply(prompt, {}));
    const first = await run(config);
    assert.equal(first.code, 0, first.warnings.join('\n'));
    assert.equal(judge.prompts.length, 120 + 40);
    const report = written(config);
    const [grading] = report.judges;
    assert.ok(grading !== undefined);
    assert.deepEqual([report.task, grading.judge, grading.upstream], ['letters', 'arbiter', ['up/real-judge']]);
    assert.equal(grading.labels.count, 120);
    assert.equal(grading.agreement.share, 1);
    assert.equal(grading.verdict, 'trusted');
    assert.equal(grading.cost.known, 120);
    assert.equal(grading.cost.perVerdictNanoUsd, 120_000);
    assert.match(first.text, /arbiter: trusted\. Kappa 1 /);
    const second = await run(config);
    assert.equal(judge.prompts.length, 160);
    assert.equal(second.text, first.text);
  });

  test('a judge that draws lots is not to be trusted, and strictly that is an error', async (t) => {
    const { config } = await planted(t, (prompt) => scriptedReply(prompt, { noise: 1 }));
    const { code, text } = await run(config, { strict: true });
    assert.equal(code, 1);
    assert.equal(written(config).judges[0]?.verdict, 'untrusted');
    assert.match(text, /arbiter: not to be trusted\./);
  });

  test('a judge whose replies are no verdicts is left after twenty of them, and that is the first thing said', async (t) => {
    const { judge, config } = await planted(t, () => 'Well, it depends.');
    const { code, text, warnings } = await run(config, { concurrency: 1 });
    assert.equal(code, 2);
    assert.equal(judge.prompts.length, 20);
    assert.match(text, /arbiter: not to be trusted\. None of its 20 replies was a verdict\./);
    assert.ok(
      warnings.some((line) => /arbiter: 20 replies in a row were no verdict; it is asked no further/.test(line)),
      warnings.join('\n'),
    );
  });

  test('one that mumbles now and then is asked to the end', async (t) => {
    let asked = 0;
    const { judge, config } = await planted(t, (prompt) => (asked++ % 3 === 0 ? scriptedReply(prompt, {}) : 'Hm.'));
    await run(config, { concurrency: 1 });
    assert.equal(judge.prompts.length, 160);
  });

  test('says before it spends what it will, and spends no more than it may', async (t) => {
    const { judge, config } = await planted(t, (prompt) => scriptedReply(prompt, {}));
    await assert.rejects(run(config, { maxUsd: undefined }), /160 questions to arbiter as a judge, about \$0\.0/);
    assert.equal(judge.prompts.length, 0);
    const { code, warnings, text } = await run(config, { maxUsd: 0.004, concurrency: 1 });
    assert.equal(code, 2);
    assert.ok(judge.prompts.length > 5 && judge.prompts.length < 40, String(judge.prompts.length));
    assert.ok(
      warnings.some((line) => /questions are left, the ceiling is reached/.test(line)),
      warnings.join('\n'),
    );
    assert.match(text, /labelled answers have no verdict of it/);
    const rest = await run(config);
    assert.equal(rest.code, 0);
    assert.equal(judge.prompts.length, 160);
  });

  test('a rate limit is waited out and is no verdict', async (t) => {
    let limited = 0;
    const { config } = await planted(t, (prompt) => (limited++ < 3 ? 429 : scriptedReply(prompt, {})), 10);
    const { code } = await run(config, { concurrency: 1 });
    assert.equal(code, 0);
    assert.equal(written(config).judges[0]?.missing, 0);
  });

  test('offline it asks nobody and says what it does not know', async (t) => {
    const { judge, config } = await planted(t, (prompt) => scriptedReply(prompt, {}));
    const { code, text } = await run(config, { offline: true, maxUsd: undefined });
    assert.equal(code, 2);
    assert.equal(judge.prompts.length, 0);
    assert.match(text, /not yet\. Nothing is labelled that it was asked about\. 120 labelled answers have no verdict/);
  });

  test('another model can be graded in place of the one that the gate names', async (t) => {
    const { config } = await planted(t, (prompt) => scriptedReply(prompt, {}), 20);
    const { text } = await run(config, { judges: ['mid'], pairs: 0, json: true });
    const { judges } = JSON.parse(text) as { judges: JudgeReport[] };
    assert.deepEqual(
      judges[0]?.judges.map(({ judge, upstream }) => [judge, upstream]),
      [['mid', ['up/real-mid']]],
    );
    await assert.rejects(run(config, { judges: ['nobody'] }), /There is no model "nobody"/);
  });

  test('a look at another judge, at fewer labels or at no pairs takes nothing away from what is known', async (t) => {
    const { judge, config } = await planted(t, (prompt) => scriptedReply(prompt, {}));
    await run(config);
    const known = written(config).judges[0];
    const count = judge.prompts.length;
    await run(config, { limit: 5, pairs: 0 });
    assert.deepEqual(written(config).judges[0], known);
    assert.equal(judge.prompts.length, count);
    const { code } = await run(config, { judges: ['mid'], limit: 5, pairs: 0 });
    assert.equal(code, 0);
    const { judges } = written(config);
    assert.deepEqual(
      judges.map((one) => [one.judge, one.labels.count, one.missing]),
      [
        ['mid', 5, 0],
        ['arbiter', 120, 0],
      ],
    );
    assert.deepEqual({ ...judges[1], missing: known?.missing }, known);
  });

  test('what a profile asked about right answers alone is not mixed in', async (t) => {
    const { config } = await planted(t, (prompt) => scriptedReply(prompt, {}), 100);
    await run(config, { pairs: 0 });
    const path = join(dirname(config.file as string), 'tierline/answers/letters.jsonl');
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    // A profile keeps replies about what the reference takes.
    const isLow = (line: string): boolean => /"kind":"reply".*score.{1,3}:0\.1,/.test(line);
    writeFileSync(path, `${lines.filter((line) => !isLow(line)).join('\n')}\n`);
    await run(config, { pairs: 0, offline: true });
    const right = written(config).judges[0]?.labels;
    assert.ok(right !== undefined && right.count < 20, JSON.stringify(right));
    await run(config, { pairs: 0, limit: 100 });
    const labels = written(config).judges[0]?.labels;
    assert.ok(
      labels !== undefined && labels.count >= 100 && labels.count < 125 && labels.wrong > 25,
      JSON.stringify(labels),
    );
  });

  test('a task without a judge, or one that nobody configured, is refused by name', async (t) => {
    const { config } = await planted(t, () => '', 5);
    await assert.rejects(run(config, { tasks: ['other'] }), /There is no task "other"/);
    const letters = config.tasks.get('letters');
    assert.ok(letters !== undefined);
    const bare = { ...config, tasks: new Map([['letters', { ...letters, accept: [] }]]) };
    await assert.rejects(run(bare, { tasks: ['letters'] }), /The task letters has no judge among its gates/);
    await assert.rejects(run(bare), /No task that has samples has a judge/);
  });

  test('a judge whose provider refuses the key is left at once, one that keeps failing after a few tries', async (t) => {
    for (const [status, most] of [
      [401, 8],
      [500, 60],
    ] as const) {
      const { judge, config } = await planted(t, () => status, 40);
      const { code, warnings } = await run(config, { pairs: 0 });
      assert.equal(code, 2);
      assert.ok(judge.prompts.length <= most, `${status}: ${judge.prompts.length}`);
      assert.ok(
        warnings.some((line) => /arbiter: 80 questions are left, its provider/.test(line)),
        warnings.join('\n'),
      );
      assert.equal(written(config).judges[0]?.labels.count, 0);
    }
  });

  test('a profile doubts the judge of a gate until it is graded and trusted', async (t) => {
    const { config } = await planted(t, (prompt) => scriptedReply(prompt, {}));
    const letters = config.tasks.get('letters');
    assert.ok(letters !== undefined);
    const path = join(dirname(config.file as string), 'tierline/judges/letters.json');
    const doubts = (): string[] => doubtsAbout(letters, { config, samples: [], path });
    assert.deepEqual(doubts(), ['the judge arbiter has not been graded against labels']);
    await run(config, { limit: 10 });
    assert.match(doubts()[0] ?? '', /^the judge arbiter is not trusted yet \(10 labels, and 30 are the least/);
    await run(config);
    assert.deepEqual(doubts(), []);
  });

  test('its lines stay within 110 columns but for sentences', async (t) => {
    const { config } = await planted(t, (prompt) => scriptedReply(prompt, {}), 30);
    const { text } = await run(config);
    const table = text.split('\n').filter((line) => /[│┌└├]/.test(line));
    assert.ok(table.length > 3);
    for (const line of table) assert.ok(line.length <= 110, line);
  });
});
