// Guards: which models and deployments a request may go to at all. They outrank pins and predictions, bind fallbacks like
// first choices, and say their numbers. A guard never lets pass what it was told to stop because a fact is missing, except
// where the missing fact is the provider's (capability, latency): then it says so.
import type { ErrorCode } from '../call/errors.ts';
import { formatUsd } from '../call/money.ts';
import type { Expected } from '../call/plan.ts';
import type { View } from '../call/view.ts';
import type { Capability } from '../catalog/model-spec.ts';
import type { Asked } from './asked.ts';
import { expect, inputTokensOf, type Place, TOKENS_PER_IMAGE } from './expected-cost.ts';
import type { PolicyLimits, PolicyModel } from './policy.ts';

export const GUARDS = [
  'kind',
  'held',
  'privacy',
  'region',
  'allow',
  'deny',
  'capability',
  'context',
  'price',
  'latency',
] as const;
export type GuardName = (typeof GUARDS)[number];

/** What the client is told when a guard leaves no model. */
export const GUARD_ERRORS: Readonly<Record<GuardName, ErrorCode>> = {
  kind: 'unsupported',
  held: 'unsupported',
  privacy: 'model_not_allowed',
  region: 'model_not_allowed',
  allow: 'model_not_allowed',
  deny: 'model_not_allowed',
  capability: 'unsupported',
  context: 'context_length_exceeded',
  price: 'cost_limit_exceeded',
  latency: 'latency_limit_exceeded',
};

export interface Verdict {
  guard: GuardName;
  isPassed: boolean;
  /** False when it passed only because nobody knows better. */
  isKnown: boolean;
  /** With its numbers, as the rest of a sentence about the model. */
  say: string;
}

/** A model of the route with what the guards said of it. */
export interface Candidate extends Place {
  /** Of a thorough question all, else those that have something to say. */
  verdicts: readonly Verdict[];
  /** The first guard that stops it; null when none does. */
  refusal: Verdict | null;
  /** Null when nothing depended on it. */
  expected: Expected | null;
}

/** Holds one model against every guard; without thoroughness it stops at the first that refuses. */
export function judge(model: PolicyModel, asked: Asked): Candidate {
  const candidate: Candidate & { verdicts: Verdict[] } = {
    model,
    deployments: null,
    verdicts: [],
    refusal: null,
    expected: null,
  };
  const hear = (verdict: Verdict | null): void => {
    if (verdict === null) return;
    candidate.verdicts.push(verdict);
    if (!verdict.isPassed) candidate.refusal ??= verdict;
  };
  const goesOn = (): boolean => candidate.refusal === null || asked.isThorough;
  // What is taken to be known of a model stops no call that is only observed.
  if (asked.policy.observing === null) hear(guardKind(model, asked));
  if (goesOn()) hear(guardPlaces(candidate, asked));
  if (goesOn()) hear(guardLists(model, asked.limits));
  if (asked.route !== null) {
    if (goesOn()) hear(guardCapabilities(model, asked));
    if (goesOn()) hear(guardContext(model, asked));
  }
  if (goesOn() && (asked.ceiling !== null || asked.isThorough)) hear(guardPrice(candidate, asked));
  if (goesOn() && asked.route !== null) hear(guardLatency(model, asked, asked.route.latencyMs));
  return candidate;
}

const refuse = (guard: GuardName, say: string): Verdict => ({ guard, isPassed: false, isKnown: true, say });
const pass = (guard: GuardName, say: string, isKnown = true): Verdict => ({ guard, isPassed: true, isKnown, say });

/**
 * Privacy and region: positions of the deployments that meet every limit, null when no limit is about them, and the refusal
 * of a model without any. It holds for whatever is told of a request, questions to judges included.
 */
export function placesWithin(
  { deployments }: PolicyModel,
  limits: readonly PolicyLimits[],
): { left: readonly number[] | null; refusal: Verdict | null } {
  let left: readonly number[] | null = null;
  for (const { isPrivate, regions, of } of limits) {
    if (isPrivate) {
      left = positions(deployments.length, left, (at) => deployments[at]?.isPrivate === true);
      if (left.length === 0) return { left, refusal: refuse('privacy', `no private deployment, ${of} is private`) };
    }
    if (regions !== null) {
      left = positions(deployments.length, left, (at) => regions.includes(deployments[at]?.region ?? ''));
      const say = `no deployment that ${of} allows is in ${regions.join(', ')}`;
      if (left.length === 0) return { left, refusal: refuse('region', say) };
    }
  }
  return { left, refusal: null };
}

/**
 * What stops a model from being given the very request of a call once more: everything but the limits of one route and the
 * ceiling of cost. `left` as in `placesWithin`.
 */
export function refusalAgain(
  model: PolicyModel,
  asked: Pick<Asked, 'view' | 'caller' | 'limits'>,
): { left: readonly number[] | null; refusal: Verdict | null } {
  const question = { ...asked, isThorough: false };
  const candidate: Candidate = { model, deployments: null, verdicts: [], refusal: null, expected: null };
  const said = [
    guardKind(model, question),
    guardPlaces(candidate, question),
    guardLists(model, asked.limits),
    guardCapabilities(model, question),
    guardContext(model, question),
  ];
  return { left: candidate.deployments, refusal: said.find((verdict) => verdict?.isPassed === false) ?? null };
}

type AskedAgain = Pick<Asked, 'view' | 'caller' | 'limits' | 'isThorough'>;

/** A model that is known to talk makes no vectors, and the other way round. */
function guardKind({ kind }: PolicyModel, { view, isThorough }: AskedAgain): Verdict | null {
  if (kind !== null && kind !== view.kind) {
    const say = kind === 'chat' ? 'it is a chat model and makes no embeddings' : 'it makes embeddings and cannot talk';
    return refuse('kind', say);
  }
  if (!isThorough || view.kind === 'chat') return null;
  return kind === null
    ? pass('kind', 'nobody says whether it makes embeddings', false)
    : pass('kind', 'makes embeddings');
}

function guardPlaces(candidate: Candidate, { limits, isThorough, caller, view }: AskedAgain): Verdict | null {
  const { deployments } = candidate.model;
  const within = placesWithin(candidate.model, limits);
  if (within.refusal !== null) return within.refusal;
  let { left } = within;
  let guard: GuardName = limits.some((limit) => limit.isPrivate) ? 'privacy' : 'region';
  if (view.kind === 'embedding') {
    left = positions(deployments.length, left, (at) => deployments[at]?.dialects.includes(EMBEDDINGS) === true);
    guard = 'kind';
    if (left.length === 0) return refuse('kind', sayNoEmbeddings(candidate.model));
  }
  const { heldBy = null } = caller;
  if (heldBy !== null) {
    left = positions(deployments.length, left, (at) => deployments[at]?.provider === heldBy);
    guard = 'held';
    if (left.length === 0) return refuse('held', `what the request goes on from lies at ${heldBy}`);
  }
  if (left === null) return null;
  if (left.length < deployments.length) candidate.deployments = left;
  if (candidate.deployments === null && !isThorough) return null;
  return pass(guard, `${left.length} of ${deployments.length} deployments are allowed`);
}

const EMBEDDINGS = 'openai-embeddings';

function sayNoEmbeddings({ deployments }: PolicyModel): string {
  const names = [...new Set(deployments.map(({ provider }) => provider))].join(', ');
  return `${names} takes no embeddings in OpenAI's form; ask for a model of a provider with dialect openai, such as OpenAI, Azure, Mistral or a server of your own`;
}

function positions(count: number, of: readonly number[] | null, isAllowed: (at: number) => boolean): number[] {
  return (of ?? Array.from({ length: count }, (_, at) => at)).filter(isAllowed);
}

function guardLists({ name }: PolicyModel, limits: readonly PolicyLimits[]): Verdict | null {
  for (const { allow, deny, of } of limits) {
    if (deny.has(name)) return refuse('deny', `denied by ${of}`);
    if (allow !== null && !allow.has(name)) return refuse('allow', `not among what ${of} allows`);
  }
  return null;
}

/** What a request asks of a model, and how to tell. Looked at only for models that may lack it. */
const NEEDS: readonly [Capability, (view: View) => boolean][] = [
  ['tools', (view) => view.hasTools],
  ['schema', (view) => view.hasSchema],
  ['images', (view) => view.hasImages],
  ['documents', (view) => view.hasDocuments],
  ['audio', (view) => view.hasAudio],
  ['reasoning', (view) => view.wantsReasoning],
];

function guardCapabilities({ capabilities }: PolicyModel, { view, isThorough }: AskedAgain): Verdict | null {
  let names = '';
  for (const [name, isNeeded] of NEEDS) {
    if (capabilities?.includes(name) !== true && isNeeded(view)) names += names === '' ? name : `, ${name}`;
  }
  if (names === '') return isThorough ? pass('capability', 'has what the request needs') : null;
  if (capabilities === null) return pass('capability', `nobody says whether it has ${names}`, false);
  return refuse('capability', `the request needs ${names}, it has ${capabilities.join(', ') || 'none'}`);
}

/** Room for the input within the guard's share, and for input and answer within the whole window. */
function guardContext(model: PolicyModel, { view, isThorough }: AskedAgain): Verdict | null {
  const { inputLimit, window } = model;
  if (inputLimit === null) return isThorough ? pass('context', 'its window is not known', false) : null;
  const reserve = window === null ? 0 : (view.maxOutputTokens ?? 0);
  const most = Math.min(inputLimit, window === null ? inputLimit : window - reserve);
  // A token is never shorter than a byte, so most requests need no counting.
  if (view.bytes + view.imageCount * TOKENS_PER_IMAGE <= most && !isThorough) return null;
  const tokens = Math.ceil(inputTokensOf(model, view));
  if (tokens > inputLimit) return refuse('context', `about ${tokens} tokens, at most ${inputLimit} fit`);
  if (tokens > most)
    return refuse('context', `about ${tokens} tokens and ${reserve} for the answer, the window has ${window}`);
  return isThorough ? pass('context', `about ${tokens} tokens, at most ${most} fit`) : null;
}

function guardPrice(candidate: Candidate, asked: Asked): Verdict | null {
  candidate.expected = expect(candidate, asked);
  const { costNanoUsd } = candidate.expected;
  const { ceiling } = asked;
  if (ceiling === null) return null;
  const bound = `${ceiling.of} allows $${formatUsd(ceiling.nanoUsd)}`;
  if (costNanoUsd === null) return refuse('price', `what it would cost is not known, ${bound}`);
  if (costNanoUsd > ceiling.nanoUsd) return refuse('price', `expected to cost $${formatUsd(costNanoUsd)}, ${bound}`);
  return asked.isThorough ? pass('price', `expected to cost $${formatUsd(costNanoUsd)}, ${bound}`) : null;
}

function guardLatency(
  { name }: PolicyModel,
  { state, task, isThorough }: Asked,
  mostMs: number | null,
): Verdict | null {
  if (mostMs === null) return null;
  const p95 = state.recordOf(task?.name ?? null, name)?.p95LatencyMs ?? null;
  if (p95 === null) return pass('latency', `its latency is not known yet, the route allows ${mostMs} ms`, false);
  const say = `95 % of its answers within ${Math.round(p95)} ms, the route allows ${mostMs} ms`;
  if (p95 > mostMs) return refuse('latency', say);
  return isThorough ? pass('latency', say) : null;
}
