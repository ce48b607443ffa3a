// Reads a request to the responses API into the neutral form. What the neutral form has no word for stays in `unknown`; of
// fields it understands in part, the rest stays there under the same name.
import type { Json, JsonObject } from '../call/json.ts';
import type { NeutralRequest } from './neutral.ts';
import { readResponsesInput } from './openai-responses-input-reader.ts';
import { readResponsesFormat, readResponsesReasoning } from './openai-responses-settings.ts';
import { readResponsesChoice, readResponsesTools } from './openai-responses-tools.ts';
import {
  defined,
  invalidField,
  otherMembers,
  parseBody,
  readArray,
  readBoolean,
  readInteger,
  readMember,
  readNumber,
  readString,
  readStrings,
} from './request-fields.ts';

const KNOWN = new Set(
  `model input instructions tools tool_choice parallel_tool_calls max_output_tokens temperature top_p top_logprobs
  include text reasoning user stream`.split(/\s+/),
);
export const LOGPROBS = 'message.output_text.logprobs';
/** Without an input, one of these says what is to be answered. */
const INSTEAD_OF_INPUT = ['previous_response_id', 'conversation', 'prompt'];

/** Throws TierlineError `invalid_json` or `invalid_request` naming the field. */
export function readResponsesRequest(source: Buffer): NeutralRequest {
  const body = parseBody(source);
  const isEmpty = (body.input ?? null) === null;
  if (isEmpty && INSTEAD_OF_INPUT.every((key) => (body[key] ?? null) === null))
    throw invalidField('input', 'is missing');
  const unknown = otherMembers(body, KNOWN) ?? {};
  const { system, messages } = readResponsesInput(body.input);
  const instructions = readString(body, 'instructions') ?? '';
  return defined<NeutralRequest>({
    origin: 'openai-responses',
    system: instructions === '' ? system : [{ type: 'text', text: instructions }, ...system],
    messages,
    tools: readResponsesTools(readArray(body, 'tools') ?? []),
    toolChoice: understood(readResponsesChoice(body.tool_choice), 'tool_choice', { body, unknown }),
    ...readText(body, unknown),
    ...readSettings(body, unknown),
    n: 1,
    stream: readBoolean(body, 'stream') ?? false,
    includeUsage: true,
    unknown,
  });
}

/** The value; null, for one that the neutral form has no word for, is kept as unknown. */
function understood<Value>(
  value: Value | null | undefined,
  key: string,
  { body, unknown }: { body: JsonObject; unknown: JsonObject },
): Value | undefined {
  if (value === null) unknown[key] = body[key] as Json;
  return value ?? undefined;
}

function readText(body: JsonObject, unknown: JsonObject): Pick<NeutralRequest, 'format'> {
  const text = readMember(body, 'text');
  if (text === undefined) return {};
  const left = otherMembers(text, new Set(['format'])) ?? {};
  const format = understood(readResponsesFormat(text.format), 'format', { body: text, unknown: left });
  if (Object.keys(left).length > 0) unknown.text = left;
  return format === undefined ? {} : { format };
}

function readSettings(body: JsonObject, unknown: JsonObject): Partial<NeutralRequest> {
  const reasoning = readMember(body, 'reasoning') ?? {};
  const leftReasoning = otherMembers(reasoning, new Set(typeof reasoning.effort === 'string' ? ['effort'] : []));
  if (leftReasoning !== null) unknown.reasoning = leftReasoning;
  const include = readStrings(body, 'include') ?? [];
  const leftInclude = include.filter((name) => name !== LOGPROBS);
  if (leftInclude.length > 0) unknown.include = leftInclude;
  const top = readInteger(body, 'top_logprobs', 0) ?? 0;
  return {
    parallelToolCalls: readBoolean(body, 'parallel_tool_calls'),
    maxTokens: readInteger(body, 'max_output_tokens', 1),
    temperature: readNumber(body, 'temperature'),
    topP: readNumber(body, 'top_p'),
    logprobs: top > 0 || leftInclude.length < include.length ? { top } : undefined,
    reasoning: readResponsesReasoning(reasoning),
    // The newer name stays in `unknown` besides: it is written again under it.
    user: readString(body, 'user') ?? readString(body, 'safety_identifier'),
  };
}
