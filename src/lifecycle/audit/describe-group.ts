// From what was counted of a group to what an audit says of it.
import type { NanoUsd } from '../../call/money.ts';
import { totalInputTokens, toUsage, type Usage } from '../../call/usage.ts';
import type { ModelSpec } from '../../catalog/model-spec.ts';
import { priceUsage } from '../../catalog/price-usage.ts';
import { familyRatio } from '../../catalog/token-count.ts';
import type { InputStructure } from '../../config/config.ts';
import type { AuditGroup, ModelShare, Saving } from './audit-group.ts';
import { firstTier, type Traits } from './first-tier.ts';
import type { FoundGroup } from './group-log.ts';
import type { Facts, GroupTally, ModelTally } from './group-tally.ts';
import type { Ladder } from './ladder.ts';
import { type Oracle, suggestOracle } from './oracle.ts';
import { personalKinds } from './personal-data.ts';

/** Share of calls from which on something belongs to a task's requests. */
const BELONGS = 0.05;
const LANGUAGE_BELONGS = 0.05;
/** One call in a language may be a misreading. */
const LEAST_CALLS = 3;
/** Where fewer calls tell theirs, those that do are not like the rest. */
const LEAST_TOLD = 0.25;

export interface Scale {
  ladder: Ladder;
  /** How many times the log's span goes into a month; null when the span is too short to say. */
  perMonth: number | null;
}

/** Everything but the name, which depends on the other groups. */
export type Unnamed = Omit<AuditGroup, 'name' | 'namedBy' | 'title'>;

export function describeGroup(found: FoundGroup, { ladder, perMonth }: Scale): Unnamed {
  const { tally } = found;
  const facts = tally.facts.list();
  const oracle = suggestOracle(tally);
  const isEmbedding = found.kind === 'embedding';
  const traits = traitsOf(tally, facts, oracle);
  const first = isEmbedding ? null : firstTier(traits, ladder);
  return {
    task: found.task,
    fingerprint: found.fingerprint,
    kind: found.kind,
    calls: tally.calls,
    errors: tally.errors,
    replayed: tally.replayed,
    spendNanoUsd: tally.nanoUsd,
    spendBasis: { ...tally.bases },
    monthly:
      perMonth === null
        ? null
        : { calls: Math.round(tally.calls * perMonth), nanoUsd: Math.round(tally.nanoUsd * perMonth) },
    models: modelShares(tally, ladder),
    input: {
      typicalTokens: tally.input.quantile(0.5),
      largestTokens: tally.input.count === 0 ? null : tally.input.max,
      languages: languagesOf(facts),
      structure: structureOf(tally, facts),
    },
    output: {
      typicalTokens: tally.output.quantile(0.5),
      largestTokens: tally.output.count === 0 ? null : tally.output.max,
    },
    hasEstimatedTokens: tally.estimatedUsage > 0,
    latencyMs: { p50: tally.latency.quantile(0.5), p95: tally.latency.quantile(0.95) },
    cacheShare: tally.input.sum === 0 ? null : tally.cachedInput / tally.input.sum,
    errorShare: tally.calls === 0 ? 0 : tally.errors / tally.calls,
    accept: isEmbedding ? [] : oracle.gates,
    personal: personalOf(facts),
    traits,
    tier: first?.tier ?? null,
    reason: first?.reason ?? 'Vectors come from the model that is asked for, whatever it costs.',
    saving: isEmbedding ? null : savingOf(tally, ladder, perMonth),
    sampleIds: tally.ids.list().filter((id) => personalKinds(id).length === 0),
  };
}

function traitsOf(tally: GroupTally, facts: readonly Facts[], { labels }: Oracle): Traits {
  const { shapes, output, input } = tally;
  return {
    typicalInput: input.quantile(0.5),
    largestInput: input.count === 0 ? null : input.max,
    typicalOutput: output.quantile(0.5),
    largestOutput: output.count === 0 ? null : output.max,
    labels: labels?.length ?? null,
    answers: tally.answers.known,
    hasSchema: share(shapes.schema, shapes.known) > 0.9 || share(tally.answers.json, tally.answers.known) > 0.9,
    tools: share(shapes.tools, shapes.known),
    code: shareOf(facts, ({ hasCode }) => hasCode),
    math: shareOf(facts, ({ hasMath }) => hasMath),
    tables: shareOf(facts, ({ hasTables }) => hasTables),
    images: share(shapes.images, shapes.known),
    reasoning: share(tally.reasoning, output.sum),
  };
}

function structureOf(tally: GroupTally, facts: readonly Facts[]): InputStructure[] {
  const { known, ...shapes } = tally.shapes;
  const shares: Record<InputStructure, number> = {
    tools: share(shapes.tools, known),
    schema: share(shapes.schema, known),
    images: share(shapes.images, known),
    documents: share(shapes.documents, known),
    audio: share(shapes.audio, known),
    code: shareOf(facts, ({ hasCode }) => hasCode),
    tables: shareOf(facts, ({ hasTables }) => hasTables),
    math: shareOf(facts, ({ hasMath }) => hasMath),
    turns: share(shapes.turns, known),
  };
  return (Object.keys(shares) as InputStructure[]).filter((key) => shares[key] >= BELONGS);
}

/** Languages of a group's requests, the most frequent first; none where too few calls tell theirs. */
export function languagesOf(facts: readonly Pick<Facts, 'language'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { language } of facts) if (language !== null) counts.set(language, (counts.get(language) ?? 0) + 1);
  const told = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (told < facts.length * LEAST_TOLD) return [];
  return [...counts]
    .filter(([, count]) => count >= Math.max(LEAST_CALLS, told * LANGUAGE_BELONGS))
    .sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1))
    .map(([language]) => language);
}

function personalOf(facts: readonly Facts[]): AuditGroup['personal'] {
  const kinds: Record<string, number> = {};
  for (const { personal } of facts) for (const kind of personal) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return { sampled: facts.length, calls: facts.filter(({ personal }) => personal.length > 0).length, kinds };
}

function modelShares(tally: GroupTally, ladder: Ladder): ModelShare[] {
  return [...tally.models.values()]
    .map(({ model, provider, calls, nanoUsd, unknownCost }) => ({
      model,
      provider,
      calls,
      share: calls / tally.calls,
      nanoUsd: unknownCost === calls ? null : nanoUsd,
      tier: ladder.tierOf(ladder.findModel(provider === '' ? null : provider, model)),
    }))
    .sort((one, other) => other.calls - one.calls || (one.model < other.model ? -1 : 1));
}

/** Only models with something cheaper below them, and only where that is cheaper for these calls. */
function savingOf(tally: GroupTally, ladder: Ladder, perMonth: number | null): Saving | null {
  let nanoUsd = 0;
  const to = new Set<string>();
  for (const model of tally.models.values()) {
    const spec = ladder.findModel(model.provider === '' ? null : model.provider, model.model);
    const below = spec === null ? null : ladder.below(spec);
    if (spec === null || below === null || model.counted === 0 || model.nanoUsd === 0) continue;
    const cheaper = costOn(below.spec, spec, model);
    if (cheaper === null || cheaper >= model.nanoUsd) continue;
    nanoUsd += model.nanoUsd - cheaper;
    to.add(below.model);
  }
  return to.size === 0 ? null : { nanoUsd: Math.round(nanoUsd * (perMonth ?? 1)), to: [...to].sort() };
}

/**
 * What the same calls would cost on another model: that of their mean usage in its vocabulary, times the calls whose cost is known, so that
 * a long total does not count as a long context. Caches are taken to hit as they did.
 */
function costOn(other: ModelSpec, own: ModelSpec, { usage, counted, calls, unknownCost }: ModelTally): NanoUsd | null {
  const ratio = familyRatio(own.tokenizer, other.tokenizer);
  const mean = toUsage({});
  for (const key of Object.keys(mean) as (keyof Usage)[]) mean[key] = Math.round((usage[key] / counted) * ratio);
  if (totalInputTokens(mean) > (other.effectiveWindow ?? Number.POSITIVE_INFINITY)) return null;
  const { nanoUsd } = priceUsage(mean, other);
  return nanoUsd === null ? null : nanoUsd * Math.min(counted, calls - unknownCost);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function shareOf(facts: readonly Facts[], has: (facts: Facts) => boolean | null): number {
  return share(facts.filter((one) => has(one) === true).length, facts.length);
}
