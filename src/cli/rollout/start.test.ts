import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Rollouts } from '../../after/rollouts.ts';
import { rolloutEventsPath } from '../../watch/rollout/places.ts';
import { type Folder, makeFolder, NOW_MS, ROLLOUT, said } from './rollouts.fixture.ts';
import { type StartOptions, startCommand } from './start.ts';

const CANDIDATE = '{ cascade: [nano, haiku] }';

async function start(folder: Folder, more: Partial<StartOptions> = {}): Promise<string> {
  const { ledger } = folder;
  const options = { config: folder.config(), ledger, task: 'triage', nowMs: NOW_MS, env: {}, ...more };
  return said((io) => startCommand(options, io));
}

/** The share of callers that a gateway with this configuration puts on the candidate; null for no rollout. */
function shareIn(folder: Folder): number | null {
  const path = rolloutEventsPath(folder.ledger);
  const rollouts = new Rollouts({
    path,
    warn: assert.fail,
    raise: () => undefined,
    frozenBy: () => null,
    nowMs: () => NOW_MS + 5,
  });
  rollouts.under(folder.config().rollouts);
  return rollouts.rolloutOf('triage')?.percent ?? null;
}

describe('tierline rollout start, with a candidate', () => {
  test('shows the change, leaves the file alone, and makes it with --write, from where a gateway begins it', async (t) => {
    const folder = makeFolder(t, '');
    const before = folder.text();
    const text = await start(folder, { candidate: CANDIDATE, steps: [10, 100], approval: 'ask', by: 'tenant' });
    const line = '  triage: { candidate: { cascade: [nano, haiku] }, steps: [10, 100], by: tenant, approval: ask }';
    assert.ok(text.startsWith(`${folder.file}:\n@@ line `));
    assert.ok(text.includes(`\n+rollouts:\n+${line}\n`), text);
    assert.ok(text.endsWith('\n\nNothing was changed; --write does it.\n'));
    assert.equal(folder.text(), before);
    const written = await start(folder, {
      candidate: CANDIDATE,
      steps: [10, 100],
      approval: 'ask',
      by: 'tenant',
      write: true,
    });
    assert.match(written, /Written\. A running gateway begins at 10 % as soon as it has read the file\.\n$/);
    assert.equal(folder.text(), `${before}rollouts:\n${line}\n`);
    assert.deepEqual(folder.events(), [], 'the gateway begins it');
    assert.equal(shareIn(folder), 10);
  });

  test('takes a mere model, and says the same as JSON', async (t) => {
    const folder = makeFolder(t, '');
    const told = JSON.parse(await start(folder, { candidate: 'nano', write: true, json: true })) as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [told['task'], told['isWritten'], told['config'], told['notes']],
      ['triage', true, folder.file, []],
    );
    assert.ok((told['diff'] as string[]).includes('+  triage: { candidate: nano }'));
    assert.deepEqual(folder.own().candidate.targets[0], { kind: 'model', name: 'nano' });
  });

  test('writes nothing that would be no valid configuration, and says where it is wrong', async (t) => {
    const folder = makeFolder(t, '');
    const before = folder.text();
    const refused: [Partial<StartOptions>, RegExp][] = [
      [
        { candidate: '{ cascade: [nano, haikuu] }' },
        /would not be valid; nothing was changed\.\n[^]*there is no model[^]*Did you mean "haiku"\?/,
      ],
      [{ candidate: '{ cascade: [nano' }, /is no route on one line/],
      [{ candidate: CANDIDATE, steps: [50, 10] }, /a step is not above the one before it|the last step is 100/],
      [{ candidate: CANDIDATE, task: 'notes' }, /would not be valid[^]*rollouts\.notes\.candidate/],
      [{ candidate: CANDIDATE, task: 'triagge' }, /There is no task "triagge"\. Did you mean triage\?/],
      [{ candidate: CANDIDATE, config: { ...folder.config(), file: null } }, /no tierline\.yaml here[^]*--config/],
    ];
    for (const [options, problem] of refused) await assert.rejects(start(folder, { ...options, write: true }), problem);
    assert.equal(folder.text(), before);
  });

  test('says when nothing would ever tell how good it is', async (t) => {
    const folder = makeFolder(t, '');
    assert.match(
      await start(folder, { task: 'notes', candidate: 'nano' }),
      /Nothing tells how good answers of notes are[^]*only a person/,
    );
    writeFileSync(
      folder.file,
      folder
        .text()
        .replace(/canary: \{.*\}\n/, '')
        .replace(', canary: off', ''),
    );
    assert.match(await start(folder, { candidate: 'nano' }), /triage has no canaries: pass rates of its gates decide/);
  });

  test('replaces a candidate that runs, which it says, and the new one begins at the first step', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('step', 50);
    assert.equal(shareIn(folder), 50);
    const text = await start(folder, { candidate: 'nano', write: true });
    assert.match(text, /The candidate that is at 50 % now is replaced: the new one begins at 5 %\./);
    assert.match(folder.text(), /rollouts:\n {2}triage: \{ candidate: nano \} # try it\n/);
    assert.equal(shareIn(folder), 5);
  });

  test('that stands there already changes nothing, and says what becomes of it', async (t) => {
    const folder = makeFolder(t);
    assert.match(await start(folder, { candidate: CANDIDATE, write: true }), /has it already\.\n$/);
    folder.begin();
    assert.match(
      await start(folder, { candidate: CANDIDATE }),
      /has it already\.\nThe candidate is the one that runs: it stays at 5 %\./,
    );
    assert.match(
      await start(folder, { candidate: CANDIDATE, steps: [5, 100] }),
      /\+.*steps: \[5, 100\][^]*it stays at 5 %/,
    );
    folder.happen('rolled_back', 0);
    assert.match(
      await start(folder, { candidate: CANDIDATE }),
      /the one that has ended: `tierline rollout start triage` begins it again/,
    );
  });

  for (const [how, event, percent] of [
    ['had been rolled back', 'rolled_back', 0],
    ['had reached everybody', 'finished', 100],
    ['was at half of the callers', 'step', 50],
  ] as const)
    test(`that ${how} when it was taken out begins at the first step when it is put in again`, async (t) => {
      const folder = makeFolder(t);
      folder.begin();
      folder.happen(event, percent);
      writeFileSync(folder.file, folder.text().replace(ROLLOUT, ''));
      await start(folder, { candidate: CANDIDATE });
      assert.equal(folder.state().percent, percent, 'nothing happens without --write');
      await start(folder, { candidate: CANDIDATE, write: true });
      assert.deepEqual(
        [folder.state().status, folder.state().percent, folder.state().history[0]?.by],
        ['running', 5, 'person'],
      );
      assert.equal(shareIn(folder), 5);
    });
});

describe('tierline rollout start, without a candidate', () => {
  test('begins one again that was rolled back or aborted', async (t) => {
    const folder = makeFolder(t);
    const first = folder.begin();
    for (const end of ['rolled_back', 'aborted'] as const) {
      folder.happen('step', 25);
      folder.happen(end, 0);
      assert.equal(shareIn(folder), null);
      const text = await start(folder, { nowMs: NOW_MS + folder.events().length });
      const { status, percent, rollout, history } = folder.state();
      assert.deepEqual([status, percent, history[0]?.by], ['running', 5, 'person']);
      assert.equal(text, `triage: begins again at 5 % as ${rollout}. A running gateway follows within seconds.\n`);
      assert.notEqual(rollout, first.rollout);
      assert.equal(shareIn(folder), 5);
    }
    folder.happen('aborted', 0);
    const told = JSON.parse(await start(folder, { json: true, nowMs: NOW_MS + 99 })) as object;
    assert.deepEqual(told, { task: 'triage', rollout: folder.state().rollout, status: 'running', percent: 5 });
  });

  test('refuses what has not ended, or is not there, with what to do', async (t) => {
    const folder = makeFolder(t);
    await assert.rejects(start(folder), /has not begun yet: it begins as soon as a gateway has read the configuration/);
    await assert.rejects(
      start(folder, { task: 'notes' }),
      /notes has no rollout in the configuration: name the route to try with --candidate/,
    );
    folder.begin();
    folder.happen('step', 25);
    await assert.rejects(start(folder), /The rollout of triage is running, at 25 %/);
    await assert.rejects(start(folder, { steps: [100] }), /--steps, --by and --approval go with --candidate/);
    folder.happen('finished', 100);
    await assert.rejects(start(folder), /has reached everybody\. `tierline rollout promote triage`/);
    assert.equal(folder.events().length, 3);
  });
});
