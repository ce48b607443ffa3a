// `tierline sample`: draws samples of a task, writes them beside the configuration, and says what they cover.
import type { Config } from '../config/config.ts';
import { artifactsFolder, placesOf } from '../lifecycle/places.ts';
import { type DrawnSamples, drawSamples } from '../lifecycle/samples/draw-samples.ts';
import { readLogs } from '../lifecycle/samples/logged.ts';
import { appendSamples, existingSamples, replaceSamples } from '../lifecycle/samples/sample-file.ts';
import type { CommandIo } from './command-io.ts';
import { writeDraw } from './sample/coverage.ts';

export interface SampleOptions {
  config: Config;
  task: string;
  count: number;
  from?: readonly string[] | undefined;
  since?: string | undefined;
  seed: number;
  replace?: boolean | undefined;
  mask: boolean;
  reference?: string | undefined;
  maxUsd?: number | undefined;
  yes?: boolean | undefined;
  folder?: string | undefined;
  json?: boolean | undefined;
}

/** The exit code: 0 when as many were drawn as asked for, 2 when there were fewer. Rejects when nothing can be drawn. */
export async function sampleCommand(options: SampleOptions, io: CommandIo): Promise<number> {
  const { config, task, count, seed, mask, reference, folder = artifactsFolder(config) } = options;
  if (!config.tasks.has(task)) {
    const known = [...config.tasks.keys()].join(', ') || 'none';
    throw new Error(`There is no task ${JSON.stringify(task)}. Tasks: ${known}.`);
  }
  const { samples: path } = placesOf(folder, task);
  const existing = options.replace === true ? [] : existingSamples(path);
  const { calls, skipped } = readLogs(options.from ?? [], task);
  if (!mask) io.warn('secrets and personal data are not masked: they will be in the file as clients sent them');
  const drawn = await drawSamples(calls, {
    count,
    seed,
    existing,
    isMasked: mask,
    isAnswerReference: reference === 'logged',
  });
  for (const [reason, times] of skipped)
    io.warn(`${times} ${times === 1 ? 'line is' : 'lines are'} left out: ${reason}`);
  if (drawn.read === 0) throw new Error(`There are no calls of ${task} to draw from.`);
  const write = options.replace === true ? replaceSamples : appendSamples;
  if (drawn.lines.length > 0) write(path, drawn.lines);
  io.print(
    options.json === true ? toJson(path, drawn) : writeDraw({ task, path, existing: existing.length, ...drawn }),
  );
  return drawn.lines.length < count ? 2 : 0;
}

function toJson(path: string, { lines, read, looked, strata, bounds, found }: DrawnSamples): string {
  const ids = lines.map(({ id }) => id);
  return `${JSON.stringify({ path, drawn: lines.length, read, looked, lengthBounds: bounds, strata, masked: found, ids }, null, 2)}\n`;
}
