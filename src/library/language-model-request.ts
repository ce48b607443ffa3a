// Reads the call options of an AI SDK language model (specification v3 and v4) as a call in the neutral form.
import { isObject, type JsonObject } from '../call/json.ts';
import type { NeutralFormat, NeutralRequest, NeutralTool } from '../dialect/neutral.ts';
import type { NeutralCall } from '../dialect/neutral-inbound.ts';
import { defined } from '../dialect/request-fields.ts';
import { textOf } from '../provider/ai-sdk-value.ts';
import { lostInCall, lostOnPart, readCache, readSettings, readTierlineOptions } from './language-model-options.ts';
import { readPrompt } from './language-model-prompt.ts';
import type { SdkCall } from './language-model-spec.ts';
import type { CallerOptions } from './router.ts';

/** Providers want a schema to have a name. */
const FORMAT_NAME = 'response';

export interface ReadCall {
  call: NeutralCall;
  caller: CallerOptions;
  /** What the neutral form has no place for. */
  losses: string[];
}

/** Throws TierlineError `invalid_request` for options of our own that are wrong. */
export function readSdkCall(options: SdkCall, asked: { model: string; stream: boolean }): ReadCall {
  const losses = new Set<string>(lostInCall(options.providerOptions));
  const lose = (line: string): void => void losses.add(line);
  const own = readTierlineOptions(options.providerOptions);
  const request = defined<NeutralRequest>({
    origin: 'neutral',
    ...readPrompt(options.prompt, lose),
    tools: (options.tools ?? []).flatMap((tool, index) => readTool(tool, `tools[${index}]`, lose)),
    toolChoice: readToolChoice(options.toolChoice),
    maxTokens: options.maxOutputTokens,
    temperature: options.temperature,
    topP: options.topP,
    topK: options.topK,
    stop: options.stopSequences === undefined ? undefined : [...options.stopSequences],
    seed: options.seed,
    presencePenalty: options.presencePenalty,
    frequencyPenalty: options.frequencyPenalty,
    n: 1,
    format: readFormat(options.responseFormat),
    ...readSettings(options.providerOptions, options.reasoning),
    stream: asked.stream,
    includeUsage: true,
    unknown: {},
  });
  const { task, session, tenant, metadata = {} } = own;
  return {
    call: { model: asked.model, request, metadata },
    caller: defined<CallerOptions>({ task, session, tenant, headers: options.headers, signal: options.abortSignal }),
    losses: [...losses],
  };
}

/** A provider's own tool runs at that provider alone, and any may answer. */
function readTool(tool: unknown, where: string, lose: (line: string) => void): NeutralTool[] {
  if (!isObject(tool)) return [];
  if (tool.type !== 'function') {
    lose(`${where}: ${textOf(tool.id) ?? textOf(tool.type) ?? 'a tool of no kind'}`);
    return [];
  }
  if (tool.inputExamples !== undefined) lose(`${where}: inputExamples`);
  for (const line of lostOnPart(tool.providerOptions, where)) lose(line);
  return [
    defined({
      type: 'function' as const,
      name: textOf(tool.name) ?? '',
      description: textOf(tool.description) ?? undefined,
      schema: isObject(tool.inputSchema) ? tool.inputSchema : {},
      strict: typeof tool.strict === 'boolean' ? tool.strict : undefined,
      ...readCache(tool.providerOptions),
    }),
  ];
}

function readToolChoice(choice: SdkCall['toolChoice']): NeutralRequest['toolChoice'] {
  switch (choice?.type) {
    case 'auto':
    case 'none':
      return { type: choice.type };
    case 'required':
      return { type: 'any' };
    case 'tool':
      return { type: 'tool', name: choice.toolName ?? '' };
    default:
      return undefined;
  }
}

function readFormat(format: SdkCall['responseFormat']): NeutralFormat | undefined {
  if (format?.type !== 'json') return undefined;
  if (!isObject(format.schema)) return { type: 'json' };
  const { name = FORMAT_NAME, description } = format;
  // What language the schema is written in is no part of it.
  const { $schema: _, ...schema } = format.schema;
  return defined({ type: 'schema' as const, name, schema: schema satisfies JsonObject, description });
}
