import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { judgePrompt } from '../gate/judge-prompt.ts';
import type { Calibration } from '../lifecycle/calibrate/calibration.ts';
import { questionOf } from '../lifecycle/judges/labelled.ts';
import { keptAnswer, type Scope } from '../lifecycle/judges/scripted-judge.fixture.ts';
import { fromKept, type KeptLine, replyKey } from '../lifecycle/profile/answer.ts';
import { type SampleLine, toSample } from '../lifecycle/samples/sample.ts';
import { createRandom } from '../stats/random.ts';
import { type CalibrateOptions, calibrateCommand } from './calibrate.ts';
import { hear } from './heard.fixture.ts';

interface Made {
  count: number;
  accept: string;
  route?: string;
  /** The text of a cheap answer that is right or wrong, at a score from 0 to 1. */
  say?: (isRight: boolean, score: number) => string;
  rightAt?: (score: number) => number;
  hasReference?: boolean;
  /** What the judge `arbiter` has said of each cheap answer; null for nothing. */
  judged?: ((isRight: boolean, score: number) => number) | null;
}

const telling = (score: number): number => (score >= 0.6 ? 0.995 : 0.5);
const labelled = (isRight: boolean, score: number): string =>
  JSON.stringify({ label: isRight ? 'yes' : 'no', confidence: score });

function make(scope: Scope, made: Made): Config {
  const {
    count,
    accept,
    route = '{ cascade: [small, mid] }',
    say = labelled,
    rightAt = telling,
    hasReference = true,
    judged = null,
  } = made;
  const folder = mkdtempSync(join(tmpdir(), 'calibrate-'));
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  const random = createRandom(11);
  const samples: SampleLine[] = [];
  const answers: KeptLine[] = [];
  for (let at = 0; at < count; at++) {
    const line: SampleLine = { id: `s${at}`, prompt: `Question ${at}?`, ...(hasReference ? { reference: 'yes' } : {}) };
    const sample = toSample(line);
    const score = Math.round(random() * 100) / 100;
    const isRight = random() < rightAt(score);
    const small = keptAnswer(sample, 'small', say(isRight, score));
    samples.push(line);
    answers.push(small, keptAnswer(sample, 'mid', say(random() < 0.995, 1)));
    if (judged === null || small.answer === null) continue;
    const prompt = judgePrompt('Right.', fromKept(small.answer), questionOf(sample));
    const text = JSON.stringify({ score: judged(isRight, score), reason: '' });
    answers.push({
      kind: 'reply',
      key: replyKey(['up/real-judge'], prompt),
      model: 'arbiter',
      at: small.at,
      text,
      costNanoUsd: 100,
    });
  }
  for (const [kind, lines] of Object.entries({ samples, answers })) {
    mkdirSync(join(folder, 'tierline', kind), { recursive: true });
    writeFileSync(
      join(folder, 'tierline', kind, 'triage.jsonl'),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
  }
  const file = join(folder, 'tierline.yaml');
  writeFileSync(
    file,
    `# Kept as it is.
providers: { up: { dialect: openai, base_url: "http://127.0.0.1:1/v1", api_key: "\${KEY:-k}" } }
models:
  small: { use: up/real-small, tier: small }
  mid: { use: up/real-mid, tier: mid }
  arbiter: up/real-judge
tasks:
  triage:
    reference: { compare: text, at: /label }
    accept:
${accept}
    route: ${route}
`,
  );
  return loadConfig({ path: file, env: {} });
}

interface Ran {
  code: number;
  text: string;
  warnings: string[];
}

async function run(config: Config, more: Partial<CalibrateOptions> = {}): Promise<Ran> {
  const { io, text, warnings } = hear();
  const code = await calibrateCommand({ config, tasks: [], cascade: null, env: {}, ...more }, io);
  return { code, text: text(), warnings };
}

async function calibrated(config: Config, more: Partial<CalibrateOptions> = {}): Promise<Calibration> {
  const { text } = await run(config, { ...more, json: true });
  const [calibration] = (JSON.parse(text) as { calibrations: Calibration[] }).calibrations;
  assert.ok(calibration !== undefined);
  return calibration;
}

const CONFIDENCE = '      - confidence: { at: /confidence, min: 20% } # how sure it says it is';
const fileOf = ({ file }: Config): string => readFileSync(file as string, 'utf8');

describe('tierline calibrate', () => {
  test('shows the change as a diff with its unit, and leaves the file alone', async (t) => {
    const config = make(t, { count: 600, accept: CONFIDENCE });
    const before = fileOf(config);
    const { code, text, warnings } = await run(config);
    assert.equal(code, 0);
    assert.match(text, /^triage \(small, then mid\): change\. 9\d(\.\d)? % right in place of/);
    assert.match(
      text,
      /\n-      - confidence: \{ at: \/confidence, min: 20% \} # how sure it says it is\n\+      - confidence: \{ at: \/confidence, min: [56]\d% \} # how sure it says it is\n/,
    );
    assert.deepEqual(warnings, ['nothing was changed; --write changes the file']);
    assert.equal(fileOf(config), before);
    for (const line of text.split('\n').filter((each) => /[│┌└├]/.test(each))) assert.ok(line.length <= 110, line);
  });

  test('writes only that number, and the next run keeps it', async (t) => {
    const config = make(t, { count: 600, accept: CONFIDENCE });
    const before = fileOf(config);
    await run(config, { write: true });
    const after = fileOf(config);
    assert.equal(after.replace(/min: \d+%/, 'min: 20%'), before);
    assert.notEqual(after, before);
    const next = loadConfig({ path: config.file as string, env: {} });
    const { verdict, dials } = await calibrated(next);
    assert.deepEqual([verdict, dials[0]?.chosen], ['keep', dials[0]?.inForce]);
    const again = await run(next, { write: true });
    assert.deepEqual([fileOf(config), again.warnings], [after, []]);
  });

  test('never writes over what somebody else has written meanwhile', async (t) => {
    const config = make(t, { count: 600, accept: CONFIDENCE });
    const other = `${fileOf(config)}# An edit.\n`;
    const io = { print: () => writeFileSync(config.file as string, other), warn: () => undefined, isTTY: false };
    await assert.rejects(
      calibrateCommand({ config, tasks: [], cascade: null, write: true, env: {} }, io),
      /was changed meanwhile; nothing was written/,
    );
    assert.equal(fileOf(config), other);
  });

  test('refuses a result that would be no configuration', async (t) => {
    const config = make(t, { count: 600, accept: CONFIDENCE });
    const before = fileOf(config);
    // The environment in which it is checked lacks what the configuration needs.
    const needy = before.replace('${KEY:-k}', '${KEY}');
    writeFileSync(config.file as string, needy);
    await assert.rejects(run(config, { write: true }), /would not be valid; nothing was changed\. .*KEY/s);
    assert.equal(fileOf(config), needy);
  });

  test('changes no number that comes from the environment', async (t) => {
    const config = make(t, { count: 600, accept: '      - confidence: { at: /confidence, min: "${MIN:-20%}" }' });
    const before = fileOf(config);
    await assert.rejects(
      run(config, { write: true }),
      /accept\[0\]\.confidence\.min in line \d+ comes from the environment/,
    );
    assert.equal(fileOf(config), before);
  });

  test('scores that tell nothing change nothing', async (t) => {
    const config = make(t, { count: 600, accept: CONFIDENCE, rightAt: () => 0.7 });
    const { text } = await run(config, { write: true });
    assert.match(text, /: no change\. No threshold helps: /);
    assert.doesNotMatch(text, /@@/);
  });

  test('with few labels it says so and ends with 2', async (t) => {
    const config = make(t, { count: 30, accept: CONFIDENCE });
    const { code, text } = await run(config);
    assert.equal(code, 2);
    assert.match(text, /: too little is known\. 15 labelled answers in the smaller half, and 30 are the least\./);
    assert.equal((await calibrated(config, { minLabels: 15 })).cases.chosenOn, 15);
  });

  test('a bound on length is turned in whole numbers', async (t) => {
    const say = (isRight: boolean, score: number): string =>
      `{"label":"${isRight ? 'yes' : 'no'}"}${' word'.repeat(Math.round(100 - score * 100))}`;
    const reference = '    accept:\n      - length: { max_words: 95, min_words: 0 }';
    const config = make(t, { count: 600, accept: reference.split('\n').slice(1).join('\n'), say });
    // The label is the first word: the reference looks for it in the text.
    writeFileSync(config.file as string, fileOf(config).replace('{ compare: text, at: /label }', 'contains'));
    const { verdict, dials, say: said } = await calibrated(loadConfig({ path: config.file as string, env: {} }));
    assert.equal(verdict, 'change', said);
    const bound = dials.find(({ name }) => name === 'length.max_words');
    assert.ok(
      bound !== undefined && Number.isInteger(bound.chosen) && (bound.chosen ?? 0) > 35 && (bound.chosen ?? 0) < 60,
      JSON.stringify(dials),
    );
  });
});

describe('a judge', () => {
  const JUDGE = '      - judge: { model: arbiter, rubric: Right., min: 0.1 }';
  const known = (isRight: boolean, score: number): number => (isRight ? 0.5 + score / 2 : score * 0.8);

  test('has its bound chosen by the verdicts that are kept', async (t) => {
    const config = make(t, { count: 600, accept: JUDGE, rightAt: () => 0.7, judged: known });
    const { verdict, dials, say, chosen } = await calibrated(config);
    assert.equal(verdict, 'change', say);
    assert.ok((dials[0]?.chosen ?? 0) > 0.5 && (dials[0]?.chosen ?? 1) < 0.81, JSON.stringify(dials));
    // Every cheap answer has cost a verdict too.
    assert.ok((chosen?.perCallNanoUsd ?? 0) > 1100);
  });

  test('that has not been asked is no truth: the command that asks it is named', async (t) => {
    const { verdict, cases, say } = await calibrated(make(t, { count: 100, accept: JUDGE }));
    assert.deepEqual([verdict, cases.left.unjudged], ['few', 100]);
    assert.match(say, /about 100 a judge has not been asked: `tierline judge triage`/);
  });

  test('that has been asked and gave no verdict is not said to be unasked', async (t) => {
    const config = make(t, { count: 100, accept: JUDGE, judged: () => 0.5 });
    const path = join(dirname(config.file as string), 'tierline/answers/triage.jsonl');
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const isReply = (line: string): boolean => line.includes('"kind":"reply"');
    const mute = lines.filter(isReply).map((line) => JSON.stringify({ ...JSON.parse(line), text: 'Hm.' }));
    const write = (replies: readonly string[]): void =>
      writeFileSync(path, `${[...lines.filter((line) => !isReply(line)), ...replies].join('\n')}\n`);
    write(mute);
    assert.match((await calibrated(config)).say, /; none of the \d+ replies of a judge was a verdict$/);
    write(mute.slice(2));
    assert.match(
      (await calibrated(config)).say,
      /; 2 have no verdict, and none of the \d+ replies of a judge was a verdict$/,
    );
    write(lines.filter(isReply).slice(2));
    assert.match(
      (await calibrated(config)).say,
      /; 2 have no verdict of a judge: `tierline judge triage` asks it only/,
    );
  });

  test('stands for the labels only when it is trusted, and its own bound stays then', async (t) => {
    const accept = `${CONFIDENCE}\n${JUDGE.replace('0.1', '0.5')}`;
    const config = make(t, { count: 600, accept, hasReference: false, judged: (isRight) => (isRight ? 1 : 0) });
    await assert.rejects(
      run(config, { oracle: 'arbiter' }),
      /The judge arbiter of triage has not been graded against labels/,
    );
    await assert.rejects(run(config, { oracle: 'mid' }), /mid is no judge among the gates of triage/);
    const grading = {
      judge: 'arbiter',
      upstream: ['up/real-judge'],
      rubric: 'Right.',
      min: 0.5,
      verdict: 'trusted',
      say: '',
      pairwise: { verdict: 'open', say: '' },
    };
    const folder = join(dirname(config.file as string), 'tierline/judges');
    mkdirSync(folder);
    const report = { version: 1, task: 'triage', madeAt: '2026-01-01T00:00:00.000Z', judges: [grading] };
    writeFileSync(join(folder, 'triage.json'), JSON.stringify(report));
    const { truth, dials, cases, verdict, say } = await calibrated(config, { oracle: 'arbiter' });
    assert.equal(truth, 'judge');
    assert.deepEqual(
      dials.map(({ name, isFree }) => [name, isFree]),
      [
        ['confidence.min', true],
        ['judge.min', false],
      ],
    );
    assert.equal(cases.left.unlabelled, 0);
    // It was asked about none of the last model's answers but those that are cheap ones as well.
    assert.ok(cases.imputed > 590 && verdict === 'few', `${cases.imputed} ${verdict}`);
    assert.match(say, /^of \d answers of mid it is known whether they are right, and 30 are the least$/);
  });
});

describe('a task', () => {
  test('whose route is no cascade, or whose gates have no number, is told why', async (t) => {
    const plain = make(t, { count: 40, accept: CONFIDENCE, route: 'mid' });
    await assert.rejects(run(plain), /No task that has samples has a cascade/);
    assert.match(
      (await run(plain, { tasks: ['triage'] })).text,
      /route is no cascade of models.*name one with --cascade/,
    );
    assert.equal((await calibrated(plain, { cascade: ['small', 'mid'], minLabels: 20 })).cases.chosenOn, 20);
    await assert.rejects(run(plain, { cascade: ['tiny'] }), /There is no model "tiny"/);
    const bare = make(t, { count: 40, accept: '      - refusal: true' });
    assert.match((await run(bare)).text, /none of its gates has a number/i);
  });

  test('without labels or answers is told what is missing', async (t) => {
    const config = make(t, { count: 50, accept: CONFIDENCE, hasReference: false });
    assert.match((await run(config)).text, /of 50 nobody knows what is right/);
    const empty = make(t, { count: 50, accept: CONFIDENCE });
    writeFileSync(join(dirname(empty.file as string), 'tierline/answers/triage.jsonl'), '');
    assert.match((await run(empty)).text, /50 samples have no answer of a cheap model: `tierline profile triage`/);
    assert.equal(statSync(empty.file as string).isFile(), true);
  });
});
