// What the models of one call have answered, for the gates: attempts that were refused, and second answers that gates asked
// for. No gate asks a model twice for one call.
import type { GivenAnswer, SecondAnswer } from '../gate/gate.ts';
import type { Asking } from './asking.ts';
import type { Judging } from './deliver.ts';

/** A second answer that somebody waits for or has waited for. */
interface Second {
  asking: Asking;
  coming: Promise<SecondAnswer>;
}

export class Given {
  private readonly answers: GivenAnswer[] = [];
  private readonly seconds = new Map<string, Second>();

  /** A complete answer. The first of a model counts. */
  add(given: GivenAnswer): void {
    if (this.answers.every(({ model }) => model !== given.model)) this.answers.push(given);
  }

  /** The answers of all models but one, in the order in which they came. */
  besides(model: string): readonly GivenAnswer[] {
    return this.answers.filter((given) => given.model !== model);
  }

  /** The answer of a model, which is asked when it has not answered yet; what was paid before costs nothing. */
  async second(
    model: string,
    { again, asking }: { again: NonNullable<Judging['again']>; asking: Asking },
  ): Promise<SecondAnswer> {
    const known = this.answers.find((given) => given.model === model);
    if (known !== undefined) return { answer: known.answer, costNanoUsd: 0 };
    const before = this.seconds.get(model);
    const said = before === undefined ? null : await before.coming;
    // One that was left by the attempt that asked it has said nothing about the request.
    if (said !== null && (said.answer !== null || before?.asking.isGone === false)) return { ...said, costNanoUsd: 0 };
    const coming = again(model, asking);
    this.seconds.set(model, { asking, coming });
    const second = await coming;
    if (second.answer !== null) this.add({ model, answer: second.answer });
    return second;
  }
}
