// What a request says, whichever dialect it came in: all that the simulated models look at.
// Readers of the dialects produce it; it must keep no word of either dialect.
import type { JsonObject } from '../../call/json.ts';

/** A stretch of the prompt in the order in which providers cache it; `cacheTtl` marks a breakpoint behind it. */
export interface PromptBlock {
  text: string;
  cacheTtl: CacheTtl | null;
  /** What it is one of several of: Anthropic looks back over a run of calls, or of results, as over one block. */
  run?: 'tool_use' | 'tool_result';
}

export type CacheTtl = '5m' | '1h';

/** One message of the conversation, instructions left out. */
export interface Turn {
  role: 'user' | 'assistant' | 'tool';
  text: string;
  calls: { id: string; name: string }[];
  results: { callId: string; text: string }[];
}

export interface OfferedTool {
  name: string;
  schema: JsonObject;
}

export type ToolChoice = { type: 'auto' | 'none' | 'any' } | { type: 'tool'; name: string };

export interface SimulatedRequest {
  model: string;
  stream: boolean;
  /** Whether a stream carries usage. */
  includeUsage: boolean;
  blocks: PromptBlock[];
  /** OpenAI's `prompt_cache_key`; empty when there is none. */
  cacheKey: string;
  turns: Turn[];
  tools: OfferedTool[];
  toolChoice: ToolChoice;
  parallelTools: boolean;
  /** Schema that the answer must fulfil; an empty one when any JSON object will do. */
  schema: JsonObject | null;
  maxTokens: number | null;
  stop: string[];
  choices: number;
  /** The word for how much to think; null for not at all. */
  effort: string | null;
}

/** The text of the last message that a user wrote; empty when there is none. */
export function userTextOf(request: SimulatedRequest): string {
  return request.turns.findLast((turn) => turn.role === 'user' && turn.text !== '')?.text ?? '';
}

/** The tool results that end the conversation, with the names of their tools; empty when the user spoke last. */
export function toolResultsOf(request: SimulatedRequest): { name: string; text: string }[] {
  const lastSpoken = request.turns.findLastIndex((turn) => turn.results.length === 0);
  const names = new Map(request.turns.flatMap((turn) => turn.calls).map((call) => [call.id, call.name]));
  return request.turns
    .slice(lastSpoken + 1)
    .flatMap((turn) => turn.results)
    .map(({ callId, text }) => ({ name: names.get(callId) ?? 'the tool', text }));
}
