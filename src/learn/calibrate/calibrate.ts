// Makes chances of a learner's scores, for one model. Scores have to come from rows that the learner had not seen (`crossFit`): of the
// others it is too sure. Whatever the curve, a higher score is never a lower chance.
import { isObject, type JsonObject } from '../../call/json.ts';
import { foldsOf } from '../rows/split.ts';
import { fitIsotonic, type IsotonicCurve, isotonicChance } from './isotonic.ts';
import { fitPlatt, type PlattCurve, plattChance } from './platt.ts';

/** Scores and how it turned out, 0 to 1, nothing NaN; as many weights. */
export interface Labelled {
  scores: ArrayLike<number>;
  labels: ArrayLike<number>;
  weights: ArrayLike<number>;
}

export type Curve = PlattCurve | IsotonicCurve;

/** With fewer labels of either kind a curve of any shape follows their noise. */
const LEAST_OF_A_KIND = 50;
const FOLDS = 5;

/**
 * The curve with the smaller log loss on families that were left out; Platt's where labels are few. `families` has a number for each
 * score. Scores whose label is NaN must have been left out: `known` does that.
 */
export function calibrate(labelled: Labelled, families: Int32Array, seed: number): Curve {
  const { labels } = labelled;
  let goods = 0;
  for (let at = 0; at < labels.length; at++) goods += labels[at] as number;
  if (Math.min(goods, labels.length - goods) < LEAST_OF_A_KIND) return fitPlatt(labelled);
  const folds = foldsOf(families, FOLDS, seed);
  const [plattLoss, isotonicLoss] = [fitPlatt, fitIsotonic].map((fit) => lossLeftOut(fit, labelled, folds));
  return (isotonicLoss as number) < (plattLoss as number) ? fitIsotonic(labelled) : fitPlatt(labelled);
}

function lossLeftOut(fit: (labelled: Labelled) => Curve, labelled: Labelled, folds: Int32Array): number {
  let loss = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const outside = take(labelled, (at) => folds[at] !== fold);
    if (outside.labels.length === 0) continue;
    const curve = fit(outside);
    const inside = take(labelled, (at) => folds[at] === fold);
    for (let at = 0; at < inside.labels.length; at++) {
      const chance = chanceOf(curve, inside.scores[at] as number);
      const label = inside.labels[at] as number;
      loss -= (inside.weights[at] as number) * (label * Math.log(chance) + (1 - label) * Math.log(1 - chance));
    }
  }
  return loss;
}

function take({ scores, labels, weights }: Labelled, isTaken: (at: number) => boolean): Labelled {
  const taken = Int32Array.from({ length: labels.length }, (_, at) => at).filter(isTaken);
  const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(taken, (at) => values[at] as number);
  return { scores: pick(scores), labels: pick(labels), weights: pick(weights) };
}

/** The scores whose label is known, with the families of their rows. */
export function known(labelled: Labelled, families: Int32Array): { labelled: Labelled; families: Int32Array } {
  const isKnown = (at: number): boolean => !Number.isNaN(labelled.labels[at]);
  return { labelled: take(labelled, isKnown), families: families.filter((_, at) => isKnown(at)) };
}

/** Between 0 and 1, both left out but for rounding; of a score that is no number the lowest. */
export function chanceOf(curve: Curve, score: number): number {
  const at = Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
  if (curve.kind === 'isotonic') return isotonicChance(curve, at);
  // 0 times infinity would be no number.
  return curve.slope === 0 ? plattChance(curve, 0) : plattChance(curve, at);
}

export function writeCurve(curve: Curve): JsonObject {
  return curve.kind === 'platt' ? { ...curve } : { kind: 'isotonic', scores: curve.scores, chances: curve.chances };
}

/** Throws Error with what is wrong, as the rest of a sentence about the artifact: also for a curve that falls. */
export function readCurve(json: unknown): Curve {
  if (!isObject(json)) throw new Error('a calibration is no object');
  if (json.kind === 'platt') {
    const { slope, offset } = json;
    if (!isFinite(slope) || slope < 0 || !isFinite(offset)) throw new Error('a calibration has no curve');
    return { kind: 'platt', slope, offset };
  }
  if (json.kind !== 'isotonic') throw new Error('a calibration is of a kind that is not known');
  const scores = readRising(json.scores, (before, next) => before < next);
  const chances = readRising(json.chances, (before, next) => before <= next);
  if (scores.length !== chances.length || scores.length === 0) throw new Error('a calibration has no steps');
  if ((chances[0] as number) < 0 || (chances.at(-1) as number) > 1)
    throw new Error('a calibration has chances that are none');
  return { kind: 'isotonic', scores, chances };
}

function readRising(json: unknown, isInOrder: (before: number, next: number) => boolean): number[] {
  if (!Array.isArray(json) || !json.every(isFinite)) throw new Error('a calibration has steps that are no numbers');
  for (let at = 1; at < json.length; at++)
    if (!isInOrder(json[at - 1] as number, json[at] as number)) throw new Error('a calibration has steps that fall');
  return json;
}

function isFinite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
