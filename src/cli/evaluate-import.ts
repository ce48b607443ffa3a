// `tierline evaluate import`: tests of promptfoo become samples; what could not be taken over is listed, and nothing is lost silently.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { importPromptfoo, type Left } from '../lifecycle/evaluate/import/promptfoo.ts';
import { artifactsFolder, placesOf } from '../lifecycle/places.ts';
import { parseSamples } from '../lifecycle/samples/read-samples.ts';
import { type SampleLine, toSample } from '../lifecycle/samples/sample.ts';
import type { CommandIo } from './command-io.ts';

export interface EvaluateImportOptions {
  config: Config;
  /** The promptfoo configuration. */
  file: string;
  task: string;
  prompt?: string | undefined;
  judge?: string | undefined;
  folder?: string | undefined;
  replace?: boolean | undefined;
  dryRun?: boolean | undefined;
  json?: boolean | undefined;
}

/** The exit code: 0 when everything was taken over, 2 when something was left out. Rejects with Error when nothing can be. */
export function evaluateImportCommand(options: EvaluateImportOptions, io: CommandIo): 0 | 2 {
  const { config, file, task: name, prompt = null, judge = null, folder = artifactsFolder(config) } = options;
  const task = config.tasks.get(name);
  if (task === undefined)
    throw new Error(
      `There is no task ${JSON.stringify(name)}. Tasks: ${[...config.tasks.keys()].join(', ') || 'none'}.`,
    );
  if (judge !== null && !config.models.has(judge))
    throw new Error(`There is no model ${JSON.stringify(judge)}. Models: ${[...config.models.keys()].join(', ')}.`);
  const { lines, left } = importPromptfoo({ path: file, prompt, judge });
  const { heldOut } = placesOf(folder, name);
  const before = options.replace !== true && existsSync(heldOut) ? readFileSync(heldOut, 'utf8') : '';
  const known = new Set(before === '' ? [] : parseSamples(before, heldOut).samples.map(({ digest }) => digest));
  const fresh = newOnes(lines, known);
  const unjudged = task.accept.length > 0 ? 0 : fresh.filter(isUnjudged).length;
  if (options.dryRun !== true && fresh.length > 0) write(heldOut, before, fresh);
  const result = { file: heldOut, added: fresh.length, known: lines.length - fresh.length, unjudged, left };
  io.print(options.json === true ? `${JSON.stringify(result, null, 2)}\n` : say(result, options.dryRun === true));
  return left.length === 0 ? 0 : 2;
}

function newOnes(lines: readonly SampleLine[], known: ReadonlySet<string>): SampleLine[] {
  const seen = new Set(known);
  return lines.filter((line) => {
    const { digest } = toSample(line);
    if (seen.has(digest)) return false;
    seen.add(digest);
    return true;
  });
}

function isUnjudged({ reference, accept }: SampleLine): boolean {
  return reference === undefined && accept === undefined;
}

/** Whole or not at all. */
function write(path: string, before: string, lines: readonly SampleLine[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  writeFileSync(`${path}.draft`, start + lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  renameSync(`${path}.draft`, path);
}

interface Result {
  file: string;
  added: number;
  known: number;
  unjudged: number;
  left: readonly Left[];
}

function say({ file, added, known, unjudged, left }: Result, isDry: boolean): string {
  const lines = [
    `${added} samples ${isDry ? 'would be' : 'were'} added to ${file}${known > 0 ? `, ${known} ask what is asked already` : ''}.`,
    ...(unjudged > 0
      ? [`Nothing says what an acceptable answer to ${unjudged} of them is: give the task gates under \`accept\`.`]
      : []),
  ];
  if (left.length === 0) return `${lines.join('\n')}\n`;
  const bySay = [...Map.groupBy(left, (one) => one.say)];
  const told = bySay.map(([what, ones]) => `  ${placesIn(ones)}: ${what}`);
  return [...lines, `Left out, ${left.length} in all:`, ...told, ''].join('\n');
}

function placesIn(ones: readonly Left[]): string {
  const places = [...new Set(ones.map(({ at }) => at))];
  const told = places.slice(0, 3).join(', ');
  return places.length > 3 ? `${told} and ${places.length - 3} more` : told;
}
