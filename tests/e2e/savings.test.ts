// What a cascade saves is what arithmetic says: with a cheap model that passes in a share s, a call costs c1 + (1 - s) c2
// in place of the baseline. Real answers of the simulated models, right and wrong, checked by gates that know the solution.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CallRow } from '../../src/call/row.ts';
import type { Usage } from '../../src/call/usage.ts';
import { sendItem } from '../../src/cli/demo/send.ts';
import type { Report } from '../../src/ledger/report.ts';
import type { TaskKind } from '../../src/provider/simulated/models.ts';
import { buildProblem } from '../../src/provider/simulated/problems/build.ts';
import { findMark } from '../../src/provider/simulated/problems/problem.ts';
import { generateWorkload } from '../../src/provider/simulated/workload.ts';
import { reply, type Script, sendJson, startScriptedUpstream } from './scripted-upstream.ts';
import { PACKAGE, readRows, run, type Scope, startGateway, temporaryFolder } from './support.ts';

const CALLS = 120;
/** USD per million tokens of the strong model, which is the baseline; the cheap one costs a share of it. */
const STRONG = { input: 10, output: 40 };
const SEED = 7;

/** A gate that knows the solution: it makes the problem again from the mark in the question. */
const GATE = `
const from = (path) => import(${JSON.stringify(pathToFileURL(join(PACKAGE, 'dist/provider/simulated/problems/')).href)} + path);
const { findMark } = await from('problem.js');
const { buildProblem } = await from('build.js');
export function check(answer, question) {
  const { kind, id } = findMark(question.ask);
  return buildProblem(kind, id).check(answer.text);
}
`;

interface Played {
  rows: CallRow[];
  folder: string;
  /** Share of the cheap answers that passed. */
  passRate: number;
}

interface Case {
  task: TaskKind;
  /** What the cheap model costs, as a share of the strong one. */
  share: number;
  /** The simulated model that is the cheap one; `sim-small` when not said. */
  model?: string;
  accept?: object;
  more?: object;
}

/** Sends the workload of a task through a cascade and reads the ledger. */
async function play(t: Scope, one: Case): Promise<Played> {
  const { task, share, model = 'sim-small', accept = { module: 'gate.mjs' }, more = {} } = one;
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'gate.mjs'), GATE);
  const { providers = {}, models = {} } = more as { providers?: object; models?: object };
  const gateway = await startGateway(t, {
    folder,
    config: {
      providers: { simulated: { seed: SEED, speed: 1_000_000 }, ...providers },
      models: {
        small: { use: `simulated/${model}`, price: { input: STRONG.input * share, output: STRONG.output * share } },
        big: { use: 'simulated/sim-frontier', price: STRONG },
        ...models,
      },
      baseline: 'big',
      tasks: { [task]: { accept: [accept], route: { cascade: ['small', 'big'] } } },
    },
  });
  const items = generateWorkload({ seed: SEED, count: CALLS, tasks: [task] }).entries();
  const send = async (): Promise<void> => {
    for (const [index, item] of items) {
      const shape = { dialect: index % 2 === 0 ? 'openai' : 'anthropic', stream: index % 4 >= 2 } as const;
      const { error } = await sendItem(item, shape, { gatewayUrl: gateway.url, key: 'k' });
      assert.equal(error, null);
    }
  };
  await Promise.all([send(), send()]);
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
  const rows = readRows(gateway.ledgerPath);
  assert.equal(rows.length, CALLS);
  const passed = rows.filter(({ attempts }) => attempts[0]?.verdicts?.every(({ pass }) => pass) === true).length;
  assert.equal(
    rows.filter(({ escalated }) => escalated).length,
    CALLS - passed,
    'every answer that fails is escalated',
  );
  return { rows, folder, passRate: passed / CALLS };
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const tokensAt = (usage: Usage, price: { input: number; output: number }): number =>
  (usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens) *
    price.input *
    1000 +
  usage.outputTokens * price.output * 1000;

/**
 * Baseline less c1 + (1 - s) c2 over the calls: tokens as the ledger has them, prices as configured, the measured pass rate.
 * The strong model is priced where it answered, because harder questions, which need it more often, are also longer.
 */
function formula({ rows, passRate }: Played, share: number): { saving: number; baseline: number } {
  const first = sum(rows.map(({ attempts }) => tokensAt(attempts[0]?.usage as Usage, STRONG)));
  const second = rows.flatMap(({ attempts }) => (attempts[1] === undefined ? [] : [attempts[1].usage as Usage]));
  const c2 = sum(second.map((usage) => tokensAt(usage, STRONG))) / Math.max(1, second.length);
  return { saving: first - (first * share + (1 - passRate) * rows.length * c2), baseline: first };
}

const savingOf = (rows: readonly CallRow[]): number =>
  sum(rows.map(({ costNanoUsd, baselineNanoUsd }) => (baselineNanoUsd as number) - (costNanoUsd as number)));

async function reportOf(folder: string): Promise<{ report: Report; text: string }> {
  const config = join(folder, 'tierline.yaml');
  const json = await run(['report', '--config', config, '--json'], { cwd: folder });
  const text = await run(['report', '--config', config], { cwd: folder });
  return { report: JSON.parse(json.stdout) as Report, text: text.stdout };
}

/** The least and the greatest pass rate that the case is meant to have. */
const CASES: (Case & { between: [number, number] })[] = [
  { task: 'ticket-label', share: 0.1, between: [0.95, 1] },
  { task: 'arithmetic', share: 0.1, between: [0.4, 0.65] },
  { task: 'code-question', share: 0.4, model: 'sim-mid', between: [0.65, 0.9] },
];

for (const { between, ...one } of CASES) {
  test(`a cheap model at ${one.share} of the price saves on ${one.task} what its pass rate says`, async (t) => {
    const played = await play(t, one);
    const { passRate, rows, folder } = played;
    assert.ok(passRate >= between[0] && passRate <= between[1], `pass rate ${passRate}`);
    const { saving } = formula(played, one.share);
    const actual = savingOf(rows);
    assert.ok(Math.abs(actual - saving) <= 0.01 * saving, `${actual} in the ledger, ${saving} by the formula`);
    const { report } = await reportOf(folder);
    assert.equal(report.total.savingsNanoUsd, actual);
    assert.equal(report.total.escalated, Math.round((1 - passRate) * CALLS));
  });
}

test('where s c2 = c1 a cascade saves nothing, and where it is less it loses, which the report says', async (t) => {
  const probe = await play(t, { task: 'code-question', share: 0.2 });
  const { passRate } = probe;
  // The share of the strong model's price at which nothing is won: c1 = s c2.
  const cheap = formula(probe, 0.2);
  const atNothing = 0.2 + cheap.saving / cheap.baseline;
  const even = await play(t, { task: 'code-question', share: atNothing });
  assert.equal(even.passRate, passRate, 'answers do not depend on prices');
  assert.ok(Math.abs(atNothing - passRate) < 0.02, `c1 = ${atNothing} c2 with s = ${passRate}`);
  const { baseline } = formula(even, atNothing);
  assert.ok(Math.abs(savingOf(even.rows)) <= 0.001 * baseline, `${savingOf(even.rows)} of ${baseline}`);

  const share = atNothing + 0.3;
  const losing = await play(t, { task: 'code-question', share });
  const { saving } = formula(losing, share);
  const actual = savingOf(losing.rows);
  assert.ok(saving < 0 && actual < 0);
  assert.ok(Math.abs(actual - saving) <= 0.01 * -saving, `${actual} in the ledger, ${saving} by the formula`);
  const { report, text } = await reportOf(losing.folder);
  assert.equal(report.total.savingsNanoUsd, actual);
  assert.match(text, /code-question .*│ +-\$0\.\d+ │ +-(29|30)\.\d% │/);
});

test('what a judge costs is taken off the savings', async (t) => {
  const upstream = await startScriptedUpstream();
  t.after(() => upstream.close());
  let asked = 0;
  const grade: Script = (visit) => {
    asked++;
    const { conversation, answer } = materialOf(visit.text);
    const { kind, id } = findMark(conversation.at(-1)?.text ?? '') ?? assert.fail('no problem in the question');
    const score = buildProblem(kind, id).check(answer.text) ? 1 : 0;
    const body = JSON.stringify(reply('openai')).replace('"Hello there"', () =>
      JSON.stringify(JSON.stringify({ score, reason: 'checked' })),
    );
    sendJson(visit, 200, JSON.parse(body) as object);
  };
  upstream.on('judge', grade);
  const one: Case = { task: 'arithmetic', share: 0.1 };
  const played = await play(t, {
    ...one,
    accept: { judge: { model: 'judge', rubric: 'It is right.', min: 1 } },
    more: {
      providers: { bench: { dialect: 'openai', base_url: `${upstream.url}/v1` } },
      models: { judge: { use: 'bench/judge', price: { input: 100, output: 200 } } },
    },
  });
  assert.ok(played.passRate > 0.4 && played.passRate < 0.65);
  assert.equal(asked, CALLS, 'nobody judges the last model');
  const judged = CALLS * (10 * 100_000 + 2 * 200_000);
  const saving = formula(played, one.share).saving - judged;
  const actual = savingOf(played.rows);
  assert.ok(Math.abs(actual - saving) <= 0.01 * Math.abs(saving), `${actual} in the ledger, ${saving} by the formula`);
});

interface Material {
  conversation: { role: string; text: string }[];
  answer: { text: string };
}

/** The JSON document inside a judge's prompt. */
function materialOf(body: string): Material {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  const line = messages[0]?.content.split('\n').find((one) => one.startsWith('{"conversation"'));
  return JSON.parse(line ?? assert.fail('no material')) as Material;
}
