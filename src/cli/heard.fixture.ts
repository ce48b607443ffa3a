// What a command says, for tests: nobody watches, and nothing is printed.
import type { CommandIo } from './command-io.ts';

export interface Heard {
  io: CommandIo;
  /** Everything printed so far. */
  text: () => string;
  warnings: string[];
}

export function hear(): Heard {
  let text = '';
  const warnings: string[] = [];
  const io: CommandIo = {
    print: (said) => void (text += said),
    warn: (said) => void warnings.push(said),
    isTTY: false,
  };
  return { io, text: () => text, warnings };
}
