// The gates of one attempt at work: reads the answer as it comes, stops it when it is certain to be refused, and gives the
// verdict at its end.
import type { GateContext, Verdict } from '../gate/gate.ts';
import { areAllPassed, rejectEarly, runGates } from '../gate/run-gates.ts';
import type { Carriage } from '../provider/carriage.ts';
import type { Asking } from './asking.ts';
import type { Judging } from './deliver.ts';
import type { Given } from './given.ts';
import type { Hold } from './hold.ts';
import { Watch } from './watch.ts';

/** The attempt that is judged. */
export interface Judged {
  model: string;
  /** What the models of the call have answered. */
  given: Given;
  isLast: boolean;
}

export class Judgement {
  /** Nothing follows, and the answer is given whatever is said of it: what is said is for the record. */
  readonly isLast: boolean;
  isPassed = true;
  /** What stopped the answer before its end. */
  rejection: Verdict | null = null;
  private readonly judging: Judging;
  private readonly model: string;
  private readonly given: Given;
  private readonly watch = new Watch();

  constructor(judging: Judging, { model, given, isLast }: Judged) {
    this.judging = judging;
    this.model = model;
    this.given = given;
    this.isLast = isLast;
  }

  /** The words of the answer as far as it has come, those of its tool calls included. */
  get text(): string {
    const { text, refusal, toolCalls } = this.watch.answer;
    return text + (refusal ?? '') + toolCalls.map((call) => call.name + call.arguments).join('');
  }

  get tokens(): number {
    return this.watch.tokens;
  }

  /** The carriage, watched. Throws TierlineError when the request is none that gates can read. */
  over(carriage: Carriage): Carriage {
    if (this.judging.gates.length > 0) this.judging.question();
    return this.watch.over(carriage);
  }

  /** More of the answer is there: it may be refused now, or let go. One that is complete waits for its verdict. */
  progress(hold: Hold): void {
    const { release, gates, question } = this.judging;
    if (release.mode === 'hold' || hold.isGone || this.watch.answer.isComplete) return;
    this.rejection = rejectEarly(gates, this.watch.answer, question());
    if (this.rejection !== null) hold.stop('rejected');
    else if (release.mode === 'first-tokens' && this.watch.tokens >= release.tokens) hold.release();
  }

  /** `isGiven`: the client has begun to read the answer, so that nothing is spent on it any more. */
  async verdict(isGiven: boolean, asking: Asking): Promise<readonly Verdict[]> {
    const { gates, question } = this.judging;
    const { answer } = this.watch;
    if (answer.isComplete) this.given.add({ model: this.model, answer });
    const asked = isGiven || this.isLast ? gates.filter((gate) => !gate.isCostly) : gates;
    if (asked.length === 0) return [];
    const verdicts = await runGates(asked, { answer, question: question(), context: this.context(asking) });
    this.isPassed = areAllPassed(verdicts);
    return verdicts;
  }

  private context(asking: Asking): GateContext {
    const { ask, again, embed, request } = this.judging;
    const { model, given } = this;
    return {
      ask: ask === null ? null : (judge, prompt) => ask(judge, prompt, asking),
      model,
      // A second opinion that a gate has asked for is there for the gates after it.
      get earlier() {
        return given.besides(model);
      },
      again: again === null ? null : (other) => given.second(other, { again, asking }),
      request,
      embed: embed === null ? null : (by, texts) => embed(by, texts, asking),
    };
  }
}
