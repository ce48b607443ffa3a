// Whether a step of a rollout waits, goes on or goes back, by quality, cost, latency and errors together. Pure. It never promotes without
// evidence that quality holds, and never rolls back for one bad impression: both by tests that may be looked at after every call.
import type { Evidence } from './evidence.ts';
import { judgeQuality, type Quality } from './judge-quality.ts';
import { count, judgeCost, judgeErrors, judgeLatency, type Measure } from './measure.ts';
import { nextPercent, type RolloutRules } from './rules.ts';

export interface StepVerdict {
  verdict: 'wait' | 'promote' | 'roll_back';
  measures: readonly Measure[];
  sentence: string;
  /** What is missing of the step's minimum. */
  needs: Needs;
}

export interface Needs {
  baseCalls: number;
  candidateCalls: number;
  /** Pairs of graded answers, one of each arm. */
  canaries: number;
}

/** What is to be done with the candidate that has `percent` of the callers. Throws RangeError for a percent that is no step. */
export function judgeStep(evidence: Readonly<Evidence>, rules: Readonly<RolloutRules>, percent: number): StepVerdict {
  if (!rules.steps.includes(percent))
    throw new RangeError(`${percent} % is none of the steps ${rules.steps.join(', ')}`);
  const next = nextPercent(rules, percent);
  const calls = callsMissing(evidence, rules);
  const isCalled = calls.baseCalls === 0 && calls.candidateCalls === 0;
  const isByGates = evidence.gaps.pairs === 0 && isCalled;
  const quality = judgeQuality(evidence, rules, { percent: next ?? percent, isByGates });
  const measures: Measure[] = [
    quality,
    judgeCost(evidence, rules),
    judgeLatency(evidence, rules),
    judgeErrors(evidence, rules),
  ];
  const needs = { ...calls, canaries: Math.max(0, rules.minCanaries - quality.pairs) };
  const said = { measures, needs };
  const bad = measures.filter(({ says }) => says === 'bad');
  if (bad.length > 0)
    return {
      verdict: 'roll_back',
      ...said,
      sentence: `Back from ${percent} %. ${bad.map(({ sentence }) => sentence).join(' ')}`,
    };
  if (next === null)
    return {
      verdict: 'wait',
      ...said,
      sentence: 'All callers are on the candidate: there is no arm left to compare it with.',
    };
  if (quality.says === 'fine' && isCalled && needs.canaries === 0)
    return { verdict: 'promote', ...said, sentence: `On to ${next} %. ${quality.sentence}` };
  const waited = isByGates
    ? evidence.gated.candidate - evidence.before.gated.candidate
    : evidence.canaries.candidate - evidence.before.canaries.candidate;
  if (quality.says !== 'fine' && waited >= rules.maxCanaries)
    return { verdict: 'roll_back', ...said, sentence: sayUntold(percent, waited, quality) };
  return { verdict: 'wait', ...said, sentence: sayWait(percent, needs, quality) };
}

function callsMissing(
  { calls, before }: Readonly<Evidence>,
  { minCalls }: Readonly<RolloutRules>,
): Omit<Needs, 'canaries'> {
  return {
    baseCalls: Math.max(0, minCalls - (calls.base - before.calls.base)),
    candidateCalls: Math.max(0, minCalls - (calls.candidate - before.calls.candidate)),
  };
}

function sayUntold(percent: number, waited: number, { by, sentence }: Quality): string {
  const what = by === 'gates' ? 'gated calls' : 'canaries';
  return (
    `Back from ${percent} %: after ${count(waited)} ${what} of the candidate the data cannot tell whether it is good enough. ` +
    `It is tried again when it is changed, or with a larger loss allowed. ${sentence}`
  );
}

function sayWait(percent: number, { baseCalls, candidateCalls, canaries }: Needs, { sentence }: Quality): string {
  const missing = [
    candidateCalls > 0 ? `${count(candidateCalls)} more calls of the candidate` : null,
    baseCalls > 0 ? `${count(baseCalls)} more calls of the base arm` : null,
    canaries > 0 ? `${count(canaries)} more pairs of canaries` : null,
  ].filter((one) => one !== null);
  const least = missing.length === 0 ? '' : `, at least for ${missing.join(', ')}`;
  return `Waiting at ${percent} %${least}. ${sentence}`;
}
