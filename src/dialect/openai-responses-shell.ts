// The response object around the output items: whole in a reply, and in every event that begins or ends a stream. All members
// that OpenAI's schema requires are there; those that repeat the request are taken from it, as its client wrote them.
// Source: Response in the openai package 7.57, 2026-11-28.
import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import { Crossing } from './crossing.ts';
import type { ReplyContext } from './dialect.ts';
import type { NeutralRequest } from './neutral.ts';
import type { ResponseEnd } from './openai-responses-finish.ts';
import { writeResponsesFormat } from './openai-responses-settings.ts';
import { writeResponsesChoice, writeResponsesTool } from './openai-responses-tools.ts';
import { pricedResponsesUsage } from './openai-responses-usage.ts';

export interface ResponseState {
  /** As `newResponseId` made it. */
  id: string;
  model: string;
  status: ResponseEnd['status'] | 'in_progress' | 'failed';
  /** Why it is incomplete. */
  reason?: ResponseEnd['reason'];
  error?: { code: string; message: string };
  output: readonly JsonObject[];
  usage: Usage | null;
}

/**
 * The id of a response that the gateway writes, its own: clients go on from it, and what providers give as an id is not always
 * one (Ollama's is one of a thousand).
 */
export function newResponseId({ newId }: ReplyContext): string {
  return `resp_${newId === undefined ? randomUUID().replaceAll('-', '') : newId()}`;
}

/** The id of an output item: the same for the same response and position. OpenAI refuses ids beyond 64 characters. */
export function itemId(prefix: 'msg' | 'fc' | 'rs', responseId: string, position: number): string {
  return `${prefix}_${responseId.replace(/^resp_/, '')}_${position}`;
}

/** The response in which an item was written that has such an id; null for ids that others have given. */
export function madeInResponse(id: string): string | null {
  const [, unique] = /^(?:msg|fc|rs)_([0-9a-f]{32})_\d+$/.exec(id) ?? [];
  return unique === undefined ? null : `resp_${unique}`;
}

export function writeResponse(state: ResponseState, context: ReplyContext): JsonObject {
  const { id, model, status, reason, error, output, usage } = state;
  return {
    id,
    object: 'response',
    created_at: context.createdAtSeconds,
    status,
    background: false,
    completed_at: status === 'completed' ? Math.floor(Date.now() / 1000) : null,
    error: error ?? null,
    incomplete_details: status === 'incomplete' ? { reason: reason ?? null } : null,
    ...echoOf(context.request ?? NOTHING_ASKED),
    model,
    output: [...output],
    usage: usage === null ? null : pricedResponsesUsage(usage, context),
  };
}

const NOTHING_ASKED: NeutralRequest = {
  origin: 'openai-responses',
  system: [],
  messages: [],
  tools: [],
  n: 1,
  stream: false,
  includeUsage: true,
  unknown: {},
};

/** The settings of the request, with OpenAI's defaults for those that were not said. */
function echoOf(request: NeutralRequest): JsonObject {
  const { unknown } = request;
  const crossing = new Crossing(request, { model: '', defaultMaxTokens: 0 }, 'openai-responses');
  const { toolChoice, format } = request;
  const written = request.tools.map((tool, index) => writeResponsesTool(tool, crossing, `tools[${index}]`));
  const tools = written.filter((tool) => tool !== null);
  const text = isObject(unknown.text) ? unknown.text : {};
  const reasoning = isObject(unknown.reasoning) ? unknown.reasoning : {};
  return {
    instructions: instructionsOf(request),
    max_output_tokens: request.maxTokens ?? null,
    max_tool_calls: unknown.max_tool_calls ?? null,
    metadata: unknown.metadata ?? {},
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: unknown.previous_response_id ?? null,
    prompt_cache_key: unknown.prompt_cache_key ?? null,
    reasoning: { effort: effortOf(request), summary: null, ...reasoning },
    safety_identifier: unknown.safety_identifier ?? null,
    service_tier: 'default',
    store: unknown.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: writeResponsesFormat(format ?? { type: 'text' }, crossing), ...text },
    tool_choice: unknown.tool_choice ?? (toolChoice === undefined ? 'auto' : writeResponsesChoice(toolChoice)),
    // OpenAI's schema has both members in every function.
    tools: tools.map((tool) => (tool.type === 'function' ? { description: null, strict: null, ...tool } : tool)),
    top_logprobs: request.logprobs?.top ?? 0,
    top_p: request.topP ?? 1,
    truncation: unknown.truncation ?? 'disabled',
    user: request.user ?? null,
  };
}

/** The member `instructions`: the words that did not come in messages of their own. */
export function instructionsOf({ system }: NeutralRequest): string | null {
  const texts = system.flatMap((part) => (part.type === 'text' && part.extra?.role === undefined ? [part.text] : []));
  return texts.length === 0 ? null : texts.join('\n\n');
}

function effortOf({ reasoning }: NeutralRequest): string | null {
  if (reasoning?.type === 'off') return 'none';
  return reasoning?.type === 'effort' || reasoning?.type === 'adaptive' ? (reasoning.effort ?? null) : null;
}
