import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { rulesOf } from '../../watch/rollout/config-rules.ts';
import { type AbortOptions, abortCommand } from './abort.ts';
import { evidenceFor, type Folder, makeFolder, NOW_MS, ROLLOUT, said } from './rollouts.fixture.ts';

async function abort(folder: Folder, more: Partial<AbortOptions> = {}): Promise<string> {
  const { ledger } = folder;
  return said((io) => abortCommand({ config: folder.config(), ledger, task: 'triage', nowMs: NOW_MS, ...more }, io));
}

describe('tierline rollout abort', () => {
  test('ends a rollout, keeps why and what was known, and leaves the configuration alone', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('step', 25);
    const evidence = evidenceFor(rulesOf(folder.own()), { calls: 20 });
    folder.keep(evidence);
    const before = folder.text();
    const text = await abort(folder, { why: ' Customers complain. ' });
    assert.match(
      text,
      /^triage: ended at 25 %\. All callers go back to haiku; a running gateway follows within seconds\.\nThe configuration keeps the candidate\. It is not tried again until it is changed, or `tierline rollout start triage` begins it again; take `rollouts\.triage` out if you are done with it\.\n$/,
    );
    const { status, percent, history } = folder.state();
    assert.deepEqual([status, percent], ['aborted', 0]);
    const { by, why, evidence: known } = history.at(-1) ?? assert.fail();
    assert.deepEqual([by, why, known], ['person', 'Customers complain.', evidence]);
    assert.equal(folder.text(), before);
    await assert.rejects(abort(folder), /The rollout of triage has ended already: aborted on 2026-11-28\./);
  });

  test('ends one that waits for approval, as JSON', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('held', 5);
    const { note, ...told } = JSON.parse(await abort(folder, { json: true })) as Record<string, unknown>;
    const { rollout } = folder.state();
    assert.deepEqual(told, {
      task: 'triage',
      rollout,
      status: 'aborted',
      from: 5,
      percent: 0,
      why: 'A person ended it.',
    });
    assert.match(String(note), /^The configuration keeps the candidate/);
  });

  test('says when the configuration has another candidate, or none any more', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    writeFileSync(folder.file, folder.text().replace('nano, haiku', 'nano, sonnet'));
    assert.match(
      await abort(folder),
      /The candidate in the configuration is another one, which a gateway begins as soon/,
    );
    await assert.rejects(
      abort(folder),
      /has not begun yet: take `rollouts\.triage` out of the configuration, and it never does/,
    );
    const other = makeFolder(t);
    other.begin();
    writeFileSync(other.file, other.text().replace(ROLLOUT, ''));
    assert.match(await abort(other), /ended at 5 %[^]*The configuration has it no longer\.\n$/);
  });

  test('refuses where there is nothing to end, with what to do', async (t) => {
    const folder = makeFolder(t);
    await assert.rejects(abort(folder, { task: 'tirage' }), /There is no task "tirage"\. Did you mean triage\?/);
    await assert.rejects(abort(folder, { task: 'notes' }), /^Error: notes has no rollout\.$/);
    await assert.rejects(abort(folder), /has not begun yet/);
    folder.begin();
    folder.happen('finished', 100);
    await assert.rejects(
      abort(folder),
      /reached everybody on 2026-11-28, and is over: take `rollouts\.triage` out of the configuration, and all callers are back/,
    );
    writeFileSync(folder.file, folder.text().replace(ROLLOUT, ''));
    await assert.rejects(abort(folder), /reached everybody on 2026-11-28, and the configuration has it no longer\./);
    assert.equal(folder.events().length, 2);
  });
});
