// Rows for tests of learned routing: a small model that adds and cannot prove, and a large one that does both and costs twenty times as much.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowLine } from '../../learn/rows/row.ts';
import { createRandom } from '../../stats/random.ts';

export const PRICES = {
  small: { input_per_m: 0.1, output_per_m: 0.4 },
  large: { input_per_m: 2, output_per_m: 8 },
};

/** `count` rows, half of them hard; the same seed makes the same. */
export function makeRows(count: number, seed = 1): RowLine[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, at) => {
    const isHard = at % 2 === 1;
    const numbers = Array.from({ length: 4 }, () => Math.floor(random() * 1000)).join(isHard ? ' divides ' : ' plus ');
    const outcome = (right: number): RowLine['outcomes'][string] => {
      const correct = random() < right ? 1 : 0;
      return { correct, correct_lenient: random() < 0.1 ? 1 : correct, input_tokens: 100, output_tokens: 50 };
    };
    return {
      id: `${seed}-${at}`,
      prompt: isHard
        ? `Prove the theorem: ${numbers} implies a contradiction`
        : `Please add the sum ${numbers} quickly`,
      outcomes: { small: outcome(isHard ? 0.1 : 0.98), large: outcome(0.97) },
    };
  });
}

export interface Scope {
  after: (end: () => void) => void;
}

/** A folder that ends with its test. */
export function rowsFolder(scope: Scope): { folder: string; put: (name: string, lines: readonly object[]) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'learn-'));
  scope.after(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    put: (name, lines) => {
      const file = join(folder, name);
      writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      return file;
    },
  };
}
