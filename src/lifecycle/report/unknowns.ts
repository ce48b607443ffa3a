// What a profile does not know, said as plainly as what it does. A list of sentences, empty only where nothing is left open.
import { showCount } from '../../ledger/display.ts';
import type { ModelProfile, Profile } from '../profile/profile.ts';
import type { Advice } from './advice.ts';
import { counted, listed, waitsFor } from './words.ts';

/** `baseline`: name of the model that savings are counted against; null for none. */
export function unknownsOf({ task, ...advice }: Advice, baseline: string | null): string[] {
  const { profile, volume, latencyBudgetMs } = task;
  return [
    ...ofReferences(task.profile.samples),
    ...ofBaseline(advice.baseline, baseline),
    ...(volume === null ? ['How many calls there are in a month (`volume` of the task), so no saving per month.'] : []),
    ...(latencyBudgetMs === null ? ['How long an answer may take (`latency_budget` of the task).'] : []),
    ...ofGates(advice),
    ...profile.models.flatMap((model) => ofModel(model, profile)),
  ];
}

function ofReferences({ count, withReference }: { count: number; withReference: number }): string[] {
  if (withReference === count) return [];
  const which =
    withReference === 0 ? 'No sample has' : `Only ${showCount(withReference)} of ${showCount(count)} samples have`;
  return [`${which} a reference: of the others it is known that answers pass the gates, not that they are right.`];
}

function ofBaseline(measured: ModelProfile | null, baseline: string | null): string[] {
  if (baseline === null) return ['What savings are counted against: no `baseline` is configured.'];
  return measured === null ? [`What calls cost at the baseline: ${baseline} was not measured on this task.`] : [];
}

/** Of a model behind gates: what they cost, and what becomes of what they refuse. */
function ofGates({ recommended, behind }: Pick<Advice, 'recommended' | 'behind'>): string[] {
  if (recommended?.verdict !== 'gated') return [];
  const { model, judgingNanoUsd } = recommended;
  const cost =
    judgingNanoUsd === null ? [`What the verdicts on answers of ${model} cost, so no cost behind gates.`] : [];
  if (behind === null)
    return [...cost, `What answers when the gates refuse ${model}: no stronger model is known to do.`];
  return [
    ...cost,
    `How well ${behind.model} answers just what the gates refuse: it is reckoned with its rate over all samples.`,
  ];
}

function ofModel(profile: ModelProfile, { thresholds }: Pick<Profile, 'thresholds'>): string[] {
  const { model, missing, refused, judged, cost, snapshots, outputTokens, byGate } = profile;
  const waiting = waitsFor(profile, thresholds);
  const unpriced = judged - refused - cost.known;
  const broken = byGate.filter((gate) => gate.broken > 0).map((gate) => `${gate.gate} (${showCount(gate.broken)})`);
  return [
    waiting !== null && `${model}: what it is good for; that takes ${waiting}.`,
    missing > 0 && `${model}: ${counted(missing, 'sample')} without an answer or a verdict, counted as nothing.`,
    refused > 0 && `${model}: ${counted(refused, 'sample')} refused by the provider, counted as not passed.`,
    broken.length > 0 && `${model}: verdicts that gates could not give: ${listed(broken)}.`,
    cost.basis === 'unknown' && `${model}: what its answers cost.`,
    cost.basis === 'estimated' && `${model}: exact costs; some are estimated.`,
    cost.basis !== 'unknown' && unpriced > 0 && `${model}: what ${counted(unpriced, 'answer')} cost.`,
    judged > 0 && outputTokens === null && `${model}: how long its answers are; the provider tells no usage.`,
    snapshots.length > 1 && `${model}: which of ${listed(snapshots)} will answer next; all of them have.`,
  ].filter((sentence) => sentence !== false);
}
