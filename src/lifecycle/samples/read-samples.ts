// Reads a file of samples, or tells every line that is wrong.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { digestOf, type Sample, toSample } from './sample.ts';

export interface SampleSet {
  samples: Sample[];
  /** Of all of them in their order. */
  digest: string;
  /** Lines that ask what an earlier one asks: its weight has grown instead. */
  folded: number;
}

/** Lines that are told; the rest is counted. */
const MOST_TOLD = 10;

/** Throws Error for a file that is missing, empty or wrong, with every line that is. */
export function readSamples(file: string): SampleSet {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new Error(`Samples in ${file}: ${reason}.`, { cause: error });
  }
  return parseSamples(text, file);
}

/** `file` is for the messages. */
export function parseSamples(text: string, file: string): SampleSet {
  const problems: string[] = [];
  const byDigest = new Map<string, Sample>();
  const lineOf = new Map<string, number>();
  let folded = 0;
  for (const [index, line] of text
    .replace(/^\u{feff}/u, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const complain = (reason: string): void => void problems.push(`line ${index + 1}: ${reason}`);
    let sample: Sample;
    try {
      sample = toSample(parseLine(line));
    } catch (error) {
      complain((error as Error).message);
      continue;
    }
    const earlier = byDigest.get(sample.digest);
    const sameId = lineOf.get(sample.id);
    if (earlier !== undefined) {
      const other = differenceOf(earlier, sample);
      if (other !== null) {
        complain(`asks what line ${lineOf.get(earlier.id)} asks and has another ${other}`);
        continue;
      }
      folded++;
      earlier.weight += sample.weight;
      earlier.graded = [...earlier.graded, ...sample.graded];
    } else if (sameId !== undefined) complain(`has the id of line ${sameId}, ${JSON.stringify(sample.id)}`);
    else {
      byDigest.set(sample.digest, sample);
      lineOf.set(sample.id, index + 1);
    }
  }
  if (problems.length > 0) throw new Error(report(file, problems));
  if (byDigest.size === 0) throw new Error(`Samples in ${file}: there are none.`);
  const samples = [...byDigest.values()];
  return { samples, digest: digestOf(samples.map(contentOf)), folded };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error('is not JSON');
  }
}

function differenceOf(one: Sample, other: Sample): string | null {
  if (!isDeepStrictEqual(one.reference, other.reference)) return 'reference';
  return isDeepStrictEqual(one.accept, other.accept) ? null : '`accept`';
}

function contentOf({ digest, reference, accept, weight }: Sample): unknown {
  return [digest, reference ?? null, weight, ...(accept.length === 0 ? [] : [accept])];
}

function report(file: string, problems: readonly string[]): string {
  const told = problems.slice(0, MOST_TOLD).map((problem) => `  ${problem}`);
  const rest = problems.length - told.length;
  const count = problems.length === 1 ? 'one line is' : `${problems.length} lines are`;
  return [`Samples in ${file}: ${count} wrong.`, ...told, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n');
}
