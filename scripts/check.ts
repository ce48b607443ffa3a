// Every check and test of the project, one after the other, with its time: what `npm test` runs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const bin = (name: string): string => path.join(root, 'node_modules/.bin', name);
const node = process.execPath;

interface Check {
  name: string;
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
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'lint', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'format', command: [bin('biome'), 'check', '.'] },
  { name: 'dead code', command: [bin('knip')] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'package', command: [bin('publint'), '--strict'] },
  {
    name: 'unit tests and laws',
    command: [
      node,
      '--test',
      LIMIT,
      '--test-isolation=none',
      'src/**/*.test.ts',
      'tests/laws/*.test.ts',
      'tests/layers/*.test.ts',
      'tests/*.test.ts',
    ],
  },
  { name: 'end to end', command: [node, '--test', LIMIT, '--test-concurrency=1', 'tests/e2e/*.test.ts'] },
  {
    name: 'conformance',
    command: [node, 'tests/conformance/run.ts'],
    missing: existsSync(kit) ? null : 'the conformance kit is not beside this checkout',
  },
];

const only = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const { name, command, missing } of checks) {
  if (only.length > 0 && !only.some((word) => name.startsWith(word))) continue;
  if (missing) {
    console.log(`-- ${name}: left out, ${missing}`);
    continue;
  }
  const startedAt = performance.now();
  console.log(`-- ${name}`);
  const [program, ...args] = command as [string, ...string[]];
  const env = { ...process.env, FORCE_COLOR: '0' };
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', env, timeout: CHECK_LIMIT_MS });
  const isGood = result.status === 0;
  if (isGood) passed++;
  else failed++;
  console.log(`-- ${name}: ${isGood ? 'ok' : 'FAILED'} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
console.log(`\nchecks: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
