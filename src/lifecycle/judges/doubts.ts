// What speaks against the judges among the gates of a task, before anything is concluded from their verdicts.
import type { Config, TaskConfig } from '../../config/config.ts';
import { upstreamsIn } from '../profile/candidate.ts';
import type { Sample } from '../samples/sample.ts';
import { doubtAbout, readJudges } from './read-judges.ts';

/** One sentence each, without a full stop: `the judge opus has not been graded against labels`. Throws Error for a grading that cannot be read. */
export function doubtsAbout(
  { accept }: Pick<TaskConfig, 'accept'>,
  {
    config,
    samples,
    path,
  }: { config: Pick<Config, 'models'>; samples: readonly Pick<Sample, 'accept'>[]; path: string },
): string[] {
  const ofTask = accept.flatMap((gate) => (gate.kind === 'judge' ? [gate] : []));
  const own = samples.flatMap((sample) => sample.accept.flatMap(({ judge }) => judge ?? []));
  const judges = [...ofTask, ...own];
  if (judges.length === 0) return [];
  const gradings = readJudges(path);
  const upstreamsOf = upstreamsIn(config.models);
  const doubts = judges.flatMap(({ model, rubric, min }) => {
    const doubt = doubtAbout({ model, rubric, min, upstreams: upstreamsOf(model) }, gradings);
    return doubt === null ? [] : [`the judge ${model} ${doubt}`];
  });
  return [...new Set(doubts)];
}
