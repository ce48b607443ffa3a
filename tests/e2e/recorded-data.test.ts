// Real models' answers and costs, replayed by a provider that knows them: what `profile`, `estimate` and `simulate` say of them is what
// plain sums over the data say, to the cent and beyond.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import type { ModelProfile, Profile } from '../../src/lifecycle/profile/profile.ts';
import { startUpstream } from '../../src/lifecycle/profile/upstream.fixture.ts';
import { fileScope, run, temporaryFolder } from './support.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');
const missing = existsSync(join(DATA, 'mmlu_pro.dev.jsonl.gz'))
  ? false
  : 'the recorded answers are not beside this checkout';

interface Row {
  id: string;
  prompt: string;
  reference: string;
  outcomes: Record<string, { answer?: unknown; input_tokens_est?: number; output_tokens_est?: number }>;
}

/** What one model said to one prompt, and what that cost in nano-dollars. */
interface Recorded {
  text: string;
  input: number;
  output: number;
  cost: number;
}

/** Names of the configuration and of the data, cheapest first. */
const TASKS = {
  choice: {
    file: 'mmlu_pro.dev.jsonl.gz',
    rows: 300,
    models: { llama: 'Meta-Llama-3_1-8B-Instruct', flash: 'gemini-1.5-flash-002', gpt: 'gpt-4o-2024-05-13' },
    accept: [{ one_of: Array.from('ABCDEFGHIJ') }],
    reference: 'exact',
  },
  sums: {
    file: 'zeroeval_math_l5.dev.jsonl.gz',
    rows: 200,
    models: { mini: 'gpt-4o-mini-2024-07-18', gpt: 'gpt-4o-2024-08-06' },
    accept: [{ pattern: '^-?\\d+$' }],
    reference: 'exact',
  },
} as const;
type Task = keyof typeof TASKS;
const NAMES = Object.keys(TASKS) as Task[];

const prices = (): Record<string, { input_per_m: number; output_per_m: number }> =>
  JSON.parse(readFileSync(join(DATA, 'prices.json'), 'utf8')) as never;

/** The name in the configuration; one model can have another version in another task. */
const configured = (task: Task, model: string): string => `${task}-${model}`;

/** Rows that every model of the task has answered. */
function rowsOf(task: Task): { row: Row; said: Record<string, Recorded> }[] {
  const { file, rows, models } = TASKS[task];
  const lines = gunzipSync(readFileSync(join(DATA, file)))
    .toString('utf8')
    .trim()
    .split('\n');
  const all = lines.map((line) => JSON.parse(line) as Row);
  const list = prices();
  return all
    .filter(({ outcomes }) => Object.values(models).every((name) => outcomes[name]?.input_tokens_est !== undefined))
    .slice(0, rows)
    .map((row) => {
      const said: Record<string, Recorded> = {};
      for (const [model, name] of Object.entries(models)) {
        const { answer, input_tokens_est: input = 0, output_tokens_est: output = 0 } = row.outcomes[name] ?? {};
        const { input_per_m: per, output_per_m: out } = list[name] ?? {
          input_per_m: Number.NaN,
          output_per_m: Number.NaN,
        };
        const text = typeof answer === 'string' ? answer : '';
        said[model] = { text, input, output, cost: Math.round(1000 * (input * per + output * out)) };
      }
      return { row, said };
    });
}

/** As production's gate of the task would say it, written without it. */
const isTaken: Record<Task, (text: string) => boolean> = {
  choice: (text) => /^[A-J]$/.test(text.trim()),
  sums: (text) => /^-?\d+$/m.test(text) && /^-?\d+$/.test(text.trim()),
};

const scope = fileScope();

describe('recorded answers of real models', { skip: missing }, () => {
  const folder = missing === false ? temporaryFolder(scope) : '';
  const recorded = missing === false ? Object.fromEntries(NAMES.map((task) => [task, rowsOf(task)])) : {};
  const rows = (task: Task): { row: Row; said: Record<string, Recorded> }[] => recorded[task] ?? [];
  const said = (task: Task, model: string): Recorded[] => rows(task).map((one) => one.said[model] as Recorded);
  const costOf = (task: Task, model: string): number => said(task, model).reduce((sum, { cost }) => sum + cost, 0);
  const isRight = (task: Task, at: number, model: string): boolean =>
    rows(task)[at]?.said[model]?.text.trim() === rows(task)[at]?.row.reference.trim();
  const asked: { count: () => number } = { count: () => 0 };

  const json = async (...args: string[]): Promise<never> => {
    const { stdout, stderr, code } = await run([...args, '--json'], { cwd: folder });
    assert.ok(code === 0 || code === 2, stderr);
    return JSON.parse(stdout) as never;
  };

  before(async () => {
    const byPrompt = new Map(NAMES.flatMap((task) => rows(task).map((one) => [one.row.prompt, { task, ...one }])));
    const upstream = await startUpstream(scope as never, ({ model, prompt }) => {
      const found = byPrompt.get(prompt);
      const [, name = ''] = model.split('/');
      const answer = found?.said[name];
      if (answer === undefined) return { status: 400, text: `nothing is recorded of ${model}` };
      return { text: answer.text, tokens: { input: answer.input, output: answer.output } };
    });
    asked.count = () => upstream.asked.length;
    const list = prices();
    const models: Record<string, object> = {};
    for (const task of NAMES) {
      for (const [index, [model, name]] of Object.entries(TASKS[task].models).entries()) {
        const price = { input: list[name]?.input_per_m, output: list[name]?.output_per_m };
        models[configured(task, model)] = {
          use: `recorded/${task}/${model}`,
          tier: ['small', 'mid', 'frontier'][index],
          price,
        };
      }
      const samples = rows(task).map(({ row }) => ({ id: row.id, prompt: row.prompt, reference: row.reference }));
      const path = join(folder, 'tierline/samples', `${task}.jsonl`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
    }
    const write = (file: string, routes: Record<Task, object>): void => {
      const tasks = Object.fromEntries(
        NAMES.map((task) => {
          const { accept, reference } = TASKS[task];
          const allow = Object.keys(TASKS[task].models).map((model) => configured(task, model));
          return [task, { accept, reference, allow, volume: rows(task).length, route: routes[task] }];
        }),
      );
      const providers = { recorded: { dialect: 'openai', base_url: upstream.url, api_key: 'test' } };
      writeFileSync(join(folder, file), stringify({ providers, models, baseline: 'choice-gpt', tasks }));
    };
    write('tierline.yaml', { choice: { model: 'choice-gpt' }, sums: { model: 'sums-gpt' } });
    write('candidate.yaml', {
      choice: { cascade: ['choice-flash', 'choice-gpt'] },
      sums: { cascade: ['sums-mini', 'sums-gpt'] },
    });
  });

  test('a profile has the sums, shares and lengths of the data', async (t) => {
    const { profiles } = (await json('profile', '--max-usd', '1000')) as { profiles: Profile[] };
    for (const task of NAMES) {
      const profile = profiles.find((one) => one.task === task);
      assert.ok(profile !== undefined);
      const names = Object.keys(TASKS[task].models);
      assert.deepEqual(
        profile.models.map(({ model }) => model).toSorted(),
        names.map((name) => configured(task, name)).toSorted(),
      );
      for (const name of names) {
        const model: ModelProfile | undefined = profile.models.find((one) => one.model === configured(task, name));
        assert.ok(model !== undefined);
        const own = said(task, name);
        assert.equal(model.cost.totalNanoUsd, costOf(task, name), `${task}, ${name}: what it cost`);
        const taken = own.filter(({ text }) => isTaken[task](text)).length;
        const right = own.filter(({ text }, at) => isTaken[task](text) && isRight(task, at, name)).length;
        assert.equal(model.accepted.share, taken / own.length, `${task}, ${name}: what its gates take`);
        assert.equal(model.passRate.share, right / own.length, `${task}, ${name}: what is right`);
        assert.equal(model.outputTokens?.mean, own.reduce((sum, { output }) => sum + output, 0) / own.length);
        assert.deepEqual([model.judged, model.missing, model.refused], [own.length, 0, 0]);
        t.diagnostic(`${task}, ${name}: ${(costOf(task, name) / 1e9).toFixed(6)} USD, ${right} of ${own.length} right`);
      }
    }
    const whole = NAMES.flatMap((task) => Object.keys(TASKS[task].models).map((model) => costOf(task, model)));
    assert.equal(
      profiles.reduce((sum, { spent }) => sum + spent.nanoUsd, 0),
      whole.reduce((sum, cost) => sum + cost, 0),
    );
  });

  test('an estimate of as many calls as there are samples is the sum over the data', async () => {
    interface Estimated {
      task: string;
      models: { model: string; usd: number }[];
      routed: { usd: number };
    }
    const { tasks } = (await json('estimate')) as { tasks: Estimated[] };
    for (const task of NAMES) {
      const found = tasks.find((one) => one.task === task);
      for (const name of Object.keys(TASKS[task].models)) {
        const model = found?.models.find((one) => one.model === configured(task, name));
        if (model !== undefined) isCents(model.usd, costOf(task, name));
      }
      isCents(found?.routed.usd, costOf(task, 'gpt'));
    }
    const behind = (await json('estimate', '--config', 'candidate.yaml')) as { tasks: Estimated[] };
    for (const task of NAMES) {
      const cheap = task === 'choice' ? 'flash' : 'mini';
      const refused = said(task, cheap).filter(({ text }) => !isTaken[task](text)).length / rows(task).length;
      const expected = costOf(task, cheap) + refused * costOf(task, 'gpt');
      isCents(behind.tasks.find((one) => one.task === task)?.routed.usd, expected);
    }
  });

  test('a simulation costs what the calls of the data cost, and is right as often', async () => {
    const askedBefore = asked.count();
    interface Side {
      costNanoUsd: number;
      quality: { share: number };
      escalation: number;
    }
    interface Simulated {
      tasks: { task: string; calls: number; current: Side; candidate: Side }[];
    }
    const { tasks } = (await json('simulate', '--policy', 'candidate.yaml')) as Simulated;
    for (const task of NAMES) {
      const found = tasks.find((one) => one.task === task);
      assert.ok(found !== undefined);
      const cheap = task === 'choice' ? 'flash' : 'mini';
      let cost = 0;
      let right = 0;
      let escalated = 0;
      for (const [at, { said: own }] of rows(task).entries()) {
        const first = own[cheap] as Recorded;
        const isOver = !isTaken[task](first.text);
        cost += first.cost + (isOver ? (own['gpt'] as Recorded).cost : 0);
        const last = isOver ? 'gpt' : cheap;
        if (isTaken[task](own[last]?.text ?? '') && isRight(task, at, last)) right++;
        if (isOver) escalated++;
      }
      assert.equal(found.calls, rows(task).length);
      assert.equal(found.current.costNanoUsd, costOf(task, 'gpt'), `${task}: in force`);
      assert.equal(found.candidate.costNanoUsd, cost, `${task}: candidate`);
      assert.equal(found.candidate.quality.share, right / rows(task).length);
      assert.equal(found.candidate.escalation, escalated / rows(task).length);
    }
    assert.equal(asked.count(), askedBefore, 'nobody was asked');
  });
});

/** Equal to the cent, from nano-dollars. */
function isCents(usd: number | undefined, nanoUsd: number): void {
  assert.ok(usd !== undefined);
  assert.ok(Math.abs(usd - nanoUsd / 1e9) < 0.005, `${usd} is not ${nanoUsd / 1e9}`);
}
