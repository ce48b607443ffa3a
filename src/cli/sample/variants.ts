// `tierline sample --variants`: has a model make variants of samples, and says what came of it.
import { setTimeout as wait } from 'node:timers/promises';
import { createAsk } from '../../ask.ts';
import type { Config } from '../../config/config.ts';
import { openUnrecorded } from '../../instance.ts';
import { showCount, showUsd } from '../../ledger/display.ts';
import { artifactsFolder, placesOf } from '../../lifecycle/places.ts';
import { withoutRetries } from '../../lifecycle/profile/run-profile.ts';
import { Spending } from '../../lifecycle/profile/spending.ts';
import { makeVariants, variantJobs } from '../../lifecycle/samples/make-variants.ts';
import { readSamples } from '../../lifecycle/samples/read-samples.ts';
import { referenceModel } from '../../lifecycle/samples/references.ts';
import type { Sample } from '../../lifecycle/samples/sample.ts';
import { appendSamples, existingSamples } from '../../lifecycle/samples/sample-file.ts';
import type { CommandIo } from '../command-io.ts';
import { askForLeave, follow, LANE_LIMITS, stopOnSignal, tellLeft } from '../paid-run.ts';

export interface VariantOptions {
  config: Config;
  task: string;
  /** The model that makes them. */
  model: string;
  seeds?: string | undefined;
  adversarial?: boolean | undefined;
  count?: number | undefined;
  concurrency: number;
  maxUsd?: number | undefined;
  yes?: boolean | undefined;
  folder?: string | undefined;
  json?: boolean | undefined;
}

const USUAL_COUNT = 50;

/** The exit code: 0 when as many were made as asked for, 2 when there are fewer. Rejects when there is nothing to make them of. */
export async function variantsCommand(options: VariantOptions, io: CommandIo): Promise<number> {
  const { config, task, model: name, count = USUAL_COUNT, adversarial: isAdversarial = false } = options;
  const { samples: path } = placesOf(options.folder ?? artifactsFolder(config), task);
  const existing = existingSamples(path);
  const seeds = seedsOf(options, existing, path);
  if (config.tasks.get(task)?.accept.length === 0)
    io.warn(`variants have no reference and ${task} has no gates: a profile needs one or the other`);
  const instance = await openUnrecorded(config);
  try {
    const { engine } = instance;
    const { model } = referenceModel(engine, task, name);
    const jobs = variantJobs(seeds, { model, count, isAdversarial, nowMs: Date.now() });
    const low = jobs.reduce((sum, { expectedNanoUsd }) => sum + (expectedNanoUsd ?? 0), 0);
    const isPriced = jobs.every(({ expectedNanoUsd }) => expectedNanoUsd !== null);
    const ceiling = await askForLeave(
      {
        count: jobs.length,
        what: `${name} for ${count} variants of ${seeds.length} samples`,
        expected: isPriced ? { low, high: low } : null,
        unpriced: isPriced ? [] : [name],
        lost: 0,
        beside: null,
      },
      options,
      io,
    );
    const spending = new Spending(ceiling);
    const stop = stopOnSignal(io);
    const { advance, note, finish } = await follow(new Map([[name, jobs.length]]), { spending, io });
    let replies = 0;
    const { lane, ...made } = await makeVariants(seeds, {
      model,
      ask: createAsk(withoutRetries(engine), { atMs: Date.now(), tenant: 'default', task }),
      spending,
      lanes: { concurrency: options.concurrency, ...LANE_LIMITS },
      clock: { nowMs: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) },
      signal: stop.signal,
      isAdversarial,
      keep: (lines) => appendSamples(path, lines),
      onReply: ({ note: said }) => {
        if (said !== null) note(said);
        // What is asked again to fill up comes on top.
        else if (replies++ < jobs.length) advance(name);
      },
      count,
      existing,
    });
    finish(stop.signal.aborted);
    stop.release();
    tellLeft(new Map([[name, lane]]), { spending, io });
    const spent = Math.round(spending.spent);
    io.print(
      options.json === true
        ? `${JSON.stringify({ path, ...made, spentNanoUsd: spent }, null, 2)}\n`
        : writeMade({ ...options, path, ...made, spent }),
    );
    return made.made < count ? 2 : 0;
  } finally {
    await instance.close();
  }
}

/** Samples that are variants themselves are no seeds, unless a file of them is named. */
function seedsOf({ seeds: file, task }: VariantOptions, existing: readonly Sample[], path: string): readonly Sample[] {
  if (file !== undefined) return readSamples(file).samples;
  const seeds = existing.filter(({ tags }) => tags['made'] === undefined);
  if (seeds.length > 0) return seeds;
  throw new Error(
    `There is nothing to make variants of: ${path} holds no samples of ${task}. Draw some, or name a file with --seeds.`,
  );
}

interface Told {
  task: string;
  path: string;
  made: number;
  wrong: number;
  repeated: number;
  firstWrong: string | null;
  spent: number;
}

/** What came of it as text. */
export function writeMade({ task, path, made, wrong, repeated, firstWrong, spent }: Told): string {
  const left = [
    ...(repeated > 0 ? [`${showCount(repeated)} that were there already`] : []),
    ...(wrong > 0 ? [`${showCount(wrong)} that were none (the first: ${firstWrong})`] : []),
  ];
  const without = left.length === 0 ? '' : `, without ${left.join(' and ')}`;
  return `${task}: ${showCount(made)} variants${without}; ${showUsd(spent)} spent\n${made === 0 ? 'Nothing was written.' : `Written to ${path}`}\n`;
}
