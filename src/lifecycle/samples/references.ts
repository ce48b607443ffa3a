// References that a model gives: its answers, asked for and kept as a profile asks and keeps them, so that neither pays for them twice.
import type { Engine } from '../../router.ts';
import { answerKey, type KeptAnswer } from '../profile/answer.ts';
import type { AnswerStore } from '../profile/answer-store.ts';
import { type Candidate, candidatesOf } from '../profile/candidate.ts';
import { upstreamsOf } from '../profile/judging.ts';
import type { ProfiledTask } from '../profile/run-profile.ts';
import { type SampleLine, toSample } from './sample.ts';

/** The model as the task may ask it. Throws Error for one that nobody configured, and for one that may not see the task. */
export function referenceModel(engine: Pick<Engine, 'policy' | 'delivery'>, task: string, model: string): Candidate {
  const policyTask = engine.policy.tasksByName.get(task);
  if (policyTask === undefined) throw new Error(`The task ${task} is not part of the configuration in force.`);
  const { chosen, left } = candidatesOf(engine.policy, policyTask, {
    names: [model],
    upstreamsOf: (name) => upstreamsOf(engine, name),
  });
  const [found] = chosen;
  if (found === undefined)
    throw new Error(`${model} cannot be asked for ${task}: ${left[0]?.say ?? 'it is not there'}.`);
  return found;
}

/** What is to be asked, as a run of a profile takes it: nothing is judged. */
export function toAskedTask(
  lines: readonly SampleLine[],
  {
    task,
    candidate,
    store,
    outputTokens,
  }: { task: string; candidate: Candidate; store: AnswerStore; outputTokens: number | null },
): ProfiledTask {
  const oracle = { gates: [], reference: null, own: new Map() };
  return { name: task, samples: lines.map(toSample), candidates: [candidate], oracle, store, outputTokens };
}

/** The lines with the answers that are there as references; `without`: those that have none. */
export function withReferences(
  lines: readonly SampleLine[],
  { store, candidate }: { store: Pick<AnswerStore, 'answer'>; candidate: Candidate },
): { lines: SampleLine[]; without: number } {
  const answered = lines.map((line): SampleLine => {
    const reference = referenceIn(store.answer(answerKey(toSample(line), candidate.upstreams)));
    return reference === null ? line : { ...line, reference };
  });
  return { lines: answered, without: answered.filter(({ reference }) => reference === undefined).length };
}

/** An answer that was cut short, refused, or made of calls of tools is no reference. */
function referenceIn(kept: KeptAnswer | null): string | null {
  const answer = kept?.answer ?? null;
  if (answer === null || answer.finish.reason !== 'stop') return null;
  return answer.refusal !== undefined || answer.toolCalls !== undefined || answer.text.trim() === ''
    ? null
    : answer.text;
}
