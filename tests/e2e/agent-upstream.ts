// What a provider says to a coding agent, turn by turn, in each of the three streams that agents end up at: Anthropic's
// messages, OpenAI's chat completions and OpenAI's responses. The agent's own shell tool is found among the tools it offers.
import type { Visit } from './scripted-upstream.ts';

/** One answer: thoughts that only its own provider can read again, words, a call of a tool. */
export interface Turn {
  thought?: string;
  text?: string;
  call?: { name: string; given: object };
}

type Stream = 'messages' | 'chat' | 'responses';
type Json = Record<string, unknown>;

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

function streamOf({ path }: Visit): Stream {
  if (path.includes('/messages')) return 'messages';
  return path.includes('/responses') ? 'responses' : 'chat';
}

/** Whether the agent has told the outcome of a call. */
export function hasResult({ body }: Visit): boolean {
  const blocks = listOf(body.messages).flatMap(({ role, content }) => [{ type: role }, ...listOf(content)]);
  return [...blocks, ...listOf(body.input)].some(({ type }) => /^tool$|tool_result|_output$/.test(String(type)));
}

/** How each agent calls its shell, by the name of the tool. */
const SHELLS: Record<string, (command: string) => object> = {
  Bash: (command) => ({ command, description: 'Writes a file' }),
  exec_command: (cmd) => ({ cmd }),
  shell_command: (command) => ({ command }),
};

/** The call that runs a command. Null when the request offers no shell: then it is one of an agent's small questions. */
export function shellCall({ body }: Visit, command: string): Turn['call'] | null {
  const names = listOf(body.tools).map((tool) => String(tool.name ?? (tool.function as Json | undefined)?.name));
  const name = names.find((known) => Object.hasOwn(SHELLS, known));
  return name === undefined ? null : { name, given: SHELLS[name]?.(command) ?? {} };
}

/** Streams the turn as the provider of this request would. */
export function say(visit: Visit, turn: Turn): void {
  const { response } = visit;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(STREAMS[streamOf(visit)](turn, visit.number));
}

const STREAMS: Record<Stream, (turn: Turn, number: number) => string> = { messages, chat, responses };

const event = (data: Json): string => `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;

function messages({ thought, text, call }: Turn, number: number): string {
  const signed = { type: 'signature_delta', signature: 'c2lnbmVkIGhlcmU=' };
  const blocks: [start: Json, ...deltas: Json[]][] = [];
  if (thought !== undefined)
    blocks.push([
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: thought },
      signed,
    ]);
  if (text !== undefined)
    blocks.push([
      { type: 'text', text: '' },
      { type: 'text_delta', text },
    ]);
  if (call !== undefined)
    blocks.push([
      { type: 'tool_use', id: `toolu_${number}`, name: call.name, input: {} },
      { type: 'input_json_delta', partial_json: JSON.stringify(call.given) },
    ]);
  const message = { id: `msg_${number}`, type: 'message', role: 'assistant', model: 'real-a', content: [] };
  const usage = { input_tokens: 100, output_tokens: 1 };
  return [
    event({ type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null, usage } }),
    ...blocks.flatMap(([start, ...deltas], index) => [
      event({ type: 'content_block_start', index, content_block: start }),
      ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
      event({ type: 'content_block_stop', index }),
    ]),
    event({
      type: 'message_delta',
      delta: { stop_reason: call === undefined ? 'end_turn' : 'tool_use', stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    event({ type: 'message_stop' }),
  ].join('');
}

function chat({ text, call }: Turn, number: number): string {
  const head = { id: `chatcmpl-${number}`, object: 'chat.completion.chunk', created: 1_700_000_000, model: 'real-o' };
  const chunk = (delta: Json, finish_reason: string | null = null): Json => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const called = { name: call?.name, arguments: JSON.stringify(call?.given) };
  const chunks = [
    chunk({ role: 'assistant', content: text ?? null }),
    ...(call === undefined
      ? []
      : [chunk({ tool_calls: [{ index: 0, id: `call_${number}`, type: 'function', function: called }] })]),
    chunk({}, call === undefined ? 'stop' : 'tool_calls'),
    { ...head, choices: [], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } },
  ];
  return `${chunks.map((data) => `data: ${JSON.stringify(data)}\n\n`).join('')}data: [DONE]\n\n`;
}

/** The items of an answer of the responses API, as they are when they are done. */
function itemsOf({ thought, text, call }: Turn, number: number): Json[] {
  const items: Json[] = [];
  if (thought !== undefined) {
    const summary = [{ type: 'summary_text', text: thought }];
    items.push({ type: 'reasoning', id: `rs_${number}`, summary, encrypted_content: 'c2VhbGVk' });
  }
  if (text !== undefined) {
    const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
    items.push({ type: 'message', id: `msg_${number}`, status: 'completed', role: 'assistant', content });
  }
  if (call !== undefined) {
    const called = { call_id: `call_${number}`, name: call.name, arguments: JSON.stringify(call.given) };
    items.push({ type: 'function_call', id: `fc_${number}`, status: 'completed', ...called });
  }
  return items;
}

function responses(turn: Turn, number: number): string {
  const head = { id: `resp_${number}`, object: 'response', created_at: 1_700_000_000, model: 'real-o', error: null };
  const output = itemsOf(turn, number);
  const details = { input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 5 } };
  const usage = { input_tokens: 100, output_tokens: 20, total_tokens: 120, ...details };
  const events: Json[] = [{ type: 'response.created', response: { ...head, status: 'in_progress', output: [] } }];
  for (const [output_index, item] of output.entries()) {
    const at = { item_id: item.id, output_index };
    events.push({ type: 'response.output_item.added', output_index, item: opened(item) });
    if (item.type === 'message') {
      const part = { type: 'output_text', text: turn.text, annotations: [], logprobs: [] };
      const place = { ...at, content_index: 0 };
      events.push({ type: 'response.content_part.added', ...place, part: { ...part, text: '' } });
      events.push({ type: 'response.output_text.delta', ...place, delta: turn.text, logprobs: [] });
      events.push({ type: 'response.output_text.done', ...place, text: turn.text, logprobs: [] });
      events.push({ type: 'response.content_part.done', ...place, part });
    } else if (item.type === 'function_call') {
      events.push({ type: 'response.function_call_arguments.delta', ...at, delta: item.arguments });
      events.push({ type: 'response.function_call_arguments.done', ...at, arguments: item.arguments });
    }
    events.push({ type: 'response.output_item.done', output_index, item });
  }
  events.push({ type: 'response.completed', response: { ...head, status: 'completed', output, usage } });
  return events.map((data, sequence_number) => event({ ...data, sequence_number })).join('');
}

/** An item that has only begun. */
function opened(item: Json): Json {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  if (item.type === 'function_call') return { ...item, status: 'in_progress', arguments: '' };
  return { ...item, summary: [] };
}
