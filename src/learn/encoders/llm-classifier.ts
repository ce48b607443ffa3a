// A configured model that is asked how hard a request is, as an encoder: its rating is the vector. Slow and not free, so for routes where a
// wrong choice costs far more than the question.
import { createHash } from 'node:crypto';
import type { NanoUsd } from '../../call/money.ts';
import { classifierPrompt, RATING_DIMENSIONS, readRating } from './classifier-prompt.ts';
import { type Encoder, PaidForNothing } from './encoder.ts';
import { shortened } from './shortened.ts';

/** Asks a model of the configuration one question. Why there is no answer is told in `failure`. */
export type AskModel = (model: string, prompt: string) => Promise<AskedText>;

export interface AskedText {
  text: string;
  costNanoUsd: NanoUsd | null;
  failure?: string;
}

export interface LlmClassifierOptions {
  /** Of the configuration. */
  model: string;
  /** What the provider calls it. */
  upstreamModel: string;
  /** What the model is told to do, without the request and the form of the reply. */
  prompt: string;
  ask: AskModel;
}

/** Characters of a request that are shown. */
const LONGEST = 4096;

export function createLlmClassifier({ model, upstreamModel, prompt, ask }: LlmClassifierOptions): Encoder {
  // Digits of whatever else the rating depends on.
  const digest = createHash('sha256')
    .update(`${LONGEST} ${classifierPrompt(prompt, '')}`)
    .digest('hex')
    .slice(0, 12);
  let isClosed = false;
  return {
    name: `llm:${upstreamModel}:${digest}`,
    dimensions: RATING_DIMENSIONS,
    sentTo: model,
    encode: async (text) => {
      if (isClosed) throw new Error('the encoder is closed');
      const reply = await ask(model, classifierPrompt(prompt, shortened(text, LONGEST)));
      const { costNanoUsd, failure } = reply;
      if (failure !== undefined) throw new PaidForNothing(`${model} could not be asked: ${failure}`, costNanoUsd);
      const vector = readRating(reply.text);
      if (vector === null) throw new PaidForNothing(`${model} gave no rating that can be read`, costNanoUsd);
      return { vector, costNanoUsd };
    },
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
}
