// A task as a whole, or one of its segments: a detector for each of the signals, made when its first value comes.
import type { Json } from '../../call/json.ts';
import type { GivenMean } from './baseline.ts';
import { Detector, type DetectorPlan, type Finding } from './detector.ts';
import { SIGNALS, type Signal } from './signals.ts';
import { readList } from './snapshot.ts';

export interface Listening {
  atMs: number;
  louder: Scope | null;
  found: Finding[];
}

export class Scope {
  private readonly plans: readonly DetectorPlan[];
  private readonly detectors: (Detector | null)[] = SIGNALS.map(() => null);

  /** One plan for each of `SIGNALS`. */
  constructor(plans: readonly DetectorPlan[]) {
    this.plans = plans;
  }

  /** The signal begins with a mean that somebody has measured. */
  give(at: number, mean: GivenMean): void {
    this.detectors[at] = new Detector(this.plans[at] as DetectorPlan, mean);
  }

  /** Takes what a call says, NaN for nothing, and adds what that shows to `found`; what `louder` already tells is not told here. */
  observe(values: Float64Array, { atMs, louder, found }: Listening): void {
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number;
      if (Number.isNaN(value)) continue;

      let detector = this.detectors[at] ?? null;
      if (detector === null) {
        detector = new Detector(this.plans[at] as DetectorPlan);
        this.detectors[at] = detector;
      }
      const finding = detector.add(value, atMs, louder !== null && louder.tells(at));
      if (finding !== null) found.push(finding);
    }
  }

  private tells(at: number): boolean {
    return this.detectors[at]?.isTelling ?? false;
  }

  get isTelling(): boolean {
    return this.detectors.some((detector) => detector?.isTelling ?? false);
  }

  /** Signals that were told of and are not over. */
  told(): Signal[] {
    return SIGNALS.filter((_, at) => this.tells(at));
  }

  toJson(): Json {
    return this.detectors.map((detector) => detector?.toJson() ?? null);
  }

  /** Throws Error for what is no such state. */
  fromJson(json: Json | undefined): void {
    const list = readList(json);
    if (list.length !== SIGNALS.length) throw new Error('other signals are watched now');
    for (const [at, state] of list.entries()) {
      if (state === null) continue;
      const detector = new Detector(this.plans[at] as DetectorPlan);
      detector.fromJson(state);
      this.detectors[at] = detector;
    }
  }
}
