import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { Command } from 'commander';
import { keep, keptAnswer, LABEL, rowsIn } from '../../lifecycle/rows/kept.fixture.ts';
import { hear } from '../heard.fixture.ts';
import { defineRows } from './rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-rows-command-'));
after(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = 0;
});

/** As the command line would; what commander says goes nowhere. */
async function call(...words: string[]): Promise<{ text: string; code: typeof process.exitCode }> {
  const { io, text } = hear();
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  defineRows(program, io);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(['rows', ...words], { from: 'user' });
  return { text: text(), code: process.exitCode };
}

const YES = { id: 'one', prompt: 'Is it so?', reference: 'yes' };

describe('the command line of rows', () => {
  test('names configuration, models and file', async (t) => {
    const kept = keep(t, LABEL, {
      'samples/label.jsonl': [YES],
      'answers/label.jsonl': [keptAnswer(YES, 'small', 'yes'), keptAnswer(YES, 'large', 'yes')],
    });
    const file = join(dirname(kept.folder), 'tierline.yaml');
    const out = kept.at('out.jsonl');
    const { text, code } = await call('label', '-c', file, '--models', 'large, large', '--out', out, '--json');
    assert.equal(code, 0);
    assert.equal((JSON.parse(text) as { tasks: unknown[] }).tasks.length, 1);
    assert.deepEqual(Object.keys(rowsIn(out)[0]?.outcomes ?? {}), ['large']);
  });

  test('knows four sources, and takes profiles when none is named', async () => {
    await assert.rejects(call('--from', 'ledger'), /Sources are profile, evaluate, feedback and canary\./);
    await assert.rejects(call('--from', ','), /Sources are profile, evaluate, feedback and canary\./);
    await assert.rejects(call('--folder', folder), /There are no answers in .*: `tierline profile` makes some\./);
    await assert.rejects(
      call('--folder', folder, '--from', 'evaluate,profile'),
      /`tierline evaluate` and `tierline profile` make some\./,
    );
  });

  test('an import takes the options that both have, wherever they stand', async () => {
    const csv = join(folder, 'quiz.csv');
    writeFileSync(csv, 'question,gpt\nWho?,1\n');
    const out = join(folder, 'rows.jsonl');
    const own = ['--format', 'wide', '--prompt-column', 'question', '--dataset', 'mine', '--task', 'quiz'];
    for (const words of [
      ['import', csv, ...own, '--models', 'gpt=large', '--out', out, '--unmasked'],
      ['--models', 'gpt=large', '--out', out, '--unmasked', 'import', csv, ...own],
    ]) {
      rmSync(out, { force: true });
      const { text, code } = await call(...words);
      assert.deepEqual([code, text.split('\n')[0]], [0, `quiz: 1 row in ${out}`]);
      assert.match(text, /nothing is masked/);
      assert.deepEqual(JSON.parse(readFileSync(out, 'utf8')), {
        dataset: 'mine',
        task: 'quiz',
        id: 'mine:2',
        prompt: 'Who?',
        source: 'import',
        outcomes: { large: { correct: 1 } },
      });
    }
  });
});
