// Streams as the providers write them, event by event, for tests that cut and carry them. Shapes after the providers' own
// references (developers.openai.com, platform.claude.com, ai.google.dev; 2026-11-28): pings, comments, null usage and all.
import type { ChatDialectName } from './played-call.ts';

export interface RecordedStream {
  name: string;
  events: readonly string[];
  /** Position of the event that brings the finish; a stream cut before its end is none that has finished. */
  finishAt: number;
}

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const crlf = (value: object): string => `data: ${JSON.stringify(value)}\r\n\r\n`;
const named = (value: { type: string; [key: string]: unknown }): string => `event: ${value.type}\n${data(value)}`;

const WORDS = ['The', ' answer', ' — né', ' 世界', ' is "42"', '.\n', ' 👩‍👩‍👧'];
const ARGUMENTS = ['{"city"', ':"Par', 'is","n":1', '.50e2}'];

// ---- OpenAI chat completions

const chunk = (delta: object, finish: string | null = null): string =>
  data({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_800_000_000,
    model: 'up-1',
    service_tier: 'default',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    usage: null,
  });
const chatUsage = data({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_800_000_000,
  model: 'up-1',
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, prompt_tokens_details: { cached_tokens: 4 } },
});
const chat = (name: string, deltas: object[], finish: string): RecordedStream => {
  const events = [
    ': OPENROUTER PROCESSING\n\n',
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...deltas.map((delta) => chunk(delta)),
    chunk({}, finish),
    chatUsage,
    'data: [DONE]\n\n',
  ];
  return { name, events, finishAt: events.length - 3 };
};
const chatCall = [
  { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }] },
  ...ARGUMENTS.map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
];

// ---- OpenAI responses

function responses(name: string, items: readonly ResponseItem[], status: 'completed' | 'incomplete'): RecordedStream {
  const events: string[] = [];
  let sequence = 0;
  const push = (type: string, fields: object): void =>
    void events.push(named({ type, sequence_number: sequence++, ...fields }));
  const shell = (state: string, output: object[], usage: object | null): object => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1_800_000_000,
    status: state,
    error: null,
    incomplete_details: state === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    model: 'up-1',
    output,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage,
  });
  push('response.created', { response: shell('in_progress', [], null) });
  push('response.in_progress', { response: shell('in_progress', [], null) });
  for (const [output_index, item] of items.entries()) item(push, output_index);
  const usage = {
    input_tokens: 11,
    input_tokens_details: { cached_tokens: 4 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 18,
  };
  push(`response.${status}`, {
    response: shell(
      status,
      items.map(({ whole }) => whole),
      usage,
    ),
  });
  return { name, events, finishAt: events.length - 1 };
}

type Push = (type: string, fields: object) => void;
interface ResponseItem {
  (push: Push, output_index: number): void;
  whole: object;
}

const item = (whole: object, begun: object, write: (push: Push, at: object) => void): ResponseItem =>
  Object.assign(
    (push: Push, output_index: number) => {
      push('response.output_item.added', { output_index, item: { ...whole, ...begun } });
      write(push, { output_index, item_id: (whole as { id: string }).id });
      push('response.output_item.done', { output_index, item: whole });
    },
    { whole },
  );
const messageItem = item(
  {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: WORDS.join(''), annotations: [], logprobs: [] }],
  },
  { status: 'in_progress', content: [] },
  (push, at) => {
    const where = { ...at, content_index: 0 };
    const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
    push('response.content_part.added', { ...where, part });
    for (const delta of WORDS) push('response.output_text.delta', { ...where, delta, logprobs: [] });
    push('response.output_text.done', { ...where, text: WORDS.join(''), logprobs: [] });
    push('response.content_part.done', { ...where, part: { ...part, text: WORDS.join('') } });
  },
);
const callItem = item(
  {
    id: 'fc_1',
    type: 'function_call',
    status: 'completed',
    call_id: 'call_1',
    name: 'f',
    arguments: ARGUMENTS.join(''),
  },
  { status: 'in_progress', arguments: '' },
  (push, at) => {
    for (const delta of ARGUMENTS) push('response.function_call_arguments.delta', { ...at, delta });
    push('response.function_call_arguments.done', { ...at, name: 'f', arguments: ARGUMENTS.join('') });
  },
);
const reasoningItem = item(
  {
    id: 'rs_1',
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: WORDS.join('') }],
    encrypted_content: 'c2ln',
  },
  { summary: [] },
  (push, at) => {
    const where = { ...at, summary_index: 0 };
    push('response.reasoning_summary_part.added', { ...where, part: { type: 'summary_text', text: '' } });
    for (const delta of WORDS) push('response.reasoning_summary_text.delta', { ...where, delta });
    push('response.reasoning_summary_text.done', { ...where, text: WORDS.join('') });
    push('response.reasoning_summary_part.done', { ...where, part: { type: 'summary_text', text: WORDS.join('') } });
  },
);

// ---- Anthropic messages

type Block = { start: object; deltas: object[] };
function messages(name: string, blocks: readonly Block[], stop: string): RecordedStream {
  const usage = { input_tokens: 7, cache_read_input_tokens: 4, cache_creation_input_tokens: 0, output_tokens: 1 };
  const events = [
    named({
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'up-1',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage,
      },
    }),
    named({ type: 'ping' }),
    ...blocks.flatMap(({ start, deltas }, index) =>
      [
        { type: 'content_block_start', index, content_block: start },
        ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ].map(named),
    ),
    named({
      type: 'message_delta',
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { output_tokens: 7 },
    }),
    named({ type: 'message_stop' }),
  ];
  return { name, events, finishAt: events.length - 2 };
}
const textBlock: Block = {
  start: { type: 'text', text: '' },
  deltas: WORDS.map((text) => ({ type: 'text_delta', text })),
};
const thinkingBlock: Block = {
  start: { type: 'thinking', thinking: '', signature: '' },
  deltas: [
    ...WORDS.map((thinking) => ({ type: 'thinking_delta', thinking })),
    { type: 'signature_delta', signature: 'c2ln' },
  ],
};
const toolBlock: Block = {
  start: { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
  deltas: ['', ...ARGUMENTS].map((partial_json) => ({ type: 'input_json_delta', partial_json })),
};

// ---- Gemini

function candidates(name: string, parts: readonly object[], finishReason: string): RecordedStream {
  const event = (content: readonly object[], last: object = {}): string =>
    crlf({
      candidates: [{ content: { role: 'model', parts: content }, index: 0, ...last }],
      usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18, cachedContentTokenCount: 4 },
      modelVersion: 'up-1',
      responseId: 'r1',
    });
  const events = [...parts.map((part) => event([part])), event([{ text: '' }], { finishReason })];
  return { name, events, finishAt: events.length - 1 };
}
const geminiText = WORDS.map((text) => ({ text }));
const geminiThought = WORDS.map((text) => ({ text, thought: true }));
const geminiCall = { functionCall: { name: 'f', args: { city: 'Paris', n: 150 } }, thoughtSignature: 'c2ln' };

export const RECORDED: Readonly<Record<ChatDialectName, readonly RecordedStream[]>> = {
  'openai-chat': [
    chat(
      'text',
      WORDS.map((content) => ({ content })),
      'stop',
    ),
    chat('tools', chatCall, 'tool_calls'),
    chat('thinking', [...WORDS.map((text) => ({ reasoning_content: text })), { content: 'Yes.' }], 'length'),
    chat(
      'refusal',
      WORDS.map((refusal) => ({ refusal })),
      'stop',
    ),
  ],
  'openai-responses': [
    responses('text', [messageItem], 'completed'),
    responses('tools', [callItem], 'completed'),
    responses('thinking', [reasoningItem, messageItem, callItem], 'completed'),
    responses('length', [messageItem], 'incomplete'),
  ],
  'anthropic-messages': [
    messages('text', [textBlock], 'end_turn'),
    messages('tools', [textBlock, toolBlock], 'tool_use'),
    messages('thinking', [thinkingBlock, textBlock], 'max_tokens'),
    messages(
      'redacted',
      [{ start: { type: 'redacted_thinking', data: 'b3BhcXVl' }, deltas: [] }, textBlock],
      'end_turn',
    ),
  ],
  gemini: [
    candidates('text', geminiText, 'STOP'),
    candidates('tools', [...geminiText, geminiCall], 'STOP'),
    candidates('thinking', [...geminiThought, ...geminiText], 'MAX_TOKENS'),
    candidates('blocked', geminiText, 'SAFETY'),
  ],
};
