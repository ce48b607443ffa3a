// Writes a neutral request as the call options of an AI SDK language model (specification versions v2, v3 and v4).
import { TierlineError } from '../call/errors.ts';
import type { Json, JsonObject } from '../call/json.ts';
import type { MediaSource, NeutralMessage, NeutralPart, NeutralRequest } from '../dialect/neutral.ts';
import { toldMembers } from '../dialect/openai-responses-unknown.ts';

/** From this version on file data is a tagged union; before, it was the bytes or the URL itself. */
const TAGGED_DATA = 'v4';
/** The efforts of specification v4. */
const EFFORTS = new Set(['minimal', 'low', 'medium', 'high', 'xhigh', 'max']);
/** From so many thinking tokens on an effort is called medium, or high. */
const MEDIUM_FROM = 4096;
const HIGH_FROM = 16_384;

export interface SdkCall {
  options: JsonObject;
  /** What the specification has no place for. */
  losses: string[];
}

/** `version` is the model's `specificationVersion`. */
export function toSdkCall(request: NeutralRequest, version: string): SdkCall {
  const writer = new PromptWriter(version);
  const prompt = writer.prompt(request);
  const { format, toolChoice } = request;
  const options: JsonObject = {
    prompt,
    maxOutputTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    stopSequences: request.stop,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    seed: request.seed,
    responseFormat:
      format?.type === 'schema'
        ? {
            type: 'json',
            schema: format.schema,
            name: format.name,
            ...(format.description === undefined ? {} : { description: format.description }),
          }
        : format?.type === 'json'
          ? { type: 'json' }
          : undefined,
    tools: writer.tools(request),
    toolChoice:
      toolChoice === undefined
        ? undefined
        : toolChoice.type === 'tool'
          ? { type: 'tool', toolName: toolChoice.name }
          : { type: toolChoice.type === 'any' ? 'required' : toolChoice.type },
    reasoning: writer.reasoning(request),
  };
  const { losses } = writer;
  if (request.n > 1) losses.push('n');
  if (request.logprobs !== undefined) losses.push('logprobs');
  if (request.parallelToolCalls === false) losses.push('parallel_tool_calls');
  if (request.user !== undefined) losses.push('user');
  losses.push(...(request.origin === 'openai-responses' ? toldMembers(request) : Object.keys(request.unknown)));
  const said = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { options: said, losses: [...new Set(losses)] };
}

class PromptWriter {
  readonly losses: string[] = [];
  private readonly version: string;
  private readonly toolNames = new Map<string, string>();

  constructor(version: string) {
    this.version = version;
  }

  prompt(request: NeutralRequest): JsonObject[] {
    const out: JsonObject[] = [];
    const system = textOf(request.system);
    if (system !== '') out.push({ role: 'system', content: system });
    for (const message of request.messages) this.message(message, out);
    return out;
  }

  tools(request: NeutralRequest): JsonObject[] | undefined {
    const tools: JsonObject[] = [];
    for (const tool of request.tools) {
      if (tool.type === 'unknown') {
        this.losses.push('a hosted tool');
        continue;
      }
      const description = tool.description === undefined ? {} : { description: tool.description };
      const strict = tool.strict === undefined || this.version === 'v2' ? {} : { strict: tool.strict };
      if (tool.strict === true && this.version === 'v2') this.losses.push(`strict schema of ${tool.name}`);
      tools.push({ type: 'function', name: tool.name, ...description, inputSchema: tool.schema, ...strict });
    }
    return tools.length === 0 ? undefined : tools;
  }

  /** How much to think, in the words of v4; the older specifications have none. */
  reasoning({ reasoning }: NeutralRequest): string | undefined {
    if (reasoning === undefined) return undefined;
    if (this.version === 'v4') {
      if (reasoning.type === 'off') return 'none';
      if (reasoning.type === 'budget') {
        const effort = reasoning.tokens >= HIGH_FROM ? 'high' : reasoning.tokens >= MEDIUM_FROM ? 'medium' : 'low';
        this.losses.push(`thinking budget of ${reasoning.tokens} tokens: sent as effort ${effort}`);
        return effort;
      }
      if (reasoning.effort === undefined || EFFORTS.has(reasoning.effort)) return reasoning.effort;
    }
    if (reasoning.type !== 'off') this.losses.push('reasoning settings');
    return undefined;
  }

  private message({ role, parts, name }: NeutralMessage, out: JsonObject[]): void {
    if (name !== undefined) this.losses.push('the name of a message');
    if (role === 'system') {
      out.push({ role: 'system', content: textOf(parts) });
      return;
    }
    const results = parts.filter((part) => part.type === 'tool_result');
    if (results.length > 0) out.push({ role: 'tool', content: results.map((part) => this.result(part)) });
    const content = parts.flatMap((part) => (part.type === 'tool_result' ? [] : this.part(part, role)));
    if (content.length > 0) out.push({ role, content });
  }

  private part(part: NeutralPart, role: 'user' | 'assistant'): JsonObject[] {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return part.text === '' ? [] : [{ type: 'text', text: part.text }];
      case 'image':
        if (part.detail !== undefined && part.detail !== 'auto') this.losses.push('image detail');
        return this.file(part.source, 'image/*');
      case 'document':
        return part.source.kind === 'text'
          ? [{ type: 'text', text: part.source.text }]
          : this.file(part.source, 'application/pdf', part.filename);
      case 'audio':
        return this.file({ kind: 'base64', mediaType: `audio/${part.format}`, data: part.data }, 'audio/*');
      case 'thinking':
        // A signature belongs to the provider that made it.
        if (part.signature === undefined && role === 'assistant') return [{ type: 'reasoning', text: part.text }];
        this.losses.push('signed thinking');
        return [];
      case 'tool_call':
        this.toolNames.set(part.id, part.name);
        return [{ type: 'tool-call', toolCallId: part.id, toolName: part.name, input: parseInput(part.arguments) }];
      case 'redacted_thinking':
      case 'unknown':
      case 'tool_result':
        this.losses.push(part.type.replace('_', ' '));
        return [];
    }
  }

  private file(source: MediaSource, mediaType: string, filename?: string): JsonObject[] {
    if (source.kind === 'file') {
      this.losses.push('a file named by its id');
      return [];
    }
    const named = filename === undefined ? {} : { filename };
    if (source.kind === 'base64') {
      const data = this.version === TAGGED_DATA ? { type: 'data', data: source.data } : source.data;
      return [{ type: 'file', mediaType: source.mediaType, data, ...named }];
    }
    if (!URL.canParse(source.url)) {
      throw new TierlineError('invalid_request', `The address of an image or file is no URL: ${source.url}`);
    }
    const url = new URL(source.url) as unknown as JsonObject;
    const data = this.version === TAGGED_DATA ? { type: 'url', url } : url;
    return [{ type: 'file', mediaType: source.mediaType ?? mediaType, data, ...named }];
  }

  private result(part: Extract<NeutralPart, { type: 'tool_result' }>): JsonObject {
    const toolName = part.name ?? this.toolNames.get(part.callId) ?? 'tool';
    if (part.content.some((item) => item.type !== 'text')) this.losses.push('a tool result that is not text');
    const value = textOf(part.content);
    return {
      type: 'tool-result',
      toolCallId: part.callId,
      toolName,
      output: { type: part.isError ? 'error-text' : 'text', value },
    };
  }
}

function textOf(parts: readonly NeutralPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** Not in every library's types yet: a number that JSON.stringify writes in its own spelling. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => Json };

/**
 * The specification wants the object, which the package writes again: numbers that a double cannot hold, or would spell in
 * another way, keep their text. What the model wrote and cannot be read stays visible as text.
 */
function parseInput(text: string): Json {
  try {
    return JSON.parse(text, keepSpelling) as Json;
  } catch {
    return { raw_arguments: text };
  }
}

function keepSpelling(_key: string, value: Json, context?: { source?: string }): Json {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value;
}
