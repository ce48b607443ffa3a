// What is wrong with a configuration, told so that it can be mended without looking anything up. A message must never
// show a secret: the texts arrive here already covered.

/** Where in the configuration: keys and list positions from the top. */
export type Path = readonly (string | number)[];

export interface Problem {
  path: Path;
  /** What is wrong, as the rest of a sentence that begins with the path. */
  message: string;
  /** The way out, one sentence; null when the message says it already. */
  hint: string | null;
  /** From 1; null when there is no text, as with a configuration made from the environment. */
  line: number | null;
  column: number | null;
  /** The line of the file with every secret covered, and how many of its characters are meant. */
  excerpt: { text: string; length: number } | null;
}

/** Every problem of one configuration; `message` is the whole report, made for a terminal. */
export class ConfigError extends Error {
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super(report(file, problems));
    this.name = 'ConfigError';
    this.file = file;
    this.problems = problems;
  }
}

function report(file: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return [`${file} has ${count}:`, ...problems.map((problem) => describe(file, problem))].join('\n\n');
}

function describe(file: string, problem: Problem): string {
  const place = problem.line === null ? file : `${file}:${problem.line}:${problem.column}`;
  const subject = writePath(problem.path);
  const lines = [`${place}  ${subject}${subject === '' ? '' : ': '}${problem.message}`];
  if (problem.excerpt !== null && problem.line !== null) {
    const number = String(problem.line);
    const { text, length } = problem.excerpt;
    const indent = text.slice(0, (problem.column ?? 1) - 1).replaceAll(/[^\t]/g, ' ');
    lines.push(`  ${number} | ${text}`, `  ${' '.repeat(number.length)} | ${indent}${'^'.repeat(Math.max(1, length))}`);
  }
  if (problem.hint !== null) lines.push(`  ${problem.hint}`);
  return lines.join('\n');
}

/** A path as people write it: `models.opus.deployments[1].use`. */
export function writePath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
    return text === '' ? key : `${text}.${key}`;
  }, '');
}
