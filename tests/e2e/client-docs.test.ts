// The lines to paste of docs/clients, run as they stand against a gateway on the simulated provider. Lines that start an
// agent are not run here but in agents.test.ts; Python is read by its own parser where there is one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileScope, type GatewayProcess, startGateway, temporaryFolder } from './support.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = globSync('docs/clients/*.md', { cwd: ROOT }).sort();
const ADDRESS = 'http://127.0.0.1:4400';
const KEY = 'key-of-the-pages';

interface Block {
  name: string;
  code: string;
}

/** The code blocks of a language on all pages, with a name to tell them apart. */
function blocksOf(language: string): Block[] {
  return PAGES.flatMap((file) => {
    const page = readFileSync(join(ROOT, file), 'utf8');
    const found = page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
    return [...found].map(([, code = ''], index) => ({ name: `${basename(file)}, number ${index + 1}`, code }));
  });
}

const scope = fileScope();
let gateway: GatewayProcess;
let home: string;

before(async () => {
  home = temporaryFolder(scope);
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
  const price = { input: 1, output: 5 };
  gateway = await startGateway(scope, {
    config: {
      providers: { simulated: { speed: 50 } },
      models: {
        small: { use: 'simulated/sim-small', price },
        mid: { use: 'simulated/sim-mid', price },
        'sim-embed': { use: 'simulated/sim-embed', kind: 'embedding', price: { input: 1 } },
      },
      baseline: 'mid',
      tasks: { greeting: { route: 'mid' } },
      keys: [KEY],
    },
  });
});

/** Runs a program with nothing of the caller's environment but where programs are. */
function runProgram(program: string, args: readonly string[], stdin = ''): Promise<{ stdout: string; stderr: string }> {
  const { PATH = '' } = process.env;
  return new Promise((resolve, reject) => {
    const options = { cwd: home, env: { PATH, HOME: home, TIERLINE_KEY: KEY }, timeout: 30_000 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    });
    // A program may have ended before it has read what nobody says.
    child.stdin?.on('error', () => undefined).end(stdin);
  });
}

const here = ({ code }: Block): string => code.replaceAll(ADDRESS, gateway.url);

/** The package a block imports that is not installed here. */
function missing(code: string): string | undefined {
  const names = [...code.matchAll(/ from '((?:@[^/']+\/)?[^/']+)/g)].map(([, name = '']) => name);
  return names.find((name) => !existsSync(join(ROOT, 'node_modules', name)));
}

test('every page has something to paste, and the gateway where every page has it', () => {
  for (const file of PAGES) {
    const page = readFileSync(join(ROOT, file), 'utf8');
    assert.ok(page.includes(ADDRESS), file);
    if (basename(file) !== 'README.md') assert.match(page, /^```|^\|/m, file);
  }
});

describe('JavaScript', () => {
  const blocks = blocksOf('js');

  test('is on the pages of the SDKs and frameworks', () => {
    assert.ok(blocks.length >= 6, `${blocks.length} blocks`);
  });

  for (const [index, block] of blocks.entries()) {
    const absent = missing(block.code);
    const skip = absent === undefined ? false : `${absent} is not among the packages of this checkout`;
    test(`of ${block.name} runs and prints an answer`, { skip }, async () => {
      const file = join(home, `block-${index}.mjs`);
      writeFileSync(file, here(block));
      const { stdout, stderr } = await runProgram(process.execPath, [file]);
      assert.ok(stdout.trim().length > 10, `${stdout}\n${stderr}`);
      assert.doesNotMatch(stdout, /undefined|null/);
    });
  }
});

describe('the shell', () => {
  const blocks = blocksOf('sh').filter(({ code }) => !/^(claude|codex)\b/m.test(code));

  test('is on the page of curl', () => {
    assert.ok(blocks.filter(({ code }) => code.includes('curl ')).length >= 4);
  });

  for (const block of blocks) {
    test(`takes the lines of ${block.name}`, async () => {
      const { stdout } = await runProgram('sh', ['-eu', '-c', here(block)]);
      const calls = block.code.match(/^curl /gm)?.length ?? 0;
      const answers = stdout.match(/"(usage|usageMetadata|input_tokens|data)":/g)?.length ?? 0;
      assert.ok(answers >= calls, stdout);
      assert.doesNotMatch(stdout, /"error":(?!null)/);
    });
  }
});

describe('Python', () => {
  for (const block of blocksOf('python')) {
    test(`of ${block.name} is Python`, async (t) => {
      const read = runProgram('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], block.code);
      await read.catch((error: Error) => {
        if (!/ENOENT/.test(error.message)) throw error;
        t.skip('there is no Python here');
      });
    });
  }
});

test('what the pages sent is in the ledger, and all of it was answered', () => {
  const rows = gateway.rows();
  assert.ok(rows.length >= 8, `${rows.length} rows`);
  assert.deepEqual(new Set(rows.map(({ status }) => status)), new Set(['ok']));
  assert.ok(rows.some(({ task }) => task === 'greeting'));
});
