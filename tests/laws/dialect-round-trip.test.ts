// Laws of the dialects: what is written is read again as the same, except for what the list of losses names; what a
// model wrote as tool arguments is never respelt; how a stream is cut makes no difference.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { anthropicMessages } from '../../src/dialect/anthropic-messages.ts';
import type { Dialect, EncodedRequest, ReplyContext } from '../../src/dialect/dialect.ts';
import type { NeutralEvent, NeutralMessage, NeutralPart, NeutralRequest } from '../../src/dialect/neutral.ts';
import { openaiChat } from '../../src/dialect/openai-chat.ts';
import { openaiResponses } from '../../src/dialect/openai-responses.ts';
import { formatted, spelling, strip, words } from './neutral-arbitrary.ts';

const DIALECTS = [openaiChat, anthropicMessages, openaiResponses];
/** What a dialect has no member for. */
const LACKING: Partial<Record<string, Partial<NeutralRequest>>> = {
  'anthropic-messages': { seed: undefined, presencePenalty: undefined },
  'openai-responses': { seed: undefined, presencePenalty: undefined, stop: undefined, topK: undefined },
};
const TARGET = { model: 'claude-sonnet-4-6', defaultMaxTokens: 4096, takesSampling: true };
const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1 };

const write = (dialect: Dialect, request: NeutralRequest): EncodedRequest => dialect.encodeRequest(request, TARGET);
const others = ({ origin }: NeutralRequest): Dialect[] => DIALECTS.filter(({ name }) => name !== origin);
const read = (dialect: Dialect, { body }: EncodedRequest): NeutralRequest => dialect.decodeRequest(Buffer.from(body));

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
      fc.property(formatted, (drawn) => {
        for (const dialect of DIALECTS) {
          const own = strip({ ...drawn, origin: dialect.name, ...LACKING[dialect.name] }) as NeutralRequest;
          const written = write(dialect, own);
          assert.deepEqual(written.losses, []);
          assert.deepEqual(strip({ ...read(dialect, written), includeUsage: true }), own);
        }
      }),
    );
  });

  test('written in another dialect keeps its conversation, tools, limits and format', () => {
    fc.assert(
      fc.property(formatted, (drawn) => {
        for (const foreign of others(drawn)) {
          const again = strip(read(foreign, write(foreign, drawn))) as NeutralRequest;
          for (const key of ['system', 'messages', 'toolChoice', 'maxTokens', 'user', 'format', 'stream'] as const) {
            assert.deepEqual(again[key], drawn[key], `${foreign.name}: ${key}`);
          }
          // In a response a tool is strict unless it says otherwise.
          const strict = foreign === openaiResponses ? { strict: false } : {};
          assert.deepEqual(
            again.tools,
            drawn.tools.map((tool) => ({ ...tool, ...strict })),
          );
        }
      }),
    );
  });

  test('written in another dialect has every setting, or a loss that names it', () => {
    fc.assert(
      fc.property(formatted, (drawn) => {
        for (const foreign of others(drawn)) {
          const written = write(foreign, drawn);
          const again = read(foreign, written);
          for (const [key, word] of SETTINGS) {
            const isKept = JSON.stringify(again[key]) === JSON.stringify(drawn[key]);
            const isTold = written.losses.some((loss) => loss.startsWith(word));
            const isNeutral = key === 'topP' && drawn.topP === 1;
            assert.ok(isKept !== isTold || isNeutral, `${foreign.name}, ${key}: ${written.losses.join('; ')}`);
          }
          for (const key of Object.keys(drawn.unknown)) assert.ok(written.losses.includes(key), key);
          assert.deepEqual(again.unknown, foreign === openaiResponses ? { store: false } : {});
        }
      }),
    );
  });

  test('carries tool arguments byte for byte, through all dialects and back', () => {
    fc.assert(
      fc.property(spelling, (json) => {
        const parts: NeutralPart[] = [{ type: 'tool_call', id: 'a', name: 'f', arguments: json }];
        const messages: NeutralMessage[] = [
          { role: 'user', parts: [{ type: 'text', text: 'x' }] },
          { role: 'assistant', parts },
        ];
        let carried = { ...(EMPTY as NeutralRequest), messages };
        for (const dialect of [
          anthropicMessages,
          openaiResponses,
          openaiChat,
          openaiChat,
          openaiResponses,
          anthropicMessages,
        ]) {
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
  maxTokens: 99,
  n: 1,
  stream: false,
  includeUsage: true,
  unknown: {},
};

describe('a reply', () => {
  test('carries text and tool arguments byte for byte through all dialects', () => {
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
        for (const dialect of [
          openaiChat,
          openaiResponses,
          anthropicMessages,
          anthropicMessages,
          openaiResponses,
          openaiChat,
        ]) {
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
  test('however it is cut, gives the same text, reasoning and arguments through all dialects', () => {
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
