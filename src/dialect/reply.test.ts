import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { TierlineError } from '../call/errors.ts';
import { toUsage } from '../call/usage.ts';
import type { DialectName } from './neutral.ts';
import { readReply, writeReplyCost } from './reply.ts';
import type { CostOf } from './tap.ts';

const free: CostOf = () => null;
const read = (dialect: DialectName, text: string, costOf: CostOf = free): ReturnType<typeof readReply> =>
  readReply(dialect, Buffer.from(text), costOf);

const CHAT = JSON.stringify({
  id: 'c1',
  model: 'gpt-x',
  service_tier: 'flex',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Say "finish_reason":"no"' }, finish_reason: 'length' }],
  usage: { prompt_tokens: 10, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } },
});
const CLAUDE = JSON.stringify({
  id: 'm1',
  type: 'message',
  model: 'claude-x',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, cache_read_input_tokens: 4, output_tokens: 3, service_tier: 'priority' },
});

describe('a complete reply', () => {
  test('of the responses API is completed, or has the reason for which it is not', () => {
    const finishOf = (body: object): string | null => read('openai-responses', JSON.stringify(body)).facts.finishReason;
    assert.equal(finishOf({ status: 'completed', incomplete_details: null, output: [] }), 'completed');
    const details = { reason: 'max_output_tokens' };
    assert.equal(finishOf({ status: 'incomplete', incomplete_details: details, output: [] }), 'max_output_tokens');
    assert.equal(finishOf({ status: 'incomplete', incomplete_details: {}, output: [] }), 'incomplete');
  });

  test('of OpenAI gives its facts and keeps its bytes', () => {
    const { body, facts } = read('openai-chat', CHAT);
    assert.equal(body.toString(), CHAT);
    assert.deepEqual(facts, {
      usage: toUsage({ inputTokens: 6, cacheReadTokens: 4, outputTokens: 3 }),
      finishReason: 'length',
      responseModel: 'gpt-x',
      serviceTier: 'flex',
      sawToken: true,
      error: null,
    });
  });

  test('of Anthropic gives its facts and keeps its bytes', () => {
    const { body, facts } = read('anthropic-messages', CLAUDE);
    assert.equal(body.toString(), CLAUDE);
    assert.deepEqual(facts, {
      usage: toUsage({ inputTokens: 10, cacheReadTokens: 4, outputTokens: 3 }),
      finishReason: 'end_turn',
      responseModel: 'claude-x',
      serviceTier: 'priority',
      sawToken: true,
      error: null,
    });
  });

  test('of Gemini gives its facts, whatever stands in the arguments of its calls, and keeps its bytes', () => {
    const call = { functionCall: { name: 'f', args: { finishReason: 'no', usageMetadata: {} } } };
    const usageMetadata = { promptTokenCount: 10, cachedContentTokenCount: 4, candidatesTokenCount: 3 };
    const candidates = [{ content: { parts: [call] }, finishReason: 'MAX_TOKENS' }];
    const text = JSON.stringify({ candidates, usageMetadata, modelVersion: 'gemini-x' });
    const { body, facts } = read('gemini', text, () => 5e8);
    assert.equal(body.toString(), text.replace('"candidatesTokenCount":3', '"candidatesTokenCount":3,"cost":0.5'));
    assert.deepEqual(facts, {
      usage: toUsage({ inputTokens: 6, cacheReadTokens: 4, outputTokens: 3 }),
      finishReason: 'MAX_TOKENS',
      responseModel: 'gemini-x',
      serviceTier: null,
      sawToken: true,
      error: null,
    });
  });

  test('of Gemini without an answer has the reason for that as its finish', () => {
    const finishOf = (reply: object) => read('gemini', JSON.stringify(reply)).facts.finishReason;
    assert.equal(finishOf({ promptFeedback: { blockReason: 'SAFETY' } }), 'SAFETY');
    assert.equal(finishOf({ candidates: [], promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED' } }), null);
    assert.equal(finishOf({ candidates: [{ finishReason: 'FINISH_REASON_UNSPECIFIED' }] }), null);
  });

  test('without usage has none, and no cost is asked for', () => {
    for (const text of ['{}', '{"usage":null}', '{"usage":[1]}', '{"usage":"x"}']) {
      const { body, facts } = read('openai-chat', text, () => assert.fail('asked'));
      assert.equal(body.toString(), text);
      assert.deepEqual([facts.usage, facts.finishReason, facts.responseModel], [null, null, null]);
    }
  });

  test('that is no JSON object is malformed', () => {
    for (const text of ['', 'null', '[]', '<html>', '{"a":', `${CHAT}x`]) {
      assert.throws(
        () => read('openai-chat', text),
        (error) => error instanceof TierlineError && error.code === 'upstream_malformed' && error.cause !== undefined,
        text,
      );
    }
  });
});

describe('the finish of OpenAI', () => {
  const finishOf = (text: string): string | null => read('openai-chat', text).facts.finishReason;

  test('is that of the first choice, however it is spaced', () => {
    assert.equal(finishOf('{"choices":[{"finish_reason" : "stop"},{"finish_reason":"length"}]}'), 'stop');
    assert.equal(finishOf('{"choices":[{"finish_reason":\n"tool_calls"}]}'), 'tool_calls');
  });

  test('is none when it is null, missing, or stands somewhere else', () => {
    assert.equal(finishOf('{"choices":[{"finish_reason":null}]}'), null);
    assert.equal(finishOf('{"choices":[]}'), null);
    assert.equal(finishOf('{"choices":[{}],"finish_reason":"stop"}'), null);
    assert.equal(finishOf('{"finish_reason":"stop"}'), null);
  });
});

describe('the cost', () => {
  test('is asked for with usage and service tier', () => {
    const asked: unknown[] = [];
    const costOf: CostOf = (usage, tier) => {
      asked.push([usage.inputTokens, tier]);
      return null;
    };
    read('openai-chat', CHAT, costOf);
    read('anthropic-messages', CLAUDE, costOf);
    assert.deepEqual(asked, [
      [6, 'flex'],
      [10, 'priority'],
    ]);
  });

  test('stands at the end of the usage object, without an exponent', () => {
    assert.equal(
      read('openai-chat', CHAT, () => 1250).body.toString(),
      CHAT.replace('"cached_tokens":4}}', '"cached_tokens":4},"cost":0.00000125}'),
    );
    assert.equal(
      read('anthropic-messages', CLAUDE, () => 0).body.toString(),
      CLAUDE.replace('"priority"}', '"priority","cost":0}'),
    );
  });

  test('goes into an empty usage object too', () => {
    assert.equal(read('openai-chat', '{"usage":{ }}', () => 1e9).body.toString(), '{"usage":{ "cost":1}}');
  });

  test('takes the place of the one that a reseller wrote, and leaves its details', () => {
    const before = '{"usage":{"prompt_tokens":1,"cost" : 0.25e-3,"cost_details":{"cost":7}}}';
    assert.equal(read('openai-chat', before, () => 1e9).body.toString(), before.replace('0.25e-3', '1'));
    const inner = '{"usage":{"details":{"cost":7}}}';
    assert.equal(read('openai-chat', inner, () => 1e9).body.toString(), '{"usage":{"details":{"cost":7},"cost":1}}');
  });

  test('law: adds one member and changes no other value', () => {
    const member = fc.string().filter((key) => !['usage', 'cost', '__proto__'].includes(key));
    const other = fc.dictionary(member, fc.jsonValue(), { maxKeys: 4 });
    fc.assert(
      fc.property(other, other, other, fc.nat(), fc.boolean(), (before, inner, after, cost, isSpaced) => {
        const reply = { ...before, usage: inner, ...after };
        const { body } = read('openai-chat', JSON.stringify(reply, null, isSpaced ? 2 : 0), () => cost);
        const expected = { ...reply, usage: { ...inner, cost: cost / 1e9 } };
        assert.deepEqual(JSON.parse(body.toString()), JSON.parse(JSON.stringify(expected)));
      }),
    );
  });
});

describe('the cost of a whole call', () => {
  test('takes the place of the one that was written before', () => {
    const before = '{"usage":{"prompt_tokens":1,"cost":0.25},"more":{"usage":{}}}';
    assert.equal(
      writeReplyCost('openai-chat', Buffer.from(before), 1_500_000_000).toString(),
      before.replace('0.25', '1.5'),
    );
  });

  test('is not written where there is no usage to write it in', () => {
    for (const reply of ['{"id":1}', '{"usage":null}', '{"usage":[]}'])
      assert.equal(writeReplyCost('openai-chat', Buffer.from(reply), 1).toString(), reply);
  });
});
