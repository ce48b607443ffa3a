import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, ReplyContext } from './dialect.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import { BEGIN, ITEMS, numbered, REASONING, WHOLE } from './openai-responses-stream.fixture.ts';
import { Translation } from './translation.ts';

const CONTEXT: ReplyContext = {
  costUsd: () => null,
  includeUsage: true,
  createdAtSeconds: 1,
  origin: 'openai-responses',
};

/** What a client of the dialect gets of OpenAI's stream: its data, event by event. */
function cross(to: Dialect, stream: string): { events: JsonObject[]; pipe: Translation } {
  const pipe = new Translation(openaiResponses.createDecoder(), to.createEncoder(CONTEXT));
  const open = pipe.push(Buffer.from(stream)) ?? '';
  pipe.end();
  const data = [...`${open}${pipe.closing ?? ''}`.matchAll(/^data: (.*?)\r?$/gm)].map(([, json]) => json as string);
  return { events: data.filter((json) => json !== '[DONE]').map((json) => JSON.parse(json) as JsonObject), pipe };
}

/** The texts that are picked of each event, joined. */
const joined = (events: readonly JsonObject[], pick: (event: JsonObject) => unknown): string =>
  events
    .map(pick)
    .filter((text) => typeof text === 'string')
    .join('');

/** A member of the member `outer`, which may not be there. */
const inner =
  (outer: string, name: string) =>
  (event: JsonObject): unknown =>
    (event[outer] as JsonObject | undefined)?.[name];

describe('a stream of the responses API in front of another client', () => {
  test('is thinking, text and calls for a client of Anthropic', () => {
    const { events, pipe } = cross(anthropicMessages, numbered(WHOLE));
    const blocks = events
      .filter(({ type }) => type === 'content_block_start')
      .map(({ content_block }) => content_block);
    assert.deepEqual(
      (blocks as JsonObject[]).map(({ type, name }) => name ?? type),
      ['thinking', 'text', 'f', 'g'],
    );
    assert.equal(joined(events, inner('delta', 'thinking')), 'Hm, so.');
    const { state, facts } = pipe;
    assert.deepEqual([state, facts.finishReason, facts.usage?.reasoningTokens], ['finished', 'completed', 10]);
  });

  test('hands what OpenAI encrypted to a client of Anthropic so that it finds back to OpenAI, and there only', () => {
    const { events } = cross(anthropicMessages, numbered(WHOLE));
    const signature = joined(events, inner('delta', 'signature'));
    const content = [
      { type: 'thinking', thinking: 'Hm, so.', signature },
      { type: 'text', text: 'Hello' },
    ];
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content },
      { role: 'user', content: 'q' },
    ];
    const again = anthropicMessages.decodeRequest(Buffer.from(JSON.stringify({ model: 'm', max_tokens: 9, messages })));
    const written = openaiResponses.encodeRequest(again, { model: 'm', defaultMaxTokens: 9 });
    const { id: _, ...own } = REASONING;
    const { input } = JSON.parse(written.body) as { input: JsonObject[] };
    assert.deepEqual(input[1], own);
    const elsewhere = anthropicMessages.encodeRequest(again, { model: 'm', defaultMaxTokens: 9 });
    assert.ok(!elsewhere.body.includes('c2VjcmV0'));
  });

  test('is text, reasoning and calls for a client of chat completions', () => {
    const { events } = cross(openaiChat, numbered(WHOLE));
    const deltas = events.flatMap(({ choices }) => (choices as { delta: JsonObject }[]).map(({ delta }) => delta));
    assert.equal(
      joined(deltas, ({ content }) => content),
      'Hello',
    );
    assert.equal(
      joined(deltas, ({ reasoning_content }) => reasoning_content),
      'Hm, so.',
    );
    const calls = deltas.flatMap(({ tool_calls }) => (tool_calls ?? []) as JsonObject[]);
    const argumentsOf = (at: number): string =>
      joined(
        calls.filter(({ index }) => index === at),
        inner('function', 'arguments'),
      );
    assert.deepEqual([argumentsOf(0), argumentsOf(1)], ['{"x": 1.0}', '{}']);
    assert.ok(!JSON.stringify(events).includes('c2VjcmV0'), 'nobody else gets what OpenAI encrypted');
  });

  test('is parts for a client of Gemini, without what OpenAI encrypted', () => {
    const { events } = cross(gemini, numbered(WHOLE));
    const text = JSON.stringify(events);
    assert.ok(text.includes('"functionCall"') && text.includes('Hel') && !text.includes('c2VjcmV0'));
  });

  test('that breaks off finishes for none of them', () => {
    for (const dialect of [anthropicMessages, openaiChat, gemini, openaiResponses]) {
      const { pipe } = cross(dialect, numbered([...BEGIN, ...ITEMS]));
      assert.deepEqual([pipe.state, pipe.closing, pipe.facts.error], ['failed', null, null]);
    }
  });
});
