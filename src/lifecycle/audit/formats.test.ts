import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../call/json.ts';
import { totalInputTokens } from '../../call/usage.ts';
import { sampleRow } from '../../ledger/sample-row.test.ts';
import { readAnswerParts } from './answer-parts.ts';
import { FORMATS, formatNamed, formatOf } from './formats.ts';
import type { LoggedCall } from './logged-call.ts';
import {
  ANTHROPIC_BATCH,
  BATCH_REQUEST,
  BATCH_RESULT,
  FINE_TUNING,
  HELICONE_ROW,
  LANGFUSE_ROW,
  LANGFUSE_TABLE,
  LITELLM_ROW,
  PAIR,
  PLAIN_BODY,
} from './logs.fixture.ts';

function callOf(record: unknown): LoggedCall {
  const reading = formatOf(record as JsonObject)?.read(record as JsonObject) ?? null;
  assert.ok(reading !== null && 'call' in reading, JSON.stringify(reading));
  return reading.call;
}

test('every record is told by its shape, and by no other format before its own', () => {
  const records: [string, unknown][] = [
    ['tierline', sampleRow({})],
    ['litellm', LITELLM_ROW],
    ['langfuse', LANGFUSE_ROW],
    ['langfuse', LANGFUSE_TABLE[1]],
    ['helicone', HELICONE_ROW],
    ['openai', BATCH_REQUEST],
    ['openai', BATCH_RESULT],
    ['openai', ANTHROPIC_BATCH],
    ['openai', FINE_TUNING],
    ['openai', PLAIN_BODY],
    ['openai', PAIR],
  ];
  for (const [name, record] of records) assert.equal(formatOf(record as JsonObject)?.name, name);
});

test('a record without the shape of any format is in none', () => {
  assert.equal(formatOf({ level: 'info', msg: 'listening' }), null);
  assert.equal(formatOf({}), null);
});

test('a format that is none is refused with the names there are', () => {
  assert.equal(formatNamed('helicone').title, 'Helicone requests');
  assert.throws(
    () => formatNamed('csv'),
    /"csv" is no format of a log: choose one of tierline, litellm, langfuse, helicone, openai\./,
  );
});

test('no format throws, whatever stands in a record', () => {
  const values: JsonObject[string][] = [null, 0, '', '{', [], {}, 'x', true, [1], { a: { b: null } }];
  const keys = [
    'request',
    'response',
    'messages',
    'usage',
    'metadata',
    'startTime',
    'type',
    'body',
    'attempts',
    'request_tags',
  ];
  for (const format of FORMATS) {
    for (const key of keys)
      for (const value of values) assert.doesNotThrow(() => format.read({ [key]: value, custom_id: 'x', id: 'y' }));
  }
});

test("a row of Tierline's ledger keeps task, cost, time and the provider's own name of the model", () => {
  const call = callOf(JSON.parse(JSON.stringify(sampleRow({ task: 'ticket-triage' }))));
  assert.equal(call.task, 'ticket-triage');
  assert.equal(call.costNanoUsd, sampleRow({}).costNanoUsd);
  assert.equal(call.model, sampleRow({}).attempts[0]?.upstreamModel);
  assert.equal(call.atMs, sampleRow({}).atMs);
});

describe('LiteLLM', () => {
  test('spend, usage with its cached part, time and names are read', () => {
    const call = callOf(LITELLM_ROW);
    assert.equal(call.costNanoUsd, 1_350_000);
    assert.equal(call.usage?.inputTokens, 372);
    assert.equal(call.usage?.cacheReadTokens, 128);
    assert.equal(call.atMs, Date.UTC(2026, 10, 20, 8, 15, 2, 120));
    assert.equal(call.latencyMs, 750);
    assert.equal(call.model, 'gpt-4o');
    assert.deepEqual(call.hints, ['ticket-triage', 'support-bot', 'OpenAI', 'OpenAI']);
    assert.equal(call.request?.['model'], 'triage-model');
    assert.deepEqual(readAnswerParts(call.answer), { text: 'billing', toolCalls: 0 });
  });

  test('metadata of the spend names the task', () => {
    const metadata = { ...LITELLM_ROW.metadata, spend_logs_metadata: { task: 'triage', project: 'x' } };
    assert.equal(callOf({ ...LITELLM_ROW, metadata }).task, 'triage');
  });

  test('the body lies below the request in some versions, and only the messages in others', () => {
    const nested = callOf({ ...LITELLM_ROW, proxy_server_request: { url: 'x', body: { messages: [] } } });
    assert.deepEqual(nested.request, { messages: [] });
    const bare = callOf({ ...LITELLM_ROW, proxy_server_request: {}, messages: '[{"role":"user","content":"hi"}]' });
    assert.deepEqual(bare.request, { messages: [{ role: 'user', content: 'hi' }] });
    assert.equal(callOf({ ...LITELLM_ROW, proxy_server_request: {} }).request, null);
  });

  test('a spend of 0 for an answer stands for a price LiteLLM does not know; from its cache it is 0', () => {
    assert.equal(callOf({ ...LITELLM_ROW, spend: 0 }).costNanoUsd, null);
    assert.equal(callOf({ ...LITELLM_ROW, spend: 0, cache_hit: 'True' }).costNanoUsd, 0);
    assert.equal(callOf({ ...LITELLM_ROW, spend: 0, status: 'failure' }).costNanoUsd, 0);
  });

  test('what is no call of a language model is left out by its kind', () => {
    const reading = formatOf({ ...LITELLM_ROW, call_type: 'aimage_generation' } as JsonObject)?.read({
      ...LITELLM_ROW,
      call_type: 'aimage_generation',
    } as JsonObject);
    assert.deepEqual(reading, { skipped: 'aimage_generation calls' });
  });
});

describe('Langfuse', () => {
  test('the enriched export: disjoint usage, folded input and output, prompt as task', () => {
    const call = callOf(LANGFUSE_ROW);
    assert.equal(call.task, 'triage-prompt');
    assert.deepEqual(call.hints, ['support-flow', 'prod', 'support']);
    assert.equal(call.usage?.inputTokens, 400);
    assert.equal(call.usage?.cacheReadTokens, 100);
    assert.equal(totalInputTokens(call.usage ?? assert.fail()), 500);
    assert.equal(call.costNanoUsd, 1_155_000);
    assert.equal(call.latencyMs, 1500);
    assert.equal(call.atMs, Date.UTC(2026, 10, 20, 9));
    assert.deepEqual(readAnswerParts(call.answer), { text: 'bug', toolCalls: 0 });
    assert.equal(Array.isArray(call.request?.['messages']), true);
  });

  test('the table export: reasoning is part of the output, a cost of 0 is no cost, a tag names the task', () => {
    const call = callOf(LANGFUSE_TABLE[1]);
    assert.equal(call.usage?.outputTokens, 500);
    assert.equal(call.usage?.reasoningTokens, 400);
    assert.equal(call.costNanoUsd, null);
    assert.equal(call.task, 'draft-reply');
    assert.deepEqual(readAnswerParts(call.answer), { text: '', toolCalls: 1 });
  });

  test('spans are no calls, embeddings are calls of another kind', () => {
    const span = LANGFUSE_TABLE[0] as JsonObject;
    assert.deepEqual(formatOf(span)?.read(span), { skipped: 'observations of type SPAN' });
    assert.equal(callOf(LANGFUSE_TABLE[2]).kind, 'embedding');
  });

  test('a latency without times is seconds', () => {
    assert.equal(callOf({ ...LANGFUSE_ROW, end_time: null, latency: 2.25 }).latencyMs, 2250);
  });

  test('CSV holds the same, folded into texts', () => {
    const folded = Object.fromEntries(
      Object.entries(LANGFUSE_ROW).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    assert.deepEqual(callOf(folded), callOf(LANGFUSE_ROW));
  });
});

describe('Helicone', () => {
  test("usage comes from the body, in the provider's words; cost is dollars", () => {
    const call = callOf(HELICONE_ROW);
    assert.equal(call.usage?.inputTokens, 120);
    assert.equal(call.usage?.cacheReadTokens, 200);
    assert.equal(call.costNanoUsd, 390_000);
    assert.equal(call.latencyMs, 1100);
    assert.equal(call.model, 'claude-haiku-4-5-20251001');
    assert.equal(call.hints[0], 'moderation');
    assert.equal(call.isReplayed, false);
  });

  test("without bodies the counts stand for it: Anthropic's cache beside the prompt, OpenAI's inside", () => {
    const bare = { ...HELICONE_ROW, response_body: undefined, request_body: undefined };
    assert.equal(callOf(bare).usage?.inputTokens, 320);
    assert.equal(callOf({ ...bare, provider: 'OPENAI' }).usage?.inputTokens, 120);
  });

  test('errors and answers from its cache are told', () => {
    assert.equal(callOf({ ...HELICONE_ROW, response_status: 503 }).isError, true);
    assert.equal(callOf({ ...HELICONE_ROW, response_status: -3 }).isError, true);
    assert.equal(callOf({ ...HELICONE_ROW, cache_reference_id: '5f0a8c0a-1111' }).isReplayed, true);
  });

  test('a cost that no call can have is not taken for dollars', () => {
    assert.equal(callOf({ ...HELICONE_ROW, cost: 390_000 }).costNanoUsd, null);
  });

  test('a property or a prompt names the task', () => {
    assert.equal(callOf({ ...HELICONE_ROW, request_properties: '{"task":"flag-post"}' }).task, 'flag-post');
    assert.equal(callOf({ ...HELICONE_ROW, prompt_id: 'moderate' }).task, 'moderate');
  });
});

describe('bodies of the APIs', () => {
  test('a batch request is its body at batch prices, hinted at by what ids have in common', () => {
    const call = callOf(BATCH_REQUEST);
    assert.equal(call.isBatch, true);
    assert.equal(call.model, 'gpt-4o-mini');
    assert.deepEqual(call.hints, ['triage']);
    assert.equal(call.usage, null);
  });

  test('a batch result brings usage, answer and time', () => {
    const call = callOf(BATCH_RESULT);
    assert.equal(call.usage?.inputTokens, 60);
    assert.equal(call.atMs, 1_795_000_000_000);
    assert.deepEqual(readAnswerParts(call.answer), { text: 'sales', toolCalls: 0 });
    assert.equal(callOf({ ...BATCH_RESULT, response: { status_code: 500, body: {} } }).isError, true);
  });

  test("Anthropic's batches have params and a result of their own", () => {
    assert.equal(callOf(ANTHROPIC_BATCH).request?.['system'], 'Review the change.');
    const message = HELICONE_ROW.response_body;
    const call = callOf({ custom_id: 'review-3', result: { type: 'succeeded', message } });
    assert.equal(call.usage?.cacheReadTokens, 200);
    assert.deepEqual(formatOf({ custom_id: 'x' })?.read({ custom_id: 'x', result: { type: 'expired' } }), {
      skipped: 'batch lines that were expired',
    });
  });

  test('a fine-tuning example ends with its answer, which is no part of the request', () => {
    const call = callOf(FINE_TUNING);
    assert.deepEqual(readAnswerParts(call.answer), { text: 'bug', toolCalls: 0 });
    assert.equal((call.request?.['messages'] as unknown[] | undefined)?.length, 2);
    assert.equal(call.model, null);
  });

  test('a conversation that goes on is no fine-tuning example when it names a model', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ];
    assert.equal(callOf({ model: 'gpt-4o', messages }).answer, null);
  });

  test("a pair has the request's names and the response's usage; Gemini's thoughts are output", () => {
    const call = callOf(PAIR);
    assert.equal(call.usage?.outputTokens, 39);
    assert.equal(call.latencyMs, 420);
    assert.deepEqual(call.hints, ['node-fetch']);
    assert.deepEqual(readAnswerParts(call.answer), { text: 'Elbe, Rhine, Danube', toolCalls: 0 });
  });

  test('metadata, tags and the model name of a route name the task', () => {
    assert.equal(callOf({ ...PLAIN_BODY, metadata: { task: 'billing' } }).task, 'billing');
    assert.equal(callOf({ ...PLAIN_BODY, metadata: { tags: ['task:faq'] } }).task, 'faq');
    assert.equal(callOf({ ...PLAIN_BODY, model: 'auto/ticket-triage' }).task, 'ticket-triage');
  });
});
