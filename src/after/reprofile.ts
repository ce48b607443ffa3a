// Measures a task anew in a process of its own, with a ceiling on what that may cost. The gateway goes on as if there were none.
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Begins `tierline profile`; told how it ended. */
export type Reprofile = (task: string, maxUsd: number, onEnd: (problem: string | null) => void) => void;

/** For a configuration file (null: what the environment tells). `script`: the command, the one of this release when left out. */
export function createReprofile(configFile: string | null, script = ownScript()): Reprofile {
  return (task, maxUsd, onEnd) => {
    const args = [
      script,
      'profile',
      task,
      ...(configFile === null ? [] : ['--config', configFile]),
      '--max-usd',
      String(maxUsd),
      '--yes',
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let last = '';
    let isOver = false;
    const end = (problem: string | null): void => {
      if (isOver) return;
      isOver = true;
      onEnd(problem);
    };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      last = (last + text).slice(-500);
    });
    // One that cannot be started may be told as closed, too.
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(code === 0 ? null : lastLine(last) || `it ended with ${signal ?? code}`));
    child.unref();
    // Its pipe would keep this process alive as well.
    if (child.stderr instanceof Socket) child.stderr.unref();
  };
}

function ownScript(): string {
  const own = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(`../cli/main${own.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
