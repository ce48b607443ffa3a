// What came of a calibration: thresholds that were chosen on one half of the cases, and what they do on the other. Data only.
import type { Path } from '../../config/problem.ts';
import type { Interval } from '../../stats/proportion.ts';
import type { Figures } from './cascade.ts';
import type { Left } from './cases.ts';

/**
 * `change`: the other half confirms that these thresholds are better. `keep`: those in force are as good. `none`: no threshold helps. `few`: too
 * little is known.
 */
export type CalibrationVerdict = 'change' | 'keep' | 'none' | 'few';

export interface Calibration {
  task: string;
  verdict: CalibrationVerdict;
  say: string;
  /** Models in order; the last takes what no other answered. */
  models: readonly string[];
  target: number;
  confidence: number;
  /** What decides whether an answer is right. */
  truth: 'labels' | 'judge';
  cases: { chosenOn: number; reportedOn: number; left: Left; imputed: number };
  dials: CalibratedDial[];
  /** On the half that was not chosen by; null when it did not come so far. */
  inForce: Figures | null;
  straight: Figures | null;
  chosen: Figures | null;
  /** Chosen less in force, per call; null with them. */
  difference: { quality: Change; costNanoUsd: Change } | null;
  /** Share of right answers among those that the chosen thresholds accept, less that among those they refuse; null when they refuse none. */
  lift: (Interval & { mean: number | null }) | null;
}

export interface Change extends Interval {
  mean: number;
}

export interface CalibratedDial {
  name: string;
  path: Path;
  inForce: number;
  /** Null when nothing was chosen. */
  chosen: number | null;
  isFree: boolean;
}
