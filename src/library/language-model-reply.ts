// Writes a complete neutral reply as the content of an AI SDK answer: the reverse of provider/ai-sdk-reply.
import type { JsonObject } from '../call/json.ts';
import type { DialectName, NeutralPart } from '../dialect/neutral.ts';
import type { SdkContent, SpecVersion } from './language-model-spec.ts';

/** `lose` is told of parts that have no place in an answer. */
export function toSdkContent<Version extends SpecVersion>(
  parts: readonly NeutralPart[],
  version: Version,
  lose: (line: string) => void,
): SdkContent<Version>[] {
  return parts.flatMap((part): SdkContent<Version>[] => {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return part.text === '' ? [] : [{ type: 'text', text: part.text }];
      case 'thinking':
        return [{ type: 'reasoning', text: part.text, ...signed(part.origin, part.signature) }];
      case 'redacted_thinking':
        return [{ type: 'reasoning', text: '', providerMetadata: redacted(part.origin, part.data) }];
      case 'tool_call':
        return [{ type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.arguments || '{}' }];
      case 'image':
        if (part.source.kind === 'base64') return [toFile(part.source, version)];
        break;
      case 'audio':
        return [toFile({ mediaType: `audio/${part.format}`, data: part.data }, version)];
      default:
    }
    lose(`answer: ${part.type.replace('_', ' ')}`);
    return [];
  });
}

function toFile<Version extends SpecVersion>(
  { mediaType, data }: { mediaType: string; data: string },
  version: Version,
): SdkContent<Version> {
  const written = version === 'v4' ? { type: 'data', data } : data;
  return { type: 'file', mediaType, data: written } as SdkContent<Version>;
}

/** The SDK gives it back with the history, so that the signature finds its maker again. */
function signed(
  origin: DialectName,
  signature: string | undefined,
): { providerMetadata: { tierline: JsonObject } } | Record<string, never> {
  return signature === undefined ? {} : { providerMetadata: { tierline: { origin, signature } } };
}

export function redacted(origin: DialectName, redactedData: string): { tierline: JsonObject } {
  return { tierline: { origin, redactedData } };
}
