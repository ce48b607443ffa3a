// An AI SDK language model as an upstream: asks it, and reads its answer into the neutral form. It sends by itself.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { NeutralEvent, NeutralRequest } from '../dialect/neutral.ts';
import type { AiSdkStream, AiSdkUpstream } from './ai-sdk-connection.ts';
import { toldAsOurs, toOurError } from './ai-sdk-error.ts';
import type { SdkProvider } from './ai-sdk-load.ts';
import { toSdkCall } from './ai-sdk-prompt.ts';
import { readSdkHeaders, readSdkReply, readSdkWarnings } from './ai-sdk-reply.ts';
import { SdkStreamReader } from './ai-sdk-stream.ts';

/** What `LanguageModelV2` to `V4` have in common, as far as it is used. */
interface SdkModel {
  specificationVersion: string;
  doGenerate: (options: unknown) => PromiseLike<JsonObject>;
  doStream: (options: unknown) => PromiseLike<{ stream: AsyncIterable<JsonObject>; response?: Json }>;
}

const VERSIONS = new Set(['v2', 'v3', 'v4']);

/** Throws (when a model is first used) what the package throws, and an Error for a model of an unknown specification. */
export function createAiSdkUpstream(provider: SdkProvider): AiSdkUpstream {
  const models = new Map<string, SdkModel>();
  const modelOf = (name: string): SdkModel => {
    const known = models.get(name);
    if (known !== undefined) return known;
    const model = openModel(provider, name);
    models.set(name, model);
    return model;
  };
  return {
    async generate(request, name, abortSignal) {
      const model = await toldAsOurs(async () => modelOf(name));
      const { options, losses } = toSdkCall(request, model.specificationVersion);
      const result = await toldAsOurs(() => model.doGenerate({ ...options, abortSignal }));
      const warnings = readSdkWarnings(result.warnings);
      return {
        reply: readSdkReply(result, name),
        losses: [...losses, ...warnings],
        headers: readSdkHeaders(result.response),
      };
    },
    stream: (request, name, abortSignal) => new SdkStream(() => modelOf(name), request, { name, abortSignal }),
    lossesOf: (request, name) =>
      toSdkCall(
        request,
        versionOf(() => modelOf(name)),
      ).losses,
  };
}

/** A model that cannot be had is told when it is asked, not before. */
function versionOf(modelOf: () => SdkModel): string {
  try {
    return modelOf().specificationVersion;
  } catch {
    return 'v4';
  }
}

function openModel(provider: SdkProvider, name: string): SdkModel {
  const model = (provider.languageModel?.(name) ?? provider(name)) as SdkModel;
  const version = (model as SdkModel | undefined)?.specificationVersion;
  if (version === undefined || !VERSIONS.has(version)) {
    const spoken = version === undefined ? 'no language model' : `a model of specification ${version}`;
    throw new Error(`The package gave ${spoken} for ${name}; v2, v3 and v4 are understood.`);
  }
  return model;
}

/** One streamed answer; it is asked for when it is first iterated. */
class SdkStream implements AiSdkStream {
  readonly losses: string[] = [];
  readonly headers: Record<string, string> = {};
  private readonly modelOf: () => SdkModel;
  private readonly request: NeutralRequest;
  private readonly asked: { name: string; abortSignal: AbortSignal };

  constructor(modelOf: () => SdkModel, request: NeutralRequest, asked: { name: string; abortSignal: AbortSignal }) {
    this.modelOf = modelOf;
    this.request = request;
    this.asked = asked;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<NeutralEvent> {
    const { name, abortSignal } = this.asked;
    const model = await toldAsOurs(async () => this.modelOf());
    const { options, losses } = toSdkCall(this.request, model.specificationVersion);
    this.losses.push(...losses);
    const { stream, response } = await toldAsOurs(() => model.doStream({ ...options, abortSignal }));
    Object.assign(this.headers, readSdkHeaders(response));
    const reader = new SdkStreamReader(name);
    try {
      for await (const part of stream) {
        if (isObject(part) && part.type === 'stream-start') this.losses.push(...readSdkWarnings(part.warnings));
        yield* reader.read(part);
      }
    } catch (error) {
      throw toOurError(error);
    }
    // Without its finish a stream has broken off, whatever came before.
    if (reader.isFinished) yield { type: 'end' };
    else yield* reader.read({ type: 'finish' });
  }
}
