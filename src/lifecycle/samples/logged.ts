// Reads calls out of logs that keep their content: JSON lines with `messages`, with a `body`, or with `request` and `response`. What a line
// does not say is not guessed, and what cannot be read is counted with its reason.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isObject, type JsonObject, parseObject } from '../../call/json.ts';
import { answerText, type TrafficCall, toTraffic } from './traffic.ts';
import { UnnamedCalls } from './unnamed-calls.ts';

export interface ReadTraffic {
  calls: AsyncIterable<TrafficCall>;
  /** Lines that are no call of the task, by their reason; grows while the calls are read. */
  skipped: Map<string, number>;
  /** Calls whose secrets and personal data were taken out when they were kept; grows while the calls are read. */
  maskedBefore: () => number;
  /** Calls that name no task, and of how many prompts they are; grows while the calls are read. */
  unnamed: Readonly<UnnamedCalls>;
}

/** Calls of a task in the files. A line that names no task counts as one of it. Rejects with Error for a file that cannot be read. */
export function readLogs(files: readonly string[], task: string): ReadTraffic {
  const skipped = new Map<string, number>();
  const skip = (reason: string): void => void skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  const unnamed = new UnnamedCalls();
  return { calls: readAll(files, { task, skip, unnamed }), skipped, maskedBefore: () => 0, unnamed };
}

type Skip = (reason: string) => void;

interface Reading {
  task: string;
  skip: Skip;
  unnamed: UnnamedCalls;
}

async function* readAll(files: readonly string[], reading: Reading): AsyncGenerator<TrafficCall> {
  for (const file of files) {
    try {
      for await (const line of createInterface({
        input: createReadStream(file),
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        if (line.trim() === '') continue;
        const call = readLine(line.replace(/^\u{feff}/u, ''), reading);
        if (call !== null) yield call;
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
      throw new Error(`The log ${file}: ${reason}.`, { cause: error });
    }
  }
}

function readLine(text: string, { task, skip, unnamed }: Reading): TrafficCall | null {
  const line = parseObject(text);
  const found = line === null ? null : findBody(line);
  if (line === null || found === null) {
    skip(line === null ? 'no JSON object' : 'without a request');
    return null;
  }
  const named = taskOf(line) ?? taskOf(found.body);
  if (named !== null && named !== task) {
    skip('of another task');
    return null;
  }
  try {
    const call = toTraffic(found.body, { answer: found.answer, at: timeOf(line) });
    if (named === null) unnamed.add(call);
    return call;
  } catch (error) {
    skip((error as Error).message);
    return null;
  }
}

/** Members of a body that lines write beside their messages. */
const BESIDE_MESSAGES = new Set(['model', 'system', 'tools', 'response_format', 'temperature', 'max_tokens']);

/** An answer at the end of the messages themselves, as files for fine-tuning have it, is no part of the question. */
function findBody(line: JsonObject): { body: JsonObject; answer: string | null } | null {
  const { messages, body, request, response, answer, output, completion } = line;
  // A batch's line has the request's body in `body`; a log of exchanges has whole bodies, or bodies in bodies.
  const told = isObject(request) ? (isObject(request.body) ? request.body : request) : body;
  const reply = isObject(response) && isObject(response.body) ? response.body : response;
  const said = answerText(reply ?? answer ?? output ?? completion);
  if (!Array.isArray(messages)) return isObject(told) ? { body: told, answer: said } : null;
  const own = Object.entries(line).filter(([key]) => BESIDE_MESSAGES.has(key));
  const whole = { ...(isObject(told) ? told : {}), ...Object.fromEntries(own), messages };
  const last = messages.at(-1);
  if (said !== null || !isObject(last) || last.role !== 'assistant') return { body: whole, answer: said };
  return { body: { ...whole, messages: messages.slice(0, -1) }, answer: answerText(last) };
}

function taskOf({ task, metadata }: JsonObject): string | null {
  if (typeof task === 'string') return task;
  return isObject(metadata) && typeof metadata.task === 'string' ? metadata.task : null;
}

/** ISO 8601 of a text, or of seconds or milliseconds since 1970; null when there is none. */
function timeOf(line: JsonObject): string | null {
  const value = line['at'] ?? line['timestamp'] ?? line['time'] ?? line['created_at'] ?? line['created'];
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const date = new Date(typeof value === 'number' && value < 1e11 ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
