import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { rulesOf } from '../../watch/rollout/config-rules.ts';
import { watchStatePath } from '../../watch/rollout/places.ts';
import { evidenceFor, type Folder, makeFolder, NOW_MS, ROLLOUT, said } from './rollouts.fixture.ts';
import { type StatusOptions, statusCommand } from './status.ts';

async function status(folder: Folder, more: Partial<StatusOptions> = {}): Promise<string> {
  const { ledger } = folder;
  return said((io) => statusCommand({ config: folder.config(), ledger, task: undefined, nowMs: NOW_MS, ...more }, io));
}
async function json(folder: Folder, more: Partial<StatusOptions> = {}) {
  return JSON.parse(await status(folder, { ...more, json: true })) as {
    events: string;
    evidence: { path: string; writtenAt: string | null };
    rollouts: Record<string, unknown>[];
  };
}
const row = (text: string): string => /│ triage .*│/.exec(text)?.[0].replaceAll(/ +/g, ' ') ?? '';

describe('tierline rollout status', () => {
  test('says what to do where there is none', async (t) => {
    const folder = makeFolder(t, '');
    assert.match(
      await status(folder),
      /^There are no rollouts\. `tierline rollout start <task> --candidate <route>` begins one\.\n$/,
    );
    assert.match(await status(folder, { task: 'notes' }), /^notes has no rollout\. `tierline rollout start notes/);
    assert.deepEqual((await json(folder)).rollouts, []);
    await assert.rejects(status(folder, { task: 'triag' }), /There is no task "triag"\. Did you mean triage\?/);
    await assert.rejects(status(folder, { task: 'zzz' }), /There is no task "zzz"\. There are: triage, notes\./);
  });

  test('says of one that no gateway has begun that it has not begun', async (t) => {
    const folder = makeFolder(t);
    const text = await status(folder);
    assert.equal(row(text), '│ triage │ - │ not begun │ - │ - │ - │');
    assert.match(
      text,
      /triage: cascade nano > haiku in place of haiku\n {2}It begins at 5 % as soon as a gateway has read/,
    );
    folder.begin();
    writeFileSync(folder.file, folder.text().replace('[nano, haiku]', '[nano, sonnet]'));
    assert.equal(
      row(await status(folder)),
      '│ triage │ - │ not begun │ - │ - │ - │',
      'another candidate is another rollout',
    );
  });

  test('says plainly that no gateway has written evidence yet, or none that counts', async (t) => {
    const folder = makeFolder(t);
    const { rollout } = folder.begin();
    assert.ok(
      (await status(folder)).includes(
        `No gateway has written evidence yet: there is no ${watchStatePath(folder.ledger)}.`,
      ),
    );
    assert.equal((await json(folder)).evidence.writtenAt, null);
    const evidence = evidenceFor(rulesOf(folder.own()), { calls: 10 });
    folder.keepText('{}');
    assert.match(await status(folder), /No gateway has written evidence of this rollout yet\./);
    folder.keep(evidence, { rollout: 'an-earlier-one' });
    assert.match(await status(folder), /No gateway has written evidence of this rollout yet\./);
    folder.keep(evidence, { rules: JSON.stringify({ ...rulesOf(folder.own()), maxLoss: 0.2 }) });
    assert.match(await status(folder), /no longer counts, for the rules in the configuration were changed/);
    folder.keepText('{"rollouts":');
    assert.match(await status(folder), /is not what a gateway writes/);
    folder.keepText(
      JSON.stringify({
        rollouts: {
          triage: { rollout, step: 0, rules: JSON.stringify(rulesOf(folder.own())), evidence: { gaps: {} } },
        },
      }),
    );
    assert.match(await status(folder), /is not what this version writes/);
    assert.doesNotMatch(await status(folder), /Quality|Needed|ago/);
  });

  test('shows share, arms, a line for each measure and what is needed', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('step', 25);
    const evidence = evidenceFor(rulesOf(folder.own()), { calls: 150 });
    folder.keep(evidence);
    const text = await status(folder);
    const { base, candidate } = evidence.calls;
    assert.equal(
      row(text),
      `│ triage │ 25 %, 2 of 4 │ running │ 2026-11-28 10:30 │ ${candidate} / ${base} │ ${candidate} / ${base} │`,
    );
    assert.match(text, /\n {2}open {2}Quality: .*\n {2}\w+ +Cost: .*\n {2}\w+ +Latency: .*\n {2}\w+ +Errors: .*\n/);
    assert.match(
      text,
      new RegExp(
        `Needed for 50 % at least: ${200 - candidate} more calls of the candidate, ${200 - base} more calls of the base arm, \\d+ more pairs of canaries\\.`,
      ),
    );
    assert.match(text, /The evidence is what a gateway wrote 1 min 0 s ago\.\n$/);
    assert.doesNotMatch(text, /It is step/);
    const [told] = (await json(folder)).rollouts;
    assert.deepEqual(
      [told?.['percent'], told?.['step'], told?.['next'], told?.['verdict'], told?.['since']],
      [25, 2, 50, 'wait', '2026-11-28T10:30:00.000Z'],
    );
    assert.deepEqual(
      [told?.['base'], told?.['candidate'], told?.['calls']],
      ['haiku', 'cascade nano > haiku', evidence.calls],
    );
    assert.ok(!('history' in (told ?? {})));
  });

  test('says when the minimum is there and quality is open, and when the evidence is enough, to go on or back', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    const rules = rulesOf(folder.own());
    folder.keep(evidenceFor(rules, { calls: 450, worse: 0.13 }));
    assert.match(
      await status(folder),
      /Needed for 25 %: that quality is shown; after 5,7\d\d more canaries of the candidate it is given up/,
    );
    folder.keep(evidenceFor(rules, { calls: 3000, worse: 0.05 }));
    assert.match(
      await status(folder),
      /fine {2}Quality[^]*That is enough for 25 %; a running gateway goes on, unless an alert holds it\./,
    );
    folder.keep(evidenceFor(rules, { calls: 600, worse: 0.5 }));
    assert.match(await status(folder), /bad {3}Quality[^]*That is enough to go back; a running gateway does it\./);
  });

  test('says who is waited for where a person approves', async (t) => {
    const folder = makeFolder(t, ROLLOUT.replace('} } #', '}, approval: ask } #'));
    folder.begin();
    folder.keep(evidenceFor(rulesOf(folder.own()), { calls: 3000, worse: 0.05 }));
    assert.match(await status(folder), /a running gateway asks for approval/);
    folder.happen('held', 5);
    assert.match(
      await status(folder),
      /5 %, 1 of 4 +│ waits for approval[^]*It waits for a person: `tierline rollout promote triage` goes on to 25 %\./,
    );
  });

  test('of one that has ended says why, with the figures of its end, also where the configuration has it no longer', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('step', 25);
    folder.happen('rolled_back', 0, {
      why: 'Back\u001b from 25 %.',
      evidence: evidenceFor(rulesOf(folder.own()), { calls: 40 }),
    });
    const text = await status(folder);
    assert.match(row(text), /│ 0 %, from 25 % │ rolled back │ 2026-11-28 11:30 │ \d+ \/ \d+ │/);
    assert.match(text, /\n {2}Back\ufffd from 25 %\.\n {2}`tierline rollout start triage` begins it again\./);
    writeFileSync(folder.file, folder.text().replace(ROLLOUT, ''));
    const gone = await status(folder);
    assert.match(
      gone,
      /rolled back[^]*The configuration has it no longer: all callers are on the route of the task\.\n {2}Back/,
    );
    assert.doesNotMatch(gone, /rollout start/);
  });

  test('of one that has reached everybody says what makes it the route', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('finished', 100);
    const text = await status(folder);
    assert.match(
      text,
      /100 %, 4 of 4 +│ finished[^]*It is finished\.\n {2}`tierline rollout promote triage` makes it the route of the task\./,
    );
  });

  test('tells everything that happened with --history, in JSON without the evidence', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('step', 25, { evidence: evidenceFor(rulesOf(folder.own()), { calls: 3 }) });
    const text = await status(folder, { history: true, task: 'triage' });
    assert.match(
      text,
      /2026-11-28 09:30 {2}started +5 % {2}tierline {2}The candidate is new\.\n +2026-11-28 10:30 {2}step +25 % {2}tierline {2}It is step\./,
    );
    const [told] = (await json(folder, { history: true })).rollouts;
    const history = told?.['history'] as object[];
    assert.deepEqual([history.length, history.some((event) => 'evidence' in event)], [2, false]);
  });

  test('of a share that is no step says that it stays', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('step', 30);
    folder.keep(evidenceFor(rulesOf(folder.own()), { calls: 10 }));
    assert.match(await status(folder), /│ 30 % +│[^]*30 % is none of the steps 5, 25, 50, 100: it stays there\./);
  });
});
