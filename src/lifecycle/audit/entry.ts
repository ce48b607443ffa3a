// Entries of the register made of what was found, and the first tier of an entry as it stands. Questions that only people can answer are
// left open: a consequence is never guessed.

import { isObject, type JsonObject } from '../../call/json.ts';
import { CONSEQUENCES } from '../../config/config.ts';
import type { AuditGroup } from './audit-group.ts';
import { type FirstTier, firstTier, type Traits } from './first-tier.ts';
import type { Ladder } from './ladder.ts';
import { type Entry, type LogEvidence, QUESTIONS } from './register.ts';

/** The entry of a group as the log alone tells it. */
export function entryOfGroup(group: AuditGroup): Entry {
  const { input, output, monthly, accept } = group;
  return defined({
    match:
      group.namedBy === 'task' && group.task !== null && group.task !== group.name
        ? { metadata: { task: group.task } }
        : undefined,
    input: orNothing(
      defined({
        typical_tokens: positive(input.typicalTokens),
        largest_tokens: positive(input.largestTokens),
        languages: input.languages.length === 0 ? undefined : input.languages,
        structure: input.structure.length === 0 ? undefined : input.structure,
      }),
    ),
    output: orNothing(
      defined({ typical_tokens: positive(output.typicalTokens), largest_tokens: positive(output.largestTokens) }),
    ),
    volume: monthly?.calls,
    accept: accept.length === 0 ? undefined : accept,
    tier: group.tier ?? undefined,
    reason: group.reason,
    unanswered: group.kind === 'embedding' ? [] : [...QUESTIONS],
    evidence: { log: logEvidence(group) },
  });
}

function logEvidence(group: AuditGroup): LogEvidence {
  const { personal, latencyMs, cacheShare } = group;
  const isUnknown = group.spendBasis.unknown === group.calls;
  return defined({
    fingerprint: group.fingerprint,
    title: group.title ?? undefined,
    calls: group.calls,
    errors: group.errors > 0 ? group.errors : undefined,
    spend_usd: isUnknown ? null : dollars(group.spendNanoUsd),
    monthly_usd: group.monthly === null || isUnknown ? undefined : dollars(group.monthly.nanoUsd),
    models: Object.fromEntries(group.models.slice(0, 8).map(({ model, share }) => [model, rounded(share)])),
    latency_p50: latencyMs.p50 === null ? undefined : `${Math.round(latencyMs.p50)}ms`,
    latency_p95: latencyMs.p95 === null ? undefined : `${Math.round(latencyMs.p95)}ms`,
    cache_share: cacheShare === null || cacheShare === 0 ? undefined : rounded(cacheShare),
    shares: orNothing(sharesOf(group.traits)),
    answers: group.traits.answers > 0 ? group.traits.answers : undefined,
    personal_data: personal.calls === 0 ? undefined : personal,
    samples: group.sampleIds.length === 0 ? undefined : group.sampleIds,
  });
}

const SHARES = ['tools', 'code', 'math', 'tables', 'images', 'reasoning'] as const;

function sharesOf(traits: Traits): Record<string, number> {
  return Object.fromEntries(SHARES.map((key) => [key, rounded(traits[key])]).filter(([, share]) => share !== 0));
}

/** Where an entry should be tried first, with what people have answered since; null when nothing is known of its requests. */
export function tierOfEntry(entry: Entry, ladder: Ladder): FirstTier | null {
  const traits = traitsOfEntry(entry);
  const consequence = CONSEQUENCES.find((one) => one === entry.consequence) ?? null;
  const isKnown =
    traits.typicalInput !== null || traits.typicalOutput !== null || traits.labels !== null || traits.hasSchema;
  return isKnown || consequence !== null ? firstTier(traits, ladder, consequence) : null;
}

function traitsOfEntry(entry: Entry): Traits {
  const input = objectOf(entry.input);
  const output = objectOf(entry.output);
  const gates = Array.isArray(entry.accept) ? entry.accept.filter((gate) => isObject(gate)) : [];
  const structure = Array.isArray(input.structure) ? input.structure : [];
  const { shares = {}, answers = 0 } = entry.evidence?.log ?? {};
  const shareOf = (key: string): number =>
    shares[key] ?? (entry.evidence?.log === undefined && structure.includes(key) ? 1 : 0);
  return {
    typicalInput: numberOf(input.typical_tokens),
    largestInput: numberOf(input.largest_tokens),
    typicalOutput: numberOf(output.typical_tokens),
    largestOutput: numberOf(output.largest_tokens),
    labels: labelsIn(gates),
    answers,
    hasSchema: gates.some((gate) => 'json_schema' in gate) || structure.includes('schema'),
    tools: shareOf('tools'),
    code: shareOf('code'),
    math: shareOf('math'),
    tables: shareOf('tables'),
    images: shareOf('images'),
    reasoning: shares['reasoning'] ?? 0,
  };
}

function labelsIn(gates: readonly JsonObject[]): number | null {
  const labels = gates.find((gate) => 'one_of' in gate)?.one_of;
  const values = isObject(labels) ? labels.values : labels;
  return Array.isArray(values) ? values.length : null;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** A configuration has no place for requests of no tokens. */
function positive(tokens: number | null): number | undefined {
  return tokens === null || tokens < 1 ? undefined : tokens;
}

function dollars(nanoUsd: number): number {
  return Math.round(nanoUsd / 1e5) / 1e4;
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}

function defined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}

function orNothing<Value extends object>(value: Value): Value | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
