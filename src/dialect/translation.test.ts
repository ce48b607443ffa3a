import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { NO_USAGE, toUsage } from '../call/usage.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { ReplyContext, SseEvent, StreamDecoder, StreamEncoder } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';
import { Translation } from './translation.ts';

/** Each event's data is a list of neutral events in JSON. */
const decoder: StreamDecoder = { push: ({ data }: SseEvent) => JSON.parse(data) as NeutralEvent[] };
const wire = (...events: NeutralEvent[]): string => `data: ${JSON.stringify(events)}\n\n`;

/** Writes the type of each event, and the words of text. */
function naming(): StreamEncoder {
  return { push: (event) => (event.type === 'text' ? `${event.text} ` : `<${event.type}>`) };
}
const START: NeutralEvent = { type: 'start', id: 'x', model: 'sim-1' };
const word = (text: string): NeutralEvent => ({ type: 'text', choice: 0, text });
const FINISH: NeutralEvent = { type: 'finish', choice: 0, finish: { reason: 'length', raw: 'max_tokens' } };
const USAGE: NeutralEvent = { type: 'usage', usage: toUsage({ inputTokens: 3, outputTokens: 2 }) };
const END: NeutralEvent = { type: 'end' };

function run(chunks: string[]): { pipe: Translation; sent: string } {
  const pipe = new Translation(decoder, naming());
  const sent = chunks.map((chunk) => pipe.push(Buffer.from(chunk)) ?? '').join('');
  pipe.end();
  return { pipe, sent };
}

describe('a stream with a finish', () => {
  test('is finished by the end mark, with the encoder asked for its own end', () => {
    const { pipe, sent } = run([wire(START), wire(word('Hel')), wire(word('lo'), FINISH), wire(USAGE), wire(END)]);
    assert.equal(pipe.state, 'finished');
    assert.equal(sent + pipe.closing, '<start>Hel lo <finish><usage><end>');
    assert.equal(pipe.closing, '<end>');
  });

  test('is finished by its mere end too', () => {
    const { pipe, sent } = run([wire(START, word('a')), wire(FINISH)]);
    assert.equal(pipe.state, 'finished');
    assert.deepEqual([sent, pipe.closing], ['<start>a <finish>', '<end>']);
  });

  test('holds back what comes in the same chunk as the end until the row is written', () => {
    const { pipe, sent } = run([wire(START, word('a')) + wire(FINISH, USAGE, END)]);
    assert.equal(sent, '');
    assert.equal(pipe.closing, '<start>a <finish><usage><end>');
  });

  test('loses nothing when the blank line after the last event is missing', () => {
    const { pipe, sent } = run([wire(START, word('a')), wire(word('b'), FINISH, END).trimEnd()]);
    assert.equal(pipe.state, 'finished');
    assert.equal(sent + pipe.closing, '<start>a b <finish><end>');
  });

  test('takes nothing in after its end', () => {
    const { pipe, sent } = run([wire(START, FINISH), wire(END), wire(word('late')), wire(END)]);
    assert.equal(sent + pipe.closing, '<start><finish><end>');
  });
});

describe('a stream without a finish', () => {
  test('fails at its end mark, and the encoder is never asked to end', () => {
    const { pipe, sent } = run([wire(START, word('a')), wire(END)]);
    assert.equal(pipe.state, 'failed');
    assert.deepEqual([sent, pipe.closing], ['<start>a ', null]);
    assert.equal(pipe.facts.error, null);
  });

  test('fails when it just stops, in between events or inside of one', () => {
    for (const chunks of [[wire(START, word('a'))], [wire(START), wire(FINISH).slice(0, 20)], []]) {
      const cut = new Translation(
        { push: ({ data }) => (data.endsWith(']') ? decoder.push({ event: '', data }) : []) },
        naming(),
      );
      for (const chunk of chunks) cut.push(Buffer.from(chunk));
      cut.end();
      assert.equal(cut.state, 'failed');
      assert.equal(cut.closing, null);
    }
  });
});

describe('an error of the provider', () => {
  const ERROR: NeutralEvent = { type: 'error', error: { status: 529, message: 'Overloaded' } };

  test('fails the stream after what came before it, and nothing comes after', () => {
    const { pipe, sent } = run([wire(START, word('a')), wire(word('b'), ERROR, word('c'), FINISH, END)]);
    assert.equal(pipe.state, 'failed');
    assert.deepEqual([sent, pipe.closing], ['<start>a b ', null]);
    assert.deepEqual(pipe.facts.error, { status: 529, message: 'Overloaded' });
  });

  test('in the first place writes nothing', () => {
    const { pipe, sent } = run([wire(ERROR)]);
    assert.deepEqual([pipe.state, sent], ['failed', '']);
  });
});

describe('facts', () => {
  test('are the model, the first finish in the words of the provider, and the last usage', () => {
    const later: NeutralEvent = { type: 'usage', usage: toUsage({ inputTokens: 3, outputTokens: 9 }) };
    const second: NeutralEvent = { type: 'finish', choice: 1, finish: { reason: 'stop', raw: 'end_turn' } };
    const { pipe } = run([wire(START, USAGE, word('a'), FINISH, second, later, END)]);
    assert.deepEqual(pipe.facts, {
      usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 9 },
      finishReason: 'max_tokens',
      responseModel: 'sim-1',
      serviceTier: null,
      sawToken: true,
      error: null,
    });
  });

  test('count text, thinking, refusals and tool calls as tokens, and nothing else', () => {
    const tokens: NeutralEvent[] = [
      word('a'),
      { type: 'thinking', choice: 0, text: 'a' },
      { type: 'redacted_thinking', choice: 0, data: 'a' },
      { type: 'refusal', choice: 0, text: 'a' },
      { type: 'tool_start', choice: 0, tool: 0, id: 'a', name: 'f' },
    ];
    const others: NeutralEvent[] = [START, USAGE, FINISH, { type: 'ping' }, { type: 'part_end', choice: 0 }];
    for (const event of tokens) assert.equal(run([wire(event)]).pipe.facts.sawToken, true, event.type);
    for (const event of others) assert.equal(run([wire(event)]).pipe.facts.sawToken, false, event.type);
  });
});

test('neutral events can be pushed without bytes', () => {
  const pipe = new Translation(null, naming());
  assert.equal(pipe.pushEvent(START), '<start>');
  assert.equal(pipe.pushEvent(word('a')), 'a ');
  assert.equal(pipe.pushEvent(FINISH), '<finish>');
  assert.equal(pipe.pushEvent(END), null);
  assert.deepEqual([pipe.state, pipe.closing], ['finished', '<end>']);
});

test('law: however the bytes are cut, even inside of a letter, the same comes out', () => {
  const CONTEXT: ReplyContext = { costUsd: () => 0.5, includeUsage: true, createdAtSeconds: 1 };
  const chat = (fields: object): string => `data: ${JSON.stringify({ id: 'c', model: 'gpt-x', ...fields })}\n\n`;
  const words = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { maxLength: 5 });
  const make = (): Translation => new Translation(openaiChat.createDecoder(), anthropicMessages.createEncoder(CONTEXT));
  fc.assert(
    fc.property(words, fc.array(fc.nat(1000), { maxLength: 10 }), (texts, cuts) => {
      const bytes = Buffer.from(
        texts.map((content) => chat({ choices: [{ index: 0, delta: { content } }] })).join('') +
          chat({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }) +
          chat({ choices: [], usage: { prompt_tokens: 4, completion_tokens: 2 } }) +
          'data: [DONE]\n\n',
      );
      const whole = make();
      const expected = (whole.push(bytes) ?? '') + whole.closing;
      const cut = make();
      const at = [0, ...cuts.map((point) => point % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      const sent = at.slice(1).map((stop, index) => cut.push(bytes.subarray(at[index], stop)) ?? '');
      assert.equal(sent.join('') + cut.closing, expected);
      assert.deepEqual([cut.facts, cut.state], [whole.facts, 'finished']);
      assert.match(expected, /"cost":0\.5/);
    }),
  );
});
