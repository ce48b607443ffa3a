// Writes replies of the OpenAI chat dialect: the completion object, its chunks, usage and error bodies.
import type { JsonObject } from '../../call/json.ts';
import type { SimulatedAnswer } from './answer.ts';
import type { Refusal } from './refusal.ts';
import { type Exchange, type TimedEvent, totalPromptTokens } from './reply.ts';
import { toPieces } from './tokens.ts';

const ARGUMENT_PIECE = 12;

function usageOf({ answers, prompt }: Exchange): JsonObject {
  const promptTokens = totalPromptTokens(prompt);
  const completionTokens = answers.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: prompt.read, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: answers.reduce((sum, { thinkingTokens }) => sum + thinkingTokens, 0),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function headOf({ request, digest, createdAtSeconds }: Exchange, object: string): JsonObject {
  return {
    id: `chatcmpl-${digest}`,
    object,
    created: createdAtSeconds,
    model: request.model,
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  };
}

/** OpenAI has one word for the natural end and for a stop sequence. */
function finishWord({ finish }: SimulatedAnswer): string {
  return finish === 'stop_sequence' ? 'stop' : finish;
}

function callId(exchange: Exchange, choice: number, call: number): string {
  return `call_${exchange.digest.slice(0, 16)}${choice}${call}`;
}

export function openAiReply(exchange: Exchange): JsonObject {
  return {
    ...headOf(exchange, 'chat.completion'),
    choices: exchange.answers.map((answer, index) => ({
      index,
      finish_reason: finishWord(answer),
      logprobs: null,
      message: {
        role: 'assistant',
        content: answer.calls.length > 0 ? null : answer.text,
        refusal: null,
        annotations: [],
        tool_calls:
          answer.calls.length === 0
            ? undefined
            : answer.calls.map(({ name, args }, call) => ({
                id: callId(exchange, index, call),
                type: 'function',
                function: { name, arguments: JSON.stringify(args) },
              })),
      },
    })),
    usage: usageOf(exchange),
  };
}

/** The deltas of one choice, each with the tokens generated when it is complete. */
function deltasOf(exchange: Exchange, answer: SimulatedAnswer, index: number): { delta: JsonObject; after: number }[] {
  const first = { role: 'assistant', content: answer.calls.length > 0 ? null : '', refusal: null };
  const text = toPieces(answer.text).map((content, piece) => ({
    delta: { content },
    after: answer.thinkingTokens + piece + 1,
  }));
  const calls = answer.calls.flatMap(({ name, args }, call) => {
    const open = {
      index: call,
      id: callId(exchange, index, call),
      type: 'function',
      function: { name, arguments: '' },
    };
    const pieces = JSON.stringify(args).match(new RegExp(`[^]{1,${ARGUMENT_PIECE}}`, 'gu')) ?? [];
    return [open, ...pieces.map((piece) => ({ index: call, function: { arguments: piece } }))].map((tool) => ({
      delta: { tool_calls: [tool] },
      after: answer.outputTokens,
    }));
  });
  return [{ delta: first, after: answer.thinkingTokens }, ...text, ...calls];
}

export function openAiEvents(exchange: Exchange): TimedEvent[] {
  const { includeUsage } = exchange.request;
  const head = headOf(exchange, 'chat.completion.chunk');
  const noUsage = includeUsage ? { usage: null } : {};
  const chunk = (choices: JsonObject[], usage: JsonObject): string =>
    `data: ${JSON.stringify({ ...head, choices, ...usage })}\n\n`;
  const events = exchange.answers.flatMap((answer, index) => [
    ...deltasOf(exchange, answer, index).map(({ delta, after }) => ({
      text: chunk([{ index, delta, logprobs: null, finish_reason: null }], noUsage),
      afterTokens: after,
    })),
    {
      text: chunk([{ index, delta: {}, logprobs: null, finish_reason: finishWord(answer) }], noUsage),
      afterTokens: answer.outputTokens,
    },
  ]);
  const afterTokens = Math.max(...exchange.answers.map(({ outputTokens }) => outputTokens));
  if (includeUsage) events.push({ text: chunk([], { usage: usageOf(exchange) }), afterTokens });
  return [...events, { text: 'data: [DONE]\n\n', afterTokens }];
}

export function openAiError({ status, message, details }: Refusal): JsonObject {
  const type = status >= 500 ? 'server_error' : status === 429 ? 'requests' : 'invalid_request_error';
  return { error: { message, type, param: details.param ?? null, code: details.code ?? null } };
}
