// Runs the conformance kit beside this checkout against the built gateway, in a scratch copy of the kit.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const kit = path.join(root, '../shared/conformance');
const scratch = path.join(root, '.scratch/conformance');

if (!existsSync(kit)) {
  console.log('conformance: left out, the kit is not beside this checkout');
  process.exit(0);
}
mkdirSync(scratch, { recursive: true });
cpSync(kit, scratch, { recursive: true });
if (!existsSync(path.join(scratch, 'node_modules'))) {
  const install = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: scratch,
    stdio: 'inherit',
  });
  if (install.status !== 0) process.exit(install.status ?? 1);
}
const profile = path.join(import.meta.dirname, 'profile.mjs');
const run = spawnSync(process.execPath, ['run.mjs', '--profile-file', profile, ...process.argv.slice(2)], {
  cwd: scratch,
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
