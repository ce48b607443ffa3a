// Every check and test of the project, one after the other, with its time: what `npm test` runs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const bin = (name: string): string => path.join(root, 'node_modules/.bin', name);
const node = process.execPath;

interface Check {
  name: string;
  needs: 'sources' | 'one core' | 'the machine';
  command: string[];
  /** Why it cannot run here; it is then named as left out. */
  missing?: string | null;
}

/** A test that hangs fails by its name instead of keeping everybody waiting. */
const LIMIT = '--test-timeout=120000';
/** And a check that hangs where no test's limit reaches. */
const CHECK_LIMIT_MS = 600_000;

const kit = path.join(root, '../shared/conformance');

const checks: Check[] = [
  { name: 'types', needs: 'sources', command: [bin('tsc'), '-p', '.'] },
  { name: 'lint', needs: 'sources', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'format', needs: 'sources', command: [bin('biome'), 'check', '.'] },
  { name: 'dead code', needs: 'sources', command: [bin('knip')] },
  { name: 'build', needs: 'sources', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'package', needs: 'sources', command: [bin('publint'), '--strict'] },
  {
    name: 'unit tests and laws',
    needs: 'one core',
    command: [
      node,
      '--test',
      LIMIT,
      '--test-isolation=none',
      'src/**/*.test.ts',
      'tests/laws/*.test.ts',
      'tests/crossings/*.test.ts',
      'tests/layers/*.test.ts',
      'tests/*.test.ts',
    ],
  },
  {
    name: 'end to end',
    needs: 'the machine',
    command: [node, '--test', LIMIT, '--test-concurrency=2', 'tests/e2e/*.test.ts'],
  },
  {
    name: 'conformance',
    needs: 'the machine',
    command: [node, 'tests/conformance/run.ts'],
    missing: existsSync(kit) ? null : 'the conformance kit is not beside this checkout',
  },
];

const only = process.argv.slice(2);
const chosen = checks.filter(({ name }) => only.length === 0 || only.some((word) => name.startsWith(word)));
let passed = 0;
let failed = 0;

/** One after the other; what each prints comes out as a whole when it is done. */
async function runAll(list: readonly Check[]): Promise<void> {
  for (const check of list) await run(check);
}

async function run({ name, command, missing }: Check): Promise<void> {
  if (missing) {
    console.log(`-- ${name}: left out, ${missing}`);
    return;
  }
  const startedAt = performance.now();
  const [program, ...args] = command as [string, ...string[]];
  const { isGood, output } = await execute(program, args);
  if (isGood) passed++;
  else failed++;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`-- ${name}\n${output}-- ${name}: ${isGood ? 'ok' : 'FAILED'} in ${seconds} s`);
}

function execute(program: string, args: readonly string[]): Promise<{ isGood: boolean; output: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, FORCE_COLOR: '0' };
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: CHECK_LIMIT_MS });
    let output = '';
    const gather = (text: string): void => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', gather);
    child.stderr.setEncoding('utf8').on('data', gather);
    child.on('error', (error) => resolve({ isGood: false, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ isGood: code === 0, output }));
  });
}

// The tests of one process keep one core busy; what only reads the sources goes on beside them.
const isStatic = ({ needs }: Check): boolean => needs === 'sources';
await Promise.all([runAll(chosen.filter(isStatic)), runAll(chosen.filter(({ needs }) => needs === 'one core'))]);
await runAll(chosen.filter(({ needs }) => needs === 'the machine'));
console.log(`\nchecks: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
