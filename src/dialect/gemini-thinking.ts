// How much to think, in the two ways Gemini models are told it: 2.5 by a budget in tokens, later ones by a level.
import { isObject, type JsonObject } from '../call/json.ts';
import type { Crossing } from './crossing.ts';
import { type GeminiTraits, geminiTraits } from './gemini-model.ts';
import type { NeutralReasoning } from './neutral.ts';
import { defined } from './request-fields.ts';

/** The budgets that Google's own OpenAI endpoint gives to the effort words. */
const BUDGETS: Record<string, number> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};
const LEVELS: Record<string, string> = {
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
};
/** From so many thinking tokens on an effort is called medium, or high. */
const MEDIUM_FROM = 4096;
const HIGH_FROM = 16_384;
/** Gemini's budget for "as much as you find right". */
const AUTOMATIC = -1;

/** The member `thinkingConfig` without what was left unread of it; undefined when there is none. */
export function writeThinkingConfig(crossing: Crossing): JsonObject | undefined {
  const { request, target } = crossing;
  const { reasoning } = request;
  if (reasoning === undefined) return undefined;
  if (!crossing.isForeign) return writeAsAsked(reasoning);
  const traits = geminiTraits(target.model);
  if (!(target.takesReasoning ?? traits.takesThinking)) {
    if (reasoning.type !== 'off') crossing.lose('reasoning effort');
    return undefined;
  }
  const isShown = reasoning.type === 'budget' || reasoning.type === 'adaptive';
  const config = traits.isThird ? toLevel(reasoning, traits, crossing) : toBudget(reasoning, traits, crossing);
  return defined({ ...config, includeThoughts: isShown ? true : undefined });
}

/** For a Gemini client, exactly what it said. */
function writeAsAsked(reasoning: NeutralReasoning): JsonObject {
  switch (reasoning.type) {
    case 'off':
      return { thinkingBudget: 0 };
    case 'budget':
      return { thinkingBudget: reasoning.tokens };
    case 'adaptive':
      return { thinkingBudget: AUTOMATIC };
    case 'effort':
      return { thinkingLevel: reasoning.effort.toUpperCase() };
  }
}

function toLevel(reasoning: NeutralReasoning, traits: GeminiTraits, crossing: Crossing): JsonObject {
  if (reasoning.type === 'off') {
    const level = traits.canStopThinking ? 'MINIMAL' : 'LOW';
    crossing.lose(`reasoning off: sent as level ${level}`);
    return { thinkingLevel: level };
  }
  if (reasoning.type === 'budget') {
    const level = reasoning.tokens >= HIGH_FROM ? 'HIGH' : reasoning.tokens >= MEDIUM_FROM ? 'MEDIUM' : 'LOW';
    crossing.lose(`thinking budget of ${reasoning.tokens} tokens: sent as level ${level}`);
    return { thinkingLevel: level };
  }
  const { effort } = reasoning;
  if (effort === undefined) return {};
  const level = Object.hasOwn(LEVELS, effort) ? LEVELS[effort] : undefined;
  if (level === undefined) crossing.lose(`reasoning effort ${effort}`);
  else if (level !== effort.toUpperCase()) crossing.lose(`reasoning effort ${effort}: sent as level ${level}`);
  // Pro models know no level below LOW.
  return defined({ thinkingLevel: level === 'MINIMAL' && !traits.canStopThinking ? 'LOW' : level });
}

function toBudget(reasoning: NeutralReasoning, traits: GeminiTraits, crossing: Crossing): JsonObject {
  const { min, max } = traits.budget;
  if (reasoning.type === 'off') {
    if (traits.canStopThinking) return { thinkingBudget: 0 };
    crossing.lose(`reasoning off: sent as the least budget, ${min} tokens`);
    return { thinkingBudget: min };
  }
  if (reasoning.type === 'budget') {
    const budget = Math.max(min, Math.min(reasoning.tokens, max));
    if (budget !== reasoning.tokens)
      crossing.lose(`thinking budget of ${reasoning.tokens} tokens: sent as ${budget} tokens`);
    return { thinkingBudget: budget };
  }
  const { effort } = reasoning;
  if (effort === undefined) return { thinkingBudget: AUTOMATIC };
  if (!Object.hasOwn(BUDGETS, effort)) crossing.lose(`reasoning effort ${effort}`);
  return { thinkingBudget: BUDGETS[effort] ?? AUTOMATIC };
}

/** Reads a `thinkingConfig`: what was asked, and the members that are left. */
export function readThinkingConfig(config: unknown): { reasoning?: NeutralReasoning; left: JsonObject } {
  if (!isObject(config)) return { left: {} };
  const { thinkingBudget: budget, thinkingLevel: level, ...left } = config;
  if (typeof level === 'string' && level !== 'THINKING_LEVEL_UNSPECIFIED') {
    // Both at once is the caller's mistake, which the provider tells.
    const rest = typeof budget === 'number' ? { ...left, thinkingBudget: budget } : left;
    return { reasoning: { type: 'effort', effort: level.toLowerCase() }, left: rest };
  }
  if (typeof budget !== 'number') return { left };
  if (budget === 0) return { reasoning: { type: 'off' }, left };
  return { reasoning: budget < 0 ? { type: 'adaptive' } : { type: 'budget', tokens: budget }, left };
}
