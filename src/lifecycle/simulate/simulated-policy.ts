// A configuration made ready to be asked where calls would go. It has no connections at all, so nothing here could call a model.
import type { Catalog } from '../../catalog/catalog.ts';
import { countTokens } from '../../catalog/token-count.ts';
import { compilePolicy, type ModelParts, modelPartsOf } from '../../compile-policy.ts';
import type { Config } from '../../config/config.ts';
import { loadGates } from '../../config/load-gates.ts';
import { type LoadPredictor, loadPredictors } from '../../config/load-predictors.ts';
import type { Gate } from '../../gate/gate.ts';
import type { Policy } from '../../policy/policy.ts';
import { upstreamsIn } from '../profile/candidate.ts';

export interface SimulatedPolicy {
  config: Config;
  policy: Policy;
  parts: ReadonlyMap<string, ModelParts>;
  gatesOf: (task: string | null) => readonly Gate[];
  /** `provider/model` of a model's deployments; of those at these positions, where some are named. */
  upstreamsOf: (model: string, deployments?: readonly number[] | null) => readonly string[];
}

/** Rejects with ConfigError when a schema or module of a gate, or an artifact, cannot be loaded. */
export async function toSimulatedPolicy(
  written: Config,
  catalog: Catalog,
  load?: LoadPredictor,
): Promise<SimulatedPolicy> {
  const { config, predictors } = loadPredictors(written, load);
  const parts = modelPartsOf(config, catalog);
  const gates = await loadGates(config, (text) => countTokens(text, 'generic'));
  const upstreamsOf = upstreamsIn(config.models);
  return {
    config,
    policy: compilePolicy(config, parts, predictors),
    parts,
    gatesOf: (task) => (task === null ? undefined : gates.get(task)) ?? [],
    upstreamsOf: (model, deployments = null) => {
      const all = upstreamsOf(model);
      return deployments === null ? all : all.filter((_, at) => deployments.includes(at));
    },
  };
}
