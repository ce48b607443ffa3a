// Carries every feature from every dialect to every other, whole and streamed, and says what became of it. The page
// docs/dialects.md is what this finds; a difference that nobody tells of is an error here, never a cell.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { TierlineError } from '../../src/call/errors.ts';
import type { Dialect, ReplyContext } from '../../src/dialect/dialect.ts';
import type {
  NeutralEvent,
  NeutralMessage,
  NeutralPart,
  NeutralReply,
  NeutralRequest,
} from '../../src/dialect/neutral.ts';
import { Translation } from '../../src/dialect/translation.ts';
import { secondTurn } from './echo.ts';
import { FEATURES, type Feature, replyOf, requestOf } from './features.ts';
import { type ChatDialectName, DIALECT_NAMES, DIALECTS, type Played, play } from './played-call.ts';

/** `-`: the client's dialect has no word for it. */
export type Cell = { kind: 'passes' } | { kind: '-' } | { kind: 'otherwise' | 'lossy' | 'refused'; what: string };

export interface Row {
  feature: string;
  /** By dialect of the provider. */
  cells: Readonly<Record<ChatDialectName, Cell>>;
}

export interface Table {
  from: ChatDialectName;
  rows: readonly Row[];
}

const TARGET = { model: 'm', defaultMaxTokens: 4096, takesSampling: true, takesReasoning: true };
const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1_800_000_000 };

export async function carryAll(): Promise<Table[]> {
  const tables: Table[] = [];
  for (const from of DIALECT_NAMES) {
    const rows: Row[] = [];
    for (const feature of FEATURES) {
      const cells = {} as Record<ChatDialectName, Cell>;
      for (const to of DIALECT_NAMES) cells[to] = await carryBoth(feature, from, to);
      rows.push({ feature: feature.name, cells });
    }
    rows.push({ feature: 'thoughts given back', cells: await giveBack(from) });
    tables.push({ from, rows });
  }
  return tables;
}

/** Streamed or not makes no difference to what can be said: that it does not is part of what is found out here. */
export async function carryBoth(feature: Feature, from: ChatDialectName, to: ChatDialectName): Promise<Cell> {
  const [whole, streamed] = [
    await carry(feature, { from, to, stream: false }),
    await carry(feature, { from, to, stream: true }),
  ];
  assert.deepEqual(streamed, whole, `${feature.name}, ${from} to ${to}: streamed and whole differ`);
  return whole;
}

interface Crossing {
  from: ChatDialectName;
  to: ChatDialectName;
  stream: boolean;
}

async function carry(feature: Feature, crossing: Crossing): Promise<Cell> {
  const { from, to, stream } = crossing;
  const where = `${feature.name}, ${from} to ${to}${stream ? ', streamed' : ''}`;
  const asked = sayable(feature, from, stream);
  if (asked === null) return { kind: '-' };
  const reply = replyOf(feature, to);
  const answer = {
    pieces: [Buffer.from(stream ? streamOf(DIALECTS[to], reply) : DIALECTS[to].encodeReply(reply, CONTEXT))],
  };
  const played = await play({ from, to, body: asked.body, stream, answer });
  const [row] = played.rows;
  if (played.sent === null) return { kind: 'refused', what: row?.errorCode ?? '' };
  assert.equal(played.status, 200, `${where}: ${played.text}`);
  const losses = row?.losses ?? [];
  if (losses.length > 0) return { kind: 'lossy', what: losses.join('; ') };
  const arrived = DIALECTS[to].decodeRequest(Buffer.from(played.sent));
  const sent = feature.sent ?? (() => null);
  if (!isDeepStrictEqual(sent(arrived), sent(asked.request))) {
    const what = feature.otherwise?.(played.sent, to) ?? null;
    if (what !== null) return { kind: 'otherwise', what };
    assert.deepEqual(sent(arrived), sent(asked.request), `${where}: not sent, and not told`);
  }
  return answered(feature, crossing, { played, reply, where });
}

function answered(
  feature: Feature,
  { from, to, stream }: Crossing,
  { played, reply, where }: { played: Played; reply: NeutralReply; where: string },
): Cell {
  if (feature.got === undefined) return { kind: 'passes' };
  const own = DIALECTS[to].decodeReply(Buffer.from(DIALECTS[to].encodeReply(reply, CONTEXT)));
  const heard = stream ? gather(DIALECTS[from], played.text) : DIALECTS[from].decodeReply(Buffer.from(played.text));
  assert.deepEqual(feature.got(heard), feature.got(own), `${where}: not answered as it was`);
  return { kind: 'passes' };
}

/** The request in the client's words; null when they have none for what is asked. */
function sayable(
  feature: Feature,
  from: ChatDialectName,
  stream: boolean,
): { body: string; request: NeutralRequest } | null {
  const request = requestOf(feature, from, stream);
  try {
    const { body, losses } = DIALECTS[from].encodeRequest(request, TARGET);
    if (losses.length > 0) return null;
    const read = DIALECTS[from].decodeRequest(Buffer.from(body));
    const sent = feature.sent ?? (() => null);
    return JSON.stringify(sent(read)) === JSON.stringify(sent(request)) ? { body, request: read } : null;
  } catch (error) {
    if (error instanceof TierlineError) return null;
    throw error;
  }
}

const THOUGHTS = FEATURES.find(({ name }) => name === 'thoughts in the answer') as Feature;

/** Signed thoughts have to come back to the provider that made them as they were, when the client sends them along. */
async function giveBack(from: ChatDialectName): Promise<Record<ChatDialectName, Cell>> {
  const cells = {} as Record<ChatDialectName, Cell>;
  for (const to of DIALECT_NAMES) {
    const [whole, streamed] = [
      await giveBackTo({ from, to, stream: false }),
      await giveBackTo({ from, to, stream: true }),
    ];
    assert.deepEqual(streamed, whole, `thoughts given back, ${from} to ${to}: streamed and whole differ`);
    cells[to] = whole;
  }
  return cells;
}

async function giveBackTo({ from, to, stream }: Crossing): Promise<Cell> {
  const reply = replyOf(THOUGHTS, to);
  const pieces = [Buffer.from(stream ? streamOf(DIALECTS[to], reply) : DIALECTS[to].encodeReply(reply, CONTEXT))];
  const ask = (body: string): Promise<Played> => play({ from, to, body, stream, answer: { pieces } });
  const { body } = DIALECTS[from].encodeRequest(requestOf(THOUGHTS, from, stream), TARGET);
  const first = await ask(body);
  const second = await ask(secondTurn(from, body, first.text));
  const losses = second.rows[0]?.losses ?? [];
  if (losses.length > 0) return { kind: 'lossy', what: losses.join('; ') };
  const back = signedIn(DIALECTS[to].decodeRequest(Buffer.from(second.sent ?? '')).messages);
  const own = DIALECTS[to].decodeReply(Buffer.from(DIALECTS[to].encodeReply(reply, CONTEXT)));
  const made = signedIn([{ role: 'assistant', parts: own.choices[0]?.parts ?? [] }]);
  if (isDeepStrictEqual(back, made)) return { kind: 'passes' };
  return { kind: 'otherwise', what: `sent back as ${JSON.stringify(back)} of ${JSON.stringify(made)}` };
}

/** The thoughts, in however many parts they came, and what signs them. */
function signedIn(messages: readonly NeutralMessage[]): unknown {
  const thoughts = messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'thinking'));
  return [thoughts.map(({ text }) => text).join(''), thoughts.map(({ signature = '' }) => signature).join('')];
}

/** The reply as the provider would stream it, each part in two pieces. */
function streamOf(dialect: Dialect, reply: NeutralReply): string {
  const encoder = dialect.createEncoder({ ...CONTEXT, origin: dialect.name });
  return eventsOf(reply)
    .map((event) => encoder.push(event))
    .join('');
}

function eventsOf({ id, model, choices, usage }: NeutralReply): NeutralEvent[] {
  const events: NeutralEvent[] = [{ type: 'start', id, model }];
  for (const { index: choice, parts, finish } of choices) {
    let tool = 0;
    for (const part of parts) {
      events.push(...partEvents(part, choice, tool), { type: 'part_end', choice });
      if (part.type === 'tool_call') tool++;
    }
    if (usage !== null) events.push({ type: 'usage', usage });
    events.push({ type: 'finish', choice, finish });
  }
  return [...events, { type: 'end' }];
}

function partEvents(part: NeutralPart, choice: number, tool: number): NeutralEvent[] {
  const halves = (words: string): string[] => [words.slice(0, 3), words.slice(3)].filter((half) => half !== '');
  switch (part.type) {
    case 'text':
    case 'refusal':
      return halves(part.text).map((words) => ({ type: part.type, choice, text: words }));
    case 'thinking':
      return [
        ...halves(part.text).map((words): NeutralEvent => ({ type: 'thinking', choice, text: words })),
        ...(part.signature === undefined
          ? []
          : [{ type: 'thinking_signature' as const, choice, signature: part.signature }]),
      ];
    case 'tool_call':
      return [
        { type: 'tool_start', choice, tool, id: part.id, name: part.name },
        ...halves(part.arguments).map((json): NeutralEvent => ({ type: 'tool_arguments', choice, tool, json })),
      ];
    default:
      throw new TypeError(`no answer here has a part ${part.type}`);
  }
}

/** The reply that a client puts together from a stream of its dialect. */
function gather(dialect: Dialect, stream: string): NeutralReply {
  const events: NeutralEvent[] = [];
  const decoder = dialect.createDecoder();
  const hear = (event: NeutralEvent): string => {
    events.push(event);
    return '';
  };
  const reader = new Translation(decoder, { push: hear });
  reader.push(Buffer.from(stream));
  reader.end();
  const parts: NeutralPart[] = [];
  const calls = new Map<number, Extract<NeutralPart, { type: 'tool_call' }>>();
  let finish: NeutralReply['choices'][number]['finish'] = { reason: 'unknown', raw: '' };
  let usage: NeutralReply['usage'] = null;
  for (const event of events) {
    if (event.type === 'text' || event.type === 'refusal') parts.push({ type: event.type, text: event.text });
    else if (event.type === 'thinking') parts.push({ type: 'thinking', text: event.text, origin: dialect.name });
    else if (event.type === 'tool_start') {
      const call = { type: 'tool_call' as const, id: event.id, name: event.name, arguments: '' };
      calls.set(event.tool, call);
      parts.push(call);
    } else if (event.type === 'tool_arguments')
      (calls.get(event.tool) as { arguments: string }).arguments += event.json;
    else if (event.type === 'usage') usage = event.usage;
    else if (event.type === 'finish') finish = event.finish;
  }
  return { id: '', model: '', choices: [{ index: 0, parts, finish }], usage };
}
