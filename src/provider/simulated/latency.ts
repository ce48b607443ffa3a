// How long a simulated model takes: a median per model with log-normal jitter, drawn per prompt.
import { createDraw } from './draw.ts';
import type { SimulatedModel } from './models.ts';

const FIRST_TOKEN_SIGMA = 0.25;
const SPEED_SIGMA = 0.1;

export interface Latency {
  firstTokenMs: number;
  tokensPerSecond: number;
}

/** The unscaled latency of one answer; a function of seed, model and prompt alone. */
export function latencyOf(seed: number, model: SimulatedModel, prompt: string): Latency {
  const draw = createDraw('latency', seed, model.name, prompt);
  return {
    firstTokenMs: model.firstTokenMs * Math.exp(FIRST_TOKEN_SIGMA * draw.normal()),
    tokensPerSecond: model.tokensPerSecond * Math.exp(SPEED_SIGMA * draw.normal()),
  };
}

/** When token number `index` (from 0) is out, in milliseconds since the request; `speed` 10 is ten times as fast, 0 at once. */
export function tokenDueMs(latency: Latency, index: number, speed: number): number {
  return speed === 0 ? 0 : (latency.firstTokenMs + (index * 1000) / latency.tokensPerSecond) / speed;
}
