// One canary: the call's request put to the reference, and the two answers graded. Whatever becomes of it, what was spent by then is in the costs.
import { createAgain } from '../again.ts';
import { createAsk } from '../ask.ts';
import type { NanoUsd } from '../call/money.ts';
import type { NoteCost } from '../call/note.ts';
import type { TaskCanaryConfig } from '../config/canary-config.ts';
import type { Config } from '../config/config.ts';
import type { Asking } from '../delivery/asking.ts';
import type { Answer, Question } from '../gate/gate.ts';
import { toQuestion } from '../judged.ts';
import type { Ended, Engine } from '../router.ts';
import { type Grade, gradeByGates, gradeByJudge, gradeRefused, unknown } from '../watch/canary/grade.ts';
import { isAccepted } from './accepted.ts';

/** A call with the answer that its client got, and how it is to be compared. */
export interface Compared {
  ended: Pick<Ended, 'call' | 'row'>;
  answer: Answer;
  own: TaskCanaryConfig;
  tasks: Config['tasks'];
  engine: Engine;
}

export interface AnsweredAgain {
  graded: Grade;
  /** Null when the reference gave no answer. */
  reference: Answer | null;
}

/** Never rejects. */
export async function answerAgain(compared: Compared, asking: Asking, costs: NoteCost[]): Promise<AnsweredAgain> {
  const { ended, own, engine } = compared;
  const { call, row } = ended;
  let reference: Answer | null = null;
  try {
    const again = createAgain(engine, { ...call, task: row.task, isStrict: engine.isStrict(row.task) });
    const second = await paid(() => again(own.reference, asking), { engine, model: own.reference, costs });
    reference = second.answer;
    if (reference === null) {
      const why = `the reference gave no answer: ${second.failure ?? 'nobody knows why'}`;
      return { graded: unknown(why), reference };
    }
    const question = toQuestion(call.inbound.neutral);
    const graded = await gradeBy({ cheap: compared.answer, reference, question }, compared, { asking, costs });
    return { graded, reference };
  } catch (error) {
    return { graded: unknown(`it broke: ${error instanceof Error ? error.message : String(error)}`), reference };
  }
}

async function gradeBy(
  pair: { cheap: Answer; reference: Answer; question: Question },
  { ended: { row }, own, tasks, engine }: Compared,
  { asking, costs }: { asking: Asking; costs: NoteCost[] },
): Promise<Grade> {
  if (!isAccepted(row)) return gradeRefused(pair, engine.gatesOf(row.task));
  if (own.grading === 'person') return unknown('waits for a person');
  if (own.judge === null) {
    const reference = tasks.get(row.task ?? '')?.reference ?? null;
    return gradeByGates(pair, { gates: engine.gatesOf(row.task), reference });
  }
  const { model, rubric } = own.judge;
  const ask = createAsk(engine, { atMs: row.atMs, tenant: row.tenant, task: row.task });
  return gradeByJudge(pair, {
    rubric,
    ask: (prompt) => paid(() => ask(model, prompt, asking), { engine, model, costs }),
  });
}

/** What was spent on something that broke is not known. */
async function paid<Reply extends { costNanoUsd: NanoUsd | null }>(
  ask: () => Promise<Reply>,
  { engine, model, costs }: { engine: Engine; model: string; costs: NoteCost[] },
): Promise<Reply> {
  let nanoUsd: NanoUsd | null = null;
  try {
    const reply = await ask();
    nanoUsd = reply.costNanoUsd;
    return reply;
  } finally {
    costs.push(costOf(engine, model, nanoUsd));
  }
}

function costOf({ policy, delivery }: Engine, model: string, nanoUsd: NanoUsd | null): NoteCost {
  const places = delivery.deploymentsOf(model);
  const provider = places.length === 1 ? (places[0]?.connection.name ?? null) : null;
  return { model, tier: policy.models.get(model)?.tier ?? null, provider, nanoUsd };
}

/** Null as soon as one of them is not known. */
export function sumOf(costs: readonly NoteCost[]): NanoUsd | null {
  let sum = 0;
  for (const { nanoUsd } of costs) {
    if (nanoUsd === null) return null;
    sum += nanoUsd;
  }
  return sum;
}
