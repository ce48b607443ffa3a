import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import {
  BEGIN,
  COMPLETED,
  ERROR,
  FAILED,
  INCOMPLETE,
  ITEMS,
  messageEvents,
  numbered,
  sse,
  USAGE,
  WHOLE,
} from './openai-responses-stream.fixture.ts';
import { createResponsesTap } from './openai-responses-tap.ts';
import type { StreamPipe } from './pipe.ts';
import type { CostOf } from './tap.ts';

const COUNTED = toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 17, reasoningTokens: 10 });
const WORDS = numbered([...BEGIN, ...messageEvents(0)]);

const open = (costOf: CostOf = () => null): StreamPipe => createResponsesTap(costOf);

/** Everything that reaches the client, with the last bytes, and what is known then. */
function run(pipe: StreamPipe, chunks: (string | Buffer)[]): { text: string; closing: string | null } {
  const out = chunks.map((chunk) => pipe.push(Buffer.from(chunk)) ?? '');
  if (pipe.state === 'open') pipe.end();
  const closing = pipe.closing === null ? null : String(pipe.closing);
  return { text: Buffer.concat(out.map((bytes) => Buffer.from(bytes))).toString(), closing };
}

describe('a complete stream', () => {
  test('goes through byte for byte, the event that ends it held back as the last bytes', () => {
    const pipe = open();
    const whole = numbered(WHOLE);
    const end = whole.lastIndexOf('event: response.completed');
    assert.deepEqual(run(pipe, [whole]), { text: whole.slice(0, end), closing: whole.slice(end) });
    assert.equal(pipe.state, 'finished');
  });

  test('gives its facts, the tier and the model of its end before those of its beginning', () => {
    const pipe = open();
    const response = { ...COMPLETED.response, model: 'gpt-x-2026-01-01' };
    run(pipe, [numbered([...BEGIN, ...ITEMS, { ...COMPLETED, response }])]);
    assert.deepEqual(pipe.facts, {
      usage: COUNTED,
      finishReason: 'completed',
      responseModel: 'gpt-x-2026-01-01',
      serviceTier: 'default',
      sawToken: true,
      error: null,
    });
  });

  test('may be an incomplete answer', () => {
    const pipe = open();
    run(pipe, [WORDS + sse(INCOMPLETE)]);
    assert.equal(pipe.state, 'finished');
    assert.deepEqual([pipe.facts.finishReason, pipe.facts.usage], ['max_output_tokens', COUNTED]);
  });

  test('with CRLF, comments, unknown events and broken JSON keeps all of it', () => {
    const pipe = open();
    const odd = ': keep-alive\n\nevent: keepalive\ndata: {"type":"keepalive"}\n\ndata: {"half":\n\nid: 7\n\n';
    const events = odd + WORDS.replaceAll('\n', '\r\n') + odd;
    assert.equal(run(pipe, [events + sse(COMPLETED)]).text, events);
    assert.equal(pipe.state, 'finished');
  });

  test('takes nothing in after its end', () => {
    const pipe = open();
    run(pipe, [WORDS + sse(COMPLETED)]);
    assert.equal(pipe.push(Buffer.from('data: [DONE]\n\n')), null);
    pipe.end();
    assert.deepEqual([pipe.state, String(pipe.closing)], ['finished', sse(COMPLETED)]);
  });
});

describe('the first token', () => {
  const sees = (event: JsonObject & { type: string }): boolean => {
    const pipe = open();
    pipe.push(Buffer.from(sse(event)));
    return pipe.facts.sawToken;
  };

  test('is text, reasoning, a refusal, or a call with its arguments', () => {
    for (const type of ['output_text', 'refusal', 'reasoning_text', 'function_call_arguments'])
      assert.equal(sees({ type: `response.${type}.delta`, delta: 'x' }), true, type);
    assert.equal(sees({ type: 'response.output_item.added', item: { type: 'function_call', name: 'f' } }), true);
  });

  test('is not the frame that words come in, and nothing empty', () => {
    for (const event of [...BEGIN, ...messageEvents(0).slice(0, 2)]) assert.equal(sees(event), false, event.type);
    assert.equal(sees({ type: 'response.output_text.delta', delta: '' }), false);
    assert.equal(sees({ type: 'response.output_item.added', item: { type: 'reasoning' } }), false);
  });
});

describe('usage', () => {
  test('gets its cost as the last member, inside of the response, and no other byte changes', () => {
    const last = sse({ ...COMPLETED, usage: { not: 'this' } });
    const { text, closing } = run(
      open(() => 321_000),
      [WORDS + last],
    );
    assert.equal(text, WORDS);
    assert.equal(closing, last.replace('"total_tokens":117}', '"total_tokens":117,"cost":0.000321}'));
  });

  test('that has a cost already gets ours in its place', () => {
    const last = sse({ ...COMPLETED, response: { ...COMPLETED.response, usage: { ...USAGE, cost: 0.25 } } });
    const { closing } = run(
      open(() => 1e9),
      [last],
    );
    assert.equal(closing, last.replace('"cost":0.25', '"cost":1'));
  });

  test('that is not there, or null, leaves the event as it is', () => {
    const { usage: _, ...rest } = COMPLETED.response;
    for (const response of [rest, { ...rest, usage: null }]) {
      const last = sse({ ...COMPLETED, response });
      const pipe = open(() => 5);
      assert.equal(run(pipe, [WORDS + last]).closing, last);
      assert.deepEqual([pipe.state, pipe.facts.usage], ['finished', null]);
    }
  });

  test('is priced in a response that repeats a deep tool', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(1500)}1${'}'.repeat(1500)}`) as JsonObject;
    const last = sse({ ...COMPLETED, response: { ...COMPLETED.response, tools: [deep] } });
    assert.match(
      run(
        open(() => 1e9),
        [last],
      ).closing ?? '',
      /"cost":1\}/,
    );
  });

  test('is priced with the service tier of the end', () => {
    const told: unknown[] = [];
    run(
      open((counts, tier) => {
        told.push(counts, tier);
        return null;
      }),
      [WORDS + sse(COMPLETED)],
    );
    assert.deepEqual(told, [COUNTED, 'default']);
  });

  test('of an answer that failed is known', () => {
    const pipe = open();
    run(pipe, [sse({ ...FAILED, response: { ...FAILED.response, usage: USAGE } })]);
    assert.deepEqual([pipe.state, pipe.facts.usage], ['failed', COUNTED]);
  });
});

describe('an end', () => {
  const stateAfter = (events: string): StreamPipe['state'] => {
    const pipe = open();
    run(pipe, [events]);
    return pipe.state;
  };

  test('that no event tells is a failure, whatever else is done', () => {
    for (const events of [numbered([...BEGIN, ...ITEMS]), `${WORDS}data: [DONE]\n\n`, ''])
      assert.equal(stateAfter(events), 'failed');
  });

  test('in the middle of an event is a failure', () => {
    assert.equal(stateAfter(WORDS + sse(COMPLETED).slice(0, -4)), 'failed');
  });

  test('without the blank line after the last event loses nothing', () => {
    const pipe = open(() => 1e9);
    const { text, closing } = run(pipe, [WORDS + sse(COMPLETED).slice(0, -2)]);
    assert.equal(pipe.state, 'finished');
    assert.equal(text + closing, WORDS + sse(COMPLETED).slice(0, -2).replace(':117}', ':117,"cost":1}'));
  });
});

describe('an error of the provider', () => {
  const after = (...events: (JsonObject & { type: string })[]): StreamPipe & { text: string } => {
    const pipe = open();
    const { text, closing } = run(pipe, [WORDS, ...events.map(sse)]);
    assert.deepEqual([pipe.state, closing], ['failed', null]);
    return Object.assign(pipe, { text });
  };

  test('as an event fails after what came before it, in the words of the error', () => {
    const { facts, text } = after(ERROR, FAILED);
    assert.equal(text, WORDS);
    assert.deepEqual(facts.error, {
      status: 429,
      message: 'No money.',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
      param: null,
    });
  });

  test('with its members at the top, as the reference has it, is the same', () => {
    const { facts } = after({ type: 'error', code: 'server_error', message: 'Oh.', param: null });
    assert.deepEqual(facts.error, { status: 500, message: 'Oh.', code: 'server_error', param: null });
  });

  test('as a failed response is in the response', () => {
    const { facts } = after(FAILED);
    assert.deepEqual(facts.error, { status: 429, message: 'Too much.', code: 'rate_limit_exceeded' });
  });

  test('as a response that was cancelled, or failed for no reason told, is one all the same', () => {
    for (const type of ['response.cancelled', 'response.failed']) {
      const { facts } = after({ type, response: { error: null } });
      assert.deepEqual(facts.error, { status: 500, message: 'The provider broke the stream off with an error.' });
    }
  });

  test('that the model only writes about is text', () => {
    const pipe = open();
    const words = ['{"type":"response.completed"}', ' "type":"error" response.failed', '\nevent: error\n\n'];
    const text = numbered([...BEGIN, ...messageEvents(0, words), ...messageEvents(1, words)]);
    assert.equal(run(pipe, [...text.split(/(?<=\n\n)/), sse(COMPLETED)]).text, text);
    assert.equal(pipe.state, 'finished');
  });
});

describe('law', () => {
  const words = fc.array(
    fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('.completed', '"error"', '\n\n', '.failed')),
    { maxLength: 5 },
  );
  const end = fc.constantFrom(sse(COMPLETED), sse(INCOMPLETE), sse(FAILED), sse(ERROR), '', 'data: [DONE]\n\n');
  const pieces = (bytes: Buffer, cuts: number[]): Buffer[] => {
    const at = [0, ...cuts.map((point) => point % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
    return at.slice(1).map((stop, index) => bytes.subarray(at[index], stop));
  };

  test('however a stream is cut, bytes and facts are the same', () => {
    fc.assert(
      fc.property(words, end, fc.array(fc.nat(9000), { maxLength: 12 }), (said, last, cuts) => {
        const bytes = Buffer.from(numbered([...BEGIN, ...messageEvents(0, said)]) + last);
        const whole = open(() => 1234);
        const expected = run(whole, [bytes]);
        const cut = open(() => 1234);
        const actual = run(cut, pieces(bytes, cuts));
        assert.equal(actual.text + actual.closing, expected.text + expected.closing);
        assert.deepEqual([cut.facts, cut.state], [whole.facts, whole.state]);
      }),
      { numRuns: 300 },
    );
  });

  test('a stream that breaks off anywhere is not finished, and what came is handed on', () => {
    const bytes = Buffer.from(numbered(WHOLE));
    const end = bytes.length - '}\n\n'.length;
    fc.assert(
      fc.property(fc.nat(end), fc.array(fc.nat(bytes.length), { maxLength: 6 }), (length, cuts) => {
        const pipe = open(() => 1);
        const { text, closing } = run(pipe, pieces(bytes.subarray(0, length), cuts));
        assert.deepEqual([pipe.state, pipe.facts.error], ['failed', null]);
        assert.ok(bytes.toString().startsWith(text + (closing ?? '')));
      }),
      { numRuns: 300 },
    );
  });
});
