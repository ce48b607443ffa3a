import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Command } from 'commander';
import { hear } from '../heard.fixture.ts';
import { makeFolder } from '../rollout/rollouts.fixture.ts';
import { defineRollout } from './rollout.ts';

const quiet = { writeErr: () => undefined };

/** As the command line would; what commander says goes nowhere. */
async function call(...words: string[]): Promise<string> {
  const { io, text } = hear();
  const program = new Command().exitOverride().configureOutput(quiet);
  defineRollout(program, io);
  for (const command of program.commands.flatMap((one) => [one, ...one.commands]))
    command.exitOverride().configureOutput(quiet);
  await program.parseAsync(['rollout', ...words], { from: 'user' });
  return text();
}

describe('the command line of rollout', () => {
  test('leads a rollout from its start to the route of its task', async (t) => {
    const folder = makeFolder(t, '');
    const where = ['-c', folder.file];
    const candidate = '{ cascade: [nano, haiku] }';
    const chosen = ['--steps', '10%, 100', '--by', 'tenant', '--approval', 'ask'];
    await call('start', 'triage', ...where, '--candidate', candidate, ...chosen, '--write');
    const { stepsPercent, by, approval } = folder.own();
    assert.deepEqual([stepsPercent, by, approval], [[10, 100], 'tenant', 'ask']);
    folder.begin();
    assert.match(await call('status', 'triage', ...where, '--history'), /10 %, 1 of 2[^]*The candidate is new\./);
    assert.match(await call('abort', 'triage', ...where, '--why', 'Later.'), /ended at 10 %/);
    assert.match(await call('start', 'triage', ...where), /begins again at 10 %/);
    assert.match(await call('promote', 'triage', ...where, '--to', '100', '--yes'), /from 10 % to 100 %/);
    await call('promote', 'triage', ...where, '--write');
    assert.equal(folder.config().tasks.get('triage')?.route.isCascade, true);
    assert.deepEqual(
      folder.events().map(({ event, why }) => [event, why === 'Later.']),
      [
        ['started', false],
        ['aborted', true],
        ['started', false],
        ['finished', false],
      ],
    );
  });

  test('takes another ledger with --ledger', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    const elsewhere = ['-c', folder.file, '--ledger', `${folder.ledger}.other`, '--json'];
    const told = JSON.parse(await call('status', ...elsewhere)) as { events: string; rollouts: { status: string }[] };
    assert.deepEqual([told.events, told.rollouts[0]?.status], [`${folder.ledger}.other.rollouts.jsonl`, 'not_begun']);
    const own = JSON.parse(await call('status', '-c', folder.file, '--json')) as typeof told;
    assert.equal(own.rollouts[0]?.status, 'running');
  });

  test('asks nobody where nobody is there', async (t) => {
    const folder = makeFolder(t);
    folder.begin();
    await assert.rejects(call('promote', 'triage', '-c', folder.file), /Say --yes if you want it all the same/);
  });

  test('refuses options that say nothing', async (t) => {
    const { file } = makeFolder(t);
    const start = ['start', 'triage', '-c', file, '--candidate', 'nano'];
    await assert.rejects(call(...start, '--steps', '5,x'), /A percentage above 0 and up to 100 is expected/);
    await assert.rejects(call(...start, '--steps', ''), /A percentage above 0/);
    await assert.rejects(call(...start, '--by', 'model'), /Allowed choices are session, tenant/);
    await assert.rejects(call(...start, '--approval', 'yes'), /Allowed choices are auto, ask/);
    await assert.rejects(call('promote', 'triage', '-c', file, '--to', '0'), /A percentage above 0/);
    await assert.rejects(call('abort', '-c', file), /missing required argument 'task'/);
  });
});
