import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { toUsage } from '../call/usage.ts';
import { createAnthropicTap } from './anthropic-messages-tap.ts';
import type { StreamPipe } from './pipe.ts';
import type { CostOf } from './tap.ts';

const event = (value: { type: string; [key: string]: unknown }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
const INPUT = {
  input_tokens: 20,
  cache_read_input_tokens: 80,
  cache_creation_input_tokens: 30,
  cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
  output_tokens: 1,
  service_tier: 'standard',
};
const start = (usage: object = INPUT): string =>
  event({ type: 'message_start', message: { id: 'msg_1', model: 'claude-x', content: [], usage } });
const text = (words: string): string =>
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } });
const OPEN = event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
const CLOSE = event({ type: 'content_block_stop', index: 0 });
const PING = event({ type: 'ping' });
const delta = (usage: object | undefined = { output_tokens: 7 }, reason: string | null = 'end_turn'): string =>
  event({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage });
const STOP = event({ type: 'message_stop' });
const BEGIN = start() + PING + OPEN + text('Hel') + text('lo') + CLOSE;

const free: CostOf = () => null;

function run(pipe: StreamPipe, chunks: (string | Buffer)[]): { text: string; closing: string | null } {
  const out = chunks.map((chunk) => Buffer.from(pipe.push(Buffer.from(chunk)) ?? ''));
  if (pipe.state === 'open') pipe.end();
  return { text: Buffer.concat(out).toString(), closing: pipe.closing === null ? null : String(pipe.closing) };
}

describe('a complete stream', () => {
  test('goes through byte for byte, its end held back as the last bytes', () => {
    const pipe = createAnthropicTap(free);
    assert.deepEqual(run(pipe, [BEGIN + delta() + STOP]), { text: BEGIN + delta(), closing: STOP });
    assert.equal(pipe.state, 'finished');
  });

  test('gives its facts', () => {
    const pipe = createAnthropicTap(free);
    run(pipe, [BEGIN + delta() + STOP]);
    assert.deepEqual(pipe.facts, {
      usage: toUsage({
        inputTokens: 20,
        cacheReadTokens: 80,
        cacheWrite5mTokens: 10,
        cacheWrite1hTokens: 20,
        outputTokens: 7,
      }),
      finishReason: 'end_turn',
      responseModel: 'claude-x',
      serviceTier: 'standard',
      sawToken: true,
      error: null,
    });
  });

  test('keeps events of a kind that is not known', () => {
    const odd = event({ type: 'message_note', usage: 'x' }) + ': hello\n\n';
    assert.equal(run(createAnthropicTap(free), [BEGIN + odd + delta() + STOP]).text, BEGIN + odd + delta());
  });

  test('has seen a token with the first delta, not before', () => {
    const pipe = createAnthropicTap(free);
    pipe.push(Buffer.from(start() + PING + OPEN));
    assert.equal(pipe.facts.sawToken, false);
    pipe.push(Buffer.from(text('x')));
    assert.equal(pipe.facts.sawToken, true);
  });
});

describe('usage', () => {
  const counted = (first: object, second?: object): StreamPipe['facts']['usage'] => {
    const pipe = createAnthropicTap(free);
    run(pipe, [start(first) + OPEN + text('x') + CLOSE + delta(second) + STOP]);
    return pipe.facts.usage;
  };

  test('comes in two halves, of which the later one counts', () => {
    assert.deepEqual(
      counted({ input_tokens: 5, output_tokens: 1 }, { input_tokens: 6, output_tokens: 9 }),
      toUsage({ inputTokens: 6, outputTokens: 9 }),
    );
  });

  test('that is null in the second half keeps the count of the first', () => {
    const later = {
      input_tokens: null,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: null,
      output_tokens: 9,
    };
    const usage = counted({ input_tokens: 5, cache_read_input_tokens: 3, output_tokens: 1 }, later);
    assert.deepEqual(usage, toUsage({ inputTokens: 5, cacheReadTokens: 3, outputTokens: 9 }));
  });

  test('that only the second half has is taken from there', () => {
    assert.deepEqual(counted({}, { input_tokens: 4, output_tokens: 2 }), toUsage({ inputTokens: 4, outputTokens: 2 }));
  });

  test('gets its cost in the message_delta and only there', () => {
    const asked: unknown[] = [];
    const pipe = createAnthropicTap((usage, tier) => {
      asked.push([usage.outputTokens, tier]);
      return 2_500_000;
    });
    const { text: out, closing } = run(pipe, [BEGIN + delta() + STOP]);
    assert.equal(out, BEGIN + delta().replace('"output_tokens":7}', '"output_tokens":7,"cost":0.0025}'));
    assert.equal(closing, STOP);
    assert.deepEqual(asked, [[7, 'standard']]);
  });

  test('that the message_delta lacks gets no cost, and the first half stands', () => {
    const pipe = createAnthropicTap(() => 1);
    const bare = event({ type: 'message_delta', delta: { stop_reason: 'end_turn' } });
    assert.equal(run(pipe, [BEGIN + bare + STOP]).text, BEGIN + bare);
    assert.equal(pipe.facts.usage?.inputTokens, 20);
  });
});

describe('an end', () => {
  const stateAfter = (events: string): StreamPipe['state'] => {
    const pipe = createAnthropicTap(free);
    run(pipe, [events]);
    return pipe.state;
  };

  test('needs the reason and the mark', () => {
    assert.equal(stateAfter(BEGIN + delta() + STOP), 'finished');
    assert.equal(stateAfter(BEGIN + delta()), 'failed');
    assert.equal(stateAfter(BEGIN + STOP), 'failed');
    assert.equal(stateAfter(BEGIN + delta({ output_tokens: 7 }, null) + STOP), 'failed');
    assert.equal(stateAfter(BEGIN), 'failed');
    assert.equal(stateAfter(''), 'failed');
  });

  test('that fails hands on no end mark', () => {
    const pipe = createAnthropicTap(free);
    assert.deepEqual(run(pipe, [BEGIN + STOP]), { text: BEGIN, closing: null });
  });

  test('without the blank line after the last event is an end', () => {
    const pipe = createAnthropicTap(free);
    const { closing } = run(pipe, [BEGIN + delta() + STOP.trimEnd()]);
    assert.equal(pipe.state, 'finished');
    assert.equal(closing, STOP.trimEnd());
  });
});

describe('an error of the provider', () => {
  const ERROR = event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });

  test('first fails with nothing written', () => {
    const pipe = createAnthropicTap(free);
    assert.deepEqual(run(pipe, [ERROR]), { text: '', closing: null });
    assert.deepEqual(pipe.facts.error, { status: 529, message: 'Overloaded', type: 'overloaded_error' });
  });

  test('in the middle fails after what came before it, with the usage known so far', () => {
    for (const chunks of [[BEGIN + ERROR + STOP], [BEGIN, ERROR, STOP]]) {
      const pipe = createAnthropicTap(free);
      assert.equal(run(pipe, chunks).text, BEGIN);
      assert.deepEqual([pipe.state, pipe.facts.error?.status], ['failed', 529]);
      assert.equal(pipe.facts.usage?.inputTokens, 20);
    }
  });

  test('that the model only writes about is text', () => {
    const pipe = createAnthropicTap(free);
    const words = text('{"type":"error","error":{}} message_stop');
    assert.equal(run(pipe, [BEGIN, words, delta(), STOP]).text, BEGIN + words + delta());
    assert.equal(pipe.state, 'finished');
  });
});

test('law: however a stream is cut, bytes and facts are the same', () => {
  const middle = fc.array(fc.string({ unit: 'binary', maxLength: 12 }).map(text), { maxLength: 5 });
  const end = fc.constantFrom(
    delta() + STOP,
    delta({ input_tokens: null, output_tokens: 3 }) + STOP,
    delta(),
    STOP,
    '',
    event({ type: 'error', error: { type: 'api_error', message: 'x' } }),
  );
  fc.assert(
    fc.property(middle, end, fc.array(fc.nat(2000), { maxLength: 12 }), (words, last, cuts) => {
      const bytes = Buffer.from(BEGIN + words.join('') + last);
      const whole = createAnthropicTap(() => 99);
      const expected = run(whole, [bytes]);
      const at = [0, ...cuts.map((point) => point % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      const cut = createAnthropicTap(() => 99);
      const actual = run(
        cut,
        at.slice(1).map((stop, index) => bytes.subarray(at[index], stop)),
      );
      assert.deepEqual(actual, expected);
      assert.deepEqual([cut.facts, cut.state], [whole.facts, whole.state]);
    }),
    { numRuns: 300 },
  );
});
