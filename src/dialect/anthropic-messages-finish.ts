// Stop reasons between Anthropic's words and ours.
import type { NeutralFinish } from './neutral.ts';

const REASONS: Record<string, NeutralFinish['reason']> = {
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'refusal',
  pause_turn: 'pause',
};

const WORDS: Record<NeutralFinish['reason'], string> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  refusal: 'refusal',
  pause: 'pause_turn',
  unknown: 'end_turn',
};

export function readAnthropicFinish(raw: string, stopSequence: unknown): NeutralFinish {
  const reason = Object.hasOwn(REASONS, raw) ? (REASONS[raw] as NeutralFinish['reason']) : 'unknown';
  return typeof stopSequence === 'string' ? { reason, raw, stopSequence } : { reason, raw };
}

/** `hasRefusal`: the model refused in words of their own, which Anthropic has only the stop reason for. */
export function writeAnthropicFinish(
  finish: NeutralFinish,
  hasRefusal: boolean,
): { stop_reason: string; stop_sequence: string | null } {
  const isOwnWord = Object.hasOwn(REASONS, finish.raw) && REASONS[finish.raw] === finish.reason;
  const word = isOwnWord ? finish.raw : WORDS[finish.reason];
  return {
    stop_reason: hasRefusal && finish.reason === 'stop' ? 'refusal' : word,
    stop_sequence: finish.stopSequence ?? null,
  };
}
