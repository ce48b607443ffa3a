// Rows from profiles: every sample with every kept answer. Verdicts are made again from what is kept, by today's gates; nobody is asked.

import type { RowLine } from '../../learn/rows/row.ts';
import type { Engine } from '../../router.ts';
import { toTaskRequest } from '../evaluate/ask-router.ts';
import { readAnswers } from '../profile/answer-store.ts';
import { collectOutcomes } from '../profile/collect.ts';
import { createRecall } from '../profile/judging.ts';
import type { PreparedTask } from '../profile/prepare.ts';
import { LeftOut } from './left-out.ts';
import { toOutcomeLine } from './outcome-line.ts';
import { toSampleRow } from './sample-row.ts';
import { type SourcedRows, sayUnjudged } from './sourced-rows.ts';

type AskedTask = Pick<PreparedTask, 'set' | 'candidates' | 'oracle'> & {
  config: Pick<PreparedTask['config'], 'name'>;
  places: Pick<PreparedTask['places'], 'answers'>;
};

/** In the order of the file of samples. Rejects with Error for kept answers that are damaged. */
export async function profileRows(task: AskedTask, engine: Engine): Promise<SourcedRows> {
  const { candidates, oracle } = task;
  const { samples } = task.set;
  const store = readAnswers(task.places.answers);
  const judging = createRecall(engine, { name: task.config.name, oracle, candidates, store });
  const rows = samples.map((sample): RowLine => {
    const inbound = toTaskRequest(sample, task.config.name);
    return toSampleRow(sample, inbound, { task: task.config.name, source: 'profile' });
  });
  const left = new LeftOut();
  const unasked = new Map<string, number>();
  for (const candidate of candidates) {
    const model = candidate.model.name;
    const outcomes = await collectOutcomes(samples, candidate, { store, judging });
    for (const [index, { kept, pass, verdicts }] of outcomes.entries()) {
      if (kept === null) unasked.set(model, (unasked.get(model) ?? 0) + 1);
      else if (pass === null) left.add(model, sayUnjudged(verdicts));
      else (rows[index] as RowLine).outcomes[model] = toOutcomeLine({ ...kept, pass });
    }
  }
  return { rows: new Map(rows.map((row, index) => [samples[index]?.digest ?? '', row])), left: left.list(), unasked };
}
