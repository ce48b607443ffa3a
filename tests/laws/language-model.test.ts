// A router as a model of the AI SDK, and a model of the AI SDK as an upstream, are two directions of one mapping: what goes
// out through the one comes back through the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { NeutralEvent, NeutralPart, NeutralRequest } from '../../src/dialect/neutral.ts';
import { readSdkCall } from '../../src/library/language-model-request.ts';
import type { SdkCall } from '../../src/library/language-model-spec.ts';
import { SdkStreamWriter } from '../../src/library/language-model-stream.ts';
import { toSdkCall } from '../../src/provider/ai-sdk-prompt.ts';
import { SdkStreamReader } from '../../src/provider/ai-sdk-stream.ts';
import { request as anyRequest, spelling, strip, words } from './neutral-arbitrary.ts';

/** What the specification has no word for, and how it spells what it has. */
function asSpoken(request: NeutralRequest): unknown {
  const { origin: _, unknown: __, user: ___, ...rest } = request;
  const part = (one: NeutralPart): NeutralPart =>
    one.type === 'tool_call' ? { ...one, arguments: plain(one.arguments) } : one;
  return strip({ ...rest, messages: rest.messages.map((message) => ({ ...message, parts: message.parts.map(part) })) });
}

/** Calls are objects there, so their numbers and key order are those of JSON.parse. */
function plain(json: string): string {
  return JSON.stringify(JSON.parse(json));
}

for (const version of ['v3', 'v4']) {
  test(`a request keeps everything on its way through the specification ${version} and back`, () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { options } = toSdkCall(request, version);
        const { call, losses } = readSdkCall(options as unknown as SdkCall, { model: 'm', stream: request.stream });
        assert.deepEqual(losses, []);
        assert.deepEqual(asSpoken(call.request), asSpoken(request));
      }),
    );
  });
}

type Said = { kind: 'text' | 'thinking'; pieces: string[] } | { kind: 'call'; name: string; json: string };

const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('text' as const, 'thinking' as const),
    pieces: fc.array(words, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('call' as const), name: fc.constantFrom('f', 'g'), json: spelling }),
);

function toEvents(parts: Said[]): NeutralEvent[] {
  let tool = 0;
  const events = parts.flatMap((part, at): NeutralEvent[] => {
    if (part.kind !== 'call') {
      const deltas = part.pieces.map((text) => ({ type: part.kind, choice: 0, text }));
      return [...deltas, { type: 'part_end', choice: 0 }];
    }
    const call = { choice: 0, tool: tool++ };
    return [
      { type: 'tool_start', ...call, id: `c${at}`, name: part.name },
      { type: 'tool_arguments', ...call, json: part.json },
      { type: 'part_end', choice: 0 },
    ];
  });
  return [{ type: 'start', id: 'r', model: 'm' }, ...events];
}

test('a stream keeps its events on its way through the specification and back', () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 6 }), (parts) => {
      const events = toEvents(parts);
      const writer = new SdkStreamWriter();
      const reader = new SdkStreamReader('m');
      const back = events.flatMap((event) =>
        writer.write(event).flatMap((part) => reader.read(part as unknown as Parameters<typeof reader.read>[0])),
      );
      assert.deepEqual(back, events);
    }),
  );
});
