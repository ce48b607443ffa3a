// The command as it is typed: options, sums that were published, sentences for wrong input, exit codes.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { Command } from 'commander';
import { rateOf, sampleProfile } from '../../lifecycle/estimate/sample.fixture.ts';
import { placesOf } from '../../lifecycle/places.ts';
import type { ProfileVerdict } from '../../lifecycle/profile/profile.ts';
import { defineEstimate } from './estimate.ts';

const AT = ['--at', '2026-11-24T12:00Z'];

/** What the command prints; throws what it complains about. */
async function run(...args: string[]): Promise<string> {
  const printed: string[] = [];
  const complaints: string[] = [];
  const program = new Command('tierline').exitOverride().configureOutput({ writeErr: (text) => complaints.push(text) });
  program.command('other');
  defineEstimate(program, {
    print: (text) => printed.push(text),
    warn: (text) => complaints.push(text),
    isTTY: false,
  });
  const estimate = program.commands.find((command) => command.name() === 'estimate');
  for (const command of estimate?.commands ?? []) {
    command.exitOverride().configureOutput({ writeErr: (text) => complaints.push(text) });
  }
  try {
    await program.parseAsync(['estimate', ...args], { from: 'user' });
  } catch (error) {
    throw new Error(`${complaints.join('')}${(error as Error).message}`, { cause: error });
  }
  return printed.join('\n');
}

type Json = Record<string, unknown>;

async function json(...args: string[]): Promise<Json> {
  return JSON.parse(await run(...args, '--json')) as Json;
}

afterEach(() => {
  process.exitCode = 0;
});

const CALL = ['call', '-i', '500', '-o', '300', ...AT];
const MIX = ['mix', '--cheap', 'claude-haiku-4-5', '--strong', 'claude-opus-4-7', '-i', '500', '-o', '300', ...AT];
const MONTH = ['month', '--baseline', 'claude-sonnet-4-6', '--cheap', 'claude-haiku-4-5', ...AT];
const TOKENS = ['--input', '80e6', '--output', '20e6'];

describe('published sums', () => {
  const calls: [string, number][] = [
    ['claude-haiku-4-5', 0.002],
    ['claude-sonnet-4-6', 0.006],
    ['claude-opus-4-7', 0.01],
    ['gpt-5.5', 0.0115],
  ];
  for (const [model, usd] of calls)
    test(`500 tokens in and 300 out cost ${usd} USD on ${model}`, async () => {
      assert.equal((await json(...CALL, '--model', model))['usd'], usd);
    });

  const mixes: [string, number][] = [
    ['0.7', 0.0054],
    ['90%', 0.0038],
  ];
  for (const [share, usd] of mixes)
    test(`${share} to Haiku 4.5, the rest to Opus 4.7, with 0.001 USD for deciding cost ${usd} USD a call`, async () => {
      const mix = await json(...MIX, '--share', share, '--overhead', '0.001');
      assert.deepEqual([mix['usd'], mix['pays'], mix['break_even_share']], [usd, true, 0.125]);
    });

  test('100 million tokens, 80 to 20, on Sonnet 4.6 cost 540 USD, and 342 behind Haiku 4.5 at 70 %', async () => {
    const month = await json(...MONTH, ...TOKENS, '--pass-rate', '0.7');
    const { baseline_usd, cascade_usd, break_even_pass_rate, savings_usd, savings_share, cascade_pays, cheapest } =
      month;
    assert.deepEqual(
      { baseline_usd, cascade_usd, break_even_pass_rate, savings_usd, savings_share, cascade_pays, cheapest },
      {
        baseline_usd: 540,
        cascade_usd: 342,
        break_even_pass_rate: 0.3333,
        savings_usd: 198,
        savings_share: 0.3667,
        cascade_pays: true,
        cheapest: 'cascade',
      },
    );
    assert.equal(month['predicted_usd'], null);
  });
});

describe('tierline estimate call', () => {
  test('says in one sentence what a call costs', async () => {
    assert.equal(
      await run(...CALL, '-m', 'claude-haiku-4-5'),
      'claude-haiku-4-5 costs $0.002 a call: 500 tokens in, 300 out.',
    );
    assert.equal(process.exitCode, 0);
  });

  test('sets models beside each other, cheapest first, and says that they count differently', async () => {
    const text = await run(...CALL, '-m', 'gpt-5.5', '-m', 'anthropic/claude-haiku-4-5', '-m', 'claude-opus-4-7');
    const [verdict = ''] = text.split('\n');
    assert.match(verdict, /^anthropic\/claude-haiku-4-5 is cheapest at \$0\.002 a call, gpt-5\.5 dearest at \$0\.0115/);
    assert.deepEqual(
      [...text.matchAll(/^│ ([\w./-]+) .* x ([\d.]+) │/gm)].map(([, name, times]) => [name, times]),
      [
        ['anthropic/claude-haiku-4-5', '1'],
        ['claude-opus-4-7', '5'],
        ['gpt-5.5', '5.75'],
      ],
    );
    assert.match(text, /Tokens are taken as given, for every model the same; of the same text/);
    const { models } = await json(...CALL, '-m', 'gpt-5.5', '-m', 'claude-haiku-4-5');
    assert.deepEqual(
      (models as Json[]).map((model) => [model['model'], model['usd']]),
      [
        ['gpt-5.5', 0.0115],
        ['claude-haiku-4-5', 0.002],
      ],
    );
  });

  test('prices caches and batches', async () => {
    const usd = async (...more: string[]) => (await json('call', '-m', 'claude-haiku-4-5', ...AT, ...more))['usd'];
    // 200 x 1000 + 800 x 100; the same as a share; with 100 of the 200 written; a cached batch at 5 % of input.
    assert.equal(await usd('-i', '1k', '-o', '0', '--cached', '800'), 0.00028);
    assert.equal(await usd('-i', '1k', '-o', '0', '--cached-share', '80%'), 0.00028);
    assert.equal(await usd('-i', '1k', '-o', '0', '--cached', '800', '--cache-write', '100'), 0.000305);
    assert.equal(await usd('-i', '1k', '-o', '0', '--cached', '1k', '--batch'), 0.00005);
    assert.match(
      await run('call', '-m', 'claude-haiku-4-5', '-i', '1k', '-o', '0', '--cached', '800', '--batch'),
      /1,000 tokens in \(800 from the cache\), 0 out, in a batch\./,
    );
  });

  test('has the price of the moment, which may differ by the hour', async () => {
    const at = (hour: string) =>
      json('call', '-m', 'deepseek-v4-flash', '-i', '1k', '-o', '0', '--at', `2026-11-24T${hour}:00Z`);
    assert.equal((await at('12'))['usd'], 0.00022);
    assert.equal((await at('02'))['usd'], 0.00044);
    assert.match(String((await at('02'))['notes']), /depends on the hour/);
  });

  test('fails where a price is not known, and still says what is', async () => {
    const priced = await json(...CALL, '-m', 'deepseek-v4-flash', '-m', 'claude-haiku-4-5', '--batch');
    assert.deepEqual(
      (priced['models'] as Json[]).map((model) => model['usd']),
      [null, 0.001],
    );
    assert.match(String(priced['notes']), /no batch price of deepseek-v4-flash/);
    assert.equal(process.exitCode, 1);
    assert.match(
      await run(...CALL, '-m', 'deepseek-v4-flash', '--batch'),
      /^What a call costs is not known: deepseek-v4-flash has no batch price/,
    );
    assert.match(
      await run('call', '-m', 'text-embedding-3-small', '-i', '500', '-o', '10', ...AT),
      /^What a call costs is not known: text-embedding-3-small has no price for output \(500 tokens in, 10 out\)\./,
    );
  });

  test('where a form is none names those that there are', async () => {
    await assert.rejects(run('foo'), /There is no form "foo" of estimate\. Choose call, mix, month or tasks/);
  });

  test('tells in its help where the options of the bill of tasks are', () => {
    const program = new Command('tierline');
    defineEstimate(program, { print: () => undefined, warn: () => undefined, isTTY: false });
    let help = '';
    const [estimate] = program.commands;
    estimate?.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
    assert.match(help, /`tierline estimate tasks --help` has the options of the bill of the tasks/);
  });

  const wrong: [string[], RegExp][] = [
    [
      ['-i', '500', '-o', '300', '-m', 'claude-hiku-4-5'],
      /There is no model "claude-hiku-4-5"\. Did you mean claude-haiku-4-5/,
    ],
    [
      ['-i', '-5', '-o', '300', '-m', 'gpt-5.5'],
      /'-5' is invalid\. A whole number is expected: 500, 500k, 80M or 80e6/,
    ],
    [['-i', '0.5', '-o', '300', '-m', 'gpt-5.5'], /'0\.5' is invalid/],
    [['-i', '1e16', '-o', '300', '-m', 'gpt-5.5'], /more than 1e15/],
    [
      ['-i', '80M', '-o', '300', '-m', 'gpt-5.5'],
      /gpt-5\.5 reads at most 922,000 tokens in a call\. .* `tierline estimate month`/,
    ],
    [['-i', '5', '-o', '1M', '-m', 'gpt-5.5'], /gpt-5\.5 writes at most 128,000 tokens/],
    [['-i', '500', '-o', '300', '-m', 'gpt-5.5', '--cached', '501'], /part of the input, and here more than all of it/],
    [
      ['-i', '500', '-o', '300', '-m', 'gpt-5.5', '--cached', '5', '--cached-share', '0.1'],
      /either --cached or --cached-share/,
    ],
    [['-i', '500', '-o', '300', '-m', 'gpt-5.5', '--at', 'noon'], /A date or time is expected/],
    [['-i', '500', '-o', '300'], /required option '-m, --model <name>' not specified/],
    [['-o', '300', '-m', 'gpt-5.5'], /required option '-i, --input <tokens>' not specified/],
  ];
  for (const [args, expected] of wrong)
    test(`refuses ${args.join(' ')}`, async () => {
      await assert.rejects(run('call', ...args), expected);
    });
});

describe('tierline estimate mix', () => {
  test('begins with whether it pays, and why', async () => {
    const [verdict] = (await run(...MIX, '--share', '0.7', '--overhead', '0.001')).split('\n');
    assert.equal(
      verdict,
      'The predictor pays: $0.0054 instead of $0.01 a call (-46 %); it spares $0.0056 a call and costs $0.001.',
    );
    const text = await run(...MIX, '--share', '0.1', '--overhead', '0.001');
    assert.match(text, /^The predictor does not pay: \$0\.0102 instead of \$0\.01 a call \(\+2 %\)/);
    assert.match(text, /Break-even: a share of 12\.5 %, or an overhead of \$0\.0008 a call\./);
    assert.match(await run(...MIX, '--share', '0.125', '--overhead', '0.001'), /^The predictor neither pays nor costs/);
  });

  test('says from which volume on a fixed cost pays, and judges the volume that is given by it', async () => {
    const fixed = [...MIX, '--share', '0.9', '--overhead', '0.001', '--fixed', '200'];
    const enough = await json(...fixed, '--calls', '50k');
    assert.deepEqual(
      [enough['break_even_calls'], enough['month_usd'], enough['month_strong_usd'], enough['pays']],
      [32_259, 390, 500, true],
    );
    const few = await json(...fixed, '--calls', '10k');
    assert.deepEqual([few['month_usd'], few['month_strong_usd'], few['pays']], [238, 100, false]);
    assert.match(
      String(few['verdict']),
      /does not pay: \$238\.00 instead of \$100\.00 a month .* it pays from 32,259 calls a month on/,
    );
    assert.equal(
      (await json(...MIX, '--share', '0.1', '--overhead', '0.001', '--fixed', '1'))['break_even_calls'],
      null,
    );
  });

  test('says that a cheap model that is dearer cannot pay', async () => {
    const text = await run(
      'mix',
      '--cheap',
      'gpt-5.5',
      '--strong',
      'claude-haiku-4-5',
      '-i',
      '500',
      '-o',
      '300',
      '--share',
      '0.5',
      '--overhead',
      '0',
    );
    assert.match(text, /^The predictor cannot pay: gpt-5\.5 is not cheaper than claude-haiku-4-5/);
  });

  test('shows what it hangs on unless that is not wanted', async () => {
    const args = [...MIX, '--share', '0.1', '--overhead', '0.001'];
    assert.match(await run(...args), /share 10 points higher +│ +\$0\.01 │ +\$0\.0094 │ +mix \* │/);
    assert.doesNotMatch(await run(...args, '--no-sensitivity'), /10 points/);
  });

  test('refuses shares above all and negative money', async () => {
    await assert.rejects(run(...MIX, '--share', '70', '--overhead', '0'), /A share is expected, from 0 to 1/);
    await assert.rejects(run(...MIX, '--share', '0.7', '--overhead', '-1'), /An amount of dollars is expected/);
    await assert.rejects(run(...MIX, '--share', '0.7'), /required option '--overhead <usd>' not specified/);
  });
});

describe('tierline estimate month', () => {
  const month = (...more: string[]) => run(...MONTH, ...TOKENS, ...more);

  test('begins with the verdict, and needs no pass rate for the break-even', async () => {
    assert.match(
      await month('--pass-rate', '70%'),
      /^The cascade pays: \$342\.00 instead of \$540\.00 a month \(-36\.7 %\); claude-haiku-4-5 needs a\s+pass rate of 33\.3 %\s+for\s+it and has 70 %\./,
    );
    assert.match(
      await month('--pass-rate', '20%'),
      /^The cascade does not pay: \$612\.00 instead of \$540\.00 a month \(\+13\.3 %\)/,
    );
    assert.match(await month(), /^The cascade pays from a pass rate of 33\.3 % of claude-haiku-4-5 on/);
    assert.equal(process.exitCode, 0);
  });

  test('adds a predictor with its overhead and its fixed cost', async () => {
    const answer = await json(
      ...MONTH,
      ...TOKENS,
      '--pass-rate',
      '0.7',
      '--overhead',
      '0.001',
      '--calls',
      '100k',
      '--fixed',
      '50',
    );
    assert.equal(answer['predicted_usd'], 438);
    assert.deepEqual(answer['predictor'], {
      share: 0.7,
      without_overhead_usd: 288,
      break_even_share: 0.4167,
      break_even_overhead_usd: 252,
      break_even_overhead_beside_cascade_usd: 54,
      break_even_calls: 32_895,
    });
  });

  test('takes several cheap models in their order', async () => {
    const args = ['month', '--baseline', 'claude-opus-4-7', ...AT, ...TOKENS];
    const rates = [
      '--cheap',
      'claude-sonnet-4-6',
      '--pass-rate',
      '0.8',
      '--cheap',
      'claude-haiku-4-5',
      '--pass-rate',
      '0.6',
    ];
    const answer = await json(...args, ...rates);
    assert.deepEqual([answer['cascade_usd'], answer['baseline_usd']], [648, 900]);
    assert.deepEqual(answer['cheapest_order'], ['claude-haiku-4-5', 'claude-sonnet-4-6', 'claude-opus-4-7']);
    assert.match(
      await run(...args, ...rates),
      /The cascade would cost less as claude-haiku-4-5 > claude-sonnet-4-6 > claude-opus-4-7\./,
    );
    await assert.rejects(
      run(...args, ...rates, '--cheap', 'gpt-5.5'),
      /Every --cheap has a --pass-rate of its own, in the same order: 3 and 2/,
    );
  });

  test('says that a dearer model cannot pay', async () => {
    const text = await run(
      'month',
      '--baseline',
      'claude-haiku-4-5',
      '--cheap',
      'claude-opus-4-7',
      '--pass-rate',
      '0.9',
      ...TOKENS,
    );
    assert.match(
      text,
      /^The cascade cannot pay: a call of claude-opus-4-7 with its check is not cheaper than one of\s+claude-haiku-4-5\./,
    );
    assert.match(text, /No predictor pays: the cheap model is not cheaper\./);
  });

  test('of nothing costs nothing', async () => {
    const nothing = [...MONTH, '--input', '0', '--output', '0', '--pass-rate', '0.7'];
    assert.match(await run(...nothing), /^Without traffic nothing costs anything/);
    const { baseline_usd, cascade_usd, savings_usd, savings_share, break_even_pass_rate } = await json(...nothing);
    assert.deepEqual(
      [baseline_usd, cascade_usd, savings_usd, savings_share, break_even_pass_rate],
      [0, 0, 0, null, null],
    );
  });

  test('is exact beyond what a ledger row holds', async () => {
    const answer = await json(...MONTH, '--input', '80e12', '--output', '20e12', '--pass-rate', '0.7');
    assert.deepEqual([answer['baseline_usd'], answer['cascade_usd']], [540_000_000, 342_000_000]);
  });

  test('fails where a price is not known, and says whose', async () => {
    const text = await month('--pass-rate', '0.7', '--cheap', 'deepseek-v4-flash', '--pass-rate', '0.7', '--batch');
    assert.match(text, /^It cannot be told: the price of deepseek-v4-flash is not known\./);
    assert.equal(process.exitCode, 1);
  });

  test('wants to know how many calls there are before it counts something for each', async () => {
    await assert.rejects(
      month('--pass-rate', '0.7', '--overhead', '0.001'),
      /--overhead counts for each call: say how many there are with --calls/,
    );
    await assert.rejects(month('--judge', '0.001', '--overhead', '1'), /--overhead and --judge counts? for each call/);
    await assert.rejects(month('--calls', '0'), /No calls have no tokens/);
  });
});

describe('tierline estimate, with a configuration', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'estimate-command-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'tierline.yaml');
  mkdirSync(path.join(folder, 'tierline', 'profile'), { recursive: true });
  const profile = path.join(folder, 'tierline', 'profile', 'triage.json');
  const config = (tasks: string): void =>
    writeFileSync(
      file,
      `providers: { anthropic: { api_key: k } }
models:
  haiku: { use: anthropic/claude-haiku-4-5, tier: small }
  opus: { use: anthropic/claude-opus-4-7, tier: frontier }
baseline: opus
tasks:
${tasks}`,
    );
  const CASCADE =
    '  triage: { volume: 10000, accept: [{ one_of: { values: [a, b] } }], route: { cascade: [haiku, opus] } }\n';
  const CHAT = '  chat: { route: haiku }\n';

  test('bills every task from its profile, and the tasks together', async () => {
    config(CASCADE);
    writeFileSync(profile, JSON.stringify(sampleProfile()));
    const answer = await json('-c', file, ...AT);
    const [triage] = answer['tasks'] as Json[];
    const { baseline_usd, routed, predicted } = triage ?? assert.fail();
    assert.deepEqual([baseline_usd, (routed as Json)['usd'], (predicted as Json)['usd']], [72, 18.2, 17.1]);
    assert.deepEqual((answer['total'] as Json)['routed_usd'], 18.2);
    assert.deepEqual((answer['total'] as Json)['savings_share'], 0.7472);
    assert.match(
      String(answer['verdict']),
      /^Routing pays: as routed, a month costs \$18\.20 \(\$\d+\.\d\d to \$\d+\.\d\d\) instead of \$72\.00 on opus \(-74\.7 %\)\.$/,
    );
    assert.equal(process.exitCode, 0);
  });

  test('is short: a sentence, a table, what is not known', async () => {
    config(CASCADE + CHAT);
    const text = await run('-c', file, ...AT);
    assert.match(text, /^Known of 1 of 2 tasks\. Routing pays/);
    assert.match(text, /│ total of 1 │ 10,000 │/);
    assert.match(text, /chat: not known: its calls a month \(`volume`\); the tokens of a call on haiku, opus/);
    assert.match(
      text,
      /triage: haiku > opus; haiku pays from a pass rate of 15\.3 % on; 10 % of the calls go on to opus; 800 ms on\s+average\./,
    );
    assert.ok(
      text.split('\n').every((line) => line.length <= 110),
      text,
    );
  });

  test('shows every model of one task', async () => {
    config(CASCADE + CHAT);
    const text = await run('-c', file, '--task', 'triage', '--overhead', '0.0001', ...AT);
    assert.match(text, /│ haiku +│ +│ +\$0\.0011 │ +\$11\.00 │ +800 \/ 60 │ +90 % \(85 % to 93\.4 %\) │ 600 ms │/);
    assert.match(
      text,
      /a perfect predictor sends 90 % to haiku and 10 % to opus and pays below \$0\.00549 a call; it costs\s+\$0\.0001\./,
    );
    await assert.rejects(run('-c', file, '--task', 'nothing'), /There is no task "nothing"; there are triage, chat\./);
  });

  test('a saving on a model that its profile has not found good enough is said to be one if it is', async () => {
    config(CASCADE.replace('{ cascade: [haiku, opus] }', 'haiku'));
    const judged = (verdict: ProfileVerdict): void => {
      const { models } = sampleProfile();
      writeFileSync(profile, JSON.stringify(sampleProfile({ models: models.map((one) => ({ ...one, verdict })) })));
    };
    const verdict = async () => String((await json('-c', file, ...AT))['verdict']);
    judged('undecided');
    assert.match(
      await verdict(),
      /\), if haiku is good enough for triage, which its profile does not say yet \(undecided\)\.$/,
    );
    judged('next');
    assert.match(await verdict(), /\), but the profile of triage says that haiku is not good enough \(next\)\.$/);
    judged('default');
    assert.match(await verdict(), /\d %\)\.$/);
    rmSync(profile);
    config('  triage: { volume: 10, input: { typical_tokens: 9 }, output: { typical_tokens: 9 }, route: haiku }\n');
    assert.match(await verdict(), /, if haiku is good enough for triage, which nobody has measured\.$/);
  });

  test('a saving by wrong answers that the gates keep says how many', async () => {
    config(CASCADE);
    const [haiku, ...others] = sampleProfile().models;
    const models = [{ ...(haiku ?? assert.fail()), passRate: rateOf(0.644) }, ...others];
    writeFileSync(profile, JSON.stringify(sampleProfile({ models })));
    assert.match(
      String((await json('-c', file, ...AT))['verdict']),
      /^Routing pays.*\), but 25\.6 % of the answers of triage would be wrong and kept\.$/,
    );
  });

  test('finds the profile of a task whose name is no name of a file', async () => {
    config(CASCADE.replace('triage', '"mail:triage"'));
    const { profile: own } = placesOf(path.join(folder, 'tierline'), 'mail:triage');
    writeFileSync(own, JSON.stringify(sampleProfile({ task: 'mail:triage' })));
    const [triage] = (await json('-c', file, ...AT))['tasks'] as Json[];
    const { task, profile: found } = triage ?? assert.fail();
    assert.deepEqual([task, (found as Json)['samples']], ['mail:triage', 200]);
  });

  test('cuts the ends of an interval off as the profile does', async () => {
    config(CASCADE);
    const [haiku, ...others] = sampleProfile().models;
    const passRate = { share: 0.9999, low: 0.94996, high: 0.9999, trials: 200 };
    writeFileSync(
      profile,
      JSON.stringify(sampleProfile({ models: [{ ...(haiku ?? assert.fail()), passRate }, ...others] })),
    );
    assert.match(await run('-c', file, '--task', 'triage', ...AT), / 99\.9 % \(94\.9 % to 99\.9 %\) │/);
  });

  test('says that the bound is one at full quality, and among which models', async () => {
    config(CASCADE);
    writeFileSync(profile, JSON.stringify(sampleProfile()));
    const text = (await run('-c', file, ...AT)).replaceAll(/\n {2}(?=\S)/g, ' ');
    assert.match(text, /predicted: the least that a router could cost at full quality\./);
    assert.match(text, /a route that keeps wrong answers may cost less\./);
    assert.match(text, /a perfect predictor sends 90 % to haiku and 10 % to opus/);
  });

  test('says why a cache changes nothing where it has no price', async () => {
    const own = ['small', 'big'].map(
      (name, at) => `  ${name}: { use: p/${name}, price: { input: ${1 + 9 * at}, output: ${2 + 18 * at} } }\n`,
    );
    writeFileSync(
      file,
      `providers: { p: { dialect: openai, base_url: "http://127.0.0.1:9/v1", api_key: k } }
models:
${own.join('')}baseline: big
tasks:
  one: { volume: 10, input: { typical_tokens: 9 }, output: { typical_tokens: 9 }, route: small }
`,
    );
    const text = (await run('-c', file, ...AT)).replaceAll(/\n {2}(?=\S)/g, ' ');
    assert.match(text, /There is no cache price of small and big: what is read from the cache costs as much/);
    assert.match(text, /│ in batches +│ +- │ +- │ +- │/);
  });

  test('compares with another baseline where one is named, of the catalog too', async () => {
    config(CASCADE);
    const answer = await json('-c', file, '--baseline', 'haiku', ...AT);
    assert.equal((answer['total'] as Json)['baseline_usd'], 11);
    assert.match(String(answer['verdict']), /^Routing does not pay/);
    const [triage] = (await json('-c', file, '--baseline', 'claude-haiku-4-5', ...AT))['tasks'] as Json[];
    assert.equal(triage?.['baseline_usd'], null, 'nobody measured it under this name');
  });

  test('refuses a profile that is none, and a configuration without tasks', async () => {
    config(CASCADE);
    writeFileSync(profile, '{}');
    await assert.rejects(run('-c', file), /triage\.json is no profile: version: /);
    rmSync(profile);
    config('  {}');
    await assert.rejects(run('-c', file), /There is no task to estimate/);
  });

  test("names and prices models of a configuration's own", async () => {
    config(CHAT);
    assert.equal((await json('call', '-c', file, '-m', 'opus', '-i', '500', '-o', '300', ...AT))['usd'], 0.01);
  });
});

describe('the page on estimates', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/estimate.md'), 'utf8');
  const examples = [...page.matchAll(/^```\n\$ tierline estimate ?(.*)\n([^]*?)^```$/gm)];
  const folder = mkdtempSync(path.join(tmpdir(), 'estimate-page-'));
  after(() => rmSync(folder, { recursive: true }));

  test('has examples of every form', () => {
    const forms = examples.map(([, args = '']) => args.split(' ')[0]);
    assert.deepEqual(new Set(forms), new Set(['call', 'mix', 'month', '']));
  });

  for (const [, args = '', printed = ''] of examples)
    test(`prints what \`tierline estimate ${args}\` prints`, async () => {
      const file = path.join(folder, 'tierline.yaml');
      const [, yaml = ''] = /^```yaml\n([^]*?)^```$/m.exec(page) ?? [];
      writeFileSync(file, `providers: { anthropic: { api_key: k } }\n${yaml}`);
      const words = args.split(' ').filter(Boolean);
      assert.equal(`${await run(...words, ...(words.length === 0 ? ['-c', file] : []))}\n`, printed);
    });
});
