// One call of the traffic with its content, whatever kept it: what samples are drawn from. It holds what was asked and nothing of who asked.
import { isObject, type Json, type JsonObject } from '../../call/json.ts';
import { anthropicMessages } from '../../dialect/anthropic-messages.ts';
import type { Dialect } from '../../dialect/dialect.ts';
import { guessDialect } from '../../dialect/guess-dialect.ts';
import { Inbound } from '../../dialect/inbound.ts';
import type { NeutralPart, NeutralRequest } from '../../dialect/neutral.ts';
import { openaiResponses } from '../../dialect/openai-responses.ts';
import { detectLanguage } from '../../policy/language.ts';
import { digestOf, type Sample, type SampleLine } from './sample.ts';

export interface TrafficCall {
  dialect: Dialect;
  /** The body without its model, and without what belongs to the caller and not to the question. */
  request: JsonObject;
  /** Text of the answer that was given; null when it is not known. */
  answer: string | null;
  /** When it was made, ISO 8601; null when it is not known. */
  at: string | null;
  /** Words of the user's last turn; empty when there are none. */
  ask: string;
  /** Characters of all its text. */
  length: number;
  /** ISO 639-1, of the last turn; null when it does not tell. */
  language: string | null;
  /** What every call of one kind has in common: instructions, schema and tools. */
  frame: { instructions: string; form: string };
  /** The conversation without the instructions. */
  said: string;
}

/** Members of a body that say how the answer travels, who asks, and what the provider keeps. */
const OF_THE_CALLER = new Set([
  'model',
  'stream',
  'stream_options',
  'user',
  'metadata',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'store',
  'background',
  'service_tier',
]);
const MAX_DEPTH = 512;

/** Throws Error with what is wrong, as the rest of a sentence about the call. `dialect` null: told by the shape of the body. */
export function toTraffic(
  body: JsonObject,
  {
    dialect: named = null,
    answer = null,
    at = null,
  }: { dialect?: Dialect | null; answer?: string | null; at?: string | null },
): TrafficCall {
  const dialect = named ?? guessDialect(body);
  const request: JsonObject = {};
  for (const [key, value] of Object.entries(body)) if (!OF_THE_CALLER.has(key)) request[key] = value;
  for (const key of ['previous_response_id', 'conversation'])
    if (request[key] != null) throw new Error('goes on from what only its provider holds');
  const inbound = Inbound.read(dialect, Buffer.from(JSON.stringify({ ...request, model: 'auto' })), MAX_DEPTH);
  if (inbound.kind !== 'chat') throw new Error('asks for no answer');
  const { neutral } = inbound;
  return {
    dialect,
    request,
    answer,
    at,
    ask: inbound.ask,
    length: inbound.text.length,
    language: detectLanguage(inbound.ask),
    frame: { instructions: instructionsOf(neutral), form: formOf(neutral) },
    said: neutral.messages.flatMap(({ role, parts }) => (role === 'system' ? [] : parts.map(wordsOf))).join('\n'),
  };
}

/** A sample as the call it may have been; null for one that could not be sent, as people may write it. */
export function sampleTraffic({ dialect, request }: Pick<Sample, 'dialect' | 'request'>): TrafficCall | null {
  try {
    return toTraffic(request, { dialect });
  } catch {
    return null;
  }
}

/** The shortest line that asks what the call asks. */
export function toLine({ dialect, request }: Pick<TrafficCall, 'dialect' | 'request'>): SampleLine {
  if (dialect === anthropicMessages) return { request: request as SampleLine['request'], dialect: 'anthropic' };
  if (dialect === openaiResponses) return { request: request as SampleLine['request'], dialect: 'responses' };
  const { messages, ...rest } = request;
  const others = Object.keys(rest).length === 0 ? {} : { request: rest as SampleLine['request'] };
  return {
    messages: messages as SampleLine['messages'],
    ...others,
    ...(guessDialect(request) === dialect ? {} : { dialect: 'openai' }),
  };
}

function instructionsOf({ system, messages }: NeutralRequest): string {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const leading = messages.slice(0, first === -1 ? undefined : first);
  return [...system, ...leading.flatMap(({ parts }) => parts)].map(wordsOf).join('\n');
}

/** Schema and names of the tools; empty when the answer is free text. */
function formOf({ format, tools }: NeutralRequest): string {
  const names = tools.map((tool) => (tool.type === 'function' ? tool.name : JSON.stringify(tool.json)));
  const schema = format?.type === 'schema' ? format.schema : (format?.type ?? 'text');
  return names.length === 0 && schema === 'text' ? '' : digestOf([schema, names.toSorted()]).slice(0, 6);
}

function wordsOf(part: NeutralPart): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'tool_call':
      return `${part.name} ${part.arguments}`;
    case 'tool_result':
      return part.content.map(wordsOf).join('\n');
    case 'document':
      return part.source.kind === 'text' ? part.source.text : digestOf(part.source);
    case 'image':
      return digestOf(part.source);
    case 'unknown':
      return JSON.stringify(part.json);
    default:
      return '';
  }
}

/** The text of an answer in any shape that logs have: a text, a message, or a whole reply of one of the dialects; null for any other. */
export function answerText(answer: Json | undefined): string | null {
  if (typeof answer === 'string') return answer === '' ? null : answer;
  if (Array.isArray(answer)) return joined(answer.map(partText));
  if (!isObject(answer)) return null;
  const { choices, output, content, message, candidates, output_text: whole } = answer;
  if (Array.isArray(choices)) return isObject(choices[0]) ? answerText(choices[0].message ?? choices[0].text) : null;
  if (typeof whole === 'string') return answerText(whole);
  if (Array.isArray(output))
    return joined(output.map((item) => (isObject(item) && item.type === 'message' ? answerText(item.content) : null)));
  if (Array.isArray(candidates)) return isObject(candidates[0]) ? answerText(candidates[0].content) : null;
  if (message !== undefined) return answerText(message);
  return answerText(content ?? answer.parts);
}

function partText(part: Json): string | null {
  if (typeof part === 'string') return part;
  return isObject(part) && typeof part.text === 'string' && part.type !== 'thinking' && part.thought !== true
    ? part.text
    : null;
}

function joined(texts: readonly (string | null)[]): string | null {
  const said = texts.filter((text) => text !== null).join('');
  return said === '' ? null : said;
}
