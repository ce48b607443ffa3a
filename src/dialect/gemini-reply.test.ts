import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_USAGE, toUsage } from '../call/usage.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { ReplyContext } from './dialect.ts';
import { gemini } from './gemini.ts';
import type { NeutralFinish, NeutralPart, NeutralReply } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';

const ARGS = '{ "z":12345678901234567890,\n"a":1.0 }';
const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1_700_000_000 };

const candidate = (parts: object[], finishReason = 'STOP', rest: object = {}): object => ({
  content: { role: 'model', parts },
  index: 0,
  finishReason,
  ...rest,
});
const reply = (candidates: object[], rest: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ candidates, modelVersion: 'gemini-2.5-flash', responseId: 'r-1', ...rest }));
const decode = (candidates: object[], rest: object = {}): NeutralReply => gemini.decodeReply(reply(candidates, rest));
const finishOf = (word: string): NeutralFinish | undefined =>
  decode([candidate([{ text: 'a' }], word)]).choices[0]?.finish;

describe('a reply of Gemini', () => {
  test('text, thoughts, usage, id and model', () => {
    const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 2, thoughtsTokenCount: 5, totalTokenCount: 17 };
    const parts = [
      { text: 'hm', thought: true },
      { text: 'Hello.', thoughtSignature: 'sig' },
    ];
    assert.deepEqual(decode([candidate(parts)], { usageMetadata }), {
      id: 'r-1',
      model: 'gemini-2.5-flash',
      choices: [
        {
          index: 0,
          parts: [
            { type: 'thinking', text: 'hm', origin: 'gemini' },
            { type: 'text', text: 'Hello.', extra: { thoughtSignature: 'sig' } },
          ],
          finish: { reason: 'stop', raw: 'STOP' },
        },
      ],
      usage: { ...NO_USAGE, inputTokens: 10, outputTokens: 7, reasoningTokens: 5 },
    });
  });

  test('calls keep their arguments byte for byte and get ids that differ within and between replies', () => {
    const source = (id: string): Buffer =>
      Buffer.from(
        `{"responseId":"${id}","candidates":[{"finishReason":"STOP","content":{"parts":[{"functionCall":{"name":"f","args":${ARGS}}},{"functionCall":{"name":"g"}}]}}]}`,
      );
    const [choice] = gemini.decodeReply(source('abc')).choices;
    assert.deepEqual(choice?.parts, [
      { type: 'tool_call', id: 'call_abc_0', name: 'f', arguments: ARGS },
      { type: 'tool_call', id: 'call_abc_1', name: 'g', arguments: '{}' },
    ]);
    assert.deepEqual(choice?.finish, { reason: 'tool_calls', raw: 'STOP' });
    const idOf = (body: Buffer): unknown =>
      (gemini.decodeReply(body).choices[0]?.parts[0] as { id?: string } | undefined)?.id;
    assert.notEqual(idOf(source('')), idOf(source('')));
    assert.equal(idOf(source('abc')), idOf(source('abc')));
  });

  test('an id and a signature of its own are kept', () => {
    const part = { functionCall: { id: 'own', name: 'f', args: {} }, thoughtSignature: 's' };
    assert.deepEqual(decode([candidate([part])]).choices[0]?.parts, [
      { type: 'tool_call', id: 'own', name: 'f', arguments: '{}', signature: 's' },
    ]);
  });

  const finishes: [string, NeutralFinish['reason']][] = [
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'refusal'],
    ['RECITATION', 'refusal'],
    ['BLOCKLIST', 'refusal'],
    ['PROHIBITED_CONTENT', 'refusal'],
    ['SPII', 'refusal'],
    ['IMAGE_SAFETY', 'refusal'],
    ['MALFORMED_FUNCTION_CALL', 'unknown'],
    ['OTHER', 'unknown'],
    ['A_WORD_TO_COME', 'unknown'],
    ['constructor', 'unknown'],
  ];
  for (const [raw, reason] of finishes) {
    test(`${raw} is ${reason}`, () => assert.deepEqual(finishOf(raw), { reason, raw }));
  }

  test('a blocked prompt is a refusal', () => {
    const promptFeedback = { blockReason: 'PROHIBITED_CONTENT', safetyRatings: [] };
    const usageMetadata = { promptTokenCount: 4, totalTokenCount: 4 };
    const blocked = gemini.decodeReply(Buffer.from(JSON.stringify({ promptFeedback, usageMetadata })));
    assert.deepEqual(blocked.choices, [
      { index: 0, parts: [], finish: { reason: 'refusal', raw: 'PROHIBITED_CONTENT' } },
    ]);
    assert.deepEqual(blocked.usage, toUsage({ inputTokens: 4 }));
    assert.equal(JSON.parse(openaiChat.encodeReply(blocked, CONTEXT)).choices[0].finish_reason, 'content_filter');
    assert.equal(JSON.parse(anthropicMessages.encodeReply(blocked, CONTEXT)).stop_reason, 'refusal');
  });

  test('several candidates, log probabilities, pictures', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'é', logProbability: -0.5 }, { token: 'b' }],
      topCandidates: [
        {
          candidates: [
            { token: 'é', logProbability: -0.5 },
            { token: 'x', logProbability: -2 },
          ],
        },
      ],
    };
    const picture = { inlineData: { mimeType: 'image/png', data: 'AA==' } };
    const { choices } = decode([
      candidate([{ text: 'é' }], 'STOP', { logprobsResult }),
      candidate([picture], 'STOP', { index: 1 }),
    ]);
    assert.deepEqual(choices[0]?.logprobs, {
      content: [
        {
          token: 'é',
          logprob: -0.5,
          bytes: [0xc3, 0xa9],
          top_logprobs: [
            { token: 'é', logprob: -0.5, bytes: [0xc3, 0xa9] },
            { token: 'x', logprob: -2, bytes: [0x78] },
          ],
        },
        { token: 'b', logprob: 0, bytes: [0x62], top_logprobs: [] },
      ],
      refusal: null,
    });
    assert.equal(choices[1]?.index, 1);
    assert.deepEqual(choices[1]?.parts, [{ type: 'unknown', origin: 'gemini', json: picture }]);
  });

  test('code that ran on the server is kept whole', () => {
    const part = { executableCode: { language: 'PYTHON', code: '1+1' } };
    assert.deepEqual(decode([candidate([part])]).choices[0]?.parts, [
      { type: 'unknown', origin: 'gemini', json: part },
    ]);
  });

  const broken: [string, string, string][] = [
    ['no JSON', '<html>', 'upstream_malformed'],
    ['a list', '[]', 'upstream_malformed'],
    ['no candidates', '{}', 'upstream_malformed'],
    [
      'a candidate that has not finished',
      '{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}',
      'upstream_malformed',
    ],
    [
      'a call without a name',
      '{"candidates":[{"finishReason":"STOP","content":{"parts":[{"functionCall":{}}]}}]}',
      'upstream_malformed',
    ],
    ['an error with status 200', '{"error":{"code":503,"message":"no"}}', 'upstream_error'],
  ];
  for (const [name, source, code] of broken) {
    test(`${name} is ${code}`, () => assert.throws(() => gemini.decodeReply(Buffer.from(source)), { code }));
  }
});

describe('a reply for a Gemini client', () => {
  test('from OpenAI', () => {
    const source = {
      id: 'chatcmpl-1',
      model: 'gpt-x',
      choices: [
        {
          index: 0,
          message: {
            content: 'Hm.',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: ARGS } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    };
    const neutral = openaiChat.decodeReply(Buffer.from(JSON.stringify(source)));
    assert.equal(
      gemini.encodeReply(neutral, { ...CONTEXT, costUsd: () => 0.5 }),
      `{"candidates":[{"content":{"parts":[{"text":"Hm."},{"functionCall":{"id":"c","name":"f","args":${ARGS}}}],"role":"model"},"finishReason":"STOP","index":0}],` +
        '"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7,"cost":0.5},"modelVersion":"gpt-x","responseId":"chatcmpl-1"}',
    );
  });

  test('what another provider has signed or hidden comes under a seal, and is open again when it comes back', () => {
    const parts: NeutralPart[] = [
      { type: 'thinking', text: 'hm', signature: 'EqQB', origin: 'anthropic-messages' },
      { type: 'redacted_thinking', data: 'b3Bh', origin: 'anthropic-messages' },
    ];
    const finish = { reason: 'length', raw: 'max_tokens' } as const;
    const text = gemini.encodeReply(
      { id: '', model: '', choices: [{ index: 0, parts: [...parts], finish }], usage: null },
      CONTEXT,
    );
    const { content } = JSON.parse(text).candidates[0];
    for (const part of content.parts) {
      assert.equal(part.thought, true);
      // Google's Python library reads signatures as bytes.
      assert.equal(Buffer.from(part.thoughtSignature, 'base64').toString('base64'), part.thoughtSignature);
    }
    const request = { contents: [{ role: 'user', parts: [{ text: 'x' }] }, content] };
    assert.deepEqual(gemini.decodeRequest(Buffer.from(JSON.stringify(request))).messages[1]?.parts, parts);
  });
});
