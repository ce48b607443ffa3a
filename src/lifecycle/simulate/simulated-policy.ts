// A configuration made ready to be asked where calls would go. It has no connections at all, so nothing here could call a model.
import type { Catalog } from '../../catalog/catalog.ts';
import { countTokens } from '../../catalog/token-count.ts';
import { compilePolicy, type ModelParts, modelPartsOf } from '../../compile-policy.ts';
import type { Config } from '../../config/config.ts';
import { loadGates } from '../../config/load-gates.ts';
import { type LoadScorer, loadLearnedGates, withLearned } from '../../config/load-learned-gates.ts';
import { type LoadPredictor, loadPredictors } from '../../config/load-predictors.ts';
import { asRouted } from '../../config/observe.ts';
import type { Gate } from '../../gate/gate.ts';
import { loadPredictor as loadRealPredictor, loadScorer as loadRealScorer } from '../../learn/load-predictor.ts';
import type { Policy } from '../../policy/policy.ts';
import { upstreamsIn } from '../profile/candidate.ts';

export interface SimulatedPolicy {
  config: Config;
  policy: Policy;
  parts: ReadonlyMap<string, ModelParts>;
  /** As the engine's: with the learned gate of a plan, where that has one. */
  gatesOf: (task: string | null, learnedGate?: string | null) => readonly Gate[];
  /** `provider/model` of a model's deployments; of those at these positions, where some are named. */
  upstreamsOf: (model: string, deployments?: readonly number[] | null) => readonly string[];
}

/** Who opens artifacts; as in earnest when left out. */
export interface SimulatedArtifacts {
  loadPredictor?: LoadPredictor;
  loadScorer?: LoadScorer;
}

/** Rejects with ConfigError when a schema or module of a gate, or an artifact, cannot be loaded. */
export async function toSimulatedPolicy(
  written: Config,
  catalog: Catalog,
  { loadPredictor = loadRealPredictor, loadScorer = loadRealScorer }: SimulatedArtifacts = {},
): Promise<SimulatedPolicy> {
  const { config, predictors } = loadPredictors(asRouted(written), loadPredictor);
  const parts = modelPartsOf(config, catalog);
  const gates = await loadGates(config, (text) => countTokens(text, 'generic'), loadScorer);
  const learnedGates = loadLearnedGates(config, predictors, loadScorer);
  const upstreamsOf = upstreamsIn(config.models);
  return {
    config,
    policy: compilePolicy(config, parts, predictors),
    parts,
    gatesOf: (task, learnedGate = null) =>
      withLearned((task === null ? undefined : gates.get(task)) ?? [], learnedGates, learnedGate),
    upstreamsOf: (model, deployments = null) => {
      const all = upstreamsOf(model);
      return deployments === null ? all : all.filter((_, at) => deployments.includes(at));
    },
  };
}
