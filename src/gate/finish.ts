// The gate `finish`: the answer came to its end. On wherever there are gates, unless the task says `finish: any`.
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';

const NAME = 'finish';

/** Why an answer with this finish is not complete. A pause is: the client has the model go on by itself. */
const WRONG: Partial<Record<Answer['finish']['reason'], string>> = {
  length: 'was cut off at the length limit',
  refusal: 'was cut off by a refusal or content filter',
};

export function createFinishGate(): Gate {
  const check = ({ finish, isComplete }: Answer): Verdict => {
    if (!isComplete) return failed(NAME, 'broke off before its finish', 0);
    if (finish.reason === 'unknown') return failed(NAME, `has an unknown finish "${finish.raw.slice(0, 40)}"`, 0);
    const wrong = WRONG[finish.reason];
    return wrong === undefined ? passed(NAME, 'is complete', 1) : failed(NAME, wrong, 0);
  };
  return { name: NAME, isCostly: false, check };
}
