import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Note } from '../call/note.ts';
import { loadConfig } from '../config/load.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Recalibration, Refit } from '../lifecycle/recalibrate/recalibration.ts';
import { hear } from './heard.fixture.ts';
import { makeRows, PRICES } from './learn/rows.fixture.ts';
import { trainCommand } from './learn/train.ts';
import { CONFIG, canaryOf, type Made, makeTraffic, NOW_MS, place, run } from './recalibrate/ledger.fixture.ts';

/** Of those that are hardly sure four in ten are wrong, of the others hardly any. */
const TELLING = (score: number): number => (score < 0.7 ? 0.6 : 0.99);

async function told(
  t: TestContext,
  made: Made,
  config = CONFIG,
  more: Parameters<typeof run>[1] = {},
): Promise<Recalibration> {
  const { text, code } = await run(await place(t, made, config), { json: true, ...more });
  assert.equal(code, 0);
  return JSON.parse(text) as Recalibration;
}

const refitOf = ({ tasks }: Recalibration, key: string): Refit => {
  const found = tasks[0]?.refits.find((refit) => refit.key === `output.${key}`);
  assert.ok(found !== undefined, key);
  return found;
};

describe('tierline recalibrate', () => {
  test('shows what is, what would be, the diff and the effect, and leaves the file alone', async (t) => {
    const where = await place(t, { rightAt: TELLING, calls: 1500, tokensOf: (random) => 60 + 20 * random() });
    const { code, text, warnings, written } = await run(where);
    assert.equal(code, 0);
    assert.equal(written, CONFIG);
    assert.match(text, /^label \(first model: small\): 1,500 calls by its own route, \d+ graded canaries\.\n/);
    assert.match(text, /│ output\.typical_tokens +│ +40 │ +(69|70|71) │ +\d,?\d+ │ +\d\d - \d\d │ change/);
    assert.match(text, /│ output\.largest_tokens +│ +- │ +80 │/);
    assert.match(
      text,
      /│ confidence\.min \(accept\[1\]\) +│ +0\.5 │ +0\.(7|6\d+) │ +\d+ │ +9\d(\.\d)? - (9\d(\.\d)?|100) % right │ change/,
    );
    assert.match(text, /\n-    output: \{ typical_tokens: 40, pass_rate: 90% \} # as it was at launch\n/);
    assert.match(text, /\n\+      - confidence: \{ at: \/c, min: (70|6\d(\.\d)?)% \} # how sure it says it is\n/);
    assert.match(text, /\nWith the changes 1,500 calls would cost \d+(\.\d)? % more, \$6\.\d\d instead of \$3\.\d\d/);
    assert.match(text, /│ as good +│ +8\d(\.\d)? % \(.+\) │ +9\d(\.\d)? % \(.+\) │ +\+1\d(\.\d)? \(\+1\d/);
    assert.match(text, /where thresholds change only those that they were not chosen by\.\n/);
    assert.deepEqual(warnings, ['nothing was changed; --write changes the file']);
    for (const line of text.split('\n').filter((each) => !each.startsWith('    tierline')))
      assert.ok(line.length <= 110, line);
  });

  test('writes it with every comment, and the next run keeps what was written', async (t) => {
    const where = await place(t, { rightAt: TELLING, tokensOf: () => 70 });
    const { written, warnings } = await run(where, { write: true });
    assert.deepEqual(warnings, [`${where.file} was changed`]);
    assert.match(written, /^# Kept as it is\.\n/);
    assert.match(
      written,
      /output: \{ typical_tokens: 70, pass_rate: \d\d(\.\d)?%, largest_tokens: 70 \} # as it was at launch/,
    );
    const task = loadConfig({ path: where.file, env: {} }).tasks.get('label');
    assert.equal(task?.typicalOutputTokens, 70);
    const again = await run(where, { write: true });
    assert.match(again.text, /\nNothing to change\.\n/);
    assert.deepEqual([again.written, again.warnings], [written, []]);
  });

  test('says that nothing is to be changed where everything is as it is said to be', async (t) => {
    const config = CONFIG.replace(
      'typical_tokens: 40, pass_rate: 90%',
      'typical_tokens: 40, largest_tokens: 40, pass_rate: 69%',
    );
    const { code, text, warnings, written } = await run(await place(t, {}, config), { write: true });
    assert.deepEqual([code, warnings, written], [0, [], config]);
    assert.match(text, /\nNothing to change\.\n/);
    assert.match(text, /thresholds: of the answers that pass 9\d(\.\d)? % are right .*`tierline calibrate`/s);
    assert.match(text, /segments: one for all: 5 segments held against the others, none is surely worse/);
  });

  test('gives one object as JSON', async (t) => {
    const found = await told(t, { rightAt: TELLING });
    assert.equal(found.version, 1);
    const typical = refitOf(found, 'typical_tokens');
    assert.deepEqual([typical.verdict, typical.value], ['keep', 40]);
    assert.equal(found.tasks[0]?.thresholds.verdict, 'change');
    assert.ok((found.effect?.canaries?.difference.low ?? 0) > 0, JSON.stringify(found.effect?.canaries));
    assert.ok((found.effect?.simulation.difference.costNanoUsd ?? 0) > 0);
    const before = found.effect?.simulation.current.escalation ?? 1;
    assert.ok((found.effect?.simulation.candidate.escalation ?? 0) > before + 0.1);
  });

  test('takes what it expects of a first model from gates and canaries, under the numbers that it proposes', async (t) => {
    const kept = refitOf(await told(t, { rightAt: () => 0.97 }), 'pass_rate');
    // Five of seven are sure enough, and 97 % of those are right.
    assert.ok(Math.abs((kept.value ?? 0) - 0.69) < 0.03 && kept.verdict === 'change', JSON.stringify(kept));
    const raised = refitOf(await told(t, { rightAt: TELLING }), 'pass_rate');
    assert.ok((raised.value ?? 1) < 0.47 && (raised.value ?? 0) > 0.35, JSON.stringify(raised));
  });

  test('lets old evidence fade', async (t) => {
    const old = makeTraffic({ calls: 700, tokensOf: () => 200, days: 10 }, 2);
    const shifted = old.rows.map((row) => ({ ...row, atMs: row.atMs - 60 * 86_400_000 }));
    const where = await place(t, { calls: 700, tokensOf: () => 70 });
    const ledger = openLedger({ path: where.ledger });
    for (const row of shifted) void ledger.record(row);
    await ledger.close();
    const at = async (more: Parameters<typeof run>[1]): Promise<number | null> =>
      refitOf(JSON.parse((await run(where, { json: true, ...more })).text) as Recalibration, 'largest_tokens').value;
    assert.equal(await at({ halfLifeMs: 5 * 86_400_000 }), 70);
    assert.equal(await at({ halfLifeMs: 1000 * 86_400_000 }), 200);
    assert.equal(await at({ halfLifeMs: 1000 * 86_400_000, since: '30d' }), 70);
  });
});

describe('a segment that is worse', () => {
  const BAD_TENANT = (_score: number, { tenant }: { tenant: string }): number => (tenant === 'acme' ? 0.75 : 0.98);
  const BAD_LANGUAGE = (_score: number, { language }: { language: string }): number =>
    language === 'de' ? 0.75 : 0.98;

  test('is sent to the reference by a rule, and the effect is told over the ledger', async (t) => {
    const where = await place(t, { rightAt: BAD_TENANT });
    const { text, written } = await run(where, { write: true });
    assert.match(text, /│ tenant:acme +│ +-2\d\.\d, others -\d\.\d │ +big │ +\d+ │ +-\d+\.\d to -\d+\.\d │ change/);
    assert.match(text, /\n\+    rules:\n\+      - \{ when: \{ tenant: acme \}, route: big \}\n/);
    assert.match(written, /route: \{ cascade: \[small, big\] \}\n/);
    const [rule] = loadConfig({ path: where.file, env: {} }).tasks.get('label')?.rules ?? [];
    assert.deepEqual(rule?.when?.when?.tenants, ['acme']);
    const again = await run(where, { write: true });
    assert.match(again.text, /\nNothing to change\.\n/);
    assert.equal(again.written, written);
    assert.match(text, /1,200 calls would cost \d+(\.\d)? % more/);
    assert.match(text, /│ escalated +│ +28\.\d % │ +1\d(\.\d)? % │ +-\d/);
    assert.match(text, /│ as good +│ +91(\.\d)? % \(.+\) │ +99(\.\d)? % \(.+\) │/);
  });

  test('by its language is told by canaries, for no row knows the language', async (t) => {
    const { text } = await run(await place(t, { rightAt: BAD_LANGUAGE }));
    assert.match(
      text,
      /The rule for de is not in the cost, for the ledger does not keep the language; by the canaries all changes/,
    );
    const { tasks, effect, diff } = await told(t, { rightAt: BAD_LANGUAGE });
    assert.match(diff, /^\+ {6}- \{ when: \{ language: de \}, route: big \}$/m);
    assert.equal(tasks[0]?.segments.verdict, 'rules');
    assert.equal(effect?.simulation.difference.costNanoUsd, 0);
    const { difference, perCall } = effect?.canaries ?? { difference: null, perCall: null };
    assert.ok((difference?.low ?? 0) > 0.02, JSON.stringify(difference));
    // Three in ten are German, and each costs 5,400,000 more.
    assert.ok((perCall?.mean ?? 0) > 1_000_000 && (perCall?.mean ?? 0) < 2_200_000, JSON.stringify(perCall));
  });

  test('may lose what is allowed', async (t) => {
    const { tasks, diff } = await told(t, { rightAt: BAD_TENANT }, CONFIG, { maxLoss: 0.5 });
    assert.deepEqual(tasks[0]?.segments.findings[0]?.verdict, 'allowed');
    assert.doesNotMatch(diff, /rules/);
  });

  test('keeps the fallbacks of the route', async (t) => {
    const config = CONFIG.replace('{ cascade: [small, big] }', '{ cascade: [small, big], fallback: spare }').replace(
      'tasks:',
      '  spare: { use: p/up-spare, price: { input: 5, output: 5 } }\ntasks:',
    );
    const { diff } = await told(t, { rightAt: BAD_TENANT }, config);
    assert.match(diff, /route: \{ model: big, fallback: spare \}/);
  });
});

describe('evidence', () => {
  test('that is missing is named, with how much there is of it', async (t) => {
    const { code, text } = await run(await place(t, { calls: 40, canaries: 0.2 }));
    assert.equal(code, 0);
    assert.match(text, /output\.typical_tokens: \d\d measured answers of its first model, and 50 are the least/);
    assert.match(
      text,
      /thresholds: of \d accepted answers with a score it is known whether they are right, and 50 are the least/,
    );
    assert.match(text, /segments: \d graded canaries, and 40 are the least/);
    assert.match(text, /\nNothing to change\.\n/);
  });

  test('of a task without calls is none', async (t) => {
    const { text } = await run(await place(t, { calls: 0 }));
    assert.equal(text, 'No calls since 2026-08-04: label.\n\nNothing to change.\n');
  });

  test('of a person goes before that of a gate', async (t) => {
    const grades = Array.from(
      { length: 600 },
      (_, at): Note => ({
        id: `grd_${at}`,
        kind: 'grade',
        atMs: NOW_MS,
        tenant: 'acme',
        task: 'label',
        about: `can_req_1_${String(at).padStart(5, '0')}`,
        costs: [],
        body: { better: 'tie', by: 'ann' },
      }),
    );
    const { tasks } = await told(t, { calls: 600, canaries: 1, rightAt: () => 0.5, more: grades });
    assert.match(tasks[0]?.thresholds.say ?? '', /^of the answers that pass 100 % are right/);
  });

  test('of calls that a rule, a client or a candidate decided is not that of the route', async (t) => {
    const where = await place(t, { calls: 300 });
    const ledger = openLedger({ path: where.ledger });
    const [first, second, third] = makeTraffic({ calls: 3 }, 5).rows;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    void ledger.record({ ...first, reasons: [{ step: 'rule', say: 'rule 1 of the task label: big' }] });
    void ledger.record({ ...second, arm: { rollout: 'r', arm: 'candidate', percent: 5 } });
    void ledger.record({ ...third, reasons: [{ step: 'request', say: 'the client names it' }] });
    for (const { id } of [first, second, third]) void ledger.note(canaryOf(id, { atMs: NOW_MS, gap: -1 }));
    await ledger.close();
    const { seen } = (JSON.parse((await run(where, { json: true })).text) as Recalibration).tasks[0] ?? {};
    assert.equal(seen?.calls, 300);
    assert.ok((seen?.canaries ?? 999) < 120);
  });

  test('of clients counts where nearly every answer has some, and weak signals never', async (t) => {
    const { rows } = makeTraffic({ calls: 600 });
    const say = (source: string, score: number | null): Note[] =>
      rows.map(({ id, atMs, tenant }, at) => ({
        id: `fb_${source}_${at}`,
        kind: 'feedback',
        atMs,
        tenant,
        task: 'label',
        about: id,
        costs: [],
        body: { source, score, label: null, comment: null, model: 'small' },
      }));
    const client = await told(t, { calls: 600, canaries: 0, more: say('client', 0.8) });
    assert.match(client.tasks[0]?.thresholds.say ?? '', /^of the answers that pass 80 % are right/);
    assert.equal(client.tasks[0]?.seen.feedback, 600);
    const weak = await told(t, { calls: 600, canaries: 0, more: say('weak', null) });
    assert.deepEqual([weak.tasks[0]?.thresholds.verdict, weak.tasks[0]?.seen.weak], ['few', 600]);
  });
});

describe('a predicted route', () => {
  test('is told how it is trained anew, and that it sees only its own choices', async (t) => {
    const predicted = CONFIG.replace('{ cascade: [small, big] }', '{ predict: artifacts/label.json }').replace(
      '  big:',
      '  large: { use: p/up-large, price: { input: 10, output: 20 } }\n  big:',
    );
    const where = await place(t, { calls: 300 }, predicted);
    const [data, prices, out] = ['rows.jsonl', 'prices.json', 'artifacts/label.json'].map((name) =>
      join(where.folder, name),
    );
    assert.ok(data !== undefined && prices !== undefined && out !== undefined);
    writeFileSync(
      data,
      makeRows(120)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
    writeFileSync(prices, JSON.stringify(PRICES));
    const training = { data: [data], models: null, out, gate: false, reference: null, label: 'correct', without: [] };
    await trainCommand({ ...training, prices, seed: 3, json: false, config: null, encoder: null }, hear().io);
    const said = JSON.parse((await run(where, { json: true, nowMs: NOW_MS })).text) as Recalibration;
    const [task] = said.tasks;
    assert.equal(task?.first, null);
    assert.deepEqual(task?.predictors[0]?.commands, [
      'tierline rows label --from profile,canary --out tierline/rows/label.jsonl',
      'tierline train --data tierline/rows/label.jsonl --models small,large --reference large --seed 3 --out artifacts/label.json',
    ]);
    assert.equal(task?.predictors[0]?.trainedRows, 120);
    assert.match(task?.idle.join('\n') ?? '', /tasks\.label\.route sees only its own choices; `explore: 2%` there/);
    assert.match((await run(where)).text, /artifacts\/label\.json was made \d{4}-\d\d-\d\d of 120 rows;/);
  });
});

describe('what cannot be written', () => {
  test('a number from the environment is left, and said', async (t) => {
    const config = CONFIG.replace('typical_tokens: 40', 'typical_tokens: "${TYPICAL:-40}"');
    const where = await place(t, { tokensOf: () => 70 }, config);
    const { text } = await run(where);
    assert.match(
      text.replaceAll(/\s+/g, ' '),
      / Left: tasks\.label\.output\.typical_tokens in line \d comes from the environment, so it cannot be changed there\. /,
    );
    assert.doesNotMatch(text, /Nothing to change/);
  });

  test('what is edited is the file as it stands there', async (t) => {
    const where = await place(t, { tokensOf: () => 70 });
    const config = loadConfig({ path: where.file, env: {} });
    writeFileSync(where.file, `${CONFIG}# An edit.\n`);
    const { written } = await run(where, { config, write: true });
    assert.match(written, /# An edit\.\n$/);
    assert.match(written, /typical_tokens: 70/);
  });

  test('a task, a ledger or a file that is not there is said', async (t) => {
    const where = await place(t, { calls: 5 });
    await assert.rejects(run(where, { tasks: ['nope'] }), /There is no task "nope"\. Tasks: label\./);
    await assert.rejects(run(where, { ledger: '/nowhere/l.db' }), /There is no ledger at/);
    await assert.rejects(run(where, { since: 'soon' }), /"soon" is no time/);
    const config = { ...loadConfig({ path: where.file, env: {} }), file: null };
    await assert.rejects(run(where, { config }), /There is no tierline\.yaml here to recalibrate/);
  });
});
