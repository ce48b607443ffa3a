import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '../../call/json.ts';
import { anthropicMessages } from '../../dialect/anthropic-messages.ts';
import { Inbound } from '../../dialect/inbound.ts';
import { openaiChat } from '../../dialect/openai-chat.ts';
import { readCapturedTraffic } from './captured.ts';
import type { TrafficCall } from './traffic.ts';

const AT = '2026-11-28T12:00:00.000Z';

async function read(
  t: TestContext,
  ...calls: { dialect: string; body: unknown; masked?: boolean }[]
): Promise<{ calls: TrafficCall[]; skipped: Record<string, number>; masked: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-captured-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const rest = {
    id: 'r',
    at: AT,
    tenant: 'default',
    task: 'a',
    path: '/',
    model: 'auto',
    stream: false,
    headers: {},
    masked: true,
  };
  writeFileSync(
    join(folder, '2026-11-28.0000.jsonl'),
    calls.map((call) => `${JSON.stringify({ ...rest, ...call })}\n`).join(''),
  );
  const { calls: traffic, skipped, maskedBefore } = readCapturedTraffic(folder, { task: 'a' });
  const found: TrafficCall[] = [];
  for await (const call of traffic) found.push(call);
  return { calls: found, skipped: Object.fromEntries(skipped), masked: maskedBefore() };
}

test('calls that were masked when they were kept are counted', async (t) => {
  const call = { dialect: 'openai-chat', body: { messages: [{ role: 'user', content: 'Hi' }] } };
  const { masked } = await read(t, call, call, { ...call, masked: false });
  assert.equal(masked, 2);
});

const MESSAGES = [{ role: 'user', content: 'Hi' }];

test('a captured call keeps its dialect, its time and what it asks', async (t) => {
  const { calls } = await read(
    t,
    { dialect: 'openai-chat', body: { model: 'auto', messages: MESSAGES } },
    { dialect: 'anthropic-messages', body: { model: 'auto', max_tokens: 9, messages: MESSAGES } },
  );
  assert.deepEqual(
    calls.map(({ dialect, request, at, answer }) => ({ dialect, request, at, answer })),
    [
      { dialect: openaiChat, request: { messages: MESSAGES }, at: AT, answer: null },
      { dialect: anthropicMessages, request: { max_tokens: 9, messages: MESSAGES }, at: AT, answer: null },
    ],
  );
});

test("a call of Gemini's, and one that never was bytes, are told in OpenAI's dialect", async (t) => {
  const body: JsonObject = { model: 'auto', temperature: 0.5, messages: MESSAGES };
  const { neutral } = Inbound.read(openaiChat, Buffer.from(JSON.stringify(body)), 32);
  const { calls, skipped } = await read(
    t,
    { dialect: 'gemini', body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] } },
    { dialect: 'neutral', body: neutral },
    { dialect: 'telegraph', body: {} },
  );
  assert.deepEqual(
    calls.map(({ request }) => request),
    [{ messages: MESSAGES }, { messages: MESSAGES, temperature: 0.5 }],
  );
  assert.deepEqual(skipped, { 'is written in telegraph, which is not known here': 1 });
});
