// How much to think, in the two ways Anthropic's models are told it: older ones by a budget in tokens, newer ones by
// adaptive thinking and an effort word.
import type { JsonObject } from '../call/json.ts';
import { traitsOf } from './anthropic-messages-model.ts';
import type { Crossing } from './crossing.ts';
import type { NeutralReasoning } from './neutral.ts';

/** Anthropic's least budget. */
const MIN_BUDGET = 1024;
/** Share of max_tokens that an effort may spend on thinking. */
const SHARES: Record<string, number> = { minimal: 0.1, low: 0.2, medium: 0.5, high: 0.8, xhigh: 0.9, max: 0.9 };
const EFFORTS = new Set(['low', 'medium', 'high', 'xhigh', 'max']);

export interface Thinking {
  /** The member `thinking`, empty when there is to be none. */
  thinking: JsonObject;
  /** For `output_config.effort`. */
  effort: string | undefined;
  isThinking: boolean;
}

interface Circumstances {
  maxTokens: number;
  isInToolLoop: boolean;
}

const NONE: Thinking = { thinking: {}, effort: undefined, isThinking: false };

export function writeThinking(crossing: Crossing, circumstances: Circumstances): Thinking {
  const { reasoning } = crossing.request;
  if (reasoning === undefined) return NONE;
  if (!crossing.isForeign) return writeAsAsked(reasoning);
  const traits = traitsOf(crossing.target.model);
  if (!(crossing.target.takesReasoning ?? traits.takesReasoning)) {
    if (reasoning.type !== 'off') crossing.lose('reasoning effort');
    return NONE;
  }
  if (reasoning.type === 'off') {
    if (traits.canStopThinking) return writeAsAsked(reasoning);
    crossing.lose('reasoning off: sent as the lowest effort');
    return { ...NONE, effort: 'low' };
  }
  const choice = crossing.request.toolChoice?.type;
  if (choice === 'any' || choice === 'tool') {
    crossing.lose('reasoning effort: no thinking beside a forced tool choice');
    return NONE;
  }
  return traits.thinksAdaptively ? writeAdaptive(reasoning) : writeBudget(reasoning, crossing, circumstances);
}

/** For an Anthropic client, exactly what it said. */
function writeAsAsked(reasoning: NeutralReasoning): Thinking {
  switch (reasoning.type) {
    case 'off':
      return { ...NONE, thinking: { type: 'disabled' } };
    case 'budget':
      return { ...NONE, thinking: { type: 'enabled', budget_tokens: reasoning.tokens }, isThinking: true };
    case 'adaptive':
      return { thinking: { type: 'adaptive' }, effort: reasoning.effort, isThinking: true };
    case 'effort':
      return { ...NONE, effort: reasoning.effort };
  }
}

function writeAdaptive(reasoning: NeutralReasoning): Thinking {
  const thinking = { type: 'adaptive' };
  if (reasoning.type === 'budget') {
    const effort = reasoning.tokens >= 16_384 ? 'high' : reasoning.tokens >= 4096 ? 'medium' : 'low';
    return { thinking, effort, isThinking: true };
  }
  const word = reasoning.type === 'off' ? undefined : reasoning.effort;
  const effort = word === undefined || EFFORTS.has(word) ? word : word === 'minimal' ? 'low' : undefined;
  return { thinking, effort, isThinking: true };
}

function writeBudget(
  reasoning: NeutralReasoning,
  crossing: Crossing,
  { maxTokens, isInToolLoop }: Circumstances,
): Thinking {
  // A turn that goes on after tool results must carry its signed thinking, which other dialects cannot bring back.
  if (isInToolLoop) {
    crossing.lose('reasoning effort: thinking cannot begin in the middle of a tool loop');
    return NONE;
  }
  const asked = reasoning.type === 'budget' ? reasoning.tokens : maxTokens * shareOf(reasoning);
  const budget = Math.max(MIN_BUDGET, Math.min(Math.floor(asked), Math.floor(maxTokens * 0.9)));
  if (budget >= maxTokens) {
    crossing.lose('reasoning effort: max_tokens leaves no room for thinking');
    return NONE;
  }
  return { ...NONE, thinking: { type: 'enabled', budget_tokens: budget }, isThinking: true };
}

function shareOf(reasoning: NeutralReasoning): number {
  const effort = reasoning.type === 'effort' || reasoning.type === 'adaptive' ? reasoning.effort : undefined;
  return SHARES[effort ?? 'medium'] ?? 0.5;
}
