// Puts the request of a call to one more configured model, for a gate that wants a second answer. It is the very request,
// but for the model and for being answered whole. What it costs is told to the gate; it makes no row of its own.
import type { IncomingHttpHeaders } from 'node:http';
import { type Asker, deliverQuestion } from './ask.ts';
import { plainAttempt } from './call/plan.ts';
import type { Caller } from './call/view.ts';
import type { Asking } from './delivery/asking.ts';
import type { DeliveryOutcome } from './delivery/deliver.ts';
import type { Dialect } from './dialect/dialect.ts';
import type { Incoming } from './dialect/incoming.ts';
import { toWhole } from './dialect/to-whole.ts';
import type { SecondAnswer } from './gate/gate.ts';
import { toAnswer } from './judged.ts';
import { limitsOf } from './policy/asked.ts';
import { refusalAgain } from './policy/guard.ts';
import { spentOn } from './record.ts';

/** The call whose request is put again. */
export interface AgainFor extends Caller {
  atMs: number;
  query: string;
  headers: IncomingHttpHeaders;
  inbound: Incoming;
  task: string | null;
  /** Whether losses of a translation are an error. */
  isStrict: boolean;
}

/** Why there is no answer is told in the reply, with what was spent all the same; nothing is thrown on that account. */
export type Again = (model: string, asking: Asking) => Promise<SecondAnswer>;

export function createAgain(engine: Asker, call: AgainFor): Again {
  const { policy } = engine;
  const task = call.task === null ? null : (policy.tasksByName.get(call.task) ?? null);
  const limits = limitsOf(policy, call.tenant, task);
  let whole: Incoming | null = null;
  return async (model, asking) => {
    const asked = policy.models.get(model);
    if (asked === undefined) return { answer: null, failure: 'it is not configured', costNanoUsd: 0 };
    const { left, refusal } = refusalAgain(asked, { view: call.inbound, caller: call, limits });
    if (refusal !== null) return { answer: null, failure: refusal.say, costNanoUsd: 0 };
    whole ??= toWhole(call.inbound);
    const attempt = { ...plainAttempt(model, asked.tier), deployments: left };
    const { headers, query, isStrict } = call;
    const outcome = await deliverQuestion(engine, {
      inbound: whole,
      attempt,
      asking,
      sent: { headers, query, isStrict },
    });
    const { nanoUsd: costNanoUsd } = spentOn(outcome.exchanges, engine.pricing(call.atMs));
    return { ...read(outcome, whole.dialect), costNanoUsd };
  };
}

function read({ answer, error }: DeliveryOutcome, dialect: Dialect): Omit<SecondAnswer, 'costNanoUsd'> {
  const body = answer?.result.body ?? null;
  if (error !== null || body === null) return { answer: null, failure: error?.message ?? 'its reply cannot be read' };
  return { answer: toAnswer(dialect.decodeReply(Buffer.from(body))) };
}
