// The tap for each dialect whose clients get the bytes of their own provider.
import { createAnthropicTap } from './anthropic-messages-tap.ts';
import { createGeminiTap } from './gemini-tap.ts';
import type { Inbound } from './inbound.ts';
import { createOpenaiTap } from './openai-chat-tap.ts';
import { createResponsesTap } from './openai-responses-tap.ts';
import type { StreamPipe } from './pipe.ts';
import type { CostOf } from './tap.ts';

/** What watches the stream that answers this request in its own dialect. */
export function createTapFor({ dialect, includeUsage, choices }: Inbound, costOf: CostOf): StreamPipe {
  switch (dialect.name) {
    case 'openai-chat':
      return createOpenaiTap({ includeUsage, choices, costOf });
    case 'openai-responses':
      return createResponsesTap(costOf);
    case 'anthropic-messages':
      return createAnthropicTap(costOf);
    case 'gemini':
      return createGeminiTap(costOf);
    default:
      throw new TypeError(`the dialect ${dialect.name} has no streams of its own`);
  }
}
