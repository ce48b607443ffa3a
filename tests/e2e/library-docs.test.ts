// The examples of docs/library.md, run and type-checked as a user's program beside the built package.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { fileScope, PACKAGE, readRows, temporaryFolder } from './support.ts';

const exec = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
const MODULES = ['ai', 'zod', '@types/node', '@ai-sdk', 'json-schema'];

/** What each example prints, in the order of the page. */
const PRINTS: readonly RegExp[] = [
  /role: 'assistant'[^]*small \d+ \d+\n$/,
  /^message_start\n[^]*message_stop\nok \d/,
  /\[ 'mid', 'frontier' \][^]*2 null\n$/,
  /^fb_[0-9a-z]+ \[\]\n$/,
  /^(billing|bug) \d+ \{[^]*task: 'ticket-triage'[^]*\[\]\n$/,
];

const scope = fileScope();
let home: string;

before(() => {
  home = temporaryFolder(scope);
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(PACKAGE, join(home, 'node_modules/tierline'));
  for (const name of MODULES) {
    const target = join(home, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), target);
  }
  for (const [index, code] of EXAMPLES.entries()) writeFileSync(fileOf(index), code);
});

function fileOf(index: number): string {
  return join(home, `example-${index + 1}.ts`);
}

test('every example of the page has an expectation', () => {
  assert.equal(EXAMPLES.length, PRINTS.length);
});

describe('the example', () => {
  for (const [index, pattern] of PRINTS.entries()) {
    test(`number ${index + 1} runs and prints what it says`, { timeout: 30_000 }, async () => {
      // No variable of the caller reaches the program: a provider key in it would change what it does.
      const { PATH = '', HOME = '' } = process.env;
      const options = { cwd: home, env: { PATH, HOME }, timeout: 25_000 };
      const { stdout } = await exec(process.execPath, [fileOf(index)], options);
      assert.match(stdout, pattern);
    });
  }
});

test('the first example leaves its call in the ledger of the working directory', () => {
  const rows = readRows(join(home, '.tierline/ledger.db'));
  const named = rows.filter(({ task }) => task !== null);
  assert.deepEqual(
    named.map(({ task, status }) => [task, status]),
    [['ticket-triage', 'ok']],
  );
});

test('the types of the package fit the examples and the AI SDK', { timeout: 60_000 }, async () => {
  const files = EXAMPLES.map((_, index) => fileOf(index));
  const settings = '--noEmit --strict --module nodenext --target es2024 --lib es2024,esnext.disposable --types node';
  const compiler = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
  const told = await exec(process.execPath, [compiler, ...settings.split(' '), ...files], { cwd: home }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  // Declarations of other packages want libraries that nobody needs here.
  const errors = told
    .split('\n')
    .filter((line) => /error TS/.test(line) && !/node_modules\/(ai|@ai-sdk|@types|zod)\//.test(line));
  assert.deepEqual(errors, []);
  writeFileSync(
    join(home, 'wrong.ts'),
    "import { createRouter } from 'tierline';\nvoid createRouter({ modles: {} });\n",
  );
  const refused = exec(process.execPath, [compiler, ...settings.split(' '), '--skipLibCheck', 'wrong.ts'], {
    cwd: home,
  });
  await assert.rejects(refused, ({ stdout }: { stdout: string }) => /wrong\.ts.*'modles'/.test(stdout));
});
