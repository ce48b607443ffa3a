import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { toUsage } from '../call/usage.ts';
import { gemini } from './gemini.ts';
import { createGeminiTap } from './gemini-tap.ts';
import { openaiChat } from './openai-chat.ts';
import type { StreamPipe } from './pipe.ts';
import type { CostOf } from './tap.ts';
import { Translation } from './translation.ts';

const HEAD = { modelVersion: 'gemini-x-001', responseId: 'r1' };
const SO_FAR = { promptTokenCount: 100, totalTokenCount: 100 };
const USAGE = { promptTokenCount: 100, cachedContentTokenCount: 80, candidatesTokenCount: 5, thoughtsTokenCount: 2 };
const COUNTED = toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7, reasoningTokens: 2 });

/** Lines end in CRLF, as Google's do. */
const data = (value: unknown): string => `data: ${JSON.stringify(value)}\r\n\r\n`;
const candidate = (parts: object[], more: object = {}) => ({ content: { role: 'model', parts }, index: 0, ...more });
const said = (parts: object[], more: object = {}): string =>
  data({ candidates: [candidate(parts)], usageMetadata: SO_FAR, ...HEAD, ...more });
const finish = (reason = 'STOP', more: object = {}): string =>
  data({ candidates: [candidate([{ text: '' }], { finishReason: reason })], usageMetadata: USAGE, ...HEAD, ...more });
const WORDS = said([{ text: 'Hel' }]) + said([{ text: 'lo' }]);
const ERROR = { error: { code: 503, message: 'Overloaded.', status: 'UNAVAILABLE' } };

const free: CostOf = () => null;

function run(pipe: StreamPipe, chunks: (string | Buffer)[]): string {
  const out = chunks.map((chunk) => Buffer.from(pipe.push(Buffer.from(chunk)) ?? ''));
  if (pipe.state === 'open') pipe.end();
  return Buffer.concat([...out, Buffer.from(pipe.closing ?? '')]).toString();
}

describe('a complete stream', () => {
  test('goes through byte for byte and is finished when the provider closes it', () => {
    const pipe = createGeminiTap(free);
    assert.equal(String(pipe.push(Buffer.from(WORDS + finish()))), WORDS + finish());
    assert.equal(pipe.state, 'open');
    pipe.end();
    assert.deepEqual([pipe.state, pipe.closing], ['finished', null]);
  });

  test('gives its facts', () => {
    const pipe = createGeminiTap(free);
    run(pipe, [WORDS + finish('MAX_TOKENS')]);
    assert.deepEqual(pipe.facts, {
      usage: COUNTED,
      finishReason: 'MAX_TOKENS',
      responseModel: 'gemini-x-001',
      serviceTier: null,
      sawToken: true,
      error: null,
    });
  });

  test('may lack its last blank line, and have comments and unknown members', () => {
    const events = `: hello\n\n${WORDS}${said([{ odd: {} }], { odd: 1 })}${finish()}`.trimEnd();
    const pipe = createGeminiTap(free);
    assert.equal(run(pipe, [events]), events);
    assert.equal(pipe.state, 'finished');
  });

  test('may be a prompt that was blocked, which has no candidates', () => {
    const pipe = createGeminiTap(() => 5e8);
    const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: {}, ...HEAD };
    assert.equal(run(pipe, [data(blocked)]), data({ ...blocked, usageMetadata: { cost: 0.5 } }));
    assert.deepEqual([pipe.state, pipe.facts.finishReason], ['finished', 'PROHIBITED_CONTENT']);
  });
});

describe('a stream that is not complete', () => {
  const stateOf = (...events: string[]): StreamPipe['state'] => {
    const pipe = createGeminiTap(free);
    run(pipe, events);
    return pipe.state;
  };

  test('has no finish, or one that is none', () => {
    assert.equal(stateOf(''), 'failed');
    assert.equal(stateOf(WORDS), 'failed');
    assert.equal(stateOf(WORDS, finish('FINISH_REASON_UNSPECIFIED')), 'failed');
    assert.equal(stateOf(WORDS, data({ candidates: [], usageMetadata: USAGE })), 'failed');
    assert.equal(stateOf(WORDS, data({ promptFeedback: {} })), 'failed');
  });

  test('lacks the finish of a candidate that has begun', () => {
    const second = data({ candidates: [candidate([{ text: 'x' }], { index: 1 })], ...HEAD });
    const done = data({ candidates: [candidate([], { index: 1, finishReason: 'STOP' })], ...HEAD });
    assert.equal(stateOf(WORDS, second, finish()), 'failed');
    assert.equal(stateOf(WORDS, second, finish(), done), 'finished');
  });

  test('has an error in the place of an event, or bare, as Google sends it too', () => {
    for (const told of [data(ERROR), JSON.stringify(ERROR, null, 2), `${JSON.stringify(ERROR)}\r\n\r\n`]) {
      const pipe = createGeminiTap(free);
      assert.equal(run(pipe, [WORDS, told]), WORDS);
      assert.equal(pipe.state, 'failed');
      assert.deepEqual([pipe.facts.error?.status, pipe.facts.error?.message], [503, 'Overloaded.']);
    }
  });

  test('is not one in which the model writes about errors', () => {
    assert.equal(stateOf(said([{ text: '{"error":{"code":500}} "finishReason":"STOP"' }]), finish()), 'finished');
    const args = { error: { code: 500, message: 'x' }, finishReason: 'STOP' };
    assert.equal(stateOf(said([{ functionCall: { name: 'f', args } }])), 'failed');
  });
});

describe('the first token', () => {
  const sees = (part: object): boolean => {
    const pipe = createGeminiTap(free);
    pipe.push(Buffer.from(said([part])));
    return pipe.facts.sawToken;
  };

  test('is text, a thought, a call or a medium', () => {
    for (const part of [{ text: 'x' }, { text: 'x', thought: true }, { functionCall: {} }, { inlineData: {} }])
      assert.equal(sees(part), true, JSON.stringify(part));
  });

  test('is not an empty text', () => assert.equal(sees({ text: '' }), false));
});

describe('the cost', () => {
  test('is written with the finish, and nothing else changes', () => {
    const pipe = createGeminiTap((usage) => (assert.deepEqual(usage, COUNTED), 321_000));
    assert.equal(run(pipe, [WORDS + finish()]), WORDS + finish().replace('nt":2}', 'nt":2,"cost":0.000321}'));
  });

  test('is written into no other member of the name', () => {
    const call = said([{ functionCall: { name: 'f', args: { usageMetadata: {} } } }]);
    assert.equal(
      run(
        createGeminiTap(() => 1e9),
        [call, finish()],
      ),
      call + finish().replace('nt":2}', 'nt":2,"cost":1}'),
    );
  });

  test('is left out where it is not known', () => {
    assert.equal(run(createGeminiTap(free), [WORDS, finish()]), WORDS + finish());
  });
});

describe('law', () => {
  const content = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('"error"', 'TokenCount"', 'data: ', '\r\n\r\n'),
  );
  const part = fc.oneof(
    content.map((text) => ({ text })),
    content.map((text) => ({ text, thought: true, thoughtSignature: 'c2ln' })),
    content.map((text) => ({ functionCall: { name: 'f', args: { [text]: text } } })),
  );
  const middle = fc.array(
    fc.oneof(
      part.map((one) => said([one])),
      part.map((one) => data({ candidates: [candidate([one])] })),
    ),
    { maxLength: 6 },
  );
  const end = fc.constantFrom(
    finish(),
    finish('SAFETY'),
    finish().trimEnd(),
    finish().replaceAll('\r\n', '\n'),
    finish() + data({ usageMetadata: USAGE }),
    data(ERROR),
    JSON.stringify(ERROR, null, 1),
    '',
  );

  test('what is learnt of a stream is what its translation learns', () => {
    const ends = end.filter((last) => !last.startsWith('{'));
    fc.assert(
      fc.property(middle, ends, (words, last) => {
        const bytes = Buffer.from(words.join('') + last);
        const tap = createGeminiTap(free);
        run(tap, [bytes]);
        const context = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1 };
        const translation = new Translation(gemini.createDecoder(), openaiChat.createEncoder(context));
        translation.push(bytes);
        if (translation.state === 'open') translation.end();
        assert.equal(tap.state, translation.state);
        assert.deepEqual(tap.facts.error, translation.facts.error);
        if (tap.state !== 'finished') return;
        assert.deepEqual(
          [tap.facts.finishReason, tap.facts.usage],
          [translation.facts.finishReason, translation.facts.usage],
        );
      }),
      { numRuns: 300 },
    );
  });

  test('however a stream is cut, bytes and facts are the same', () => {
    fc.assert(
      fc.property(middle, end, fc.array(fc.nat(2000), { maxLength: 12 }), (words, last, cuts) => {
        const bytes = Buffer.from(words.join('') + last);
        const whole = createGeminiTap(() => 1234);
        const expected = run(whole, [bytes]);
        const cut = createGeminiTap(() => 1234);
        const at = [0, ...cuts.map((point) => point % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((stop, index) => bytes.subarray(at[index], stop));
        assert.equal(run(cut, pieces), expected);
        assert.deepEqual([cut.facts, cut.state], [whole.facts, whole.state]);
      }),
      { numRuns: 300 },
    );
  });
});
