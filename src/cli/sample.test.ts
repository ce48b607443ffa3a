import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { parseConfig } from '../config/load.ts';
import type { DrawnSamples } from '../lifecycle/samples/draw-samples.ts';
import { writeDraw } from './sample/coverage.ts';
import { type SampleOptions, sampleCommand } from './sample.ts';

const CONFIG = `
providers: { simulated: {} }
models: { strong: { use: simulated/sim-frontier, tier: frontier } }
tasks: { triage: { route: strong }, notes: { private: true, route: strong } }
ledger: { path: ledger.db }
`;

describe('what cannot be meant is said in a sentence', () => {
  const cases: [string, Partial<SampleOptions> & { capture?: string }, RegExp][] = [
    ['a task that nobody configured', { task: 'nope' }, /There is no task "nope"\. Tasks: triage, notes\./],
    [
      'no captured calls and no capture',
      {},
      /No calls of triage have been captured in .*ledger\.db\.captured\. Say `capture: .*tasks: \[triage\]/,
    ],
    ['no captured calls yet', { capture: 'capture: {}' }, /Calls that come from now on are kept; or name logs/],
    [
      'a private task that capture does not name',
      { task: 'notes', capture: 'capture: {}' },
      /Say `capture: .*tasks: \[notes\]/,
    ],
    ['a log that is not there', { from: ['none.jsonl'] }, /The log none\.jsonl: there is no such file\./],
    ['answers of captured calls', { reference: 'logged' }, /captured calls have no answers/],
    ['a time for a log', { from: ['a'], since: '7d' }, /--since is for captured calls/],
    ['a time that is none', { since: 'yesterday' }, /"yesterday" is no time/],
    ['seeds without variants', { seeds: 'a' }, /--seeds goes with --variants/],
    ['adversarial samples without variants', { adversarial: true }, /--adversarial goes with --variants/],
    ['variants in place of samples', { variants: 'strong', replace: true }, /--replace is for drawing samples/],
    ['variants of nothing', { variants: 'strong' }, /There is nothing to make variants of/],
  ];
  for (const [name, { capture = '', ...options }, sentence] of cases) {
    test(name, async (t) => {
      const folder = folderOf(t);
      const config = parseConfig(CONFIG + capture, { file: join(folder, 'tierline.yaml'), env: {} });
      const io = { print: assert.fail, warn: assert.fail, isTTY: false };
      const all = { config, task: 'triage', seed: 1, mask: true, concurrency: 1, ...options };
      await assert.rejects(sampleCommand(all, io), sentence);
    });
  }
});

describe('a log whose calls name no task', () => {
  const lineOf = (at: number, systems: readonly string[]): string =>
    JSON.stringify({
      messages: [
        { role: 'system', content: systems[at % systems.length] },
        { role: 'user', content: `Case ${at} ${'of the printer '.repeat(at)}` },
      ],
    });
  const warnings = async (t: TestContext, systems: readonly string[], text = CONFIG): Promise<string[]> => {
    const folder = folderOf(t);
    const log = join(folder, 'log.jsonl');
    writeFileSync(log, Array.from({ length: 12 }, (_, at) => lineOf(at, systems)).join('\n'));
    const config = parseConfig(text, { file: join(folder, 'tierline.yaml'), env: {} });
    const warned: string[] = [];
    const io = { print: () => {}, warn: (line: string) => void warned.push(line), isTTY: false };
    await sampleCommand({ config, task: 'triage', from: [log], seed: 1, mask: true, concurrency: 1, count: 4 }, io);
    return warned;
  };

  test('is told to hold several groups where several tasks are known', async (t) => {
    const [warning] = await warnings(t, ['Sort the tickets.', 'Add the numbers.', 'Sum up the report.']);
    assert.match(
      warning ?? '',
      /^12 calls name no task: all of them were taken for triage; there are 3 groups of system prompts among them/,
    );
  });

  test('is all of the task where it has one prompt, or where there is one task', async (t) => {
    assert.deepEqual(await warnings(t, ['Sort the tickets.']), []);
    const one = CONFIG.replace(/, notes: .* \}/, ' }');
    assert.deepEqual(await warnings(t, ['Sort the tickets.', 'Add the numbers.'], one), []);
  });
});

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-sample-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a draw is shown', () => {
  const stratum = {
    stratum: { length: 'q1', language: 'en', cluster: 'a1b2c3' },
    calls: 90,
    share: 0.9,
    distinct: 80,
    drawn: 1,
    weight: 1.8,
  };
  const drawn: DrawnSamples = {
    lines: [{ prompt: 'one' }, { prompt: 'two' }],
    read: 100,
    looked: 100,
    strata: [stratum, { ...stratum, stratum: null, calls: 10, share: 0.1, drawn: 1, weight: 0.2 }],
    bounds: [10, 20, 3000],
    found: { email: 3 },
  };
  const write = (changes: Partial<DrawnSamples> & { maskedBefore?: number } = {}): string =>
    writeDraw({ task: 'triage', path: 'a.jsonl', existing: 0, maskedBefore: 0, ...drawn, ...changes });

  test('with its strata, their weights, and what was masked', () => {
    const text = write();
    assert.match(text, /^triage: 2 samples of 100 calls\n/);
    assert.match(text, /a1b2c3 +│ en +│ q1 +│ +90 │ +90\.0% │ +80 │ +1 │ +50\.0% │ +1\.80/);
    assert.match(text, /all others/);
    assert.match(text, /q1 up to 10, q2 to 20, q3 to 3,000, q4 longer/);
    assert.match(text, /Masked: 3 email\.\nWritten to a\.jsonl\n$/);
  });

  test('with what was masked before', () => {
    const text = write({ maskedBefore: 100, found: {} });
    assert.match(text, /\n100 of the calls were masked when they were captured\.\nNothing else to mask was found\.\n/);
  });

  test('with what it did not look at or had no sample of', () => {
    const text = write({ read: 50_000, found: {}, strata: [{ ...stratum, drawn: 0, weight: null }] });
    assert.match(text, /of 50,000 calls \(100 of them looked at, by chance\)/);
    assert.match(text, /1 strata have no sample/);
    assert.match(text, /Nothing to mask was found/);
  });

  test('and nothing is called written where nothing was drawn', () => {
    assert.match(write({ lines: [] }), /\nNothing was written\.\n$/);
  });

  test('no wider than a terminal, however many strata there are', () => {
    const text = write({ strata: Array.from({ length: 40 }, () => stratum) });
    assert.match(text, /and 16 smaller ones/);
    assert.ok(text.split('\n').every((line) => line.length <= 110));
  });
});
