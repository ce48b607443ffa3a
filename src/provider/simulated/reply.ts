// What the writers of both dialects get and give: one answered request, and its reply as a body or as timed events.
import type { SimulatedAnswer } from './answer.ts';
import type { PromptUse } from './prompt-cache.ts';
import type { SimulatedRequest } from './request.ts';

/** One answered request. */
export interface Exchange {
  request: SimulatedRequest;
  /** One per choice asked for. */
  answers: SimulatedAnswer[];
  prompt: PromptUse;
  /** Stable hex digits for ids: the same request has the same ones. */
  digest: string;
  createdAtSeconds: number;
}

/** One server-sent event, ready for the wire. */
export interface TimedEvent {
  text: string;
  /** How many tokens of the answer have been generated when this event goes out. */
  afterTokens: number;
}

export function totalPromptTokens(prompt: PromptUse): number {
  return prompt.fresh + prompt.read + prompt.write5m + prompt.write1h;
}
