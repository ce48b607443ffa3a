// The built gateway beside its peers and the physical limit: `npm run bench:gateway`, with any option of the harness
// behind `--`. Works in a scratch copy of the harness, which lies beside the checkout; without it there is nothing to run.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const harness = path.join(root, '../shared/gwbench');
const scratch = path.join(root, '.scratch/gwbench');
const target = path.join(import.meta.dirname, 'target.sh');

function run(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { cwd: scratch, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

if (!existsSync(harness)) {
  console.log('bench:gateway: left out, the harness is not beside this checkout');
  process.exit(0);
}
mkdirSync(scratch, { recursive: true });
cpSync(harness, scratch, { recursive: true });
if (!existsSync(path.join(scratch, 'peers/portkey-pinned')))
  run(process.execPath, ['install-peers.mjs', 'undici', 'portkey']);
const options = process.argv.slice(2);
const has = (name: string): boolean => options.includes(`--${name}`);
run(process.execPath, [
  'bench.mjs',
  ...(has('peers') ? [] : ['--peers', 'direct,node-undici-json,portkey']),
  ...(has('scenarios') ? [] : ['--scenarios', 'ns-c1,ns-c32,st-c16,body-32k,body-512k']),
  '--target',
  'tierline=',
  '--target-cmd',
  `tierline=${target} {port} {upstream}`,
  '--target-header',
  'tierline=authorization: Bearer bench',
  '--target-model',
  'tierline=gpt-4o-mini',
  ...options,
]);
