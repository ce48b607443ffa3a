// Generators of neutral requests for the laws: conversations as clients hold them, with tool loops, media and settings.
import * as fc from 'fast-check';
import type { NeutralMessage, NeutralPart, NeutralRequest } from '../../src/dialect/neutral.ts';

export const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== '');
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);

/** JSON objects as models write them: any spelling of numbers, order of keys and white space, keys even twice. */
export const spelling = fc.letrec<{ value: string; object: string }>((tie) => ({
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

export const request: fc.Arbitrary<NeutralRequest> = fc
  .record({
    origin: fc.constantFrom<'openai-chat' | 'anthropic-messages' | 'openai-responses'>(
      'openai-chat',
      'anthropic-messages',
      'openai-responses',
    ),
    system: fc.array(
      words.map((text) => ({ type: 'text' as const, text })),
      { maxLength: 1 },
    ),
    messages: conversation,
    tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
    toolChoice: optional(
      fc.constantFrom({ type: 'auto' as const }, { type: 'any' as const }, { type: 'tool' as const, name: 'f' }),
    ),
    maxTokens: fc.integer({ min: 16, max: 100_000 }),
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

/** A schema that every provider can enforce. */
const STRICT = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
const schema = fc.constant({ type: 'schema' as const, name: 'output', schema: STRICT, strict: true });

/** The same, some with structured output. */
export const formatted: fc.Arbitrary<NeutralRequest> = fc
  .tuple(request, optional(schema))
  .map(([request, format]) => (format === undefined ? request : { ...request, format }));

/** Without undefined members, without -0 and without shared structure, as JSON would have it. */
export function strip(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
