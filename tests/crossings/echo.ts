// The client's side of a second turn: the answer it got, put together as clients do and sent along as it was. Nothing here goes
// through the dialects' own readers, whose reading of answers is what is being tested.
import type { JsonObject } from '../../src/call/json.ts';
import type { ChatDialectName } from './played-call.ts';

/** The body of the first request with its answer and another question behind it. */
export function secondTurn(from: ChatDialectName, first: string, answer: string): string {
  const body = JSON.parse(first) as Record<string, JsonObject[]>;
  const isStream = !answer.trimStart().startsWith('{');
  const events = isStream ? eventsIn(answer) : [];
  const whole = isStream ? {} : (JSON.parse(answer) as JsonObject);
  const { list, turn, question } = CLIENTS[from];
  body[list] = [...(body[list] ?? []), ...turn(whole, events), question];
  return JSON.stringify(body);
}

interface Client {
  list: 'messages' | 'input' | 'contents';
  /** The turn of the assistant, from a whole answer or from the events of a stream. */
  turn: (whole: JsonObject, events: readonly JsonObject[]) => JsonObject[];
  question: JsonObject;
}

const AGAIN = 'And again?';

/** The members that matter, read without looking twice: a test fails when they are not there. */
interface Wire {
  choices: { message: JsonObject; delta: Record<string, string> }[];
  response: { output: JsonObject[] };
  output: JsonObject[];
  candidates: { content: { parts: JsonObject[] } }[];
  content: JsonObject[];
  content_block: Record<string, string>;
  delta: Record<string, string>;
  type: string;
}
const wire = (json: JsonObject | undefined): Wire => json as unknown as Wire;

const CLIENTS: Readonly<Record<ChatDialectName, Client>> = {
  'openai-chat': {
    list: 'messages',
    turn: (whole, events) => {
      if (events.length === 0) return [wire(whole).choices[0]?.message as JsonObject];
      const message: Record<string, string> = { role: 'assistant' };
      for (const event of events)
        for (const [key, piece] of Object.entries(wire(event).choices[0]?.delta ?? {}))
          if (key !== 'role' && typeof piece === 'string') message[key] = (message[key] ?? '') + piece;
      return [message];
    },
    question: { role: 'user', content: AGAIN },
  },
  'openai-responses': {
    list: 'input',
    turn: (whole, events) => (events.length === 0 ? wire(whole).output : wire(events.at(-1)).response.output),
    question: { role: 'user', content: AGAIN },
  },
  'anthropic-messages': {
    list: 'messages',
    turn: (whole, events) => {
      const content = events.length === 0 ? wire(whole).content : blocksOf(events);
      return [{ role: 'assistant', content }];
    },
    question: { role: 'user', content: AGAIN },
  },
  gemini: {
    list: 'contents',
    turn: (whole, events) => {
      const answers = events.length === 0 ? [whole] : events;
      const parts = answers.flatMap((one) => wire(one).candidates[0]?.content.parts ?? []);
      return [{ role: 'model', parts }];
    },
    question: { role: 'user', parts: [{ text: AGAIN }] },
  },
};

function blocksOf(events: readonly JsonObject[]): JsonObject[] {
  const blocks: Record<string, string>[] = [];
  for (const event of events) {
    const { type, content_block, delta } = wire(event);
    if (type === 'content_block_start') blocks.push({ ...content_block });
    const block = blocks.at(-1);
    if (type !== 'content_block_delta' || block === undefined) continue;
    for (const key of ['text', 'thinking', 'signature']) if (key in delta) block[key] = (block[key] ?? '') + delta[key];
  }
  return blocks;
}

function eventsIn(stream: string): JsonObject[] {
  return stream
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as JsonObject);
}
