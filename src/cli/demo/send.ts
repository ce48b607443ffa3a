// Sends one request of the workload to the gateway as an ordinary client would, in either dialect, streaming or not.
// It must use nothing but HTTP: the demo shows what clients get.
import { createParser } from 'eventsource-parser';
import { isObject, type Json, type JsonObject } from '../../call/json.ts';
import type { WorkloadItem } from '../../provider/simulated/workload.ts';

const MAX_TOKENS = 512;

export interface DemoTarget {
  /** Base address without `/v1`. */
  gatewayUrl: string;
  key: string;
}

export interface DemoShape {
  dialect: 'openai' | 'anthropic';
  stream: boolean;
}

/** What came back; `status` is 0 when no answer came at all. */
export interface DemoAnswer {
  status: number;
  text: string;
  /** Configured model that answered, from `x-tierline-model`. */
  model: string | null;
  attempts: number;
  /** US dollars, from the headers or, in streams, from `cost` inside usage. */
  costUsd: number | null;
  baselineUsd: number | null;
  /** Why there is no answer; null when there is one. */
  error: string | null;
}

function openAiBody({ messages, schema }: WorkloadItem, stream: boolean): JsonObject {
  const format = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } };
  return {
    model: 'auto',
    messages: [...messages],
    max_completion_tokens: MAX_TOKENS,
    ...(schema === undefined ? {} : { response_format: format }),
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  };
}

function anthropicBody({ messages, schema }: WorkloadItem, stream: boolean): JsonObject {
  const [system, user] = messages;
  return {
    model: 'auto',
    max_tokens: MAX_TOKENS,
    system: [{ type: 'text', text: system.content, cache_control: { type: 'ephemeral' } }],
    messages: [user],
    ...(schema === undefined ? {} : { output_config: { format: { type: 'json_schema', schema } } }),
    ...(stream ? { stream } : {}),
  };
}

function toRequest(item: WorkloadItem, { dialect, stream }: DemoShape, { gatewayUrl, key }: DemoTarget): Request {
  const isOpenAi = dialect === 'openai';
  const credentials = isOpenAi
    ? { authorization: `Bearer ${key}` }
    : { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
  return new Request(new URL(isOpenAi ? '/v1/chat/completions' : '/v1/messages', gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tierline-task': item.task, ...credentials },
    body: JSON.stringify(isOpenAi ? openAiBody(item, stream) : anthropicBody(item, stream)),
  });
}

function member(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let at = value;
  for (const step of path) {
    if (isObject(at)) at = at[step];
    else at = Array.isArray(at) && typeof step === 'number' ? at[step] : undefined;
  }
  return at;
}

const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const numberIn = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);

interface Content {
  text: string;
  costUsd: number | null;
}

/** Text and cost of a complete reply of either dialect. */
function readReply(body: JsonObject): Content {
  const blocks = Array.isArray(body.content) ? body.content : [];
  const text = [member(body, 'choices', 0, 'message', 'content'), ...blocks.map((block) => member(block, 'text'))];
  return { text: text.map(textIn).join(''), costUsd: numberIn(member(body, 'usage', 'cost')) };
}

/** Text and cost of a stream of either dialect. Throws when the stream reports an error or lacks its end. */
function readStream(source: string): Content {
  const content: Content = { text: '', costUsd: null };
  let isComplete = false;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') {
        isComplete = true;
        return;
      }
      const event = JSON.parse(data) as JsonObject;
      if (event.error !== undefined) throw new Error(textIn(member(event, 'error', 'message')));
      if (event.type === 'message_stop') isComplete = true;
      content.text += textIn(member(event, 'choices', 0, 'delta', 'content')) + textIn(member(event, 'delta', 'text'));
      content.costUsd = numberIn(member(event, 'usage', 'cost')) ?? content.costUsd;
    },
  });
  parser.feed(source);
  if (!isComplete) throw new Error('the stream ended before the answer was finished');
  return content;
}

function headerNumber(headers: Headers, name: string): number | null {
  const value = headers.get(name);
  return value === null ? null : Number(value);
}

async function receive(response: Response, stream: boolean): Promise<DemoAnswer> {
  const { status, headers } = response;
  const source = await response.text();
  const facts = {
    status,
    model: headers.get('x-tierline-model'),
    attempts: headerNumber(headers, 'x-tierline-attempts') ?? 1,
    costUsd: headerNumber(headers, 'x-tierline-cost-usd'),
    baselineUsd: headerNumber(headers, 'x-tierline-baseline-usd'),
  };
  if (!response.ok) return { ...facts, text: '', error: `HTTP ${status}: ${source.slice(0, 200)}` };
  const content = stream ? readStream(source) : readReply(JSON.parse(source) as JsonObject);
  return { ...facts, text: content.text, costUsd: facts.costUsd ?? content.costUsd, error: null };
}

/** Sends one item and reads the whole answer. Never rejects: a failure is an answer with `error`. */
export async function sendItem(item: WorkloadItem, shape: DemoShape, target: DemoTarget): Promise<DemoAnswer> {
  try {
    return await receive(await fetch(toRequest(item, shape, target)), shape.stream);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 0, text: '', model: null, attempts: 0, costUsd: null, baselineUsd: null, error: reason };
  }
}
