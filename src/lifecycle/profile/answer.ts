// What a model said to a sample, as it is kept: enough to judge the answer again without paying for it again.
import type { CostBasis, NanoUsd } from '../../call/money.ts';
import type { Usage } from '../../call/usage.ts';
import type { Answer } from '../../gate/gate.ts';
import { digestOf, type Sample } from '../samples/sample.ts';

/** One line of a file of answers. */
export interface KeptAnswer {
  kind: 'answer';
  /** Of the sample and the upstream model; see `answerKey`. */
  key: string;
  sample: string;
  /** Name of the configured model, for readers: the key decides. */
  model: string;
  /** `provider/model`. */
  upstream: string;
  /** When the answer was complete, ISO 8601. */
  at: string;
  latencyMs: number;
  /** Null when the provider refused the request for good: too long, not supported, not allowed. */
  answer: KeptText | null;
  /** Why it was refused; null when there is an answer. */
  error: { code: string; httpStatus: number | null; message: string } | null;
  usage: Usage | null;
  costNanoUsd: NanoUsd | null;
  costBasis: CostBasis;
  /** `response.model` exactly as the provider said it. */
  responseModel: string | null;
}

/** An answer as gates see it, empty members left out. */
export type KeptText = Pick<Answer, 'text' | 'finish'> & Partial<Pick<Answer, 'toolCalls' | 'refusal' | 'logprobs'>>;

/** What a judge or another model said when a gate asked it. */
export interface KeptReply {
  kind: 'reply';
  /** Of the model's upstreams and the prompt. */
  key: string;
  model: string;
  at: string;
  text: string;
  costNanoUsd: NanoUsd | null;
}

/** Money that brought no answer. */
export interface KeptFailure {
  kind: 'failure';
  key: string;
  /** Empty when the process was killed: the key is all that is known. */
  model: string;
  at: string;
  /** Of the table of errors, or `killed`. */
  code: string;
  /** Null when nobody knows whether and what it was billed. */
  costNanoUsd: NanoUsd | null;
}

export type KeptLine = KeptAnswer | KeptReply | KeptFailure;

/** The same for the same question to the same upstream model, whatever either is called here. */
export function answerKey(sample: Pick<Sample, 'digest'>, upstreams: readonly string[]): string {
  return digestOf([sample.digest, upstreams.toSorted()]);
}

export function replyKey(upstreams: readonly string[], prompt: string): string {
  return digestOf(['reply', upstreams.toSorted(), prompt]);
}

export function toKept({ text, finish, toolCalls, refusal, logprobs }: Answer): KeptText {
  return {
    text,
    finish,
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    ...(refusal === null ? {} : { refusal }),
    ...(logprobs === null ? {} : { logprobs }),
  };
}

export function fromKept({ text, finish, toolCalls = [], refusal = null, logprobs = null }: KeptText): Answer {
  return { text, finish, toolCalls, refusal, logprobs, isComplete: true };
}
