// Reads the body of a `generateContent` request into the neutral form. Model and streaming are in the address, so the
// request comes out as one that does not stream. What the neutral form has no word for stays in `unknown`.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { parseKeepingRaw } from '../wire/raw-json.ts';
import { GeminiCallIds } from './gemini-call-ids.ts';
import { camelMember, camelMembers, isKeptPath } from './gemini-keys.ts';
import { readGeminiParts } from './gemini-part-reader.ts';
import { fromOpenApi } from './gemini-schema.ts';
import { readThinkingConfig } from './gemini-thinking.ts';
import type {
  NeutralFormat,
  NeutralMessage,
  NeutralPart,
  NeutralRequest,
  NeutralTool,
  NeutralToolChoice,
} from './neutral.ts';
import {
  defined,
  invalidField,
  otherMembers,
  readArray,
  readBoolean,
  readInteger,
  readMember,
  readNumber,
  readObject,
  readString,
  readStrings,
} from './request-fields.ts';

const KNOWN = new Set(['contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'model']);
const CONFIG = new Set([
  'maxOutputTokens',
  'candidateCount',
  'stopSequences',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
  'thinkingConfig',
]);
const FORMAT = new Set(['responseMimeType', 'responseSchema', 'responseJsonSchema']);
const FUNCTION = new Set(['name', 'description', 'parameters', 'parametersJsonSchema']);
const CONTENT = new Set(['role', 'parts']);

/** Throws TierlineError `invalid_json`, `too_deep` or `invalid_request` naming the field. */
export function readGeminiRequest(source: Buffer): NeutralRequest {
  const body = camelMembers(readObject(parseKeepingRaw(source, isKeptPath)));
  const ids = new GeminiCallIds();
  const config = camelMembers(readMember(body, 'generationConfig') ?? {});
  const thinking = readThinkingConfig(camelMember(config, 'thinkingConfig'));
  const format = readFormat(config);
  const choice = readToolConfig(body);
  return defined<NeutralRequest>({
    origin: 'gemini',
    system: readSystem(body.systemInstruction, ids),
    messages: readContents(body, ids),
    tools: (readArray(body, 'tools') ?? []).flatMap((tool, index) => readTool(tool, `tools[${index}]`)),
    toolChoice: choice.choice,
    format: format ?? undefined,
    reasoning: thinking.reasoning,
    ...readSettings(config),
    n: readInteger(config, 'candidateCount', 1) ?? 1,
    stream: false,
    includeUsage: true,
    unknown: defined({
      ...otherMembers(body, KNOWN),
      toolConfig: choice.left,
      generationConfig: readLeft(config, format !== null, thinking.left),
    }),
  });
}

function readSettings(config: JsonObject): Partial<NeutralRequest> {
  const top = readInteger(config, 'logprobs', 0);
  return {
    maxTokens: readInteger(config, 'maxOutputTokens', 1),
    temperature: readNumber(config, 'temperature'),
    topP: readNumber(config, 'topP'),
    topK: readNumber(config, 'topK'),
    stop: readStrings(config, 'stopSequences'),
    seed: readNumber(config, 'seed'),
    presencePenalty: readNumber(config, 'presencePenalty'),
    frequencyPenalty: readNumber(config, 'frequencyPenalty'),
    logprobs: readBoolean(config, 'responseLogprobs') === true ? { top: top ?? 0 } : undefined,
  };
}

/** What is left of the configuration: speech, modalities, media resolution, whether to show thoughts. */
function readLeft(config: JsonObject, hasFormat: boolean, thinking: JsonObject): JsonObject | undefined {
  const known = hasFormat ? new Set([...CONFIG, ...FORMAT]) : CONFIG;
  const left = defined({
    ...otherMembers(config, known),
    thinkingConfig: Object.keys(thinking).length === 0 ? undefined : thinking,
  });
  return Object.keys(left).length === 0 ? undefined : left;
}

/** Undefined when no format is asked for, null for one the neutral form has no word for (`text/x.enum`). */
function readFormat(config: JsonObject): NeutralFormat | null | undefined {
  const type = readString(config, 'responseMimeType');
  const schema = config.responseJsonSchema ?? config.responseSchema ?? undefined;
  if (type === undefined && schema === undefined) return undefined;
  if (type === 'text/plain' && schema === undefined) return { type: 'text' };
  if (type !== 'application/json') return null;
  if (schema === undefined) return { type: 'json' };
  if (!isObject(schema)) throw invalidField('generationConfig.responseSchema', 'must be an object');
  const isJsonSchema = (config.responseJsonSchema ?? undefined) !== undefined;
  return { type: 'schema', name: 'response', schema: isJsonSchema ? schema : fromOpenApi(schema) };
}

function readSystem(instruction: Json | undefined, ids: GeminiCallIds): NeutralPart[] {
  if (instruction === undefined || instruction === null) return [];
  if (typeof instruction === 'string') return [{ type: 'text', text: instruction }];
  if (!isObject(instruction)) throw invalidField('systemInstruction', 'must be an object');
  return readGeminiParts(instruction.parts, ids, 'systemInstruction.parts');
}

function readContents(body: JsonObject, ids: GeminiCallIds): NeutralMessage[] {
  // A single content in the place of the list is taken, as every Google API does with repeated fields.
  const contents = isObject(body.contents) ? [body.contents] : readArray(body, 'contents');
  if (contents === undefined || contents.length === 0) throw invalidField('contents', 'must not be empty');
  return contents.map((content, index) => {
    const where = `contents[${index}]`;
    if (!isObject(content)) throw invalidField(where, 'must be an object');
    const parts = readGeminiParts(content.parts, ids, `${where}.parts`);
    return defined({ role: readRole(content.role, where), parts, extra: otherMembers(content, CONTENT) ?? undefined });
  });
}

/** `function` is what older clients call the turn that brings results. */
function readRole(role: Json | undefined, where: string): NeutralMessage['role'] {
  if (role === undefined || role === null || role === 'user' || role === 'function') return 'user';
  if (role === 'model') return 'assistant';
  throw invalidField(`${where}.role`, 'must be user or model');
}

/** One tool of Gemini declares any number of functions, and may switch on tools of Google's own beside them. */
function readTool(source: Json, where: string): NeutralTool[] {
  if (!isObject(source)) throw invalidField(where, 'must be an object');
  const tool = camelMembers(source);
  const declared = readArray(tool, 'functionDeclarations') ?? [];
  const functions = declared.map((one, index) => readFunction(one, `${where}.functionDeclarations[${index}]`));
  const rest = otherMembers(tool, new Set(['functionDeclarations']));
  return rest === null ? functions : [...functions, { type: 'unknown', origin: 'gemini', json: rest }];
}

function readFunction(source: Json, where: string): NeutralTool {
  if (!isObject(source)) throw invalidField(where, 'must be an object');
  const declared = camelMembers(source);
  if (typeof declared.name !== 'string') throw invalidField(`${where}.name`, 'must be a string');
  const { parametersJsonSchema: json, parameters: openApi } = declared;
  const schema = isObject(json) ? json : isObject(openApi) ? fromOpenApi(openApi) : { type: 'object', properties: {} };
  return defined({
    type: 'function' as const,
    name: declared.name,
    description: typeof declared.description === 'string' ? declared.description : undefined,
    schema,
    extra: otherMembers(declared, FUNCTION) ?? undefined,
  });
}

interface ToolConfig {
  choice?: NeutralToolChoice;
  /** What the neutral form has no word for. */
  left?: JsonObject;
}

function readToolConfig(body: JsonObject): ToolConfig {
  const source = readMember(body, 'toolConfig');
  if (source === undefined) return {};
  const { functionCallingConfig, ...left } = camelMembers(source);
  const calling = isObject(functionCallingConfig) ? camelMembers(functionCallingConfig) : {};
  const choice = readChoice(calling);
  const isWhole = choice !== null && !isChoiceOfSeveral(calling);
  const kept = isWhole ? left : { ...left, functionCallingConfig: calling };
  return { choice: choice ?? undefined, left: Object.keys(kept).length === 0 ? undefined : kept };
}

/** The neutral form knows any function and one function, not one of several. */
function isChoiceOfSeveral({ mode, allowedFunctionNames: names }: JsonObject): boolean {
  return mode === 'ANY' && Array.isArray(names) && names.length > 1;
}

/** Undefined when nothing is said, null for a choice the neutral form has no word for. */
function readChoice(config: JsonObject): NeutralToolChoice | null | undefined {
  const names = Array.isArray(config.allowedFunctionNames) ? config.allowedFunctionNames : [];
  const isPlain = Object.keys(config).every((key) => key === 'mode' || key === 'allowedFunctionNames');
  if (Object.keys(config).length === 0) return undefined;
  if (!isPlain) return null;
  if (isChoiceOfSeveral(config)) return { type: 'any' };
  if (names.length > 1) return null;
  if (names.length === 1) {
    return config.mode === 'ANY' && typeof names[0] === 'string' ? { type: 'tool', name: names[0] } : null;
  }
  switch (config.mode) {
    case 'AUTO':
      return { type: 'auto' };
    case 'NONE':
      return { type: 'none' };
    case 'ANY':
      return { type: 'any' };
    default:
      return null;
  }
}
