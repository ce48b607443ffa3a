// Asks a model of the configuration a question of the router's own, as a judge is asked. What it costs is told to whoever
// asks, who counts it to the call it was asked for; it makes no row of its own.
import { TierlineError } from './call/errors.ts';
import { type PlannedAttempt, plainAttempt } from './call/plan.ts';
import type { Asking } from './delivery/asking.ts';
import { type Delivery, type DeliveryOutcome, deliver } from './delivery/deliver.ts';
import type { Deployment } from './delivery/deployment.ts';
import { Inbound } from './dialect/inbound.ts';
import type { Incoming } from './dialect/incoming.ts';
import { openaiChat } from './dialect/openai-chat.ts';
import { estimateUsage } from './estimate.ts';
import type { JudgeReply } from './gate/gate.ts';
import { toAnswer } from './judged.ts';
import { limitsOf } from './policy/asked.ts';
import { placesWithin } from './policy/guard.ts';
import type { Policy } from './policy/policy.ts';
import { type CarriageContext, createCarriage } from './provider/carriage.ts';
import { type Pricing, spentOn } from './record.ts';

/** What of the engine it takes to ask. */
export interface Asker {
  policy: Policy;
  delivery: Delivery;
  defaultMaxTokens: (deployment: Deployment) => number;
  pricing: (atMs: number) => Pricing;
}

const MAX_DEPTH = 8;

/** The call that is asked for: whoever may not see it is not asked. */
export interface AskedFor {
  atMs: number;
  tenant: string;
  task: string | null;
}

/** Why there is no answer is told in the reply, with what was spent all the same; nothing is thrown on that account. */
export type Ask = (model: string, prompt: string, asking: Asking) => Promise<AskedReply>;

export interface AskedReply extends JudgeReply {
  /** Why there is no answer: a rate limit, something that would be the same the next time, or anything else. */
  end: 'answered' | 'limited' | 'refused' | 'failed';
  /** How long the provider wants to be left alone, milliseconds; null when it did not say. */
  waitMs: number | null;
}

export function createAsk(engine: Asker, { atMs, tenant, task }: AskedFor): Ask {
  const { policy } = engine;
  const limits = limitsOf(policy, tenant, task === null ? null : (policy.tasksByName.get(task) ?? null));
  return async (model, prompt, asking) => {
    const asked = policy.models.get(model);
    const places = asked === undefined ? null : placesWithin(asked, limits);
    if (places !== null && places.refusal !== null) return notAsked(places.refusal.say);
    const request = { model, messages: [{ role: 'user', content: prompt }] };
    const inbound = Inbound.read(openaiChat, Buffer.from(JSON.stringify(request)), MAX_DEPTH);
    const attempt = { ...plainAttempt(model, ''), deployments: places?.left ?? null };
    const outcome = await deliverQuestion(engine, { inbound, attempt, asking });
    const { httpStatus, retryAfterMs = null } = outcome.exchanges.at(-1)?.result ?? {};
    const reply = read(outcome);
    return {
      ...reply,
      end: reply.failure === undefined ? 'answered' : endOf(httpStatus ?? 0),
      waitMs: retryAfterMs,
      costNanoUsd: spentOn(outcome.exchanges, engine.pricing(atMs)).nanoUsd,
    };
  };
}

function notAsked(failure: string): AskedReply {
  return { text: '', failure, end: 'refused', waitMs: null, costNanoUsd: 0 };
}

/** Credentials and names that are wrong stay wrong. */
function endOf(httpStatus: number): AskedReply['end'] {
  if (httpStatus === 429) return 'limited';
  return httpStatus === 401 || httpStatus === 403 || httpStatus === 404 ? 'refused' : 'failed';
}

/** A request of the router's own to one model. */
export interface OwnQuestion {
  inbound: Incoming;
  attempt: PlannedAttempt;
  asking: Asking;
  /** How a client's own request was sent; plainly when left out. */
  sent?: Pick<CarriageContext, 'headers' | 'query' | 'isStrict'>;
}

const PLAINLY: NonNullable<OwnQuestion['sent']> = { headers: {}, query: '', isStrict: false };

/** Sends it and waits for the whole answer, which comes in the dialect of the question. Never rejects on account of a provider. */
export async function deliverQuestion(
  engine: Pick<Asker, 'policy' | 'delivery' | 'defaultMaxTokens'>,
  { inbound, attempt, asking, sent = PLAINLY }: OwnQuestion,
): Promise<DeliveryOutcome> {
  const outcome = await deliver(engine.delivery, [attempt], {
    client: asking,
    isStream: false,
    judging: null,
    deadline: asking.deadline,
    carry: (_attempt, deployment) =>
      createCarriage(inbound, deployment.connection, {
        upstreamModel: deployment.upstreamModel,
        ...sent,
        defaultMaxTokens: engine.defaultMaxTokens(deployment),
        costOf: () => null,
        cache: null,
        hasCostInUsage: false,
      }),
  });
  for (const exchange of outcome.exchanges) {
    // The one that asks has left because nobody wants the answer any more: what was asked by then is paid.
    if (exchange.result.status === 'client_gone') exchange.stopped = 'beaten';
    estimateUsage(engine.policy.models, inbound, exchange);
  }
  return outcome;
}

function read({ answer, error }: DeliveryOutcome): Pick<JudgeReply, 'text' | 'failure'> {
  const body = answer?.result.body ?? null;
  const failure = error ?? (body === null ? new TierlineError('upstream_malformed') : null);
  if (failure !== null || body === null) return { text: '', failure: failure?.message ?? '' };
  return { text: toAnswer(openaiChat.decodeReply(Buffer.from(body))).text };
}
