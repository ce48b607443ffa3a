// What Anthropic's API accepts from which of its models, told by the version in the model's name. Models of other makers
// behind Anthropic's dialect have no such name and are taken to accept everything of the older kind.

export interface ModelTraits {
  /** Temperature, top_p and top_k; refused from Claude 4.7 on. */
  takesSampling: boolean;
  /** Whether it can think at all; not so before Claude 3.7. */
  takesReasoning: boolean;
  /** Thinks as much as it finds right, steered by an effort word; before Claude 4.6 it wants a budget in tokens. */
  thinksAdaptively: boolean;
  /** Whether thinking can always be turned off; not so from Claude 5 on. */
  canStopThinking: boolean;
}

/** `claude-3-5-haiku-20241022`, `claude-sonnet-4-20250514`, `anthropic/claude-opus-4.7`: a date is no minor version. */
const VERSION = /claude-(?:[a-z]+-)?(\d)(?:[-.](\d{1,2}))?(?!\d)/;

export function traitsOf(model: string): ModelTraits {
  const match = VERSION.exec(model);
  const version = match === null ? 0 : Number(match[1]) * 100 + Number(match[2] ?? 0);
  return {
    takesSampling: version < 407,
    takesReasoning: version === 0 || version >= 307,
    thinksAdaptively: version >= 406,
    canStopThinking: version < 500,
  };
}
