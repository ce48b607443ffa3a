// The dials of a task: every number of its gates that could be another, and what an answer measures on it. A dial lets an answer pass whose
// measure is on the right side of the number; it decides nothing else.
import { countTokens } from '../../catalog/token-count.ts';
import type { TaskConfig } from '../../config/config.ts';
import type { Path } from '../../config/problem.ts';
import { onlyCalls, textOf } from '../../gate/answer-text.ts';
import { createConfidenceGate } from '../../gate/confidence.ts';
import { ALONE, type Answer, type Gate, type Question } from '../../gate/gate.ts';
import { type GateConfig, type GateConfigOf, LENGTH_UNITS } from '../../gate/gate-config.ts';
import { judgePrompt, readGrade } from '../../gate/judge-prompt.ts';
import { lengthCounts } from '../../gate/length.ts';
import { createLogprobsGate } from '../../gate/logprobs.ts';
import type { KeptReply } from '../profile/answer.ts';

export interface Dial {
  /** Where the number stands in the configuration. */
  path: Path;
  /** `confidence.min`, `length.max_words`. */
  name: string;
  /** Whether an answer passes from the number on, or up to it. */
  side: 'min' | 'max';
  /** The number in force. */
  value: number;
  /** A share from 0 to 1, or a whole number. */
  unit: 'share' | 'whole';
  /** Whether it may be turned. */
  isFree: boolean;
  read: (answer: Answer, question: Question) => Measure;
}

/** `value` is infinite for what passes or fails whatever the number is; null when nobody has measured it. */
export interface Measure {
  value: number | null;
  /** What it costs to measure, nano-dollars; null when nobody knows. */
  costNanoUsd: number | null;
}

/** What has been said of a prompt by a judge's model; null for nothing. */
export type Recall = (model: string, prompt: string) => KeptReply | null;

/** Gates that are nothing but dials. */
const KINDS: ReadonlySet<string> = new Set([
  'confidence',
  'logprobs',
  'judge',
  'length',
] satisfies GateConfig['kind'][]);

export function isDialGate({ name }: Pick<Gate, 'name'>): boolean {
  return KINDS.has(name);
}

/** In the order in which gates are asked: judges last. `frozen`: judges that stay as they are, by model. */
export function dialsOf(
  { name, accept }: Pick<TaskConfig, 'name' | 'accept'>,
  { recall, frozen }: { recall: Recall; frozen: readonly string[] },
): Dial[] {
  const dials = accept.flatMap((gate, index) => dialsOfGate(gate, { path: ['tasks', name, 'accept', index], recall }));
  const judged = dials.map((dial) => ({ ...dial, isFree: dial.judge === undefined || !frozen.includes(dial.judge) }));
  return [...judged.filter(({ judge }) => judge === undefined), ...judged.filter(({ judge }) => judge !== undefined)];
}

type GateDial = Omit<Dial, 'isFree'> & { judge?: string };

function dialsOfGate(gate: GateConfig, { path, recall }: { path: Path; recall: Recall }): GateDial[] {
  switch (gate.kind) {
    case 'confidence':
      return [scoreDial(gate, createConfidenceGate({ ...gate, min: 0 }), path)];
    case 'logprobs':
      return [scoreDial(gate, createLogprobsGate({ ...gate, min: 0 }), path)];
    case 'judge':
      return [judgeDial(gate, path, recall)];
    case 'length':
      return lengthDials(gate, path);
    default:
      return [];
  }
}

/** The gate with its number at zero tells the score of every answer; one without a score fails at any number. */
function scoreDial(gate: GateConfigOf<'confidence' | 'logprobs'>, open: Gate, path: Path): GateDial {
  return {
    path: [...path, gate.kind, 'min'],
    name: `${gate.kind}.min`,
    side: 'min',
    value: gate.min,
    unit: 'share',
    read: (answer, question) => {
      const verdict = open.check(answer, question, ALONE);
      const score = verdict instanceof Promise ? null : verdict.score;
      return { value: score ?? Number.NEGATIVE_INFINITY, costNanoUsd: 0 };
    },
  };
}

function judgeDial({ model, rubric, min }: GateConfigOf<'judge'>, path: Path, recall: Recall): GateDial {
  return {
    path: [...path, 'judge', 'min'],
    name: 'judge.min',
    side: 'min',
    value: min,
    unit: 'share',
    judge: model,
    read: (answer, question) => {
      const reply = recall(model, judgePrompt(rubric, answer, question));
      if (reply === null) return { value: null, costNanoUsd: 0 };
      return { value: readGrade(reply.text)?.score ?? Number.NEGATIVE_INFINITY, costNanoUsd: reply.costNanoUsd };
    },
  };
}

function lengthDials({ bounds }: GateConfigOf<'length'>, path: Path): GateDial[] {
  const counts = lengthCounts((text) => countTokens(text, 'generic'));
  return LENGTH_UNITS.flatMap((unit) =>
    (['min', 'max'] as const).flatMap((side): GateDial[] => {
      const value = bounds[unit]?.[side] ?? null;
      if (value === null) return [];
      const always = side === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      const measure = (answer: Answer): number => (onlyCalls(answer) ? always : counts[unit](textOf(answer)));
      const read = (answer: Answer): Measure => ({ value: measure(answer), costNanoUsd: 0 });
      return [
        {
          path: [...path, 'length', `${side}_${unit}`],
          name: `length.${side}_${unit}`,
          side,
          value,
          unit: 'whole',
          read,
        },
      ];
    }),
  );
}

/** Whether an answer that measures so passes a number. */
export function isPassed({ side }: Pick<Dial, 'side'>, measure: number, threshold: number): boolean {
  return side === 'min' ? measure >= threshold : measure <= threshold;
}
