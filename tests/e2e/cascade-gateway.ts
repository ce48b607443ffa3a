// A gateway with cascades in front of the scripted upstream: for each dialect a cheap model that speaks it, and a strong
// one that speaks the other. And the SDKs as clients, with the bytes they were sent.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.ts';
import { beginStream, ending, opening, type Script, token, type Visit, type WireName } from './scripted-upstream.ts';
import type { Scope } from './support.ts';

export const WIRES: readonly WireName[] = ['openai', 'anthropic'];

/** Client and cheap model: the same dialect, and crossing. The strong model always speaks the other one. */
export const SETUPS = WIRES.flatMap((wire) =>
  WIRES.map((cheap) => ({ wire, cheap, name: `${wire} client, ${cheap} to ${other(cheap)}` })),
);

const CHEAP = { price: { input: 1, output: 2 } };
const STRONG = { price: { input: 10, output: 20 } };
/** Digits are not in good answers. */
const accept = [{ pattern: '^[A-Za-z ]+$' }];

export function other(wire: WireName): WireName {
  return wire === 'openai' ? 'anthropic' : 'openai';
}

const WARM_UP = 'warm up';

export async function startCascades(scope: Scope): Promise<ScriptedGateway> {
  const tasksOf = (cheap: WireName): [string, object][] => {
    const cascade = [`cheap-${cheap}`, `strong-${other(cheap)}`];
    const judge = { judge: { model: 'judge', rubric: 'Polite.', min: 0.5 } };
    const tasks: Record<string, object> = {
      hold: { accept, route: { cascade, attempt_timeout: '500ms' } },
      patient: { accept, route: { cascade } },
      early: { accept, route: { cascade, stream: 'early' } },
      first: { accept, route: { cascade, stream: { first_tokens: 2 } } },
      strict: { accept, route: { cascade, otherwise: 'error' } },
      tools: { accept: [{ tool_calls: 'valid' }], route: { cascade } },
      judged: { accept: [judge], route: { cascade, otherwise: 'error' } },
      hedged: { accept, route: { cascade, hedge: { below: '99%', after: '60ms' } } },
    };
    return Object.entries(tasks).map(([name, task]) => [`${name}-${cheap}`, task]);
  };
  const started = await startScriptedGateway(scope, {
    models: {
      'cheap-openai': { use: 'up-openai/cheap', ...CHEAP },
      'cheap-anthropic': { use: 'up-anthropic/cheap', ...CHEAP },
      'strong-openai': { use: 'up-openai/strong', ...STRONG },
      'strong-anthropic': { use: 'up-anthropic/strong', ...STRONG },
      judge: { use: 'up-openai/judge', ...CHEAP },
    },
    default: 'cheap-openai',
    baseline: 'strong-openai',
    tasks: Object.fromEntries(WIRES.flatMap(tasksOf)),
    timeouts: { first_byte: '1s', idle: '800ms', total: '4s', keep_alive: '100ms' },
    retries: { max_attempts: 1 },
  });
  // The first call of a process is slow, and signs of life would come where a test wants none.
  started.upstream.on(WARM_UP, strong);
  for (const { wire, cheap } of SETUPS) {
    await askSdk(started.gateway.url, { wire, text: WARM_UP, stream: true, task: `strict-${cheap}` });
  }
  return started;
}

export const isCheap = ({ body }: Visit): boolean => body.model === 'cheap';

/** Sends text, a piece at a time. */
export async function write(visit: Visit, ...pieces: string[]): Promise<void> {
  beginStream(visit);
  visit.response.write(opening(visit.wire));
  for (const piece of pieces) {
    visit.response.write(token(visit.wire, piece));
    await sleep(20);
  }
}

/** The whole answer of the strong model. */
export const strong: Script = async (visit) => {
  await write(visit, 'Strong', ' answer');
  visit.response.end(ending(visit.wire));
};

/** The cheap model does this, any other model gives the strong answer. */
export function cheaply(script: Script): Script {
  return (visit) => (isCheap(visit) ? script(visit) : strong(visit));
}

export interface Seen {
  text: string;
  /** Tool calls, with their arguments as text. */
  calls: { name: string; given: string }[];
  /** Every name by which the answer called its model. */
  models: string[];
  finish: string | null;
  /** `cost` in usage, in nano-dollars. */
  costNanoUsd: number | null;
  /** What the SDK threw. */
  error: (Error & { status?: number; code?: string | null }) | null;
  /** The bytes of every answer. */
  raw: string;
  /** Headers of the last answer. */
  headers: Headers;
  requests: number;
}

export interface Question {
  wire: WireName;
  task: string;
  text: string;
  stream?: boolean;
  hasTools?: boolean;
}

/** Asks through the SDK of the dialect, which may try again as it likes. */
export async function askSdk(gatewayUrl: string, question: Question): Promise<Seen> {
  const seen: Seen = {
    text: '',
    calls: [],
    models: [],
    finish: null,
    costNanoUsd: null,
    error: null,
    raw: '',
    headers: new Headers(),
    requests: 0,
  };
  const captured: Promise<void>[] = [];
  const fetchAndKeep = async (...args: Parameters<typeof fetch>): Promise<Response> => {
    const response = await fetch(...args);
    seen.requests++;
    seen.headers = response.headers;
    assert.ok(response.body);
    const [one, two] = response.body.tee();
    captured.push(keep(two, (text) => (seen.raw += text)));
    return new Response(one, { status: response.status, headers: response.headers });
  };
  try {
    await (question.wire === 'openai' ? askOpenai : askAnthropic)(gatewayUrl, question, { seen, fetchAndKeep });
  } catch (error) {
    seen.error = error as Error;
  }
  await Promise.all(captured);
  return seen;
}

/** Reads to the end, or until the SDK has had enough. */
async function keep(body: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const bytes of body) take(decoder.decode(bytes, { stream: true }));
  } catch {
    // It leaves a stream in which it has read an error.
  }
}

type Capture = { seen: Seen; fetchAndKeep: typeof fetch };

const PARAMETERS = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

const toNano = (usage: unknown): number | null => {
  const cost = (usage as { cost?: number } | null | undefined)?.cost;
  return cost === undefined ? null : Math.round(cost * 1e9);
};

async function askOpenai(url: string, question: Question, { seen, fetchAndKeep }: Capture): Promise<void> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unused', fetch: fetchAndKeep });
  const body = {
    model: `auto/${question.task}`,
    messages: [{ role: 'user' as const, content: question.text }],
    ...(question.hasTools === true
      ? { tools: [{ type: 'function' as const, function: { name: 'look', parameters: PARAMETERS } }] }
      : {}),
  };
  if (question.stream === false) {
    const reply = await client.chat.completions.create(body);
    const [choice] = reply.choices;
    Object.assign(seen, { text: choice?.message.content ?? '', models: [reply.model], finish: choice?.finish_reason });
    seen.costNanoUsd = toNano(reply.usage);
    return;
  }
  const stream = await client.chat.completions.create({
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const { choices, model, usage } of stream) {
    if (!seen.models.includes(model)) seen.models.push(model);
    const [choice] = choices;
    seen.text += choice?.delta.content ?? '';
    for (const { function: call } of choice?.delta.tool_calls ?? []) {
      if (call?.name !== undefined) seen.calls.push({ name: call.name, given: '' });
      const last = seen.calls.at(-1);
      if (last !== undefined) last.given += call?.arguments ?? '';
    }
    seen.finish = choice?.finish_reason ?? seen.finish;
    seen.costNanoUsd = toNano(usage) ?? seen.costNanoUsd;
  }
}

async function askAnthropic(url: string, question: Question, { seen, fetchAndKeep }: Capture): Promise<void> {
  const client = new Anthropic({ baseURL: url, apiKey: 'unused', fetch: fetchAndKeep });
  const body = {
    model: `auto/${question.task}`,
    max_tokens: 100,
    messages: [{ role: 'user' as const, content: question.text }],
    ...(question.hasTools === true ? { tools: [{ name: 'look', input_schema: PARAMETERS }] } : {}),
  };
  let message: Anthropic.Message;
  if (question.stream === false) {
    message = await client.messages.create(body);
    seen.costNanoUsd = toNano(message.usage);
  } else {
    const stream = client.messages.stream(body);
    // The SDK's own sum of the stream leaves out what it does not know.
    stream.on('streamEvent', (event) => {
      if (event.type === 'message_delta') seen.costNanoUsd = toNano(event.usage);
    });
    message = await stream.finalMessage();
  }
  for (const block of message.content) {
    if (block.type === 'text') seen.text += block.text;
    if (block.type === 'tool_use') seen.calls.push({ name: block.name, given: JSON.stringify(block.input) });
  }
  Object.assign(seen, { models: [message.model], finish: message.stop_reason });
}
