// What OpenAI's API and compatible servers accept for which model, told by the model's name. Unknown names are taken to
// accept everything.

export interface ModelTraits {
  /** Temperature, top_p, penalties and logprobs other than at their default. */
  takesSampling: boolean;
  takesStop: boolean;
  /** Whether it can be told how much to think. */
  takesReasoning: boolean;
}

/** OpenAI's reasoning models, which refuse sampling settings and stop sequences. */
const REASONING = /(?:^|\/)(?:o\d|gpt-5)(?!.*chat)/i;
/** Models that cannot reason and whose servers refuse the question. */
const PLAIN =
  /(?:^|\/)(?:gpt-3\.5|gpt-4|chatgpt-4o|gpt-5.*chat|(?:meta-)?llama|mistral|ministral|mixtral|codestral|pixtral|gemma|command)/i;

export function traitsOf(model: string): ModelTraits {
  const reasons = REASONING.test(model);
  return { takesSampling: !reasons, takesStop: !reasons, takesReasoning: !PLAIN.test(model) };
}
