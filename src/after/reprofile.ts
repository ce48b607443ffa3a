// Measures a task anew in a process of its own, with a ceiling on what that may cost. The gateway goes on as if there were none.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Begins `tierline profile`; told how it ended. */
export type Reprofile = (task: string, maxUsd: number, onEnd: (problem: string | null) => void) => void;

/** For a configuration file (null: what the environment tells); the command is the one of this release. */
export function createReprofile(configFile: string | null): Reprofile {
  const own = fileURLToPath(import.meta.url);
  const command = fileURLToPath(new URL(`../cli/main${own.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  return (task, maxUsd, onEnd) => {
    const args = [
      command,
      'profile',
      task,
      ...(configFile === null ? [] : ['--config', configFile]),
      '--max-usd',
      String(maxUsd),
      '--yes',
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let last = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      last = (last + text).slice(-500);
    });
    child.once('error', (error) => onEnd(error.message));
    child.once('close', (code) =>
      onEnd(code === 0 ? null : (last.trim().split('\n').at(-1) ?? `it ended with ${code}`)),
    );
    child.unref();
  };
}
