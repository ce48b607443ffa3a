// Runs the conformance kit beside this checkout against the built gateway, in a scratch copy of the kit. With `--newest` the
// client libraries are not those that the kit pins but the newest there are, installed afresh.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const kit = path.join(root, '../shared/conformance');
const isNewest = process.argv.includes('--newest');
const scratch = path.join(root, '.scratch', isNewest ? 'conformance-newest' : 'conformance');
const npm = ['install', '--no-audit', '--no-fund', '--loglevel=error'];

/** Names that newer majors have given another name, as the kit would have to import them. */
const RENAMED: readonly [was: string, is: string][] = [['stepCountIs', 'isStepCount as stepCountIs']];

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: scratch, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** The newest version of everything the kit depends on; an older major under another name stays what it is. */
function installNewest(): void {
  const file = path.join(scratch, 'package.json');
  const kitPackage = JSON.parse(readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
  const { dependencies } = kitPackage;
  const newest = Object.entries(dependencies).map(([name, version]) => [
    name,
    version.startsWith('npm:') ? version : 'latest',
  ]);
  writeFileSync(file, JSON.stringify({ ...kitPackage, dependencies: Object.fromEntries(newest) as object }));
  rmSync(path.join(scratch, 'node_modules'), { recursive: true, force: true });
  rmSync(path.join(scratch, 'package-lock.json'), { force: true });
  run('npm', npm);
  for (const name of Object.keys(dependencies)) {
    const { version } = JSON.parse(readFileSync(path.join(scratch, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string;
    };
    console.log(`${name} ${version}`);
  }
  for (const cases of globSync('cases/*.mjs', { cwd: scratch }).map((name) => path.join(scratch, name))) {
    const text = readFileSync(cases, 'utf8');
    const renamed = RENAMED.reduce(
      (all, [was, is]) => all.replace(new RegExp(`(import [^;]*?\\b)${was}\\b`), `$1${is}`),
      text,
    );
    if (renamed !== text) writeFileSync(cases, renamed);
  }
}

if (!existsSync(kit)) {
  console.log('conformance: left out, the kit is not beside this checkout');
  process.exit(0);
}
mkdirSync(scratch, { recursive: true });
cpSync(kit, scratch, { recursive: true });
if (isNewest) installNewest();
else if (!existsSync(path.join(scratch, 'node_modules'))) run('npm', npm);
const profile = path.join(import.meta.dirname, 'profile.mjs');
const options = process.argv.slice(2).filter((option) => option !== '--newest');
run(process.execPath, ['run.mjs', '--profile-file', profile, ...options]);
