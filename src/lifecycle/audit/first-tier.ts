// On which tier a task should be tried first, told by what its requests and answers look like and what a wrong one costs. A place to start
// from: only a profile measures what a model can do.
import type { Consequence } from '../../config/config.ts';
import type { Ladder } from './ladder.ts';

/** Null stands for what is not known. Shares are of calls, 0 to 1. */
export interface Traits {
  typicalInput: number | null;
  largestInput: number | null;
  typicalOutput: number | null;
  largestOutput: number | null;
  /** How many labels there are, when answers come from a closed set. */
  labels: number | null;
  /** Answers that were looked at. */
  answers: number;
  hasSchema: boolean;
  tools: number;
  code: number;
  math: number;
  tables: number;
  images: number;
  /** Of the output tokens, those that were reasoning. */
  reasoning: number;
}

export interface FirstTier {
  tier: string;
  /** One sentence with its numbers. */
  reason: string;
}

/** Places on a ladder: its foot, what stands above that, its top. */
type Height = 0 | 1 | 2;

const OFTEN = 0.3;
const LONG_INPUT = 30_000;
const SHORT_OUTPUT = 60;
const EXTRACT_OUTPUT = 600;
const MUCH_REASONING = 0.5;

/** The tier, never one whose models are all too small for the largest request. */
export function firstTier(traits: Traits, ladder: Ladder, consequence: Consequence | null = null): FirstTier {
  const [height, why] = heightOf(traits, consequence);
  const { tiers } = ladder;
  const places = [0, Math.min(1, tiers.length - 1), tiers.length - 1];
  const wanted = places[height] as number;
  let at = wanted;
  while (at < tiers.length - 1 && !fits(traits, ladder, tiers[at] as string)) at++;
  const moved = at === wanted ? '' : `; ${show(largest(traits))} tokens do not fit the models of ${tiers[wanted]}`;
  return { tier: tiers[at] as string, reason: `${why}${moved}.` };
}

function heightOf(traits: Traits, consequence: Consequence | null): [Height, string] {
  const plain = simpleReason(traits);
  if (consequence === 'irreversible')
    return plain === null
      ? [2, 'A wrong answer cannot be undone and the answers are open']
      : [1, `A wrong answer cannot be undone, behind gates mid may do: ${lower(plain)}`];
  if (traits.reasoning >= MUCH_REASONING && (traits.typicalOutput ?? 0) > 1000)
    return [2, `${percent(traits.reasoning)} of about ${show(traits.typicalOutput)} output tokens are reasoning`];
  return plain === null ? [1, hardReason(traits)] : [0, plain];
}

/** Why the foot of the ladder is worth the first try; null when it is not. */
function simpleReason(traits: Traits): string | null {
  const { labels, hasSchema, typicalOutput, largestOutput } = traits;
  const isHard = traits.code >= OFTEN || traits.math >= OFTEN || traits.tools >= OFTEN;
  if (labels !== null) return `Every answer is one of ${labels} labels (${show(traits.answers)} answers seen)`;
  if (isHard || (traits.typicalInput ?? 0) > LONG_INPUT || typicalOutput === null) return null;
  if (hasSchema && typicalOutput <= EXTRACT_OUTPUT)
    return `Answers follow a schema and have about ${show(typicalOutput)} tokens`;
  if (typicalOutput <= SHORT_OUTPUT && (largestOutput ?? 0) <= EXTRACT_OUTPUT)
    return `Answers are short: about ${show(typicalOutput)} tokens, ${show(largestOutput)} at most`;
  return null;
}

function hardReason(traits: Traits): string {
  const { code, math, tools, typicalInput, typicalOutput } = traits;
  if (tools >= OFTEN) return `${percent(tools)} of the calls bring tools`;
  if (code >= OFTEN) return `${percent(code)} of the requests hold code`;
  if (math >= OFTEN) return `${percent(math)} of the requests hold formulas`;
  if ((typicalInput ?? 0) > LONG_INPUT) return `Requests are long: about ${show(typicalInput)} tokens`;
  return typicalOutput === null
    ? 'Nothing is known of the answers'
    : `Answers are open text of about ${show(typicalOutput)} tokens`;
}

/** The largest request with room for the largest answer. A tier of which no window is known may fit. */
function fits(traits: Traits, ladder: Ladder, tier: string): boolean {
  const windows = ladder.on(tier).flatMap(({ spec }) => spec.effectiveWindow ?? []);
  return windows.length === 0 || windows.some((window) => largest(traits) <= window);
}

function largest({ largestInput, largestOutput }: Traits): number {
  return (largestInput ?? 0) + (largestOutput ?? 0);
}

function show(count: number | null): string {
  return count === null ? 'an unknown number of' : count.toLocaleString('en-US');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
