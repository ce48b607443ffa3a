import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ToldEvent } from '../dialect/neutral-wire.ts';
import type { SdkStreamPart } from './language-model-spec.ts';
import { SdkStreamWriter } from './language-model-stream.ts';

function play(events: ToldEvent[]): { parts: SdkStreamPart[]; writer: SdkStreamWriter } {
  const writer = new SdkStreamWriter();
  return { parts: events.flatMap((event) => writer.write(event)), writer };
}

/** The parts of one stream, the kinds alone where nothing else is asked for. */
const kinds = (events: ToldEvent[]): string[] => play(events).parts.map(({ type }) => type);

describe('parts', () => {
  test('are begun, continued and ended, each with an id of its own', () => {
    const { parts, writer } = play([
      { type: 'start', id: 'r', model: 'm' },
      { type: 'thinking', choice: 0, text: 'h' },
      { type: 'thinking', choice: 0, text: 'm' },
      { type: 'text', choice: 0, text: 'a' },
      { type: 'text', choice: 0, text: 'b' },
      { type: 'part_end', choice: 0 },
      { type: 'text', choice: 0, text: 'c' },
      { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'end_turn' } },
      { type: 'end' },
    ]);
    const [start, ...rest] = parts;
    assert.ok(start?.type === 'response-metadata');
    assert.deepEqual([start.id, start.modelId, start.timestamp instanceof Date], ['r', 'm', true]);
    assert.deepEqual(rest, [
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'h' },
      { type: 'reasoning-delta', id: '0', delta: 'm' },
      { type: 'reasoning-end', id: '0' },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'a' },
      { type: 'text-delta', id: '1', delta: 'b' },
      { type: 'text-end', id: '1' },
      { type: 'text-start', id: '2' },
      { type: 'text-delta', id: '2', delta: 'c' },
      { type: 'text-end', id: '2' },
    ]);
    assert.deepEqual(writer.finish, { reason: 'stop', raw: 'end_turn' });
  });

  test('of nothing are not begun', () => {
    assert.deepEqual(
      kinds([{ type: 'text', choice: 0, text: '' }, { type: 'ping' }, { type: 'part_end', choice: 0 }]),
      [],
    );
  });

  test('of other choices than the first are passed over', () => {
    assert.deepEqual(
      kinds([
        { type: 'text', choice: 1, text: 'x' },
        { type: 'finish', choice: 1, finish: { reason: 'stop', raw: 's' } },
      ]),
      [],
    );
  });

  test('of a refusal are text', () => {
    assert.deepEqual(kinds([{ type: 'refusal', choice: 0, text: 'no' }]), ['text-start', 'text-delta']);
  });
});

describe('calls', () => {
  test('stream their input and are told whole at their end, byte for byte', () => {
    const { parts } = play([
      { type: 'tool_start', choice: 0, tool: 0, id: 'c', name: 't' },
      { type: 'tool_arguments', choice: 0, tool: 0, json: '{"n":1.0' },
      { type: 'tool_arguments', choice: 0, tool: 0, json: '}' },
      { type: 'tool_start', choice: 0, tool: 1, id: 'd', name: 'u' },
      { type: 'finish', choice: 0, finish: { reason: 'tool_calls', raw: 'tool_calls' } },
    ]);
    assert.deepEqual(parts, [
      { type: 'tool-input-start', id: 'c', toolName: 't' },
      { type: 'tool-input-delta', id: 'c', delta: '{"n":1.0' },
      { type: 'tool-input-delta', id: 'c', delta: '}' },
      { type: 'tool-input-end', id: 'c' },
      { type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{"n":1.0}' },
      { type: 'tool-input-start', id: 'd', toolName: 'u' },
      { type: 'tool-input-end', id: 'd' },
      { type: 'tool-call', toolCallId: 'd', toolName: 'u', input: '{}' },
    ]);
  });

  test('that break off are ended and not told as calls', () => {
    const { writer } = play([
      { type: 'tool_start', choice: 0, tool: 0, id: 'c', name: 't' },
      { type: 'tool_arguments', choice: 0, tool: 0, json: '{"n":' },
    ]);
    assert.deepEqual(writer.breakOff(), [{ type: 'tool-input-end', id: 'c' }]);
    assert.deepEqual(writer.breakOff(), []);
    assert.equal(writer.finish, null);
  });
});

describe('signatures', () => {
  test('come in pieces and are told with who made them at the end of the thought', () => {
    const { parts } = play([
      { type: 'thinking', choice: 0, text: 'hm' },
      { type: 'thinking_signature', choice: 0, signature: 'a', origin: 'anthropic-messages' },
      { type: 'thinking_signature', choice: 0, signature: 'b', origin: 'anthropic-messages' },
      { type: 'part_end', choice: 0 },
    ]);
    assert.deepEqual(parts.at(-1), {
      type: 'reasoning-end',
      id: '0',
      providerMetadata: { tierline: { origin: 'anthropic-messages', signature: 'ab' } },
    });
  });

  test('without a thought, and hidden thoughts, are thoughts without text', () => {
    const { parts } = play([
      { type: 'thinking_signature', choice: 0, signature: 's' },
      { type: 'redacted_thinking', choice: 0, data: 'd', origin: 'anthropic-messages' },
    ]);
    assert.deepEqual(parts, [
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-end', id: '0', providerMetadata: { tierline: { origin: 'neutral', signature: 's' } } },
      { type: 'reasoning-start', id: '1' },
      { type: 'reasoning-delta', id: '1', delta: '' },
      {
        type: 'reasoning-end',
        id: '1',
        providerMetadata: { tierline: { origin: 'anthropic-messages', redactedData: 'd' } },
      },
    ]);
  });
});

test('logprobs are gathered over the whole answer', () => {
  const { writer } = play([
    { type: 'logprobs', choice: 0, json: { content: [{ logprob: -1 }] } },
    { type: 'logprobs', choice: 0, json: null },
    { type: 'logprobs', choice: 0, json: { content: [{ logprob: -2 }] } },
  ]);
  assert.deepEqual(writer.logprobs, [{ logprob: -1 }, { logprob: -2 }]);
});
