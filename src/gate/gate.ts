// What a gate is: a check on an answer. The oracle of profiling and the gate of production are the same object, so a gate
// knows nothing of dialects, routes or models; it must never throw an answer away itself, it only gives its verdict.
import type { Verdict } from '../call/verdict.ts';
import type { View } from '../call/view.ts';

export type { Verdict };

/** A tool call of an answer. `arguments` is the JSON text as the model wrote it; empty stands for `{}`. */
export interface AnswerCall {
  id: string;
  name: string;
  arguments: string;
}

export interface Answer {
  text: string;
  toolCalls: AnswerCall[];
  /** `unknown` with an empty `raw` as long as none was told. */
  finish: {
    reason: 'stop' | 'stop_sequence' | 'length' | 'tool_calls' | 'refusal' | 'pause' | 'unknown';
    raw: string;
  };
  /** What the model said instead of an answer, where its dialect has a part for that. */
  refusal: string | null;
  /** Natural logarithm of the probability of each output token; null when the provider sent none. */
  logprobs: number[] | null;
  /** False while a stream is under way. */
  isComplete: boolean;
}

export interface Question {
  /** Text of the last turn in which the user wrote one. */
  ask: string;
  /** The whole conversation as text, for judges. */
  turns: { role: string; text: string }[];
  tools: { name: string; schema: object }[];
  /** JSON schema that the client asked the answer to follow; null when it asked for none. */
  schema: object | null;
  /** Calls of this conversation whose results were errors. */
  failedCalls: { name: string; arguments: string }[];
}

export interface JudgeReply {
  /** Empty when there is no answer. */
  text: string;
  /** Why there is none. */
  failure?: string;
  /** What was spent, on an answer or on none; null when nobody knows. */
  costNanoUsd: number | null;
}

/** An answer and the configured model that gave it. */
export interface GivenAnswer {
  model: string;
  answer: Answer;
}

/** What another model answered to the very request. */
export interface SecondAnswer {
  /** Null when there is none. */
  answer: Answer | null;
  /** Why there is none. */
  failure?: string;
  /** What was spent, on an answer or on none; 0 for one that was paid before, null when nobody knows. */
  costNanoUsd: number | null;
}

/** What texts are to a model of embeddings, in their order. */
export interface Vectors {
  /** Null when there are none. */
  vectors: readonly Float32Array[] | null;
  /** Why there are none. */
  failure?: string;
  /** What was spent; null when nobody knows. */
  costNanoUsd: number | null;
}

/** The embedding of a request, which means nothing beside those of another encoder. */
export interface RequestEmbedding {
  encoder: string;
  vector: Float32Array;
}

/** A request as a learned gate rates it: by what the router that forecasts it sees, too. */
export interface RatedRequest {
  view: View;
  /** The task that it was taken for; null for none. */
  task: string | null;
  tenant: string | null;
  /** Null where none was made. */
  embedding: RequestEmbedding | null;
}

/** What a gate may use beside the answer and its question. */
export interface GateContext {
  /** Asks a model of the configuration; null where none can be asked. Whoever gives it also gives it a time limit. */
  ask: ((model: string, prompt: string) => Promise<JudgeReply>) | null;
  /** The configured model that gave the answer; null when nobody knows. */
  model: string | null;
  /** Complete answers of other models to the same request, in the order in which they came. */
  earlier: readonly GivenAnswer[];
  /** Puts the same request to another model of the configuration; null where that cannot be done. Gates pay one model once a call. */
  again: ((model: string) => Promise<SecondAnswer>) | null;
  /** Has a configured model make vectors of texts; null where none can be asked. */
  embed: ((model: string, texts: readonly string[]) => Promise<Vectors>) | null;
  /** The request itself; null where only its question is known. */
  request: RatedRequest | null;
}

/** Of an answer about which nothing more is known and nobody can be asked. */
export const ALONE: GateContext = { ask: null, model: null, earlier: [], again: null, embed: null, request: null };

export interface Gate {
  /** Its key in the configuration. */
  readonly name: string;
  /** Costly ones wait for something or spend money; they run only when all the others have passed. */
  readonly isCostly: boolean;
  /** It guesses whether an answer is right, and means nothing where that is known. */
  readonly isGuess?: true;
  /** Its verdict on the last answer of a call may be that an earlier one is better. */
  readonly mayPrefer?: boolean;
  check(answer: Answer, question: Question, context: GateContext): Verdict | Promise<Verdict>;
  /**
   * May reject an answer that is still being written; null when it cannot tell yet. Law: what it rejects, `check` rejects
   * too, however the answer goes on. Cheap enough to be asked after every event.
   */
  early?(answer: Answer, question: Question): Verdict | null;
}

/** The gate is content. */
export function passed(gate: string, reason: string, score: number | null = null): Verdict {
  return { gate, pass: true, score, reason, costNanoUsd: 0 };
}

/** The gate gave no verdict of its own, which is as good as a failure. */
export function broken(gate: string, reason: string): Verdict {
  return { ...failed(gate, reason), isBroken: true };
}

/** The gate is not. */
export function failed(gate: string, reason: string, score: number | null = null): Verdict {
  return { gate, pass: false, score, reason, costNanoUsd: 0 };
}
