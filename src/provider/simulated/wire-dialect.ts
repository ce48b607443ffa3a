// The two dialects of the simulated provider side by side: reading, writing, caching and the words for failure.
import type { JsonObject } from '../../call/json.ts';
import { EMBEDDING_MODEL } from './embeddings.ts';
import { SIMULATED_MODELS } from './models.ts';
import type { PromptCache } from './prompt-cache.ts';
import { readAnthropic } from './read-anthropic.ts';
import { readOpenAi } from './read-openai.ts';
import { Refusal } from './refusal.ts';
import type { Exchange, TimedEvent } from './reply.ts';
import type { SimulatedRequest } from './request.ts';
import { anthropicError, anthropicEvents, anthropicReply } from './write-anthropic.ts';
import { openAiError, openAiEvents, openAiReply } from './write-openai.ts';

export interface WireDialect {
  requestIdHeader: string;
  /** How this provider caches prompts. */
  cacheUse: keyof PromptCache;
  /** The status of a provider that has too much to do. */
  overloaded: number;
  /** Throws Refusal (400). `version` is the `anthropic-version` header, empty when there was none. */
  read: (body: JsonObject, version: string) => SimulatedRequest;
  reply: (exchange: Exchange) => JsonObject;
  events: (exchange: Exchange) => TimedEvent[];
  error: (refusal: Refusal, requestId: string) => JsonObject;
  unknownModel: (model: string) => Refusal;
  tooLong: (tokens: number, window: number) => Refusal;
  models: () => JsonObject;
}

export const OPENAI_WIRE: WireDialect = {
  requestIdHeader: 'x-request-id',
  cacheUse: 'useAutomatic',
  overloaded: 503,
  read: readOpenAi,
  reply: openAiReply,
  events: openAiEvents,
  error: openAiError,
  unknownModel: (model) =>
    new Refusal(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
      code: 'model_not_found',
    }),
  tooLong: (tokens, window) =>
    new Refusal(
      400,
      `This model's maximum context length is ${window} tokens. However, your messages resulted in ${tokens} tokens.`,
      { param: 'messages', code: 'context_length_exceeded' },
    ),
  models: () => ({
    object: 'list',
    data: [...SIMULATED_MODELS, EMBEDDING_MODEL].map(({ name }) => ({
      id: name,
      object: 'model',
      created: 0,
      owned_by: 'simulated',
    })),
  }),
};

export const ANTHROPIC_WIRE: WireDialect = {
  requestIdHeader: 'request-id',
  cacheUse: 'useBreakpoints',
  overloaded: 529,
  read: (body, version) => {
    if (version === '') throw new Refusal(400, 'anthropic-version: header is required');
    return readAnthropic(body, version);
  },
  reply: anthropicReply,
  events: anthropicEvents,
  error: anthropicError,
  unknownModel: (model) => new Refusal(404, `model: ${model}`),
  tooLong: (tokens, window) => new Refusal(400, `prompt is too long: ${tokens} tokens > ${window} maximum`),
  models: () => ({
    data: SIMULATED_MODELS.map(({ name, tier }) => ({
      type: 'model',
      id: name,
      display_name: `Simulated ${tier}`,
      created_at: '1970-01-01T00:00:00Z',
    })),
    has_more: false,
    first_id: SIMULATED_MODELS.at(0)?.name ?? null,
    last_id: SIMULATED_MODELS.at(-1)?.name ?? null,
  }),
};
