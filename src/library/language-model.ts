// `toLanguageModel`: a router in process as a model of the AI SDK. Calls go through the neutral form, which keeps what the
// dialects of OpenAI and Anthropic each have no word for, and from there the way of every call.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json } from '../call/json.ts';
import type { NeutralReply } from '../dialect/neutral.ts';
import type { ToldEvent } from '../dialect/neutral-wire.ts';
import type { Answered, InProcessClient } from './in-process-client.ts';
import { toSdkError } from './language-model-error.ts';
import { toSdkFinish, toSdkHeaders, toSdkUsage, toSdkWarnings, toTierlineMetadata } from './language-model-facts.ts';
import { toSdkContent } from './language-model-reply.ts';
import { type ReadCall, readSdkCall } from './language-model-request.ts';
import type {
  SdkCall,
  SdkGenerated,
  SdkLanguageModel,
  SdkStreamed,
  SdkStreamPart,
  SdkWarning,
  SpecVersion,
} from './language-model-spec.ts';
import { SdkStreamWriter } from './language-model-stream.ts';
import { type CallerOptions, type Router, RUN } from './router.ts';

export interface LanguageModelOptions<Version extends SpecVersion = SpecVersion> extends Omit<CallerOptions, 'signal'> {
  /** Specification to speak. Default `v3`, which versions 6 and 7 of the SDK take; version 6 refuses `v4`. */
  specificationVersion?: Version;
  /**
   * Addresses of files that are handed to the provider, by media type. Default none: the SDK downloads every file, as it is
   * not known beforehand which provider answers, and not every one fetches.
   */
  supportedUrls?: Record<string, RegExp[]>;
}

/** `modelId` is what clients of the gateway write as `model`: `auto`, `auto/ticket-triage`, or the name of a model. */
export function toLanguageModel(
  router: Router,
  modelId: string,
  options?: LanguageModelOptions<'v3'>,
): SdkLanguageModel<'v3'>;
export function toLanguageModel(
  router: Router,
  modelId: string,
  options: LanguageModelOptions<'v4'> & { specificationVersion: 'v4' },
): SdkLanguageModel<'v4'>;
export function toLanguageModel(
  router: Router,
  modelId: string,
  options: LanguageModelOptions = {},
): SdkLanguageModel<SpecVersion> {
  return new RouterModel(router, modelId, options);
}

class RouterModel<Version extends SpecVersion> implements SdkLanguageModel<Version> {
  readonly specificationVersion: Version;
  readonly provider = 'tierline';
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
  private readonly router: Router;
  private readonly caller: Omit<CallerOptions, 'signal'>;

  constructor(router: Router, modelId: string, options: LanguageModelOptions<Version>) {
    const { specificationVersion = 'v3' as Version, supportedUrls = {}, ...caller } = options;
    if (!['v3', 'v4'].includes(specificationVersion)) {
      throw new TypeError(`specificationVersion is ${JSON.stringify(specificationVersion)}; there are v3 and v4.`);
    }
    this.specificationVersion = specificationVersion;
    this.modelId = modelId;
    this.supportedUrls = supportedUrls;
    this.router = router;
    this.caller = caller;
  }

  async doGenerate(options: SdkCall): Promise<SdkGenerated<Version>> {
    const { client, answered, losses } = await this.ask(options, false);
    const reply = JSON.parse(answered.body ?? '') as NeutralReply;
    const choice = reply.choices[0] ?? { parts: [], finish: { reason: 'unknown', raw: '' } as const };
    const row = await client.facts;
    const content = toSdkContent(choice.parts, this.specificationVersion, (line) => losses.push(line));
    const { id, model } = reply;
    return {
      content,
      finishReason: toSdkFinish(choice.finish),
      usage: toSdkUsage(reply.usage),
      providerMetadata: {
        tierline: toTierlineMetadata(row),
        ...toLogprobs('logprobs' in choice ? choice.logprobs : undefined),
      },
      response: {
        ...(id === '' ? {} : { id }),
        modelId: model,
        timestamp: new Date(row.atMs),
        headers: toSdkHeaders(answered.headers),
      },
      warnings: toSdkWarnings(losses, row.losses),
    };
  }

  async doStream(options: SdkCall): Promise<SdkStreamed> {
    const { client, answered, losses, request } = await this.ask(options, true);
    const warnings = toSdkWarnings(losses, answered.losses);
    const asked = { model: this.modelId, request };
    return {
      stream: toReadable(client, { answered, warnings, asked }),
      response: { headers: toSdkHeaders(answered.headers) },
    };
  }

  /** Rejects with the SDK's APICallError, or with the reason of the abort. */
  private async ask(options: SdkCall, stream: boolean): Promise<Asked> {
    let read: ReadCall | null = null;
    try {
      read = readSdkCall(options, { model: this.modelId, stream });
      const { call, caller, losses } = read;
      const headers = { ...this.caller.headers, ...caller.headers };
      const client = this.router[RUN](call, { ...this.caller, ...caller, headers });
      return { client, losses, request: call.request, answered: await client.answered };
    } catch (error) {
      throw toSdkError(error, { model: this.modelId, request: read?.call.request });
    }
  }
}

interface Asked {
  client: InProcessClient;
  answered: Answered;
  losses: string[];
  request: unknown;
}

/** Where the answer has them, under the name that @ai-sdk/openai gives them. */
function toLogprobs(logprobs: Json | undefined): { openai: { logprobs: Json[] } } | Record<string, never> {
  const content = isObject(logprobs) ? logprobs.content : logprobs;
  return Array.isArray(content) && content.length > 0 ? { openai: { logprobs: content } } : {};
}

interface StreamParts {
  answered: Answered;
  warnings: SdkWarning[];
  asked: { model: string; request: unknown };
}

/** Who stops reading leaves the provider. */
function toReadable(client: InProcessClient, parts: StreamParts): ReadableStream<SdkStreamPart> {
  const steps = play(client, parts);
  return new ReadableStream<SdkStreamPart>({
    pull: async (controller) => {
      const { done, value } = await steps.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await parts.answered.events?.return();
      await steps.return(undefined);
    },
  });
}

async function* play(
  client: InProcessClient,
  { answered, warnings, asked }: StreamParts,
): AsyncGenerator<SdkStreamPart, undefined> {
  yield { type: 'stream-start', warnings };
  const writer = new SdkStreamWriter();
  try {
    for await (const data of answered.events ?? []) yield* writer.write(JSON.parse(data) as ToldEvent);
  } catch (error) {
    // The reason of an abort is the SDK's own business.
    if (!(error instanceof TierlineError)) throw error;
    yield* writer.breakOff();
    yield { type: 'error', error: toSdkError(error, asked) };
  }
  const row = await client.facts;
  yield {
    type: 'finish',
    finishReason: writer.finish === null ? { unified: 'error', raw: undefined } : toSdkFinish(writer.finish),
    usage: toSdkUsage(row.usage),
    providerMetadata: { tierline: toTierlineMetadata(row), ...toLogprobs(writer.logprobs) },
  };
}
