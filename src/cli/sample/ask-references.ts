// Asks a model for the references of drawn samples: leave first, then progress, then what is left.
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { openUnrecorded } from '../../instance.ts';
import type { TaskPlaces } from '../../lifecycle/places.ts';
import { openAnswerStore } from '../../lifecycle/profile/answer-store.ts';
import { openJobs, runProfile } from '../../lifecycle/profile/run-profile.ts';
import { Spending } from '../../lifecycle/profile/spending.ts';
import { referenceModel, toAskedTask, withReferences } from '../../lifecycle/samples/references.ts';
import type { SampleLine } from '../../lifecycle/samples/sample.ts';
import type { CommandIo } from '../command-io.ts';
import { askForLeave, follow, LANE_LIMITS, stopOnSignal, tellLeft } from '../paid-run.ts';

export interface ReferenceOptions {
  config: Config;
  task: string;
  model: string;
  places: TaskPlaces;
  concurrency: number;
  maxUsd?: number | undefined;
  yes?: boolean | undefined;
}

/** The lines with the model's answers as references, as far as it has given any. Rejects when it may not be asked. */
export async function askReferences(
  lines: readonly SampleLine[],
  { config, task, model, places, concurrency, ...leave }: ReferenceOptions,
  io: CommandIo,
): Promise<SampleLine[]> {
  const instance = await openUnrecorded(config);
  try {
    const { engine } = instance;
    const candidate = referenceModel(engine, task, model);
    const store = openAnswerStore(places.answers);
    try {
      const outputTokens = config.tasks.get(task)?.typicalOutputTokens ?? null;
      const jobs = openJobs([toAskedTask(lines, { task, candidate, store, outputTokens })], Date.now());
      const low = jobs.reduce((sum, { expectedNanoUsd }) => sum + (expectedNanoUsd ?? 0), 0);
      const isPriced = jobs.every(({ expectedNanoUsd }) => expectedNanoUsd !== null);
      const ceiling = await askForLeave(
        {
          count: jobs.length,
          what: `${model} for ${jobs.length} references`,
          expected: isPriced ? { low, high: low } : null,
          unpriced: isPriced ? [] : [model],
          lost: store.lost.length,
          beside: null,
        },
        leave,
        io,
      );
      const spending = new Spending(ceiling);
      const stop = stopOnSignal(io);
      const { advance, note, finish } = await follow(new Map([[model, jobs.length]]), { spending, io });
      const lanes = await runProfile(
        {
          engine,
          spending,
          lanes: { concurrency, ...LANE_LIMITS },
          signal: stop.signal,
          clock: { nowMs: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) },
          onProgress: ({ kept, note: said }) => {
            if (kept !== null) advance(model);
            if (said !== null) note(said);
          },
        },
        jobs,
      );
      finish(stop.signal.aborted);
      stop.release();
      tellLeft(lanes, { spending, io });
      const answered = withReferences(lines, { store, candidate });
      if (answered.without > 0)
        io.warn(`${answered.without} samples have no reference: ${model} gave no whole answer in words`);
      return answered.lines;
    } finally {
      store.close();
    }
  } finally {
    await instance.close();
  }
}
