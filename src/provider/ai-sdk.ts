// An AI SDK language model as an upstream: asks it, and reads its answer into the neutral form. It sends by itself.
import { TierlineError, type UpstreamError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { toUsage, type Usage } from '../call/usage.ts';
import type { NeutralEvent, NeutralFinish, NeutralPart, NeutralRequest } from '../dialect/neutral.ts';
import type { AiSdkUpstream } from './ai-sdk-connection.ts';
import type { SdkProvider } from './ai-sdk-load.ts';
import { toSdkCall } from './ai-sdk-prompt.ts';

/** What `LanguageModelV2` to `V4` have in common, as far as it is used. */
interface SdkModel {
  specificationVersion: string;
  doGenerate: (options: unknown) => Promise<JsonObject>;
  doStream: (options: unknown) => Promise<{ stream: AsyncIterable<JsonObject> }>;
}

export function createAiSdkUpstream(provider: SdkProvider): AiSdkUpstream {
  const models = new Map<string, SdkModel>();
  const modelOf = (name: string): SdkModel => {
    let model = models.get(name);
    if (model === undefined) {
      model = (provider.languageModel?.(name) ?? provider(name)) as SdkModel;
      models.set(name, model);
    }
    return model;
  };
  return {
    async generate(request, name, abortSignal) {
      const model = modelOf(name);
      const { options, losses } = toSdkCall(request, model.specificationVersion);
      const result = await told(() => model.doGenerate({ ...options, abortSignal }));
      const response = isObject(result.response) ? result.response : {};
      const parts = array(result.content).flatMap(toPart);
      const finish = toFinish(result.finishReason);
      if (finish === null) throw new TierlineError('upstream_malformed', 'The model gave no finish reason.');
      const reply = {
        id: text(response.id) ?? 'ai-sdk',
        model: text(response.modelId) ?? name,
        choices: [{ index: 0, parts, finish }],
        usage: toNeutralUsage(result.usage),
      };
      return { reply, losses: [...losses, ...warningsOf(result.warnings)], headers: requestIds(response.headers) };
    },
    async *stream(request, name, abortSignal) {
      yield* readStream(modelOf(name), request, { name, abortSignal });
    },
  };
}

async function* readStream(
  model: SdkModel,
  request: NeutralRequest,
  { name, abortSignal }: { name: string; abortSignal: AbortSignal },
): AsyncIterable<NeutralEvent> {
  const { options } = toSdkCall(request, model.specificationVersion);
  const { stream } = await told(() => model.doStream({ ...options, abortSignal }));
  const reader = new PartReader(name);
  for await (const part of stream) yield* reader.read(part);
  // Without its finish a stream has broken off, whatever came before.
  if (reader.isFinished) yield { type: 'end' };
}

class PartReader {
  isFinished = false;
  private readonly name: string;
  private hasStarted = false;
  /** Tool calls begun so far, by their id; the value is their number. */
  private readonly tools = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  *read(part: JsonObject): Iterable<NeutralEvent> {
    const choice = 0;
    const id = text(part.id) ?? '';
    if (part.type === 'response-metadata') yield* this.start(part);
    else if (part.type !== 'stream-start' && part.type !== 'raw' && part.type !== 'error') yield* this.start({});
    switch (part.type) {
      case 'text-delta':
        yield { type: 'text', choice, text: text(part.delta) ?? '' };
        return;
      case 'reasoning-delta':
        yield { type: 'thinking', choice, text: text(part.delta) ?? '' };
        return;
      case 'text-end':
      case 'reasoning-end':
      case 'tool-input-end':
        yield { type: 'part_end', choice };
        return;
      case 'tool-input-start':
        yield this.tool(id, text(part.toolName) ?? '');
        return;
      case 'tool-input-delta':
        yield { type: 'tool_arguments', choice, tool: this.tools.get(id) ?? 0, json: text(part.delta) ?? '' };
        return;
      case 'tool-call':
        yield* this.wholeCall(part);
        return;
      case 'finish':
        yield* this.finish(part);
        return;
      case 'error':
        yield { type: 'error', error: toUpstreamError(part.error) };
    }
  }

  private *start(part: JsonObject): Iterable<NeutralEvent> {
    if (this.hasStarted) return;
    this.hasStarted = true;
    yield { type: 'start', id: text(part.id) ?? 'ai-sdk', model: text(part.modelId) ?? this.name };
  }

  private tool(id: string, name: string): NeutralEvent {
    const tool = this.tools.size;
    this.tools.set(id, tool);
    return { type: 'tool_start', choice: 0, tool, id, name };
  }

  /** Models that stream the input have said all of it by now; the others say it here. */
  private *wholeCall(part: JsonObject): Iterable<NeutralEvent> {
    const id = text(part.toolCallId) ?? '';
    if (this.tools.has(id)) return;
    yield this.tool(id, text(part.toolName) ?? '');
    yield { type: 'tool_arguments', choice: 0, tool: this.tools.size - 1, json: inputOf(part.input) };
    yield { type: 'part_end', choice: 0 };
  }

  private *finish(part: JsonObject): Iterable<NeutralEvent> {
    const finish = toFinish(part.finishReason);
    const usage = toNeutralUsage(part.usage);
    if (finish === null || finish.raw === 'error') {
      yield { type: 'error', error: { status: 502, message: 'The model ended its answer with an error.' } };
      return;
    }
    this.isFinished = true;
    yield { type: 'finish', choice: 0, finish };
    if (usage !== null) yield { type: 'usage', usage };
  }
}

function toPart(part: Json): NeutralPart[] {
  if (!isObject(part)) return [];
  if (part.type === 'text') return [{ type: 'text', text: text(part.text) ?? '' }];
  if (part.type === 'reasoning') return [{ type: 'thinking', text: text(part.text) ?? '', origin: 'neutral' }];
  if (part.type !== 'tool-call') return [];
  return [
    {
      type: 'tool_call',
      id: text(part.toolCallId) ?? '',
      name: text(part.toolName) ?? '',
      arguments: inputOf(part.input),
    },
  ];
}

function inputOf(input: Json | undefined): string {
  if (typeof input !== 'string') return JSON.stringify(input ?? {});
  return input.trim() === '' ? '{}' : input;
}

const FINISH: Record<string, NeutralFinish['reason']> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'refusal',
};

/** v2 says a word, v3 and later the word and the provider's own. */
function toFinish(reason: Json | undefined): NeutralFinish | null {
  const unified = typeof reason === 'string' ? reason : isObject(reason) ? text(reason.unified) : null;
  if (unified === null) return null;
  const raw = isObject(reason) ? (text(reason.raw) ?? unified) : unified;
  return { reason: FINISH[unified] ?? 'unknown', raw: unified === 'error' ? 'error' : raw };
}

/** v2 counts cached tokens inside the input; v3 and later give each class. */
function toNeutralUsage(usage: Json | undefined): Usage | null {
  if (!isObject(usage)) return null;
  const { inputTokens, outputTokens } = usage;
  if (isObject(inputTokens) && isObject(outputTokens)) {
    if (inputTokens.total === undefined && outputTokens.total === undefined) return null;
    const cacheReadTokens = count(inputTokens.cacheRead);
    const cacheWrite5mTokens = count(inputTokens.cacheWrite);
    const rest = count(inputTokens.total) - cacheReadTokens - cacheWrite5mTokens;
    const noCache = inputTokens.noCache === undefined ? rest : count(inputTokens.noCache);
    return toUsage({
      inputTokens: Math.max(0, noCache),
      cacheReadTokens,
      cacheWrite5mTokens,
      outputTokens: count(outputTokens.total),
      reasoningTokens: count(outputTokens.reasoning),
    });
  }
  if (inputTokens === undefined && outputTokens === undefined) return null;
  const cacheReadTokens = count(usage.cachedInputTokens);
  return toUsage({
    inputTokens: Math.max(0, count(inputTokens) - cacheReadTokens),
    cacheReadTokens,
    outputTokens: count(outputTokens),
    reasoningTokens: count(usage.reasoningTokens),
  });
}

function warningsOf(warnings: Json | undefined): string[] {
  return array(warnings).flatMap((warning) => {
    if (!isObject(warning)) return [];
    const what = text(warning.feature) ?? text(warning.setting) ?? text(warning.message) ?? text(warning.type) ?? '';
    const details = text(warning.details);
    return [details === null ? what : `${what}: ${details}`];
  });
}

/** Headers by which the provider's support finds a request. */
function requestIds(headers: Json | undefined): Record<string, string> {
  if (!isObject(headers)) return {};
  const names = ['x-request-id', 'request-id', 'retry-after'];
  return Object.fromEntries(
    names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])),
  );
}

/** Runs a call of the package; its APICallError becomes one of ours with the provider's status. */
async function told<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) === null) throw error;
    const upstream = toUpstreamError(error);
    const headers = (error as { responseHeaders?: Record<string, string> }).responseHeaders;
    const seconds = Number(headers?.['retry-after']);
    const retry =
      Number.isFinite(seconds) && headers?.['retry-after'] !== undefined ? { retryAfterSeconds: seconds } : {};
    throw new TierlineError('upstream_error', upstream.message, { upstream, cause: error, ...retry });
  }
}

function toUpstreamError(error: unknown): UpstreamError {
  const message = error instanceof Error ? error.message : typeof error === 'string' ? error : 'The model failed.';
  return { status: statusOf(error) ?? 502, message };
}

function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : null;
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function array(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function count(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}
