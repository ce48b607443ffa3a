import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  folderWith,
  linesOf,
  type Script,
  scriptedConfig,
  startUpstream,
} from '../lifecycle/evaluate/scripted.fixture.ts';
import { answerKey } from '../lifecycle/profile/answer.ts';
import { toSample } from '../lifecycle/samples/sample.ts';
import { type EvaluateOptions, evaluateCommand } from './evaluate.ts';

const SAMPLES = Array.from({ length: 40 }, (_, at) => ({ id: `s${at}`, prompt: `question ${at}`, reference: 'A' }));
/** `small` is wrong about every fourth sample. */
const SCRIPT: Script = ({ model, text }) => (model === 's' && Number(text.split(' ')[1]) % 4 === 0 ? 'B' : 'A');
const tasks = (route: string): string => `{ t: { output: { typical_tokens: 10 }, route: ${route} } }`;

async function prepared(
  t: TestContext,
  { script = SCRIPT, samples = SAMPLES }: { script?: Script; samples?: object[] } = {},
) {
  const upstream = await startUpstream(t, script);
  const folder = folderWith(t, { 'tierline/evaluation/t.jsonl': linesOf(samples) });
  const configOf = (route: string) => scriptedConfig(folder, upstream.url, tasks(route));
  const inForce = configOf('mid');
  const run = async (more: Partial<EvaluateOptions> = {}) => {
    let page = '';
    const warnings: string[] = [];
    const io = { print: (text: string) => (page += text), warn: (text: string) => warnings.push(text), isTTY: false };
    const options = { config: inForce, inForce, tasks: [], concurrency: 4, minSamples: 30, yes: true, ...more };
    const code = await evaluateCommand(options, io);
    return { code, page, warnings };
  };
  return { upstream, folder, inForce, configOf, run };
}

test('a candidate is held against the configuration in force, and a drop or rise over a bound is exit code 1', async (t) => {
  const { run, configOf } = await prepared(t);
  const first = await run();
  assert.equal(first.code, 0);
  assert.match(first.page, /^t: 100 % pass \(91\.2 % to 100 %\) of 40; \$0\.0011 per call, \$0\.0011 per pass\n/);
  const candidate = configOf('small');
  const worse = await run({ config: candidate, maxQualityDrop: 0.01, maxCostRise: 0.1 });
  assert.equal(worse.code, 1);
  assert.match(worse.page, /pass rate -25 points \(-\d[\d.]* to -\d[\d.]*\)/);
  assert.match(worse.page, /cost per call -90 % \(-90 % to -90 %\): \$0\.00011 after \$0\.0011/);
  assert.match(worse.page, /passed before, fails now: 10\n {4}s\d+ {2}mid, now small: reference\n/);
  assert.match(worse.page, /=> The pass rate has dropped by more than 1 points?: at the very least it is -/);
  const dearer = await run({ maxCostRise: 0.1 });
  assert.equal(dearer.code, 1, 'the one in force is held against the candidate in turn');
  assert.match(dearer.page, /=> A call costs over 10 % more than before: at the very least it is \+900 %/);
});

test('nothing is spent without leave, and the question says what it would cost', async (t) => {
  const { run, upstream, folder } = await prepared(t);
  await assert.rejects(
    run({ yes: false }),
    /^Error: This would ask 40 calls of t, about \$0\.\d+, judges not included\. Nobody is here to ask: say how much it may spend with --max-usd, or --yes\.$/,
  );
  assert.equal(upstream.asked.length, 0);
  assert.deepEqual(readdirSync(join(folder, 'tierline/evaluations/t')), [], 'what was refused is no run');
  await assert.rejects(run({ offline: true }), /^Error: There is no evaluation of t with this configuration/);
  const again = await run({ yes: false, maxUsd: 1 });
  assert.equal(again.code, 0);
  assert.match(again.warnings.join('\n'), /40 calls of t, about \$0\.\d+, judges not included; at most \$1\.00/);
  assert.equal(readdirSync(join(folder, 'tierline/evaluations/t')).length, 1);
});

test('a run that the ceiling has ended is not enough evidence, whatever the bounds', async (t) => {
  const { run } = await prepared(t);
  const { code, page, warnings } = await run({ maxUsd: 0.01 });
  assert.equal(code, 2);
  assert.match(page, /=> \d+ of 40 samples have no verdict yet: run it again, it goes on where it ended\./);
  assert.match(warnings.join('\n'), /t: \d+ questions are left, the ceiling is reached; run it again to go on/);
  assert.equal((await run()).code, 0);
});

test('a bound on nothing to compare with is not enough evidence', async (t) => {
  const { run } = await prepared(t);
  const { code, page } = await run({ maxQualityDrop: 0.01 });
  assert.equal(code, 2);
  assert.match(page, /=> There is no earlier run to hold this one against\./);
});

test('an unknown run, task or folder without samples is refused before anything is spent', async (t) => {
  const { run, upstream, folder } = await prepared(t);
  await assert.rejects(run({ against: 'nope' }), /There is no other run "nope" of t\. Runs: none\./);
  await assert.rejects(run({ tasks: ['u'] }), /There is no task "u"\. Tasks: t\./);
  await assert.rejects(run({ folder: join(folder, 'nothing') }), /No task has samples to be evaluated with\./);
  assert.equal(upstream.asked.length, 0);
});

test('samples that models were measured with are named before anything is asked', async (t) => {
  const { inForce, run, folder } = await prepared(t);
  mkdirSync(join(folder, 'tierline/answers'));
  const answers = SAMPLES.slice(0, 12).map((line) => ({
    kind: 'answer',
    key: answerKey(toSample(line), ['local/s']),
    upstream: 'local/s',
    costNanoUsd: 0,
  }));
  writeFileSync(join(folder, 'tierline/answers/t.jsonl'), linesOf(answers));
  const { warnings, page } = await run({ config: inForce });
  assert.match(warnings[0] ?? '', /^t: 12 of 40 samples were used to measure models and choose thresholds;/);
  assert.match(page, /of the 28 samples not used for choosing: 100 % pass/);
});

test('programs get everything as JSON, GitHub as Markdown, other systems as JUnit', async (t) => {
  const { run, configOf, folder } = await prepared(t);
  await run();
  const files = { summary: join(folder, 's.md'), junit: join(folder, 'j.xml') };
  const { page, code } = await run({ config: configOf('small'), json: true, maxQualityDrop: 0.01, ...files });
  const data = JSON.parse(page) as {
    exitCode: number;
    tasks: { summary: { judged: number }; results: { sample: string; pass: boolean; costNanoUsd: number }[] }[];
  };
  assert.equal(data.exitCode, code);
  const results = data.tasks[0]?.results ?? [];
  assert.equal(results.length, 40);
  assert.deepEqual(results.find(({ sample }) => sample === 's4')?.pass, false);
  assert.equal(results[0]?.costNanoUsd, 110_000);
  const markdown = readFileSync(files.summary, 'utf8');
  assert.match(markdown, /^## Evaluation\n\n\| {2}\| task \| pass \|/);
  assert.match(markdown, /\| ❌ \| t \| 75 % of 40 \| -25 points \(/);
  assert.equal(markdown.match(/^\| s\d+ \| mid \| small \| reference \|$/gm)?.length, 10);
  const xml = readFileSync(files.junit, 'utf8');
  assert.match(xml, /<testsuite name="t" tests="40" failures="10" errors="0" skipped="0" time="\d+\.\d{3}">/);
  assert.equal(xml.match(/<failure message="small: reference">differs from the reference<\/failure>/g)?.length, 10);
});

test('what a sample is called breaks neither Markdown nor XML', async (t) => {
  const samples = [{ id: '<b>&"|\u{1}', prompt: 'question 0', reference: 'A' }];
  const { run, configOf, folder } = await prepared(t, { samples });
  await run();
  const files = { summary: join(folder, 's.md'), junit: join(folder, 'j.xml') };
  await run({ config: configOf('small'), ...files });
  assert.match(readFileSync(files.summary, 'utf8'), /\| &lt;b&gt;&amp;"\\\|/);
  const xml = readFileSync(files.junit, 'utf8');
  assert.match(xml, /name="&lt;b&gt;&amp;&quot;\|\u{fffd}"/u);
});

test('a run that was killed goes on, pays nothing twice and comes to the same', async (t) => {
  const { upstream, folder } = await prepared(t);
  const config = `
providers: { local: { dialect: openai, base_url: "${upstream.url}" } }
models: { mid: { use: local/m, tier: mid, price: { input: 10, output: 10 } } }
ledger: { path: ":memory:" }
tasks: ${tasks('mid')}
`;
  writeFileSync(join(folder, 'tierline.yaml'), config);
  const main = join(import.meta.dirname, 'main.ts');
  const start = () =>
    spawn(process.execPath, [main, 'evaluate', '--yes', '--concurrency', '2', '-c', join(folder, 'tierline.yaml')], {
      stdio: 'ignore',
    });
  const child = start();
  while (upstream.asked.length < 10 && child.exitCode === null) await wait(2);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const before = upstream.asked.length;
  const again = start();
  const code = await new Promise((resolve) => again.once('exit', resolve));
  assert.equal(code, 0);
  const evaluations = join(folder, 'tierline/evaluations/t');
  const [file = '', ...others] = readdirSync(evaluations);
  assert.deepEqual(others, [], 'one run, and nothing left beside it');
  const lines = readFileSync(join(evaluations, file), 'utf8').trim().split('\n');
  const kept = lines.flatMap((line) => {
    try {
      const { kind, key } = JSON.parse(line) as { kind: string; key: string };
      return kind === 'call' ? [key] : [];
    } catch {
      return [];
    }
  });
  assert.equal(new Set(kept).size, 40);
  assert.equal(kept.length, 40, 'no sample was answered twice');
  assert.ok(
    upstream.asked.length <= 42,
    `${upstream.asked.length} asked, ${before} before the kill: at most two were under way`,
  );
});
