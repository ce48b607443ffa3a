// Answers of which it is known whether they are right: by a person, else by the reference of their sample. A judge is held against these.
import { makerOf } from '../../catalog/maker.ts';
import { ALONE, type Answer, type Gate, type GateContext, type Question } from '../../gate/gate.ts';
import { createReferenceGate } from '../../gate/reference.ts';
import type { ReferenceConfig } from '../../gate/reference-config.ts';
import { areAllPassed, runGates } from '../../gate/run-gates.ts';
import { toQuestion } from '../../judged.ts';
import { answerKey, fromKept, type KeptAnswer } from '../profile/answer.ts';
import type { KeptAnswers } from '../profile/answer-store.ts';
import type { PreparedTask } from '../profile/prepare.ts';
import { ratedSample, toRequest } from '../profile/question.ts';
import type { Sample } from '../samples/sample.ts';

export interface Labelled {
  /** Digest of its sample. */
  sample: string;
  question: Question;
  answer: Answer;
  /** Whether it is right. */
  isRight: boolean;
  by: 'person' | 'reference';
  /** Configured models that answered so; none for an answer that only a person brought in. */
  models: string[];
  /** Their makers, as far as they are known. */
  makers: string[];
}

type Labelling = Pick<PreparedTask, 'samples' | 'candidates' | 'oracle'> & { config: { name: string } };

/**
 * Sample by sample in the order of the task. Equal answers to a sample are one. What the free gates of the task refuse is left out: in
 * production no judge sees it. What a person graded is not.
 */
export async function labelledAnswers(task: Labelling, store: KeptAnswers): Promise<Labelled[]> {
  const found: Labelled[] = [];
  for (const sample of task.samples) {
    if (sample.reference === undefined && sample.graded.length === 0) continue;
    const question = questionOf(sample);
    const grades = gradesOf(sample);
    const byText = new Map<string, Labelled>();
    for (const { kept, model, upstreams } of keptOf(task, sample, store)) {
      if (kept.answer === null) continue;
      const answer = fromKept(kept.answer);
      const key = JSON.stringify([answer.text.trim(), answer.toolCalls]);
      const same = byText.get(key);
      const makers = upstreams.flatMap((upstream) => makerOf(upstream) ?? []);
      if (same !== undefined) {
        same.models.push(model);
        same.makers = [...new Set([...same.makers, ...makers])];
        continue;
      }
      const label = await labelOf({ sample, answer, question }, task.oracle.reference);
      const isAsked =
        label?.by === 'person' ||
        (await isLetThrough(task.oracle.gates, {
          answer,
          question,
          model,
          request: ratedSample(sample, task.config.name),
        }));
      if (label !== null && isAsked)
        byText.set(key, {
          sample: sample.digest,
          question,
          answer,
          ...label,
          models: [model],
          makers: [...new Set(makers)],
        });
    }
    for (const [text, isRight] of grades) {
      const key = JSON.stringify([text, []]);
      if (byText.has(key)) continue;
      const answer = fromKept({ text, finish: { reason: 'stop', raw: 'stop' } });
      byText.set(key, { sample: sample.digest, question, answer, isRight, by: 'person', models: [], makers: [] });
    }
    found.push(...byText.values());
  }
  return found;
}

/** The conversation does not depend on the model that is asked. */
export function questionOf(sample: Sample): Question {
  return toQuestion(toRequest(sample, { model: { name: 'any' } }).neutral);
}

/** By text; a text that was graded both ways has none. */
function gradesOf({ graded }: Sample): Map<string, boolean> {
  const grades = new Map<string, boolean>();
  const torn = new Set<string>();
  for (const { answer, pass } of graded) {
    const text = answer.trim();
    if ((grades.get(text) ?? pass) !== pass) torn.add(text);
    grades.set(text, pass);
  }
  for (const text of torn) grades.delete(text);
  return grades;
}

interface KeptOf {
  kept: KeptAnswer;
  model: string;
  upstreams: readonly string[];
}

function keptOf({ candidates }: Labelling, sample: Sample, store: KeptAnswers): KeptOf[] {
  return candidates.flatMap(({ model, upstreams }) => {
    const kept = store.answer(answerKey(sample, upstreams));
    return kept === null ? [] : [{ kept, model: model.name, upstreams }];
  });
}

export interface Unlabelled {
  sample: Sample;
  answer: Answer;
  question: Question;
}

export type Label = Pick<Labelled, 'isRight' | 'by'>;

/** A person's word goes before the reference; null where there is neither. */
export async function labelOf(
  { sample, answer, question }: Unlabelled,
  reference: ReferenceConfig | null,
): Promise<Label | null> {
  const grade = answer.toolCalls.length === 0 ? gradesOf(sample).get(answer.text.trim()) : undefined;
  if (grade !== undefined) return { isRight: grade, by: 'person' };
  if (sample.reference === undefined) return null;
  const { pass } = await createReferenceGate(sample.reference, reference).check(answer, question, ALONE);
  return { isRight: pass, by: 'reference' };
}

async function isLetThrough(
  gates: readonly Gate[],
  { answer, question, ...known }: Pick<Unlabelled, 'answer' | 'question'> & Pick<GateContext, 'model' | 'request'>,
): Promise<boolean> {
  const free = gates.filter(({ isCostly }) => !isCostly);
  return areAllPassed(await runGates(free, { answer, question, context: { ...ALONE, ...known } }));
}
