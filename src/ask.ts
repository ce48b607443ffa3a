// Asks a model of the configuration a question of the router's own, as a judge is asked. What it costs is told to whoever
// asks, who counts it to the call it was asked for; it makes no row of its own.
import { TierlineError } from './call/errors.ts';
import { plainAttempt } from './call/plan.ts';
import { type Delivery, deliver } from './delivery/deliver.ts';
import type { Deployment } from './delivery/deployment.ts';
import type { ClientSide } from './delivery/exchange.ts';
import { Inbound } from './dialect/inbound.ts';
import { openaiChat } from './dialect/openai-chat.ts';
import type { JudgeReply } from './gate/gate.ts';
import { toAnswer } from './judged.ts';
import { createCarriage } from './provider/carriage.ts';
import { type Pricing, spentOn } from './record.ts';

/** What of the engine it takes to ask. */
export interface Asker {
  delivery: Delivery;
  defaultMaxTokens: (deployment: Deployment) => number;
  pricing: (atMs: number) => Pricing;
}

const MAX_DEPTH = 8;

/** Rejects with TierlineError when the model gives no answer within the time for a whole call. */
export type Ask = (model: string, prompt: string) => Promise<JudgeReply>;

export function createAsk(engine: Asker, atMs: number): Ask {
  return async (model, prompt) => {
    const request = { model, messages: [{ role: 'user', content: prompt }] };
    const inbound = Inbound.read(openaiChat, Buffer.from(JSON.stringify(request)), MAX_DEPTH);
    const outcome = await deliver(engine.delivery, [plainAttempt(model, '')], {
      client: new Listener(),
      isStream: false,
      judging: null,
      carry: (_attempt, deployment) =>
        createCarriage(inbound, deployment.connection, {
          upstreamModel: deployment.upstreamModel,
          headers: {},
          query: '',
          isStrict: false,
          defaultMaxTokens: engine.defaultMaxTokens(deployment),
          costOf: () => null,
          cache: null,
          hasCostInUsage: false,
        }),
    });
    const { body } = outcome.answer?.result ?? { body: null };
    if (outcome.error !== null || body === null) throw outcome.error ?? new TierlineError('upstream_malformed');
    const { text } = toAnswer(openaiChat.decodeReply(Buffer.from(body)));
    return { text, costNanoUsd: spentOn(outcome.exchanges, engine.pricing(atMs)).nanoUsd };
  };
}

/** A client that stays to the end and is written nothing. */
class Listener implements ClientSide {
  readonly isGone = false;
  readonly isCommitted = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  begin(): void {
    throw new TypeError('an answer that was not asked for as a stream has no events');
  }
  write(): boolean {
    return true;
  }
  keepAlive(): void {
    // It does not wait for signs of life.
  }
}
