// Laws of the dialects: what is written is read again as the same, except for what the list of losses names; what a
// model wrote as tool arguments is never respelt; how a stream is cut makes no difference.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { anthropicMessages } from '../../src/dialect/anthropic-messages.ts';
import type { Dialect, EncodedRequest, ReplyContext } from '../../src/dialect/dialect.ts';
import type { NeutralEvent, NeutralMessage, NeutralPart, NeutralRequest } from '../../src/dialect/neutral.ts';
import { openaiChat } from '../../src/dialect/openai-chat.ts';

const DIALECTS = [openaiChat, anthropicMessages];
const TARGET = { model: 'claude-sonnet-4-6', defaultMaxTokens: 4096, takesSampling: true };
const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1 };

const write = (dialect: Dialect, request: NeutralRequest): EncodedRequest => dialect.encodeRequest(request, TARGET);
const read = (dialect: Dialect, { body }: EncodedRequest): NeutralRequest => dialect.decodeRequest(Buffer.from(body));

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== '');
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);

/** JSON objects as models write them: any spelling of numbers, order of keys and white space, keys even twice. */
const spelling = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('12345678901234567890', '1.0', '1e400', '-0', '0.10', '1E+2', 'null', 'true', '""', '[ ]', '{ }'),
    fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(' ,\n')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.oneof(name, fc.constant('__proto__')), tie('value'), fc.constantFrom('', ' ', '\n\t')), {
      maxLength: 4,
    })
    .map((members) => `{${members.map(([key, value, gap]) => `${gap}"${key}"${gap}:${gap}${value}`).join(',')}}`),
})).object;

const media: fc.Arbitrary<NeutralPart> = fc.constantFrom<NeutralPart>(
  { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } },
  { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
  { type: 'document', source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' }, filename: 'a.pdf' },
);

const userTurn: fc.Arbitrary<NeutralMessage[]> = fc
  .tuple(words, fc.array(media, { maxLength: 2 }))
  .map(([text, parts]) => [{ role: 'user', parts: [{ type: 'text', text }, ...parts] }]);

/** Calls, all their results in one turn, and what the user adds. */
const toolTurn: fc.Arbitrary<NeutralMessage[]> = fc
  .tuple(fc.option(words), fc.array(fc.tuple(name, spelling, words), { minLength: 1, maxLength: 3 }), fc.nat(1_000_000))
  .map(([text, calls, seed]) => [
    {
      role: 'assistant',
      parts: [
        ...(text === null ? [] : [{ type: 'text' as const, text }]),
        ...calls.map(([name, json], index) => ({
          type: 'tool_call' as const,
          id: `call_${seed}_${index}`,
          name,
          arguments: json,
        })),
      ],
    },
    {
      role: 'user',
      parts: calls.map(([name, , result], index) => ({
        type: 'tool_result' as const,
        callId: `call_${seed}_${index}`,
        name,
        content: [{ type: 'text' as const, text: result }],
        isError: false,
      })),
    },
  ]);

const textTurn: fc.Arbitrary<NeutralMessage[]> = words.map((text) => [
  { role: 'assistant', parts: [{ type: 'text', text }] },
]);

const conversation: fc.Arbitrary<NeutralMessage[]> = fc
  .tuple(
    userTurn,
    fc.array(
      fc.oneof(
        toolTurn,
        fc.tuple(textTurn, userTurn).map((turns) => turns.flat()),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([first, turns]) => distinctIds([...first, ...turns.flat()]));

/** Call ids are unique in a conversation, whatever the generator drew. */
function distinctIds(messages: NeutralMessage[]): NeutralMessage[] {
  return messages.map((message, at) => ({
    ...message,
    parts: message.parts.map((part) => {
      if (part.type === 'tool_call') return { ...part, id: `${part.id}_${at}` };
      return part.type === 'tool_result' ? { ...part, callId: `${part.callId}_${at - 1}` } : part;
    }),
  }));
}

const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
const unit = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);

const tool = fc.record({ name, description: words }).map(({ name, description }) => ({
  type: 'function' as const,
  name,
  description,
  schema: { type: 'object', properties: { a: { type: 'string' } } },
}));

const request: fc.Arbitrary<NeutralRequest> = fc
  .record({
    origin: fc.constantFrom<'openai-chat' | 'anthropic-messages'>('openai-chat', 'anthropic-messages'),
    system: fc.array(
      words.map((text) => ({ type: 'text' as const, text })),
      { maxLength: 1 },
    ),
    messages: conversation,
    tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
    toolChoice: optional(
      fc.constantFrom({ type: 'auto' as const }, { type: 'any' as const }, { type: 'tool' as const, name: 'f' }),
    ),
    maxTokens: fc.integer({ min: 1, max: 100_000 }),
    temperature: optional(fc.oneof(unit, fc.constant(1.5))),
    topP: optional(unit),
    topK: optional(fc.integer({ min: 1, max: 50 })),
    stop: optional(fc.array(words, { minLength: 1, maxLength: 6 })),
    seed: optional(fc.nat()),
    presencePenalty: optional(fc.constantFrom(-0.5, 0.5)),
    n: fc.constant(1),
    user: optional(name),
    stream: fc.boolean(),
    unknown: fc.dictionary(
      fc.constantFrom('x_one', 'x_two', '__proto__'),
      fc.jsonValue().filter((value) => value !== null),
      {
        maxKeys: 2,
      },
    ),
  })
  .map((fields) => strip({ ...fields, includeUsage: true }) as NeutralRequest);

/** Without undefined members, without -0 and without shared structure, as JSON would have it. */
function strip(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Neutral names of settings, and the word that a loss of each begins with. */
const SETTINGS: [keyof NeutralRequest, string][] = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
  ['stop', 'stop sequences'],
  ['seed', 'seed'],
  ['presencePenalty', 'presence_penalty'],
];

describe('a request', () => {
  test('written and read in its own dialect is the same, and nothing is lost', () => {
    fc.assert(
      fc.property(request, (drawn) => {
        for (const dialect of DIALECTS) {
          const lacking = dialect === anthropicMessages ? { seed: undefined, presencePenalty: undefined } : {};
          const own = strip({ ...drawn, origin: dialect.name, ...lacking }) as NeutralRequest;
          const written = write(dialect, own);
          assert.deepEqual(written.losses, []);
          assert.deepEqual(strip({ ...read(dialect, written), includeUsage: true }), own);
        }
      }),
    );
  });

  test('written in another dialect keeps its conversation, tools and limits', () => {
    fc.assert(
      fc.property(request, (drawn) => {
        const foreign = DIALECTS.find((dialect) => dialect.name !== drawn.origin) as Dialect;
        const again = strip(read(foreign, write(foreign, drawn))) as NeutralRequest;
        for (const key of ['system', 'messages', 'tools', 'toolChoice', 'maxTokens', 'user', 'stream'] as const) {
          assert.deepEqual(again[key], drawn[key], key);
        }
      }),
    );
  });

  test('written in another dialect has every setting, or a loss that names it', () => {
    fc.assert(
      fc.property(request, (drawn) => {
        const foreign = DIALECTS.find((dialect) => dialect.name !== drawn.origin) as Dialect;
        const written = write(foreign, drawn);
        const again = read(foreign, written);
        for (const [key, word] of SETTINGS) {
          const isKept = JSON.stringify(again[key]) === JSON.stringify(drawn[key]);
          const isTold = written.losses.some((loss) => loss.startsWith(word));
          const isNeutral = key === 'topP' && drawn.topP === 1;
          assert.ok(isKept !== isTold || isNeutral, `${key}: ${written.losses.join('; ')}`);
        }
        for (const key of Object.keys(drawn.unknown)) assert.ok(written.losses.includes(key), key);
        assert.deepEqual(again.unknown, {});
      }),
    );
  });

  test('carries tool arguments byte for byte, through both dialects and back', () => {
    fc.assert(
      fc.property(spelling, (json) => {
        const parts: NeutralPart[] = [{ type: 'tool_call', id: 'a', name: 'f', arguments: json }];
        const messages: NeutralMessage[] = [
          { role: 'user', parts: [{ type: 'text', text: 'x' }] },
          { role: 'assistant', parts },
        ];
        let carried = { ...(EMPTY as NeutralRequest), messages };
        for (const dialect of [anthropicMessages, openaiChat, openaiChat, anthropicMessages]) {
          const written = write(dialect, carried);
          assert.deepEqual(written.losses, []);
          carried = read(dialect, written);
        }
        assert.deepEqual(carried.messages, messages);
      }),
    );
  });
});

const EMPTY: Partial<NeutralRequest> = {
  origin: 'openai-chat',
  system: [],
  tools: [],
  maxTokens: 9,
  n: 1,
  stream: false,
  includeUsage: true,
  unknown: {},
};

describe('a reply', () => {
  test('carries text and tool arguments byte for byte through both dialects', () => {
    fc.assert(
      fc.property(words, fc.array(spelling, { maxLength: 3 }), (text, calls) => {
        const parts: NeutralPart[] = [
          { type: 'text', text },
          ...calls.map((json, index) => ({ type: 'tool_call' as const, id: `c${index}`, name: 'f', arguments: json })),
        ];
        const finish = { reason: 'tool_calls' as const, raw: 'x' };
        let carried = { id: 'r', model: 'm', choices: [{ index: 0, parts, finish }], usage: null } as ReturnType<
          Dialect['decodeReply']
        >;
        for (const dialect of [openaiChat, anthropicMessages, anthropicMessages, openaiChat]) {
          carried = dialect.decodeReply(Buffer.from(dialect.encodeReply(carried, CONTEXT)));
        }
        assert.deepEqual(carried.choices[0]?.parts, parts);
      }),
    );
  });
});

/** The text cut into pieces at the given places. */
function cut(text: string, places: number[]): string[] {
  const at = [0, ...places.map((place) => place % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}

function through(dialect: Dialect, events: NeutralEvent[]): NeutralEvent[] {
  const encoder = dialect.createEncoder(CONTEXT);
  const decoder = dialect.createDecoder();
  const text = events.map((event) => encoder.push(event)).join('');
  return [...text.matchAll(/(?:event: (\w+)\n)?data: ([^\n]*)\n\n/g)].flatMap((match) =>
    decoder.push({ event: match[1] ?? '', data: match[2] as string }),
  );
}

describe('a stream', () => {
  test('however it is cut, gives the same text, reasoning and arguments through both dialects', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 6 });
    fc.assert(
      fc.property(words, words, spelling, cuts, (text, thought, json, places) => {
        // Half of a surrogate pair cannot travel alone; providers cut between characters.
        fc.pre(
          [...cut(text, places), ...cut(thought, places), ...cut(json, places)].every((piece) => piece.isWellFormed()),
        );
        const events: NeutralEvent[] = [
          { type: 'start', id: 'r', model: 'm' },
          ...cut(thought, places).map((piece) => ({ type: 'thinking' as const, choice: 0, text: piece })),
          ...cut(text, places).map((piece) => ({ type: 'text' as const, choice: 0, text: piece })),
          { type: 'tool_start', choice: 0, tool: 0, id: 'a', name: 'f' },
          ...cut(json, places).map((piece) => ({ type: 'tool_arguments' as const, choice: 0, tool: 0, json: piece })),
          { type: 'part_end', choice: 0 },
          { type: 'finish', choice: 0, finish: { reason: 'tool_calls', raw: 'x' } },
          { type: 'end' },
        ];
        for (const path of [DIALECTS, DIALECTS.toReversed()]) {
          const arrived = path.reduce((carried, dialect) => through(dialect, carried), events);
          const join = (pick: (event: NeutralEvent) => string): string => arrived.map(pick).join('');
          assert.equal(
            join((event) => (event.type === 'text' ? event.text : '')),
            text,
          );
          assert.equal(
            join((event) => (event.type === 'thinking' ? event.text : '')),
            thought,
          );
          assert.equal(
            join((event) => (event.type === 'tool_arguments' ? event.json : '')),
            json,
          );
          assert.equal(arrived.filter((event) => event.type === 'finish').length, 1);
          assert.equal(arrived.at(-1)?.type, 'end');
        }
      }),
    );
  });
});
