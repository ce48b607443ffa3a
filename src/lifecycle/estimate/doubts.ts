// What stands between a saving and its proof: models that nobody found good enough yet, and wrong answers that the gates keep. A bill
// counts money alone; this is what it must never leave unsaid.
import { percent } from '../profile/verdict.ts';
import type { EstimatedModel } from './model.ts';
import type { TypicalRoute } from './route.ts';
import type { ModelFacts } from './task-facts.ts';

export interface Doubts {
  /** What has to be true for the saving to be one, each as what follows an "if". */
  conditions: string[];
  /** What is known to be lost for it, each as what follows a "but". */
  losses: string[];
}

type FactsOf = (name: string) => ModelFacts;

/** A smaller share of wrong answers is none that anybody measured. */
const LEAST_WRONG = 0.0005;

/** `counter`: the model that the route is compared with; what it answers itself is beyond doubt here. */
export function doubtsOf(
  task: string,
  { route, facts, counter }: { route: TypicalRoute; facts: FactsOf; counter: EstimatedModel | null },
): Doubts {
  return route.isCascade ? ofCascade(task, route, facts) : ofModel(task, route.models[0], { facts, counter });
}

function ofModel(
  task: string,
  model: string | undefined,
  { facts, counter }: { facts: FactsOf; counter: EstimatedModel | null },
): Doubts {
  if (model === undefined || model === counter?.name) return { conditions: [], losses: [] };
  const { passRate, verdict } = facts(model).bill;
  if (verdict === 'next')
    return { conditions: [], losses: [`the profile of ${task} says that ${model} is not good enough (next)`] };
  const isGoodEnough = `${model} is good enough for ${task}`;
  if (verdict === 'undecided')
    return { conditions: [`${isGoodEnough}, which its profile does not say yet (undecided)`], losses: [] };
  if (passRate?.from !== 'profile') return { conditions: [`${isGoodEnough}, which nobody has measured`], losses: [] };
  return { conditions: [], losses: [] };
}

function ofCascade(task: string, { models }: TypicalRoute, facts: FactsOf): Doubts {
  const before = models.slice(0, -1);
  const conditions = before.flatMap((name) => {
    const { passRate } = facts(name).bill;
    return passRate?.from === 'configuration'
      ? [`${percent(passRate.share.toNumber())} of the answers of ${name} pass for ${task}, which nobody has measured`]
      : [];
  });
  let reach = 1;
  let wrong = 0;
  for (const name of before) {
    wrong += reach * wrongOf(facts(name));
    reach *= 1 - (facts(name).acceptRate?.share.toNumber() ?? 0);
  }
  const losses = wrong < LEAST_WRONG ? [] : [`${percent(wrong)} of the answers of ${task} would be wrong and kept`];
  return { conditions, losses };
}

/** What a cascade saves by answers that only a reference could have told wrong. */
export function keptWrong({ models, isCascade }: TypicalRoute, facts: FactsOf): string[] {
  if (!isCascade) return [];
  return models.slice(0, -1).flatMap((name) => {
    const wrong = wrongOf(facts(name));
    if (wrong < LEAST_WRONG) return [];
    return [`${percent(wrong)} of the answers of ${name} pass the gates and not the reference, and are kept`];
  });
}

function wrongOf({ acceptRate, bill }: ModelFacts): number {
  return Math.max(0, (acceptRate?.share.toNumber() ?? 0) - (bill.passRate?.share.toNumber() ?? 0));
}

/** A route that is cheaper because nobody looked is no saving yet. */
export function ungauged(
  { models: [first], isCascade }: TypicalRoute,
  facts: FactsOf,
  counter: EstimatedModel | null,
): string[] {
  if (first === undefined || isCascade || first === counter?.name) return [];
  const { passRate, verdict } = facts(first).bill;
  if (verdict === 'next') return [`its profile says that ${first} is not good enough for it`];
  return passRate === null ? [`nobody has measured how good ${first} is at it, so what it saves may cost quality`] : [];
}
