// What a learned router is to the planner: something that, asked about one request, names the models to try. It is pure and
// synchronous; whatever it needs to wait for has been gathered before.
import type { NanoUsd } from '../call/money.ts';
import type { WhyStatic } from '../call/prediction.ts';
import type { View } from '../call/view.ts';

/** A model that the guards have left, as it stands for this request. */
export interface Option {
  model: string;
  /** Expected cost of one answer; null when not known. */
  costNanoUsd: NanoUsd | null;
}

export interface PredictorQuestion {
  view: View;
  task: string | null;
  tenant: string;
  /** At least one; the models of the route that the guards have left. */
  options: readonly Option[];
  /** The request's embedding, where the predictor asks for one; null when it could not be had in time. */
  embedding: Float32Array | null;
}

/** What is expected of the models for one request. */
export interface Forecast {
  /** P(acceptable answer) by model, 0 to 1, for every option that the predictor knows. */
  chances: Readonly<Record<string, number>>;
  /**
   * Models to try, in order; each after the first only when the learned gate did not accept the answer before. Null when there is no
   * evidence about a request like this one: the static route stands.
   */
  order: readonly string[] | null;
  /** How it reads in a reason. */
  say: string;
}

/** Places that an artifact may be told to stand at, by what was promised of them when it was trained. */
export const PROMISE_NAMES = ['assured', 'no-worse', 'half-point', 'most-of-gap'] as const;
export type PromiseName = (typeof PROMISE_NAMES)[number];

export interface Predictor {
  /** Names the artifact: the first 12 hexadecimal digits of its digest. */
  readonly id: string;
  /** The models it was trained on. */
  readonly models: readonly string[];
  /** The model that is taken when nothing is known: the most trusted one. */
  readonly reference: string;
  /** Whether its order may have more than one model, which a learned gate goes through. */
  readonly isCascade: boolean;
  /** The name of the encoder whose embedding it wants; null when it wants none. */
  readonly encoder: string | null;
  /** Takes at most a millisecond or so, however long the request is. May throw: the static route stands then. */
  forecast(question: PredictorQuestion): Forecast;
}

/** Thrown in place of a forecast by whoever watches over a predictor. Anything else that is thrown means that it is broken. */
export class NoForecast extends Error {
  readonly why: Extract<WhyStatic, 'late' | 'resting'>;

  constructor(why: NoForecast['why'], message: string) {
    super(message);
    this.name = 'NoForecast';
    this.why = why;
  }
}
