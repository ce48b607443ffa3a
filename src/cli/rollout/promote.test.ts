import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Rollouts } from '../../after/rollouts.ts';
import { rulesOf } from '../../watch/rollout/config-rules.ts';
import { rolloutEventsPath } from '../../watch/rollout/places.ts';
import { abortCommand } from './abort.ts';
import { type PromoteOptions, promoteCommand } from './promote.ts';
import { evidenceFor, type Folder, makeFolder, NOW_MS, ROLLOUT, said } from './rollouts.fixture.ts';

async function promote(folder: Folder, more: Partial<PromoteOptions> = {}): Promise<string> {
  const { ledger } = folder;
  const options = { config: folder.config(), ledger, task: 'triage', ask: null, nowMs: () => NOW_MS, env: {}, ...more };
  return said((io) => promoteCommand(options, io));
}
const last = (folder: Folder) => folder.events().at(-1);

describe('tierline rollout promote', () => {
  test('approves what waits for a person, and asks nobody', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('held', 5);
    const text = await promote(folder, { ask: () => assert.fail('asked') });
    assert.equal(text, 'triage: from 5 % to 25 %, approved. A running gateway follows within seconds.\n');
    const { event, percent, by, why } = last(folder) ?? assert.fail();
    assert.deepEqual([event, percent, by, why], ['approved', 25, 'person', 'A person approved it.']);
    assert.deepEqual([folder.state().status, folder.state().percent], ['running', 25]);
  });

  test('moves one on that the evidence has not asked for only with --yes or a word, and says so', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    const evidence = evidenceFor(rulesOf(folder.own()), { calls: 150 });
    folder.keep(evidence);
    const because =
      /triage would go from 5 % to 25 %\. The evidence has not asked for it\. Waiting at 5 %, at least for .* more calls/;
    await assert.rejects(promote(folder), because);
    await assert.rejects(promote(folder), /Say --yes if you want it all the same/);
    const asked: string[] = [];
    const answer = (is: boolean) => (question: string) => {
      asked.push(question);
      return Promise.resolve(is);
    };
    await assert.rejects(promote(folder, { ask: answer(false) }), /^Error: Nothing was changed\.$/);
    assert.equal(folder.events().length, 1);
    assert.match(
      await promote(folder, { ask: answer(true) }),
      /from 5 % to 25 %, moved on by hand; the evidence has not asked for it/,
    );
    assert.match(asked[1] ?? '', because);
    assert.deepEqual([last(folder)?.event, last(folder)?.by, last(folder)?.percent], ['step', 'person', 25]);
    assert.deepEqual(last(folder)?.evidence, evidence, 'what was known then');
    await promote(folder, { yes: true });
    const text = await promote(folder, { yes: true });
    assert.match(text, /from 50 % to 100 %.*`tierline rollout promote triage` then makes it the route/);
    assert.deepEqual([last(folder)?.event, folder.state().status], ['finished', 'finished']);
  });

  test('says that nothing is known where no gateway has written evidence, and that it is enough where it is', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    await assert.rejects(promote(folder), /has not asked for it\. No gateway has written evidence yet/);
    folder.keep(evidenceFor(rulesOf(folder.own()), { calls: 3000, worse: 0.05 }));
    await assert.rejects(
      promote(folder),
      /The evidence is enough, but no gateway has gone on; none does while an alert holds it\. Say --yes/,
    );
  });

  test('goes to no other step than the next', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    await assert.rejects(
      promote(folder, { to: 50, yes: true }),
      /The next step of triage is 25 %, not 50 %: it stands at 5 %, and steps are 5, 25, 50, 100/,
    );
    assert.equal(folder.events().length, 1);
    const told = JSON.parse(await promote(folder, { to: 25, yes: true, json: true })) as Record<string, unknown>;
    const { rollout } = folder.state();
    assert.deepEqual(told, { task: 'triage', rollout, status: 'running', from: 5, percent: 25, isAsked: false });
    await assert.rejects(promote(folder, { to: 25, yes: true }), /The next step of triage is 50 %, not 25 %/, 'twice');
  });

  test('tells what made it void when something else happened meanwhile', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    const ask = (): Promise<boolean> => {
      folder.happen('rolled_back', 0);
      return Promise.resolve(true);
    };
    await assert.rejects(
      promote(folder, { ask }),
      /Something else happened to the rollout of triage meanwhile, and this changed nothing: see `tierline rollout status triage`/,
    );
    assert.equal(folder.state().status, 'rolled_back');
  });

  test('refuses what cannot be moved on, with what to do', async (t) => {
    const folder = makeFolder(t);
    await assert.rejects(promote(folder, { task: 'trage' }), /There is no task "trage"\. Did you mean triage\?/);
    await assert.rejects(
      promote(folder, { task: 'notes' }),
      /notes has no rollout in the configuration; only triage has\./,
    );
    await assert.rejects(promote(folder), /has not begun yet/);
    folder.begin();
    folder.happen('rolled_back', 0);
    await assert.rejects(
      promote(folder, { yes: true }),
      /was rolled back on 2026-11-28\. `tierline rollout start triage` begins it again/,
    );
    writeFileSync(folder.file, folder.text().replace('nano, haiku', 'nano, sonnet'));
    await assert.rejects(promote(folder, { yes: true }), /has not begun yet/, 'another candidate');
    writeFileSync(folder.file, folder.text().replace(/^rollouts[^]*/m, ''));
    await assert.rejects(promote(folder, { yes: true }), /triage has no rollout in the configuration; no task has\./);
  });
});

test('a running gateway follows what people do', async (t) => {
  const folder = makeFolder(t);
  const { ledger } = folder;
  const parts = { warn: assert.fail, raise: () => undefined, frozenBy: () => null, nowMs: () => NOW_MS };
  const gateway = new Rollouts({ path: rolloutEventsPath(ledger), ...parts });
  gateway.under(folder.config().rollouts);
  const share = (): number | null => {
    gateway.refresh();
    return gateway.rolloutOf('triage')?.percent ?? null;
  };
  assert.equal(share(), 5);
  await promote(folder, { yes: true });
  assert.equal(share(), 25);
  const options = { config: folder.config(), ledger, task: 'triage', nowMs: NOW_MS };
  await said((io) => abortCommand(options, io));
  assert.equal(share(), null);
});

describe('tierline rollout promote, of one that has reached everybody', () => {
  test('shows how the candidate becomes the route, and does it with --write', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    folder.happen('finished', 100);
    const before = folder.text();
    const { candidate } = folder.own();
    const text = await promote(folder);
    assert.ok(
      text.includes(
        '-  triage: { accept: [{ refusal: true }], route: haiku } # agreed\n+  triage: { accept: [{ refusal: true }], route: { cascade: [nano, haiku] } } # agreed\n',
      ),
      text,
    );
    assert.ok(
      text.endsWith(
        '-rollouts:\n-  triage: { candidate: { cascade: [nano, haiku] } } # try it\n\nNothing was changed; --write does it.\n',
      ),
      text,
    );
    assert.equal(folder.text(), before);
    await assert.rejects(promote(folder, { to: 100 }), /has reached everybody: there is no step to go to/);
    const written = await promote(folder, { write: true });
    assert.match(
      written,
      /Written: cascade nano > haiku is the route of triage in place of haiku, and the rollout is out of the configuration\.\n$/,
    );
    assert.deepEqual(folder.config().tasks.get('triage')?.route, candidate);
    assert.equal(folder.config().rollouts.size, 0);
    assert.equal(folder.events().length, 2);
  });

  test('says the same as JSON, and leaves the other rollouts', async (t) => {
    const folder = makeFolder(t, `${ROLLOUT}  notes: { candidate: nano }\n`);
    folder.begin();
    folder.happen('finished', 100);
    const told = JSON.parse(await promote(folder, { json: true, write: true })) as Record<string, unknown>;
    assert.deepEqual([told['task'], told['config'], told['isWritten']], ['triage', folder.file, true]);
    assert.ok((told['diff'] as string[]).some((line) => line.startsWith('-  triage: { candidate')));
    assert.deepEqual([...folder.config().rollouts.keys()], ['notes']);
  });
});
