// Captured calls as traffic to draw samples from. What is written in a dialect that samples cannot have is told in OpenAI's.

import type { JsonObject } from '../../call/json.ts';
import type { CapturedCall } from '../../capture/captured-call.ts';
import { type CapturedFilter, readCaptured } from '../../capture/read-captured.ts';
import { gemini } from '../../dialect/gemini.ts';
import { namedDialect } from '../../dialect/guess-dialect.ts';
import type { NeutralRequest } from '../../dialect/neutral.ts';
import { openaiChat } from '../../dialect/openai-chat.ts';
import type { ReadTraffic } from './logged.ts';
import { type TrafficCall, toTraffic } from './traffic.ts';
import { UnnamedCalls } from './unnamed-calls.ts';

/** The captured calls of a task; none when there is no folder. */
export function readCapturedTraffic(folder: string, filter: CapturedFilter & { task: string }): ReadTraffic {
  const skipped = new Map<string, number>();
  let masked = 0;
  const onMasked = (): void => void masked++;
  const calls = readAll(folder, { filter, skipped, onMasked });
  return { calls, skipped, maskedBefore: () => masked, unnamed: new UnnamedCalls() };
}

async function* readAll(
  folder: string,
  { filter, skipped, onMasked }: { filter: CapturedFilter; skipped: Map<string, number>; onMasked: () => void },
): AsyncGenerator<TrafficCall> {
  for await (const call of readCaptured(folder, filter)) {
    try {
      const traffic = fromCaptured(call);
      if (call.masked) onMasked();
      yield traffic;
    } catch (error) {
      const reason = (error as Error).message;
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    }
  }
}

function fromCaptured({ dialect: name, body, at }: CapturedCall): TrafficCall {
  const dialect = namedDialect(name);
  return dialect === null
    ? toTraffic(inOpenAi(name, body), { dialect: openaiChat, at })
    : toTraffic(body, { dialect, at });
}

/** Throws Error for a dialect that nobody speaks any more. */
function inOpenAi(name: string, body: JsonObject): JsonObject {
  const isNeutral = name === 'neutral';
  if (!isNeutral && name !== gemini.name) throw new Error(`is written in ${name}, which is not known here`);
  const request = isNeutral
    ? (body as unknown as NeutralRequest)
    : gemini.decodeRequest(Buffer.from(JSON.stringify(body)));
  const { body: encoded } = openaiChat.encodeRequest(request, { model: 'auto', defaultMaxTokens: 8192 });
  return JSON.parse(encoded) as JsonObject;
}
