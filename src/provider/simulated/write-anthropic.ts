// Writes replies of the Anthropic dialect: the message object, its named events, usage and error bodies.
import type { JsonObject } from '../../call/json.ts';
import type { SimulatedAnswer } from './answer.ts';
import { hexOf } from './draw.ts';
import type { Refusal } from './refusal.ts';
import type { Exchange, TimedEvent } from './reply.ts';
import { toPieces } from './tokens.ts';

const TOKENS_PER_DELTA = 3;
const ARGUMENT_PIECE = 12;
const STOP_WORDS: Readonly<Record<SimulatedAnswer['finish'], string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  stop_sequence: 'stop_sequence',
  tool_calls: 'tool_use',
};
const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function answerOf(exchange: Exchange): SimulatedAnswer {
  const [answer] = exchange.answers;
  if (answer === undefined) throw new RangeError('an exchange has at least one answer');
  return answer;
}

function usageOf({ prompt }: Exchange, answer: SimulatedAnswer): JsonObject {
  return {
    input_tokens: prompt.fresh,
    cache_creation_input_tokens: prompt.write5m + prompt.write1h,
    cache_read_input_tokens: prompt.read,
    cache_creation: { ephemeral_5m_input_tokens: prompt.write5m, ephemeral_1h_input_tokens: prompt.write1h },
    output_tokens: answer.outputTokens,
    output_tokens_details: { thinking_tokens: answer.thinkingTokens },
    service_tier: 'standard',
  };
}

function contentOf(exchange: Exchange, answer: SimulatedAnswer): JsonObject[] {
  const { thinking, text, calls } = answer;
  const signature = Buffer.from(hexOf(`signature of ${thinking}`, 32)).toString('base64');
  return [
    ...(thinking === '' ? [] : [{ type: 'thinking', thinking, signature }]),
    ...(calls.length > 0 ? [] : [{ type: 'text', text }]),
    ...calls.map(({ name, args }, call) => ({
      type: 'tool_use',
      id: `toolu_${exchange.digest.slice(0, 20)}${call}`,
      name,
      input: args,
    })),
  ];
}

export function anthropicReply(exchange: Exchange): JsonObject {
  const answer = answerOf(exchange);
  return {
    id: `msg_${exchange.digest}`,
    type: 'message',
    role: 'assistant',
    model: exchange.request.model,
    content: contentOf(exchange, answer),
    stop_reason: STOP_WORDS[answer.finish],
    stop_sequence: answer.stopSequence,
    usage: usageOf(exchange, answer),
  };
}

interface Delta {
  delta: JsonObject;
  after: number;
}

function textDeltas(answer: SimulatedAnswer): Delta[] {
  const pieces = toPieces(answer.text);
  const deltas: Delta[] = [];
  for (let start = 0; start < pieces.length; start += TOKENS_PER_DELTA) {
    const end = Math.min(start + TOKENS_PER_DELTA, pieces.length);
    const text = pieces.slice(start, end).join('');
    deltas.push({ delta: { type: 'text_delta', text }, after: answer.thinkingTokens + end });
  }
  return deltas;
}

/** The empty block that opens a content block, and the deltas that fill it. */
function unfold(block: JsonObject, answer: SimulatedAnswer): { open: JsonObject; deltas: Delta[] } {
  if (block.type === 'text') return { open: { type: 'text', text: '' }, deltas: textDeltas(answer) };
  if (block.type === 'thinking') {
    const after = answer.thinkingTokens;
    return {
      open: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        { delta: { type: 'thinking_delta', thinking: block.thinking }, after },
        { delta: { type: 'signature_delta', signature: block.signature }, after },
      ],
    };
  }
  const json = Object.keys(block.input ?? {}).length === 0 ? '' : JSON.stringify(block.input);
  const pieces = json.match(new RegExp(`[^]{1,${ARGUMENT_PIECE}}`, 'gu')) ?? [];
  const deltas = ['', ...pieces].map((partial) => ({
    delta: { type: 'input_json_delta', partial_json: partial },
    after: answer.outputTokens,
  }));
  return { open: { ...block, input: {} }, deltas };
}

function eventOf(afterTokens: number, body: JsonObject & { type: string }): TimedEvent {
  return { text: `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`, afterTokens };
}

export function anthropicEvents(exchange: Exchange): TimedEvent[] {
  const answer = answerOf(exchange);
  const usage = usageOf(exchange, answer);
  const message = {
    ...anthropicReply(exchange),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1, output_tokens_details: { thinking_tokens: 0 } },
  };
  const blocks = contentOf(exchange, answer).flatMap((block, index) => {
    const { open, deltas } = unfold(block, answer);
    const last = deltas.at(-1)?.after ?? answer.thinkingTokens;
    return [
      eventOf(deltas[0]?.after ?? last, { type: 'content_block_start', index, content_block: open }),
      ...deltas.map(({ delta, after }) => eventOf(after, { type: 'content_block_delta', index, delta })),
      eventOf(last, { type: 'content_block_stop', index }),
    ];
  });
  const delta = { stop_reason: STOP_WORDS[answer.finish], stop_sequence: answer.stopSequence };
  return [
    eventOf(0, { type: 'message_start', message }),
    eventOf(0, { type: 'ping' }),
    ...blocks,
    eventOf(answer.outputTokens, { type: 'message_delta', delta, usage }),
    eventOf(answer.outputTokens, { type: 'message_stop' }),
  ];
}

export function anthropicError({ status, message, details }: Refusal, requestId: string): JsonObject {
  const more = details.errorCode === undefined ? {} : { details: { error_code: details.errorCode } };
  return {
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'api_error', message, ...more },
    request_id: requestId,
  };
}
