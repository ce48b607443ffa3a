// Writes samples to their file: added at its end, or in place of everything. A line that is there is never changed by adding.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseSamples } from './read-samples.ts';
import type { Sample, SampleLine } from './sample.ts';

/** The samples of a file; none when there is no file, or nothing in it. Throws Error for lines that are wrong. */
export function existingSamples(path: string): Sample[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.trim() === '' ? [] : parseSamples(text, path).samples;
}

/** Adds lines. A last line that was written by hand, without its end, gets it. */
export function appendSamples(path: string, lines: readonly SampleLine[]): void {
  if (lines.length === 0) return;
  mkdirSync(dirname(path), { recursive: true });
  const isOpen = existsSync(path) && !/(?:^|\n)$/.test(readFileSync(path, 'utf8'));
  appendFileSync(path, (isOpen ? '\n' : '') + toText(lines), { mode: 0o600 });
}

/** Whole or not at all. */
export function replaceSamples(path: string, lines: readonly SampleLine[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.draft`;
  writeFileSync(draft, toText(lines), { mode: 0o600 });
  renameSync(draft, path);
}

function toText(lines: readonly SampleLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
