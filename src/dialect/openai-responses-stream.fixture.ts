// Streams of the responses API as OpenAI sends them (event order and members of developers.openai.com, API reference,
// Responses, Streaming events, 2026-05): reasoning with a summary, a message and two calls.
import type { JsonObject } from '../call/json.ts';

export const USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 80 },
  output_tokens: 17,
  output_tokens_details: { reasoning_tokens: 10 },
  total_tokens: 117,
};

/** The response around its output, which every event of its life repeats. */
export const SHELL = {
  id: 'resp_1',
  object: 'response',
  created_at: 5,
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  instructions: 'Write "response.completed" and "error" now and then.',
  model: 'gpt-x',
  output: [] as JsonObject[],
  service_tier: 'auto',
  tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
  usage: null as JsonObject | null,
};

export const sse = (fields: JsonObject & { type: string }): string =>
  `event: ${fields.type}\ndata: ${JSON.stringify(fields)}\n\n`;

/** The texts of a stream, numbered in their order. */
export const numbered = (events: (JsonObject & { type: string })[]): string =>
  events.map((event, sequence_number) => sse({ ...event, sequence_number })).join('');

const response = (fields: JsonObject): JsonObject => ({ ...SHELL, ...fields });

export const BEGIN = [
  { type: 'response.created', response: response({}) },
  { type: 'response.in_progress', response: response({}) },
];

export const REASONING = {
  id: 'rs_1',
  type: 'reasoning',
  encrypted_content: 'c2VjcmV0',
  summary: [summary('Hm, so.')],
};
export const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [output('Hello')],
};
export const CALL = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  call_id: 'call_a',
  name: 'f',
  arguments: '{"x": 1.0}',
};
export const SECOND_CALL = { ...CALL, id: 'fc_2', call_id: 'call_b', name: 'g', arguments: '{}' };
export const OUTPUT = [REASONING, MESSAGE, CALL, SECOND_CALL];

function summary(text: string): JsonObject {
  return { type: 'summary_text', text };
}

function output(text: string): JsonObject {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

export function reasoningEvents(output_index: number): (JsonObject & { type: string })[] {
  const at = { item_id: 'rs_1', output_index, summary_index: 0 };
  return [
    { type: 'response.output_item.added', output_index, item: { ...REASONING, encrypted_content: 'YQ', summary: [] } },
    { type: 'response.reasoning_summary_part.added', ...at, part: summary('') },
    { type: 'response.reasoning_summary_text.delta', ...at, delta: 'Hm, ', obfuscation: 'x1' },
    { type: 'response.reasoning_summary_text.delta', ...at, delta: 'so.', obfuscation: 'x2' },
    { type: 'response.reasoning_summary_text.done', ...at, text: 'Hm, so.' },
    { type: 'response.reasoning_summary_part.done', ...at, part: summary('Hm, so.') },
    { type: 'response.output_item.done', output_index, item: REASONING },
  ];
}

export function messageEvents(
  output_index: number,
  words: string[] = ['Hel', 'lo'],
): (JsonObject & { type: string })[] {
  const at = { item_id: 'msg_1', output_index, content_index: 0 };
  const text = words.join('');
  const item = { ...MESSAGE, content: [output(text)] };
  return [
    { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: output('') },
    ...words.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [], obfuscation: 'x' })),
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part: output(text) },
    { type: 'response.output_item.done', output_index, item },
  ];
}

export function callEvents(output_index: number, call: typeof CALL): (JsonObject & { type: string })[] {
  const at = { item_id: call.id, output_index };
  const half = Math.ceil(call.arguments.length / 2);
  return [
    { type: 'response.output_item.added', output_index, item: { ...call, status: 'in_progress', arguments: '' } },
    { type: 'response.function_call_arguments.delta', ...at, delta: call.arguments.slice(0, half) },
    { type: 'response.function_call_arguments.delta', ...at, delta: call.arguments.slice(half) },
    { type: 'response.function_call_arguments.done', ...at, arguments: call.arguments },
    { type: 'response.output_item.done', output_index, item: call },
  ];
}

export const COMPLETED = {
  type: 'response.completed',
  response: response({ status: 'completed', output: OUTPUT, service_tier: 'default', usage: USAGE }),
};
export const INCOMPLETE = {
  type: 'response.incomplete',
  response: response({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    service_tier: 'default',
    usage: USAGE,
  }),
};
export const FAILED = {
  type: 'response.failed',
  response: response({ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Too much.' } }),
};
/** As OpenAI sends it, against its reference, which has the members of `error` at the top. */
export const ERROR = {
  type: 'error',
  error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'No money.', param: null },
};

export const ITEMS = [
  ...reasoningEvents(0),
  ...messageEvents(1),
  ...callEvents(2, CALL),
  ...callEvents(3, SECOND_CALL),
];
export const WHOLE = [...BEGIN, ...ITEMS, COMPLETED];
