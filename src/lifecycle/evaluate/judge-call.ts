// The oracle's verdict on a routed call. What a costly gate has said in production about the very answer is not asked again.
import type { Inbound } from '../../dialect/inbound.ts';
import { ALONE, type Gate, type Verdict } from '../../gate/gate.ts';
import { toQuestion } from '../../judged.ts';
import { fromKept } from '../profile/answer.ts';
import type { JudgeAsk } from '../profile/judging.ts';
import { type Judged, judge, type Oracle } from '../profile/oracle.ts';
import { ratedSample } from '../profile/question.ts';
import type { Sample } from '../samples/sample.ts';
import type { RoutedCall } from './run-file.ts';

/** A refused call has no answer that could pass. Never rejects. */
export async function judgeCall(
  oracle: Oracle,
  {
    sample,
    inbound,
    call,
    ask,
    task,
  }: { sample: Sample; inbound: Inbound; call: RoutedCall; ask: JudgeAsk; task: string },
): Promise<Judged> {
  if (call.answer === null) return { verdicts: [], pass: false, accepted: false };
  const context = { ...ALONE, ask, model: call.model, request: ratedSample(sample, task) };
  const judged = { sample, answer: fromKept(call.answer), question: toQuestion(inbound.neutral), context };
  // What the reference refuses no gate can save, and no judge has to be paid for it.
  const byReference = await judge({ gates: [], reference: oracle.reference }, judged);
  if (byReference.pass === false) return byReference;
  const known = call.attempts.findLast(({ model, status }) => model === call.model && status === 'ok')?.verdicts ?? [];
  return judge({ ...oracle, gates: withKnown(oracle.gates, known) }, judged);
}

/** Production asks the free gates in their order, then the costly ones in theirs, and ends at the first failure. */
function withKnown(gates: readonly Gate[], verdicts: readonly Verdict[]): Gate[] {
  const free = gates.filter(({ isCostly }) => !isCostly);
  const costly = gates.filter(({ isCostly }) => isCostly);
  return [
    ...free,
    ...costly.map((gate, index): Gate => {
      const said = verdicts[free.length + index];
      const isKnown = said !== undefined && said.gate === gate.name && said.isBroken !== true;
      return isKnown ? { name: gate.name, isCostly: true, check: () => said } : gate;
    }),
  ];
}
