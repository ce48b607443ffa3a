// Which provider holds a file or a batch: the one its id is bound to, and for a new one the one that is named, else the first
// of the dialect that the tenant may use. Limits of the tenant bind as they do for calls.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../../call/errors.ts';
import { limitsOf } from '../../policy/asked.ts';
import type { Policy, PolicyLimits } from '../../policy/policy.ts';
import type { Engine, Holder } from '../../router.ts';

export const PROVIDER_HEADER = 'x-tierline-provider';

export interface Asking {
  engine: Pick<Engine, 'policy' | 'holders'>;
  tenant: string;
  isAnthropic: boolean;
}

/**
 * The provider for something new.
 * Throws TierlineError `invalid_request` for a name that is none, `model_not_allowed` when the tenant may use none, `not_found`
 * when there is none of the dialect.
 */
export function chooseHolder(asking: Asking, headers: IncomingHttpHeaders): Holder {
  const all = asking.engine.holders.filter((holder) => speaks(holder, asking.isAnthropic));
  const named = headers[PROVIDER_HEADER];
  if (named !== undefined) return requireAllowed(findNamed(all, named), asking);
  const [first] = all;
  if (first === undefined) {
    const dialect = asking.isAnthropic ? 'anthropic' : 'openai';
    throw new TierlineError(
      'not_found',
      `No provider here keeps files and batches of this dialect: that takes one with dialect ${dialect}, and the simulated one keeps none.`,
    );
  }
  return all.find((holder) => whyNot(holder, asking) === null) ?? requireAllowed(first, asking);
}

/**
 * The provider of an object that is there. Throws TierlineError `invalid_request` when another one is named,
 * `model_not_allowed`, and `not_found` when it is not configured any more.
 */
export function holderOf(provider: string, asking: Asking, headers: IncomingHttpHeaders): Holder {
  const holder = asking.engine.holders.find(({ connection }) => connection.name === provider);
  const named = headers[PROVIDER_HEADER];
  if (named !== undefined && named !== provider) {
    const sentence = `${PROVIDER_HEADER} names ${String(named).slice(0, 100)}, but this lies at ${provider}.`;
    throw new TierlineError('invalid_request', sentence, { param: PROVIDER_HEADER });
  }
  if (holder === undefined || !speaks(holder, asking.isAnthropic))
    throw new TierlineError('not_found', 'The provider that holds this is not configured any more.');
  return requireAllowed(holder, asking);
}

function speaks({ connection }: Holder, isAnthropic: boolean): boolean {
  return connection.dialect.name.startsWith(isAnthropic ? 'anthropic' : 'openai');
}

function findNamed(holders: readonly Holder[], named: string | string[]): Holder {
  const found = holders.find(({ connection }) => connection.name === named);
  if (found !== undefined) return found;
  const names = holders.map(({ connection }) => connection.name).join(', ') || 'none';
  const sentence = `${PROVIDER_HEADER} must name a provider of this dialect: ${names}.`;
  throw new TierlineError('invalid_request', sentence, { param: PROVIDER_HEADER });
}

function requireAllowed(holder: Holder, asking: Asking): Holder {
  const why = whyNot(holder, asking);
  if (why !== null)
    throw new TierlineError('model_not_allowed', `${holder.connection.name} may not hold this: ${why}.`);
  return holder;
}

function whyNot({ connection, region }: Holder, { engine, tenant }: Asking): string | null {
  for (const { isPrivate, regions, of } of tenantLimits(engine.policy, tenant)) {
    if (isPrivate && !connection.isPrivate) return `it is not private, ${of} is`;
    if (regions !== null && !regions.includes(region ?? '')) return `${of} is kept to ${regions.join(', ')}`;
  }
  return null;
}

/** Tasks are for calls: a file belongs to none. */
export function tenantLimits(policy: Policy, tenant: string): PolicyLimits[] {
  return limitsOf(policy, tenant, null);
}
