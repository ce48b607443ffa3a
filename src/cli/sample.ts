// `tierline sample`: draws samples of a task, writes them beside the configuration, and says what they cover.
import { capturedFolder } from '../capture/capture.ts';
import type { Config } from '../config/config.ts';
import { showCount } from '../ledger/display.ts';
import { parseTime } from '../ledger/period.ts';
import { parseRegister, readRegisterText, registerPath } from '../lifecycle/audit/register.ts';
import { artifactsFolder, placesOf } from '../lifecycle/places.ts';
import { readCapturedTraffic } from '../lifecycle/samples/captured.ts';
import { type DrawnSamples, drawSamples } from '../lifecycle/samples/draw-samples.ts';
import { type ReadTraffic, readLogs } from '../lifecycle/samples/logged.ts';
import { appendSamples, existingSamples, replaceSamples } from '../lifecycle/samples/sample-file.ts';
import type { CommandIo } from './command-io.ts';
import { askReferences } from './sample/ask-references.ts';
import { writeDraw } from './sample/coverage.ts';
import { variantsCommand } from './sample/variants.ts';

export interface SampleOptions {
  config: Config;
  task: string;
  count?: number | undefined;
  from?: readonly string[] | undefined;
  since?: string | undefined;
  seed: number;
  replace?: boolean | undefined;
  mask: boolean;
  reference?: string | undefined;
  variants?: string | undefined;
  seeds?: string | undefined;
  adversarial?: boolean | undefined;
  concurrency: number;
  maxUsd?: number | undefined;
  yes?: boolean | undefined;
  folder?: string | undefined;
  json?: boolean | undefined;
}

const USUAL_COUNT = 200;

/** The exit code: 0 when there are as many as asked for, 2 when there are fewer. Rejects when there is nothing to draw from. */
export async function sampleCommand(options: SampleOptions, io: CommandIo): Promise<number> {
  const { config, task } = options;
  if (!config.tasks.has(task)) {
    const known = [...config.tasks.keys()].join(', ') || 'none';
    throw new Error(`There is no task ${JSON.stringify(task)}. Tasks: ${known}.`);
  }
  refuseContradictions(options);
  return options.variants === undefined
    ? drawCommand(options, io)
    : variantsCommand({ ...options, model: options.variants }, io);
}

async function drawCommand(options: SampleOptions, io: CommandIo): Promise<number> {
  const { config, task, count = USUAL_COUNT, seed, mask, reference, folder = artifactsFolder(config) } = options;
  const places = placesOf(folder, task);
  const existing = options.replace === true ? [] : existingSamples(places.samples);
  const { calls, skipped, maskedBefore, unnamed } = trafficOf(options);
  if (!mask) io.warn('secrets and personal data are not masked: they will be in the file as clients sent them');
  const isAnswerReference = reference === 'logged';
  const drawn = await drawSamples(calls, { count, seed, existing, isMasked: mask, isAnswerReference });
  for (const [reason, times] of skipped)
    io.warn(`${times} ${times === 1 ? 'call is' : 'calls are'} left out: ${reason}`);
  warnOfUnnamed(options, unnamed, io);
  if (drawn.read === 0) throw new Error(nothingToDrawFrom(options));
  const isAsked = reference !== undefined && !isAnswerReference && drawn.lines.length > 0;
  const lines = isAsked ? await askReferences(drawn.lines, { ...options, model: reference, places }, io) : drawn.lines;
  const write = options.replace === true ? replaceSamples : appendSamples;
  if (lines.length > 0) write(places.samples, lines);
  const whole = { ...drawn, lines, path: places.samples, maskedBefore: maskedBefore() };
  io.print(options.json === true ? toJson(whole) : writeDraw({ task, existing: existing.length, ...whole }));
  return lines.length < count ? 2 : 0;
}

/** A log without names of tasks may hold calls of several; nobody can tell which are meant. */
function warnOfUnnamed(
  { config, task }: SampleOptions,
  { count, groups }: ReadTraffic['unnamed'],
  io: CommandIo,
): void {
  if (count === 0 || groups < 2) return;
  const file = registerPath(config.file);
  const source = readRegisterText(file);
  const known = new Set([
    ...config.tasks.keys(),
    ...Object.keys(source === null ? {} : parseRegister(source, file).tasks),
  ]);
  if (known.size < 2) return;
  const calls = count === 1 ? '1 call names' : `${showCount(count)} calls name`;
  io.warn(
    `${calls} no task: all of them were taken for ${task}; there are ${showCount(groups)} groups of system prompts among them. ` +
      'Name the task in every line ("task": "..."), or leave the others out',
  );
}

function refuseContradictions({ from, since, reference, variants, replace, seeds, adversarial }: SampleOptions): void {
  if (from !== undefined && since !== undefined) throw new Error('--since is for captured calls; logs are read whole.');
  if (reference === 'logged' && from === undefined)
    throw new Error(
      '--reference logged is for logs: captured calls have no answers. Name a log with --from, or a model.',
    );
  const draws = { '--from': from, '--since': since, '--reference': reference, '--replace': replace };
  const [odd] = Object.entries(draws).find(([, value]) => value !== undefined) ?? [];
  if (variants !== undefined && odd !== undefined)
    throw new Error(`${odd} is for drawing samples; leave it out with --variants.`);
  if (variants === undefined && (seeds !== undefined || adversarial === true))
    throw new Error(`${seeds === undefined ? '--adversarial' : '--seeds'} goes with --variants <model>.`);
}

function trafficOf({ config, task, from, since }: SampleOptions): ReadTraffic {
  if (from !== undefined) return readLogs(from, task);
  const sinceMs = since === undefined ? null : parseTime(since, Date.now());
  return readCapturedTraffic(capturedFolder(config.ledger.path), { task, sinceMs });
}

/** What to do where there is nothing to draw from. */
function nothingToDrawFrom({ config, task, from }: SampleOptions): string {
  if (from !== undefined) return `There are no calls of ${task} in ${from.join(', ')}.`;
  const { capture, tasks } = config;
  const isPrivate = tasks.get(task)?.isPrivate === true;
  const isKept = capture !== null && (capture.tasks === null ? !isPrivate : capture.tasks.has(task));
  const hint = isKept
    ? 'Calls that come from now on are kept'
    : `Say \`capture: { share: 5%, tasks: [${task}] }\` in the configuration, so that a share of its calls is kept`;
  return `No calls of ${task} have been captured in ${capturedFolder(config.ledger.path)}. ${hint}; or name logs with --from.`;
}

function toJson({
  path,
  lines,
  maskedBefore,
  ...drawn
}: DrawnSamples & { path: string; maskedBefore: number }): string {
  const { read, looked, strata, bounds, found } = drawn;
  const ids = lines.map(({ id }) => id);
  const withReference = lines.filter(({ reference }) => reference !== undefined).length;
  const figures = {
    drawn: lines.length,
    withReference,
    read,
    looked,
    lengthBounds: bounds,
    strata,
    masked: found,
    maskedBefore,
  };
  return `${JSON.stringify({ path, ...figures, ids }, null, 2)}\n`;
}
