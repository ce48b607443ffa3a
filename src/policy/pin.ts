// Pins: a conversation stays on the model that knows it. A pin reorders what the guards left and never adds to it. It is
// given up only when a guard forbids the model or when moving pays in spite of the lost prompt cache.
import { formatUsd } from '../call/money.ts';
import type { Pin } from '../call/pin.ts';
import type { PinOrder, Plan, Reason } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import type { Asked } from './asked.ts';
import { isOnLadder, type Order } from './attempts.ts';
import { cascadeCost, expect } from './expected-cost.ts';
import type { Candidate } from './guard.ts';

const NOBODY: ReadonlySet<string> = new Set();
/**
 * How long providers keep a prompt at least, counted from the start of the request: Anthropic's default
 * (platform.claude.com/docs/en/build-with-claude/prompt-caching); OpenAI says five to ten minutes.
 */
const CACHE_MS = 5 * 60_000;
const LONG_CACHE_MS = 60 * 60_000;

/** The candidates with the session's model first, where it is to stay there. */
export function keepToPin(candidates: readonly Candidate[], asked: Asked, reasons: Reason[]): Order {
  const { pin, route } = asked;
  const unchanged: Order = { candidates, demoted: NOBODY };
  if (route === null || candidates.length < 2) return pin === null ? unchanged : giveUp(pin, unchanged, reasons);
  if (pin === null) return keepToSigner(candidates, asked, reasons);
  const pinned = candidates.find(({ model }) => model.name === pin.model);
  if (pinned === undefined) return giveUp(pin, unchanged, reasons);
  if (pinned === candidates[0]) return unchanged;
  const why = whyStay(pinned, candidates, asked);
  reasons.push({ step: 'pin', say: why.say });
  return why.stays ? toFront(pinned, candidates, asked) : unchanged;
}

function giveUp(pin: Pin, order: Order, reasons: Reason[]): Order {
  const first = order.candidates[0]?.model.name;
  if (first !== pin.model)
    reasons.push({ step: 'pin', say: `the session leaves ${pin.model}, which the route or a guard no longer allows` });
  return order;
}

function whyStay(pinned: Candidate, candidates: readonly Candidate[], asked: Asked): { stays: boolean; say: string } {
  const { view, pin } = asked;
  const { name } = pinned.model;
  const stay = (why: string) => ({ stays: true, say: `the session stays with ${name}: ${why}` });
  if (view.isInToolLoop) return stay('a tool loop does not change its model');
  if (pin?.isEscalated === true) return stay('a weaker model has failed it before');
  const first = candidates[0] as Candidate;
  const signer = view.signedBy;
  if (signer !== null && speaks(pinned, signer) && !speaks(first, signer))
    return stay(`it holds signed blocks that ${first.model.name} cannot read`);
  // What stood in for an outage is no choice: a lower tier must not keep the session for being cheap.
  const isBelow = asked.route?.isCascade === true || pinned.model.rank < first.model.rank;
  if (pin?.isStandIn === true && isBelow)
    return { stays: false, say: `the session returns from ${name}, which stood in for an outage` };
  return weigh(pinned, candidates, asked);
}

/** Whether going on without the cache costs less than staying with it, by what is expected of this turn. */
function weigh(pinned: Candidate, candidates: readonly Candidate[], asked: Asked): { stays: boolean; say: string } {
  const first = candidates[0] as Candidate;
  const { name } = pinned.model;
  pinned.expected ??= expect(pinned, asked);
  const { costNanoUsd: staying, cachedTokens } = pinned.expected;
  const moving = costOfMoving(candidates, asked);
  const cache = cachedTokens > 0 ? `with ${cachedTokens} tokens cached` : 'without a cache';
  if (staying === null || moving === null)
    return { stays: true, say: `the session stays with ${name}: what moving would save is not known` };
  const numbers = `$${formatUsd(staying)} ${cache}, $${formatUsd(moving)} at ${first.model.name}`;
  return moving < staying
    ? { stays: false, say: `the session moves from ${name}: ${numbers}` }
    : { stays: true, say: `the session stays with ${name}: ${numbers}` };
}

/** Of a cascade the cost of all it may come to, else that of the model that would be first. */
function costOfMoving(candidates: readonly Candidate[], asked: Asked): number | null {
  const steps = candidates.filter(({ model }, index) => index === 0 || isOnLadder(asked.route, model.name));
  for (const step of steps) step.expected ??= expect(step, asked);
  if (asked.route?.isCascade !== true) return steps[0]?.expected?.costNanoUsd ?? null;
  return cascadeCost(steps.flatMap(({ expected }) => (expected === null ? [] : [expected])));
}

/** A conversation with signed blocks and no pin goes to the first model whose provider can read them. */
function keepToSigner(candidates: readonly Candidate[], asked: Asked, reasons: Reason[]): Order {
  const unchanged: Order = { candidates, demoted: NOBODY };
  // Only a session with a past can hold any, and only a route with a choice has a session.
  const signer = asked.session === null ? null : asked.view.signedBy;
  if (signer === null || speaks(candidates[0] as Candidate, signer)) return unchanged;
  const reader = candidates.find((candidate) => speaks(candidate, signer));
  if (reader === undefined) {
    reasons.push({
      step: 'pin',
      say: `no model of the route can read the signed blocks of ${signer}: they are left out`,
    });
    return unchanged;
  }
  reasons.push({ step: 'pin', say: `${reader.model.name} first: it can read the signed blocks of ${signer}` });
  return toFront(reader, candidates, asked);
}

function speaks({ model, deployments }: Candidate, dialect: string): boolean {
  return model.deployments.some((place, at) => place.dialects.includes(dialect) && (deployments?.includes(at) ?? true));
}

/** On a ladder the models below the new first one go last: they may stand in for an outage, not for a failed gate. */
function toFront(chosen: Candidate, candidates: readonly Candidate[], { route }: Asked): Order {
  const others = candidates.filter((candidate) => candidate !== chosen);
  if (!isOnLadder(route, chosen.model.name)) return { candidates: [chosen, ...others], demoted: NOBODY };
  const before = candidates.slice(0, candidates.indexOf(chosen));
  const below = before.filter(({ model }) => isOnLadder(route, model.name));
  const rest = others.filter((candidate) => !below.includes(candidate));
  return { candidates: [chosen, ...rest, ...below], demoted: new Set(below.map(({ model }) => model.name)) };
}

/** Whether a call came while the last turn's prompt could still be cached; null when sessions were not looked at. */
export function isFollowUp(order: PinOrder | null, atMs: number): boolean | null {
  return order === null ? null : order.previous !== null && atMs < order.previous.cachedUntilMs;
}

/**
 * Where the session stands after the call: with the model that answered. Null leaves the pin as it is: nobody answered, or
 * a model stood in for an outage while the session had been escalated.
 */
export function pinAfter(order: PinOrder, attempts: Plan['attempts'], row: CallRow): Pin | null {
  const at = attempts.findIndex(({ model }) => model === row.model);
  const answered = attempts[at];
  if (answered === undefined || row.model === null) return null;
  const { previous } = order;
  const wasEscalated = previous?.isEscalated === true;
  if (wasEscalated && answered.after === 'failure') return null;
  const usage = row.usage;
  const hasLongCache = (usage?.cacheWrite1hTokens ?? 0) > 0;
  return {
    model: answered.model,
    route: order.route,
    candidateOf: order.candidateOf,
    cachedTokens: usage === null ? 0 : usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    cachedUntilMs: row.atMs + (hasLongCache ? LONG_CACHE_MS : CACHE_MS),
    isStandIn: answered.after === 'failure' || (previous?.isStandIn === true && previous.model === answered.model),
    turns: (previous?.turns ?? 0) + 1,
    isEscalated: wasEscalated || (at > 0 && answered.after === 'any'),
  };
}
