import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { all, type Element, readMarkup, tableOf, textOf } from '../../lifecycle/report/markup.fixture.ts';
import { hear } from '../heard.fixture.ts';
import { type AssessCommandOptions, assessCommand, assessRouter } from './assess.ts';
import { assessmentText } from './assess-text.ts';
import type { AssessedRouter } from './assessed-router.ts';
import { assessmentPage } from './page/assessment-page.ts';
import { makeRows, PRICES, rowsFolder } from './rows.fixture.ts';
import { type TrainCommandOptions, trainCommand } from './train.ts';

const cleanups: (() => void)[] = [];
const { folder, put } = rowsFolder({ after: (end) => void cleanups.push(end) });
after(() => {
  for (const end of cleanups) end();
});

const learning = put('train.jsonl', makeRows(240));
const held = put('test.jsonl', makeRows(160, 2));
const prices = join(folder, 'prices.json');
writeFileSync(prices, JSON.stringify(PRICES));
const router = join(folder, 'new', 'router.json');

function toTrain(more: Partial<TrainCommandOptions> = {}): TrainCommandOptions {
  return {
    data: [learning],
    models: null,
    out: router,
    gate: false,
    reference: null,
    label: 'correct',
    without: [],
    prices: null,
    seed: 1,
    json: false,
    config: null,
    encoder: null,
    ...more,
  };
}

function toAssess(more: Partial<AssessCommandOptions> = {}): AssessCommandOptions {
  return {
    router,
    data: [held],
    pair: null,
    label: null,
    without: [],
    prices: null,
    json: false,
    html: null,
    config: null,
    ...more,
  };
}

let said = '';
let steps: string[] = [];
let assessed: AssessedRouter;
let page: Element;

before(async () => {
  const heard = hear();
  await trainCommand(toTrain(), heard.io);
  [said, steps] = [heard.text(), heard.warnings];
  assessed = assessRouter(toAssess());
  page = readMarkup(assessmentPage(assessed).trim());
});

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => Array.from(line).length));

describe('training', () => {
  test('makes an artifact in a folder that need not be there, and says where it may stand', () => {
    assert.ok(existsSync(router));
    assert.match(said, /router\.json: 0\.\d\d MB, from 240 rows in /);
    assert.match(said, /Models, cheapest first: small, large\. Reference: large\./);
    for (const promise of ['assured', 'no-worse', 'half-point', 'most-of-gap'])
      assert.ok(said.includes(`│ ${promise} `), promise);
    assert.ok(widest(said) <= 110, said);
  });

  test('tells its progress, and never goes back', () => {
    const shares = steps.map((step) => Number.parseInt(step, 10));
    assert.ok(shares.length > 4, steps.join());
    assert.deepEqual(
      shares,
      [...new Set(shares)].toSorted((one, other) => one - other),
    );
    assert.equal(steps.at(-1), '100 %  done');
  });

  test('as JSON tells what was dropped, learners and trials', async () => {
    const { io, text } = hear();
    const rows = makeRows(120).concat([{ prompt: 'nobody knows', outcomes: {} }]);
    const data = [put('more.jsonl', rows)];
    await trainCommand(toTrain({ data, json: true, out: join(folder, 'json.json'), prices }), io);
    const told = JSON.parse(text()) as Record<string, unknown>;
    assert.deepEqual([told.rows, told.empty, told.folded, told.unlabelled], [120, 1, 0, 0]);
    assert.deepEqual(told.models, ['small', 'large']);
    assert.deepEqual(told.gates, { small: false, large: false });
  });

  const refused = async (more: Partial<TrainCommandOptions>, message: RegExp): Promise<void> =>
    assert.rejects(trainCommand(toTrain({ out: join(folder, 'none.json'), ...more }), hear().io), message);

  test('refuses what it cannot do, with a sentence', async () => {
    await refused({ data: [join(folder, 'none')] }, /Rows in .*none: there is no such file\.$/);
    await refused({ models: ['small', 'huge'] }, /No row has an outcome of huge\. There are: small, large\.$/);
    await refused({ models: ['small'] }, /two models at least/);
    await refused({ models: ['small', 'small'] }, /--models names one twice/);
    await refused({ reference: 'huge' }, /--reference huge is none of the models small, large/);
    await refused({ label: 'corect' }, /no outcome has the label corect .* There are: correct, correct_lenient\.$/);
    await refused({ prices: join(folder, 'none') }, /Prices in .*none: there is no such file\.$/);
    await refused({ prices: learning }, /Prices in .*train\.jsonl: /);
    await refused({ data: [put('few.jsonl', makeRows(10))] }, /There are 10 rows .* it takes 60/);
    assert.ok(!existsSync(join(folder, 'none.json')));
  });

  test('finds out before it learns that a place cannot be written', async () => {
    await refused({ out: join(learning, 'x.json') }, /The artifact cannot be written to .*x\.json: /);
    await refused({ out: folder }, /it is a folder/);
  });

  test('says when rows lack the label, and when a mark leaves nothing out', async () => {
    const rows = makeRows(90).map((row, at) =>
      at === 0 ? { ...row, outcomes: { ...row.outcomes, small: { correct: 1 } } } : row,
    );
    const { io, text } = hear();
    const options = { data: [put('part.jsonl', rows)], label: 'correct_lenient', without: ['label_suspect'] };
    await trainCommand(toTrain({ ...options, out: join(folder, 'part.json') }), io);
    assert.match(text(), /1 rows have an outcome without the label correct_lenient/);
    assert.match(text(), /No row is marked label_suspect: none was left out\./);
  });

  test('without prices says that it rates and cannot choose', async () => {
    const lonely = mkdtempSync(join(tmpdir(), 'learn-'));
    cleanups.push(() => rmSync(lonely, { recursive: true }));
    const data = join(lonely, 'rows.jsonl');
    writeFileSync(data, readFileSync(learning));
    const out = join(lonely, 'router.json');
    const { io, text } = hear();
    await trainCommand(toTrain({ data: [data], out }), io);
    assert.match(text(), /No price is known of small, large/);
    const bare = assessRouter(toAssess({ router: out, data: [data] }));
    assert.equal(bare.assessment.policy, null);
    assert.ok(bare.notes.some((note) => /What an answer of small, large costs is not known; say it with/.test(note)));
    assert.ok(bare.notes.some((note) => /trained without prices/.test(note)));
    assert.match(assessmentText(bare), /=> It rates requests, and what it saves cannot be told/);
    assert.equal(all(readMarkup(assessmentPage(bare).trim()), 'svg').length, 3);
  });
});

describe('an assessment as text', () => {
  test('says first what it comes to, and fits into a terminal', () => {
    const text = assessmentText(assessed);
    assert.match(text, /^router\.json \([0-9a-f]{12}\) on 160 rows of test\.jsonl; label correct\.\n=> /);
    assert.match(text, /small \(5\d\.\d %\) or large \(9\d\.\d %\) on 160 rows/);
    assert.match(text, /By the label correct_lenient: APGR from the request /);
    assert.ok(widest(text) <= 110, text);
  });

  test('fits whatever models are called', () => {
    const name = 'a-vendor/'.repeat(12);
    const { models } = assessed.assessment;
    const long = { ...assessed.assessment, models: models.map((one) => ({ ...one, model: `${name}${one.model}` })) };
    const text = assessmentText({ ...assessed, assessment: long });
    assert.ok(widest(text) <= 110, text);
    assert.match(text, /a-vendor\/a-ve.*….*small/);
  });

  test('a request that tells hard from easy recovers most of the gap', () => {
    const { pair } = assessed.assessment;
    assert.ok((pair?.promptOnly.apgr.value ?? 0) > 0.7, `${pair?.promptOnly.apgr.value}`);
    assert.ok(Math.abs((pair?.against.random.apgr.value ?? 0) - 0.5) < 1e-9);
  });
});

test('rows unlike all that it was trained on count as the gateway sends them: to the reference', () => {
  const foreign = makeRows(160, 2).map((row, at) => ({
    ...row,
    prompt: `Ĉu ĝi ${'abcdefghij'.slice(0, 1 + (at % 9))}ŭ ĵaŭde ${at}? Ŝajne ĥoro ĝojas, ${at * 7} ĉevaloj ŝvitas.`,
  }));
  const { assessment, notes } = assessRouter(toAssess({ data: [put('foreign.jsonl', foreign)] }));
  assert.equal(assessment.policy?.unknown, 160);
  for (const { answers, calls, saving } of assessment.policy.points)
    assert.deepEqual([answers, calls, saving.value], [{ large: 1 }, 1, 0]);
  assert.ok(
    notes.some((note) => /^160 of 160 rows are unlike all .* count as sent to large\.$/.test(note)),
    notes.join(),
  );
  assert.equal(assessed.assessment.policy?.unknown, 0);
});

describe('an assessment as a page', () => {
  test('has no script and asks nobody', () => {
    assert.equal(all(page, 'script').length, 0);
    assert.equal(all(page, 'img').length, 0);
    const [policy] = all(page, 'meta').filter(({ attributes }) => attributes['http-equiv'] !== undefined);
    assert.match(policy?.attributes['content'] ?? '', /^default-src 'none'/);
  });

  test('begins with the same verdict as the text', () => {
    const [headline] = all(page, 'p', 'headline').map(textOf);
    const [, first] = /\n=> (.*?\.)\n/s.exec(assessmentText(assessed)) ?? [];
    assert.equal(headline?.replaceAll('\u{a0}', ' '), first?.replaceAll(/\s+/g, ' '));
  });

  test('draws cost, gap and the calibration of every model', () => {
    assert.deepEqual(
      all(page, 'svg').map((svg) => textOf(all(svg, 'title')[0])),
      [
        'Quality against the cost of a request',
        'Gap recovered against share of calls to large',
        'small: chance against outcome',
        'large: chance against outcome',
      ],
    );
  });

  test('the policy, the pair and the models have their tables', () => {
    assert.deepEqual(tableOf(page, 'Where it may stand').length, 5);
    const [, request] = tableOf(page, 'Between small and large');
    const { apgr } = assessed.assessment.pair?.promptOnly ?? {};
    assert.ok(request?.[1]?.startsWith(apgr?.value?.toFixed(3) ?? '?'), request?.join());
    const [, small] = tableOf(page, 'Models, and how well their answers are foretold');
    assert.deepEqual(small?.slice(0, 2), ['small', '160']);
    assert.equal(tableOf(page, 'The same router, rows taken otherwise')[1]?.[0], 'By the label correct_lenient');
  });

  test('holds every line and mark inside its chart', () => {
    for (const svg of all(page, 'svg')) {
      const [, , width = 0, height = 0] = (svg.attributes['viewBox'] ?? '').split(' ').map(Number);
      for (const circle of all(svg, 'circle')) {
        const [x, y] = [Number(circle.attributes['cx']), Number(circle.attributes['cy'])];
        assert.ok(x >= 0 && x <= width && y >= 0 && y <= height, `${x} ${y} in ${width} ${height}`);
      }
      for (const path of all(svg, 'path', 'line'))
        for (const [, x, y] of (path.attributes['d'] ?? '').matchAll(/[ML]([\d.-]+) ([\d.-]+)/g))
          assert.ok(Number(x) >= 0 && Number(x) <= width && Number(y) >= 0 && Number(y) <= height, `${x} ${y}`);
    }
  });

  test('names of models cannot break out of it', () => {
    const model = '<script>alert(1)</script>';
    const [first, ...rest] = assessed.assessment.models;
    assert.ok(first !== undefined);
    const hostile = { ...assessed.assessment, models: [{ ...first, model }, ...rest] };
    const text = assessmentPage({ ...assessed, assessment: hostile });
    assert.equal(all(readMarkup(text.trim()), 'script').length, 0);
    assert.ok(text.includes('&lt;script&gt;'));
  });

  test('defines every figure, with its source', () => {
    const terms = all(page, 'dt').map(textOf).join(' ');
    for (const term of ['APGR', 'CPT', 'AIQ', 'AUC', 'ECE', 'Assured']) assert.ok(terms.includes(term), term);
    assert.match(textOf(page), /RouteLLM, section 4\.1/);
  });
});

describe('the command', () => {
  test('writes the page where it was asked for and prints the text', async () => {
    const { io, text, warnings } = hear();
    const html = join(folder, 'pages', 'router.html');
    await assessCommand(toAssess({ html }), io);
    assert.equal(text(), assessmentText(assessed));
    assert.equal(readFileSync(html, 'utf8'), assessmentPage(assessed));
    assert.deepEqual(warnings, [...assessed.notes, `page: ${html}`]);
    await assert.rejects(
      assessCommand(toAssess({ html: join(held, 'x.html') }), hear().io),
      /The page cannot be written/,
    );
  });

  test('as JSON has curves and bins', async () => {
    const { io, text } = hear();
    await assessCommand(toAssess({ json: true }), io);
    const told = JSON.parse(text()) as AssessedRouter;
    assert.equal(told.assessment.models[0]?.before.bins.length, 10);
    const { gap = [] } = told.assessment.pair?.promptOnly ?? {};
    assert.deepEqual(
      [gap[0], gap.at(-1)],
      [
        { share: 0, recovered: 0 },
        { share: 1, recovered: gap.at(-1)?.recovered },
      ],
    );
    assert.ok(Math.abs((gap.at(-1)?.recovered ?? 0) - 1) < 1e-9);
  });

  test('says so when these are the rows of the training', () => {
    const same = assessRouter(toAssess({ data: [learning] }));
    assert.ok(same.data.isTrainingData);
    assert.match(same.notes[0] ?? '', /the rows that the router was trained on/);
    assert.ok(!assessed.data.isTrainingData);
    assert.ok(!assessed.notes.some((note) => /trained on/.test(note)));
  });

  test('says what is not to be believed', () => {
    const few = put('short.jsonl', makeRows(40, 3));
    const { notes } = assessRouter(toAssess({ data: [few], pair: ['large', 'small'], without: ['label_suspect'] }));
    assert.ok(
      notes.some((note) => note.startsWith('large is no worse than small on these rows')),
      notes.join('\n'),
    );
    assert.ok(notes.some((note) => note.startsWith('These are 40 rows')));
    assert.ok(notes.some((note) => note.startsWith('No row is marked label_suspect')));
    const half = put(
      'half.jsonl',
      makeRows(120, 4).map((row, at) => (at < 30 ? { ...row, outcomes: { small: { correct: 1 } } } : row)),
    );
    const partly = assessRouter(toAssess({ data: [half], label: 'correct_lenient' })).notes;
    assert.ok(
      partly.some((note) => note.startsWith('30 of 120 rows have an outcome without the label correct_lenient')),
    );
    assert.ok(partly.some((note) => /on the 90 of 120 rows that have outcomes of all models/.test(note)));
  });

  test('refuses what it cannot do, with a sentence', () => {
    const refused = (more: Partial<AssessCommandOptions>, message: RegExp): void =>
      assert.throws(() => assessRouter(toAssess(more)), message);
    refused({ router: join(folder, 'none') }, /The artifact .*none cannot be used: there is no such file\.$/);
    refused({ router: learning }, /cannot be used: it is no JSON: cut off, damaged, or another kind of file\.$/);
    refused({ data: [join(folder, 'none')] }, /Rows in .*none: there is no such file\.$/);
    refused({ pair: ['small', 'huge'] }, /--pair: the artifact knows nothing of huge\. It knows: small, large\.$/);
    refused({ pair: ['small', 'small'] }, /two different models are expected/);
    refused({ label: 'corect' }, /no outcome has the label corect/);
    const other = put('other.json', [{ ...(JSON.parse(readFileSync(router, 'utf8')) as object), version: 7 }]);
    refused({ router: other }, /it has version 7 and this release reads version 1; train it again\.$/);
  });
});
