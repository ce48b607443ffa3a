import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { toUsage } from '../call/usage.ts';
import { createOpenaiTap, type OpenaiTapOptions } from './openai-chat-tap.ts';
import type { StreamPipe } from './pipe.ts';

const CHUNK = { id: 'c1', object: 'chat.completion.chunk', created: 5, model: 'gpt-x', service_tier: 'default' };
const USAGE = { prompt_tokens: 100, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 80 } };
const COUNTED = toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7 });

const data = (value: unknown): string => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const delta = (fields: object, index = 0): string =>
  data({ ...CHUNK, choices: [{ index, delta: fields, finish_reason: null }], usage: null });
const finish = (reason: string, index = 0): string =>
  data({ ...CHUNK, choices: [{ index, delta: {}, finish_reason: reason }], usage: null });
const usage = (fields: object = {}): string => data({ ...CHUNK, choices: [], usage: { ...USAGE, ...fields } });
const DONE = data('[DONE]');
const WORDS = delta({ role: 'assistant', content: '' }) + delta({ content: 'Hel' }) + delta({ content: 'lo' });

const open = (options: Partial<OpenaiTapOptions> = {}): StreamPipe =>
  createOpenaiTap({ includeUsage: true, choices: 1, costOf: () => null, ...options });

/** Everything that reaches the client, with the last bytes, and what is known then. */
function run(pipe: StreamPipe, chunks: (string | Buffer)[]): { text: string; closing: string | null } {
  const out = chunks.map((chunk) => pipe.push(Buffer.from(chunk)) ?? '');
  if (pipe.state === 'open') pipe.end();
  const closing = pipe.closing === null ? null : String(pipe.closing);
  return { text: Buffer.concat(out.map((bytes) => Buffer.from(bytes))).toString(), closing };
}

describe('a complete stream', () => {
  test('goes through byte for byte, its end mark held back as the last bytes', () => {
    const pipe = open();
    const events = WORDS + finish('stop') + usage();
    assert.deepEqual(run(pipe, [events + DONE]), { text: events, closing: DONE });
    assert.equal(pipe.state, 'finished');
  });

  test('gives its facts', () => {
    const pipe = open();
    run(pipe, [WORDS + finish('length') + usage() + DONE]);
    assert.deepEqual(pipe.facts, {
      usage: COUNTED,
      finishReason: 'length',
      responseModel: 'gpt-x',
      serviceTier: 'default',
      sawToken: true,
      error: null,
    });
  });

  test('with CRLF, comments, unknown events and broken JSON keeps all of it', () => {
    const pipe = open();
    const odd = ': keep-alive\n\nevent: ping\ndata: {}\n\ndata: {"half":\n\nid: 7\n\n';
    const events = odd + WORDS.replaceAll('\n', '\r\n') + odd + finish('stop');
    assert.equal(run(pipe, [events + DONE]).text, events);
    assert.equal(pipe.state, 'finished');
  });

  test('takes nothing in after its end mark', () => {
    const pipe = open();
    run(pipe, [WORDS + finish('stop') + DONE]);
    assert.equal(pipe.push(Buffer.from(delta({ content: 'more' }))), null);
    pipe.end();
    assert.equal(pipe.state, 'finished');
    assert.equal(String(pipe.closing), DONE);
  });
});

describe('the first token', () => {
  const sees = (fields: object): boolean => {
    const pipe = open();
    pipe.push(Buffer.from(delta(fields)));
    return pipe.facts.sawToken;
  };

  test('is text, reasoning under any name, a refusal or a tool call', () => {
    for (const fields of [
      { content: 'x' },
      { reasoning_content: 'x' },
      { reasoning: 'x' },
      { refusal: 'x' },
      { tool_calls: [{ index: 0 }] },
    ]) {
      assert.equal(sees(fields), true, JSON.stringify(fields));
    }
  });

  test('is not the role, and nothing empty', () => {
    for (const fields of [{}, { role: 'assistant' }, { role: 'assistant', content: '', refusal: null }]) {
      assert.equal(sees(fields), false, JSON.stringify(fields));
    }
  });
});

describe('usage', () => {
  test('that the client did not ask for is taken out, and still known', () => {
    const pipe = open({ includeUsage: false, costOf: () => 5 });
    const events = WORDS + finish('stop');
    assert.deepEqual(run(pipe, [events + usage() + DONE]), { text: events, closing: DONE });
    assert.deepEqual(pipe.facts.usage, COUNTED);
  });

  test('inside of a chunk with choices is never taken out', () => {
    const last = data({ ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: USAGE });
    assert.equal(run(open({ includeUsage: false }), [WORDS + last + DONE]).text, WORDS + last);
  });

  test('gets its cost as the last member, and no other byte changes', () => {
    const pipe = open({ costOf: () => 321_000 });
    const priced = usage({ cost_details: { x: 1 } });
    const { text } = run(pipe, [WORDS + finish('stop') + priced + DONE]);
    assert.equal(text, WORDS + finish('stop') + priced.replace('"x":1}}', '"x":1},"cost":0.000321}'));
  });

  test('that is empty, spaced or followed by other members gets its cost in the right place', () => {
    const events: [string, string][] = [
      ['{"choices":[],"usage":{}}', '{"choices":[],"usage":{"cost":0.5}}'],
      [
        '{"usage" : { "prompt_tokens" : 1 } ,"a":{"usage":{}}}',
        '{"usage" : { "prompt_tokens" : 1 ,"cost":0.5} ,"a":{"usage":{}}}',
      ],
      ['{"a":"\\"usage\\":{}","usage":{"n_tokens":1}}', '{"a":"\\"usage\\":{}","usage":{"n_tokens":1,"cost":0.5}}'],
    ];
    for (const [json, priced] of events) {
      const pipe = open({ costOf: () => 500_000_000 });
      assert.equal(run(pipe, [finish('stop') + data(json) + DONE]).text, finish('stop') + data(priced));
    }
  });

  test('that has a cost already gets ours in its place', () => {
    const pipe = open({ costOf: () => 1e9 });
    const last = usage({ cost: 0.25, cost_details: { cost: 7 } });
    assert.equal(
      run(pipe, [finish('stop') + last + DONE]).text,
      finish('stop') + last.replace('"cost":0.25', '"cost":1'),
    );
  });

  test('without a known cost stays as it is', () => {
    assert.equal(run(open(), [WORDS + usage() + DONE]).text, WORDS + usage());
  });

  test('is priced with the service tier of the same stream', () => {
    const told: unknown[] = [];
    const pipe = open({
      costOf: (counts, tier) => {
        told.push(counts, tier);
        return null;
      },
    });
    run(pipe, [WORDS + data({ ...CHUNK, service_tier: 'flex', choices: [], usage: USAGE }) + DONE]);
    assert.deepEqual(told, [COUNTED, 'flex']);
  });
});

describe('an end', () => {
  const stateAfter = (events: string, options: Partial<OpenaiTapOptions> = {}): StreamPipe['state'] => {
    const pipe = open(options);
    run(pipe, [events]);
    return pipe.state;
  };

  test('mark without a finish is a failure, and the mark is not handed on', () => {
    const pipe = open();
    assert.deepEqual(run(pipe, [WORDS + DONE]), { text: WORDS, closing: null });
    assert.equal(pipe.state, 'failed');
    assert.equal(pipe.facts.error, null);
  });

  test('without a mark is complete when every choice has finished', () => {
    assert.equal(stateAfter(WORDS + finish('stop')), 'finished');
    assert.equal(stateAfter(WORDS + finish('stop') + usage()), 'finished');
    assert.equal(stateAfter(WORDS), 'failed');
    assert.equal(stateAfter(''), 'failed');
  });

  test('of two choices needs both to finish when no mark comes', () => {
    const both = { choices: 2 };
    assert.equal(stateAfter(WORDS + finish('stop', 0), both), 'failed');
    assert.equal(stateAfter(WORDS + finish('stop', 0) + finish('stop', 0), both), 'failed');
    assert.equal(stateAfter(WORDS + finish('stop', 1) + finish('length', 0), both), 'finished');
    assert.equal(stateAfter(WORDS + finish('stop', 0) + DONE, both), 'finished');
  });

  test('in the middle of an event is a failure', () => {
    assert.equal(stateAfter(WORDS + finish('stop').slice(0, -40)), 'failed');
  });

  test('without the blank line after the last event loses nothing', () => {
    const pipe = open({ costOf: () => 1_000_000_000 });
    const last = usage().slice(0, -2);
    const { text, closing } = run(pipe, [WORDS + finish('stop') + last]);
    assert.equal(pipe.state, 'finished');
    assert.equal(text + closing, WORDS + finish('stop') + last.replace(/\}\}$/, ',"cost":1}}'));
  });
});

describe('an error of the provider', () => {
  const ERROR = data({ error: { message: 'Overloaded', type: 'server_error', code: 503 } });

  test('in the place of an answer fails with nothing written', () => {
    const pipe = open();
    assert.deepEqual(run(pipe, [ERROR + DONE]), { text: '', closing: null });
    assert.equal(pipe.state, 'failed');
    assert.deepEqual(pipe.facts.error, { status: 503, message: 'Overloaded', type: 'server_error', code: 503 });
  });

  test('in the middle fails after what came before it', () => {
    for (const chunks of [[WORDS + ERROR + WORDS], [WORDS, ERROR, WORDS]]) {
      const pipe = open();
      assert.equal(run(pipe, chunks).text, WORDS);
      assert.equal(pipe.state, 'failed');
      assert.equal(pipe.facts.error?.message, 'Overloaded');
    }
  });

  test('is not one when it is null or empty, as some servers always write it', () => {
    const pipe = open();
    run(pipe, [
      data({ ...CHUNK, error: null, choices: [] }) + data({ error: {}, choices: [] }) + WORDS + finish('stop') + DONE,
    ]);
    assert.equal(pipe.state, 'finished');
  });

  test('that the model only writes about is text', () => {
    const pipe = open();
    const text = delta({ content: '{"error":{"message":"x"}} [DONE] "finish_reason":"stop"' });
    assert.equal(run(pipe, [WORDS, text, finish('stop'), DONE]).text, WORDS + text + finish('stop'));
    assert.equal(pipe.state, 'finished');
  });
});

describe('law', () => {
  const content = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('"error"', '[DONE]', '_tokens', '\n\n'),
  );
  const middle = fc.array(
    content.map((text) => delta({ content: text })),
    { maxLength: 6 },
  );
  const end = fc.constantFrom(
    finish('stop') + usage() + DONE,
    finish('stop') + DONE,
    finish('stop'),
    usage() + finish('tool_calls') + DONE,
    DONE,
    data({ error: { message: 'x', code: 500 } }),
    '',
  );

  test('however a stream is cut, bytes and facts are the same', () => {
    fc.assert(
      fc.property(
        middle,
        end,
        fc.boolean(),
        fc.array(fc.nat(2000), { maxLength: 12 }),
        (words, last, includeUsage, cuts) => {
          const bytes = Buffer.from(WORDS + words.join('') + last);
          const options: Partial<OpenaiTapOptions> = { includeUsage, costOf: () => 1234 };
          const whole = open(options);
          const expected = run(whole, [bytes]);
          const cut = open(options);
          const at = [0, ...cuts.map((point) => point % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
          const pieces = at.slice(1).map((stop, index) => bytes.subarray(at[index], stop));
          const actual = run(cut, pieces);
          assert.deepEqual(actual.text + actual.closing, expected.text + expected.closing);
          assert.deepEqual([cut.facts, cut.state], [whole.facts, whole.state]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
