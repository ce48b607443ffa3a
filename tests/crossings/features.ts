// What a request can ask and an answer can bring, each said once in the neutral form, with what has to arrive of it. The table
// of crossings is made of these: every one of them is carried from every dialect to every other.
import type { JsonObject } from '../../src/call/json.ts';
import { toUsage } from '../../src/call/usage.ts';
import type { NeutralFinish, NeutralPart, NeutralReply, NeutralRequest } from '../../src/dialect/neutral.ts';
import type { ChatDialectName } from './played-call.ts';

export interface Feature {
  name: string;
  /** What the request has besides a question. */
  asks?: (from: ChatDialectName) => Partial<NeutralRequest>;
  /** What has to arrive at the provider as it was sent. */
  sent?: (request: NeutralRequest) => unknown;
  /** How it arrives where the provider has no word of its own for it; null when it does not. `sent` is the body. */
  otherwise?: (sent: string, to: ChatDialectName) => string | null;
  /** What the provider answers. */
  answers?: (to: ChatDialectName) => Partial<NeutralReply>;
  /** What has to arrive at the client as it was answered. */
  got?: (reply: NeutralReply) => unknown;
}

const text = (words: string): NeutralPart => ({ type: 'text', text: words });
const user = (...parts: NeutralPart[]): NeutralRequest['messages'] => [{ role: 'user', parts }];
const QUESTION = user(text('What is it?'));
const SCHEMA: JsonObject = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const TOOL: NeutralRequest['tools'][number] = { type: 'function', name: 'f', description: 'Finds it.', schema: SCHEMA };
const call = (id: string): NeutralPart => ({ type: 'tool_call', id, name: 'f', arguments: '{"city":"Paris"}' });
const result = (callId: string, ...content: NeutralPart[]): NeutralPart => ({
  type: 'tool_result',
  callId,
  name: 'f',
  content,
  isError: false,
});
const PNG: NeutralPart = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } };
const PDF: NeutralPart = {
  type: 'document',
  source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' },
  filename: 'a.pdf',
};

const STOP: NeutralFinish = { reason: 'stop', raw: 'stop' };
const answer = (parts: NeutralPart[], finish: NeutralFinish = STOP): Partial<NeutralReply> => ({
  choices: [{ index: 0, parts, finish }],
});
const partsOf = ({ choices }: NeutralReply): NeutralPart[] => choices[0]?.parts ?? [];
const textOf = (reply: NeutralReply): string =>
  partsOf(reply)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('');
const callsOf = (reply: NeutralReply): unknown =>
  partsOf(reply).flatMap((part) => (part.type === 'tool_call' ? [[part.name, part.arguments]] : []));
/** Messages without what every writer may fill in on its own. */
const said = ({ messages }: NeutralRequest): unknown =>
  messages.map(({ role, parts }) => [
    role,
    parts.map(({ ...part }) => ({ ...part, extra: undefined, name: undefined })),
  ]);
const idsOf = ({ messages }: NeutralRequest): unknown =>
  messages.flatMap(({ parts }) =>
    parts.flatMap((part) =>
      part.type === 'tool_call'
        ? [['call', part.name, part.arguments]]
        : part.type === 'tool_result'
          ? [['result', part.content]]
          : [],
    ),
  );
/** Whether a schema binds a model is each provider's own default. */
const toolsOf = ({ tools }: NeutralRequest): unknown => tools.map((tool) => ({ ...tool, strict: undefined }));
const kinds = (type: NeutralPart['type']) => (request: NeutralRequest) =>
  request.messages.flatMap(({ parts }) => parts.filter((part) => part.type === type));

export const FEATURES: readonly Feature[] = [
  {
    name: 'text',
    sent: said,
    answers: () => answer([text('It is 42.')]),
    got: (reply) => [textOf(reply), reply.choices[0]?.finish.reason],
  },
  { name: 'instructions', asks: () => ({ system: [text('Be brief.')] }), sent: ({ system }) => system },
  {
    name: 'conversation',
    asks: () => ({
      messages: [...QUESTION, { role: 'assistant', parts: [text('This.')] }, ...user(text('And that?'))],
    }),
    sent: said,
  },
  {
    name: 'tools',
    asks: () => ({
      tools: [TOOL],
      messages: [...QUESTION, { role: 'assistant', parts: [call('call_1')] }, ...user(result('call_1', text('21')))],
    }),
    sent: (request) => [toolsOf(request), idsOf(request)],
    answers: () => answer([call('call_2')], { reason: 'tool_calls', raw: 'tool_calls' }),
    got: (reply) => [callsOf(reply), reply.choices[0]?.finish.reason],
  },
  {
    name: 'parallel tool calls',
    asks: () => ({
      tools: [TOOL],
      messages: [
        ...QUESTION,
        { role: 'assistant', parts: [call('call_1'), call('call_2')] },
        ...user(result('call_1', text('21')), result('call_2', text('22'))),
      ],
    }),
    sent: idsOf,
    answers: () => answer([text('Both.'), call('call_3'), call('call_4')], { reason: 'tool_calls', raw: 'tool_calls' }),
    got: (reply) => [textOf(reply), callsOf(reply)],
  },
  {
    name: 'one tool call at most',
    asks: () => ({ tools: [TOOL], parallelToolCalls: false }),
    sent: ({ parallelToolCalls }) => parallelToolCalls,
  },
  {
    name: 'tool choice: any',
    asks: () => ({ tools: [TOOL], toolChoice: { type: 'any' } }),
    sent: ({ toolChoice }) => toolChoice,
  },
  {
    name: 'tool choice: by name',
    asks: () => ({ tools: [TOOL], toolChoice: { type: 'tool', name: 'f' } }),
    sent: ({ toolChoice }) => toolChoice,
  },
  {
    name: 'tool choice: none',
    asks: () => ({ tools: [TOOL], toolChoice: { type: 'none' } }),
    sent: ({ toolChoice }) => toolChoice,
  },
  {
    name: 'failed tool call',
    asks: () => ({
      tools: [TOOL],
      messages: [
        ...QUESTION,
        { role: 'assistant', parts: [call('call_1')] },
        ...user({ type: 'tool_result', callId: 'call_1', name: 'f', content: [text('no')], isError: true }),
      ],
    }),
    sent: ({ messages }) =>
      messages.flatMap(({ parts }) => parts.map((part) => part.type === 'tool_result' && part.isError)),
    otherwise: (sent) => (sent.includes('"Error: no"') ? 'in words' : null),
  },
  {
    name: 'image in a tool result',
    asks: () => ({
      tools: [TOOL],
      messages: [...QUESTION, { role: 'assistant', parts: [call('call_1')] }, ...user(result('call_1', PNG))],
    }),
    sent: (request) => JSON.stringify(request.messages).includes('"AAAA"'),
  },
  {
    name: "provider's own tool",
    asks: (from) => ({ tools: [TOOL, ownTool(from)] }),
    sent: ({ tools }) => tools.length,
  },
  {
    name: 'structured output',
    asks: () => ({ format: { type: 'schema', name: 'answer', schema: SCHEMA, strict: true } }),
    sent: ({ format }) => (format?.type === 'schema' ? format.schema : format),
  },
  { name: 'JSON mode', asks: () => ({ format: { type: 'json' } }), sent: ({ format }) => format },
  { name: 'image', asks: () => ({ messages: user(text('What is it?'), PNG) }), sent: kinds('image') },
  {
    name: 'image by URL',
    asks: () => ({
      messages: user(text('What is it?'), { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } }),
    }),
    sent: (request) =>
      kinds('image')(request).map((part) => part.type === 'image' && part.source.kind === 'url' && part.source.url),
  },
  {
    name: 'document',
    asks: () => ({ messages: user(text('What is it?'), PDF) }),
    sent: (request) => kinds('document')(request).map((part) => part.type === 'document' && part.source),
  },
  {
    name: 'audio',
    asks: () => ({ messages: user(text('What is it?'), { type: 'audio', data: 'UklGRg==', format: 'wav' }) }),
    sent: kinds('audio'),
  },
  {
    name: 'thinking: effort',
    asks: () => ({ reasoning: { type: 'effort', effort: 'low' } }),
    sent: ({ reasoning }) => reasoning !== undefined && reasoning.type !== 'off',
  },
  {
    name: 'thinking: budget',
    asks: () => ({ reasoning: { type: 'budget', tokens: 2048 }, maxTokens: 8000 }),
    sent: ({ reasoning }) => reasoning !== undefined && reasoning.type !== 'off',
  },
  {
    name: 'thoughts in the answer',
    answers: (to) =>
      answer([{ type: 'thinking', text: 'Let me see.', signature: 'c2ln', origin: to }, text('It is 42.')]),
    got: (reply) =>
      partsOf(reply)
        .map((part) => (part.type === 'thinking' ? part.text : ''))
        .join(''),
  },
  { name: 'max tokens', asks: () => ({ maxTokens: 77 }), sent: ({ maxTokens }) => maxTokens },
  { name: 'stop sequences', asks: () => ({ stop: ['END', 'FIN'] }), sent: ({ stop }) => stop },
  { name: 'temperature, top_p', asks: () => ({ temperature: 0.3, topP: 0.9 }), sent: (r) => [r.temperature, r.topP] },
  { name: 'top_k', asks: () => ({ topK: 5 }), sent: ({ topK }) => topK },
  { name: 'seed', asks: () => ({ seed: 7 }), sent: ({ seed }) => seed },
  {
    name: 'penalties',
    asks: () => ({ presencePenalty: 0.5, frequencyPenalty: 0.25 }),
    sent: (r) => [r.presencePenalty, r.frequencyPenalty],
  },
  {
    name: 'log probabilities',
    asks: () => ({ logprobs: { top: 2 } }),
    sent: ({ logprobs }) => logprobs,
  },
  { name: 'several choices', asks: () => ({ n: 2 }), sent: ({ n }) => n },
  { name: 'end user', asks: () => ({ user: 'user-1' }), sent: (r) => r.user },
  {
    name: 'cache mark',
    asks: () => ({ messages: user({ type: 'text', text: 'What is it?', cache: { ttl: '5m' } }) }),
    sent: ({ messages }) => messages[0]?.parts.map((part) => ('cache' in part ? part.cache : null)),
    otherwise: (_, to) => (to === 'anthropic-messages' ? null : 'the provider caches on its own'),
  },
  {
    name: 'refusal',
    answers: () => answer([{ type: 'refusal', text: 'I will not.' }], { reason: 'refusal', raw: 'refusal' }),
    got: (reply) =>
      partsOf(reply)
        .map((part) => (part.type === 'refusal' || part.type === 'text' ? part.text : ''))
        .join(''),
  },
  {
    name: 'cut off at the limit',
    answers: () => answer([text('It is')], { reason: 'length', raw: 'length' }),
    got: ({ choices }) => choices[0]?.finish.reason,
  },
  {
    name: 'usage: cached and thought',
    answers: () => ({
      ...answer([text('It is 42.')]),
      usage: toUsage({ inputTokens: 7, cacheReadTokens: 4, outputTokens: 9, reasoningTokens: 2 }),
    }),
    got: ({ usage }) => [usage?.inputTokens, usage?.cacheReadTokens, usage?.outputTokens, usage?.reasoningTokens],
  },
];

function ownTool(from: ChatDialectName): NeutralRequest['tools'][number] {
  const own: Record<ChatDialectName, JsonObject> = {
    'openai-chat': { type: 'custom', custom: { name: 'grep' } },
    'openai-responses': { type: 'web_search' },
    'anthropic-messages': { type: 'web_search_20250305', name: 'web_search' },
    gemini: { googleSearch: {} },
  };
  return { type: 'unknown', origin: from, json: own[from] };
}

/** The request that asks for a feature in a client's dialect. */
export function requestOf(feature: Feature, from: ChatDialectName, stream: boolean): NeutralRequest {
  return {
    origin: from,
    system: [],
    messages: QUESTION,
    tools: [],
    n: 1,
    stream,
    includeUsage: true,
    unknown: {},
    ...(from === 'anthropic-messages' ? { maxTokens: 1000 } : {}),
    ...feature.asks?.(from),
  };
}

/** The answer that a provider gives in its dialect. */
export function replyOf(feature: Feature, to: ChatDialectName): NeutralReply {
  return {
    id: 'r1',
    model: 'up-1',
    ...(answer([text('It is 42.')]) as Pick<NeutralReply, 'choices'>),
    usage: toUsage({ inputTokens: 11, outputTokens: 7 }),
    ...feature.answers?.(to),
  };
}
