// Makes the gates that come with predicted cascades, once per configuration: an artifact that names more than one model also says at whose
// answer to stop. What cannot be loaded is a problem of the configuration like any other, told with its line.
import type { Gate } from '../gate/gate.ts';
import { createLearnedGate } from '../gate/learned.ts';
import { GateProblem } from '../gate/peer.ts';
import type { Scorer } from '../gate/scorer.ts';
import type { Config, PredictConfig } from './config.ts';
import { type Predictors, routesOf, sourceOf, type Wanted, wantedBy } from './load-predictors.ts';
import { ConfigError } from './problem.ts';
import type { Finding } from './source.ts';

/** The scorer in an artifact; `wanted`: as its route asks, what it recommends when left out. Throws GateProblem. */
export type LoadScorer = (file: string, wanted?: Wanted) => Scorer;

/** Names the learned gate of a predicted route; equal ones are the same gate. */
export function gateKey({ file, quality, maxCostNanoUsd, promise }: PredictConfig): string {
  return JSON.stringify([file, quality, maxCostNanoUsd, promise]);
}

/** `config`: as `loadPredictors` has completed it. By key; only those of tasks. Throws ConfigError with every problem. */
export function loadLearnedGates(
  config: Config,
  predictors: Predictors,
  load: LoadScorer = cannotLoad,
): ReadonlyMap<string, Gate> {
  const gates = new Map<string, Gate>();
  const findings: Finding[] = [];
  for (const { route, path } of routesOf(config)) {
    const { predict } = route;
    if (predict === null || predictors.get(predict)?.isCascade !== true) continue;
    const wanted = wantedBy(predict, path, config);
    const key = gateKey(predict);
    if (!wanted.isGated || gates.has(key)) continue;
    try {
      gates.set(key, createLearnedGate(load(predict.file, wanted), { min: null }));
    } catch (error) {
      if (!(error instanceof GateProblem)) throw error;
      findings.push({ path: [...path, 'predict'], at: 'value', message: error.message, hint: error.hint });
    }
  }
  if (findings.length === 0) return gates;
  const source = sourceOf(config);
  throw new ConfigError(config.file ?? 'the configuration', findings.map(source.place, source));
}

/** The gates of a task and the learned one of a plan behind them. Throws TypeError for one that was never loaded: nobody may pass unseen. */
export function withLearned(
  gates: readonly Gate[],
  learned: ReadonlyMap<string, Gate> | undefined,
  key: string | null,
): readonly Gate[] {
  if (key === null) return gates;
  const gate = learned?.get(key);
  if (gate === undefined) throw new TypeError(`the learned gate ${key} was not loaded`);
  return [...gates, gate];
}

const cannotLoad: LoadScorer = (file) => {
  throw new GateProblem(`${file} cannot be loaded: nothing here reads artifacts`);
};
