import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { loadConfig } from '../config/load.ts';
import { openLedger } from '../ledger/ledger.ts';
import { configOf, labelRoute, type Scene, writeScenes } from '../lifecycle/simulate/kept.fixture.ts';
import type { SimulationReport } from '../lifecycle/simulate/report.ts';
import { attemptOf, judged, MONDAY_MS, many, rowOf } from '../lifecycle/simulate/rows.fixture.ts';
import { complaintsAbout, type SimulateOptions, simulateCommand } from './simulate.ts';

const SCENES: Scene[] = Array.from({ length: 20 }, (_, at) => ({
  line: { id: `s${at}`, prompt: `prompt ${at}`, reference: 'yes' },
  said: {
    small: { text: at % 5 === 0 ? 'no' : 'yes', costNanoUsd: 1000 },
    big: { text: 'yes', costNanoUsd: 10_000 },
  },
}));

async function run(t: TestContext, routes: [string, string], options: Partial<SimulateOptions> = {}) {
  const file = writeScenes(t, SCENES);
  const printed: string[] = [];
  const warned: string[] = [];
  const io = {
    print: (text: string) => void printed.push(text),
    warn: (text: string) => void warned.push(text),
    isTTY: false,
  };
  const found = (rest: string, path: string) => ({ config: configOf(rest, file), path, sentence: '' });
  const code = await simulateCommand(
    {
      current: found(labelRoute(routes[0]), 'tierline.yaml'),
      candidate: found(labelRoute(routes[1]), 'candidate.yaml'),
      nowMs: MONDAY_MS,
      ...options,
    },
    io,
  );
  const written = printed.join('');
  if (options.json !== true) for (const line of written.split('\n')) assert.ok(line.length <= 110, line);
  // Lines that go on below are one again.
  const text = written.replaceAll(/(?<=[^.|:─-╿\n])\n {2,}(?! )/g, ' ');
  return { code, text, warned, file };
}

describe('tierline simulate', () => {
  test('says first what it would come to', async (t) => {
    const { code, text } = await run(t, ['big', 'small']);
    const [verdict, ground] = text.split('\n');
    assert.match(
      verdict ?? '',
      /^The candidate would cost 90 % less, \$0\.00002 instead of \$0\.0002 for 20 calls; 80 % of its answers would be good, 20 points fewer than now \(-\d+(\.\d)? to -\d+(\.\d)?\)\.$/,
    );
    assert.equal(ground, 'candidate.yaml against tierline.yaml, 20 samples with kept answers.');
    assert.match(text, /Another model would answer 100 % of the calls\./);
    assert.match(text, /first model: big -> small \(20\)/);
    assert.equal(code, 0);
  });

  test('a policy against itself changes nothing, and says so', async (t) => {
    const { text } = await run(t, ['small', 'small']);
    assert.match(text, /^The candidate would cost the same, .* as many as now\.$/m);
    assert.match(text, /^No call would be answered by another model\.$/m);
  });

  test('as JSON is the whole report', async (t) => {
    const { text } = await run(t, ['big', 'small'], { json: true });
    const report = JSON.parse(text) as SimulationReport;
    assert.deepEqual([report.version, report.from, report.calls], [1, 'profile', 20]);
    assert.deepEqual([report.current.costNanoUsd, report.candidate.costNanoUsd], [200_000, 20_000]);
    assert.equal(report.affected.largest.length, 10);
  });

  test('exits with 1 when a limit is passed over, and says by how much', async (t) => {
    const drop = await run(t, ['big', 'small'], { maxQualityDrop: 0.05 });
    assert.deepEqual([drop.code, drop.warned], [1, ['quality drops by 20 points, --max-quality-drop allows 5']]);
    const rise = await run(t, ['small', 'big'], { maxCostRise: 0.5 });
    assert.deepEqual([rise.code, rise.warned], [1, ['the cost rises by 900 %, --max-cost-rise allows 50 %']]);
    const fine = await run(t, ['big', 'small'], { maxQualityDrop: 0.2, maxCostRise: 0 });
    assert.deepEqual([fine.code, fine.warned], [0, []]);
  });

  test('a limit that nothing can be held against is not kept', () => {
    const none = { difference: { costNanoUsd: null, costShare: null, perCall: null, quality: null } };
    const current = { costNanoUsd: null } as SimulationReport['current'];
    assert.deepEqual(complaintsAbout({ ...none, current }, { maxCostRise: 0.1, maxQualityDrop: 0.1 }), [
      'the change of cost cannot be told, so --max-cost-rise is not kept',
      'the change of quality cannot be told, so --max-quality-drop is not kept',
    ]);
    assert.deepEqual(complaintsAbout({ ...none, current }, {}), []);
    const free = { costNanoUsd: 0 } as SimulationReport['current'];
    const risen = { difference: { ...none.difference, costNanoUsd: 5 }, current: free };
    assert.deepEqual(complaintsAbout(risen, { maxCostRise: 0.1 }), [
      'what cost nothing would cost something, --max-cost-rise allows 10 %',
    ]);
  });

  test('refuses a source that is none, and a ledger that is not there', async (t) => {
    await assert.rejects(
      run(t, ['small', 'big'], { from: 'memory' }),
      /--from "memory" is not one: choose profile or ledger/,
    );
    await assert.rejects(
      run(t, ['small', 'big'], { from: 'ledger', ledger: '/nowhere/l.db' }),
      /There is no ledger at/,
    );
    await assert.rejects(run(t, ['small', 'big'], { task: 'nope' }), /There is no task "nope"\. Tasks: label\./);
    await assert.rejects(run(t, ['small', 'big'], { since: 'soon' }), /"soon" is no time/);
  });

  test('of a ledger tells the period, what it really cost, and what cannot be told', async (t) => {
    const file = writeScenes(t, SCENES);
    const path = join(dirname(file), 'ledger.db');
    const ledger = openLedger({ path });
    const hours = 3_600_000;
    const rows = many(50, (at) =>
      rowOf([attemptOf('small', { costNanoUsd: 1000, verdicts: judged(true) })], {
        atMs: MONDAY_MS - (at + 1) * hours,
        requestedModel: 'auto/label',
      }),
    );
    for (const row of rows) void ledger.record(row);
    await ledger.close();
    const options = { from: 'ledger', ledger: path } as const;
    const { text } = await run(t, ['small', 'small'], options);
    assert.match(
      text,
      /50 calls of the ledger, 2026-10-31T10:00 to 2026-11-02T11:00; by the ledger 50 of them really cost \$0\.00005\./,
    );
    assert.match(text, /per month/);
    const none = await run(t, ['small', 'small'], { ...options, since: '2020-01-01', until: '2020-02-01' });
    assert.deepEqual([none.code, none.text], [2, '']);
    assert.match(none.warned.join(), /^there are no calls to simulate with: the ledger has none of this period/);
    await assert.rejects(
      run(t, ['small', 'small'], { ...options, task: 'nope' }),
      /There is no task "nope"\. Tasks: label\./,
    );
    await assert.rejects(
      run(t, ['small', 'small'], { ...options, since: '1d', until: '2d' }),
      /The period ends before it begins: --since 1d --until 2d\./,
    );
    const since = await run(t, ['small', 'small'], { ...options, since: '10h', json: true });
    assert.equal((JSON.parse(since.text) as SimulationReport).calls, 10);
    const ruled =
      'tasks: { label: { accept: [{ one_of: [yes, no] }], route: small, rules: [{ when: { language: [de] }, route: big }] } }';
    writeFileSync(join(dirname(file), 'c.yaml'), `${CONFIG}${ruled}\n`);
    const candidate = {
      config: loadConfig({ path: join(dirname(file), 'c.yaml'), env: {} }),
      path: 'c.yaml',
      sentence: '',
    };
    const untold = await run(t, ['small', 'small'], { ...options, candidate });
    assert.match(
      untold.text,
      /50: it depends on the language, which the ledger does not keep \(where they would go, candidate\)/,
    );
    assert.match(untold.text, /^What the candidate would cost cannot be told/);
  });
});

const CONFIG = `providers: { p: { dialect: openai, base_url: "http://127.0.0.1:9/v1", api_key: k } }
models: { small: { use: p/up-small, price: { input: 1, output: 2 } }, big: { use: p/up-big, price: { input: 10, output: 20 } } }
`;
