// Finish reasons between OpenAI's words and ours.
import type { NeutralFinish } from './neutral.ts';

const REASONS: Record<string, NeutralFinish['reason']> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'refusal',
};

/** A finish after tool calls is one for the sake of them: OpenAI says `stop` when the choice of the tool was forced. */
export function readOpenaiFinish(raw: string, hasCalls: boolean): NeutralFinish {
  const reason = Object.hasOwn(REASONS, raw) ? (REASONS[raw] as NeutralFinish['reason']) : 'unknown';
  return { reason: hasCalls && (reason === 'stop' || reason === 'unknown') ? 'tool_calls' : reason, raw };
}

/** `hasRefusal`: the refusal has been said in words, which OpenAI finishes with `stop`. */
export function writeOpenaiFinish(finish: NeutralFinish, hasRefusal: boolean): string {
  switch (finish.reason) {
    case 'length':
    case 'tool_calls':
      return finish.reason;
    case 'refusal':
      return hasRefusal ? 'stop' : 'content_filter';
    default:
      return 'stop';
  }
}
