// Any conversation, written for any provider and read again: what does not arrive stands in the list of losses, and where the
// list is empty everything arrives. Tools, pictures, documents, thoughts of every maker and structured output.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { TierlineError } from '../../src/call/errors.ts';
import { anthropicMessages } from '../../src/dialect/anthropic-messages.ts';
import type { Dialect } from '../../src/dialect/dialect.ts';
import { gemini } from '../../src/dialect/gemini.ts';
import type { NeutralMessage, NeutralPart, NeutralRequest } from '../../src/dialect/neutral.ts';
import { openaiChat } from '../../src/dialect/openai-chat.ts';
import { openaiResponses } from '../../src/dialect/openai-responses.ts';
import { formatted, words } from './neutral-arbitrary.ts';

const RUNS = { numRuns: 400 };
const DIALECTS: readonly [Dialect, model: string][] = [
  [openaiChat, 'gpt-5.5'],
  [openaiResponses, 'gpt-5.5'],
  [anthropicMessages, 'claude-sonnet-4-6'],
  [gemini, 'gemini-3-pro'],
];
const makers = fc.constantFrom(...DIALECTS.map(([{ name }]) => name));

const thought: fc.Arbitrary<NeutralPart> = fc.oneof(
  fc
    .record({ text: words, signature: fc.option(fc.constant('c2ln'), { nil: undefined }), origin: makers })
    .map(({ text, signature, origin }) => ({
      type: 'thinking' as const,
      text,
      origin,
      ...(signature === undefined ? {} : { signature }),
    })),
  makers.map((origin) => ({ type: 'redacted_thinking' as const, data: 'b3BhcXVl', origin })),
);

/** They have a law of their own. */
const SETTINGS = ['temperature', 'topP', 'topK', 'stop', 'seed', 'presencePenalty'] as const;

/** A conversation in which some answers begin with thoughts, from a client of any dialect. */
const someRequest: fc.Arbitrary<NeutralRequest> = fc
  .record({ request: formatted, thoughts: fc.array(fc.option(thought), { maxLength: 5 }), origin: makers })
  .map(({ request, thoughts, origin }) => {
    let answer = 0;
    const messages = request.messages.map((message): NeutralMessage => {
      const first = message.role === 'assistant' ? (thoughts[answer++] ?? null) : null;
      return first === null ? message : { ...message, parts: [first, ...message.parts] };
    });
    const plain = { ...request, origin, messages, unknown: {} };
    for (const setting of SETTINGS) delete plain[setting];
    return plain;
  });

type Gather = (request: NeutralRequest) => unknown;

const partsOf = ({ messages }: NeutralRequest, type: NeutralPart['type']): NeutralPart[] =>
  messages.flatMap(({ parts }) => parts.filter((part) => part.type === type));
const textIn = (parts: readonly NeutralPart[]): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

/** What can be lost, how it is looked at, and the words that tell of it; what no words tell of must never be lost. */
const FACETS: readonly [what: string, gather: Gather, told: RegExp | null][] = [
  ['instructions', ({ system }) => textIn(system), null],
  ['what was said', ({ messages }) => messages.map(({ role, parts }) => [role, textIn(parts)]), null],
  [
    'calls',
    (request) => partsOf(request, 'tool_call').map((part) => part.type === 'tool_call' && [part.name, part.arguments]),
    /arguments/,
  ],
  [
    'results',
    (request) =>
      partsOf(request, 'tool_result').map(
        (part) => part.type === 'tool_result' && [textIn(part.content), part.isError],
      ),
    null,
  ],
  [
    'pictures',
    (request) =>
      partsOf(request, 'image').map((part) => part.type === 'image' && { ...part.source, mediaType: undefined }),
    /image/,
  ],
  [
    'documents',
    (request) => partsOf(request, 'document').map((part) => part.type === 'document' && part.source),
    /document/,
  ],
  ['tools', ({ tools }) => tools.map((tool) => tool.type === 'function' && [tool.name, tool.schema]), null],
  ['format', ({ format }) => (format?.type === 'schema' ? format.schema : (format?.type ?? 'text')), /format/],
];

/** Of thoughts only its own maker's arrive, and those as they were. */
function thoughtsFor(dialect: Dialect, { messages }: NeutralRequest): unknown[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part): unknown[] => {
      if (part.type === 'thinking' && part.origin === dialect.name) return [[part.text, part.signature ?? null]];
      return part.type === 'redacted_thinking' && part.origin === dialect.name ? [part.data] : [];
    }),
  );
}

function check(request: NeutralRequest, dialect: Dialect, model: string): 'whole' | 'told' | 'refused' {
  const target = { model, defaultMaxTokens: 4096, takesSampling: true, takesReasoning: true };
  let written: ReturnType<Dialect['encodeRequest']>;
  try {
    written = dialect.encodeRequest(request, target);
  } catch (error) {
    assert.ok(error instanceof TierlineError && error.code === 'unsupported', String(error));
    return 'refused';
  }
  const { body, losses } = written;
  const read = dialect.decodeRequest(Buffer.from(body));
  const isTold = (told: RegExp | null): boolean => told !== null && losses.some((loss) => told.test(loss));
  for (const [what, gather, told] of FACETS) {
    const [sent, arrived] = [gather(request), gather(read)];
    if (!isDeepStrictEqual(sent, arrived))
      assert.ok(isTold(told), `${what} for ${dialect.name}: ${JSON.stringify([sent, arrived, losses])}`);
  }
  const foreign = request.messages.flatMap(({ parts }) =>
    parts.filter(
      (part) => (part.type === 'thinking' || part.type === 'redacted_thinking') && part.origin !== dialect.name,
    ),
  );
  const [own, back] = [thoughtsFor(dialect, request), thoughtsFor(dialect, read)];
  if (foreign.length > 0 || !isDeepStrictEqual(own, back))
    assert.ok(isTold(/thinking/), `thoughts for ${dialect.name}: ${JSON.stringify([own, back, losses])}`);
  for (const one of back)
    assert.ok(
      own.some((known) => isDeepStrictEqual(known, one)),
      'no thought is made up',
    );
  return losses.length === 0 ? 'whole' : 'told';
}

for (const [dialect, model] of DIALECTS) {
  test(`what a conversation loses on its way to ${dialect.name} is on the list`, () => {
    const ends = { whole: 0, told: 0, refused: 0 };
    fc.assert(
      fc.property(someRequest, (request) => {
        ends[check(request, dialect, model)]++;
      }),
      RUNS,
    );
    assert.ok(ends.whole > 10 && ends.told > 10 && ends.refused < RUNS.numRuns / 2, JSON.stringify(ends));
  });
}
